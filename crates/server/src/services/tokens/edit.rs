//! Editing a token, and giving it a new value.

use std::borrow::Cow;

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    id::{SessionId, TokenId},
    permission::Permission,
    token::{Overlap, app_key::AppKey},
};
use automation_hub_storage::{
    Session, drafts,
    tokens::{self, AppKeyChange, Rotation, Token, TokenChange},
};
use serde_json::{Map, Value, json};

use super::{
    Secrets,
    create::{keep_copies, require_credential},
    digest_app_key, digest_value, draft, find_live,
    input::{AppKeyInput, Checked, Present, TokenInput},
    record,
};
use crate::{
    app::App,
    auth::{actor::Actor, digest::Digest},
    error::Error,
};

/// Changes a token that still has the revision the form was made on, or is already as the form asks.
pub async fn edit(
    app: &App,
    actor: &Actor,
    id: TokenId,
    revision: i64,
    input: TokenInput,
) -> Result<(), Error> {
    actor.require(Permission::OpenApi)?;
    let session = actor.require_session()?;
    let (tenant, now) = (actor.tenant_id(), app.clock.now());
    let checking = input.clone();
    let changes_user = app
        .store
        .read(tenant, move |s| -> Result<_, Error> {
            let token = find_live(s, id, now)?;
            let checked = on_top_of(&checking, &token, revision).check(s, present(&token), now)?;
            Ok(changes_user(&checked, &token))
        })
        .await?;
    if changes_user {
        require_credential(app, actor, &input.password).await?;
    }
    let (state, by) = (app.clone(), actor.clone());
    app.store
        .write(tenant, move |s| {
            let edit = Edit { app: &state, actor: &by, session, now };
            edit.update(s, id, revision, &input, changes_user)
        })
        .await?;
    app.tokens.refresh_token(&app.store, tenant, id).await
}

fn present(token: &Token) -> Present {
    Present {
        expires_at: token.expires_at,
        is_new: false,
        user: token.user.as_ref().map(|user| user.id),
        has_app_key: token.has_app_key,
    }
}

/// What a form that was made on this revision asks of the token as it stands.
fn on_top_of<'i>(input: &'i TokenInput, token: &Token, revision: i64) -> Cow<'i, TokenInput> {
    if token.revision == revision { Cow::Borrowed(input) } else { Cow::Owned(input.on_top_of(token)) }
}

fn changes_user(checked: &Checked, before: &Token) -> bool {
    checked.user.as_ref().map(|user| user.id) != before.user.as_ref().map(|user| user.id)
}

struct Edit<'a> {
    app: &'a App,
    actor: &'a Actor,
    session: SessionId,
    now: Timestamp,
}

