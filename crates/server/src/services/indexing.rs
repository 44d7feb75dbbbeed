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
/// After a failure, which is logged; after each further one in a row twice as long. What fails after hours, for lack of
/// room say, must not be begun anew at once.
const AFTER_A_FAILURE: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_hours(6);

/// Follows until there is nothing to follow any more, or the task is dropped: a portion is written whole or not at all.
pub async fn run(app: App) {
    let mut after_a_failure = AFTER_A_FAILURE;
    loop {
        let indexed = app.store.index_ideas().await;
        if indexed.is_ok() {
            after_a_failure = AFTER_A_FAILURE;
        }
        let pause = match indexed {
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
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(error, "ideas could not be indexed for searches");
                let pause = after_a_failure;
                after_a_failure = LONGEST.min(pause * 2);
                pause
            }
        };
        tokio::time::sleep(pause).await;
    }
}
