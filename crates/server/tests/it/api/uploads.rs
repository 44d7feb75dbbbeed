//! How the body of an upload is read: whatever order, spelling, length and end it has.

use std::{path::Path, time::Duration};

use automation_hub_server::{error::Error, services::files};
use axum::{
    body::{Body, Bytes},
    http::Method,
};
use futures_util::{StreamExt as _, stream};
use rstest::rstest;
use serde_json::json;

use super::{
    Api, Caller, assert_problem,
    documents::{PATH, ana, assert_untouched, begin, stored, with_idea},
};
use crate::app::{Answer, NOON};

async fn post_raw(caller: &Caller<'_>, body: impl Into<Body>) -> Answer {
    caller.send(Method::POST, PATH, "application/json", body.into()).await
}

#[rstest]
#[case::any_order(r#"{"file":{"file_encoding":"base64","file_content":"aGk=","mimetype":"text/plain","file_name":"a"},"document_type_id":9,"document_description":"d","document_title":"t"}"#)]
#[case::unknown_members(r#"{"x":{"y":[1,{"z":null}]},"document_type_id":9,"document_description":"d","document_title":"t","file":{"x":[],"file_name":"a","mimetype":"text/plain","file_encoding":"base64","file_content":"aGk="}}"#)]
#[case::a_byte_order_mark(
    "\u{feff}{\"document_type_id\":9,\"document_description\":\"d\",\"document_title\":\"t\",\"file\":{\"file_name\":\"a\",\"mimetype\":\"text/plain\",\"file_encoding\":\"base64\",\"file_content\":\"aGk=\"}} "
)]
#[case::broken_lines_and_escapes(r#"{"document_type_id":9,"document_description":"d","document_title":"t","file":{"file_name":"a","mimetype":"text/plain","file_encoding":"base64","file_content":"aG\r\n\u006b="}}"#)]
#[case::no_padding(r#"{"document_type_id":9,"document_description":"d","document_title":"t","file":{"file_name":"a","mimetype":"text/plain","file_encoding":"base64","file_content":"aGk"}}"#)]
#[tokio::test]
async fn a_body_may_be_written_in_many_ways(#[case] body: &str) {
    let api = begin().await;
    let ana = ana(&api).await;
    // Cut where it may hurt: in marks, escapes and names.
    let pieces: Vec<_> =
        body.as_bytes().chunks(2).map(|piece| Ok::<_, Error>(Bytes::copy_from_slice(piece))).collect();
    let answer = post_raw(&ana, Body::from_stream(stream::iter(pieces))).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let file = answer.json()["data"]["file_id"].clone();
    let bytes = ana.get(&format!("/download/file/{file}")).await;
    assert!(bytes.body == b"hi" || body.contains("\\r"), "{bytes:?}");
}

#[rstest]
#[case::repeated(
    r#"{"document_title":"t","document_title":"t"}"#,
    "“document_title” stands twice in one object"
)]
#[case::a_second_file(
    r#"{"file":{"file_content":"aGk="},"file":{"file_content":"aGk="}}"#,
    "“file” stands twice in one object"
)]
#[case::a_second_content(
    r#"{"file":{"file_content":"aGk=","file_content":"aGk="}}"#,
    "“file_content” stands twice in one object"
)]
#[case::repeated_within(
    r#"{"file":{"file_content":"aGk="},"x":[{"a":1,"a":2}]}"#,
    "“a” stands twice in one object"
)]
#[case::truncated(r#"{"file":{"file_content":"aGk"#, "isn't valid JSON")]
#[case::more_after_the_end(r#"{"file":{"file_content":"aGk="}} x"#, "isn't valid JSON")]
#[case::an_array("[]", "The body has to be a JSON object.")]
#[case::nothing("", "The body is empty; JSON is needed.")]
#[case::a_comma_too_many(
    r#"{"document_title":"x",}"#,
    "isn't valid JSON: trailing comma not enabled at line 1 column 22."
)]
#[case::deep_nesting(&format!("{{\"x\":{}", "[".repeat(100_000)), "isn't valid JSON")]
#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_body_leaves_nothing(#[case] body: &str, #[case] message: &str) {
    let api = begin().await;
    let answer = post_raw(&ana(&api).await, body.to_owned()).await;
    assert_problem(&answer, 400, "malformed-body");
    assert!(answer.json()["message"].as_str().unwrap().contains(message), "{}", answer.text());
    assert_untouched(&api).await;
}

