//! The open database: where it is, and the three ways to work with it.

use std::path::PathBuf;
use std::sync::Arc;

use automation_hub_domain::{clock::Timestamp, id::TenantId};

use crate::db::{Connection, Counters, Database, blocking, postgres, sqlite};
use crate::dialect::Engine;
use crate::error::StorageError;
use crate::indexes;
use crate::migrate;
use crate::search_index::{self, Indexing, Prepared};
use crate::session::{Session, System};
use crate::tenants;
use crate::values;

mod options;

pub use options::{Location, StoreOptions};

/// Cheap to clone; all clones share one set of connections.
///
/// Work is a closure that may run again after a conflict with another transaction, so it touches nothing but its session.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    database: Database,
    counters: Arc<Counters>,
}

impl Store {
    /// Opens the database, making an empty one on the embedded engine if there is none. Does not migrate.
    pub async fn open(options: StoreOptions) -> Result<Self, StorageError> {
        let counters = Arc::new(Counters::default());
        let shared = Arc::clone(&counters);
        let database = match options.location {
            Location::Sqlite(file) => {
                let settings = sqlite::Settings {
                    file,
                    cache_kib: options.sqlite_cache_kib,
                    mmap_bytes: options.sqlite_mmap_bytes,
                };
                blocking(move || sqlite::Database::open(settings, shared)).await.map(Database::Sqlite)?
            }
            Location::Postgres(url) => {
                postgres::Database::open(&url, options.postgres_pool, shared).await.map(Database::Postgres)?
            }
        };
        Ok(Self { inner: Arc::new(Inner { database, counters }) })
    }

    /// Brings the schema and what tenants are founded with up to date; answers how many migrations that took.
    pub async fn migrate(&self) -> Result<u32, StorageError> {
        let applied = match &self.inner.database {
            Database::Sqlite(database) => {
                let settings = database.settings().clone();
                blocking(move || migrate::migrate_sqlite(&settings)).await
            }
            Database::Postgres(database) => migrate::migrate_postgres(database).await,
        }?;
        self.system().write(indexes::bring_back).await?;
        self.system().write(tenants::complete).await?;
        Ok(applied)
    }

    pub async fn pending_migrations(&self) -> Result<u32, StorageError> {
        match &self.inner.database {
            Database::Sqlite(database) => {
                let settings = database.settings().clone();
                blocking(move || migrate::pending_sqlite(&settings)).await
            }
            Database::Postgres(database) => migrate::pending_postgres(database).await,
        }
    }

    /// Whether no version of the program has brought its schema here yet.
    pub async fn is_empty(&self) -> Result<bool, StorageError> {
        Ok(self.pending_migrations().await? == migrate::count_all())
    }

    /// For what takes microseconds: on the embedded engine it runs where it stands.
    pub async fn read<T, E, F>(&self, tenant: TenantId, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Session<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.run_read(move |connection| work(&mut Session::new(connection, tenant))).await
    }

    /// As [`Store::read`] for a single statement, which sees one instant by itself. If there has to be another one after
    /// all, it may see a later instant.
    pub async fn look_up<T, E, F>(&self, tenant: TenantId, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Session<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let work = move |connection: Connection<'_>| work(&mut Session::new(connection, tenant));
        match &self.inner.database {
            Database::Sqlite(database) => database.look_up(work),
            Database::Postgres(database) => database.read(work).await,
        }
    }

    /// For search, export and reports: one snapshot, off the runtime's threads, on connections no `read` waits for.
    pub async fn scan<T, E, F>(&self, tenant: TenantId, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Session<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.run_scan(move |connection| work(&mut Session::new(connection, tenant))).await
    }

    /// As [`Store::scan`] for a single statement, which sees one instant by itself: a server isn't asked to begin and end
    /// anything. If there has to be another one after all, it may see a later instant.
    pub async fn scan_one<T, E, F>(&self, tenant: TenantId, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Session<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        match self.engine() {
            Engine::Sqlite => self.scan(tenant, work).await,
            Engine::Postgres => self.read(tenant, work).await,
        }
    }

