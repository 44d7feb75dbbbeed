//! What has run its time is deleted in the background, tenant by tenant.

use std::time::Duration;

use automation_hub_domain::{clock::Timestamp, id::TenantId};
use automation_hub_storage::{Session, StorageError, calls, drafts, idempotency, links, sessions, tokens};

use crate::{app::App, error::Error, services::files};

const EVERY: Duration = Duration::from_mins(10);
/// Drafts of tokens last for minutes; after an hour none is of use to anybody.
const DRAFT_HOURS: i64 = 1;
/// For so long somebody who follows an ended link is told that it has ended.
const LINK_DAYS: i64 = 30;
/// Reveals are counted for an hour.
const REVEAL_HOURS: i64 = 24;
/// For so long the use of a retired value raises an alarm, provided it is known by the current pepper.
const RETIRED_DAYS: i64 = 90;

/// For so long the answer to a request with an `Idempotency-Key` is kept.
const ANSWER_HOURS: i64 = 24;

/// Answers of requests up to then are forgotten, seen from an instant.
pub fn answers_forgotten(now: Timestamp) -> Timestamp {
    now.plus_hours(-ANSWER_HOURS)
}

/// Sweeps at the start, and then every few minutes.
pub async fn run(app: App) {
    loop {
        if let Err(error) = sweep(&app).await {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "what has run its time could not be deleted");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Deletes what has run its time of all tenants, and what uploads left behind.
pub async fn sweep(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    for tenant in app.tenants().iter() {
        sweep_tenant(app, tenant.id, now).await?;
        forget_retired_values(app, tenant.id, now).await?;
    }
    // Last, as a bucket may be out of reach while the database is not.
    for tenant in app.tenants().iter() {
        files::sweep(app, tenant.id, now).await?;
    }
    Ok(())
}

/// One transaction each, so that nobody's change waits for more than one of them.
async fn sweep_tenant(app: &App, tenant: TenantId, now: Timestamp) -> Result<(), Error> {
    let limits = app.session_limits();
    let idle_since = now.plus_minutes(-limits.idle_minutes);
    let begun_since = now.plus_hours(-limits.absolute_hours);
    let calls_before = now.plus_days(-app.config.open_api.call_log_days);
    delete(app, tenant, move |s| sessions::delete_ended(s, idle_since, begun_since)).await?;
    delete(app, tenant, move |s| drafts::delete_old(s, now.plus_hours(-DRAFT_HOURS))).await?;
    delete(app, tenant, move |s| links::delete_old(s, now.plus_days(-LINK_DAYS))).await?;
    delete(app, tenant, move |s| tokens::delete_old_reveals(s, now.plus_hours(-REVEAL_HOURS))).await?;
    while delete(app, tenant, move |s| idempotency::delete_old(s, answers_forgotten(now), now)).await? > 0 {}
    while delete(app, tenant, move |s| calls::delete_old(s, calls_before)).await? > 0 {}
    Ok(())
}

async fn delete(
    app: &App,
    tenant: TenantId,
    delete: impl Fn(&mut Session<'_>) -> Result<u64, StorageError> + Send + 'static,
) -> Result<u64, Error> {
    app.store.write(tenant, move |s| delete(s).map_err(Error::from)).await
}

/// What is left of a rotation when its overlap is long over. Under an earlier pepper nothing is left at all, so that
/// pepper can be put away one day.
async fn forget_retired_values(app: &App, tenant: TenantId, now: Timestamp) -> Result<(), Error> {
    let until = now.plus_days(-RETIRED_DAYS);
    let pepper = app.keys.peppers.current().number().get();
    let list =
        move |s: &mut Session<'_>| tokens::list_forgettable(s, until, now, pepper).map_err(Error::from);
    for token in app.store.scan(tenant, list).await? {
        app.store.write(tenant, move |s| tokens::forget_retired(s, token, now).map_err(Error::from)).await?;
        app.tokens.refresh_token(&app.store, tenant, token).await?;
    }
    Ok(())
}
