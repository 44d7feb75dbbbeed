//! `x-ah-openapi-auth`: which way of proving oneself a call chooses.

use super::{Call, Desk, NEVER_ISSUED, TOKEN_TYPE, told};

#[tokio::test]
async fn without_it_nothing_is_looked_up() {
    let desk = Desk::start().await;
    let absent = desk.refused(&desk.call().without(TOKEN_TYPE), 401, "token-type-missing").await;
    for call in [
        desk.call().with(TOKEN_TYPE, ""),
        desk.call().with(TOKEN_TYPE, "   "),
        desk.call_with_value(NEVER_ISSUED).without(TOKEN_TYPE),
        Call::of(&desk.witness).without(TOKEN_TYPE),
        desk.call_with_value("eyJhbGciOiJIUzI1NiJ9.e30.c2ln").without(TOKEN_TYPE),
    ] {
        let answer = desk.refused(&call, 401, "token-type-missing").await;
        assert_eq!(told(&answer), told(&absent), "{call:?}");
    }
}

#[tokio::test]
async fn another_word_is_not_known() {
    let desk = Desk::start().await;
    let mut first = None;
    let credential = desk.token.credential();
    for value in [
        "OpenAPI-Token",
        "OPENAPI-TOKEN",
        "openapi_token",
        "openapi-tokens",
        "open-api-token",
        "user-token",
        "true",
        "openapi-token,openapi-token",
        "openapi-token; x",
        "\"openapi-token\"",
        "openapi-token\u{200b}",
        &desk.token.value,
        &credential,
    ] {
        let answer = desk.refused(&desk.call().with(TOKEN_TYPE, value), 401, "token-type-unknown").await;
        let told = told(&answer);
        assert_eq!(&told, first.get_or_insert_with(|| told.clone()), "{value:?}");
    }
    let unknown = desk.call_with_value(NEVER_ISSUED).with(TOKEN_TYPE, "other");
    assert_eq!(Some(told(&desk.refused(&unknown, 401, "token-type-unknown").await)), first);
}

#[tokio::test]
async fn blanks_around_it_do_not_count() {
    let desk = Desk::start().await;
    for value in [" openapi-token", "openapi-token  ", "\topenapi-token\t"] {
        desk.accepted(&desk.call().with(TOKEN_TYPE, value)).await;
    }
}

#[tokio::test]
async fn sent_twice_it_makes_the_request_ambiguous() {
    let desk = Desk::start().await;
    for value in ["openapi-token", "other", ""] {
        desk.refused(&desk.call().and(TOKEN_TYPE, value), 400, "invalid-request").await;
    }
}
