//! Calls one by one, newest first.

use automation_hub_domain::{
    clock::Timestamp,
    id::{TokenId, UserId},
};
use sea_query::{Expr, ExprTrait, JoinType, Order, Query as Build, SelectStatement};

use crate::{Row, Session, StorageError, query::Query};

/// Which calls. The default lets all of the tenant through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallFilter {
    pub token: Option<TokenId>,
    /// Only calls answered with 400 or more.
    pub is_failed: bool,
    /// Only calls further down the list than this one.
    pub after: Option<CallPosition>,
}

/// Where a call stands in the list: calls of one millisecond follow one another by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallPosition {
    pub called_at: Timestamp,
    pub id: i64,
}

/// A call as read back, with the names of its token and of whom it acted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEntry {
    pub id: i64,
    pub called_at: Timestamp,
    pub token: TokenId,
    pub token_name: String,
    /// None for a call of a tenant-level token.
    pub user: Option<(UserId, String)>,
    pub method: String,
    pub path: String,
    pub status: u16,
    pub duration_micros: u64,
    pub address: String,
    pub client: String,
    pub request_id: String,
    pub has_content: bool,
}

impl CallEntry {
    pub const fn position(&self) -> CallPosition {
        CallPosition { called_at: self.called_at, id: self.id }
    }
}

pub fn list(
    session: &mut Session<'_>,
    filter: CallFilter,
    limit: u64,
) -> Result<Vec<CallEntry>, StorageError> {
    let query = Query::render(session.engine(), &select(session.tenant().get(), filter, limit));
    session.all(&query.sql, &query.values()?, from_row)
}

/// One call, if it is the tenant's.
pub fn find(session: &mut Session<'_>, id: i64) -> Result<Option<CallEntry>, StorageError> {
    let mut select = entries(session.tenant().get());
    select.and_where(Expr::col(("c", "id")).eq(id));
    let query = Query::render(session.engine(), &select);
    session.optional(&query.sql, &query.values()?, from_row)
}

fn select(tenant: i64, filter: CallFilter, limit: u64) -> SelectStatement {
    let mut select = entries(tenant);
    if let Some(token) = filter.token {
        select.and_where(Expr::col(("c", "token_id")).eq(token.get()));
    }
    if filter.is_failed {
        // As text: a partial index serves only where the statement says so itself.
        select.and_where(Expr::cust("c.status >= 400"));
    }
    if let Some(CallPosition { called_at, id }) = filter.after {
        let here = Expr::tuple([Expr::col(("c", "called_at")), Expr::col(("c", "id"))]);
        select.and_where(here.lt(Expr::tuple([Expr::val(called_at.millis()), Expr::val(id)])));
    }
    select.order_by(("c", "called_at"), Order::Desc).order_by(("c", "id"), Order::Desc).limit(limit);
    select
}

/// All of a tenant's, in the columns that are read.
fn entries(tenant: i64) -> SelectStatement {
    let mut select = Build::select();
    let of_call = ["id", "called_at", "token_id", "user_id", "method", "path", "status", "duration_micros"];
    let of_client = ["address", "client", "request_id"];
    select.columns(of_call.into_iter().chain(of_client).map(|column| ("c", column)));
    select.column(("t", "name")).columns([("u", "first_name"), ("u", "last_name")]);
    select.expr(Expr::col(("c", "request_bytes")).is_not_null());
    select.from_as("open_api_calls", "c");
    for (table, alias, key) in [("tokens", "t", "token_id"), ("users", "u", "user_id")] {
        let is_same = Expr::col((alias, "id")).equals(("c", key));
        let is_ours = Expr::col((alias, "tenant_id")).equals(("c", "tenant_id"));
        select.join_as(JoinType::LeftJoin, table, alias, is_same.and(is_ours));
    }
    select.and_where(Expr::col(("c", "tenant_id")).eq(tenant));
    select
}

fn from_row(row: &Row<'_>) -> Result<CallEntry, StorageError> {
    let user: Option<i64> = row.get(3)?;
    let first: Option<&str> = row.get(12)?;
    let last: Option<&str> = row.get(13)?;
    let full_name = [first, last].map(Option::unwrap_or_default).join(" ");
    Ok(CallEntry {
        id: row.get(0)?,
        called_at: Timestamp::from_millis(row.get(1)?),
        token: row.get(2)?,
        token_name: row.get::<Option<String>>(11)?.unwrap_or_default(),
        user: user.map(|id| (UserId::new(id), full_name.trim().to_owned())),
        method: row.get(4)?,
        path: row.get(5)?,
        status: u16::try_from(row.get::<i64>(6)?)
            .map_err(|_| StorageError::Corrupt("open_api_calls: status".to_owned()))?,
        duration_micros: super::unsigned(row.get(7)?),
        address: row.get(8)?,
        client: row.get(9)?,
        request_id: row.get(10)?,
        has_content: row.get(14)?,
    })
}
