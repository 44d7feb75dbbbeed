//! Two servers on one database: what one of them changes, the other takes over.

use std::sync::Arc;

use automation_hub_domain::{role::SYSTEM_ADMIN, token::value::TokenForm, user::RoleAssignment};
use automation_hub_server::{app::App, router::router, server::Server};
use automation_hub_storage::{Store, StoreOptions, tenants, tokens, users, values};
use axum::http::StatusCode;
use tower::ServiceExt;
use uuid::Uuid;

use crate::{
    app::{Answer, NOON, TestHub, found_tenant},
    calls::{AUTHINFO, Issued},
};

/// A server beside the hub's own, with connections and memory of its own.
struct Other {
    app: App,
    router: Server,
}

impl Other {
    async fn start(hub: &TestHub) -> Self {
        let options = StoreOptions { postgres_pool: 2, ..StoreOptions::new(hub.database.location()) };
        let store = Store::open(options).await.unwrap();
        let clock = Arc::clone(&hub.app.clock);
        let app = App::with_store(store, hub.app.keys.clone(), hub.app.config.clone(), clock).await.unwrap();
        Self { router: router(app.clone()), app }
    }

    async fn catch_up(&self) {
        self.app.feed.catch_up(&self.app).await.unwrap();
    }

    async fn call(&self, token: &Issued) -> Answer {
        Answer::of(self.router.clone().oneshot(token.request(AUTHINFO)).await.unwrap()).await
    }

    async fn status(&self, token: &Issued) -> StatusCode {
        self.call(token).await.status
    }
}

#[tokio::test]
async fn a_token_made_and_revoked_elsewhere_is_accepted_and_refused() {
    let hub = TestHub::start().await;
    let other = Other::start(&hub).await;
    let (_, token) = hub.issue_personal().await;
    assert_eq!(other.status(&token).await, StatusCode::UNAUTHORIZED, "nobody has told it yet");
    other.catch_up().await;
    assert_eq!(other.status(&token).await, StatusCode::OK);

    let id = token.id;
    hub.app.store.write(hub.tenant, move |s| tokens::revoke(s, id, None, NOON)).await.unwrap();
    other.catch_up().await;
    assert_eq!(other.status(&token).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_person_switched_off_elsewhere_takes_their_tokens_along() {
    let hub = TestHub::start().await;
    let (user, token) = hub.issue_personal().await;
    let other = Other::start(&hub).await;
    assert_eq!(other.status(&token).await, StatusCode::OK);
    for (is_active, expected) in [(false, StatusCode::UNAUTHORIZED), (true, StatusCode::OK)] {
        hub.app.store.write(hub.tenant, move |s| users::set_active(s, user, is_active, NOON)).await.unwrap();
        other.catch_up().await;
        assert_eq!(other.status(&token).await, expected, "active: {is_active}");
    }
}

#[tokio::test]
async fn rights_given_elsewhere_count() {
    let hub = TestHub::start().await;
    let (user, token) = hub.issue_personal().await;
    let other = Other::start(&hub).await;
    let roles = [RoleAssignment { role: SYSTEM_ADMIN, category: None }];
    let assign =
        move |s: &mut automation_hub_storage::Session<'_>| users::set_role_assignments(s, user, &roles);
    let before = other.call(&token).await.text();
    hub.app.store.write(hub.tenant, assign).await.unwrap();
    other.catch_up().await;
    let after = other.call(&token).await.text();
    assert!(!before.contains("ah-system-admin") && after.contains("ah-system-admin"), "{before} {after}");
}

#[tokio::test]
async fn a_tenant_founded_or_switched_off_elsewhere_is_known() {
    let hub = TestHub::start().await;
    let token = hub.issue(None, TokenForm::Uuid, None).await;
    let other = Other::start(&hub).await;
    found_tenant(&hub.database, "suedwind", "test", Uuid::from_u128(2)).await;
    assert!(other.app.tenant_by_slugs("suedwind", "test").is_none());
    other.catch_up().await;
    assert!(other.app.tenant_by_slugs("suedwind", "test").is_some());

    assert_eq!(other.status(&token).await, StatusCode::OK);
    hub.app.store.write(hub.tenant, |s| tenants::set_active(s, false)).await.unwrap();
    other.catch_up().await;
    assert_eq!(other.status(&token).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn looking_for_changes_costs_one_statement_while_there_are_none() {
    let hub = TestHub::start().await;
    let other = Other::start(&hub).await;
    other.catch_up().await;
    let before = other.app.store.statement_count();
    other.catch_up().await;
    assert_eq!(other.app.store.statement_count() - before, 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_hides_no_later_change() {
    let hub = TestHub::start().await;
    let damaged = hub.issue(None, TokenForm::Uuid, None).await;
    let revoked = hub.issue(None, TokenForm::Uuid, None).await;
    let other = Other::start(&hub).await;
    let id = damaged.id;
    let damage = move |s: &mut automation_hub_storage::Session<'_>| {
        tokens::suspend(s, id, NOON)?;
        s.execute("UPDATE tokens SET suspended_at = NULL, pepper_number = 0 WHERE id = $1", values![id])
    };
    assert_eq!(hub.app.store.write(hub.tenant, damage).await.unwrap(), 1);
    let id = revoked.id;
    hub.app.store.write(hub.tenant, move |s| tokens::revoke(s, id, None, NOON)).await.unwrap();

    other.catch_up().await;
    assert_eq!(other.status(&damaged).await, StatusCode::UNAUTHORIZED);
    assert_eq!(other.status(&revoked).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn nothing_is_accepted_ten_seconds_after_the_changes_went_out_of_sight() {
    let hub = TestHub::start().await;
    let (_, token) = hub.issue_personal().await;
    let rename = |from: &str, to: &str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        hub.app.store.write(hub.tenant, move |s| s.execute(&sql, &[]))
    };
    rename("changes", "elsewhere").await.unwrap();
    for (millis, expected) in [
        (0, StatusCode::OK),
        (9_999, StatusCode::OK),
        (10_000, StatusCode::SERVICE_UNAVAILABLE),
        (60_000, StatusCode::SERVICE_UNAVAILABLE),
    ] {
        hub.clock.set(NOON.plus_millis(millis));
        hub.app.feed.follow(&hub.app).await.unwrap_err();
        let answer = hub.send(token.request(AUTHINFO)).await;
        assert_eq!(answer.status, expected, "after {millis} ms");
    }
    rename("elsewhere", "changes").await.unwrap();
    hub.app.feed.follow(&hub.app).await.unwrap();
    assert_eq!(hub.send(token.request(AUTHINFO)).await.status, StatusCode::OK);
}
