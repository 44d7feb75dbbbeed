//! One pooled connection, as the closure sees that runs on it: statements one after the other, on a thread that may wait.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use deadpool_postgres::ClientWrapper;
use futures_util::TryStreamExt;
use futures_util::future::{join3, maybe_done};
use tokio::runtime::Runtime;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Row, RowStream, Statement};

use crate::error::{StorageError, is_lost};
use crate::value::{OwnedValue, Value, storable};

/// So that a change of very many rows takes no memory in proportion.
const PUT_OFF_AT_MOST: usize = 64;

/// A pooled connection as a closure's thread sees it.
pub(crate) struct Client<'c> {
    pooled: &'c ClientWrapper,
    runtime: &'c Runtime,
    /// What begins the transaction, until it is sent together with the first statement.
    beginning: Cell<Option<&'static str>>,
    /// A transaction has begun, or is about to, and has not been ended.
    is_open: Cell<bool>,
    /// Statements that go out with the next one, where the transaction has an end at which the last of them does.
    put_off: RefCell<Option<Vec<PutOff>>>,
    /// What statements told the transaction around them: the closure's own error type cannot.
    wants_retry: Cell<bool>,
    has_failed: Cell<bool>,
    /// What was taken for granted proved wrong: from now on it is asked for.
    takes_nothing_for_granted: Cell<bool>,
    /// The connection is lost, or its transaction could not be ended: nobody else may have it.
    is_unusable: Cell<bool>,
}

impl<'c> Client<'c> {
    pub(super) fn new(pooled: &'c ClientWrapper, runtime: &'c Runtime) -> Self {
        Self {
            pooled,
            runtime,
            beginning: Cell::new(None),
            is_open: Cell::new(false),
            put_off: RefCell::default(),
            wants_retry: Cell::new(false),
            has_failed: Cell::new(false),
            takes_nothing_for_granted: Cell::new(false),
            is_unusable: Cell::new(false),
        }
    }

    pub(super) fn begin_to_read(&self) {
        self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    }

