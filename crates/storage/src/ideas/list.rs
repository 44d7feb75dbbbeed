//! Pages of ideas. Rows to be skipped are skipped in an index alone, then those of the page are fetched.

use automation_hub_domain::{
    idea::Idea,
    page::{Page, PageRequest},
};
use sea_query::{Expr, ExprTrait, JoinType, Query as Build, SelectStatement};

use super::{
    COLUMNS, IdeaLine, IdeaRecord, LINE_COLUMNS, RECORD_COLUMNS, count,
    filter::{IdeaFilter, IdeaOrder, IdeaSort, Position, SortKey},
    from_row, line, record,
};
use crate::{
    Engine, Row, Session, StorageError,
    query::{Query, is_any_of},
    tenants::Versions,
};

const FOUND: &str = "found";
const IDEAS: &str = "ideas";

/// What a row shows.
#[derive(Clone, Copy)]
enum Column {
    Idea(&'static str),
    /// The same in all rows, and looked up once.
    Tenant(&'static str),
}

const VERSIONS: [Column; 2] = [Column::Tenant("catalogue_version"), Column::Tenant("people_version")];

pub fn list(
    session: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    request: PageRequest,
) -> Result<Page<IdeaLine>, StorageError> {
    let mut filter = filter.clone();
    filter.look_up(session)?;
    let total = count(session, &filter)?;
    list_of(session, &filter, order, (request, total))
}

/// As [`list()`] for who knows how many there are in all.
pub fn list_of(
    session: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    (request, total): (PageRequest, u64),
) -> Result<Page<IdeaLine>, StorageError> {
    let section = Section::of(request, Some(total));
    let mut items = Vec::new();
    each_row(session, (filter, order), section, &of_ideas(LINE_COLUMNS), &mut |row| {
        items.push(line(row)?);
        Ok(())
    })?;
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
    visit_all(session, filter, order, Section::of(request, None), visit)
}

/// As [`each_record`] for who knows how many there are in all: a page in the latter half is found from the end.
pub fn each_record_of(
    session: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    (request, total): (PageRequest, u64),
    visit: impl FnMut(&IdeaRecord<'_>),
) -> Result<Option<Position>, StorageError> {
    visit_all(session, filter, order, Section::of(request, Some(total)), visit)
}

/// As [`each_record`], going on after a position: no row before it is looked at, however deep in the list it is. With each
/// record comes what tells whether the names known of its tenant still hold: asking for that apart would be a statement
/// more.
pub fn each_record_after(
    session: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    position: &Position,
    limit: u64,
    mut visit: impl FnMut(&IdeaRecord<'_>, Versions),
) -> Result<Option<Position>, StorageError> {
    let section = Section::after(Some(position), limit);
    visit_rows(session, (filter, order), section, &VERSIONS, |record, row, first| {
        let versions = Versions { catalogue: row.get(first)?, people: row.get(first + 1)? };
        visit(record, versions);
        Ok(())
    })
}

/// Whole ideas from the start of an order or after a position, and where they end.
pub fn chunk(
    session: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    after: Option<&Position>,
    limit: u64,
) -> Result<(Vec<Idea>, Option<Position>), StorageError> {
    let columns = of_ideas(COLUMNS.split(", ").chain([order.sort.column()]));
    let last_column = columns.len() - 1;
    let (mut ideas, mut end) = (Vec::new(), None);
    each_row(session, (filter, order), Section::after(after, limit), &columns, &mut |row| {
        let idea = from_row(row)?;
        end = Some(Position { key: sort_key(row, last_column, order.sort)?, id: idea.id });
        ideas.push(idea);
        Ok(())
    })?;
    Ok((ideas, end))
}

/// Whether a list goes on after a position.
pub fn is_any_after(
    session: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    position: &Position,
) -> Result<bool, StorageError> {
    let mut is_any = false;
    each_row(session, (filter, order), Section::after(Some(position), 1), &of_ideas(["id"]), &mut |_| {
        is_any = true;
        Ok(())
    })?;
    Ok(is_any)
}

/// Which rows of a list.
#[derive(Clone, Copy)]
pub(super) struct Section<'p> {
    pub(super) after: Option<&'p Position>,
    pub(super) skip: u64,
    pub(super) limit: u64,
    is_from_end: bool,
}

impl<'p> Section<'p> {
    fn of(request: PageRequest, total: Option<u64>) -> Self {
        let from_end = total.and_then(|total| request.from_end(total));
        let PageRequest { offset, limit } = from_end.unwrap_or(request);
        Self { after: None, skip: offset, limit, is_from_end: from_end.is_some() }
    }

    fn after(after: Option<&'p Position>, limit: u64) -> Self {
        Self { after, skip: 0, limit, is_from_end: false }
    }

    /// Only its rows, of those in its place.
    pub(super) fn cut(self, select: &mut SelectStatement) {
        select.limit(self.limit);
        if self.skip > 0 {
            select.offset(self.skip);
        }
    }

    /// How many rows a statement is to say as text, if it does. A server plans a statement once for whoever goes on by an
    /// index if no value could make the plan a better one: this is the one that could. Few are written so, as each is a
    /// statement of its own.
    fn limit_as_text(self, engine: Engine, (filter, order): (&IdeaFilter, IdeaOrder)) -> Option<u64> {
        let goes_on = self.after.is_some() && filter.is_settled_by_index(order);
        (engine == Engine::Postgres && goes_on && self.limit.is_power_of_two()).then_some(self.limit)
    }

    /// Rows from where it goes on, or from the end, in the order in which they are found.
    pub(super) fn place(self, select: &mut SelectStatement, engine: Engine, order: IdeaOrder) {
        if let Some(position) = self.after {
            order.go_on_after(select, engine, position);
        }
        self.towards(order).sort(select, IDEAS);
    }

    /// The order in which its rows are found.
    pub(super) fn towards(self, order: IdeaOrder) -> IdeaOrder {
        if self.is_from_end { order.reversed() } else { order }
    }
}

fn select(
    session: &Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    section: Section<'_>,
    columns: &[Column],
) -> SelectStatement {
    let mut select = Build::select();
    show(&mut select, session, columns);
    if section.skip == 0 && !section.is_from_end && filter.is_settled_by_index(order) {
        restrict(&mut select, session, filter, order, section);
        if section.limit_as_text(session.engine(), (filter, order)).is_none() {
            section.cut(&mut select);
        }
        return select;
    }
    let mut ids = Build::select();
    ids.column("id");
    restrict(&mut ids, session, filter, order, section);
    section.cut(&mut ids);
    select.from_subquery(ids, FOUND).join(
        JoinType::InnerJoin,
        IDEAS,
        Expr::col((IDEAS, "id")).equals((FOUND, "id")),
    );
    order.sort(&mut select, IDEAS);
    select
}

fn show(select: &mut SelectStatement, session: &Session<'_>, columns: &[Column]) {
    for column in columns {
        match *column {
            Column::Idea(column) => {
                select.column((IDEAS, column));
            }
            Column::Tenant(column) => {
                let mut of_tenant = Build::select();
                of_tenant.column(column).from("tenants");
                of_tenant.and_where(Expr::col("id").eq(session.tenant().get()));
                select.expr(Expr::SubQuery(None, Box::new(of_tenant.into())));
            }
        }
    }
}

fn of_ideas(columns: impl IntoIterator<Item = &'static str>) -> Vec<Column> {
    columns.into_iter().map(Column::Idea).collect()
}

fn restrict(
    select: &mut SelectStatement,
    session: &Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    section: Section<'_>,
) {
    select.from(IDEAS);
    filter.restrict(session.tenant().get(), select);
    section.place(select, session.engine(), order);
}

/// Rows by their ids, in the order of a list.
fn select_found(
    session: &Session<'_>,
    ids: Vec<i64>,
    order: IdeaOrder,
    columns: &[Column],
) -> SelectStatement {
    let mut select = Build::select();
    show(&mut select, session, columns);
    select.from(IDEAS).and_where(is_any_of(session.engine(), ids.into_iter()));
    order.sort(&mut select, IDEAS);
    select
}

fn visit_all(
    session: &mut Session<'_>,
    filter: &IdeaFilter,
    order: IdeaOrder,
    section: Section<'_>,
    mut visit: impl FnMut(&IdeaRecord<'_>),
) -> Result<Option<Position>, StorageError> {
    visit_rows(session, (filter, order), section, &[], |record, _, _| {
        visit(record);
        Ok(())
    })
}

/// Shows each record with its row, and at which column more than the record begins. Where the rows ended.
fn visit_rows(
    session: &mut Session<'_>,
    (filter, order): (&IdeaFilter, IdeaOrder),
    section: Section<'_>,
    more: &[Column],
    mut visit: impl FnMut(&IdeaRecord<'_>, &Row<'_>, usize) -> Result<(), StorageError>,
) -> Result<Option<Position>, StorageError> {
    let mut columns = of_ideas(RECORD_COLUMNS);
    let sort = order.sort.column();
    // A record shows most of what lists are sorted by.
    let key = RECORD_COLUMNS.iter().position(|&column| column == sort).unwrap_or_else(|| {
        columns.push(Column::Idea(sort));
        RECORD_COLUMNS.len()
    });
    let first = columns.len();
    columns.extend_from_slice(more);
    let mut last = None;
    each_row(session, (filter, order), section, &columns, &mut |row| {
        let record = record(row)?;
        visit(&record, row, first)?;
        last = Some(Position { key: sort_key(row, key, order.sort)?, id: record.id });
        Ok(())
    })?;
    Ok(last)
}

fn each_row(
    session: &mut Session<'_>,
    (filter, order): (&IdeaFilter, IdeaOrder),
    section: Section<'_>,
    columns: &[Column],
    visit: &mut dyn FnMut(&Row<'_>) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let engine = session.engine();
    let query = match filter.candidates_of_page(session)? {
        Some(candidates) => {
            let ids = candidates.section(session, (filter, order), section)?;
            Query::render(engine, &select_found(session, ids, order, columns))
        }
        None => Query::render(engine, &select(session, filter, order, section, columns))
            .limited(section.limit_as_text(engine, (filter, order))),
    };
    let mut left = section.limit;
    session.each(&query.sql, &query.values()?, |row| {
        left = left.saturating_sub(1);
        visit(row)
    })?;
    match section.after.and_then(|after| after.rest(order)) {
        Some(rest) if left > 0 => {
            each_row(session, (filter, order), Section::after(Some(&rest), left), columns, visit)
        }
        _ => Ok(()),
    }
}

/// What the list is sorted by, from the column that holds it.
fn sort_key(row: &Row<'_>, column: usize, sort: IdeaSort) -> Result<SortKey, StorageError> {
    Ok(match sort {
        IdeaSort::Created | IdeaSort::Updated | IdeaSort::Id => SortKey::Integer(row.get(column)?),
        IdeaSort::Name => SortKey::Text(row.get(column)?),
        IdeaSort::Score => row.get::<Option<f64>>(column)?.map_or(SortKey::Missing, SortKey::Real),
    })
}
