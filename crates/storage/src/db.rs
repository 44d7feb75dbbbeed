//! The two engines behind one type. `Connection` and `Row` are the only places that match on the engine for a statement.

mod checkpoint;
mod courtesy;
pub(crate) mod postgres;
mod readers;
mod shared_view;
pub(crate) mod sqlite;
mod writer;

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::dialect::Engine;
use crate::error::StorageError;
use crate::value::{FromColumn, Value};

/// What tests and metrics read, and whether a view is worth keeping; relaxed, as nothing else is decided by it.
#[derive(Default)]
pub(crate) struct Counters {
    reads: AtomicU64,
    statements: AtomicU64,
    commits: AtomicU64,
}

impl Counters {
    fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    fn count_read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    pub(crate) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    fn count_commit(&self) {
        self.commits.fetch_add(1, Ordering::Relaxed);
    }
}

/// An open database, by its engine.
pub(crate) enum Database {
    Sqlite(sqlite::Database),
    Postgres(postgres::Database),
}

/// A connection inside the transaction of its closure.
///
/// Placeholders are `$1`, `$2`, … numbered in the order of their first use, so that both engines bind them alike.
#[derive(Clone, Copy)]
pub struct Connection<'c> {
    driver: Driver<'c>,
    counters: &'c Counters,
}

#[derive(Clone, Copy)]
enum Driver<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c postgres::Client<'c>),
}

impl<'c> Connection<'c> {
    fn sqlite(connection: &'c rusqlite::Connection, counters: &'c Counters) -> Self {
        Self { driver: Driver::Sqlite(connection), counters }
    }

    fn postgres(client: &'c postgres::Client<'c>, counters: &'c Counters) -> Self {
        Self { driver: Driver::Postgres(client), counters }
    }

    pub(crate) fn reborrow(&mut self) -> Connection<'_> {
        *self
    }

    pub fn engine(&self) -> Engine {
        match self.driver {
            Driver::Sqlite(_) => Engine::Sqlite,
            Driver::Postgres(_) => Engine::Postgres,
        }
    }

    /// The only row of a statement that always has one.
    pub fn one<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        map: impl FnMut(&Row<'_>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        self.optional(sql, values, map)?
            .ok_or_else(|| StorageError::Corrupt(format!("no row where one must be: {sql}")))
    }

    /// The first row, if there is any.
    pub fn optional<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StorageError>,
    ) -> Result<Option<T>, StorageError> {
        self.count_statement();
        match self.driver {
            Driver::Sqlite(connection) => {
                let mut statement = sqlite::prepare(connection, sql, values)?;
                let mut rows = statement.raw_query();
                rows.next()?.map(|row| map(&Row(Source::Sqlite(row)))).transpose()
            }
            Driver::Postgres(client) => {
                client.first(sql, values)?.map(|row| map(&Row(Source::Postgres(&row)))).transpose()
            }
        }
    }

    pub fn all<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StorageError>,
    ) -> Result<Vec<T>, StorageError> {
        let mut mapped = Vec::new();
        self.each(sql, values, |row| {
            mapped.push(map(row)?);
            Ok(())
        })?;
        Ok(mapped)
    }

    /// Hands over row by row as the engine produces them, until `visit` fails.
    pub fn each(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut visit: impl FnMut(&Row<'_>) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        self.each_until(sql, values, |row| visit(row).map(ControlFlow::Continue))
    }

    /// As [`each`](Self::each) until `visit` has enough.
    pub(crate) fn each_until(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        mut visit: impl FnMut(&Row<'_>) -> Result<ControlFlow<()>, StorageError>,
    ) -> Result<(), StorageError> {
        self.count_statement();
        match self.driver {
            Driver::Sqlite(connection) => {
                let mut statement = sqlite::prepare(connection, sql, values)?;
                let mut rows = statement.raw_query();
                while let Some(row) = rows.next()? {
                    if visit(&Row(Source::Sqlite(row)))?.is_break() {
                        break;
                    }
                }
                Ok(())
            }
            Driver::Postgres(client) => {
                let mut state = ControlFlow::Continue(());
                client.each(sql, values, |row| {
                    if state.is_continue() {
                        state = visit(&Row(Source::Postgres(row)))?;
                    }
                    Ok(())
                })
            }
        }
    }

    /// Inserts a row into a table whose key is `id`, and answers that; `None` where the statement lets a conflict keep the row
    /// out. The embedded engine knows the id of its last row: asked for it by `RETURNING`, it copies each page before it
    /// changes it, which is two fifths of what an idea takes to insert.
    pub(crate) fn insert(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Option<i64>, StorageError> {
        match self.driver {
            Driver::Sqlite(connection) => {
                let inserted = self.execute(sql, values)?;
                Ok((inserted > 0).then(|| connection.last_insert_rowid()))
            }
            Driver::Postgres(_) => self.optional(&[sql, " RETURNING id"].concat(), values, |row| row.get(0)),
        }
    }

    /// Answers how many rows were changed.
    pub fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StorageError> {
        self.count_statement();
        match self.driver {
            Driver::Sqlite(connection) => sqlite::execute(connection, sql, values),
            Driver::Postgres(client) => client.execute(sql, values),
        }
    }

    /// Runs a statement whose outcome nobody asks for but that it succeeds, by the end of the transaction at the latest: a
    /// server gets it together with the next one, which then fails if this one does. So it mustn't be one that fails by
    /// what a caller sends.
    pub fn put_off(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StorageError> {
        self.count_statement();
        match self.driver {
            Driver::Sqlite(connection) => sqlite::execute(connection, sql, values).map(drop),
            Driver::Postgres(client) => client.put_off(sql, values),
        }
    }

    /// Whether a statement finds a row. A server is asked together with the next statement: until then it is taken for
    /// granted. Should it prove wrong, the transaction is undone, and its closure runs again and is told.
    pub fn finds(&mut self, sql: &'static str, values: &[Value<'_>]) -> Result<bool, StorageError> {
        self.count_statement();
        match self.driver {
            Driver::Sqlite(connection) => {
                Ok(sqlite::prepare(connection, sql, values)?.raw_query().next()?.is_some())
            }
            Driver::Postgres(client) => client.finds(sql, values),
        }
    }

    fn count_statement(&self) {
        self.counters.statements.fetch_add(1, Ordering::Relaxed);
    }
}

/// One row of a result, valid until the next one is fetched.
pub struct Row<'r>(Source<'r>);

enum Source<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r tokio_postgres::Row),
}

