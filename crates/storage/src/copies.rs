//! Copies of an embedded database: whether one may take the database's place.

use std::path::PathBuf;

use crate::{
    StorageError, StoreOptions,
    db::{blocking, sqlite::Settings},
    migrate,
    store::Location,
};

const FOREIGN: &str = "it isn't a database of Automation Hub";

/// Fails unless the file is a whole database of this program, no newer than this version.
pub async fn check(file: PathBuf) -> Result<(), StorageError> {
    let settings = settings(file);
    blocking(move || check_now(&settings)).await
}

/// The objects that a copy's files name, with their sizes; none where it is from before there were files.
pub async fn list_objects(file: PathBuf) -> Result<Vec<(String, u64)>, StorageError> {
    let settings = settings(file);
    blocking(move || {
        let connection = settings.open_reader()?;
        if !connection.table_exists(None, "files")? {
            return Ok(Vec::new());
        }
        let mut statement = connection.prepare("SELECT object, size FROM files ORDER BY object")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
        rows.map(|row| row.map(|(object, size)| (object, u64::try_from(size).unwrap_or_default())))
            .collect::<Result<_, _>>()
            .map_err(StorageError::from)
    })
    .await
}

/// Whether a copy knows the keys it was used with; not where it is from before databases did.
pub async fn knows_keys(file: PathBuf) -> Result<bool, StorageError> {
    let settings = settings(file);
    blocking(move || Ok(settings.open_reader()?.table_exists(None, "key_checks")?)).await
}

fn settings(file: PathBuf) -> Settings {
    let options = StoreOptions::new(Location::Sqlite(file.clone()));
    Settings { file, cache_kib: options.sqlite_cache_kib, mmap_bytes: options.sqlite_mmap_bytes }
}

fn check_now(settings: &Settings) -> Result<(), StorageError> {
    let connection = settings.open_reader().map_err(|_| StorageError::Unsupported(FOREIGN))?;
    // Where the file isn't a database at all, this is the first to find out.
    if !connection.table_exists(None, "installation").is_ok_and(|exists| exists) {
        return Err(StorageError::Unsupported(FOREIGN));
    }
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(StorageError::Corrupt(verdict));
    }
    drop(connection);
    if migrate::is_newer(settings)? {
        return Err(StorageError::Unsupported("it was made by a newer version of Automation Hub"));
    }
    Ok(())
}
