//! The files of a backup: those the database names, copied beside its own.

use std::{
    collections::{BTreeSet, HashSet},
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
    make_private(to)?;
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

fn make_private(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} can't be written", folder.display()))?;
    #[cfg(unix)]
    fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// Moves copied objects to those that are in a folder already. What an object's name stands for never changes, so that
/// those go on being what they were.
pub(super) fn move_into(objects: &[(String, u64)], draft: &Path, folder: &Path) -> anyhow::Result<()> {
    make_private(folder)?;
    let mut written = BTreeSet::from([folder.to_owned()]);
    for (object, _) in objects {
        let target = folder.join(object);
        if let Some(folder) = target.parent().filter(|folder| !written.contains(*folder)) {
            fs::create_dir_all(folder)?;
            written.insert(folder.to_owned());
        }
        fs::rename(draft.join(object), &target)
            .with_context(|| format!("{} can't be written", target.display()))?;
    }
    // New names outlive a power cut only once their folders are written.
    written.iter().try_for_each(|folder| File::open(folder)?.sync_all())?;
    remove_folder(draft)
}

/// Removes whatever else a folder holds.
pub(super) fn keep_only(objects: &[(String, u64)], folder: &Path) -> anyhow::Result<()> {
    let kept: HashSet<PathBuf> = objects.iter().map(|(object, _)| folder.join(object)).collect();
    remove_others(&kept, folder)
        .with_context(|| format!("{} can't be cleared of what is in it", folder.display()))
}

fn remove_others(kept: &HashSet<PathBuf>, folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            remove_others(kept, &path)?;
            // Only an empty one goes.
            drop(fs::remove_dir(&path));
        } else if !kept.contains(&path) {
            fs::remove_file(&path)?;
        }
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
