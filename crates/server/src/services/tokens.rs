//! Managing Open API tokens: who may, what is written together with what, and that verification knows of a
//! change before it is answered.

mod create;
mod draft;
mod edit;
mod fresh;
mod input;
mod operator;
mod reveal;
mod settings;
mod usage;

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    id::{TokenId, UserId},
    page::{Direction, Page, PageRequest},
    permission::Permission,
    token::{app_key::AppKey, value::TokenValue},
};
use automation_hub_storage::{
    Session, audit, drafts,
    tokens::{self, KeyedDigest, StateCounts, Token, TokenFilter, TokenSort},
};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    app::App,
    auth::{
        actor::Actor,
        digest::{Peppers, Purpose},
    },
    error::Error,
};

pub use create::create;
pub use draft::{Draft, begin, reopen};
pub use edit::{RotateInput, edit, rotate};
pub use fresh::{Shown, show_saved};
pub(crate) use input::find_user;
pub use input::{AppKeyInput, TokenInput, end_of, end_of_day, last_day};
pub use operator::{OperatorTokens, revoke_as_operator};
pub use reveal::reveal;
pub use settings::{Hit, SettingsInput, change_settings, hit_by_settings};
pub use usage::{DAYS, Usage, own_calls, usage};

const NOT_FOUND: Error = Error::NotFound("token");

/// One page of the console's list, with how many tokens are in each state.
pub struct TokenList {
    pub page: Page<Token>,
    pub counts: StateCounts,
}

/// The longest text that is searched for.
pub const SEARCH_LIMIT: usize = 256;

pub async fn list(
    app: &App,
    actor: &Actor,
    filter: TokenFilter,
    sort: (TokenSort, Direction),
    request: PageRequest,
) -> Result<TokenList, Error> {
    actor.require(Permission::OpenApi)?;
    let search = filter.user_search.as_deref().unwrap_or_default();
    if search.chars().count() > SEARCH_LIMIT {
        return Err(Error::invalid("user", "Search for at most 256 characters."));
    }
    let now = app.clock.now();
    app.store
        .scan(actor.tenant_id(), move |s| -> Result<_, Error> {
            let counts = tokens::count_by_state(s, &filter, now)?;
            let total = counts.of(filter.state);
            let items = tokens::list(s, &filter, sort, (request, Some(total)), now)?;
            Ok(TokenList { page: Page { items, total, request }, counts })
        })
        .await
}

/// The page of the unfiltered list, newest first, that shows a token.
pub async fn page_with(app: &App, actor: &Actor, id: TokenId) -> Result<PageRequest, Error> {
    actor.require(Permission::OpenApi)?;
    let newer =
        app.store.read(actor.tenant_id(), move |s| tokens::count_newer(s, id).map_err(Error::from)).await?;
    let limit = PageRequest::DEFAULT_LIMIT;
    Ok(PageRequest { offset: newer / limit * limit, limit })
}

/// A token of the tenant, for whoever manages tokens.
pub async fn find(app: &App, actor: &Actor, id: TokenId) -> Result<Token, Error> {
    actor.require(Permission::OpenApi)?;
    let now = app.clock.now();
    app.store.read(actor.tenant_id(), move |s| tokens::find(s, id, now)).await?.ok_or(NOT_FOUND)
}

/// The tokens that act as the actor.
pub async fn list_own(app: &App, actor: &Actor) -> Result<Vec<Token>, Error> {
    let (user, now) = (actor.user()?.id, app.clock.now());
    app.store.read(actor.tenant_id(), move |s| tokens::list_of_user(s, user, now).map_err(Error::from)).await
}

/// A token that acts as the actor, whatever their permissions.
pub async fn find_own(app: &App, actor: &Actor, id: TokenId) -> Result<Token, Error> {
    let (user, now) = (actor.user()?.id, app.clock.now());
    let token = app.store.read(actor.tenant_id(), move |s| tokens::find(s, id, now)).await?;
    token.filter(|token| token.revoked_at.is_none() && acts_as(token, Some(user))).ok_or(NOT_FOUND)
}

