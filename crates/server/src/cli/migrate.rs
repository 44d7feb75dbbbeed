//! `automation-hub migrate`: the database brought to this version's schema, for those who do it ahead of a start.

use anyhow::Context;
use automation_hub_server::logging;
use clap::Args;
use serde_json::json;

use super::{Global, folder, hub, output};

#[derive(Args)]
pub(super) struct Arguments {
    /// Only tell how many migrations are missing
    #[arg(long)]
    dry_run: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(global: &Global, arguments: &Arguments) -> anyhow::Result<()> {
    let config = global.load(Vec::new())?;
    logging::start(&config.log);
    if arguments.dry_run {
        hub::expect_database(&config)?;
    }
    folder::prepare(&config.storage.data_dir)?;
    let store = hub::open_store(&config).await?;
    let done = if arguments.dry_run { store.pending_migrations().await } else { store.migrate().await };
    let count = done.context("the database can't be brought to this version")?;
    store.close().await;
    let key = if arguments.dry_run { "pending" } else { "applied" };
    if arguments.json {
        return output::print(json!({ key: count }));
    }
    output::print(format_args!("{count} migrations {key}"))
}
