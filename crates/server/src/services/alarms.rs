//! What verification notices although the caller isn't told: a retired value in use, a token under attack.

use std::time::Duration;

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    id::{TenantId, TokenId},
};
use automation_hub_storage::{
    Session,
    audit::{self, AuditEvent},
    tokens,
};

use crate::{app::App, auth::verify::Alarm, error::Error};

const CLOCK_EVERY: Duration = Duration::from_secs(10);
/// What a clock is put right by now and then.
const TOLERATED_LAG_MILLIS: i64 = 1000;

/// Watches the clock until the task is dropped.
pub async fn watch_clock(app: App) {
    loop {
        check_clock(&app);
        tokio::time::sleep(CLOCK_EVERY).await;
    }
}

/// Tells when the clock was set back, and by how much: until it has caught up, tokens are judged by the latest
/// instant it once showed.
pub fn check_clock(app: &App) -> Option<i64> {
    let now = app.clock.now();
    let lag = app.tokens.verifier.high_water().lag_millis(now);
    if lag <= TOLERATED_LAG_MILLIS {
        return None;
    }
    let latest = now.plus_millis(lag);
    tracing::error!(
        now = now.millis(),
        latest = latest.millis(),
        "the clock was set back; until it is there again, tokens are judged by the latest instant it showed"
    );
    Some(lag)
}

/// Stores an alarm in the audit log, and the suspension it may mean.
pub async fn record(app: &App, alarm: Alarm) -> Result<(), Error> {
    match alarm {
        Alarm::RetiredValueUsed { tenant, token } => retired_value_used(app, tenant, token).await,
        Alarm::TokenSuspended { tenant, token } => token_suspended(app, tenant, token).await,
        Alarm::PepperMissing => {
            tracing::error!("a token's pepper isn't configured; its calls are answered 503");
            Ok(())
        }
    }
}

async fn retired_value_used(app: &App, tenant: TenantId, token: TokenId) -> Result<(), Error> {
    let now = app.clock.now();
    tracing::warn!(token = token.get(), "a retired token value was used");
    app.store
        .write(tenant, move |s| -> Result<_, Error> {
            let event = event(s, now, token, AuditAction::TOKEN_RETIRED_VALUE_USED)?;
            // One event a minute says as much as one for each of a flood of calls.
            if audit::has_recent(s, event.action, event.object_type, token.get(), now.plus_minutes(-1))? {
                return Ok(());
            }
            Ok(audit::insert(s, &event)?)
        })
        .await
}

async fn token_suspended(app: &App, tenant: TenantId, token: TokenId) -> Result<(), Error> {
    let now = app.clock.now();
    tracing::warn!(token = token.get(), "a token was suspended after too many wrong app keys");
    app.store
        .write(tenant, move |s| -> Result<_, Error> {
            tokens::suspend(s, token, now)?;
            let event = event(s, now, token, AuditAction::TOKEN_SUSPEND)?;
            Ok(audit::insert(s, &event)?)
        })
        .await?;
    app.tokens.refresh_token(&app.store, tenant, token).await
}

fn event(
    s: &mut Session<'_>,
    now: Timestamp,
    token: TokenId,
    action: AuditAction,
) -> Result<AuditEvent, Error> {
    let name = tokens::find(s, token, now)?.map(|token| token.name).unwrap_or_default();
    Ok(AuditEvent {
        happened_at: now,
        actor_user: None,
        actor_token: Some(token),
        actor_name: "Automation Hub".to_owned(),
        action,
        object_type: "token",
        object_id: token.get(),
        object_name: name,
        before: None,
        after: None,
        address: String::new(),
        request_id: String::new(),
    })
}
