//! Pages of the catalogue, as far as somebody sees it.

use std::collections::HashMap;

use automation_hub_domain::{
    component::ComponentStatus,
    id::{ApplicationId, CategoryId, ComponentId, IdeaId, UserId},
    page::{Page, PageRequest},
};
use sea_query::{Alias, Cond, Condition, Expr, ExprTrait, Order, Query as Build, SelectStatement};

use super::{COLUMNS, Component, from_row};
use crate::{Session, StorageError, query::Query};

/// What somebody sees of the catalogue. `None` stands for all categories, an empty list for none.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Sees their own, whatever became of them.
    pub user: Option<UserId>,
    /// Where they see what is published.
    pub views: Option<Vec<CategoryId>>,
    /// Where they see what is handed in.
    pub curates: Option<Vec<CategoryId>>,
}

#[derive(Clone, Debug, Default)]
pub struct ComponentFilter {
    /// All of them if empty.
    pub statuses: Vec<ComponentStatus>,
    /// Those an automation has to do with.
    pub idea: Option<IdeaId>,
    /// Part of name or summary.
    pub search: Option<String>,
}

fn column(name: &str) -> Expr {
    Expr::col((Alias::new("c"), Alias::new(name)))
}

impl Sight {
    fn condition(&self) -> Condition {
        let mut seen = Cond::any()
            .add(within(self.views.as_deref()).and(column("status").eq(ComponentStatus::Published.key())))
            .add(within(self.curates.as_deref()).and(column("status").ne(ComponentStatus::Draft.key())));
        if let Some(user) = self.user {
            seen = seen.add(column("author_user_id").eq(user.get()));
        }
        seen
    }
}

fn within(categories: Option<&[CategoryId]>) -> Expr {
    match categories {
        None => Expr::cust("1 = 1"),
        Some([]) => Expr::cust("1 = 0"),
        Some(ids) => column("category_id").is_in(ids.iter().map(|id| id.get())),
    }
}

fn select(tenant: i64, sight: &Sight, columns: &'static str) -> SelectStatement {
    let mut select = Build::select();
    select
        .expr(Expr::cust(columns))
        .from_as("components", "c")
        .and_where(column("tenant_id").eq(tenant))
        .cond_where(sight.condition());
    select
}

fn restrict(select: &mut SelectStatement, tenant: i64, filter: &ComponentFilter) {
    if !filter.statuses.is_empty() {
        select.and_where(column("status").is_in(filter.statuses.iter().map(|status| status.key())));
    }
    if let Some(idea) = filter.idea {
        let mut linked = Build::select();
        linked
            .column("component_id")
            .from("component_ideas")
            .and_where(Expr::col("tenant_id").eq(tenant))
            .and_where(Expr::col("idea_id").eq(idea.get()));
        select.and_where(column("id").in_subquery(linked));
    }
    if let Some(search) = &filter.search {
        let pattern = crate::users::contains_pattern(search);
        select.and_where(column("name_key").like(sea_query::LikeExpr::new(pattern).escape('\\')));
    }
}

/// Components by name.
pub fn list(
    session: &mut Session<'_>,
    sight: &Sight,
    filter: &ComponentFilter,
    request: PageRequest,
) -> Result<Page<Component>, StorageError> {
    let tenant = session.tenant().get();
    let mut counted = select(tenant, sight, "COUNT(*)");
    restrict(&mut counted, tenant, filter);
    let query = Query::render(session.engine(), &counted);
    let total: i64 = session.one(&query.sql, &query.values()?, |row| row.get(0))?;
    let mut page = select(tenant, sight, COLUMNS);
    restrict(&mut page, tenant, filter);
    page.order_by((Alias::new("c"), Alias::new("name_key")), Order::Asc)
        .order_by((Alias::new("c"), Alias::new("id")), Order::Asc)
        .limit(request.limit)
        .offset(request.offset);
    let query = Query::render(session.engine(), &page);
    let mut items = session.all(&query.sql, &query.values()?, from_row)?;
    fill_applications(session, &mut items)?;
    Ok(Page { items, total: u64::try_from(total).unwrap_or_default(), request })
}

/// One component, if there is one that is seen.
pub fn find(
    session: &mut Session<'_>,
    sight: &Sight,
    id: ComponentId,
) -> Result<Option<Component>, StorageError> {
    let mut statement = select(session.tenant().get(), sight, COLUMNS);
    statement.and_where(column("id").eq(id.get()));
    let query = Query::render(session.engine(), &statement);
    let mut found: Vec<Component> = session.all(&query.sql, &query.values()?, from_row)?;
    fill_applications(session, &mut found)?;
    Ok(found.pop())
}

fn fill_applications(session: &mut Session<'_>, items: &mut [Component]) -> Result<(), StorageError> {
    if items.is_empty() {
        return Ok(());
    }
    let mut statement = Build::select();
    statement
        .column("component_id")
        .column("application_id")
        .from("component_applications")
        .and_where(Expr::col("tenant_id").eq(session.tenant().get()))
        .and_where(Expr::col("component_id").is_in(items.iter().map(|item| item.id.get())))
        .order_by("application_id", Order::Asc);
    let query = Query::render(session.engine(), &statement);
    let mut applications: HashMap<ComponentId, Vec<ApplicationId>> = HashMap::new();
    session.each(&query.sql, &query.values()?, |row| {
        applications.entry(row.get(0)?).or_default().push(row.get(1)?);
        Ok(())
    })?;
    for item in items {
        item.applications = applications.remove(&item.id).unwrap_or_default();
    }
    Ok(())
}
