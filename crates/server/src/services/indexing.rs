//! Keeps the index that searches for ideas go by up with the ideas, in the background and never in a hurry.

use std::time::Duration;

use automation_hub_storage::{Indexing, Prepared, StorageError};

use crate::app::App;

/// How often it looks for ideas that came or changed. Until they are indexed, searches look through them one by one.
const EVERY: Duration = Duration::from_secs(1);
/// Between two portions, so that others' writes come in between.
const PAUSE: Duration = Duration::from_millis(50);
/// Until it asks again what another node does.
const ELSEWHERE: Duration = Duration::from_secs(10);
/// After a failure, which is logged each time.
const AFTER_A_FAILURE: Duration = Duration::from_secs(30);
/// The longest pause after the database could not be prepared.
const LONGEST: Duration = Duration::from_hours(6);

/// Follows until the task is dropped: a portion is written whole or not at all.
pub async fn run(app: App) {
    tokio::join!(prepare(&app), follow(&app));
}

async fn prepare(app: &App) {
    let mut failures = 0;
    loop {
        let pause = match app.store.prepare_searches().await {
            Ok(Prepared::Done) => return,
            Ok(Prepared::Elsewhere) => ELSEWHERE,
            Ok(Prepared::Refused(error)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "searches compare with every word: this database refuses an index by the extension pg_trgm"
                );
                return;
            }
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the index of parts of words could not be made"
                );
                failures += 1;
                pause_after(failures)
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Each time twice as long: what fails after hours must not be begun anew at once.
fn pause_after(failures: u32) -> Duration {
    let times = 2_u32.saturating_pow(failures.saturating_sub(1));
    AFTER_A_FAILURE.saturating_mul(times).min(LONGEST)
}

async fn follow(app: &App) {
    let mut is_clear = false;
    loop {
        let pause = match go_on(app, &mut is_clear).await {
            Ok(Indexing::Behind) => PAUSE,
            Ok(Indexing::UpToDate) => EVERY,
            Ok(Indexing::Elsewhere) => ELSEWHERE,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "ideas could not be indexed for searches");
                AFTER_A_FAILURE
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Once it has come to the end, nobody goes by the index of an older version any more.
async fn go_on(app: &App, is_clear: &mut bool) -> Result<Indexing, StorageError> {
    let reached = app.store.index_ideas().await?;
    if reached == Indexing::UpToDate && !*is_clear {
        app.store.clear_searches().await?;
        *is_clear = true;
    }
    Ok(reached)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, pause_after};

    #[test]
    fn pauses_grow_up_to_a_limit() {
        let seconds = |failures| pause_after(failures).as_secs();
        assert_eq!([1, 2, 3].map(seconds), [30, 60, 120]);
        assert_eq!([20, u32::MAX].map(pause_after), [LONGEST; 2]);
    }
}
