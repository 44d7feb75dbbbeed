//! The call log: what tokens called.

use automation_hub_domain::token::value::TokenForm;
use axum::http::{Method, StatusCode};

use super::*;
use crate::calls::{AUTHINFO, Issued};

async fn send(hub: &TestHub, issued: &Issued, path: &str) -> StatusCode {
    let status = hub.send(issued.request(path)).await.status;
    hub.app.calls.flush(&hub.app).await.unwrap();
    status
}

#[tokio::test(flavor = "multi_thread")]
async fn each_accepted_call_stands_there_with_its_answer_and_who_made_it() {
    let hub = hub().await;
    let omar = hub.add_user("ota@nordwind.test", &[STANDARD_USER]).await;
    let issued = hub.issue(Some(omar), TokenForm::Uuid, None).await;
    let mut ines = hub.signed_in(INES).await;
    assert!(ines.get(&console("/calls")).await.text().contains("No calls yet."));
    assert_eq!(send(&hub, &issued, AUTHINFO).await, StatusCode::OK);
    assert_eq!(send(&hub, &issued, "/api/v1/openapi/users?secret=1").await, StatusCode::FORBIDDEN);

    let page = ines.get(&console("/calls")).await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    assert!(text.find("</span>/users<").unwrap() < text.find("</span>/authinfo<").unwrap(), "newest first");
    assert!(text.contains("title=\"/api/v1/openapi/users\""), "the whole path is there to be read: {text}");
    assert!(text.contains(">200 OK<") && text.contains(">403 Forbidden<"), "{text}");
    assert!(!text.contains("secret=1") && !text.contains(&issued.value), "neither queries nor values");

    let failed = ines.get(&console("/calls?result=failed")).await.text();
    assert!(failed.contains(">403 Forbidden<") && !failed.contains(">200 OK<"));
    let of_token = ines.get(&console(&format!("/calls?token={}", issued.id))).await.text();
    assert!(of_token.contains("Show the calls of all tokens") && of_token.contains(">200 OK<"));
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_stand_on_a_page_and_older_ones_follow() {
    let hub = hub().await;
    let omar = hub.add_user("ota@nordwind.test", &[STANDARD_USER]).await;
    let issued = hub.issue(Some(omar), TokenForm::Uuid, None).await;
    for _ in 0..51 {
        send(&hub, &issued, AUTHINFO).await;
    }
    let mut ines = hub.signed_in(INES).await;
    let first = ines.get(&console("/calls")).await.text();
    assert_eq!(first.matches("</span>/authinfo<").count(), 50);
    let (before, _) = first.split_once("\" rel=\"next\"").unwrap();
    let (_, older) = before.rsplit_once("href=\"").unwrap();
    let second = ines.get(&older.replace("&#38;", "&")).await.text();
    assert_eq!(second.matches("</span>/authinfo<").count(), 1);
    assert!(second.contains("Newest calls") && !second.contains("rel=\"next\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_opens_with_what_was_sent_and_answered_where_that_is_kept() {
    let hub = hub().await;
    let issued = hub.issue(None, TokenForm::Uuid, None).await;
    let mut ines = hub.signed_in(INES).await;
    send(&hub, &issued, AUTHINFO).await;
    let list = ines.get(&console("/calls")).await.text();
    assert!(!list.contains(">Content<"), "nothing was kept: {list}");
    let bare = ines.get(&console("/calls/1")).await;
    assert!(bare.text().contains("wasn’t kept") && bare.text().contains(">200 OK<"));

    let saved = ines.post(&console("/settings"), &[("contents", "all")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    send(&hub, &issued, &format!("{AUTHINFO}?by='b'")).await;
    let list = ines.get(&console("/calls")).await.text();
    assert_eq!(list.matches(">Content<").count(), 1, "{list}");
    let page = ines.get(&console("/calls/2")).await;
    assert_eq!((page.status, page.header("cache-control")), (StatusCode::OK, "no-store"));
    let text = page.text();
    assert!(text.contains("by=&#39;b&#39;"), "the query: {text}");
    assert!(text.contains("&#34;type&#34;: &#34;openapi-token&#34;"), "the answer, indented: {text}");
    assert!(text.contains(">nothing<"), "nothing was sent");
    assert!(text.find("statusCode").unwrap() < text.find("openapi-token").unwrap(), "in its order: {text}");
    let adam = hub.add_user("adam@nordwind.test", &[SYSTEM_ADMIN]).await;
    let issued = hub.issue(Some(adam), TokenForm::Uuid, None).await;
    let mut proving = issued.request("/api/v1/openapi/adduser");
    *proving.method_mut() = Method::POST;
    proving.headers_mut().insert("content-type", "application/json".parse().unwrap());
    *proving.body_mut() = format!("{{\"note\":\"{}\"}}", issued.value).into();
    hub.send(proving).await;
    hub.app.calls.flush(&hub.app).await.unwrap();
    let text = ines.get(&console("/calls/3")).await.text();
    assert!(text.contains("[hidden]") && text.contains(">47\u{a0}bytes<"), "all of it is there: {text}");
    assert_eq!(ines.get(&console("/calls/4")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ines.get(&console("/calls/x")).await.status, StatusCode::NOT_FOUND);
    let mut omar = hub.signed_in(OMAR).await;
    assert_eq!(omar.get(&console("/calls/2")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_for_those_who_manage_tokens() {
    let hub = hub().await;
    let mut omar = hub.signed_in(OMAR).await;
    assert_eq!(omar.get(&console("/calls")).await.status, StatusCode::FORBIDDEN);
    let mut ines = hub.signed_in(INES).await;
    assert_eq!(ines.get(&console("/calls?token=4711")).await.status, StatusCode::NOT_FOUND);
    let odd = ines.get(&console("/calls?token=x&result=%00&after=1-")).await;
    assert_eq!(odd.status, StatusCode::OK, "what can't be read asks for nothing");
    assert!(odd.text().contains("token “x”"), "and the page says so");
    assert!(ines.get(&console("?state=NOPE&type=x")).await.text().contains("state “NOPE”, type “x”"));
}