impl Edit<'_> {
    fn update(
        &self,
        s: &mut Session<'_>,
        id: TokenId,
        revision: i64,
        input: &TokenInput,
        may_change_user: bool,
    ) -> Result<(), Error> {
        let before = find_live(s, id, self.now)?;
        let input = on_top_of(input, &before, revision);
        let checked = input.check(s, present(&before), self.now)?;
        let changes_user = changes_user(&checked, &before);
        let is_current = before.revision == revision;
        let change = self.change(s, (&input, is_current), &checked, &before)?;
        if !changes_user && keeps_the_rest(&change, &before) {
            // Nothing was changed in the form, or it was sent twice: no event, and the forms that others have open stay
            // valid.
            return Ok(());
        }
        // Whom it acts as may have changed since the password was asked for, or wasn't.
        if !is_current || (changes_user && !may_change_user) {
            return Err(Error::Stale);
        }
        if !tokens::update(s, id, revision, &change)? {
            return Err(Error::Stale);
        }
        if let (Some(app_key), AppKeyChange::Replace(_)) = (checked.app_key, &change.app_key) {
            let secrets = Secrets { value: None, app_key: Some(app_key) };
            self.offer(s, id, &secrets)?;
        }
        let after = find_live(s, id, self.now)?;
        let (mut old, mut new) = (described(&before), described(&after));
        if change.app_key != AppKeyChange::Keep {
            let word = if input.app_key_input == AppKeyInput::Remove { "removed" } else { "replaced" };
            new.insert("app_key".to_owned(), json!(word));
        }
        keep_changes(&mut old, &mut new);
        record(
            s,
            self.actor,
            self.now,
            AuditAction::TOKEN_EDIT,
            &after,
            Some((Value::Object(old), Value::Object(new))),
        )
    }

    fn change(
        &self,
        s: &mut Session<'_>,
        (input, is_current): (&TokenInput, bool),
        checked: &Checked,
        before: &Token,
    ) -> Result<TokenChange, Error> {
        let app_key = match (&checked.app_key, input.app_key_input) {
            (Some(key), _) if is_current || self.is_own_unshown(s, before.id, key)? => {
                self.app_key_change(s, before.id, key)?
            }
            // A form that can't change anything any more must not tell whether a key is the right one.
            (Some(key), _) => AppKeyChange::Replace(digest_app_key(self.app, self.actor, key)),
            (None, AppKeyInput::Remove) if before.has_app_key => AppKeyChange::Remove,
            (None, _) => AppKeyChange::Keep,
        };
        Ok(TokenChange {
            name: checked.name.clone(),
            user: checked.user.as_ref().map(|user| user.id),
            expires_at: checked.expires_at,
            is_active: input.is_active,
            app_key,
            by: self.actor.user_id(),
            at: self.now,
        })
    }

    /// The key that the token has already is no other one. Under an older pepper that can't be seen.
    fn app_key_change(&self, s: &mut Session<'_>, id: TokenId, key: &AppKey) -> Result<AppKeyChange, Error> {
        let present = tokens::find_record(s, id)?.and_then(|record| record.app_key);
        let typed = digest_app_key(self.app, self.actor, key);
        let is_present = present.is_some_and(|present| {
            present.pepper_number == typed.pepper_number
                && Digest::from_bytes(present.digest) == Digest::from_bytes(typed.digest)
        });
        Ok(if is_present { AppKeyChange::Keep } else { AppKeyChange::Replace(typed) })
    }

    /// Whether this session set that very app key and is yet to be shown it, as where its form is sent twice. Whoever
    /// could learn something by it is about to see the key itself.
    fn is_own_unshown(&self, s: &mut Session<'_>, id: TokenId, key: &AppKey) -> Result<bool, Error> {
        let unshown = drafts::list_unshown(s, self.session, draft::oldest(self.now))?;
        for draft in unshown.iter().filter(|draft| draft.token == Some(id)) {
            let secrets = draft::open(s, &self.app.vault, self.session, draft)?;
            let set = secrets.and_then(|secrets| secrets.app_key);
            if set.is_some_and(|set| set.expose() == key.expose()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Has the next page of this session show what is new, once.
    fn offer(&self, s: &mut Session<'_>, id: TokenId, secrets: &Secrets) -> Result<(), Error> {
        drafts::delete_old(s, draft::oldest(self.now))?;
        let draft = drafts::insert(s, self.session, self.now)?;
        draft::put(s, &self.app.vault, (self.session, draft), secrets)?;
        drafts::claim(s, draft, id)?;
        keep_copies(s, &self.app.vault, id, secrets)
    }
}

/// Whether all but its user stays as it is. To save a suspended token as active switches it on again.
fn keeps_the_rest(change: &TokenChange, before: &Token) -> bool {
    change.app_key == AppKeyChange::Keep
        && change.name.as_str() == before.name
        && change.expires_at == before.expires_at
        && change.is_active == before.is_switched_on()
}

fn described(token: &Token) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("name".to_owned(), json!(token.name));
    map.insert("user".to_owned(), json!(token.user.as_ref().map(|user| &user.email)));
    map.insert("expires_at".to_owned(), json!(token.expires_at.map(Timestamp::millis)));
    map.insert("is_active".to_owned(), json!(token.is_active));
    map
}

/// An audit event holds what changed and nothing else.
fn keep_changes(old: &mut Map<String, Value>, new: &mut Map<String, Value>) {
    let same: Vec<String> =
        new.iter().filter(|(key, value)| old.get(*key) == Some(value)).map(|(key, _)| key.clone()).collect();
    for key in same {
        old.remove(&key);
        new.remove(&key);
    }
}

/// The fields of the Rotate form.
#[derive(Clone)]
pub struct RotateInput {
    pub revision: i64,
    pub overlap: Overlap,
    pub password: String,
}

/// Gives a token a new value; the present one works until the overlap is over.
pub async fn rotate(app: &App, actor: &Actor, id: TokenId, input: RotateInput) -> Result<(), Error> {
    actor.require(Permission::OpenApi)?;
    let session = actor.require_session()?;
    let own = actor.user_id();
    let acts_for_other = move |token: &Token| token.user.as_ref().is_some_and(|user| Some(user.id) != own);
    let is_for_other = acts_for_other(&super::find(app, actor, id).await?);
    if is_for_other {
        require_credential(app, actor, &input.password).await?;
    }
    let (tenant, now) = (actor.tenant_id(), app.clock.now());
    let (state, by) = (app.clone(), actor.clone());
    app.store
        .write(tenant, move |s| -> Result<_, Error> {
            let token = find_live(s, id, now)?;
            // Given to somebody else since the password was asked for, or wasn't.
            if acts_for_other(&token) && !is_for_other {
                return Err(Error::Stale);
            }
            let value = draft::draw_value(s, state.random.as_ref())?;
            let rotation = Rotation {
                value: digest_value(&state, &by, &value),
                last_four: value.last_four().to_owned(),
                retired_until: input.overlap.end(now),
                at: now,
            };
            if !tokens::rotate(s, id, input.revision, &rotation)? {
                return Err(Error::Stale);
            }
            // A value that was replaced before anybody saw it is no use to anybody.
            drafts::erase_of_token(s, id)?;
            let edit = Edit { app: &state, actor: &by, session, now };
            edit.offer(s, id, &Secrets { value: Some(value), app_key: None })?;
            let after = json!({ "overlap_minutes": input.overlap.minutes() });
            record(s, &by, now, AuditAction::TOKEN_ROTATE, &token, Some((json!({}), after)))
        })
        .await?;
    app.tokens.refresh_token(&app.store, tenant, id).await
}
