//! Handing something over once, on the page that a form leads to, so that reloading it repeats nothing: sealed for the
//! session that asked, bound to what it belongs to, and erased by whoever shows it. Addresses carry its number only.

use automation_hub_domain::id::{SessionId, TenantId, TokenId, UserId};
use automation_hub_storage::{drafts, tokens::SealedValues};
use zeroize::Zeroizing;

use crate::{
    app::App,
    auth::{
        actor::Actor,
        vault::{Column, Place},
    },
    error::Error,
};

const LIFE_MINUTES: i64 = 15;

/// Marks the draft as used: no form can make a token of it, and no row of a token shows it.
const NO_TOKEN: TokenId = TokenId::new(0);

/// What is handed over, and of whom or what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The code of an invitation's link.
    Invitation(UserId),
    /// A token's value, and its app key.
    Copy(TokenId),
}

impl About {
    const fn place(self, tenant: TenantId, session: SessionId, draft: i64, column: Column) -> Place {
        match self {
            Self::Invitation(user) => Place::HandedInvitation { tenant, session, draft, user },
            Self::Copy(token) => Place::HandedCopy { tenant, session, draft, token, column },
        }
    }
}

/// What was put aside.
pub struct Handed {
    pub value: Zeroizing<String>,
    pub second: Option<Zeroizing<String>>,
}

/// Puts it aside for this session; the number to ask for it by.
pub async fn put(app: &App, actor: &Actor, about: About, handed: Handed) -> Result<i64, Error> {
    let (tenant, session) = (actor.tenant_id(), actor.require_session()?);
    let (vault, now) = (app.vault.clone(), app.clock.now());
    app.store
        .write(tenant, move |s| -> Result<_, Error> {
            let draft = drafts::insert(s, session, now)?;
            let seal = |column, text: &str| vault.seal(about.place(tenant, session, draft, column), text);
            let value = Some(seal(Column::Value, &handed.value)?);
            let app_key = handed.second.as_ref().map(|text| seal(Column::AppKey, text)).transpose()?;
            drafts::put_sealed(s, draft, &SealedValues { value, app_key })?;
            drafts::claim(s, draft, NO_TOKEN)?;
            Ok(draft)
        })
        .await
}

/// Takes it out, if it is there for this session and wasn't taken before.
pub async fn take(app: &App, actor: &Actor, about: About, draft: i64) -> Result<Option<Handed>, Error> {
    let (tenant, session) = (actor.tenant_id(), actor.require_session()?);
    let (vault, since) = (app.vault.clone(), app.clock.now().plus_minutes(-LIFE_MINUTES));
    app.store
        .write(tenant, move |s| -> Result<_, Error> {
            let found = drafts::find(s, session, draft, since)?;
            let Some(found) = found.filter(|found| found.token == Some(NO_TOKEN)) else { return Ok(None) };
            let open = |column, sealed: Option<&Vec<u8>>| {
                sealed.and_then(|sealed| vault.open(about.place(tenant, session, draft, column), sealed).ok())
            };
            // What doesn't open here belongs to something else, and stays there.
            let Some(value) = open(Column::Value, found.sealed.value.as_ref()) else { return Ok(None) };
            let second = open(Column::AppKey, found.sealed.app_key.as_ref());
            Ok(drafts::erase(s, draft)?.then_some(Handed { value, second }))
        })
        .await
}
