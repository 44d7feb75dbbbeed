//! Values that are kept to be copied again open in their own row only, and a database without its keys opens and
//! verifies nothing.

use std::sync::Arc;

use automation_hub_domain::{
    id::{TenantId, TokenId},
    role::SYSTEM_ADMIN,
    tenant::TokenSettings,
};
use automation_hub_server::{
    app::App,
    auth::{
        random::SystemRandom,
        vault::{Column, Place, Vault},
    },
    keys::Keys,
    router::router,
    services::tokens::{OperatorTokens, TokenInput},
};
use automation_hub_storage::{
    StorageError, tenants,
    tokens::{self, SealedValues},
};
use axum::http::StatusCode;

use crate::{
    app::{BASE, NOON, TestHub},
    calls::Issued,
};

const ROWS: usize = 100;

/// A hub that keeps copies, and tokens with app keys made at its command line.
async fn hub_with_copies() -> (TestHub, Vec<Issued>) {
    let hub = TestHub::start().await;
    let settings = TokenSettings { copy_again_since: Some(NOON), ..TokenSettings::default() };
    let write = hub.app.store.write(hub.tenant, move |s| tenants::update_token_settings(s, settings));
    write.await.unwrap();
    hub.app.tenant_changed(hub.tenant).await.unwrap();
    let tenant = hub.app.tenants().first().unwrap().as_ref().clone();
    let made = OperatorTokens::new(hub.app.store.clone(), &hub.app.keys, tenant.clone());
    let mut issued = Vec::new();
    for number in 0..ROWS {
        let input = TokenInput {
            name: format!("Kept {number}"),
            expires_in: "90".into(),
            app_key: format!("app-key-{number:04}"),
            ..TokenInput::default()
        };
        let (token, secrets) = made.create(input, NOON).await.unwrap();
        let value = secrets.value.unwrap().expose().to_owned();
        let app_key = secrets.app_key.map(|app_key| app_key.expose().to_owned());
        assert!(app_key.is_some());
        hub.token_changed(token.id).await;
        issued.push(Issued { id: token.id, tenant: tenant.uuid, value, app_key });
    }
    (hub, issued)
}

async fn sealed_values(hub: &TestHub, issued: &[Issued]) -> Vec<(TokenId, Vec<u8>, Vec<u8>)> {
    let ids: Vec<TokenId> = issued.iter().map(|token| token.id).collect();
    let read = hub.app.store.read(hub.tenant, move |s| -> Result<_, StorageError> {
        let mut all = Vec::new();
        for id in &ids {
            let sealed = tokens::sealed_values(s, *id)?.unwrap();
            all.push((*id, sealed.value.unwrap(), sealed.app_key.unwrap()));
        }
        Ok(all)
    });
    read.await.unwrap()
}

fn place(tenant: TenantId, token: TokenId, column: Column) -> Place {
    Place::Token { tenant, token, column }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_sealed_rows_no_two_can_be_swapped() {
    let (hub, issued) = hub_with_copies().await;
    let (vault, home, other) = (&hub.app.vault, hub.tenant, TenantId::new(hub.tenant.get() + 1));
    let rows = sealed_values(&hub, &issued).await;
    let open = |id: TokenId, column, sealed: &[u8]| vault.open(place(home, id, column), sealed);
    for (number, ((own, value, app_key), token)) in rows.iter().zip(&issued).enumerate() {
        assert_eq!(open(*own, Column::Value, value).unwrap().as_str(), token.value);
        assert_eq!(Some(open(*own, Column::AppKey, app_key).unwrap().as_str()), token.app_key.as_deref());
        assert!(open(*own, Column::AppKey, value).is_err(), "columns swapped");
        assert!(open(*own, Column::Value, app_key).is_err(), "columns swapped");
        assert!(vault.open(place(other, *own, Column::Value), value).is_err(), "another tenant's");
        for (id, other_value, _) in &rows[..number] {
            assert!(open(*own, Column::Value, other_value).is_err(), "the value of {id:?} in {own:?}");
            assert!(open(*id, Column::AppKey, app_key).is_err(), "the app key of {own:?} in {id:?}");
        }
    }
    let another = Vault::new(&Keys::draw().unwrap().outer, Arc::new(SystemRandom));
    for (id, value, app_key) in &rows {
        assert!(another.open(place(home, *id, Column::Value), value).is_err(), "another outer key");
        assert!(another.open(place(home, *id, Column::AppKey), app_key).is_err(), "another outer key");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swapped_copy_is_shown_to_nobody_and_the_token_works_on() {
    let (hub, issued) = hub_with_copies().await;
    let rows = sealed_values(&hub, &issued[..2]).await;
    let (first, second) = (rows[0].0, rows[1].1.clone());
    let swap = move |s: &mut automation_hub_storage::Session<'_>| {
        tokens::put_sealed(s, first, &SealedValues { value: Some(second.clone()), app_key: None })
    };
    hub.app.store.write(hub.tenant, swap).await.unwrap();
    hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;
    let path = |id: TokenId| format!("{BASE}/admin/platform-setup/open-api/tokens/{}/reveal", id.get());
    let refused = ines.post(&path(first), &[]).await;
    assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR);
    for token in &issued[..2] {
        assert!(!refused.text().contains(&token.value), "nobody's value is shown");
    }
    let revealed = ines.post(&path(issued[1].id), &[]).await;
    let untouched = ines.get(revealed.location()).await;
    assert!(untouched.status == StatusCode::OK && untouched.text().contains(&issued[1].value));
    assert_eq!(hub.send(issued[0].request(crate::calls::AUTHINFO)).await.status, StatusCode::OK);
}

/// The whole database in the hands of somebody who has no key to it.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_under_other_keys_verifies_nothing_and_opens_nothing() {
    let (hub, issued) = hub_with_copies().await;
    let stolen = App::with_store(
        hub.database.store.clone(),
        Keys::draw().unwrap(),
        hub.app.config.clone(),
        hub.clock.clone(),
    );
    let stolen = stolen.await.unwrap();
    let server = router(stolen.clone());
    for token in &issued {
        let request = token.request(crate::calls::AUTHINFO);
        let answer = tower::ServiceExt::oneshot(server.clone(), request).await.unwrap();
        let answer = crate::app::Answer::of(answer).await;
        assert_eq!(
            (answer.status, answer.json()["type"].clone()),
            (StatusCode::UNAUTHORIZED, "token-rejected".into())
        );
        assert_eq!(hub.send(token.request(crate::calls::AUTHINFO)).await.status, StatusCode::OK);
    }
    for (id, value, app_key) in sealed_values(&hub, &issued).await {
        assert!(stolen.vault.open(place(hub.tenant, id, Column::Value), &value).is_err());
        assert!(stolen.vault.open(place(hub.tenant, id, Column::AppKey), &app_key).is_err());
    }
}
