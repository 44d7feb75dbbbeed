//! The `Authorization` header. What no HTTP client would send is tried over raw connections elsewhere.

use axum::http::Method;

use super::{AUTHORIZATION, Call, Desk, NEVER_ISSUED, TOKEN_TYPE, digit, told};
use crate::{
    app::{BASE, TENANT_UUID},
    calls::AUTHINFO,
};

/// Ana's credential in a pattern: T for the tenant id, V for the token.
fn written(desk: &Desk, pattern: &str) -> String {
    let tenant = TENANT_UUID.to_string();
    pattern.chars().fold(String::new(), |text, letter| match letter {
        'T' => text + &tenant,
        'V' => text + &desk.token.value,
        other => text + other.encode_utf8(&mut [0; 4]),
    })
}

async fn all_rejected(patterns: &[&str]) {
    let desk = Desk::start().await;
    for pattern in patterns {
        desk.rejected(&desk.call().with(AUTHORIZATION, written(&desk, pattern))).await;
    }
}

async fn all_missing(patterns: &[&str]) {
    let desk = Desk::start().await;
    let absent = desk.refused(&desk.call().without(AUTHORIZATION), 401, "credentials-missing").await;
    for pattern in patterns {
        let call = desk.call().with(AUTHORIZATION, written(&desk, pattern));
        let answer = desk.refused(&call, 401, "credentials-missing").await;
        assert_eq!(told(&answer), told(&absent), "{pattern:?}");
    }
}

#[tokio::test]
async fn without_the_header_or_with_an_empty_one_a_credential_is_asked_for() {
    all_missing(&["", " ", "    ", "\t"]).await;
}

#[tokio::test]
async fn another_scheme_is_no_credential() {
    all_missing(&[
        "Basic eDp5",
        "Digest username=\"x\"",
        "token T/V",
        "Negotiate abc",
        "Bearers T/V",
        "Bearer: T/V",
        "ApiKey V",
    ])
    .await;
}

#[tokio::test]
async fn the_pair_without_a_scheme_is_no_credential() {
    all_missing(&["T/V", "V", "\"Bearer T/V\""]).await;
}

#[tokio::test]
async fn the_scheme_alone_is_rejected() {
    all_rejected(&["Bearer", "Bearer ", "Bearer     "]).await;
}

#[tokio::test]
async fn the_scheme_counts_in_any_letter_case_and_before_any_number_of_spaces() {
    let desk = Desk::start().await;
    for pattern in
        ["bearer T/V", "BEARER T/V", "bEaReR T/V", "Bearer  T/V", "Bearer         T/V", " Bearer T/V "]
    {
        desk.accepted(&desk.call().with(AUTHORIZATION, written(&desk, pattern))).await;
    }
}

#[tokio::test]
async fn a_tab_behind_the_scheme_is_rejected() {
    all_rejected(&["Bearer\tT/V", "Bearer \tT/V", "Bearer\t T/V"]).await;
}

#[tokio::test]
async fn a_pair_that_lacks_a_part_is_rejected() {
    all_rejected(&["Bearer TV", "Bearer T", "Bearer V", "Bearer /V", "Bearer /T/V", "Bearer T/", "Bearer /"])
        .await;
}

/// Both are printed in guides. The hint is about the form of what was sent, whether or not there is such a token.
#[tokio::test]
async fn a_backslash_or_a_space_behind_the_slash_is_rejected_with_a_hint() {
    let desk = Desk::start().await;
    let mut first = None;
    for pattern in
        ["Bearer T\\V", "Bearer T/ V", "Bearer T/   V", "Bearer T\\0", "Bearer nobody\\V", "Bearer 0/ 0"]
    {
        let call = desk.call().with(AUTHORIZATION, written(&desk, pattern));
        let answer = desk.refused(&call, 401, "token-rejected").await;
        let told = told(&answer);
        assert!(answer.text().contains("{tenantId}/{token}"), "{pattern:?}");
        assert_eq!(&told, first.get_or_insert_with(|| told.clone()), "{pattern:?}");
    }
}

#[tokio::test]
async fn a_second_slash_belongs_to_the_token() {
    all_rejected(&["Bearer T/V/", "Bearer T//V", "Bearer T/V/x", "Bearer T/T/V", "Bearer T/../V"]).await;
}

