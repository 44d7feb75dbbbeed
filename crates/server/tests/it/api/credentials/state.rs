//! What has to hold beside the credential itself: dates, switches, the token's user, and the hub's own health.

use std::convert::Infallible;

use automation_hub_domain::{
    clock::Timestamp,
    token::{
        TokenName,
        value::{TokenForm, TokenValue},
    },
};
use automation_hub_server::{auth::digest::Purpose, services::alarms};
use automation_hub_storage::{
    tenants,
    tokens::{self, AppKeyChange, KeyedDigest, NewToken, TokenChange},
    users,
};
use axum::{
    body::{Body, Bytes},
    http::Method,
};
use futures_util::stream;
use serde_json::json;

use super::{APP_KEY, Call, Desk};
use crate::{
    app::{Answer, NOON},
    calls::{Issued, keyed},
};

/// An edit of a token of Ana's that changes nothing yet.
pub fn change_of(desk: &Desk) -> TokenChange {
    TokenChange {
        name: TokenName::parse("Edited token").unwrap(),
        user: Some(desk.ana),
        expires_at: Some(NOON.plus_days(90)),
        is_active: true,
        app_key: AppKeyChange::Keep,
        by: Some(desk.ana),
        at: NOON,
    }
}

impl Desk {
    async fn edit(&self, token: &Issued, revision: i64, edit: impl FnOnce(&mut TokenChange)) {
        let mut change = change_of(self);
        edit(&mut change);
        let id = token.id;
        self.write(move |s| Ok(tokens::update(s, id, revision, &change)?)).await;
        self.hub.token_changed(id).await;
    }

    async fn switch_ana(&self, is_active: bool) {
        let ana = self.ana;
        self.write(move |s| Ok(users::set_active(s, ana, is_active, NOON)?)).await;
        self.hub.app.person_changed(self.hub.tenant, ana).await.unwrap();
    }

    async fn switch_tenant(&self, is_active: bool) {
        self.write(move |s| Ok(tenants::set_active(s, is_active)?)).await;
        self.hub.app.tenant_changed(self.hub.tenant).await.unwrap();
    }
}

fn expiry() -> Timestamp {
    NOON.plus_days(90)
}

#[tokio::test]
async fn a_token_works_up_to_the_millisecond_before_its_expiry() {
    let desk = Desk::start().await;
    desk.edit(&desk.token, 1, |change| change.expires_at = Some(NOON.plus_days(30))).await;
    let end = NOON.plus_days(30);
    desk.hub.clock.set(end.plus_millis(-1));
    desk.accepted(&desk.call()).await;
    for now in [end, end.plus_millis(1), end.plus_days(30)] {
        desk.hub.clock.set(now);
        desk.refused(&desk.call(), 401, "token-expired").await;
    }
}

#[tokio::test]
async fn what_counts_is_the_instant_the_headers_arrived() {
    let desk = Desk::start().await;
    let admin =
        desk.hub.add_user("ines@nordwind.example", &[automation_hub_domain::role::SYSTEM_ADMIN]).await;
    let token = desk.hub.issue(Some(admin), TokenForm::Uuid, None).await;
    let call = Call::of(&token)
        .at("/api/v1/openapi/automationidea")
        .by(Method::POST)
        .sending("application/json", "");
    let (parts, _) = call.request().into_parts();
    desk.hub.clock.set(expiry().plus_millis(-1));
    let clock = std::sync::Arc::clone(&desk.hub.clock);
    let late = stream::once(async move {
        clock.set(expiry().plus_minutes(1));
        Ok::<_, Infallible>(Bytes::from_static(b"{}"))
    });
    let answer: Answer = desk.hub.send(axum::http::Request::from_parts(parts, Body::from_stream(late))).await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert_eq!(answer.json()["type"], "invalid-input");
    let again = desk.send(&call).await;
    assert_eq!((again.status.as_u16(), again.json()["type"].clone()), (401, json!("token-expired")));
}

#[tokio::test]
async fn moving_the_expiry_counts_at_once_and_revives() {
    let desk = Desk::start().await;
    for (revision, (date, works)) in
        (1..).zip([(NOON.plus_days(-1), false), (NOON.plus_days(1), true), (NOON, false), (expiry(), true)])
    {
        desk.edit(&desk.token, revision, |change| change.expires_at = Some(date)).await;
        if works {
            desk.accepted(&desk.call()).await;
        } else {
            desk.refused(&desk.call(), 401, "token-expired").await;
        }
    }
}

#[tokio::test]
async fn a_token_without_expiry_works_only_where_the_tenant_allows_that() {
    let desk = Desk::start().await;
    desk.edit(&desk.token, 1, |change| change.expires_at = None).await;
    desk.refused(&desk.call(), 401, "token-not-compliant").await;
    for allows in [true, false, true] {
        desk.write(move |s| {
            let settings = tenants::get(s)?.settings;
            let settings =
                automation_hub_domain::tenant::TokenSettings { allows_never_expiring: allows, ..settings };
            tenants::update_token_settings(s, settings)?;
            Ok(true)
        })
        .await;
        desk.hub.app.tenant_changed(desk.hub.tenant).await.unwrap();
        if allows {
            desk.accepted(&desk.call()).await;
        } else {
            desk.refused(&desk.call(), 401, "token-not-compliant").await;
        }
    }
}

