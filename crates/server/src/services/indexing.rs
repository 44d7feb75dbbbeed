//! Keeps the index that searches for ideas go by up with the ideas, in the background and never in a hurry.

use std::time::Duration;

use automation_hub_storage::Indexing;

use crate::app::App;

/// How often it looks for ideas that came or changed. Until they are indexed, searches look through them one by one.
const EVERY: Duration = Duration::from_secs(1);
/// Between two portions, so that others' writes come in between.
const PAUSE: Duration = Duration::from_millis(50);
/// Until it asks again what another node does.
const ELSEWHERE: Duration = Duration::from_secs(10);
/// After a failure, which is logged each time.
const AFTER_A_FAILURE: Duration = Duration::from_secs(30);

/// Follows until the task is dropped: a portion is written whole or not at all.
pub async fn run(app: App) {
    tokio::join!(prepare(&app), follow(&app));
}

async fn prepare(app: &App) {
    if let Err(error) = app.store.prepare_searches().await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "searches take longer than they could: this database makes no index by the extension pg_trgm"
        );
    }
}

async fn follow(app: &App) {
    loop {
        let pause = match app.store.index_ideas().await {
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
