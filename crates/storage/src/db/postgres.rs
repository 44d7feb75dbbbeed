//! The client-server engine: an asynchronous driver, driven from the blocking pool so that closures look the same as on
//! the embedded one and cannot be cut off half way.

mod client;

use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Hook, HookError, Manager, Object, Pool, Runtime};
use tokio::runtime::Handle;
use tokio_postgres::NoTls;

pub(crate) use client::{Client, column};

use super::{Connection, Counters, blocking, guarded};
use crate::error::StorageError;

/// What begins no transaction of its own only reads: one that writes says so. A statement that is sent together with a
/// `BEGIN` that fails runs on its own, so it can't write anything either.
const READ_ONLY: &str = "SET default_transaction_read_only = on";
/// A serialization failure or deadlock is somebody else's success; after this many it is an overload.
const ATTEMPTS: u32 = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request waits for a connection while all are taken.
const WAIT_TIMEOUT: Duration = Duration::from_secs(15);

/// A pool of connections to one database.
pub(crate) struct Database {
    pool: Pool,
    counters: Arc<Counters>,
}

impl Database {
    /// Opens one connection, so that a wrong address is reported now and not with the first request.
    pub(crate) async fn open(
        url: &str,
        connections: usize,
        counters: Arc<Counters>,
    ) -> Result<Self, StorageError> {
        // The driver's error could quote the address, which holds the password.
        let config = url.parse::<tokio_postgres::Config>().map_err(|_| {
            StorageError::unavailable("the address of the PostgreSQL database cannot be understood")
        })?;
        // Traffic to the database is not encrypted: it belongs on the same host (a Unix socket), a private network
        // or a tunnel the operator provides.
        let pool = Pool::builder(Manager::new(config, NoTls))
            .runtime(Runtime::Tokio1)
            .max_size(connections)
            .create_timeout(Some(CONNECT_TIMEOUT))
            .wait_timeout(Some(WAIT_TIMEOUT))
            .post_create(Hook::async_fn(|client: &mut ClientWrapper, _| {
                Box::pin(async { client.batch_execute(READ_ONLY).await.map_err(HookError::Backend) })
            }))
            .build()
            .map_err(StorageError::unavailable)?;
        drop(pool.get().await?);
        Ok(Self { pool, counters })
    }

    /// A connection of its own, not returned to the pool, that may change whatever its user may.
    pub(crate) async fn own_connection(&self) -> Result<ClientWrapper, StorageError> {
        let connection = Object::take(self.connection().await?);
        connection.batch_execute("SET default_transaction_read_only = off").await?;
        Ok(connection)
    }

    pub(crate) async fn connection(&self) -> Result<Object, StorageError> {
        Ok(self.pool.get().await?)
    }

    /// Each statement for itself: one round trip for the usual single one.
    pub(crate) async fn read<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(Connection<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.run(move |client, counters| guarded(|| work(Connection::postgres(client, counters)))).await
    }

    pub(crate) async fn scan<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(Connection<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.run(move |client, counters| {
            client.begin_to_read();
            let result = guarded(|| work(Connection::postgres(client, counters)));
            client.roll_back();
            result
        })
        .await
    }

    pub(crate) async fn write<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(Connection<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.run(move |client, counters| {
            let mut result = attempt(client, counters, &mut work);
            for _ in 1..ATTEMPTS {
                if result.is_ok() || !client.wants_retry() {
                    break;
                }
                result = attempt(client, counters, &mut work);
            }
            result
        })
        .await
    }

    /// The connection is waited for here, not on a thread.
    async fn run<T, E>(
        &self,
        work: impl FnOnce(&Client<'_>, &Counters) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let object = self.connection().await?;
        let counters = Arc::clone(&self.counters);
        let handle = Handle::current();
        blocking(move || {
            let client = Client::new(&object, &handle);
            let result = work(&client, &counters);
            if client.is_unusable() {
                drop(Object::take(object));
            }
            result
        })
        .await
    }

    pub(crate) fn close(&self) {
        self.pool.close();
    }
}

fn attempt<T, E, F>(client: &Client<'_>, counters: &Counters, work: &mut F) -> Result<T, E>
where
    F: FnMut(Connection<'_>) -> Result<T, E>,
    E: From<StorageError>,
{
    client.begin_to_write();
    let result = guarded(|| work(Connection::postgres(client, counters)));
    if result.is_ok() {
        client.commit()?;
        counters.count_commit();
    } else {
        client.roll_back();
    }
    result
}
