//! Copying a value again, where a tenant allows it: one value a call, few an hour, never without a trace.

use automation_hub_domain::{
    audit::AuditAction,
    id::TokenId,
    permission::Permission,
    token::{app_key::AppKey, value::TokenValue},
};
use automation_hub_storage::{tenants, tokens};

use super::{NOT_FOUND, Secrets, find_live, record};
use crate::{
    app::App,
    auth::{
        actor::Actor,
        vault::{Column, Place},
    },
    error::Error,
};

/// Reveals of one administrator within an hour.
const HOURLY_LIMIT: u64 = 10;

/// The secrets of a token whose copies are kept. As if it weren't there where they aren't.
pub async fn reveal(app: &App, actor: &Actor, id: TokenId) -> Result<Secrets, Error> {
    actor.require(Permission::OpenApi)?;
    actor.require_session()?;
    let user = actor.user()?.id;
    let (tenant, now) = (actor.tenant_id(), app.clock.now());
    actor.require_fresh_credential(now)?;
    let (vault, by) = (app.vault.clone(), actor.clone());
    app.store
        .write(tenant, move |s| -> Result<_, Error> {
            let token = find_live(s, id, now)?;
            if tenants::get(s)?.settings.copy_again_since.is_none() {
                return Err(NOT_FOUND);
            }
            let sealed = tokens::sealed_values(s, id)?.ok_or(NOT_FOUND)?;
            let value = sealed.value.ok_or(NOT_FOUND)?;
            if tokens::count_reveals(s, user, now.plus_hours(-1))? >= HOURLY_LIMIT {
                return Err(Error::TooMany { retry_after_secs: 3600 });
            }
            let place = |column| Place::Token { tenant, token: id, column };
            let value = TokenValue::from_opened(vault.open(place(Column::Value), &value)?.to_string());
            let app_key = match &sealed.app_key {
                Some(sealed) => AppKey::parse(&vault.open(place(Column::AppKey), sealed)?).ok(),
                None => None,
            };
            tokens::insert_reveal(s, user, id, now)?;
            record(s, &by, now, AuditAction::TOKEN_REVEAL, &token, None)?;
            Ok(Secrets { value, app_key })
        })
        .await
}
