//! The files of a backup: those the database names, copied beside its own.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use automation_hub_storage::{StorageError, Store, files};

use super::backup::with_ending;

const BATCH: u64 = 1000;

/// Where the files of a backup stand.
pub(super) fn beside(backup: &Path) -> PathBuf {
    with_ending(backup, ".files")
}

/// All objects that files name, with their sizes.
pub(super) async fn list(store: &Store) -> Result<Vec<(String, u64)>, StorageError> {
    let mut objects: Vec<(String, u64)> = Vec::new();
    loop {
        let after = objects.last().map(|(object, _)| object.clone()).unwrap_or_default();
        let batch = store.system().read(move |s| files::list_objects(s, &after, BATCH)).await?;
        if batch.is_empty() {
            return Ok(objects);
        }
        objects.extend(batch);
    }
}

/// Copies objects into a new folder. One that is missing or has another size ends it.
pub(super) fn copy(objects: &[(String, u64)], from: &Path, to: &Path) -> anyhow::Result<()> {
    if !objects.is_empty() && !from.is_dir() {
        bail!("the folder {} is missing", from.display());
    }
    remove_folder(to)?;
    fs::create_dir_all(to).with_context(|| format!("{} can't be written", to.display()))?;
    #[cfg(unix)]
    fs::set_permissions(to, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    for (object, size) in objects {
        let (source, target) = (from.join(object), to.join(object));
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let copied =
            fs::copy(&source, &target).with_context(|| format!("{} can't be copied", source.display()))?;
        if copied != *size {
            bail!("{} has {copied} bytes, and the database knows {size}", source.display());
        }
        File::open(&target)?.sync_all()?;
    }
    Ok(())
}

/// Puts a folder in the place of another, which is removed.
pub(super) fn replace(draft: &Path, folder: &Path) -> anyhow::Result<()> {
    remove_folder(folder)?;
    fs::rename(draft, folder).with_context(|| format!("{} can't be written", folder.display()))
}

pub(super) fn remove_folder(folder: &Path) -> anyhow::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} can't be removed", folder.display()))
        }
        _ => Ok(()),
    }
}
