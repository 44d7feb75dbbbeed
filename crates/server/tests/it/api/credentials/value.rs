//! The second half of the credential: the token itself.

use automation_hub_domain::token::value::{TokenForm, TokenValue};
use automation_hub_server::auth::digest::Purpose;
use automation_hub_storage::tokens::{self, Rotation};
use base64::Engine as _;

use super::{Call, Desk, NEVER_ISSUED, hex};
use crate::{
    app::{BASE, NOON},
    calls::keyed,
};

#[tokio::test]
async fn near_misses_are_rejected() {
    let desk = Desk::start().await;
    let value = desk.token.value.as_str();
    desk.rejected(&desk.call_with_value(NEVER_ISSUED)).await;
    for at in [0, 9, 20, value.len() - 1] {
        let digit = if value.as_bytes()[at] == b'0' { "1" } else { "0" };
        desk.rejected(&desk.call_with_value(&[&value[..at], digit, &value[at + 1..]].concat())).await;
    }
    for other in [
        value[1..].to_owned(),
        value[..value.len() - 1].to_owned(),
        value[..8].to_owned(),
        value.repeat(2),
        value.replace('-', ""),
        format!("{{{value}}}"),
        format!("urn:uuid:{value}"),
        value.chars().rev().collect(),
    ] {
        desk.rejected(&desk.call_with_value(&other)).await;
    }
}

#[tokio::test]
async fn letter_case_counts() {
    let desk = Desk::start().await;
    let prefixed = desk.hub.issue(Some(desk.ana), TokenForm::Prefixed, None).await;
    desk.accepted(&Call::of(&prefixed)).await;
    for token in [&desk.token, &prefixed] {
        for value in [token.value.to_uppercase(), token.value.to_lowercase()] {
            if value != token.value {
                desk.rejected(&desk.call_with_value(&value)).await;
            }
        }
    }
}

#[tokio::test]
async fn a_retired_value_works_until_its_overlap_ends_and_raises_an_alarm_afterwards() {
    let desk = Desk::start().await;
    let value = TokenValue::from_random(TokenForm::Uuid, [7; 32]);
    let id = desk.token.id;
    let rotation = Rotation {
        value: keyed(desk.hub.digest(Purpose::Token, value.expose())),
        last_four: value.last_four().to_owned(),
        retired_until: NOON.plus_minutes(5),
        at: NOON,
    };
    desk.write(move |s| Ok(tokens::rotate(s, id, 1, &rotation)?)).await;
    desk.hub.token_changed(id).await;

    let fresh = desk.call_with_value(value.expose());
    let answer = desk.accepted(&desk.call()).await;
    assert_eq!(answer.header("x-ah-token-retiring-until"), NOON.plus_minutes(5).millis().to_string());
    assert_eq!(desk.accepted(&fresh).await.header("x-ah-token-retiring-until"), "");
    desk.hub.clock.set(NOON.plus_minutes(5).plus_millis(-1));
    desk.accepted(&desk.call()).await;
    desk.hub.clock.set(NOON.plus_minutes(5));
    assert_eq!(desk.audited(id, "token.retired-value-used").await, 0);
    desk.rejected(&desk.call()).await;
    while desk.audited(id, "token.retired-value-used").await == 0 {
        tokio::task::yield_now().await;
    }
    desk.rejected(&desk.call()).await;
    desk.accepted(&fresh).await;
    assert_eq!(desk.audited(id, "token.retired-value-used").await, 1, "a flood is one alarm a minute");
}

#[tokio::test]
async fn the_value_of_a_revoked_token_is_like_one_that_never_was() {
    let desk = Desk::start().await;
    let token = desk.hub.issue(Some(desk.ana), TokenForm::Prefixed, Some("correct-app-key")).await;
    desk.accepted(&Call::of(&token)).await;
    let (id, ana) = (token.id, desk.ana);
    desk.write(move |s| Ok(tokens::revoke(s, id, Some(ana), NOON)?)).await;
    desk.hub.token_changed(id).await;
    desk.rejected(&Call::of(&token)).await;
    desk.rejected(&Call::of(&token).without(super::APP_KEY)).await;
}

