//! The index that searches for ideas go by, kept in the background: on the embedded engine a table of words that follows
//! the ideas at some distance, on `PostgreSQL` an index of the engine's own, which it keeps itself once it is made.

use crate::{
    StorageError,
    db::{Database, postgres, sqlite},
    ideas::indexing,
    session::System,
};

/// Of several nodes one makes the index; any number, the same in every version.
const ADVISORY_LOCK: i64 = 0x6175_746f_6875_6201;

/// How far the index was brought.
#[derive(Clone, Debug)]
pub enum Indexing {
    /// There is more to do.
    Behind,
    /// All ideas there are now.
    UpToDate,
    /// Another node makes it.
    Elsewhere,
    /// It could not be made, which may have taken long: for lack of room, say.
    Failed(StorageError),
    /// From now on nobody has to ask again.
    Settled,
    /// The database has no such extension, or won't give it to its user: searches look through all ideas. Asking again
    /// makes no difference.
    Refused(StorageError),
}

/// Goes on a little. Nothing is written where nothing is to be done.
pub(crate) async fn go_on(database: &Database) -> Result<Indexing, StorageError> {
    match database {
        Database::Sqlite(database) => go_on_embedded(database).await,
        Database::Postgres(database) => make_on_server(database).await,
    }
}

async fn go_on_embedded(database: &sqlite::Database) -> Result<Indexing, StorageError> {
    if !database.read(|connection| indexing::is_behind(&mut System::new(connection)))? {
        return Ok(Indexing::UpToDate);
    }
    let is_behind =
        database.write(|connection| indexing::index_portion(&mut System::new(connection))).await?;
    Ok(if is_behind { Indexing::Behind } else { Indexing::UpToDate })
}

/// Writers go on while it is made. Whoever is interrupted leaves an index that isn't valid, and the next one drops it.
async fn make_on_server(database: &postgres::Database) -> Result<Indexing, StorageError> {
    let connection = database.own_connection().await?;
    // It takes as long as there are ideas and transactions that began before, whatever limit requests have.
    connection.batch_execute("SET statement_timeout = 0").await?;
    // The lock goes with the connection.
    let is_alone: bool =
        connection.query_one("SELECT pg_try_advisory_lock($1)", &[&ADVISORY_LOCK]).await?.try_get(0)?;
    if !is_alone {
        return Ok(Indexing::Elsewhere);
    }
    let found = connection
        .query_opt("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ideas_search')", &[])
        .await?;
    if let Some(row) = found {
        if row.try_get(0)? {
            return Ok(Indexing::Settled);
        }
        connection.batch_execute("DROP INDEX CONCURRENTLY IF EXISTS ideas_search").await?;
    }
    let extension = connection.batch_execute("CREATE EXTENSION IF NOT EXISTS pg_trgm").await;
    match extension.map_err(StorageError::from) {
        Ok(()) => {}
        Err(refused @ StorageError::Driver(_)) => return Ok(Indexing::Refused(refused)),
        Err(error) => return Err(error),
    }
    let made = connection
        .batch_execute("CREATE INDEX CONCURRENTLY ideas_search ON ideas USING gin (search_key gin_trgm_ops)")
        .await;
    Ok(made.map_or_else(|error| Indexing::Failed(error.into()), |()| Indexing::Settled))
}
