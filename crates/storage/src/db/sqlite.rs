//! The embedded engine: opening and settings, binding and columns, and the three ways to its connections.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, OpenFlags, Row};
use tokio::sync::Semaphore;

use super::readers::Readers;
use super::writer::Writer;
use super::{Connection, Counters};
use crate::error::StorageError;
use crate::value::{Value, storable};

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const CACHED_STATEMENTS: usize = 256;
/// Scans are long and eat a core each; more at once would only slow the others down.
const SCANS: usize = 4;

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) file: PathBuf,
    pub(crate) cache_kib: u32,
    pub(crate) mmap_bytes: u64,
}

impl Settings {
    /// The connection that may change the database; makes the file if there is none.
    pub(crate) fn open_writer(&self) -> Result<rusqlite::Connection, StorageError> {
        create_private_file(&self.file, false)?;
        let connection = self.connect(OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        // Checkpoints have a thread of their own, so that no writer waits for one.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        Ok(connection)
    }

    pub(crate) fn open_reader(&self) -> Result<rusqlite::Connection, StorageError> {
        self.connect(OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// For short reads. After a commit the engine forgets all pages it knew: those that were mapped it unmaps, and each
    /// of them is a fault when it is looked at again, which takes twice as long as to copy the page.
    pub(super) fn unmapped(&self) -> Self {
        Self { mmap_bytes: 0, ..self.clone() }
    }

    fn connect(&self, mode: OpenFlags) -> Result<rusqlite::Connection, StorageError> {
        // Every connection is used by one thread at a time, so the engine's own lock would be a second one.
        let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        // A statement is planned once. Otherwise each new value of a `LIMIT` or a range has it planned anew, which takes
        // longer than most statements do.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        // Negative means kibibytes; positive would be pages.
        connection.pragma_update(None, "cache_size", -i64::from(self.cache_kib))?;
        let mmap_bytes = i64::try_from(self.mmap_bytes).unwrap_or(i64::MAX);
        connection.pragma_update(None, "mmap_size", mmap_bytes)?;
        Ok(connection)
    }
}

/// The file holds digests and personal data: nobody but the server's user needs to read it. The engine gives its
/// companion files the same permissions.
fn create_private_file(file: &Path, must_be_new: bool) -> Result<(), StorageError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).create_new(must_be_new);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?;
    Ok(())
}

pub(super) fn prepare<'c>(
    connection: &'c rusqlite::Connection,
    sql: &str,
    values: &[Value<'_>],
) -> Result<CachedStatement<'c>, StorageError> {
    let mut statement = connection.prepare_cached(sql)?;
    if statement.parameter_count() != values.len() {
        return Err(StorageError::driver(format!(
            "{} values for {} placeholders: {sql}",
            values.len(),
            statement.parameter_count()
        )));
    }
    for (position, value) in (1..).zip(values) {
        debug_assert!(
            statement
                .parameter_name(position)
                .is_none_or(|name| name.get(1..) == Some(position.to_string().as_str())),
            "placeholders must be numbered in the order of their first use: {sql}"
        );
        match *value {
            Value::Null => statement.raw_bind_parameter(position, rusqlite::types::Null)?,
            Value::Integer(integer) => statement.raw_bind_parameter(position, integer)?,
            Value::Real(real) => statement.raw_bind_parameter(position, real)?,
            Value::Text(text) => statement.raw_bind_parameter(position, storable(text).as_ref())?,
            Value::Bytes(bytes) => statement.raw_bind_parameter(position, bytes)?,
        }
    }
    Ok(statement)
}

pub(super) fn execute(
    connection: &rusqlite::Connection,
    sql: &str,
    values: &[Value<'_>],
) -> Result<u64, StorageError> {
    let changed = prepare(connection, sql, values)?.raw_execute()?;
    Ok(changed as u64)
}

pub(super) fn column<'r>(row: &'r Row<'_>, index: usize) -> Result<Value<'r>, StorageError> {
    Ok(match row.get_ref(index)? {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(integer) => Value::Integer(integer),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => Value::Text(
            std::str::from_utf8(text)
                .map_err(|_| StorageError::Corrupt(format!("column {index} holds text that is not UTF-8")))?,
        ),
        ValueRef::Blob(bytes) => Value::Bytes(bytes),
    })
}

pub(super) fn raw_text<'r>(row: &'r Row<'_>, index: usize) -> Result<&'r [u8], StorageError> {
    match row.get_ref(index)? {
        ValueRef::Text(text) => Ok(text),
        _ => Err(StorageError::Corrupt(format!("column {index} holds no text"))),
    }
}

/// An open database file.
pub(crate) struct Database {
    settings: Settings,
    counters: Arc<Counters>,
    reads: Readers,
    scans: Arc<Readers>,
    scan_permits: Arc<Semaphore>,
    writer: Writer,
}

impl Database {
    pub(crate) fn open(settings: Settings, counters: Arc<Counters>) -> Result<Self, StorageError> {
        let writer = Writer::start(&settings, Arc::clone(&counters))?;
        // A read in place occupies a thread of the runtime, of which there are about as many as processors.
        let threads = std::thread::available_parallelism().map_or(4, std::num::NonZero::get);
        Ok(Self {
            reads: Readers::new(settings.unmapped(), threads * 2),
            scans: Arc::new(Readers::new(settings.clone(), SCANS)),
            scan_permits: Arc::new(Semaphore::new(SCANS)),
            settings,
            counters,
            writer,
        })
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(Connection<'_>) -> Result<T, E>,
        E: From<StorageError>,
    {
        self.reads.run(&self.counters, work)
    }

    pub(crate) fn look_up<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(Connection<'_>) -> Result<T, E>,
        E: From<StorageError>,
    {
        self.reads.run_one(&self.counters, work)
    }

    pub(crate) async fn scan<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(Connection<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let permit =
            Arc::clone(&self.scan_permits).acquire_owned().await.map_err(StorageError::unavailable)?;
        let scans = Arc::clone(&self.scans);
        let counters = Arc::clone(&self.counters);
        super::blocking(move || {
            let _permit = permit;
            scans.run(&counters, work)
        })
        .await
    }

    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(Connection<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// Copies the database as it is at one instant. Writers go on meanwhile.
    pub(crate) async fn backup(&self, to: PathBuf) -> Result<(), StorageError> {
        let settings = self.settings.clone();
        super::blocking(move || {
            let source = settings.open_reader()?;
            create_private_file(&to, true)?;
            copy(&source, &to).inspect_err(|_| {
                // Half a copy must not be taken for a whole one; what remains is reported by the error itself.
                let _ = std::fs::remove_file(&to);
            })
        })
        .await
    }

    pub(crate) async fn close(&self) {
        self.writer.close().await;
    }
}

fn copy(source: &rusqlite::Connection, to: &Path) -> Result<(), StorageError> {
    let mut target = rusqlite::Connection::open(to)?;
    // All pages in one step: between steps another's commit would start the copy anew.
    match Backup::new(source, &mut target)?.step(-1)? {
        StepResult::Done => {}
        _ => return Err(StorageError::Busy),
    }
    target.close().map_err(|(_, error)| error.into())
}