#[tokio::test]
async fn a_drawn_value_is_none_before_it_is_saved() {
    let desk = Desk::start().await;
    desk.hub.add_user("ines@nordwind.example", &[automation_hub_domain::role::SYSTEM_ADMIN]).await;
    let mut browser = desk.hub.signed_in("ines@nordwind.example").await;
    let form = browser.get(&format!("{BASE}/admin/platform-setup/open-api/tokens/new")).await.text();
    let (_, rest) = form.split_once("readonly value=\"").unwrap();
    let value = rest.split('"').next().unwrap().rsplit('/').next().unwrap();
    assert!(TokenForm::of(value.as_bytes()).is_some(), "{value}");
    desk.rejected(&desk.call_with_value(value)).await;
}

#[tokio::test]
async fn prefixed_values_are_checked_by_their_form() {
    let desk = Desk::start().await;
    let token = desk.hub.issue(Some(desk.ana), TokenForm::Prefixed, None).await;
    let value = token.value.as_str();
    let last = if value.ends_with('0') { '1' } else { '0' };
    let (head, body) = value.split_at(4);
    for other in [
        format!("{}{last}", &value[..value.len() - 1]),
        format!("ahx_{body}"),
        format!("ghp_{body}"),
        body.to_owned(),
        format!("{head}{head}{body}"),
        format!("{value}0"),
        value[..value.len() - 1].to_owned(),
        format!("{head}{}", "0".repeat(body.len())),
        head.to_owned(),
    ] {
        desk.rejected(&desk.call_with_value(&other)).await;
    }
    desk.accepted(&Call::of(&token)).await;
}

#[tokio::test]
async fn what_is_known_of_a_token_is_not_the_token() {
    let desk = Desk::start().await;
    let digest = desk.hub.digest(Purpose::Token, &desk.token.value);
    let digest = digest.digest.as_bytes();
    let base64 = base64::engine::general_purpose::STANDARD.encode(digest);
    let id = desk.token.id.get().to_string();
    for value in [
        hex(digest),
        hex(digest).to_uppercase(),
        base64,
        id,
        "Test-token".into(),
        desk.token.value[32..].into(),
    ] {
        desk.rejected(&desk.call_with_value(&value)).await;
    }
    // A digest that happens to be written like a token is one more unknown token.
    let head: [u8; 16] = digest[..16].try_into().unwrap();
    desk.rejected(&desk.call_with_value(&uuid::Uuid::from_bytes(head).to_string())).await;
}

#[tokio::test]
async fn signs_with_a_meaning_elsewhere_are_only_bytes() {
    let desk = Desk::start().await;
    for value in [
        "'OR'1'='1",
        "'--",
        "\"/*",
        "*/",
        ";DROP",
        "%",
        "_",
        "%%",
        "*",
        "null",
        "undefined",
        "\\x00",
        "\\u0000",
        "\\0",
        "{{7*7}}",
        "${jndi:ldap://x}",
        "../../etc/passwd",
        "..%2f..%2f",
        "$(id)",
        "`id`",
        "<script>",
        "&amp;",
        "0",
        "true",
        "[]",
    ] {
        desk.rejected(&desk.call_with_value(value)).await;
        let around = format!("{}{value}", desk.token.value);
        desk.rejected(&desk.call_with_value(&around)).await;
    }
}

#[tokio::test]
async fn tokens_of_other_systems_are_rejected() {
    let desk = Desk::start().await;
    let signature = "c2lnbmF0dXJl".repeat(4);
    for value in [
        format!("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.{signature}"),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.".to_owned(),
        format!("ghp_{}", "a".repeat(36)),
        format!("ya29.{}", "a".repeat(100)),
        format!("rt_{}", "A1".repeat(32)),
    ] {
        desk.rejected(&desk.call_with_value(&value)).await;
    }
}
