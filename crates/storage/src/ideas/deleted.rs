//! What is left of deleted ideas for those who keep a copy: which ones went, and when.

use automation_hub_domain::{
    clock::Timestamp,
    id::{CategoryId, IdeaId},
};
use sea_query::{Expr, ExprTrait as _, Order, Query as Build, SelectStatement};

use super::filter::{Window, any_of, between};
use crate::{Session, StorageError, query::Query};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeletedIdea {
    pub id: IdeaId,
    pub deleted_at: Timestamp,
}

/// Which deleted ideas are asked for.
#[derive(Clone, Debug, Default)]
pub struct DeletedFilter {
    /// Those they lay in; `None` stands for all.
    pub categories: Option<Vec<CategoryId>>,
    /// When they were deleted.
    pub deleted: Window,
    /// Only those that come after this one.
    pub after: Option<DeletedIdea>,
}

impl DeletedFilter {
    fn select(&self, session: &Session<'_>, columns: &'static str) -> SelectStatement {
        let mut select = Build::select();
        let tenant = session.tenant().get();
        select.expr(Expr::cust(columns)).from("ideas").and_where(Expr::col("tenant_id").eq(tenant));
        // As text: a partial index serves only where the statement says so itself.
        select.and_where(Expr::cust("is_deleted = 1"));
        if let Some(ids) = &self.categories {
            select.and_where(any_of("category_id", ids.iter().map(|id| id.get()).collect()));
        }
        // Nothing changes a deleted idea any more.
        between(&mut select, "updated_at", self.deleted);
        if let Some(DeletedIdea { id, deleted_at }) = self.after {
            let place = Expr::tuple([Expr::col("updated_at"), Expr::col("id")]);
            select.and_where(place.gt(Expr::tuple([Expr::val(deleted_at.millis()), Expr::val(id.get())])));
        }
        select
    }
}

pub fn count_deleted(session: &mut Session<'_>, filter: &DeletedFilter) -> Result<u64, StorageError> {
    let query = Query::render(session.engine(), &filter.select(session, "COUNT(*)"));
    let total: i64 = session.one(&query.sql, &query.values()?, |row| row.get(0))?;
    Ok(u64::try_from(total).unwrap_or_default())
}

/// The earliest first, so that what is deleted meanwhile comes at the end.
pub fn list_deleted(
    session: &mut Session<'_>,
    filter: &DeletedFilter,
    (offset, limit): (u64, u64),
) -> Result<Vec<DeletedIdea>, StorageError> {
    let mut rows = filter.select(session, "id, updated_at");
    rows.order_by("updated_at", Order::Asc).order_by("id", Order::Asc).limit(limit).offset(offset);
    let query = Query::render(session.engine(), &rows);
    session.all(&query.sql, &query.values()?, |row| {
        Ok(DeletedIdea { id: row.get(0)?, deleted_at: Timestamp::from_millis(row.get(1)?) })
    })
}
