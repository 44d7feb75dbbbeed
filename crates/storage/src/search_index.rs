//! The index that searches for ideas go by, kept in the background: a table of words that follows the ideas at some
//! distance.

use deadpool_postgres::ClientWrapper;

use crate::{
    StorageError,
    db::{Database, postgres, sqlite},
    ideas::{indexing, rekeying},
    session::System,
    values,
};

/// Of several nodes one prepares the database; any number, the same in every version.
const PREPARING: i64 = 0x6175_746f_6875_6201;
/// Of several nodes one indexes a portion.
const INDEXING: i64 = 0x6175_746f_6875_6202;

/// How far the index was brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indexing {
    /// There is more to do.
    Behind,
    /// All ideas there are now.
    UpToDate,
    /// Another node does it.
    Elsewhere,
}

/// Goes on a little, first with keys of ideas that an older version made. Nothing is written where nothing is to be done.
pub(crate) async fn go_on(database: &Database) -> Result<Indexing, StorageError> {
    match database {
        Database::Sqlite(database) => go_on_embedded(database).await,
        Database::Postgres(database) => go_on_server(database).await,
    }
}

async fn go_on_embedded(database: &sqlite::Database) -> Result<Indexing, StorageError> {
    if !database.read(|connection| is_behind(&mut System::new(connection)))? {
        return Ok(Indexing::UpToDate);
    }
    database.write(|connection| index_portion(&mut System::new(connection))).await
}

async fn go_on_server(database: &postgres::Database) -> Result<Indexing, StorageError> {
    if !database.read(|connection| is_behind(&mut System::new(connection))).await? {
        return Ok(Indexing::UpToDate);
    }
    database.write(|connection| index_portion_alone(&mut System::new(connection))).await
}

fn index_portion_alone(system: &mut System<'_>) -> Result<Indexing, StorageError> {
    // The lock goes with the transaction.
    let is_alone: i64 =
        system.one("SELECT pg_try_advisory_xact_lock($1)", values![INDEXING], |row| row.get(0))?;
    if is_alone == 0 { Ok(Indexing::Elsewhere) } else { index_portion(system) }
}

fn is_behind(system: &mut System<'_>) -> Result<bool, StorageError> {
    Ok(indexing::is_behind(system)? || rekeying::is_behind(system)?)
}

/// New keys are made where the index has nearly caught up: each search looks through what is out of it one by one.
fn index_portion(system: &mut System<'_>) -> Result<Indexing, StorageError> {
    let is_rekeyed = if indexing::lags_far_behind(system)? {
        !rekeying::is_behind(system)?
    } else {
        rekeying::rekey_portion(system)?
    };
    let is_indexed = !indexing::index_portion(system)?;
    Ok(if is_rekeyed && is_indexed { Indexing::UpToDate } else { Indexing::Behind })
}

/// What became of preparing a database for searches.
#[derive(Clone, Debug)]
pub enum Prepared {
    Done,
    /// Another node does it.
    Elsewhere,
    /// The database has no such extension, or won't give it to its user: searches compare what they look for with every
    /// word. Asking again makes no difference.
    Refused(StorageError),
}

/// Has a server find words by parts of them with an index, which takes an extension. The embedded engine has what it takes.
pub(crate) async fn prepare(database: &Database) -> Result<Prepared, StorageError> {
    let Database::Postgres(database) = database else { return Ok(Prepared::Done) };
    let connection = database.own_connection().await?;
    // It takes as long as there are words, whatever limit requests have.
    connection.batch_execute("SET statement_timeout = 0").await?;
    // The lock goes with the connection.
    let is_alone: bool =
        connection.query_one("SELECT pg_try_advisory_lock($1)", &[&PREPARING]).await?.try_get(0)?;
    if !is_alone {
        return Ok(Prepared::Elsewhere);
    }
    match is_valid(&connection, "search_words_by_part").await? {
        Some(true) => return Ok(Prepared::Done),
        // Whoever was interrupted leaves such a one.
        Some(false) => {
            connection.batch_execute("DROP INDEX CONCURRENTLY IF EXISTS search_words_by_part").await?;
        }
        None => {}
    }
    let extension = connection.batch_execute("CREATE EXTENSION IF NOT EXISTS pg_trgm").await;
    match extension.map_err(StorageError::from) {
        Ok(()) => {}
        Err(refused @ StorageError::Driver(_)) => return Ok(Prepared::Refused(refused)),
        Err(error) => return Err(error),
    }
    connection
        .batch_execute(
            "CREATE INDEX CONCURRENTLY search_words_by_part ON search_words USING gin (word gin_trgm_ops)",
        )
        .await?;
    Ok(Prepared::Done)
}

/// Drops the index of ideas that searches on a server went by before there were words. To be called once all are indexed.
pub(crate) async fn clear(database: &Database) -> Result<(), StorageError> {
    let Database::Postgres(database) = database else { return Ok(()) };
    let connection = database.own_connection().await?;
    if is_valid(&connection, "ideas_search").await?.is_some() {
        connection.batch_execute("SET statement_timeout = 0").await?;
        connection.batch_execute("DROP INDEX CONCURRENTLY IF EXISTS ideas_search").await?;
    }
    Ok(())
}

/// Whether an index may be used, if there is one of the name.
async fn is_valid(connection: &ClientWrapper, index: &str) -> Result<Option<bool>, StorageError> {
    let sql = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)";
    let found = connection.query_opt(sql, &[&index]).await?;
    Ok(found.map(|row| row.try_get(0)).transpose()?)
}
