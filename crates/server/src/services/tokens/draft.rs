//! The value the server draws for a form: kept for a quarter of an hour for the session that asked, nobody else.

use automation_hub_domain::{
    clock::Timestamp,
    id::SessionId,
    permission::Permission,
    token::{
        app_key::AppKey,
        value::{TokenForm, TokenValue},
    },
};
use automation_hub_storage::{Session, drafts, tenants, tokens::SealedValues};

use super::Secrets;
use crate::{
    app::App,
    auth::{
        actor::Actor,
        random::RandomSource,
        vault::{Column, Place, Vault},
    },
    error::Error,
};

pub(super) const LIFE_MINUTES: i64 = 15;

/// A value that becomes a token once the form is saved.
pub struct Draft {
    pub id: i64,
    pub value: TokenValue,
}

/// Draws a value and keeps it sealed.
pub async fn begin(app: &App, actor: &Actor) -> Result<Draft, Error> {
    actor.require(Permission::OpenApi)?;
    let session = actor.require_session()?;
    let (state, now) = (app.clone(), app.clock.now());
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            drafts::delete_old(s, oldest(now))?;
            let id = drafts::insert(s, session, now)?;
            let value = draw_value(s, state.random.as_ref())?;
            let secrets = Secrets { value: Some(value.clone()), app_key: None };
            put(s, &state.vault, (session, id), &secrets)?;
            Ok(Draft { id, value })
        })
        .await
}

/// The draft of a form that is shown again; a new one if its time is over or it was never this session's.
pub async fn reopen(app: &App, actor: &Actor, id: i64) -> Result<Draft, Error> {
    actor.require(Permission::OpenApi)?;
    let session = actor.require_session()?;
    let (vault, now) = (app.vault.clone(), app.clock.now());
    let found = app
        .store
        .read(actor.tenant_id(), move |s| -> Result<_, Error> {
            let Some(draft) = find(s, session, id, now)?.filter(|draft| draft.token.is_none()) else {
                return Ok(None);
            };
            open(s, &vault, session, &draft)
        })
        .await?;
    match found.and_then(|secrets| secrets.value) {
        Some(value) => Ok(Draft { id, value }),
        None => begin(app, actor).await,
    }
}

pub(super) fn find(
    s: &mut Session<'_>,
    session: SessionId,
    id: i64,
    now: Timestamp,
) -> Result<Option<drafts::Draft>, Error> {
    Ok(drafts::find(s, session, id, oldest(now))?)
}

/// Drafts begun then or before are over.
pub(super) const fn oldest(now: Timestamp) -> Timestamp {
    now.plus_minutes(-LIFE_MINUTES)
}

/// A new value in the form the tenant chose.
pub(super) fn draw_value(s: &mut Session<'_>, random: &dyn RandomSource) -> Result<TokenValue, Error> {
    let is_prefixed = tenants::get(s)?.settings.is_prefixed;
    draw(if is_prefixed { TokenForm::Prefixed } else { TokenForm::Uuid }, random)
}

fn draw(form: TokenForm, random: &dyn RandomSource) -> Result<TokenValue, Error> {
    let mut bytes = [0; 32];
    random.fill(&mut bytes)?;
    Ok(TokenValue::from_random(form, bytes))
}

/// Seals secrets into a draft.
pub(super) fn put(
    s: &mut Session<'_>,
    vault: &Vault,
    (session, id): (SessionId, i64),
    secrets: &Secrets,
) -> Result<(), Error> {
    let tenant = s.tenant();
    let place = |column| Place::Draft { tenant, session, draft: id, column };
    let seal =
        |column, secret: Option<&str>| secret.map(|secret| vault.seal(place(column), secret)).transpose();
    let sealed = SealedValues {
        value: seal(Column::Value, secrets.value.as_ref().map(TokenValue::expose))?,
        app_key: seal(Column::AppKey, secrets.app_key.as_ref().map(AppKey::expose))?,
    };
    Ok(drafts::put_sealed(s, id, &sealed)?)
}

/// The secrets of a draft; none once they were shown.
pub(super) fn open(
    s: &Session<'_>,
    vault: &Vault,
    session: SessionId,
    draft: &drafts::Draft,
) -> Result<Option<Secrets>, Error> {
    let tenant = s.tenant();
    let place = |column| Place::Draft { tenant, session, draft: draft.id, column };
    let value = match &draft.sealed.value {
        Some(sealed) => TokenValue::from_opened(vault.open(place(Column::Value), sealed)?.to_string()),
        None => None,
    };
    let app_key = match &draft.sealed.app_key {
        Some(sealed) => AppKey::parse(&vault.open(place(Column::AppKey), sealed)?).ok(),
        None => None,
    };
    Ok((value.is_some() || app_key.is_some()).then_some(Secrets { value, app_key }))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::auth::random::SystemRandom;

    struct Broken;

    impl RandomSource for Broken {
        fn fill(&self, _: &mut [u8]) -> Result<(), Error> {
            Err(Error::Unavailable("the generator is broken".into()))
        }
    }

    #[test]
    fn nothing_is_drawn_from_a_source_that_fails() {
        for form in [TokenForm::Uuid, TokenForm::Prefixed] {
            assert!(matches!(draw(form, &Broken), Err(Error::Unavailable(_))));
        }
    }

    #[test]
    fn of_a_million_values_none_is_drawn_twice() {
        let mut seen = HashSet::with_capacity(1_000_000);
        for number in 0..1_000_000 {
            // The second form is much slower to write, and of the same bits.
            let form = if number % 100 == 0 { TokenForm::Prefixed } else { TokenForm::Uuid };
            let value = draw(form, &SystemRandom).unwrap();
            // Of either form this holds more than 100 random bits.
            let part: [u8; 31] = value.expose().as_bytes()[5..36].try_into().unwrap();
            assert!(seen.insert(part), "after {number} values");
        }
    }
}
