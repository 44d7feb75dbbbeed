//! Takes over what other processes on the same database change: the command line, or another server. A server's own
//! changes come by here once more, which changes nothing.

use std::time::Duration;

use automation_hub_storage::{
    StorageError, Store,
    changes::{self, Change, Changed},
};
use tokio::sync::Mutex;

use crate::{app::App, error::Error};

const EVERY: Duration = Duration::from_millis(500);
/// After a failure, which is logged each time.
const PAUSE: Duration = Duration::from_secs(5);
/// How many changes are read at once.
const PORTION: i64 = 1000;

/// How far this process has followed the changes.
pub struct ChangeFeed(Mutex<i64>);

impl ChangeFeed {
    /// To be called before anything is loaded: what changes meanwhile is then read again.
    pub async fn begin(store: &Store) -> Result<Self, StorageError> {
        store.system().read(changes::latest).await.map(Mutex::new).map(Self)
    }

    /// Follows until the task is dropped.
    pub async fn run(app: App) {
        loop {
            let mut pause = EVERY;
            if let Err(error) = app.feed.catch_up(&app).await {
                pause = PAUSE;
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "changes of other processes could not be taken over"
                );
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Takes over everything that is committed by now.
    pub async fn catch_up(&self, app: &App) -> Result<(), Error> {
        let mut seen = self.0.lock().await;
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

async fn take_over(app: &App, change: Change) -> Result<(), Error> {
    match change.changed {
        Changed::Tenant => app.tenant_changed(change.tenant).await,
        Changed::User(user) => app.person_changed(change.tenant, user).await,
        Changed::Token(token) => app.tokens.refresh_token(&app.store, change.tenant, token).await,
    }
}
