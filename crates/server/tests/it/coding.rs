//! Answers of the Open API in the coding that a client accepts.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use rstest::rstest;
use tower::{Service as _, ServiceExt as _};
use tower_http::decompression::Decompression;

use crate::{
    app::TestHub,
    calls::{AUTHINFO, Issued},
};

const USERS: &str = "/api/v1/openapi/users?limit=1000";

/// A hub with enough people to make a list that is worth encoding.
async fn hub() -> (TestHub, Issued) {
    let hub = TestHub::start().await;
    for n in 0..40 {
        hub.add_user(&format!("person.{n}@nordwind.test"), &[]).await;
    }
    let token = hub.issue(None, automation_hub_domain::token::value::TokenForm::Uuid, None).await;
    (hub, token)
}

fn accepting(token: &Issued, path: &str, coding: &str) -> Request<Body> {
    let mut request = token.request(path);
    request.headers_mut().insert(header::ACCEPT_ENCODING, coding.parse().unwrap());
    request
}

#[rstest]
#[case("gzip", "gzip")]
#[case("br", "br")]
#[case("zstd", "zstd")]
#[case("gzip;q=0.5, br;q=0.8", "br")]
#[case("gzip, deflate, br;q=0.5", "gzip")]
#[case("deflate, identity;q=0.1", "")]
#[case("gzip;q=0", "")]
#[case("identity;q=0", "")]
#[case("*;q=0", "")]
#[case("nonsense", "")]
#[tokio::test]
async fn a_long_answer_comes_in_the_coding_that_is_preferred(#[case] accepted: &str, #[case] expected: &str) {
    let (hub, token) = hub().await;
    let plain = hub.send(token.request(USERS)).await;
    assert_eq!((plain.status, plain.header("content-encoding")), (StatusCode::OK, ""));
    let encoded = hub.send(accepting(&token, USERS, accepted)).await;
    assert_eq!((encoded.status, encoded.header("content-encoding")), (StatusCode::OK, expected));
    assert_eq!(encoded.header("vary"), "accept-encoding");
    assert_eq!(encoded.header("content-type"), "application/json");
    assert_eq!(encoded.body.len() < plain.body.len() / 2, !expected.is_empty());
    let mut client = Decompression::new(hub.router.clone());
    let answer = client.ready().await.unwrap().call(accepting(&token, USERS, accepted)).await.unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), plain.body);
}

#[tokio::test]
async fn what_is_short_comes_as_it_is() {
    let (hub, token) = hub().await;
    let answer = hub.send(accepting(&token, AUTHINFO, "gzip, br, zstd")).await;
    assert_eq!((answer.status, answer.header("content-encoding")), (StatusCode::OK, ""));
    let refused = hub.send(accepting(&token, "/api/v1/openapi/nothing", "gzip")).await;
    assert_eq!((refused.status, refused.header("content-encoding")), (StatusCode::NOT_FOUND, ""));
}
