//! Showing a value once: whoever erases it shows it, so no second page load can.

use automation_hub_domain::{id::TokenId, permission::Permission};
use automation_hub_storage::drafts;

use super::{Secrets, draft};
use crate::{app::App, auth::actor::Actor, error::Error};

/// What is shown of a token that was just saved.
pub struct Shown {
    pub token: TokenId,
    pub secrets: Secrets,
}

/// Takes out what this session saved and hasn't seen, of the tokens that the page is about to show.
pub async fn show_saved(app: &App, actor: &Actor, tokens: &[TokenId]) -> Result<Vec<Shown>, Error> {
    actor.require(Permission::OpenApi)?;
    let session = actor.require_session()?;
    let since = draft::oldest(app.clock.now());
    let waiting = app
        .store
        .read(actor.tenant_id(), move |s| drafts::list_unshown(s, session, since).map_err(Error::from))
        .await?;
    if !waiting.iter().any(|draft| draft.token.is_some_and(|token| tokens.contains(&token))) {
        return Ok(Vec::new());
    }
    let (vault, tokens) = (app.vault.clone(), tokens.to_vec());
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            let mut shown = Vec::new();
            for waiting in drafts::list_unshown(s, session, since)? {
                let Some(token) = waiting.token.filter(|token| tokens.contains(token)) else { continue };
                if !drafts::erase(s, waiting.id)? {
                    continue;
                }
                if let Some(secrets) = draft::open(s, &vault, session, &waiting)? {
                    shown.push(Shown { token, secrets });
                }
            }
            Ok(shown)
        })
        .await
}
