//! A view of the newest commit that is kept open while many read. A process that has one needs no lock of the system for
//! each read that begins at the same commit, as the engine counts within a process who shares a lock: two calls, a tenth
//! of what it takes the server to answer with one record.

use super::Counters;
use super::readers::control;
use super::sqlite::Settings;
use crate::error::StorageError;

/// So many reads between two commits, and keeping a view for the next ones costs less than it saves.
const WORTH_IT: u64 = 64;

/// Used by the writer's thread, which alone knows when a commit is the newest.
pub(super) struct SharedView {
    settings: Settings,
    /// Opened when many read for the first time.
    connection: Option<rusqlite::Connection>,
    /// How many had been counted at the last commit.
    reads: u64,
}

impl SharedView {
    pub(super) fn new(settings: Settings) -> Self {
        Self { settings, connection: None, reads: 0 }
    }

    /// Lets go of a commit that is no longer the newest: as long as somebody holds it, the log can't start over.
    pub(super) fn let_go(&mut self) {
        let Some(connection) = self.connection.take_if(|connection| !connection.is_autocommit()) else {
            return;
        };
        match control(&connection, "COMMIT") {
            Ok(()) => self.connection = Some(connection),
            // Dropping it lets go as well.
            Err(error) => tracing::warn!(%error, "a view of the database was closed with its connection"),
        }
    }

    /// Keeps the newest commit, if many read since the one before.
    pub(super) fn keep(&mut self, counters: &Counters) {
        let reads = counters.reads();
        let new = reads.wrapping_sub(self.reads);
        self.reads = reads;
        if new >= WORTH_IT
            && let Err(error) = self.begin()
        {
            // Whoever reads takes a lock of its own.
            tracing::debug!(%error, "no view of the database could be kept");
            self.connection = None;
        }
    }

    /// A transaction begins to see with its first statement.
    fn begin(&mut self) -> Result<(), StorageError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.settings.open_reader()?,
        };
        let connection = self.connection.insert(connection);
        control(connection, "BEGIN DEFERRED")?;
        connection.prepare_cached("SELECT 1 FROM sqlite_schema LIMIT 1")?.exists([])?;
        Ok(())
    }
}
