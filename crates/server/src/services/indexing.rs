//! Keeps the index that searches for ideas go by up with the ideas, in the background and never in a hurry.

use std::time::Duration;

use automation_hub_storage::Indexing;

use crate::app::App;

/// How often it looks for ideas that came or changed. Until they are indexed, searches look through them one by one.
const EVERY: Duration = Duration::from_secs(1);
/// Between two portions, so that others' writes come in between.
const PAUSE: Duration = Duration::from_millis(50);
/// Until it asks again what another node does.
const ELSEWHERE: Duration = Duration::from_mins(1);
/// After a failure, which is logged each time.
const AFTER_A_FAILURE: Duration = Duration::from_secs(30);
/// The longest pause after an index could not be made.
const LONGEST: Duration = Duration::from_hours(6);

/// Follows until there is nothing to follow any more, or the task is dropped: a portion is written whole or not at all.
pub async fn run(app: App) {
    let mut failures = 0;
    loop {
        let pause = match app.store.index_ideas().await {
            Ok(Indexing::Behind) => PAUSE,
            Ok(Indexing::UpToDate) => EVERY,
            Ok(Indexing::Elsewhere) => ELSEWHERE,
            Ok(Indexing::Settled) => return,
            Ok(Indexing::Refused(error)) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "searches look through all ideas: this database refuses an index by the extension pg_trgm"
                );
                return;
            }
            Ok(Indexing::Failed(error)) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the index that searches go by could not be made"
                );
                failures += 1;
                pause_after(failures)
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "ideas could not be indexed for searches");
                AFTER_A_FAILURE
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
