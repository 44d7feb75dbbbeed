//! What calls were sent and answered, where the tenant keeps it: what is kept of it, and what never is.
#![expect(clippy::indexing_slicing, reason = "an answer without the member is a failed test")]

use automation_hub_domain::{
    role::SYSTEM_ADMIN,
    tenant::{KeptContents, TokenSettings},
    token::value::TokenForm,
};
use automation_hub_storage::{Session, StorageError, tenants};
use axum::{
    body::Body,
    http::{Method, Request},
    response::Response,
};
use http_body_util::BodyExt;
use rstest::rstest;
use serde_json::{Value, json};

use tower::ServiceExt;

use crate::{
    app::{Answer, TestHub},
    calls::Issued,
};

const APP_KEY: &str = "Key \"of\" a \\ script";
const KEPT: usize = 64 * 1024;

struct Recorded {
    hub: TestHub,
    admin: Issued,
}

impl Recorded {
    async fn start(kept: KeptContents) -> Self {
        let hub = TestHub::start().await;
        let set = move |s: &mut Session<'_>| -> Result<_, StorageError> {
            let settings = tenants::get(s)?.settings;
            tenants::update_token_settings(s, TokenSettings { kept_contents: kept, ..settings })
        };
        hub.app.store.write(hub.tenant, set).await.unwrap();
        hub.app.tenant_changed(hub.tenant).await.unwrap();
        let ines = hub.add_user("ines@nordwind.example", &[SYSTEM_ADMIN]).await;
        let admin = hub.issue(Some(ines), TokenForm::Uuid, Some(APP_KEY)).await;
        Self { hub, admin }
    }

    fn request(&self, method: Method, path: &str, body: Body) -> Request<Body> {
        let mut request = self.admin.request(&format!("/api/v1/openapi{path}"));
        *request.method_mut() = method;
        request.headers_mut().insert("content-type", "application/json".parse().unwrap());
        *request.body_mut() = body;
        request
    }

    /// An answer of which nobody has read the body yet.
    async fn begin(&self, path: &str) -> Response {
        let request = self.request(Method::GET, path, Body::empty());
        self.hub.router.clone().oneshot(request).await.unwrap()
    }

    async fn send(&self, method: Method, path: &str, body: impl Into<Body>) -> Answer {
        self.hub.send(self.request(method, path, body.into())).await
    }

    /// The kept calls, the oldest first, without those that asked for them.
    async fn calls(&self) -> Vec<Value> {
        self.hub.app.calls.flush(&self.hub.app).await.unwrap();
        let answer =
            self.send(Method::GET, "/auditlogs?kind=call&contents=true&limit=1000", Body::empty()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let logs = answer.json()["data"]["logs"].take();
        let mut calls: Vec<Value> = logs.as_array().unwrap().iter().map(|log| log["call"].clone()).collect();
        calls.retain(|call| call["path"] != "/api/v1/openapi/auditlogs");
        calls.reverse();
        calls
    }

    /// The one call that was made.
    async fn call(&self) -> Value {
        let mut calls = self.calls().await;
        assert_eq!(calls.len(), 1, "{calls:?}");
        calls.remove(0)
    }
}

const NOBODY: &str = r#"{"user_first_name": "Nobody"}"#;

#[rstest]
#[case(KeptContents::OfNone, [false, false])]
#[case(KeptContents::OfChanges, [false, true])]
#[case(KeptContents::OfAll, [true, true])]
#[tokio::test]
async fn the_tenant_decides_whose_contents_are_kept(#[case] kept: KeptContents, #[case] expected: [bool; 2]) {
    let recorded = Recorded::start(kept).await;
    let read = recorded.send(Method::GET, "/roles?limit=1", Body::empty()).await;
    let changed = recorded.send(Method::POST, "/adduser", NOBODY).await;
    assert_eq!((read.status.as_u16(), changed.status.as_u16()), (200, 400), "{}", changed.text());
    let calls = recorded.calls().await;
    let answers = [(read, "limit=1", ""), (changed, "", NOBODY)];
    assert_eq!(calls.len(), answers.len());
    for ((call, is_kept), (answer, query, sent)) in calls.iter().zip(expected).zip(answers) {
        if is_kept {
            let sent_text = (!sent.is_empty()).then_some(sent);
            assert_eq!(
                call["content"],
                json!({"query": query, "request_body": sent_text, "response_body": answer.text()})
            );
            assert_eq!(
                (&call["request_bytes"], &call["response_bytes"]),
                (&json!(sent.len()), &json!(answer.body.len()))
            );
        } else {
            assert_eq!(call.get("content"), None, "{call}");
            assert_eq!((&call["request_bytes"], &call["response_bytes"]), (&json!(null), &json!(null)));
        }
    }
}

#[tokio::test]
async fn contents_are_shown_to_whoever_asks_for_them() {
    let recorded = Recorded::start(KeptContents::OfAll).await;
    recorded.send(Method::GET, "/roles", Body::empty()).await;
    recorded.hub.app.calls.flush(&recorded.hub.app).await.unwrap();
    for path in ["/auditlogs?kind=call&limit=1", "/auditlogs?kind=call&limit=1&contents=FALSE"] {
        let data = recorded.send(Method::GET, path, Body::empty()).await.json()["data"].take();
        assert_eq!(data["logs"][0]["call"].get("content"), None, "{path}");
        assert!(data["logs"][0]["call"]["response_bytes"].as_u64().unwrap() > 100, "{path}");
    }
    let refused = recorded.send(Method::GET, "/auditlogs?contents=yes", Body::empty()).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["errorDetails"], json!({"contents": ["Either true or false is needed."]}));
}