#[tokio::test]
async fn nothing_is_percent_decoded() {
    let desk = Desk::start().await;
    let encoded: String =
        desk.token.value.bytes().flat_map(|byte| ['%', digit(byte >> 4), digit(byte & 15)]).collect();
    desk.rejected(&desk.call_with_value(&encoded)).await;
    let first = format!("%{:02X}{}", desk.token.value.as_bytes()[0], &desk.token.value[1..]);
    desk.rejected(&desk.call_with_value(&first)).await;
    for pattern in ["Bearer T%2FV", "Bearer T%2fV", "Bearer T%5CV", "Bearer%20T/V extra"] {
        let call = desk.call().with(AUTHORIZATION, written(&desk, pattern));
        match pattern.strip_prefix("Bearer ") {
            Some(_) => desk.rejected(&call).await,
            None => drop(desk.refused(&call, 401, "credentials-missing").await),
        }
    }
}

#[tokio::test]
async fn quotes_and_brackets_are_part_of_what_they_surround() {
    all_rejected(&[
        "Bearer \"T/V\"",
        "Bearer 'T/V'",
        "Bearer `T/V`",
        "Bearer T/\"V\"",
        "Bearer <T/V>",
        "Bearer [T/V]",
        "Bearer {T/V}",
        "Bearer {T}/{V}",
        "Bearer T/<V>",
        "Bearer <T>/<V>",
    ])
    .await;
}

#[tokio::test]
async fn nothing_may_follow_the_credential() {
    all_rejected(&[
        "Bearer T/V,",
        "Bearer T/V;",
        "Bearer T/V, Bearer T/V",
        "Bearer T/V,T/V",
        "Bearer T/V T/V",
        "Bearer T/V, Basic eDp5",
        "Bearer T/V; charset=utf-8",
    ])
    .await;
}

#[tokio::test]
async fn a_second_header_makes_the_request_ambiguous() {
    let desk = Desk::start().await;
    let other = format!("Bearer {TENANT_UUID}/{NEVER_ISSUED}");
    for call in [
        desk.call().and(AUTHORIZATION, desk.token.credential()),
        desk.call().and(AUTHORIZATION, &other),
        desk.call().with(AUTHORIZATION, &other).and(AUTHORIZATION, desk.token.credential()),
        desk.call().and(AUTHORIZATION, "Basic eDp5"),
        desk.call().with(AUTHORIZATION, "").and(AUTHORIZATION, desk.token.credential()),
        desk.call().and(AUTHORIZATION, desk.witness.credential()),
    ] {
        desk.refused(&call, 400, "invalid-request").await;
    }
}

#[tokio::test]
async fn a_token_in_query_or_form_beside_the_header_makes_the_request_ambiguous() {
    const FORM: &str = "application/x-www-form-urlencoded";
    let desk = Desk::start().await;
    let value = &desk.token.value;
    for query in [format!("access_token={value}"), "limit=1&access_token=".into(), "access%5ftoken=x".into()]
    {
        desk.refused(&desk.call().at(format!("{AUTHINFO}?{query}")), 400, "invalid-request").await;
    }
    for media_type in
        [FORM, "Application/X-WWW-Form-URLencoded", "application/x-www-form-urlencoded ; charset=utf-8"]
    {
        for path in [AUTHINFO, "/api/v1/openapi/automationidea"] {
            let body = format!("a=b&access_token={value}");
            let call = desk.call().at(path).by(Method::POST).sending(media_type, body);
            desk.refused(&call, 400, "invalid-request").await;
        }
    }
    // Other members of a form are none of authentication's business.
    let call = desk.call().at("/api/v1/openapi/automationidea").by(Method::POST).sending(FORM, "token=x");
    desk.refused(&call, 415, "media-type-unsupported").await;
}

