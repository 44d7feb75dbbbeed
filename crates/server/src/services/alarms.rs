//! What verification notices although the caller isn't told: a retired value in use, a token under attack.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

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

use crate::{app::App, auth::verify::Alarm, error::Error, middleware::request::RequestContext};

const CLOCK_EVERY: Duration = Duration::from_secs(10);
/// What a clock is put right by now and then.
const TOLERATED_LAG_MILLIS: i64 = 1000;

/// What was raised within the last minute. One alarm a minute says as much as one for each of a flood of calls, and
/// nobody who has a value can make the hub write more often.
#[derive(Debug, Default)]
pub struct RecentAlarms(Mutex<HashMap<Alarm, Timestamp>>);

impl RecentAlarms {
    const MINUTE_MILLIS: i64 = 60_000;
    /// More different ones a minute are dropped.
    const LIMIT: usize = 1024;

    /// Whether an alarm has to be acted on. Suspensions always have: each is one of its own.
    pub fn is_news(&self, alarm: Alarm, now: Timestamp) -> bool {
        if matches!(alarm, Alarm::TokenSuspended { .. }) {
            return true;
        }
        let is_recent = |at: Timestamp| (0..Self::MINUTE_MILLIS).contains(&now.since(at));
        let mut raised = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if raised.get(&alarm).is_some_and(|at| is_recent(*at)) {
            return false;
        }
        if raised.len() >= Self::LIMIT {
            raised.retain(|_, at| is_recent(*at));
        }
        let has_room = raised.len() < Self::LIMIT;
        if has_room {
            raised.insert(alarm, now);
        }
        has_room
    }
}

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

/// Stores an alarm in the audit log with the call that raised it, and the suspension it may mean.
pub async fn record(app: &App, alarm: Alarm, call: RequestContext) -> Result<(), Error> {
    match alarm {
        Alarm::RetiredValueUsed { tenant, token } => retired_value_used(app, tenant, token, call).await,
        Alarm::TokenSuspended { tenant, token } => token_suspended(app, tenant, token, call).await,
        Alarm::PepperMissing => {
            tracing::error!("a token's pepper isn't configured; its calls are answered 503");
            Ok(())
        }
    }
}

async fn retired_value_used(
    app: &App,
    tenant: TenantId,
    token: TokenId,
    call: RequestContext,
) -> Result<(), Error> {
    let now = app.clock.now();
    tracing::warn!(token = token.get(), address = %call.address, "a retired token value was used");
    app.store
        .write(tenant, move |s| -> Result<_, Error> {
            let event = event(s, now, token, AuditAction::TOKEN_RETIRED_VALUE_USED, call)?;
            // Another server on the database may have told it already.
            if audit::has_recent(s, event.action, event.object_type, token.get(), now.plus_minutes(-1))? {
                return Ok(());
            }
            Ok(audit::insert(s, &event)?)
        })
        .await
}

async fn token_suspended(
    app: &App,
    tenant: TenantId,
    token: TokenId,
    call: RequestContext,
) -> Result<(), Error> {
    let now = app.clock.now();
    tracing::warn!(
        token = token.get(),
        address = %call.address,
        "a token was suspended after too many wrong app keys"
    );
    app.store
        .write(tenant, move |s| -> Result<_, Error> {
            if !tokens::suspend(s, token, now)? {
                return Ok(());
            }
            let event = event(s, now, token, AuditAction::TOKEN_SUSPEND, call)?;
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
    call: RequestContext,
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
        address: call.address.to_string(),
        request_id: call.id.to_string(),
        claim: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: TenantId = TenantId::new(1);
    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn retired(token: i64) -> Alarm {
        Alarm::RetiredValueUsed { tenant: TENANT, token: TokenId::new(token) }
    }

    #[test]
    fn each_is_news_once_a_minute() {
        let recent = RecentAlarms::default();
        for (alarm, seconds, expected) in [
            (retired(1), 0, true),
            (retired(1), 59, false),
            (retired(2), 59, true),
            (retired(1), 60, true),
            (retired(1), 61, false),
            (Alarm::PepperMissing, 61, true),
            // The clock was set back: rather one too many.
            (retired(1), 30, true),
        ] {
            let now = NOW.plus_millis(seconds * 1000);
            assert_eq!(recent.is_news(alarm, now), expected, "{alarm:?} after {seconds} s");
        }
    }

    #[test]
    fn every_suspension_is_news() {
        let recent = RecentAlarms::default();
        let suspended = Alarm::TokenSuspended { tenant: TENANT, token: TokenId::new(1) };
        assert!(recent.is_news(suspended, NOW) && recent.is_news(suspended, NOW));
    }

    #[test]
    fn memory_is_bounded() {
        let recent = RecentAlarms::default();
        let raised = (0..5000).filter(|token| recent.is_news(retired(*token), NOW)).count();
        assert_eq!(raised, RecentAlarms::LIMIT);
        assert!(recent.is_news(retired(5000), NOW.plus_minutes(1)), "there is room again");
    }
}