#[tokio::test]
async fn a_clock_that_steps_back_revives_nothing() {
    let desk = Desk::start().await;
    let end = NOON.plus_days(30);
    desk.edit(&desk.token, 1, |change| change.expires_at = Some(end)).await;
    for now in [end, end.plus_millis(-10_000), end.plus_minutes(60), end.plus_millis(-1), NOON] {
        desk.hub.clock.set(now);
        desk.refused(&desk.call(), 401, "token-expired").await;
    }
}

#[tokio::test]
async fn a_clock_that_stepped_back_raises_an_alarm_until_it_is_there_again() {
    let desk = Desk::start().await;
    let later = NOON.plus_hours(1);
    for (now, alarm) in [
        (NOON, None),
        (later, None),
        (later.plus_millis(-1000), None),
        (later.plus_millis(-10_000), Some(10_000)),
        (NOON, Some(3_600_000)),
        (later, None),
    ] {
        desk.hub.clock.set(now);
        desk.accepted(&desk.call()).await;
        assert_eq!(alarms::check_clock(&desk.hub.app), alarm, "{now:?}");
    }
}

#[tokio::test]
async fn an_inactive_token_is_refused_as_inactive_even_after_its_expiry() {
    let desk = Desk::start().await;
    desk.edit(&desk.token, 1, |change| change.is_active = false).await;
    desk.refused(&desk.call(), 401, "token-inactive").await;
    desk.edit(&desk.token, 2, |change| {
        change.is_active = false;
        change.expires_at = Some(NOON);
    })
    .await;
    desk.refused(&desk.call(), 401, "token-inactive").await;
    desk.edit(&desk.token, 3, |_| {}).await;
    desk.accepted(&desk.call()).await;
}

#[tokio::test]
async fn a_deactivated_users_tokens_rest_until_the_user_is_active_again() {
    let desk = Desk::start().await;
    let second = desk.hub.issue(Some(desk.ana), TokenForm::Prefixed, None).await;
    let tenant_level = desk.hub.issue(None, TokenForm::Uuid, None).await;
    desk.switch_ana(false).await;
    for token in [&desk.token, &second] {
        desk.refused(&Call::of(token), 401, "user-inactive").await;
    }
    desk.accepted(&Call::of(&tenant_level)).await;
    desk.switch_ana(true).await;
    desk.accepted(&desk.call()).await;
    desk.accepted(&Call::of(&second)).await;
}

/// Tenant, switch, expiry, user, app key: whatever is told is the first that doesn't hold.
#[tokio::test]
async fn of_several_reasons_the_first_in_a_fixed_order_is_told() {
    let desk = Desk::start().await;
    let token = desk.hub.issue(Some(desk.ana), TokenForm::Uuid, Some("correct-app-key")).await;
    let call = Call::of(&token).without(APP_KEY);
    desk.switch_tenant(false).await;
    desk.switch_ana(false).await;
    desk.edit(&token, 1, |change| {
        change.is_active = false;
        change.expires_at = Some(NOON);
    })
    .await;
    desk.refused(&call, 401, "tenant-inactive").await;
    desk.switch_tenant(true).await;
    desk.refused(&call, 401, "token-inactive").await;
    desk.edit(&token, 2, |change| change.expires_at = Some(NOON)).await;
    desk.refused(&call, 401, "token-expired").await;
    desk.edit(&token, 3, |_| {}).await;
    desk.refused(&call, 401, "user-inactive").await;
    desk.switch_ana(true).await;
    desk.refused(&call, 401, "app-key-required").await;
    desk.accepted(&Call::of(&token)).await;
}

/// A value that can't be recognised here may be right: it is never called wrong.
#[tokio::test]
async fn where_a_pepper_is_missing_the_hub_is_unavailable() {
    let desk = Desk::start().await;
    let value = TokenValue::from_random(TokenForm::Uuid, [9; 32]);
    let new = NewToken {
        name: TokenName::parse("From another node").unwrap(),
        user: Some(desk.ana),
        creator: Some(desk.ana),
        value: KeyedDigest { pepper_number: 77, ..keyed(desk.hub.digest(Purpose::Token, "elsewhere")) },
        last_four: value.last_four().to_owned(),
        app_key: None,
        created_at: NOON,
        expires_at: Some(expiry()),
        is_active: true,
    };
    let insert = move |s: &mut automation_hub_storage::Session<'_>| {
        Ok::<_, automation_hub_server::error::Error>(tokens::insert(s, &new)?)
    };
    let id = desk.hub.app.store.write(desk.hub.tenant, insert).await.unwrap();
    desk.hub.token_changed(id).await;
    desk.refused(&desk.call_with_value(value.expose()), 503, "unavailable").await;
    desk.accepted(&desk.call()).await;

    let key = KeyedDigest { pepper_number: 77, ..keyed(desk.hub.digest(Purpose::AppKey, "correct-app-key")) };
    desk.edit(&desk.token, 1, move |change| change.app_key = AppKeyChange::Replace(key)).await;
    desk.refused(&desk.call().with(APP_KEY, "correct-app-key"), 503, "unavailable").await;
}
