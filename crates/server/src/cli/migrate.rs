//! `automation-hub migrate`: the database brought to this version's schema, for those who do it ahead of a start.

use anyhow::Context;
use automation_hub_server::{config::Config, logging};
use automation_hub_storage::migration_count;
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
    let count = if arguments.dry_run { pending(&config).await } else { migrate(&config).await };
    let count = count.context("the database can't be brought to this version")?;
    let key = if arguments.dry_run { "pending" } else { "applied" };
    if arguments.json {
        return output::print(json!({ key: count }));
    }
    output::print(format_args!("{count} migrations {key}"))
}

async fn migrate(config: &Config) -> anyhow::Result<u32> {
    folder::prepare(&config.storage.data_dir)?;
    let store = hub::open_store(config).await?;
    let applied = store.migrate().await?;
    store.close().await;
    Ok(applied)
}

async fn pending(config: &Config) -> anyhow::Result<u32> {
    if hub::expect_database(config).is_err() {
        return Ok(migration_count());
    }
    let store = hub::open_store(config).await?;
    let pending = store.pending_migrations().await?;
    store.close().await;
    Ok(pending)
}
