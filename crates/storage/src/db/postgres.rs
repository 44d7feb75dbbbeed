//! The client-server engine: an asynchronous driver, driven from the blocking pool so that closures look the same as on
//! the embedded one and cannot be cut off half way.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Hook, HookError, Manager, Object, Pool, Runtime};
use futures_util::TryStreamExt;
use futures_util::future::{join3, maybe_done};
use tokio::runtime::Handle;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{NoTls, Row, RowStream, Statement};

use super::{Connection, Counters, blocking, guarded};
use crate::error::StorageError;
use crate::value::{OwnedValue, Value, storable};

/// What begins no transaction of its own only reads: one that writes says so. A statement that is sent together with a
/// `BEGIN` that fails runs on its own, so it can't write anything either.
const READ_ONLY: &str = "SET default_transaction_read_only = on";
/// A serialization failure or deadlock is somebody else's success; after this many it is an overload.
const ATTEMPTS: u32 = 5;
/// So that a change of very many rows takes no memory in proportion.
const PUT_OFF_AT_MOST: usize = 64;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a request waits for a connection while all are taken.
const WAIT_TIMEOUT: Duration = Duration::from_secs(15);

/// A pooled connection as a closure's thread sees it.
pub(super) struct Client<'c> {
    pooled: &'c ClientWrapper,
    handle: &'c Handle,
    /// What begins the transaction, until it is sent together with the first statement.
    beginning: Cell<Option<&'static str>>,
    /// Statements that go out with the next one.
    waiting: RefCell<Vec<Waiting>>,
    /// What statements told the transaction around them: the closure's own error type cannot.
    wants_retry: Cell<bool>,
    has_failed: Cell<bool>,
    /// The transaction could not be ended, so nobody else may have this connection.
    is_unusable: Cell<bool>,
}

impl<'c> Client<'c> {
    fn new(pooled: &'c ClientWrapper, handle: &'c Handle) -> Self {
        Self {
            pooled,
            handle,
            beginning: Cell::new(None),
            waiting: RefCell::default(),
            wants_retry: Cell::new(false),
            has_failed: Cell::new(false),
            is_unusable: Cell::new(false),
        }
    }

    fn begin(&self, sql: &'static str) {
        self.wants_retry.set(false);
        self.has_failed.set(false);
        self.beginning.set(Some(sql));
    }

    /// The engine answers `COMMIT` after a failed statement by rolling back and reporting success.
    fn commit(&self) -> Result<(), StorageError> {
        if self.has_failed.get() {
            self.roll_back();
            return Err(StorageError::driver("a statement failed, but its transaction was to be committed"));
        }
        self.end("COMMIT")
    }

    fn roll_back(&self) {
        self.waiting.take();
        if let Err(error) = self.end("ROLLBACK") {
            tracing::warn!(%error, "a transaction could not be rolled back");
            self.is_unusable.set(true);
        }
    }