#[tokio::test]
async fn a_token_that_stands_elsewhere_is_not_looked_at() {
    let desk = Desk::start().await;
    let bare = desk.call().without(AUTHORIZATION);
    let absent = desk.refused(&bare, 401, "credentials-missing").await;
    let value = &desk.token.value;
    let pair = format!("{TENANT_UUID}/{value}");
    for call in [
        bare.clone().at(format!("{AUTHINFO}?access_token={value}")),
        bare.clone().at(format!("{AUTHINFO}?access_token={pair}&token={pair}&api_key={value}")),
        bare.clone().with("proxy-authorization", desk.token.credential()),
        bare.clone().with("x-api-key", value),
        bare.clone().with("x-authorization", desk.token.credential()),
        bare.clone().with("cookie", format!("authorization={pair}; access_token={value}")),
        bare.clone()
            .by(Method::POST)
            .sending("application/x-www-form-urlencoded", format!("access_token={value}")),
        bare.clone().without(TOKEN_TYPE),
        Call::bare(),
    ] {
        let answer = desk.refused(&call, 401, "credentials-missing").await;
        assert_eq!(told(&answer), told(&absent), "{call:?}");
        assert!(!answer.text().contains(value), "{call:?}");
    }
}

/// Whether there is such a call is told to nobody who hasn't proved who they are.
#[tokio::test]
async fn a_bad_credential_is_told_before_the_route_and_the_method() {
    let desk = Desk::start().await;
    let bases = ["/api/v1/openapi", "/automationhub_/api/v1/openapi", &format!("{BASE}/api/v1/openapi")];
    for base in bases {
        for path in ["", "/", "/nothing", "/authinfo/", "/authinfo/x", "/automations/1/2/3", "/../admin"] {
            let path = format!("{base}{path}");
            desk.refused(&desk.call().without(AUTHORIZATION).at(&path), 401, "credentials-missing").await;
            desk.rejected(&desk.call_with_value(NEVER_ISSUED).at(&path)).await;
            desk.refused(&desk.call().at(&path), 404, "route-not-found").await;
        }
        let no_text = format!("{base}/automations/%ff");
        desk.rejected(&desk.call_with_value(NEVER_ISSUED).at(&no_text)).await;
        desk.refused(&desk.call().at(&no_text), 404, "not-found").await;
        for method in [Method::DELETE, Method::PUT, Method::POST, Method::PATCH, Method::TRACE] {
            let path = format!("{base}/authinfo");
            desk.rejected(&desk.call_with_value(NEVER_ISSUED).at(&path).by(method.clone())).await;
        }
    }
}

#[tokio::test]
async fn an_answer_to_head_has_no_body() {
    let desk = Desk::start().await;
    let answer = desk.send(&desk.call().by(Method::HEAD)).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (200, &b""[..]));
    let rejected = desk.send(&desk.call_with_value(NEVER_ISSUED)).await;
    let head = desk.send(&desk.call_with_value(NEVER_ISSUED).by(Method::HEAD)).await;
    assert_eq!((head.status.as_u16(), head.body.as_slice()), (401, &b""[..]));
    assert_eq!(head.header("www-authenticate"), rejected.header("www-authenticate"));
    assert_eq!(head.header("content-type"), rejected.header("content-type"));
    let missing = desk.send(&desk.call().without(AUTHORIZATION).by(Method::HEAD)).await;
    assert_eq!((missing.status.as_u16(), missing.body.as_slice()), (401, &b""[..]));
}

#[tokio::test]
async fn a_preflight_is_answered_without_credentials_and_permits_nothing() {
    let desk = Desk::start().await;
    let preflight = Call::bare()
        .by(Method::OPTIONS)
        .with("origin", "https://evil.example")
        .with("access-control-request-method", "GET")
        .with("access-control-request-headers", "authorization,x-ah-openapi-auth");
    let known = desk.send(&preflight).await;
    assert!(known.headers.keys().all(|name| !name.as_str().starts_with("access-control-")));
    for path in [
        AUTHINFO,
        "/api/v1/openapi/nothing",
        &format!("{BASE}/api/v1/openapi/authinfo"),
        "/no/body/automationhub_/api/v1/openapi/x",
    ] {
        let answer = desk.send(&preflight.clone().at(path)).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (204, &b""[..]), "{path}");
        let names = |answer: &crate::app::Answer| answer.headers.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&answer), names(&known), "{path}: what there is isn’t told");
    }
    let answer = desk.send(&desk.call().by(Method::OPTIONS).with("origin", "https://evil.example")).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_slice()), (204, &b""[..]), "with a credential too");
}
