//! What a good token does not open, and who else may fail without harm to it.

use std::net::{IpAddr, Ipv4Addr};

use automation_hub_domain::{role::SYSTEM_ADMIN, token::value::TokenForm};
use axum::http::Method;

use super::{AUTHORIZATION, Call, Desk, NEVER_ISSUED, TOKEN_TYPE};
use crate::{
    app::{BASE, ORIGIN},
    calls::AUTHINFO,
};

const INES: &str = "ines@nordwind.example";

#[tokio::test]
async fn no_token_opens_a_page_or_makes_tokens() {
    let desk = Desk::start().await;
    let ines = desk.hub.add_user(INES, &[SYSTEM_ADMIN]).await;
    let token = desk.hub.issue(Some(ines), TokenForm::Uuid, None).await;
    let console = "/admin/platform-setup/open-api";
    let (read, write) = (Method::GET, Method::POST);
    for (method, path) in [
        (&read, "/".to_owned()),
        (&read, "/profile".into()),
        (&read, "/automation-pipeline".into()),
        (&read, console.into()),
        (&read, format!("{console}/tokens/new")),
        (&read, format!("{console}/tokens/1")),
        (&read, format!("{console}/settings")),
        (&write, format!("{console}/settings")),
        (&write, format!("{console}/tokens")),
        (&write, format!("{console}/tokens/1/edit")),
        (&write, format!("{console}/tokens/1/rotate")),
        (&write, format!("{console}/tokens/1/revoke")),
        (&write, format!("{console}/tokens/1/reveal")),
        (&write, "/profile/tokens/1/revoke".into()),
        (&write, "/profile/password".into()),
        (&read, "/admin/manage-access/assign-roles".into()),
    ] {
        let call = Call::of(&token)
            .by(method.clone())
            .at(format!("{BASE}{path}"))
            .with("origin", ORIGIN)
            .with("sec-fetch-site", "same-origin")
            .sending("application/x-www-form-urlencoded", "name=x");
        desk.refused(&call, 403, "session-required").await;
    }
    desk.accepted(&Call::of(&token)).await;
}

#[tokio::test]
async fn a_session_is_no_credential_here() {
    let desk = Desk::start().await;
    desk.hub.add_user(INES, &[SYSTEM_ADMIN]).await;
    let cookies = desk.hub.signed_in(INES).await.cookie_header();
    assert!(cookies.contains("ah-session"));
    for path in [AUTHINFO.to_owned(), format!("{BASE}{AUTHINFO}")] {
        let call = Call::bare().with("cookie", &cookies).at(&path);
        desk.refused(&call, 401, "credentials-missing").await;
        desk.refused(&call.with(TOKEN_TYPE, "openapi-token"), 401, "credentials-missing").await;
    }
}

#[tokio::test]
async fn beside_a_token_a_session_is_not_looked_at() {
    let desk = Desk::start().await;
    desk.hub.add_user(INES, &[SYSTEM_ADMIN]).await;
    let cookies = desk.hub.signed_in(INES).await.cookie_header();
    let answer = desk.accepted(&desk.call().with("cookie", &cookies)).await;
    assert_eq!(answer.json()["data"]["user"]["user_email"], "ana@nordwind.example");
    assert!(!answer.headers.contains_key("set-cookie"));
    // Ines may list users, Ana may not.
    let users = desk.call().with("cookie", &cookies).at("/api/v1/openapi/users");
    desk.refused(&users, 403, "permission-missing").await;
    desk.rejected(&desk.call_with_value(NEVER_ISSUED).with("cookie", &cookies)).await;
}

#[tokio::test]
async fn whoever_fails_too_often_is_slowed_down_and_harms_nobody() {
    let desk = Desk::start().await;
    let address = IpAddr::from(Ipv4Addr::new(192, 0, 2, 7));
    let unknown = desk.call_with_value(NEVER_ISSUED);
    for _ in 0..1000 {
        assert_eq!(desk.send(&unknown.clone().from(address)).await.status, 401);
    }
    for failing in [
        unknown.clone(),
        desk.call().without(AUTHORIZATION),
        desk.call().with(AUTHORIZATION, "Bearer x"),
        unknown.clone().at("/api/v1/openapi/nothing"),
        unknown.clone().with("x-forwarded-for", "198.51.100.1"),
    ] {
        let answer = desk.refused(&failing.from(address), 429, "too-many-requests").await;
        assert_eq!(answer.header("retry-after"), "60");
    }
    let mapped: IpAddr = "::ffff:192.0.2.7".parse().unwrap();
    desk.refused(&unknown.clone().from(mapped), 429, "too-many-requests").await;
    desk.accepted(&desk.call().from(address)).await;
    desk.rejected(&unknown.clone().from(Ipv4Addr::new(192, 0, 2, 8))).await;
    desk.hub.clock.set(crate::app::NOON.plus_minutes(1));
    desk.refused(&unknown.from(address), 401, "token-rejected").await;
}

#[tokio::test]
async fn addresses_of_one_subscriber_fail_together() {
    let desk = Desk::start().await;
    let unknown = desk.call_with_value(NEVER_ISSUED);
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    for number in 0..1000 {
        let from = address(&format!("2001:db8:1:2::{number:x}"));
        assert_eq!(desk.send(&unknown.clone().from(from)).await.status, 401);
    }
    desk.refused(&unknown.clone().from(address("2001:db8:1:2:ffff::1")), 429, "too-many-requests").await;
    desk.rejected(&unknown.from(address("2001:db8:1:3::1"))).await;
}
