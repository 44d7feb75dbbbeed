//! Statements that depend on the caller's filters: built with `sea-query`, rendered for the engine at hand, their
//! values turned into ours.

use sea_query::{Expr, PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder};

use crate::{Engine, StorageError, Value};

/// How many ids one statement names at the most: every page's, and far from what an engine would refuse.
pub(crate) const NAMED_IDS: usize = 500;

/// Ids as one value, however many they are, so that a statement is prepared once.
pub(crate) fn listed(engine: Engine, ids: impl Iterator<Item = i64>) -> String {
    let (begin, end) = match engine {
        Engine::Sqlite => ('[', ']'),
        Engine::Postgres => ('{', '}'),
    };
    let mut text = String::from(begin);
    for id in ids {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&id.to_string());
    }
    text.push(end);
    text
}

/// What follows a column that is to be any of the ids [`listed`] in the first parameter.
pub(crate) const fn is_listed(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => " IN (SELECT value FROM json_each($1))",
        Engine::Postgres => " = ANY (CAST($1 AS BIGINT[]))",
    }
}

/// The condition that `id` is any of these.
pub(crate) fn is_any_of(engine: Engine, ids: impl Iterator<Item = i64>) -> Expr {
    let condition = match engine {
        Engine::Sqlite => "id IN (SELECT value FROM json_each(?))",
        Engine::Postgres => "id = ANY (CAST($1 AS BIGINT[]))",
    };
    Expr::cust_with_values(condition, [listed(engine, ids)])
}

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

    /// Says as text how many rows there are to be at the most, if that is said at all.
    pub(crate) fn limited(mut self, limit: Option<u64>) -> Self {
        if let Some(limit) = limit {
            self.sql.push_str(" LIMIT ");
            self.sql.push_str(&limit.to_string());
        }
        self
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
