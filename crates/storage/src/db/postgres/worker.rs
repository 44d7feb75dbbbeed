//! A connection with a thread of its own, which runs closures on it and reads and writes its socket itself: what waits
//! for the server is woken by its answer, not by another thread that was woken first.

use std::sync::{Arc, Weak};
use std::time::Duration;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use deadpool_postgres::ClientWrapper;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_postgres::{Config, NoTls};

use crate::error::StorageError;

/// What begins no transaction of its own only reads: one that writes says so. A statement that is sent together with a
/// `BEGIN` that fails runs on its own, so it can't write anything either.
const READ_ONLY: &str = "SET default_transaction_read_only = on";
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

type Work = Box<dyn FnOnce(&ClientWrapper, &Runtime) + Send>;

/// A thread with its connection, both of which end when this is dropped.
pub(super) struct Worker {
    thread: Thread,
    connection: Weak<Open>,
}

/// Where a thread is given work.
#[derive(Clone)]
pub(super) struct Thread(mpsc::UnboundedSender<Work>);

/// Lives as long as the connection.
struct Open;

/// Makes the workers of a pool.
pub(super) struct Workers(pub(super) Config);

impl Manager for Workers {
    type Type = Worker;
    type Error = StorageError;

    async fn create(&self) -> Result<Worker, StorageError> {
        Worker::start(self.0.clone()).await
    }

    async fn recycle(&self, worker: &mut Worker, _: &Metrics) -> RecycleResult<StorageError> {
        if worker.is_connected() { Ok(()) } else { Err(RecycleError::message("the connection has ended")) }
    }
}

impl Worker {
    async fn start(config: Config) -> Result<Self, StorageError> {
        let (work, received) = mpsc::unbounded_channel();
        let (connected, connection) = oneshot::channel();
        let thread = std::thread::Builder::new().name("postgres".to_owned());
        thread.spawn(move || run(&config, received, connected))?;
        let connection = connection.await.map_err(|_| ended())??;
        Ok(Self { thread: Thread(work), connection })
    }

    pub(super) fn thread(&self) -> Thread {
        self.thread.clone()
    }

    fn is_connected(&self) -> bool {
        self.connection.strong_count() > 0
    }
}

impl Thread {
    /// Runs the closure after those it was given before.
    pub(super) fn run(&self, work: Work) -> Result<(), StorageError> {
        self.0.send(work).map_err(|_| ended())
    }
}

fn ended() -> StorageError {
    StorageError::unavailable("the thread of a connection to PostgreSQL has ended")
}

fn run(
    config: &Config,
    mut work: mpsc::UnboundedReceiver<Work>,
    mut asked: oneshot::Sender<Result<Weak<Open>, StorageError>>,
) {
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(asked.send(Err(error.into()))),
    };
    let opened = runtime.block_on(async {
        tokio::select! {
            opened = in_time(open(config)) => opened,
            // Whoever asked has given up, and hears nothing of it.
            () = asked.closed() => Err(ended()),
        }
    });
    match opened {
        Ok((client, connection)) => {
            drop(asked.send(Ok(connection)));
            while let Some(work) = runtime.block_on(work.recv()) {
                work(&client, &runtime);
            }
        }
        Err(error) => {
            drop(asked.send(Err(error)));
            // Looking up a name can't be cut off, and isn't waited for.
            runtime.shutdown_background();
        }
    }
}

async fn in_time<T>(connecting: impl Future<Output = Result<T, StorageError>>) -> Result<T, StorageError> {
    let silent = |_| Err(StorageError::unavailable("PostgreSQL did not answer in time"));
    timeout(CONNECT_LIMIT, connecting).await.unwrap_or_else(silent)
}

async fn open(config: &Config) -> Result<(ClientWrapper, Weak<Open>), StorageError> {
    let (client, connection) = connect(config).await?;
    client.batch_execute(READ_ONLY).await?;
    Ok((client, connection))
}

/// A connection that the current runtime reads and writes, and what tells whether it is still open.
async fn connect(config: &Config) -> Result<(ClientWrapper, Weak<Open>), StorageError> {
    let (client, connection) = config.connect(NoTls).await?;
    let open = Arc::new(Open);
    let watched = Arc::downgrade(&open);
    let task = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::warn!(%error, "a connection to PostgreSQL ended");
        }
        drop(open);
    });
    Ok((ClientWrapper::new(client, task), watched))
}

/// A connection outside of any pool, which may change whatever its user may.
pub(super) async fn own_connection(config: &Config) -> Result<ClientWrapper, StorageError> {
    let (client, _) = in_time(connect(config)).await?;
    Ok(client)
}