#[tokio::test]
async fn what_a_call_proves_itself_with_is_hidden_however_it_is_spelled() {
    let recorded = Recorded::start(KeptContents::OfAll).await;
    let value = &recorded.admin.value;
    let body = json!({"token": value.to_uppercase(), "key": APP_KEY, "other": "stays"}).to_string();
    let query: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("a", value)
        .append_pair("b", APP_KEY)
        .finish();
    recorded.send(Method::POST, &format!("/adduser?{query}"), body).await;
    let content = recorded.call().await["content"].take();
    assert_eq!(content["query"], "a=[hidden]&b=[hidden]");
    let sent: Value = serde_json::from_str(content["request_body"].as_str().unwrap()).unwrap();
    assert_eq!(sent, json!({"token": "[hidden]", "key": "[hidden]", "other": "stays"}));
}

#[tokio::test]
async fn a_secret_across_the_end_of_what_is_kept_leaves_no_half() {
    let recorded = Recorded::start(KeptContents::OfChanges).await;
    let value = &recorded.admin.value;
    let body = format!("{}{value}{}", "x".repeat(KEPT - value.len() / 2), "y".repeat(5000));
    recorded.send(Method::POST, "/adduser", body.clone()).await;
    let call = recorded.call().await;
    assert_eq!(call["request_bytes"], body.len());
    let kept = call["content"]["request_body"].as_str().unwrap();
    assert!(kept.starts_with("xxx") && kept.ends_with("x[hidden]yyyyyyyyyy"), "{:?}", kept.get(KEPT - 40..));
    assert!(kept.len() <= KEPT);
}

#[tokio::test]
async fn long_bodies_are_kept_as_far_as_they_go() {
    let recorded = Recorded::start(KeptContents::OfAll).await;
    let body = format!("\"{}\"", "ä".repeat(KEPT));
    recorded.send(Method::POST, "/adduser", body.clone()).await;
    let call = recorded.call().await;
    assert_eq!(call["request_bytes"], body.len());
    let kept = call["content"]["request_body"].as_str().unwrap();
    assert!(body.starts_with(kept) && kept.len() > KEPT - 4, "{}", kept.len());
}

#[tokio::test]
async fn a_reader_that_goes_away_leaves_what_it_was_sent() {
    let recorded = Recorded::start(KeptContents::OfAll).await;
    drop(recorded.begin("/roles").await);
    let mut response = recorded.begin("/users").await;
    while response.body_mut().frame().await.is_some() {}
    let calls = recorded.calls().await;
    assert_eq!(
        (&calls[0]["response_bytes"], &calls[0]["content"]["response_body"]),
        (&json!(0), &json!(null))
    );
    assert_eq!(calls.len(), 1, "the other answer isn't at its end: {calls:?}");
    drop(response);
    let calls = recorded.calls().await;
    assert!(calls[1]["content"]["response_body"].as_str().unwrap().contains("ines@nordwind.example"));
}

#[tokio::test]
async fn an_answer_of_head_has_no_body() {
    let recorded = Recorded::start(KeptContents::OfAll).await;
    let answer = recorded.send(Method::HEAD, "/roles", Body::empty()).await;
    assert!(answer.header("content-length").parse::<usize>().unwrap() > 100);
    assert_eq!(recorded.call().await["response_bytes"], 0);
}

#[tokio::test]
async fn many_contents_leave_in_parts_and_in_order() {
    let recorded = Recorded::start(KeptContents::OfAll).await;
    for number in 0..20 {
        recorded.send(Method::GET, &format!("/roles?page={number}"), Body::empty()).await;
    }
    let queries: Vec<_> =
        recorded.calls().await.iter().map(|call| call["content"]["query"].clone()).collect();
    let expected: Vec<_> = (0..20).map(|number| json!(format!("page={number}"))).collect();
    assert_eq!(queries, expected);
}

#[tokio::test]
async fn contents_beyond_the_memory_for_them_are_left_out_and_the_calls_stay() {
    let recorded = Recorded::start(KeptContents::OfChanges).await;
    let body = "x".repeat(KEPT);
    // Each takes 64 KiB of 16 MiB, and a little for its answer.
    for _ in 0..260 {
        recorded.send(Method::POST, "/adduser", body.clone()).await;
    }
    let calls = recorded.calls().await;
    assert_eq!(calls.len(), 260);
    let kept = calls.iter().filter(|call| call.get("content").is_some()).count();
    assert!((250..260).contains(&kept), "{kept}");
}

#[tokio::test]
async fn of_a_call_that_does_not_exist_its_method_is_recorded_and_nothing_that_was_sent() {
    let recorded = Recorded::start(KeptContents::OfNone).await;
    for (method, path, status) in [
        (Method::GET, "/no%0Asuch<call>", 404),
        (Method::DELETE, "/hierarchy", 405),
        (Method::from_bytes(b"STEAL'THIS").unwrap(), "/hierarchy", 405),
    ] {
        let path = path.replace('<', "%3C").replace('>', "%3E");
        assert_eq!(recorded.send(method, &path, Body::empty()).await.status, status);
    }
    recorded.hub.app.calls.flush(&recorded.hub.app).await.unwrap();
    let actions = async |query: &str| {
        let answer = recorded.send(Method::GET, &format!("/auditlogs?{query}"), Body::empty()).await;
        let logs = answer.json()["data"]["logs"].take();
        logs.as_array().unwrap().iter().map(|log| log["action"].clone()).collect::<Vec<_>>()
    };
    let all = ["(other) (unknown call)", "DELETE (unknown call)", "GET (unknown call)"];
    assert_eq!(actions("status=4xx").await, all);
    assert_eq!(actions("status=405").await, all[..2]);
    assert_eq!(actions("action=GET%20(unknown%20call)").await, all[2..]);
}
