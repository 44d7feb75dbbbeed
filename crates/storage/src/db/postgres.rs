//! The client-server engine: an asynchronous driver, driven by a thread for each connection, so that closures look the
//! same as on the embedded one and cannot be cut off half way.

mod client;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Object, Pool};
use deadpool_postgres::ClientWrapper;
use tokio::sync::{oneshot, watch};
use tokio_postgres::Config;

pub(crate) use client::{Client, column, raw_text};

use super::{Connection, Counters, guarded};
use crate::error::StorageError;
use worker::Workers;

/// A serialization failure or deadlock is somebody else's success; after this many it is an overload.
const ATTEMPTS: u32 = 5;
/// How long a request waits for a connection while all are taken.
const WAIT_TIMEOUT: Duration = Duration::from_secs(15);

/// A pool of connections to one database.
pub(crate) struct Database {
    config: Config,
    pool: Pool<Workers>,
    counters: Arc<Counters>,
    /// Each closure that runs, or is about to, listens to this.
    running: watch::Sender<()>,
}

impl Database {
    /// Opens one connection, so that a wrong address is reported now and not with the first request.
    pub(crate) async fn open(
        url: &str,
        connections: usize,
        counters: Arc<Counters>,
    ) -> Result<Self, StorageError> {
        // The driver's error could quote the address, which holds the password.
        let config = url.parse::<Config>().map_err(|_| {
            StorageError::unavailable("the address of the PostgreSQL database cannot be understood")
        })?;
        // Traffic to the database is not encrypted: it belongs on the same host (a Unix socket), a private network
        // or a tunnel the operator provides.
        let pool = Pool::builder(Workers(config.clone()))
            .runtime(Runtime::Tokio1)
            .max_size(connections)
            .wait_timeout(Some(WAIT_TIMEOUT))
            .build()
            .map_err(StorageError::unavailable)?;
        drop(pool.get().await?);
        Ok(Self { config, pool, counters, running: watch::Sender::default() })
    }

    /// A connection of its own, not of the pool, that may change whatever its user may.
    pub(crate) async fn own_connection(&self) -> Result<ClientWrapper, StorageError> {
        worker::own_connection(&self.config).await
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
            guarded(|| work(Connection::postgres(client, counters)))
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

    /// The connection is waited for here, not on its thread. The closure runs to its end even if the caller goes away. A
    /// transaction that it leaves open only read: it is rolled back once the answer is out, as nobody has to wait for that.
    async fn run<T, E>(
        &self,
        work: impl FnOnce(&Client<'_>, &Counters) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let worker = self.pool.get().await.map_err(StorageError::from)?;
        let running = self.running.subscribe();
        // Whoever closes waits for what listened before.
        if self.pool.is_closed() {
            return Err(StorageError::unavailable("the database is closed").into());
        }
        let thread = worker.thread();
        let counters = Arc::clone(&self.counters);
        let (answer, answered) = oneshot::channel();
        thread.run(Box::new(move |connection, runtime| {
            let client = Client::new(connection, runtime);
            let result = work(&client, &counters);
            // Whoever asked may have gone away.
            if client.is_open() {
                drop(answer.send(result));
                client.roll_back();
                give_back(worker, &client);
            } else {
                give_back(worker, &client);
                drop(answer.send(result));
            }
            drop(running);
        }))?;
        answered.await.map_err(|_| StorageError::Panicked)?
    }

    /// Waits for the closures that run, also for those that nobody waits for any more.
    pub(crate) async fn close(&self) {
        self.pool.close();
        self.running.closed().await;
    }
}

fn give_back(worker: Object<Workers>, client: &Client<'_>) {
    if client.is_unusable() {
        drop(Object::take(worker));
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
        let verified = client.verify();
        client.roll_back();
        verified?;
    }
    result
}