#[rstest]
#[case::latin_1(b"{\"document_title\":\"J\xf6rg\"}".as_slice(), "line 1 column 21 ")]
#[case::in_the_content(b"{\"file\":{\n\"file_content\":\"aG\xffk=\"}}", "line 2 column 19 ")]
#[case::a_broken_end(b"{\"document_title\":\"J\xc3", "line 1 column 21 ")]
#[case::utf_16(b"\xff\xfe{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "UTF-16")]
#[case::utf_16_without_a_mark(b"{\x00\"\x00a\x00\"\x00:\x001\x00}\x00", "UTF-16")]
#[case::half_a_character(br#"{"document_title":"\ud800"}"#, "half of a character")]
#[tokio::test(flavor = "multi_thread")]
async fn a_body_in_another_encoding_says_so(#[case] body: &[u8], #[case] told: &str) {
    let api = begin().await;
    let ana = ana(&api).await;
    for path in [PATH, "/automations/one/tags"] {
        let answer = ana.send(Method::POST, path, "application/json", body.to_vec().into()).await;
        assert_problem(&answer, 400, "malformed-body");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.contains(told), "{path}: {message}");
        assert!(told.starts_with("half") || message.contains("Send it as UTF-8."), "{path}: {message}");
    }
    assert_untouched(&api).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_not_utf8_leave_nothing() {
    let api = begin().await;
    let ana = ana(&api).await;
    for body in [&b"{\"document_title\":\"\xff\"}"[..], b"{\"file\":{\"file_content\":\"aGk\xff\"}}"] {
        assert_problem(&post_raw(&ana, body).await, 400, "malformed-body");
    }
    let compressed = ana.send(Method::POST, PATH, "text/plain", Body::from("{}")).await;
    assert_problem(&compressed, 415, "media-type-unsupported");
    assert_untouched(&api).await;
}

