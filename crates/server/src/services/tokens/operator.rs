//! Tokens made and revoked at the command line. Servers on the database follow within a second.

use std::sync::Arc;

use automation_hub_domain::{audit::AuditAction, clock::Timestamp, id::TokenId, tenant::Tenant};
use automation_hub_storage::{
    Session, Store, audit, drafts,
    tokens::{self, NewToken, Token},
};

use super::{
    Secrets,
    create::{described, keep_copies},
    digest, draft, find_live,
    input::{Checked, Present, TokenInput},
};
use crate::{
    auth::{
        digest::{Peppers, Purpose},
        random::{RandomSource, SystemRandom},
        vault::Vault,
    },
    error::Error,
    keys::Keys,
    services::operator,
};

/// One tenant's tokens in the hands of whoever holds the server's keys.
#[derive(Clone)]
pub struct OperatorTokens {
    store: Store,
    tenant: Tenant,
    peppers: Peppers,
    vault: Vault,
    random: Arc<dyn RandomSource>,
}

impl OperatorTokens {
    pub fn new(store: Store, keys: &Keys, tenant: Tenant) -> Self {
        let random: Arc<dyn RandomSource> = Arc::new(SystemRandom);
        let vault = Vault::new(&keys.outer, Arc::clone(&random));
        Self { store, tenant, peppers: keys.peppers.clone(), vault, random }
    }

    /// Makes a token. Its secrets are handed over this once.
    pub async fn create(&self, input: TokenInput, now: Timestamp) -> Result<(Token, Secrets), Error> {
        let state = self.clone();
        self.store
            .write(self.tenant.id, move |s| {
                let checked = input.check(s, Present { is_new: true, ..Present::default() }, now)?;
                state.insert(s, checked, now)
            })
            .await
    }

    fn insert(
        &self,
        s: &mut Session<'_>,
        checked: Checked,
        now: Timestamp,
    ) -> Result<(Token, Secrets), Error> {
        let value = draft::draw_value(s, self.random.as_ref())?;
        let digest = |purpose, secret| digest(&self.peppers, purpose, self.tenant.uuid, secret);
        let new = NewToken {
            name: checked.name,
            user: checked.user.as_ref().map(|user| user.id),
            creator: None,
            value: digest(Purpose::Token, value.expose()),
            last_four: value.last_four().to_owned(),
            app_key: checked.app_key.as_ref().map(|key| digest(Purpose::AppKey, key.expose())),
            created_at: now,
            expires_at: checked.expires_at,
            is_active: true,
        };
        let id = tokens::insert(s, &new)?;
        let secrets = Secrets { value: Some(value), app_key: checked.app_key };
        keep_copies(s, &self.vault, id, &secrets)?;
        let token = find_live(s, id, now)?;
        let (action, after) = described(&token);
        let mut event = operator::event(now, action, ("token", id.get()), &token.name);
        event.after = Some(after.to_string());
        audit::insert(s, &event)?;
        Ok((token, secrets))
    }
}

/// Ends a token of the tenant for good.
pub async fn revoke_as_operator(
    store: &Store,
    tenant: &Tenant,
    id: TokenId,
    now: Timestamp,
) -> Result<Token, Error> {
    store
        .write(tenant.id, move |s| -> Result<_, Error> {
            let token = find_live(s, id, now)?;
            tokens::revoke(s, id, None, now)?;
            drafts::erase_of_token(s, id)?;
            audit::insert(
                s,
                &operator::event(now, AuditAction::TOKEN_REVOKE, ("token", id.get()), &token.name),
            )?;
            Ok(token)
        })
        .await
}
