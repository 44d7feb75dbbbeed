//! `automation-hub backup`: a consistent copy of the embedded database and of its files, while the server runs.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use automation_hub_server::{app, config::Config, files, logging};
use automation_hub_storage::Location;
use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;

use super::{Global, file_copies, hub, output};

#[derive(Args)]
#[command(after_help = "Example:
  automation-hub backup /var/backups/hub-$(date +%F).sqlite

Uploaded files are copied into a folder beside it, with the ending .files; those in a bucket are not. The keys
are not part of it: back up pepper.1 and outer.1 apart from the database.")]
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
    embedded_file(&config)?;
    hub::expect_database(&config)?;
    let to = &arguments.file;
    check_target(to, &config.storage.data_dir)?;
    if to.exists() && !arguments.force {
        bail!("{} is there already; --force replaces it", to.display());
    }
    // A copy that was cut off is never taken for a whole one, nor does it cost the one before.
    let draft = with_ending(to, ".partial");
    remove(&draft)?;
    let spinner = ProgressBar::new_spinner().with_message("Copying");
    spinner.enable_steady_tick(std::time::Duration::from_millis(200));
    let copied = copy(&config, to, &draft).await;
    spinner.finish_and_clear();
    if copied.is_err() {
        remove(&draft)?;
        file_copies::remove_folder(&with_ending(&file_copies::beside(to), ".partial"))?;
    }
    let files_beside = copied?;
    let bytes = fs::metadata(to)?.len();
    if arguments.json {
        return output::print(json!({ "file": to, "bytes": bytes, "files": files_beside }));
    }
    let place = match files_beside {
        Some(folder) => format!("files in {}", folder.display()),
        None => "files stay in their bucket: back that up with its own tools".to_owned(),
    };
    output::print(format_args!("{}: {bytes} bytes; {place}", to.display()))
}

/// Fails unless a backup may be written there. In the data folder it could take the place of what the server works on.
fn check_target(to: &Path, data_dir: &Path) -> anyhow::Result<()> {
    if to.is_dir() {
        bail!("{} is a folder; name a file in it", to.display());
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        bail!("{} can't be written: there is no folder {}", to.display(), folder.display());
    }
    if folder.canonicalize()?.starts_with(data_dir.canonicalize()?) {
        bail!("{} lies in the data folder {}; a backup belongs elsewhere", to.display(), data_dir.display());
    }
    Ok(())
}

/// Copies the database, and its files where they lie in a folder: then into which.
async fn copy(config: &Config, to: &Path, draft: &Path) -> anyhow::Result<Option<PathBuf>> {
    let store = hub::open_store(config).await?;
    let copied = store.backup(draft.to_owned()).await;
    // After the database: files that came meanwhile are copied in vain, and none is missing.
    let objects = file_copies::list(&store).await;
    store.close().await;
    copied.with_context(|| format!("{} can't be written", draft.display()))?;
    File::open(draft)?.sync_all()?;
    let Some(folder) = files::folder(config) else {
        put_in_place(draft, to)?;
        return Ok(None);
    };
    let (objects, beside) = (objects?, file_copies::beside(to));
    file_copies::copy(&objects, &folder, &with_ending(&beside, ".partial"))?;
    put_in_place_with_files(&objects, draft, to)?;
    Ok(Some(beside))
}

/// An older backup of this name is whole until the new one is: its files stay beside the new ones until its database
/// has gone.
fn put_in_place_with_files(objects: &[(String, u64)], draft: &Path, to: &Path) -> anyhow::Result<()> {
    let beside = file_copies::beside(to);
    file_copies::move_into(objects, &with_ending(&beside, ".partial"), &beside)?;
    put_in_place(draft, to)?;
    file_copies::keep_only(objects, &beside).context("the backup is made, but files of an older one are left")
}

fn put_in_place(draft: &Path, to: &Path) -> anyhow::Result<()> {
    fs::rename(draft, to).with_context(|| format!("{} can't be written", to.display()))?;
    sync_folder(to)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_backup_is_whole_until_the_new_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let (to, draft) = (folder.path().join("copy"), folder.path().join("copy.partial"));
        let write = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let (beside, arriving) = (file_copies::beside(&to), folder.path().join("copy.files.partial"));
        write(to.clone(), "older");
        write(beside.join("ab/old"), "old");
        write(beside.join("cd/both"), "both");
        let objects = [("cd/both".to_owned(), 4), ("cd/new".to_owned(), 3)];
        let arrive = || {
            write(arriving.join("cd/both"), "both");
            write(arriving.join("cd/new"), "new");
        };

        arrive();
        // Without its database the new one can't be completed.
        put_in_place_with_files(&objects, &draft, &to).unwrap_err();
        assert_eq!(fs::read_to_string(&to).unwrap(), "older");
        assert_eq!(fs::read_to_string(beside.join("ab/old")).unwrap(), "old");
        assert_eq!(fs::read_to_string(beside.join("cd/both")).unwrap(), "both");

        arrive();
        write(draft.clone(), "newer");
        put_in_place_with_files(&objects, &draft, &to).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "newer");
        assert_eq!(fs::read_to_string(beside.join("cd/new")).unwrap(), "new");
        assert!(!beside.join("ab").exists() && !arriving.exists(), "nothing else is left");
    }
}
