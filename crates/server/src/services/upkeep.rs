//! What has run its time is deleted in the background, tenant by tenant.

use std::time::Duration;

use automation_hub_domain::{clock::Timestamp, id::TenantId};
use automation_hub_storage::{calls, drafts, sessions};

use crate::{app::App, error::Error, services::files};

const EVERY: Duration = Duration::from_mins(10);
/// Drafts of tokens last for minutes; after an hour none is of use to anybody.
const DRAFT_HOURS: i64 = 1;

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

/// Deletes ended sessions, old drafts, old call records and what uploads left behind, of all tenants.
pub async fn sweep(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    for tenant in app.tenants().iter() {
        sweep_tenant(app, tenant.id, now).await?;
    }
    Ok(())
}

/// One transaction each, so that nobody's change waits for more than one of them.
async fn sweep_tenant(app: &App, tenant: TenantId, now: Timestamp) -> Result<(), Error> {
    let limits = app.session_limits();
    let ended = app.store.write(tenant, move |s| -> Result<_, Error> {
        let idle_since = now.plus_minutes(-limits.idle_minutes);
        Ok(sessions::delete_ended(s, idle_since, now.plus_hours(-limits.absolute_hours))?)
    });
    let sessions = ended.await?;
    let drafts_until = now.plus_hours(-DRAFT_HOURS);
    let write = app.store.write(tenant, move |s| drafts::delete_old(s, drafts_until).map_err(Error::from));
    let drafts = write.await?;
    let calls_before = now.plus_days(-app.config.open_api.call_log_days);
    let write = app.store.write(tenant, move |s| calls::delete_old(s, calls_before).map_err(Error::from));
    let calls = write.await?;
    let objects = files::sweep(app, tenant, now).await?;
    if sessions + drafts + calls + objects > 0 {
        tracing::debug!(
            tenant = tenant.get(),
            sessions,
            drafts,
            calls,
            objects,
            "deleted what has run its time"
        );
    }
    Ok(())
}
