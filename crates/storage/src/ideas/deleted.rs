//! What is left of deleted ideas for those who keep a copy: which ones went, and when.

use automation_hub_domain::{
    clock::Timestamp,
    id::{CategoryId, IdeaId},
    page::{Page, PageRequest},
};
use sea_query::{Expr, ExprTrait as _, Order, Query as Build, SelectStatement};

use super::filter::{Window, any_of, between};
use crate::{Session, StorageError, query::Query};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeletedIdea {
    pub id: IdeaId,
    pub deleted_at: Timestamp,
}

/// Those deleted within a window, the earliest first, so that what is deleted meanwhile comes at the end. `categories` are
/// those they lay in; `None` stands for all.
pub fn list_deleted(
    session: &mut Session<'_>,
    categories: Option<&[CategoryId]>,
    window: Window,
    request: PageRequest,
) -> Result<Page<DeletedIdea>, StorageError> {
    let tenant = session.tenant().get();
    let select = |columns: &'static str| {
        let mut select = Build::select();
        select.expr(Expr::cust(columns)).from("ideas").and_where(Expr::col("tenant_id").eq(tenant));
        // As text: a partial index serves only where the statement says so itself.
        select.and_where(Expr::cust("is_deleted = 1"));
        if let Some(ids) = categories {
            select.and_where(any_of("category_id", ids.iter().map(|id| id.get()).collect()));
        }
        between(&mut select, "updated_at", window);
        select
    };
    let total = count(session, &select("COUNT(*)"))?;
    let mut rows = select("id, updated_at");
    rows.order_by("updated_at", Order::Asc).order_by("id", Order::Asc);
    rows.limit(request.limit).offset(request.offset);
    let query = Query::render(session.engine(), &rows);
    let items = session.all(&query.sql, &query.values()?, |row| {
        // Nothing changes a deleted idea any more.
        Ok(DeletedIdea { id: row.get(0)?, deleted_at: Timestamp::from_millis(row.get(1)?) })
    })?;
    Ok(Page { items, total, request })
}

fn count(session: &mut Session<'_>, select: &SelectStatement) -> Result<u64, StorageError> {
    let query = Query::render(session.engine(), select);
    let total: i64 = session.one(&query.sql, &query.values()?, |row| row.get(0))?;
    Ok(u64::try_from(total).unwrap_or_default())
}
