//! Databases for tests: migrated, isolated, gone afterwards. Embedded by default; on a `PostgreSQL` server if
//! `AUTOMATION_HUB_TEST_POSTGRES` holds the address of one.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use futures_util::TryStreamExt;
use tempfile::TempDir;
use uuid::Uuid;

use crate::db::{Counters, postgres};
use crate::dialect::Engine;
use crate::error::StorageError;
use crate::migrate;
use crate::store::{Location, Store, StoreOptions};

const SERVER: &str = "AUTOMATION_HUB_TEST_POSTGRES";
/// Tests run in processes of their own, and only one of them may make the template.
const TEMPLATE_LOCK: i64 = 0x7465_6d70_6c61_7465;

/// Dropping it removes the database.
pub struct TestDatabase {
    pub store: Store,
    location: Location,
    _place: Place,
}

enum Place {
    Folder { _folder: TempDir },
    Server { _database: ServerDatabase },
}

impl TestDatabase {
    pub async fn create() -> Result<Self, StorageError> {
        let Ok(server) = env::var(SERVER) else { return Self::embedded().await };
        let database = ServerDatabase::create(server).await?;
        Self::at(database.location(), Place::Server { _database: database }).await
    }

    /// For what concerns the embedded engine alone, whichever the other tests run on.
    pub async fn embedded() -> Result<Self, StorageError> {
        let folder = TempDir::new()?;
        let file = folder.path().join("test.sqlite");
        std::fs::copy(sqlite_template().await?, &file)?;
        Self::at(Location::Sqlite(file), Place::Folder { _folder: folder }).await
    }

    async fn at(location: Location, place: Place) -> Result<Self, StorageError> {
        let store = Store::open(Self::options(&location)).await?;
        Ok(Self { store, location, _place: place })
    }

    /// For opening the same database once more, as another process would.
    pub fn location(&self) -> Location {
        self.location.clone()
    }

    /// All that is stored, by file or by table, as whoever steals it would read it: the embedded database with its
    /// journal as they lie on the disk; of a server each table, in the binary form that backups have.
    pub async fn contents(&self) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
        match &self.location {
            Location::Sqlite(file) => {
                let journal = PathBuf::from(format!("{}-wal", file.display()));
                let read = |file: &Path| Ok((file.display().to_string(), std::fs::read(file)?));
                [file.as_path(), &journal].into_iter().map(read).collect()
            }
            Location::Postgres(url) => copy_tables(url).await,
        }
    }

    fn options(location: &Location) -> StoreOptions {
        StoreOptions {
            // Many tests share one server and its bounded number of connections.
            postgres_pool: 4,
            ..StoreOptions::new(location.clone())
        }
    }
}

/// An empty migrated file, made by whoever comes first and copied by all.
async fn sqlite_template() -> Result<PathBuf, StorageError> {
    let fingerprint = migrate::fingerprint(Engine::Sqlite);
    let template = env::temp_dir().join(format!("automation-hub-{fingerprint:016x}.sqlite"));
    if template.exists() {
        return Ok(template);
    }
    let folder = TempDir::new_in(template.parent().unwrap_or(Path::new(".")))?;
    let file = folder.path().join("template.sqlite");
    let store = Store::open(StoreOptions::new(Location::Sqlite(file.clone()))).await?;
    store.migrate().await?;
    store.close().await;
    // Two may do this at once: both files are the same, and a rename replaces at one instant.
    std::fs::rename(&file, &template)?;
    Ok(template)
}

struct ServerDatabase {
    server: String,
    name: String,
}

impl ServerDatabase {
    async fn create(server: String) -> Result<Self, StorageError> {
        let connection = connect(&server).await?;
        let template = postgres_template(&server, &connection).await?;
        let name = format!("automation_hub_test_{}", Uuid::new_v4().simple());
        connection.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await?;
        Ok(Self { server, name })
    }

    fn location(&self) -> Location {
        Location::Postgres(with_database(&self.server, &self.name))
    }
}

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        let server = self.server.clone();
        // FORCE, as the store's connections are still open.
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A runtime of its own: this one may be busy unwinding, and a drop cannot wait within it.
        let dropped = thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(StorageError::from)?
                .block_on(administer(&server, &sql))
        })
        .join();
        if let Ok(Err(error)) = dropped {
            tracing::warn!(%error, "a test database was left behind");
        }
    }
}

/// An empty migrated database, made by whoever comes first and copied by all.
async fn postgres_template(
    server: &str,
    connection: &deadpool_postgres::ClientWrapper,
) -> Result<String, StorageError> {
    let template = format!("automation_hub_template_{:016x}", migrate::fingerprint(Engine::Postgres));
    if is_there(connection, &template).await? {
        return Ok(template);
    }
    connection.execute("SELECT pg_advisory_lock($1)", &[&TEMPLATE_LOCK]).await?;
    let made = make_template(server, connection, &template).await;
    connection.execute("SELECT pg_advisory_unlock($1)", &[&TEMPLATE_LOCK]).await?;
    made.map(|()| template)
}

async fn is_there(
    connection: &deadpool_postgres::ClientWrapper,
    database: &str,
) -> Result<bool, StorageError> {
    Ok(connection.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&database]).await?.is_some())
}

async fn make_template(
    server: &str,
    connection: &deadpool_postgres::ClientWrapper,
    template: &str,
) -> Result<(), StorageError> {
    // Somebody else may have made it while we waited for our turn.
    if is_there(connection, template).await? {
        return Ok(());
    }
    let unfinished = format!("{template}_unfinished");
    for sql in [
        format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"),
        format!(
            "CREATE DATABASE {unfinished} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
        ),
    ] {
        connection.batch_execute(&sql).await?;
    }
    let location = Location::Postgres(with_database(server, &unfinished));
    let store = Store::open(TestDatabase::options(&location)).await?;
    store.migrate().await?;
    store.close().await;
    connection
        .batch_execute(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{unfinished}'"
        ))
        .await?;
    connection.batch_execute(&format!("ALTER DATABASE {unfinished} RENAME TO {template}")).await?;
    Ok(())
}

async fn copy_tables(url: &str) -> Result<Vec<(String, Vec<u8>)>, StorageError> {
    let connection = connect(url).await?;
    let names = connection.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", &[]).await?;
    let mut tables = Vec::new();
    for row in names {
        let name: String = row.get(0);
        let copy = connection.copy_out(&format!("COPY \"{name}\" TO STDOUT (FORMAT binary)")).await?;
        let parts: Vec<_> = copy.try_collect().await?;
        tables.push((name, parts.concat()));
    }
    Ok(tables)
}

async fn administer(server: &str, sql: &str) -> Result<(), StorageError> {
    Ok(connect(server).await?.batch_execute(sql).await?)
}

async fn connect(server: &str) -> Result<deadpool_postgres::ClientWrapper, StorageError> {
    let database = postgres::Database::open(server, 1, Arc::new(Counters::default()));
    database.await?.own_connection().await
}

/// Another database on the same server, in either form of address.
fn with_database(server: &str, name: &str) -> String {
    let Some((scheme, rest)) = server.split_once("://") else {
        return format!("{server} dbname={name}");
    };
    let (place, parameters) = rest
        .split_once('?')
        .map_or((rest, String::new()), |(place, parameters)| (place, format!("?{parameters}")));
    let host = place.split_once('/').map_or(place, |(host, _)| host);
    format!("{scheme}://{host}/{name}{parameters}")
}
