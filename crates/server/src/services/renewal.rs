//! Moving tokens to the current pepper, one by one, as calls show their values.

use automation_hub_domain::id::{TenantId, TokenId};
use automation_hub_storage::tokens::{self, KeyedDigest};

use crate::{
    app::App,
    auth::{
        digest::StoredDigest,
        verify::{Renewal, Renewed},
    },
    error::Error,
};

/// Puts the new digests in the place of the old ones, unless the token was changed meanwhile.
pub async fn renew(app: &App, tenant: TenantId, token: TokenId, renewal: Renewal) -> Result<(), Error> {
    app.store
        .write(tenant, move |s| -> Result<_, Error> {
            tokens::renew_digests(s, token, renewal.value.map(pair), renewal.app_key.map(pair))?;
            Ok(())
        })
        .await?;
    app.tokens.refresh_token(&app.store, tenant, token).await
}

fn pair(renewed: Renewed) -> (KeyedDigest, KeyedDigest) {
    (keyed(renewed.old), keyed(renewed.new))
}

fn keyed(stored: StoredDigest) -> KeyedDigest {
    KeyedDigest { digest: *stored.digest.as_bytes(), pepper_number: stored.pepper.get() }
}
