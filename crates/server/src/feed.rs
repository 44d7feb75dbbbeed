//! Takes over what other processes on the same database change: the command line, or another server. A server's own
//! changes come by here once more, which changes nothing.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use automation_hub_domain::clock::Timestamp;
use automation_hub_storage::{
    StorageError, Store,
    changes::{self, Change, Changed},
};

use crate::{app::App, error::Error};

const EVERY: Duration = Duration::from_millis(500);
/// After a failure, which is logged each time.
const PAUSE: Duration = Duration::from_secs(2);
/// What doesn't answer for so long has failed.
const PATIENCE: Duration = Duration::from_secs(5);
/// For so long tokens are accepted although nobody knows what others changed meanwhile.
const BLIND_AFTER_MILLIS: i64 = 10_000;
/// How many changes are read at once.
const PORTION: i64 = 1000;

/// How far this process has followed the changes.
pub struct ChangeFeed {
    /// The number of the last change that was taken over.
    seen: tokio::sync::Mutex<i64>,
    failing_since: Mutex<Option<Timestamp>>,
}

impl ChangeFeed {
    /// To be called before anything is loaded: what changes meanwhile is then read again.
    pub async fn begin(store: &Store) -> Result<Self, StorageError> {
        let seen = store.system().read(changes::latest).await?;
        Ok(Self { seen: tokio::sync::Mutex::new(seen), failing_since: Mutex::default() })
    }

    /// Follows until the task is dropped.
    pub async fn run(app: App) {
        loop {
            let mut pause = EVERY;
            if let Err(error) = app.feed.follow(&app).await {
                pause = PAUSE;
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "changes of other processes could not be taken over"
                );
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Takes over what there is. Once that has failed for too long, all tokens are refused until it succeeds: one that
    /// was revoked elsewhere would be accepted otherwise.
    pub async fn follow(&self, app: &App) -> Result<(), Error> {
        let begun = app.clock.now();
        let caught_up = tokio::time::timeout(PATIENCE, self.catch_up(app)).await;
        let caught_up = caught_up.unwrap_or_else(|late| Err(Error::Unavailable(late.into())));
        let mut failing_since = self.failing_since.lock().unwrap_or_else(PoisonError::into_inner);
        *failing_since = caught_up.is_err().then(|| failing_since.unwrap_or(begun));
        let is_blind = failing_since.is_some_and(|since| app.clock.now().since(since) >= BLIND_AFTER_MILLIS);
        app.tokens.verifier.set_blind(is_blind);
        caught_up
    }

    /// Takes over everything that is committed by now.
    pub async fn catch_up(&self, app: &App) -> Result<(), Error> {
        let mut seen = self.seen.lock().await;
        let before = *seen;
        loop {
            let after = *seen;
            let portion: Vec<Change> = app
                .store
                .system()
                .read(move |s| changes::list_after(s, after, PORTION).map_err(Error::from))
                .await?;
            if portion.is_empty() {
                if after > before {
                    tracing::debug!(changes = after - before, "took over what was changed");
                }
                return Ok(());
            }
            for change in portion {
                take_over(app, change).await?;
                *seen = change.number;
            }
        }
    }
}

/// What can't be read is no longer known: it is refused from then on, and doesn't keep later changes from being seen.
async fn take_over(app: &App, change: Change) -> Result<(), Error> {
    let snapshot = app.tokens.verifier.snapshot();
    let tenant = change.tenant;
    let outcome = match change.changed {
        Changed::Tenant => app.tenant_changed(tenant).await,
        Changed::User(user) => app.person_changed(tenant, user).await,
        Changed::Token(token) => app.tokens.refresh_token(&app.store, tenant, token).await,
    };
    let error = match outcome {
        Err(error @ Error::Unavailable(_)) => return Err(error),
        Err(error) => error,
        Ok(()) => return Ok(()),
    };
    match change.changed {
        Changed::Tenant => snapshot.remove_tenant(tenant),
        Changed::User(user) => snapshot.remove_user(tenant, user),
        Changed::Token(token) => snapshot.remove_token(token),
    }
    tracing::error!(
        error = &error as &dyn std::error::Error,
        tenant = tenant.get(),
        changed = ?change.changed,
        "what was changed elsewhere can't be read; tokens that need it are refused until it can"
    );
    Ok(())
}
