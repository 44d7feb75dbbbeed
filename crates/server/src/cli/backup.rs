//! `automation-hub backup`: a consistent copy of the embedded database, while the server runs.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use automation_hub_server::{app, config::Config, logging};
use automation_hub_storage::Location;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use super::{Global, hub, output};

#[derive(Args)]
#[command(after_help = "Example:
  automation-hub backup /var/backups/hub-$(date +%F).sqlite

The keys are not part of it: back up pepper.1 and outer.1 apart from the database.")]
pub(super) struct Arguments {
    /// File to write
    file: PathBuf,
    /// Replace the file if there is one
    #[arg(long)]
    force: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(global: &Global, arguments: Arguments) -> anyhow::Result<()> {
    let config = global.load(Vec::new())?;
    logging::start(&config.log);
    let database = embedded_file(&config)?;
    if !database.exists() {
        bail!("there is no database in {}", config.storage.data_dir.display());
    }
    let to = &arguments.file;
    if to.exists() && !arguments.force {
        bail!("{} is there already; --force replaces it", to.display());
    }
    // A copy that was cut off is never taken for a whole one, nor does it cost the one before.
    let draft = with_ending(to, ".partial");
    remove(&draft)?;
    let spinner = ProgressBar::new_spinner().with_message("Copying");
    spinner.enable_steady_tick(std::time::Duration::from_millis(200));
    let store = hub::open_store(&config).await?;
    let copied = store.backup(draft.clone()).await;
    store.close().await;
    spinner.finish_and_clear();
    copied.with_context(|| format!("{} can't be written", draft.display()))?;
    File::open(&draft)?.sync_all()?;
    fs::rename(&draft, to).with_context(|| format!("{} can't be written", to.display()))?;
    sync_folder(to)?;
    let bytes = fs::metadata(to)?.len();
    if arguments.json {
        return output::print(json!({ "file": to, "bytes": bytes }));
    }
    output::print(format_args!("{}: {bytes} bytes", to.display()))
}

/// The database's file. `PostgreSQL` has its own tools.
pub(super) fn embedded_file(config: &Config) -> anyhow::Result<PathBuf> {
    match app::store_options(config).location {
        Location::Sqlite(file) => Ok(file),
        Location::Postgres(_) => bail!(
            "this is for the embedded database; PostgreSQL makes its own backups: \
             pg_dump --format=custom, and pg_restore"
        ),
    }
}

pub(super) fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Removes a file if there is one.
pub(super) fn remove(file: &Path) -> anyhow::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be removed", file.display()))
        }
        _ => Ok(()),
    }
}

/// A new name outlives a power cut only once its folder is written.
pub(super) fn sync_folder(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok(File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?)
}