impl<'r> Row<'r> {
    pub fn get<T: FromColumn<'r>>(&self, index: usize) -> Result<T, StorageError> {
        let value = match self.0 {
            Source::Sqlite(row) => sqlite::column(row, index)?,
            Source::Postgres(row) => postgres::column(row, index)?,
        };
        T::from_column(value).ok_or_else(|| self.unexpected(index, value))
    }

    /// A text as its bytes, which nobody has looked through: for long ones that are passed on as they are.
    pub fn raw_text(&self, index: usize) -> Result<&'r [u8], StorageError> {
        match self.0 {
            Source::Sqlite(row) => sqlite::raw_text(row, index),
            Source::Postgres(row) => postgres::raw_text(row, index),
        }
    }

    /// Names column and class, never the content, which may be personal.
    fn unexpected(&self, index: usize, value: Value<'_>) -> StorageError {
        let name = match self.0 {
            Source::Sqlite(row) => row.as_ref().column_name(index).unwrap_or_default(),
            Source::Postgres(row) => row.columns().get(index).map_or("", |column| column.name()),
        };
        let class = match value {
            Value::Null => "null",
            Value::Integer(_) => "an integer out of place",
            Value::Real(_) => "a real number out of place",
            Value::Text(_) => "text out of place",
            Value::Bytes(_) => "bytes out of place",
        };
        StorageError::Corrupt(format!("column {index} ({name}) holds {class}"))
    }
}

/// Runs a closure so that its panic becomes an error, and whoever holds the connection can still roll back.
fn guarded<T, E: From<StorageError>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(StorageError::Panicked.into()))
}

/// Runs on the blocking pool, to its end even if the caller goes away.
pub(crate) async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StorageError> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(lost) if lost.is_panic() => Err(StorageError::Panicked.into()),
        Err(lost) => Err(StorageError::unavailable(lost).into()),
    }
}
