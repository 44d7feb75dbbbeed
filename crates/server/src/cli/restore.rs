//! `automation-hub restore`: a backup put in the place of database and files, after it was looked at.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use automation_hub_server::{config::Config, files, keys::Keys, logging};
use automation_hub_storage::{Location, Store, StoreOptions, copies};
use clap::Args;
use serde_json::json;

use super::{Global, backup, file_copies, folder, output};

/// What the engine keeps beside a database; a file without its log would lose what was written last.
const COMPANIONS: [&str; 3] = ["", "-wal", "-shm"];

#[derive(Args)]
#[command(after_help = "Example:
  automation-hub restore /var/backups/hub-2026-11-17.sqlite --data-dir /var/lib/automation-hub

The files of a backup are in a folder beside it, with the ending .files; those in a bucket stay where they are.
The keys are not part of a backup: put pepper.1 and outer.1 back as well, best before. Where those that are there
don't open what the backup holds, nothing is put in place. With --force, the database and the files that were
there are kept beside the new ones, with the ending .replaced (then .replaced-2, and so on).")]
pub(super) struct Arguments {
    /// Backup to put in place
    file: PathBuf,
    /// Put it in place of a database that is there
    #[arg(long)]
    force: bool,
    /// Put it in place although the keys that are there don't open what it holds
    #[arg(long)]
    ignore_keys: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(global: &Global, arguments: Arguments) -> anyhow::Result<()> {
    let config = global.load(Vec::new())?;
    logging::start(&config.log);
    let database = backup::embedded_file(&config)?;
    if !arguments.file.is_file() {
        bail!("there is no file {}", arguments.file.display());
    }
    let is_new = !config.storage.data_dir.exists();
    let put = put_in_place(&config, &arguments, &database).await;
    if put.is_err() && is_new {
        folder::remove_unused(&config.storage.data_dir);
    }
    put
}

async fn put_in_place(config: &Config, arguments: &Arguments, database: &Path) -> anyhow::Result<()> {
    folder::prepare(&config.storage.data_dir)?;
    let lock = folder::lock(&config.storage.data_dir);
    let _lock = lock.context("a backup can't be put in place while a server runs; stop it first")?;
    let has_database = database.exists();
    if has_database && !arguments.force {
        bail!("{} holds a database; --force puts the backup in its place", config.storage.data_dir.display());
    }
    let copy = backup::with_ending(database, ".restoring");
    let taken = take_over(config, arguments, &copy).await;
    if taken.is_err() {
        forget(&copy)?;
    }
    let Taken { objects, missing_keys } =
        taken.with_context(|| format!("{} can't be restored", arguments.file.display()))?;
    let kept = unused_ending(database, files::folder(config).as_deref());
    let restored = restore_files(config, &arguments.file, &objects, &kept);
    if restored.is_err() {
        forget(&copy)?;
    }
    restored.with_context(|| format!("the files of {} can't be restored", arguments.file.display()))?;
    let kept = has_database.then(|| backup::with_ending(database, &kept));
    if let Some(kept) = &kept {
        set_aside(database, kept)?;
    }
    fs::rename(&copy, database)?;
    backup::sync_folder(database)?;
    if arguments.json {
        return output::print(json!({
            "database": database,
            "kept_previous": has_database,
            "kept_as": kept,
            "missing_keys": missing_keys,
        }));
    }
    let previous = kept.map(|kept| format!(" What was there is kept as {}.", kept.display()));
    output::print(format_args!(
        "{} is in place.{} {}",
        database.display(),
        previous.unwrap_or_default(),
        about_keys(arguments, &missing_keys)
    ))
}

fn about_keys(arguments: &Arguments, missing: &[String]) -> String {
    match missing {
        _ if arguments.ignore_keys => "The keys in the folder have to be those of the backup.".to_owned(),
        [] => "The keys that it needs are there.".to_owned(),
        missing => format!("Put back what it needs before a server starts: {}.", missing.join(", ")),
    }
}

/// An ending under which nothing is kept yet, of database or files: whoever restores twice keeps what was there first.
fn unused_ending(database: &Path, files: Option<&Path>) -> String {
    let is_used = |ending: &String| {
        [Some(database), files].into_iter().flatten().any(|path| backup::with_ending(path, ending).exists())
    };
    let numbered = (2_u32..).map(|number| format!(".replaced-{number}"));
    let mut endings = std::iter::once(".replaced".to_owned()).chain(numbered);
    endings.find(|ending| !is_used(ending)).unwrap_or_default()
}

/// A backup that was looked at and found to be whole.
struct Taken {
    /// The files it names, with their sizes.
    objects: Vec<(String, u64)>,
    missing_keys: Vec<String>,
}

/// Copies first and looks at the copy: looking at a database leaves traces beside it.
async fn take_over(config: &Config, arguments: &Arguments, copy: &Path) -> anyhow::Result<Taken> {
    forget(copy)?;
    fs::copy(&arguments.file, copy)?;
    #[cfg(unix)]
    fs::set_permissions(copy, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    File::open(copy)?.sync_all()?;
    copies::check(copy.to_owned()).await?;
    let objects = copies::list_objects(copy.to_owned()).await?;
    let missing_keys = if arguments.ignore_keys { Vec::new() } else { compare_keys(config, copy).await? };
    for companion in COMPANIONS.iter().filter(|companion| !companion.is_empty()) {
        backup::remove(&backup::with_ending(copy, companion))?;
    }
    Ok(Taken { objects, missing_keys })
}

/// Fails where the keys that are there are others than those of the backup: no server would start on it. Answers which
/// are missing: whoever restores on a new machine may put them back afterwards.
async fn compare_keys(config: &Config, copy: &Path) -> anyhow::Result<Vec<String>> {
    if !copies::knows_keys(copy.to_owned()).await? {
        return Ok(Vec::new());
    }
    let store = Store::open(StoreOptions::new(Location::Sqlite(copy.to_owned()))).await?;
    let compared = Keys::compare(config, &store).await;
    store.close().await;
    compared.context("the keys don't fit it (--ignore-keys puts it in place all the same)")
}

/// Before the database: files that no database names do no harm, and none that one names is missing.
fn restore_files(
    config: &Config,
    backup: &Path,
    objects: &[(String, u64)],
    kept: &str,
) -> anyhow::Result<()> {
    let Some(folder) = files::folder(config) else { return Ok(()) };
    let draft = backup::with_ending(&folder, ".restoring");
    let copied = file_copies::copy(objects, &file_copies::beside(backup), &draft);
    if copied.is_err() {
        file_copies::remove_folder(&draft)?;
    }
    copied?;
    if folder.exists() {
        file_copies::replace(&folder, &backup::with_ending(&folder, kept))?;
    }
    file_copies::replace(&draft, &folder)
}

fn forget(copy: &Path) -> anyhow::Result<()> {
    COMPANIONS.iter().try_for_each(|companion| backup::remove(&backup::with_ending(copy, companion)))
}

fn set_aside(database: &Path, kept: &Path) -> anyhow::Result<()> {
    for companion in COMPANIONS {
        let from = backup::with_ending(database, companion);
        if from.exists() {
            fs::rename(&from, backup::with_ending(kept, companion))?;
        }
    }
    Ok(())
}