    /// One transaction: kept if the closure succeeds, undone if it fails or panics. It is durable when this returns, and
    /// happens whole or not at all if the caller stops waiting.
    pub async fn write<T, E, F>(&self, tenant: TenantId, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Session<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.run_write(move |connection| work(&mut Session::new(connection, tenant))).await
    }

    /// The rarely used way around the tenant boundary.
    pub fn system(&self) -> SystemStore<'_> {
        SystemStore { store: self }
    }

    /// The instant by the database's own clock, if it has one.
    pub async fn database_time(&self) -> Result<Option<Timestamp>, StorageError> {
        let Some(query) = self.engine().clock_query() else { return Ok(None) };
        let millis = self.system().read(move |s| s.one(query, values![], |row| row.get(0))).await?;
        Ok(Some(Timestamp::from_millis(millis)))
    }

    pub fn engine(&self) -> Engine {
        match self.inner.database {
            Database::Sqlite(_) => Engine::Sqlite,
            Database::Postgres(_) => Engine::Postgres,
        }
    }

    /// Writes a consistent copy to a file that does not exist yet, while work goes on.
    pub async fn backup(&self, to: PathBuf) -> Result<(), StorageError> {
        match &self.inner.database {
            Database::Sqlite(database) => database.backup(to).await,
            Database::Postgres(_) => Err(StorageError::Unsupported(
                "PostgreSQL makes its own backups: use pg_dump, or a base backup with archived logs",
            )),
        }
    }

    /// Gives the database what makes searches fast and may be out of reach; searches are right without it, too. It may
    /// take long, and others work on meanwhile.
    pub async fn prepare_searches(&self) -> Result<Prepared, StorageError> {
        search_index::prepare(&self.inner.database).await
    }

    /// Gives room back that searches took in older versions. To be called once all ideas are indexed.
    pub async fn clear_searches(&self) -> Result<(), StorageError> {
        search_index::clear(&self.inner.database).await
    }

    /// Brings the index that searches for ideas go by a little further. To be called again and again in the background;
    /// whoever searches finds the same however far it is.
    pub async fn index_ideas(&self) -> Result<Indexing, StorageError> {
        search_index::go_on(&self.inner.database).await
    }

    /// Statements executed by closures since the store was opened.
    pub fn statement_count(&self) -> u64 {
        self.inner.counters.statements()
    }

    /// Transactions committed by writes since the store was opened.
    pub fn commit_count(&self) -> u64 {
        self.inner.counters.commits()
    }

    /// Finishes all writes that were accepted. Clones of this store answer `Unavailable` to writes from now on.
    pub async fn close(self) {
        match &self.inner.database {
            Database::Sqlite(database) => database.close().await,
            Database::Postgres(database) => database.close().await,
        }
    }

    async fn run_read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(Connection<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        match &self.inner.database {
            Database::Sqlite(database) => database.read(work),
            Database::Postgres(database) => database.read(work).await,
        }
    }

    async fn run_scan<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(Connection<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        match &self.inner.database {
            Database::Sqlite(database) => database.scan(work).await,
            Database::Postgres(database) => database.scan(work).await,
        }
    }

    async fn run_write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(Connection<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        match &self.inner.database {
            Database::Sqlite(database) => database.write(work).await,
            Database::Postgres(database) => database.write(work).await,
        }
    }
}

/// `Store`'s three verbs without a tenant.
pub struct SystemStore<'s> {
    store: &'s Store,
}

impl SystemStore<'_> {
    pub async fn read<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut System<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.store.run_read(move |connection| work(&mut System::new(connection))).await
    }

    pub async fn scan<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut System<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.store.run_scan(move |connection| work(&mut System::new(connection))).await
    }

    pub async fn write<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut System<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.store.run_write(move |connection| work(&mut System::new(connection))).await
    }
}
