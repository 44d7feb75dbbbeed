//! Statements that depend on the caller's filters: built with `sea-query`, rendered for the engine at hand, their
//! values turned into ours.

use sea_query::{PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder};

use crate::{Engine, StorageError, Value};

/// How many ids one statement names at the most: every page's, and far from what an engine would refuse.
pub(crate) const NAMED_IDS: usize = 500;

/// A rendered statement; keeps the values that its parameters borrow.
pub(crate) struct Query {
    pub(crate) sql: String,
    values: Vec<sea_query::Value>,
}

impl Query {
    pub(crate) fn render(engine: Engine, statement: &SelectStatement) -> Self {
        let (sql, values) = match engine {
            Engine::Sqlite => statement.build(SqliteQueryBuilder),
            Engine::Postgres => statement.build(PostgresQueryBuilder),
        };
        Self { sql, values: values.0 }
    }

    pub(crate) fn values(&self) -> Result<Vec<Value<'_>>, StorageError> {
        self.values.iter().map(ours).collect()
    }
}

fn ours(value: &sea_query::Value) -> Result<Value<'_>, StorageError> {
    use sea_query::Value as Theirs;
    Ok(match value {
        Theirs::Bool(value) => Value::from(*value),
        Theirs::BigInt(value) => Value::from(*value),
        // `LIMIT` and `OFFSET`.
        Theirs::BigUnsigned(value) => {
            Value::from(value.map(|count| i64::try_from(count).unwrap_or(i64::MAX)))
        }
        Theirs::Double(value) => Value::from(*value),
        Theirs::String(value) => Value::from(value.as_deref()),
        Theirs::Bytes(value) => Value::from(value.as_deref()),
        _ => {
            return Err(StorageError::Unsupported(
                "a statement was built with a value of another storage class",
            ));
        }
    })
}
