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
        let connection = connection.await.map_err(|_| StorageError::Panicked)??;
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
        self.0.send(work).map_err(|_| StorageError::Panicked)
    }
}

fn run(
    config: &Config,
    mut work: mpsc::UnboundedReceiver<Work>,
    connected: oneshot::Sender<Result<Weak<Open>, StorageError>>,
) {
    // Whoever asked may have given up, and takes the sender of work along.
    let (runtime, client) = match open(config) {
        Ok((runtime, client, connection)) => {
            drop(connected.send(Ok(connection)));
            (runtime, client)
        }
        Err(error) => return drop(connected.send(Err(error))),
    };
    while let Some(work) = runtime.block_on(work.recv()) {
        work(&client, &runtime);
    }
}

fn open(config: &Config) -> Result<(Runtime, ClientWrapper, Weak<Open>), StorageError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (client, connection) = runtime.block_on(async {
        let opened = connect(config).await?;
        opened.0.batch_execute(READ_ONLY).await?;
        Ok::<_, StorageError>(opened)
    })?;
    Ok((runtime, client, connection))
}

/// A connection that the current runtime reads and writes, and what tells whether it is still open.
async fn connect(config: &Config) -> Result<(ClientWrapper, Weak<Open>), StorageError> {
    let connecting = timeout(CONNECT_LIMIT, config.connect(NoTls));
    let (client, connection) =
        connecting.await.map_err(|_| StorageError::unavailable("PostgreSQL did not answer in time"))??;
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
    Ok(connect(config).await?.0)
}
