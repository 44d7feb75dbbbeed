//! Two servers on one database: what one of them changes, the other takes over.

use std::sync::Arc;

use automation_hub_domain::{role::SYSTEM_ADMIN, token::value::TokenForm, user::RoleAssignment};
use automation_hub_server::{app::App, router::router, server::Server};
use automation_hub_storage::{Store, StoreOptions, tenants, tokens, users};
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
