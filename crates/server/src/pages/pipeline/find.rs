//! Finding what the list shows: the query's conditions, within what the person may see.

use automation_hub_domain::{
    access::Reach,
    id::{CategoryId, IdeaId, PhaseId, StatusId, UserId},
    idea::Idea,
    page::{Page, PageRequest},
};
use automation_hub_storage::{
    Session, StorageError,
    ideas::{self, IdeaFilter, IdeaKey, IdeaLine, IdeaOrder, IdeaSort, Window},
};

use crate::{
    app::App,
    auth::actor::Actor,
    error::Error,
    pages::{
        catalogue::{Catalogue, People},
        format::Format,
        pipeline::{
            query::{Condition, ListQuery, SortBy},
            tables::Table,
        },
    },
};

/// A table the person may see, and how many ideas of it.
#[derive(Clone, Copy, Debug)]
pub struct TableCount {
    pub table: Table,
    pub count: u64,
}

/// What the list shows.
pub struct Found {
    pub catalogue: Catalogue,
    pub tables: Vec<TableCount>,
    pub page: Page<IdeaLine>,
    pub people: People,
}

/// Who looks, and through which permissions.
#[derive(Clone, Debug)]
pub struct Looker {
    user: UserId,
    reaches: Vec<(Table, Reach)>,
}

impl Looker {
    pub fn of(actor: &Actor) -> Result<Self, Error> {
        let reach = |table: Table| (table, actor.reach(table.permission()));
        let reaches = Table::EVERY.into_iter().map(reach).filter(|(_, reach)| *reach != Reach::Nowhere);
        Ok(Self { user: actor.user()?.id, reaches: reaches.collect() })
    }

    fn reach(&self, table: Table) -> Reach {
        let found = self.reaches.iter().find(|(other, _)| *other == table);
        found.map_or(Reach::Nowhere, |(_, reach)| reach.clone())
    }
}

/// The statement's filter, and whether it can let anything through at all: an empty list of statuses would
/// mean all of them there.
#[derive(Clone, Debug)]
pub struct Scope {
    pub filter: IdeaFilter,
    pub is_empty: bool,
}

impl Scope {
    pub fn of(looker: &Looker, query: &ListQuery, catalogue: &Catalogue, format: &Format) -> Self {
        let table = query.table;
        let statuses =
            chosen_statuses(query, catalogue, table.statuses(catalogue.phases(), catalogue.statuses()));
        let categories = chosen_categories(query, catalogue, catalogue.reached(&looker.reach(table)));
        let is_empty =
            statuses.as_ref().is_some_and(Vec::is_empty) || categories.as_ref().is_some_and(Vec::is_empty);
        let filter = IdeaFilter {
            statuses: statuses.unwrap_or_default(),
            categories,
            ..apart_from_place(looker, query, format)
        };
        Self { filter, is_empty }
    }

    /// Whether a single idea, found by its number, belongs to what the search looks through.
    fn lets_through(&self, idea: &IdeaLine) -> bool {
        let filter = &self.filter;
        let within = |window: Window| {
            window.from.is_none_or(|from| idea.created_at >= from)
                && window.to.is_none_or(|to| idea.created_at <= to)
        };
        (filter.statuses.is_empty() || filter.statuses.contains(&idea.status))
            && filter.categories.as_ref().is_none_or(|ids| ids.contains(&idea.category))
            && filter.submission_types.as_ref().is_none_or(|kinds| kinds.contains(&idea.submission_type))
            && filter.submitter.is_none_or(|user| idea.submitter == user)
            && filter.owner.is_none_or(|user| idea.owner == Some(user))
            && within(filter.created)
    }
}

/// All of a filter but statuses and categories.
fn apart_from_place(looker: &Looker, query: &ListQuery, format: &Format) -> IdeaFilter {
    let mut filter = IdeaFilter {
        search: (!query.search.is_empty()).then(|| query.search.clone()),
        ..IdeaFilter::default()
    };
    let mut kinds = Vec::new();
    for condition in &query.conditions {
        match condition {
            Condition::Kind(kind) => kinds.push(*kind),
            Condition::SubmittedByMe => filter.submitter = Some(looker.user),
            Condition::OwnedByMe => filter.owner = Some(looker.user),
            Condition::From(day) => filter.created.from = format.start_of_day(day),
            Condition::To(day) => {
                filter.created.to = format.end_of_day(day).map(|end| end.plus_millis(-1));
            }
            Condition::Phase(_) | Condition::Status(_) | Condition::Category(_) => {}
        }
    }
    filter.submission_types = (!kinds.is_empty()).then_some(kinds);
    filter
}

