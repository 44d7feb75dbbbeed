//! Saving the Add Token form. The draft makes it happen once, however often the form is sent.

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    id::{SessionId, TokenId, UserId},
    permission::Permission,
    token::{TokenType, app_key::AppKey, value::TokenValue},
};
use automation_hub_storage::{
    Constraint, Session, StorageError, drafts, tenants,
    tokens::{self, NewToken, SealedValues, Token},
};
use serde_json::{Value, json};

use super::{Secrets, digest_app_key, digest_value, draft, input::Present, record};
use crate::{
    app::App,
    auth::{
        actor::Actor,
        password::Password,
        vault::{Column, Place, Vault},
    },
    error::Error,
    services::{sign_in::confirm_password, tokens::input::TokenInput},
};

const DRAFT_OVER: &str =
    "The value drawn for this form is gone after 15 minutes. Here is a new one: save again.";

/// Makes the token whose value the draft holds.
pub async fn create(app: &App, actor: &Actor, draft: i64, input: TokenInput) -> Result<TokenId, Error> {
    actor.require(Permission::OpenApi)?;
    let session = actor.require_session()?;
    let now = app.clock.now();
    let tenant = actor.tenant_id();
    if let Some(saved) = saved_token(app, actor, session, draft, now).await? {
        return Ok(saved);
    }
    let is_for_other = needs_credential(app, actor, &input, now).await?;
    if is_for_other {
        require_credential(app, actor, &input.password).await?;
    }
    let (state, by) = (app.clone(), actor.clone());
    let made = app
        .store
        .write(tenant, move |s| {
            let new = New { app: &state, actor: &by, session, draft, is_for_other, now };
            new.insert(s, &input)
        })
        .await;
    let id = match made {
        // Sent twice at the same instant: the other one was faster.
        Err(Error::Conflict(_)) => {
            saved_token(app, actor, session, draft, now).await?.ok_or(super::NOT_FOUND)?
        }
        made => made?,
    };
    app.tokens.refresh_token(&app.store, tenant, id).await?;
    Ok(id)
}

async fn saved_token(
    app: &App,
    actor: &Actor,
    session: SessionId,
    draft: i64,
    now: Timestamp,
) -> Result<Option<TokenId>, Error> {
    let found = app.store.read(actor.tenant_id(), move |s| draft::find(s, session, draft, now)).await?;
    found.map(|draft| draft.token).ok_or_else(|| Error::invalid("token", DRAFT_OVER))
}

/// Tells all mistakes of the input before the password is asked for, and whether it acts for somebody else.
async fn needs_credential(
    app: &App,
    actor: &Actor,
    input: &TokenInput,
    now: Timestamp,
) -> Result<bool, Error> {
    let input = input.clone();
    let present = Present { is_new: true, ..Present::default() };
    let checked = app.store.read(actor.tenant_id(), move |s| input.check(s, present, now)).await?;
    Ok(acts_for_other(actor, checked.user.map(|user| user.id)))
}

fn acts_for_other(actor: &Actor, user: Option<UserId>) -> bool {
    user.is_some_and(|user| Some(user) != actor.user_id())
}

/// The step before acting for somebody else: a credential check not older than five minutes, made here if the
/// form brought the password along.
pub(super) async fn require_credential(app: &App, actor: &Actor, password: &str) -> Result<(), Error> {
    if actor.require_fresh_credential(app.clock.now()).is_ok() {
        return Ok(());
    }
    if password.is_empty() {
        return Err(Error::invalid("password", "Type your password: the token acts for somebody else."));
    }
    if confirm_password(app, actor, Password::typed(password)).await? {
        Ok(())
    } else {
        Err(Error::invalid("password", "This isn’t your password. Check it, then save again."))
    }
}

struct New<'a> {
    app: &'a App,
    actor: &'a Actor,
    session: SessionId,
    draft: i64,
    is_for_other: bool,
    now: Timestamp,
}

impl New<'_> {
    fn insert(&self, s: &mut Session<'_>, input: &TokenInput) -> Result<TokenId, Error> {
        let draft = draft::find(s, self.session, self.draft, self.now)?;
        let draft = draft.ok_or_else(|| Error::invalid("token", DRAFT_OVER))?;
        if let Some(saved) = draft.token {
            return Ok(saved);
        }
        let value = draft::open(s, &self.app.vault, self.session, &draft)?.and_then(|secrets| secrets.value);
        let value = value.ok_or_else(|| Error::invalid("token", DRAFT_OVER))?;
        let checked = input.check(s, Present { is_new: true, ..Present::default() }, self.now)?;
        // Another person goes by what was typed since the password was asked for, or wasn't.
        if acts_for_other(self.actor, checked.user.as_ref().map(|user| user.id)) && !self.is_for_other {
            return Err(Error::Stale);
        }
        let new = NewToken {
            name: checked.name,
            user: checked.user.as_ref().map(|user| user.id),
            creator: self.actor.user_id(),
            value: digest_value(self.app, self.actor, &value),
            last_four: value.last_four().to_owned(),
            app_key: checked.app_key.as_ref().map(|key| digest_app_key(self.app, self.actor, key)),
            created_at: self.now,
            expires_at: checked.expires_at,
            is_active: input.is_active,
        };
        let id = tokens::insert(s, &new).map_err(refuse_second)?;
        let secrets = Secrets { value: Some(value), app_key: checked.app_key };
        draft::put(s, &self.app.vault, (self.session, self.draft), &secrets)?;
        drafts::claim(s, self.draft, id)?;
        keep_copies(s, &self.app.vault, id, &secrets)?;
        self.record(s, id)?;
        Ok(id)
    }

    fn record(&self, s: &mut Session<'_>, id: TokenId) -> Result<(), Error> {
        let token = tokens::find(s, id, self.now)?.ok_or(super::NOT_FOUND)?;
        let (action, after) = described(&token);
        record(s, self.actor, self.now, action, &token, Some((json!({}), after)))
    }
}

/// What the audit trail says of a new token.
pub(super) fn described(token: &Token) -> (AuditAction, Value) {
    let after = json!({
        "type": token.token_type().key(),
        "user": token.user.as_ref().map(|user| user.email.clone()),
        "expires_at": token.expires_at.map(Timestamp::millis),
        "is_active": token.is_active,
        "has_app_key": token.has_app_key,
    });
    let action = match token.token_type() {
        TokenType::UserAssigned => AuditAction::TOKEN_CREATE_FOR_USER,
        TokenType::Personal | TokenType::TenantLevel => AuditAction::TOKEN_CREATE,
    };
    (action, after)
}

fn refuse_second(error: StorageError) -> Error {
    match error {
        StorageError::Conflict(Constraint::TokenDigest) => {
            Error::Conflict("This token is saved already.".into())
        }
        other => other.into(),
    }
}

/// Keeps sealed copies where the tenant wants values to be copied again, and only there.
pub(super) fn keep_copies(
    s: &mut Session<'_>,
    vault: &Vault,
    token: TokenId,
    secrets: &Secrets,
) -> Result<(), Error> {
    if tenants::get(s)?.settings.copy_again_since.is_none() {
        return Ok(());
    }
    let tenant = s.tenant();
    let place = |column| Place::Token { tenant, token, column };
    let seal =
        |column, secret: Option<&str>| secret.map(|secret| vault.seal(place(column), secret)).transpose();
    let sealed = SealedValues {
        value: seal(Column::Value, secrets.value.as_ref().map(TokenValue::expose))?,
        app_key: seal(Column::AppKey, secrets.app_key.as_ref().map(AppKey::expose))?,
    };
    Ok(tokens::put_sealed(s, token, &sealed)?)
}
