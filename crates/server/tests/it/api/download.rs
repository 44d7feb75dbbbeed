//! Reading files back.

use axum::{
    body::Body,
    http::{Method, Request},
};

use super::{
    Caller, assert_problem,
    documents::{PATH, ana, begin, with_file},
};
use crate::app::{Answer, found_tenant};

const TEXT: &[u8] = b"0123456789";

async fn upload(caller: &Caller<'_>, name: &str, media_type: &str) -> String {
    let answer = caller.post(PATH, &with_file(name, media_type, TEXT)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    format!("/download/file/{}", answer.json()["data"]["file_id"])
}

async fn get(caller: &Caller<'_>, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(caller, Method::GET, path, headers).await
}

async fn send(caller: &Caller<'_>, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::of(caller.answer(request.body(Body::empty()).unwrap()).await).await
}

#[tokio::test]
async fn a_file_says_what_it_is_and_does_nothing_in_a_browser() {
    let api = begin().await;
    let ana = ana(&api).await;
    let path = upload(&ana, "x/Plän \"1\".html", "text/HTML; charset=utf-8").await;
    let answer = ana.get(&path).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (200, TEXT));
    for (name, value) in [
        ("content-type", "text/html"),
        ("content-length", "10"),
        (
            "content-disposition",
            r#"attachment; filename="Pl_n _1_.html"; filename*=UTF-8''Pl%C3%A4n%20%221%22.html"#,
        ),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "private, no-cache"),
        ("accept-ranges", "bytes"),
        ("etag", "\"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882\""),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    let picture = upload(&ana, "a.png", "image/png").await;
    assert_eq!(ana.get(&picture).await.header("content-disposition"), r#"inline; filename="a.png""#);
    let drawing = upload(&ana, "a.svg", "image/svg+xml").await;
    assert_eq!(ana.get(&drawing).await.header("content-disposition"), r#"attachment; filename="a.svg""#);
}

#[tokio::test]
async fn a_head_has_the_headers_and_no_bytes() {
    let api = begin().await;
    let ana = ana(&api).await;
    let path = upload(&ana, "a.txt", "text/plain").await;
    let answer = send(&ana, Method::HEAD, &path, &[]).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
    assert_eq!(answer.header("content-length"), "10");
    let part = send(&ana, Method::HEAD, &path, &[("range", "bytes=2-4")]).await;
    assert_eq!((part.status.as_u16(), part.header("content-length")), (206, "3"));
}

#[tokio::test]
async fn parts_are_read_and_what_the_caller_has_is_not_sent_again() {
    let api = begin().await;
    let ana = ana(&api).await;
    let path = upload(&ana, "a.txt", "text/plain").await;
    let tag = ana.get(&path).await.header("etag").to_owned();
    let weak = format!("\"other\", W/{tag}");
    for (headers, status, body, range) in [
        (vec![("range", "bytes=2-4")], 206, &b"234"[..], "bytes 2-4/10"),
        (vec![("range", "bytes=-3")], 206, b"789", "bytes 7-9/10"),
        (vec![("range", "bytes=8-99")], 206, b"89", "bytes 8-9/10"),
        (vec![("range", "bytes=0-1,4-5")], 200, TEXT, ""),
        (vec![("range", "letters=a-b")], 200, TEXT, ""),
        (vec![("range", "bytes=2-4"), ("if-range", tag.as_str())], 206, b"234", "bytes 2-4/10"),
        (vec![("range", "bytes=2-4"), ("if-range", "\"other\"")], 200, TEXT, ""),
        (vec![("if-none-match", tag.as_str())], 304, b"", ""),
        (vec![("if-none-match", weak.as_str()), ("range", "bytes=2-4")], 304, b"", ""),
        (vec![("if-none-match", "*")], 304, b"", ""),
        (vec![("if-none-match", "\"other\"")], 200, TEXT, ""),
    ] {
        let answer = get(&ana, &path, &headers).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (status, body), "{headers:?}");
        assert_eq!(
            (answer.header("content-range"), answer.header("etag")),
            (range, tag.as_str()),
            "{headers:?}"
        );
    }
    let beyond = get(&ana, &path, &[("range", "bytes=10-")]).await;
    assert_problem(&beyond, 416, "range-not-satisfiable");
    assert_eq!(beyond.header("content-range"), "bytes */10");
}

#[tokio::test]
async fn a_file_is_seen_by_whoever_sees_its_automation() {
    let api = begin().await;
    let path = upload(&ana(&api).await, "a.txt", "text/plain").await;
    let bob = api.standard("bob@nordwind.example", Some(api.finance)).await;
    assert_eq!(bob.get(&path).await.status, 200);
    let eva = api.standard("eva@nordwind.example", Some(api.legal)).await;
    assert_problem(&eva.get(&path).await, 403, "permission-missing");
    assert_problem(&api.nobody_in_particular().await.get(&path).await, 403, "submitter-required");
    for unknown in ["/download/file/99999", "/download/file/x", "/download/file/-1"] {
        assert_problem(&bob.get(unknown).await, 404, "not-found");
    }
}

#[tokio::test]
async fn another_tenant_knows_nothing_of_it() {
    let mut api = begin().await;
    let path = upload(&ana(&api).await, "a.txt", "text/plain").await;
    let uuid = uuid::Uuid::from_u128(7);
    api.hub.tenant = found_tenant(&api.hub.database, "solveig", "production", uuid).await;
    let stranger = api.admin().await;
    assert_problem(&stranger.get(&path).await, 404, "not-found");
    assert_problem(&stranger.get("/automations/1/documents").await, 404, "not-found");
    let body = with_file("a.txt", "text/plain", b"x");
    assert_problem(&stranger.post("/automations/1/documents", &body).await, 404, "not-found");
}