    pub(super) fn first(&self, sql: &str, values: &[Value<'_>]) -> Result<Option<Row>, StorageError> {
        self.wait(async {
            let mut rows = pin!(self.query(sql, values).await?);
            let first = rows.try_next().await?;
            // Whatever fails while the rest is produced must not be lost. The stream must not be asked past its end.
            if first.is_some() {
                while rows.try_next().await?.is_some() {}
            }
            Ok(first)
        })
    }

    pub(super) fn each(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut visit: impl FnMut(&Row) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        self.wait(async {
            let mut rows = pin!(self.query(sql, values).await?);
            while let Some(row) = rows.try_next().await? {
                if let Err(refused) = visit(&row) {
                    return Ok(Err(refused));
                }
            }
            Ok(Ok(()))
        })?
    }

    pub(super) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StorageError> {
        self.wait(async {
            let statement = self.prepare(sql, values).await?;
            self.pooled.execute_raw(&statement, values.iter().map(Bound)).await
        })
    }

    /// Puts a statement off until the next one, or the end of the transaction: it takes no round trip of its own. That one
    /// fails if this one does.
    pub(super) fn put_off(&self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StorageError> {
        let values = values.iter().map(OwnedValue::from).collect();
        self.waiting.borrow_mut().push(Waiting { sql, values });
        if self.waiting.borrow().len() < PUT_OFF_AT_MOST { Ok(()) } else { self.wait(async { Ok(()) }) }
    }

    async fn query(&self, sql: &str, values: &[Value<'_>]) -> Result<RowStream, tokio_postgres::Error> {
        let statement = self.prepare(sql, values).await?;
        self.pooled.query_raw(&statement, values.iter().map(Bound)).await
    }

    /// Types are stated, not guessed from the text: `$1 + 1` would take a 32-bit integer otherwise.
    async fn prepare(&self, sql: &str, values: &[Value<'_>]) -> Result<Statement, tokio_postgres::Error> {
        let types: Vec<Type> = values.iter().map(type_of).collect();
        self.pooled.prepare_typed_cached(sql, &types).await
    }

    /// There is nothing to end where no statement began anything.
    fn end(&self, sql: &str) -> Result<(), StorageError> {
        if self.waiting.borrow().is_empty() && self.beginning.take().is_some() {
            return Ok(());
        }
        self.wait(self.pooled.batch_execute(sql))
    }

    fn wait<T>(
        &self,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StorageError> {
        let waiting = self.waiting.take();
        let all = async {
            let put_off = self.prepare_all(&waiting).await?;
            let begun = async {
                match self.beginning.take() {
                    Some(sql) => self.pooled.batch_execute(sql).await,
                    None => Ok(()),
                }
            };
            // Polled in this order, so they are sent in it, and it is one round trip for all. If the first fails, the
            // others run outside a transaction, where they can't write: see `READ_ONLY`.
            let (begun, put_off, worked) = join3(begun, in_order(put_off), work).await;
            begun.and(put_off).and(worked)
        };
        self.handle.block_on(all).map_err(|error| {
            self.has_failed.set(true);
            let code = error.code();
            self.wants_retry.set(
                code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
                    || code == Some(&SqlState::T_R_DEADLOCK_DETECTED),
            );
            error.into()
        })
    }

    /// What was put off, ready to be sent: preparing a statement may take a round trip, within which none may be sent
    /// that comes after it.
    async fn prepare_all<'w>(
        &'w self,
        waiting: &'w [Waiting],
    ) -> Result<Vec<impl Future<Output = Result<u64, tokio_postgres::Error>> + 'w>, tokio_postgres::Error>
    {
        let mut prepared = Vec::with_capacity(waiting.len());
        for Waiting { sql, values } in waiting {
            let values: Vec<Value<'_>> = values.iter().map(OwnedValue::borrowed).collect();
            let statement = self.prepare(sql, &values).await?;
            prepared.push(async move { self.pooled.execute_raw(&statement, values.iter().map(Bound)).await });
        }
        Ok(prepared)
    }
}

/// A statement that was put off.
struct Waiting {
    sql: &'static str,
    values: Vec<OwnedValue>,
}

/// Runs statements, each sent after the one before it; the first error of any.
async fn in_order(
    statements: Vec<impl Future<Output = Result<u64, tokio_postgres::Error>>>,
) -> Result<(), tokio_postgres::Error> {
    let mut statements: Vec<_> =
        statements.into_iter().map(|statement| Box::pin(maybe_done(statement))).collect();
    poll_fn(|context| {
        let mut is_pending = false;
        for statement in &mut statements {
            is_pending |= statement.as_mut().poll(context).is_pending();
        }
        if is_pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    let mut outcomes = statements.iter_mut().filter_map(|statement| statement.as_mut().take_output());
    outcomes.find_map(Result::err).map_or(Ok(()), Err)
}

fn type_of(value: &Value<'_>) -> Type {
    match value {
        // Left to the engine: only the place it is bound to tells.
        Value::Null => Type::UNKNOWN,
        Value::Integer(_) => Type::INT8,
        Value::Real(_) => Type::FLOAT8,
        Value::Text(_) => Type::TEXT,
        Value::Bytes(_) => Type::BYTEA,
    }
}

#[derive(Debug)]
struct Bound<'v>(&'v Value<'v>);

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match *self.0 {
            Value::Null => Ok(IsNull::Yes),
            Value::Integer(integer) => integer.to_sql(ty, out),
            Value::Real(real) => real.to_sql(ty, out),
            Value::Text(text) => storable(text).as_ref().to_sql(ty, out),
            Value::Bytes(bytes) => bytes.to_sql(ty, out),
        }
    }

    /// The types were stated when the statement was prepared, from these very values.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

pub(super) fn column(row: &Row, index: usize) -> Result<Value<'_>, StorageError> {
    let Some(column) = row.columns().get(index) else {
        return Err(StorageError::driver(format!("there is no column {index}")));
    };
    let value = match *column.type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(index)?.map(Value::Integer),
        // Literals and comparisons have these types; no stored column does.
        Type::INT4 => row.try_get::<_, Option<i32>>(index)?.map(|integer| Value::Integer(integer.into())),
        Type::BOOL => row.try_get::<_, Option<bool>>(index)?.map(|boolean| Value::Integer(boolean.into())),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(index)?.map(Value::Real),
        Type::TEXT | Type::VARCHAR | Type::NAME => row.try_get::<_, Option<&str>>(index)?.map(Value::Text),
        Type::BYTEA => row.try_get::<_, Option<&[u8]>>(index)?.map(Value::Bytes),
        _ => {
            return Err(StorageError::Corrupt(format!(
                "column {index} ({}) has the type {}, which is none of ours",
                column.name(),
                column.type_()
            )));
        }
    };
    Ok(value.unwrap_or(Value::Null))
}

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
            client.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
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
                if result.is_ok() || !client.wants_retry.get() {
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
            if client.is_unusable.get() {
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
    client.begin("BEGIN READ WRITE");
    let result = guarded(|| work(Connection::postgres(client, counters)));
    if result.is_ok() {
        client.commit()?;
        counters.count_commit();
    } else {
        client.roll_back();
    }
    result
}
