//! Bodies that can't be read: each is told apart, in the envelope, and changes nothing.

use axum::{body::Body, http::Method};
use futures_util::StreamExt as _;
use rstest::rstest;

use super::{Api, assert_problem};

const JSON: &str = "application/json";

#[rstest]
#[case::empty(b"".to_vec())]
#[case::truncated(br#"{"process_name": "One", "#.to_vec())]
#[case::not_an_object(br#"["process_name"]"#.to_vec())]
#[case::a_number(b"7".to_vec())]
#[case::repeated_member(br#"{"rules": 1, "rules": 2}"#.to_vec())]
#[case::repeated_below(br#"{"x": {"y": 1, "y": 1}}"#.to_vec())]
#[case::invalid_utf8(b"{\"process_name\": \"\xff\xfe\"}".to_vec())]
#[case::lone_surrogate(br#"{"process_name": "\ud800"}"#.to_vec())]
#[case::deep([vec![b'['; 100_000], vec![b']'; 100_000]].concat())]
#[case::deep_object(br#"{"a":"#.repeat(5_000))]
#[case::trailing(b"{} {}".to_vec())]
#[tokio::test]
async fn a_malformed_body_is_a_bad_request(#[case] body: Vec<u8>) {
    let api = Api::start().await;
    let answer = api.admin().await.send(Method::POST, "/automationidea", JSON, Body::from(body)).await;
    assert_problem(&answer, 400, "malformed-body");
    assert!(answer.body.len() < 2_000);
}

#[rstest]
#[case("text/plain")]
#[case("application/x-www-form-urlencoded")]
#[case("")]
#[tokio::test]
async fn another_media_type_is_unsupported(#[case] content_type: &str) {
    let api = Api::start().await;
    let answer =
        api.admin().await.send(Method::POST, "/automationidea", content_type, Body::from("{}")).await;
    assert_problem(&answer, 415, "media-type-unsupported");
}

#[tokio::test]
async fn a_body_over_the_limit_is_too_large() {
    let api = Api::start().await;
    let limit = api.hub.app.config.server.body_limit_bytes;
    let body = format!("{{\"x\": \"{}\"}}", "a".repeat(limit));
    let answer = api.admin().await.send(Method::POST, "/automationidea", JSON, Body::from(body)).await;
    assert_problem(&answer, 413, "body-too-large");
}

#[tokio::test]
async fn a_charset_does_not_hide_the_media_type() {
    let api = Api::start().await;
    let answer = api
        .admin()
        .await
        .send(Method::POST, "/automationidea", "Application/JSON; charset=utf-8", Body::from("{}"))
        .await;
    assert_problem(&answer, 400, "invalid-input");
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_waited_for() {
    let api = Api::start_with(|config| config.server.body_timeout_secs = 1).await;
    let body = || {
        let begun =
            futures_util::stream::once(async { Ok::<_, std::convert::Infallible>("{\"process_name\":") });
        Body::from_stream(begun.chain(futures_util::stream::pending()))
    };
    let answer = api.admin().await.send(Method::POST, "/automationidea", JSON, body()).await;
    assert_problem(&answer, 408, "body-too-slow");
}
