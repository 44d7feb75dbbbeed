//! The data folder: made for the server's user alone, and used by one server at a time.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    path::Path,
};

use anyhow::{Context, bail};

const LOCK: &str = "automation-hub.lock";

pub(super) fn prepare(folder: &Path) -> anyhow::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| format!("the data folder {} can't be made", folder.display()))
}

/// Takes away a folder in which nothing came about but the lock.
pub(super) fn remove_unused(folder: &Path) {
    // Whatever else is in it keeps it.
    if fs::read_dir(folder).is_ok_and(|entries| entries.flatten().all(|entry| entry.file_name() == LOCK)) {
        drop(fs::remove_file(folder.join(LOCK)));
        drop(fs::remove_dir(folder));
    }
}

/// Held until the server ends. Two servers on one embedded database would each keep tokens in memory that the
/// other has revoked.
pub(super) fn lock(folder: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let path = folder.join(LOCK);
    let file = options.open(&path).with_context(|| format!("{} can't be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another server is using the data folder {}", folder.display())
        }
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} can't be locked", path.display()))
        }
    }
}