    pub(super) fn begin_to_write(&self) {
        // Whatever the database is set to: what is indexed for searches is read anew by each statement.
        self.begin("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
        self.put_off.replace(Some(Vec::new()));
    }

    fn begin(&self, sql: &'static str) {
        self.wants_retry.set(false);
        self.has_failed.set(false);
        self.beginning.set(Some(sql));
        self.is_open.set(true);
    }

    pub(super) fn is_open(&self) -> bool {
        self.is_open.get()
    }

    /// The engine answers `COMMIT` after a failed statement by rolling back and reporting success.
    pub(super) fn commit(&self) -> Result<(), StorageError> {
        if self.has_failed.get() {
            self.roll_back();
            return Err(StorageError::driver("a statement failed, but its transaction was to be committed"));
        }
        let ended = self.verify().and_then(|()| self.end("COMMIT"));
        if ended.is_err() {
            // What was put off may have failed before this was sent.
            let wants_retry = self.wants_retry.get();
            self.roll_back();
            self.wants_retry.set(wants_retry);
        }
        ended
    }

    /// Asks for what is still taken for granted: whatever the closure came to, it may have come to it by that.
    pub(super) fn verify(&self) -> Result<(), StorageError> {
        let is_granted = |statements: &Vec<PutOff>| statements.iter().any(|statement| statement.must_find);
        if self.put_off.borrow().as_ref().is_some_and(is_granted) {
            return self.wait(async { Ok(()) });
        }
        Ok(())
    }

    pub(super) fn roll_back(&self) {
        self.put_off.take();
        if let Err(error) = self.end("ROLLBACK") {
            tracing::warn!(%error, "a transaction could not be rolled back");
            self.is_unusable.set(true);
        }
    }

    pub(super) fn wants_retry(&self) -> bool {
        self.wants_retry.get() && !self.is_unusable.get()
    }

    pub(super) fn is_unusable(&self) -> bool {
        self.is_unusable.get()
    }

    pub(crate) fn first(&self, sql: &str, values: &[Value<'_>]) -> Result<Option<Row>, StorageError> {
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

    pub(crate) fn each(
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

    pub(crate) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Result<u64, StorageError> {
        self.wait(async {
            let statement = self.prepare(sql, values).await?;
            self.pooled.execute_raw(&statement, values.iter().map(Bound)).await
        })
    }

    /// Puts a statement off until the next one, or the end of the transaction: it takes no round trip of its own. That one
    /// fails if this one does.
    pub(crate) fn put_off(&self, sql: &'static str, values: &[Value<'_>]) -> Result<(), StorageError> {
        let mut put_off = self.put_off.borrow_mut();
        let Some(statements) = put_off.as_mut() else {
            drop(put_off);
            return self.execute(sql, values).map(drop);
        };
        statements.push(PutOff::new(sql, values, false));
        if statements.len() < PUT_OFF_AT_MOST {
            return Ok(());
        }
        let statements = std::mem::take(statements);
        drop(put_off);
        self.send(&statements, async { Ok(()) })
    }

    /// As [`Client::put_off`], of a statement that is taken to find a row. Where it doesn't, what comes next fails and the
    /// closure runs again.
    pub(crate) fn finds(&self, sql: &'static str, values: &[Value<'_>]) -> Result<bool, StorageError> {
        if !self.takes_nothing_for_granted.get()
            && let Some(statements) = self.put_off.borrow_mut().as_mut()
        {
            statements.push(PutOff::new(sql, values, true));
            return Ok(true);
        }
        Ok(self.execute(sql, values)? > 0)
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
        self.is_open.set(false);
        let put_off = self.put_off.take().unwrap_or_default();
        if put_off.is_empty() && self.beginning.take().is_some() {
            return Ok(());
        }
        self.send(&put_off, self.pooled.batch_execute(sql))
    }

    fn wait<T>(
        &self,
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StorageError> {
        let put_off = self.put_off.borrow_mut().as_mut().map(std::mem::take);
        self.send(&put_off.unwrap_or_default(), work)
    }

    /// Sends what was put off, and what comes after it.
    fn send<T>(
        &self,
        put_off: &[PutOff],
        work: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, StorageError> {
        let all = async {
            let prepared = self.prepare_all(put_off).await?;
            let begun = async {
                match self.beginning.take() {
                    Some(sql) => self.pooled.batch_execute(sql).await,
                    None => Ok(()),
                }
            };
            // Polled in this order, so they are sent in it, and it is one round trip for all. If the first fails, the
            // others run outside a transaction, where they can't write: see `READ_ONLY`.
            let (begun, sent, worked) = join3(begun, in_order(prepared), work).await;
            match begun.and(sent) {
                Ok(true) => worked.map_err(|error| self.failed(error)),
                Ok(false) => Err(self.was_mistaken()),
                Err(error) => Err(self.failed(error)),
            }
        };
        self.runtime.block_on(all).inspect_err(|_| self.has_failed.set(true))
    }

    fn failed(&self, error: tokio_postgres::Error) -> StorageError {
        let code = error.code();
        self.wants_retry.set(
            code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
                || code == Some(&SqlState::T_R_DEADLOCK_DETECTED),
        );
        if is_lost(&error) {
            self.is_unusable.set(true);
        }
        error.into()
    }

    fn was_mistaken(&self) -> StorageError {
        self.takes_nothing_for_granted.set(true);
        self.wants_retry.set(true);
        StorageError::Busy
    }

    /// What was put off, ready to be sent. Preparing a statement may take a round trip, within which none may be sent that
    /// comes after it; and one that can't be sent has to be known before the commit is.
    async fn prepare_all(&self, put_off: &[PutOff]) -> Result<Vec<impl Future<Output = Sent>>, StorageError> {
        let mut prepared = Vec::with_capacity(put_off.len());
        for &PutOff { sql, ref values, must_find } in put_off {
            let values: Vec<Value<'_>> = values.iter().map(OwnedValue::borrowed).collect();
            let statement = self.prepare(sql, &values).await.map_err(|error| self.failed(error))?;
            if statement.params().len() != values.len() {
                return Err(StorageError::driver(format!("values that don't match the placeholders: {sql}")));
            }
            prepared.push(async move {
                let rows = self.pooled.execute_raw(&statement, values.iter().map(Bound)).await?;
                Ok(rows > 0 || !must_find)
            });
        }
        Ok(prepared)
    }
}

/// A statement for later.
struct PutOff {
    sql: &'static str,
    values: Vec<OwnedValue>,
    /// It was taken to find a row.
    must_find: bool,
}

impl PutOff {
    fn new(sql: &'static str, values: &[Value<'_>], must_find: bool) -> Self {
        Self { sql, values: values.iter().map(OwnedValue::from).collect(), must_find }
    }
}

/// Whether it found what it had to.
type Sent = Result<bool, tokio_postgres::Error>;

/// Runs statements, each sent after the one before it; the first error of any, or else whether all found what they had to.
/// `join_all` polls many in another order.
async fn in_order(statements: Vec<impl Future<Output = Sent>>) -> Sent {
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
    outcomes.try_fold(true, |all, outcome| Ok(all && outcome?))
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

struct Bound<'v>(&'v Value<'v>);

/// The driver writes parameters into its log, where what is stored has no business.
impl fmt::Debug for Bound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

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

pub(crate) fn column(row: &Row, index: usize) -> Result<Value<'_>, StorageError> {
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

pub(crate) fn raw_text(row: &Row, index: usize) -> Result<&[u8], StorageError> {
    Ok(row.try_get::<_, RawText<'_>>(index)?.0)
}

/// A text as the server sent it: it keeps none that isn't UTF-8.
struct RawText<'r>(&'r [u8]);

impl<'r> FromSql<'r> for RawText<'r> {
    fn from_sql(_: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::TEXT
    }
}