/// A phase means all its statuses, unless some of them are chosen too: then it means those.
fn chosen_statuses(
    query: &ListQuery,
    catalogue: &Catalogue,
    held: Option<Vec<StatusId>>,
) -> Option<Vec<StatusId>> {
    let phases = query.conditions.iter().filter_map(Condition::phase);
    let mut chosen: Vec<_> = query.conditions.iter().filter_map(Condition::status).collect();
    let is_narrowed =
        |phase: &PhaseId| catalogue.statuses_of(*phase).any(|status| chosen.contains(&status.id));
    let whole: Vec<_> = phases.clone().filter(|phase| !is_narrowed(phase)).collect();
    if chosen.is_empty() && phases.count() == 0 {
        return held;
    }
    for phase in whole {
        chosen.extend(catalogue.statuses_of(phase).map(|status| status.id));
    }
    chosen.retain(|status| held.as_ref().is_none_or(|held| held.contains(status)));
    Some(chosen)
}

fn chosen_categories(
    query: &ListQuery,
    catalogue: &Catalogue,
    reached: Option<Vec<CategoryId>>,
) -> Option<Vec<CategoryId>> {
    let chosen: Vec<_> = query.conditions.iter().filter_map(Condition::category).collect();
    if chosen.is_empty() {
        return reached;
    }
    let mut chosen = catalogue.categories().with_descendants(&chosen);
    chosen.retain(|id| reached.as_ref().is_none_or(|reached| reached.contains(id)));
    Some(chosen)
}

pub fn order(query: &ListQuery) -> IdeaOrder {
    let sort = match query.sort {
        SortBy::Name => IdeaSort::Name,
        SortBy::Score => IdeaSort::Score,
        SortBy::Submitted => IdeaSort::Created,
        SortBy::Updated => IdeaSort::Updated,
    };
    IdeaOrder { sort, direction: query.direction() }
}

pub async fn find(app: &App, actor: &Actor, query: &ListQuery) -> Result<Found, Error> {
    let looker = Looker::of(actor)?;
    let format = Format::of(&actor.tenant, app.clock.now());
    let is_short = apart_from_place(&looker, query, &format).is_found_in_place(query.page_request().offset);
    let (query, shared) = (query.clone(), app.clone());
    let work = move |s: &mut Session<'_>| -> Result<_, Error> {
        let catalogue = Catalogue::read(&shared.directories, s)?;
        let tables = table_counts(s, &looker, &catalogue)?;
        let scope = Scope::of(&looker, &query, &catalogue, &format);
        let whole = tables.iter().find(|count| count.table == query.table && !query.is_narrowed());
        let page = page(s, &scope, &query, whole.map(|table| table.count))?;
        let people = People::read(&catalogue, s, page.items.iter().filter_map(|idea| idea.owner))?;
        Ok(Found { catalogue, tables, page, people })
    };
    let (store, tenant) = (&app.store, actor.tenant_id());
    if is_short { store.read(tenant, work).await } else { store.scan(tenant, work).await }
}

fn table_counts(
    s: &mut Session<'_>,
    looker: &Looker,
    catalogue: &Catalogue,
) -> Result<Vec<TableCount>, StorageError> {
    // Most people see all tables through the same categories.
    let mut by_reach: Vec<(&Reach, Vec<(StatusId, u64)>)> = Vec::new();
    for (_, reach) in &looker.reaches {
        if !by_reach.iter().any(|(other, _)| *other == reach) {
            let categories = catalogue.reached(reach);
            by_reach.push((reach, ideas::count_by_status(s, categories.as_deref())?));
        }
    }
    let count = |(table, reach): &(Table, Reach)| {
        let held = table.statuses(catalogue.phases(), catalogue.statuses());
        let is_held = |status: &StatusId| held.as_ref().is_none_or(|held| held.contains(status));
        let counts = by_reach.iter().filter(|(other, _)| *other == reach).flat_map(|(_, counts)| counts);
        let count = counts.filter(|(status, _)| is_held(status)).map(|(_, count)| count).sum();
        TableCount { table: *table, count }
    };
    Ok(looker.reaches.iter().map(count).collect())
}

/// `whole` is how many ideas there are, where that is known.
fn page(
    s: &mut Session<'_>,
    scope: &Scope,
    query: &ListQuery,
    whole: Option<u64>,
) -> Result<Page<IdeaLine>, StorageError> {
    let request = query.page_request();
    if scope.is_empty {
        return Ok(Page { items: Vec::new(), total: 0, request });
    }
    if let Some(idea) = by_number(s, &query.search)?.map(IdeaLine::from)
        && scope.lets_through(&idea)
    {
        return Ok(Page { items: vec![idea], total: 1, request: PageRequest { offset: 0, ..request } });
    }
    let page = match whole {
        Some(total) => ideas::list_of(s, &scope.filter, order(query), (request, total))?,
        None => ideas::list(s, &scope.filter, order(query), request)?,
    };
    match request.back_within(page.total) {
        Some(last) => ideas::list(s, &scope.filter, order(query), last),
        None => Ok(page),
    }
}

/// The idea that a search means by its number, such as `AH-1042`, `ah-1042` or `1042`.
fn by_number(s: &mut Session<'_>, search: &str) -> Result<Option<Idea>, StorageError> {
    let digits = match search.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("ah-") => search.get(3..).unwrap_or_default(),
        _ => search,
    };
    match digits.parse::<i64>() {
        Ok(id) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            ideas::find(s, IdeaKey::Id(IdeaId::new(id)))
        }
        _ => Ok(None),
    }
}
