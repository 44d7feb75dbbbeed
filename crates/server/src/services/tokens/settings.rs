//! What a tenant decides about its tokens.

use automation_hub_domain::{
    audit::AuditAction,
    permission::Permission,
    tenant::{KeptContents, TokenSettings},
};
use automation_hub_storage::{Session, audit, tenants, tokens};
use serde_json::{Value, json};

use crate::{
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
};

#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the page")]
pub struct SettingsInput {
    pub is_prefixed: bool,
    pub copies_again: bool,
    pub allows_never_expiring: bool,
    pub kept_contents: KeptContents,
    /// Said knowingly: switching copying off erases every copy.
    pub confirms_erasing: bool,
    /// Said knowingly: tokens without an expiry are refused once there may be none.
    pub confirms_refusing: bool,
}

/// What switching something off hits.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Values kept to be copied again.
    pub copies: u64,
    /// Tokens without an expiry.
    pub never_expiring: u64,
}

pub async fn hit_by_settings(app: &App, actor: &Actor) -> Result<Hit, Error> {
    actor.require(Permission::OpenApi)?;
    app.store.read(actor.tenant_id(), hit).await
}

fn hit(s: &mut Session<'_>) -> Result<Hit, Error> {
    Ok(Hit { copies: tokens::sealed_count(s)?, never_expiring: tokens::never_expiring_count(s)? })
}

/// Takes over the settings. Switching copying off erases the copies in the same transaction.
pub async fn change_settings(app: &App, actor: &Actor, input: SettingsInput) -> Result<(), Error> {
    actor.require(Permission::OpenApi)?;
    actor.require_session()?;
    let (tenant, now, by) = (actor.tenant_id(), app.clock.now(), actor.clone());
    app.store
        .write(tenant, move |s| -> Result<_, Error> {
            let before = tenants::get(s)?.settings;
            let after = TokenSettings {
                is_prefixed: input.is_prefixed,
                // Switched on again, it counts from then: what was made before isn't kept.
                copy_again_since: input.copies_again.then(|| before.copy_again_since.unwrap_or(now)),
                allows_never_expiring: input.allows_never_expiring,
                kept_contents: input.kept_contents,
            };
            if after == before {
                return Ok(());
            }
            require_confirmed(s, before, after, input)?;
            if after.copy_again_since.is_none() {
                tokens::erase_sealed(s)?;
            }
            tenants::update_token_settings(s, after)?;
            let mut event = by.event(
                now,
                AuditAction::TENANT_EDIT_TOKEN_SETTINGS,
                ("tenant", tenant.get()),
                &by.tenant.tenant_name,
            );
            event.before = Some(described(before).to_string());
            event.after = Some(described(after).to_string());
            Ok(audit::insert(s, &event)?)
        })
        .await?;
    app.tenant_changed(tenant).await
}

/// What can't be undone, or stops what works, is asked for: all of it at once.
fn require_confirmed(
    s: &mut Session<'_>,
    before: TokenSettings,
    after: TokenSettings,
    input: SettingsInput,
) -> Result<(), Error> {
    let hit = hit(s)?;
    let mut violations = Violations::default();
    if after.copy_again_since.is_none() && hit.copies > 0 && !input.confirms_erasing {
        violations.add("confirm", "Tick this to erase the kept values.");
    }
    let refuses = before.allows_never_expiring && !after.allows_never_expiring;
    if refuses && hit.never_expiring > 0 && !input.confirms_refusing {
        violations.add("confirm_never", "Tick this to refuse them from now on.");
    }
    violations.into_result()
}

fn described(settings: TokenSettings) -> Value {
    json!({
        "prefixed": settings.is_prefixed,
        "copy_again": settings.copy_again_since.is_some(),
        "never_expiring": settings.allows_never_expiring,
        "contents": settings.kept_contents.code(),
    })
}