pub async fn set_active(app: &App, actor: &Actor, id: TokenId, is_active: bool) -> Result<(), Error> {
    actor.require(Permission::OpenApi)?;
    actor.require_session()?;
    let actor = actor.clone();
    let (tenant, now) = (actor.tenant_id(), app.clock.now());
    app.store
        .write(tenant, move |s| -> Result<_, Error> {
            let token = find_live(s, id, now)?;
            // Pressed twice, or by two people: there is nothing to change or to write down.
            if token.is_active == is_active && token.suspended_at.is_none() {
                return Ok(());
            }
            tokens::set_active(s, id, is_active, actor.user_id(), now)?;
            let action = if is_active { AuditAction::TOKEN_ACTIVATE } else { AuditAction::TOKEN_DEACTIVATE };
            record(s, &actor, now, action, &token, None)
        })
        .await?;
    app.tokens.refresh_token(&app.store, tenant, id).await
}

/// Ends a token for good. Its user may do that without any permission.
pub async fn revoke(app: &App, actor: &Actor, id: TokenId) -> Result<Token, Error> {
    actor.require_session()?;
    if !actor.may(Permission::OpenApi) {
        find_own(app, actor, id).await?;
    }
    let actor = actor.clone();
    let (tenant, now) = (actor.tenant_id(), app.clock.now());
    let token = app
        .store
        .write(tenant, move |s| -> Result<_, Error> {
            let token = find_live(s, id, now)?;
            if !actor.may(Permission::OpenApi) && !acts_as(&token, actor.user_id()) {
                return Err(NOT_FOUND);
            }
            tokens::revoke(s, id, actor.user_id(), now)?;
            drafts::erase_of_token(s, id)?;
            record(s, &actor, now, AuditAction::TOKEN_REVOKE, &token, None)?;
            Ok(token)
        })
        .await?;
    app.tokens.refresh_token(&app.store, tenant, id).await?;
    Ok(token)
}

fn acts_as(token: &Token, user: Option<UserId>) -> bool {
    token.user.as_ref().map(|user| user.id) == user
}

/// The token, unless it is revoked or never was.
fn find_live(s: &mut Session<'_>, id: TokenId, now: Timestamp) -> Result<Token, Error> {
    tokens::find(s, id, now)?.filter(|token| token.revoked_at.is_none()).ok_or(NOT_FOUND)
}

/// Writes the audit event of a change into the change's own transaction.
fn record(
    s: &mut Session<'_>,
    actor: &Actor,
    now: Timestamp,
    action: AuditAction,
    token: &Token,
    change: Option<(Value, Value)>,
) -> Result<(), Error> {
    let mut event = actor.event(now, action, ("token", token.id.get()), &token.name);
    if let Some((before, after)) = change {
        event.before = Some(before.to_string());
        event.after = Some(after.to_string());
    }
    Ok(audit::insert(s, &event)?)
}

fn digest_value(app: &App, actor: &Actor, value: &TokenValue) -> KeyedDigest {
    digest(app.tokens.verifier.peppers(), Purpose::Token, actor.tenant.uuid, value.expose())
}

fn digest_app_key(app: &App, actor: &Actor, key: &AppKey) -> KeyedDigest {
    digest(app.tokens.verifier.peppers(), Purpose::AppKey, actor.tenant.uuid, key.expose())
}

/// What is kept of a secret.
fn digest(peppers: &Peppers, purpose: Purpose, tenant: Uuid, secret: &str) -> KeyedDigest {
    let stored = peppers.current().store(purpose, tenant, secret.as_bytes());
    KeyedDigest { digest: *stored.digest.as_bytes(), pepper_number: stored.pepper.get() }
}

/// The secrets of a token as they stand between drawing and sealing. Printed nowhere.
#[derive(Clone)]
pub struct Secrets {
    pub value: Option<TokenValue>,
    pub app_key: Option<AppKey>,
}