/// A body with a content of so many times `aaaa`, as it is asked for.
fn long_body(quads: usize, piece: usize) -> impl futures_util::Stream<Item = Result<Bytes, Error>> + Send {
    let start = r#"{"document_title":"t","document_description":"d","document_type_id":9,
        "file":{"file_name":"a","mimetype":"text/plain","file_encoding":"base64","file_content":""#;
    let middle = stream::iter((0..quads).step_by(piece)).map(move |at| "aaaa".repeat(piece.min(quads - at)));
    let text = stream::iter([start.to_owned()]).chain(middle).chain(stream::iter(["\"}}".to_owned()]));
    text.map(|text| Ok(Bytes::from(text)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_file_goes_to_the_store_as_it_comes() {
    const QUADS: usize = 8 * 1024 * 1024 / 3;
    /// A part being filled, one on its way to disk, and what lies between the steps.
    const HELD: usize = 3 * 1024 * 1024;
    let api = begin().await;
    let ana = ana(&api).await;
    let folder = api.hub.folder.path().to_owned();
    let mut sent = 0;
    let watched = long_body(QUADS, 4096).map(move |piece| {
        sent += piece.as_ref().unwrap().len() * 3 / 4;
        let written = size_below(&folder);
        assert!(sent < written + HELD, "{sent} bytes were taken and only {written} written");
        piece
    });
    let answer = post_raw(&ana, Body::from_stream(watched)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let file = answer.json()["data"]["file_id"].clone();
    let bytes = ana.get(&format!("/download/file/{file}")).await;
    assert_eq!(bytes.body.len(), QUADS * 3);
    assert!(bytes.body.chunks(3).all(|quad| quad == [0x69, 0xa6, 0x9a]));
}

fn size_below(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => size_below(&entry.path()),
        Ok(found) => usize::try_from(found.len()).unwrap(),
        Err(_) => 0,
    };
    entries.map(size).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_long_leaves_nothing() {
    let api = with_idea(Api::start_with(|config| config.files.upload_limit_bytes = 2_000_000).await).await;
    let ana = ana(&api).await;
    let answer = post_raw(&ana, Body::from_stream(long_body(600_000, 4096))).await;
    assert_problem(&answer, 413, "body-too-large");
    assert!(answer.json()["message"].as_str().unwrap().contains("2000000"), "{}", answer.text());
    // What isn't a file has the limit of all other bodies.
    let title = json!({"document_title": "t".repeat(1_100_000)});
    assert_problem(&ana.post(PATH, &title).await, 413, "body-too-large");
    assert_untouched(&api).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let api = begin().await;
    let ana = ana(&api).await;
    let cut = long_body(1_000_000, 4096).take(200).chain(stream::iter([Err(Error::Stale)]));
    let answer = post_raw(&ana, Body::from_stream(cut)).await;
    assert_problem(&answer, 400, "malformed-body");
    assert_eq!(answer.json()["message"], "The body broke off.");
    assert_untouched(&api).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_stands_still_is_ended() {
    let api = with_idea(Api::start_with(|config| config.files.upload_timeout_secs = 1).await).await;
    let stuck = long_body(1_000_000, 4096).take(200).chain(stream::pending());
    let answer = post_raw(&ana(&api).await, Body::from_stream(stuck)).await;
    assert_problem(&answer, 408, "body-too-slow");
    assert_untouched(&api).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_trickles_stands_still() {
    let api = with_idea(Api::start_with(|config| config.files.upload_timeout_secs = 1).await).await;
    // Something comes long before the time is up, again and again, and the end would come after five times as long.
    let pace = tokio::time::interval(Duration::from_millis(100));
    let drops = stream::unfold(pace, async |mut pace| {
        pace.tick().await;
        Some((Ok(Bytes::from_static(b"aaaa")), pace))
    });
    let trickling = long_body(1_000_000, 4096).take(200).chain(drops.take(50));
    let answer = post_raw(&ana(&api).await, Body::from_stream(trickling)).await;
    assert_problem(&answer, 408, "body-too-slow");
    assert_eq!(answer.json()["message"], "Less than 16384 bytes of the body came within 1 seconds.");
    assert_untouched(&api).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_that_goes_away_leaves_nothing() {
    let api = begin().await;
    let ana = ana(&api).await;
    let (taken, mut half) = tokio::sync::mpsc::channel(1);
    let told = stream::once(async move {
        taken.send(()).await.unwrap();
        std::future::pending().await
    });
    let body = long_body(1_000_000, 4096).take(200).chain(told);
    tokio::select! {
        _ = post_raw(&ana, Body::from_stream(body)) => panic!("answered half a body"),
        gone = half.recv() => gone.unwrap(),
    }
    // The thread that reads the body notices by itself.
    let patience = Duration::from_secs(10);
    let emptied = tokio::time::timeout(patience, async {
        while !stored(api.hub.folder.path()).is_empty() {
            tokio::task::yield_now().await;
        }
    });
    emptied.await.unwrap();
    assert_eq!(ana.data(PATH).await["totalItems"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_is_removed_once_it_is_old() {
    let api = begin().await;
    let app = &api.hub.app;
    let mut draft = files::begin(app, api.hub.tenant).await.unwrap();
    draft.write(Bytes::from(vec![7; 3_000_000])).await.unwrap();
    // What a process that ends here would leave.
    std::mem::forget(draft);
    let whole = files::begin(app, api.hub.tenant).await.unwrap().finish().await.unwrap();
    assert_eq!(stored(api.hub.folder.path()).len(), 2);

    assert_eq!(files::sweep(app, api.hub.tenant, NOON.plus_hours(23)).await.unwrap(), 0);
    assert_eq!(stored(api.hub.folder.path()).len(), 2, "{whole:?}");
    assert_eq!(files::sweep(app, api.hub.tenant, NOON.plus_hours(25)).await.unwrap(), 2);
    assert_untouched(&api).await;
}
