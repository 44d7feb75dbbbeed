//! Pages of ideas. The rows of a page are found in an index alone, then fetched.

use automation_hub_domain::{
    idea::Idea,
    page::{Page, PageRequest},
};
use sea_query::{Expr, ExprTrait, JoinType, Query as Build, SelectStatement};

use super::{
    COLUMNS, IdeaRecord, RECORD_COLUMNS, count,
    filter::{IdeaFilter, IdeaOrder, IdeaSort, Position, SortKey},
    from_row, record,
};
use crate::{Row, Session, StorageError, query::Query};

const FOUND: &str = "found";
const IDEAS: &str = "ideas";

pub fn list(
    session: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    request: PageRequest,
) -> Result<Page<Idea>, StorageError> {
    let total = count(session, filter)?;
    let ids = ids(session, filter, order, request, None);
    let query = Query::render(session.engine(), &fetch(ids, order, COLUMNS.split(", ")));
    let items = session.all(&query.sql, &query.values()?, from_row)?;
    Ok(Page { items, total, request })
}

/// Shows each record of a page to `visit`. Where the page ended, for going on after it.
pub fn each_record(
    session: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    request: PageRequest,
    visit: impl FnMut(&IdeaRecord<'_>),
) -> Result<Option<Position>, StorageError> {
    let ids = ids(session, filter, order, request, None);
    visit_all(session, ids, order, visit)
}

/// As [`each_record`], going on after a position: no row before it is looked at, however deep in the list it is.
pub fn each_record_after(
    session: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    position: &Position,
    limit: u64,
    visit: impl FnMut(&IdeaRecord<'_>),
) -> Result<Option<Position>, StorageError> {
    let ids = ids(session, filter, order, PageRequest { offset: 0, limit }, Some(position));
    visit_all(session, ids, order, visit)
}

/// Whole ideas from the start of an order or after a position, and where they end.
pub fn chunk(
    session: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    after: Option<&Position>,
    limit: u64,
) -> Result<(Vec<Idea>, Option<Position>), StorageError> {
    let ids = ids(session, filter, order, PageRequest { offset: 0, limit }, after);
    let columns: Vec<_> = COLUMNS.split(", ").chain([order.sort.column()]).collect();
    let last_column = columns.len() - 1;
    let query = Query::render(session.engine(), &fetch(ids, order, columns.into_iter()));
    let mut end = None;
    let ideas = session.all(&query.sql, &query.values()?, |row| {
        let idea = from_row(row)?;
        end = Some(Position { key: sort_key(row, last_column, order.sort)?, id: idea.id });
        Ok(idea)
    })?;
    Ok((ideas, end))
}

fn ids(
    session: &Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    request: PageRequest,
    after: Option<&Position>,
) -> SelectStatement {
    let mut select = Build::select();
    select.column("id").from(IDEAS).limit(request.limit);
    if request.offset > 0 {
        select.offset(request.offset);
    }
    filter.restrict(session.tenant().get(), &mut select);
    if let Some(position) = after {
        order.go_on_after(&mut select, position);
    }
    order.sort(&mut select, IDEAS);
    select
}

fn fetch(
    ids: SelectStatement,
    order: IdeaOrder,
    columns: impl Iterator<Item = &'static str>,
) -> SelectStatement {
    let mut select = Build::select();
    for column in columns {
        select.column((IDEAS, column));
    }
    select.from_subquery(ids, FOUND).join(
        JoinType::InnerJoin,
        IDEAS,
        Expr::col((IDEAS, "id")).equals((FOUND, "id")),
    );
    order.sort(&mut select, IDEAS);
    select
}

fn visit_all(
    session: &mut Session<'_>,
    ids: SelectStatement,
    order: IdeaOrder,
    mut visit: impl FnMut(&IdeaRecord<'_>),
) -> Result<Option<Position>, StorageError> {
    let columns = RECORD_COLUMNS.into_iter().chain([order.sort.column()]);
    let query = Query::render(session.engine(), &fetch(ids, order, columns));
    let mut last = None;
    session.each(&query.sql, &query.values()?, |row| {
        let record = record(row)?;
        visit(&record);
        last = Some(Position { key: sort_key(row, RECORD_COLUMNS.len(), order.sort)?, id: record.id });
        Ok(())
    })?;
    Ok(last)
}

/// What the list is sorted by, from the column that holds it.
fn sort_key(row: &Row<'_>, column: usize, sort: IdeaSort) -> Result<SortKey, StorageError> {
    Ok(match sort {
        IdeaSort::Created | IdeaSort::Updated | IdeaSort::Id => SortKey::Integer(row.get(column)?),
        IdeaSort::Name => SortKey::Text(row.get(column)?),
        IdeaSort::Score => row.get::<Option<f64>>(column)?.map_or(SortKey::Missing, SortKey::Real),
    })
}
