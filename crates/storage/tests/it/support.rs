//! What these tests share: a database with a table of their own, and a write that can be held half way.

use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{self, Sender};
use std::task::{Context, Waker};

use automation_hub_domain::id::TenantId;
use automation_hub_storage::testing::TestDatabase;
use automation_hub_storage::{Engine, Session, StorageError, Store, values};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

pub(crate) const TENANT: TenantId = TenantId::new(1);
pub(crate) const INSERT: &str = "INSERT INTO scratch (number, place) VALUES ($1, $2)";

/// A database with a table of our own beside the product's.
pub(crate) async fn database() -> TestDatabase {
    let database = TestDatabase::create().await.unwrap();
    let bytes = match database.store.engine() {
        Engine::Sqlite => "BLOB",
        Engine::Postgres => "BYTEA",
    };
    let sql = format!(
        "CREATE TABLE scratch (number BIGINT, place DOUBLE PRECISION, word TEXT, content {bytes}, \
         CONSTRAINT scratch_number_key UNIQUE (number))"
    );
    database.store.system().write(move |system| system.execute(&sql, &[])).await.unwrap();
    database
}

pub(crate) async fn insert(store: &Store, number: i64) -> Result<u64, StorageError> {
    store.write(TENANT, move |session| session.execute(INSERT, values![number, 0.5])).await
}

pub(crate) fn select_numbers(session: &mut Session<'_>) -> Result<Vec<i64>, StorageError> {
    session.all("SELECT number FROM scratch ORDER BY number", &[], |row| row.get(0))
}

pub(crate) async fn numbers(store: &Store) -> Vec<i64> {
    store.read(TENANT, select_numbers).await.unwrap()
}

/// Starts a write, without waiting for more than it does at once.
pub(crate) fn start<F: Future>(future: Pin<&mut F>) {
    assert!(
        future.poll(&mut Context::from_waker(Waker::noop())).is_pending(),
        "a write cannot be over already"
    );
}

/// A write of two rows that stands still between them until told to go on.
pub(crate) struct HeldWrite {
    /// Says when it stands still, and ends when the write is over.
    pub(crate) signals: UnboundedReceiver<()>,
    pub(crate) go_on: Sender<()>,
    pub(crate) task: tokio::task::JoinHandle<Result<(), StorageError>>,
}

pub(crate) async fn hold_write(store: &Store) -> HeldWrite {
    let (signal, mut signals) = unbounded_channel();
    let (go_on, gate) = mpsc::channel();
    let store = store.clone();
    let task = tokio::spawn(async move {
        store
            .write(TENANT, move |session| {
                session.execute(INSERT, values![-2, 0.0])?;
                signal.send(()).unwrap();
                gate.recv().unwrap();
                session.execute(INSERT, values![-1, 0.0])?;
                Ok(())
            })
            .await
    });
    signals.recv().await.unwrap();
    HeldWrite { signals, go_on, task }
}
