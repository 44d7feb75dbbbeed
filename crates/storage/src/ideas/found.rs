//! What a search finds: the ids that the index tells, and those of ideas that aren't indexed yet, which are looked
//! through. How many they are is then known without a look at the ideas, and a list is a way through
//! its index that passes over whatever wasn't found.

use std::{ops::ControlFlow, sync::Arc};

use sea_query::{Expr, Query as Build, SelectStatement};

use super::{
    counts,
    filter::{IdeaFilter, IdeaOrder, IdeaSort, Reached},
    id_set::IdSet,
    indexing,
    list::Section,
    search::{self, Fragments},
    words::{self, Unindexed},
};
use crate::{
    Connection, Engine, Session, StorageError,
    query::{NAMED_IDS, Query, is_any_of, is_listed, listed},
    values,
};

/// So few are always fetched and sorted.
const FEW: u64 = 300;
/// How many ideas that aren't indexed are looked through for a page.
const FAR: i64 = 2000;

/// What a search has found, kept for more than one statement on the same snapshot. See [`IdeaFilter::look_up`].
#[derive(Clone, Debug, Default)]
pub struct Found(Option<Arc<Candidates>>);

/// Ideas of the tenant that a search may mean, all that it means among them.
#[derive(Clone, Debug)]
pub(super) struct Candidates {
    ids: IdSet,
    /// Whether it means all of them.
    is_exact: bool,
    pattern: String,
}

/// An idea that is fetched costs as much as so many that are passed over in an index, and handed over by a server.
const fn fetched(engine: Engine) -> u64 {
    match engine {
        Engine::Sqlite => 20,
        Engine::Postgres => 4,
    }
}

impl Found {
    /// The same for a later snapshot, which may know more of those ideas: each that is shown is looked at again, and
    /// those that became what is searched since are left out.
    #[must_use]
    pub fn for_later(&self) -> Self {
        Self(
            self.0.as_ref().map(|found| Arc::new(Candidates { is_exact: false, ..Candidates::clone(found) })),
        )
    }
}

impl IdeaFilter {
    /// Looks a search up once, for a total and a page of the same session.
    pub fn look_up(&mut self, session: &mut Session<'_>) -> Result<(), StorageError> {
        if let Some(mut candidates) = self.candidates(session)? {
            // A total has to check them anyhow.
            Arc::make_mut(&mut candidates).check(session)?;
            self.found = Found(Some(candidates));
        }
        Ok(())
    }

    /// As [`look_up`](Self::look_up), for pages without a total: what they show is checked, and nothing else.
    pub fn look_up_for_pages(&mut self, session: &mut Session<'_>) -> Result<(), StorageError> {
        self.found = Found(self.candidates_of_page(session)?);
        Ok(())
    }

    /// `None` where there is no search, or none that an index of ours helps with.
    pub(super) fn candidates(
        &self,
        session: &mut Session<'_>,
    ) -> Result<Option<Arc<Candidates>>, StorageError> {
        if let Found(Some(candidates)) = &self.found {
            return Ok(Some(Arc::clone(candidates)));
        }
        match &self.search {
            Some(search) => Ok(Candidates::of(session, search)?.map(Arc::new)),
            None => Ok(None),
        }
    }

    /// As [`candidates`](Self::candidates), for a page without a total.
    pub(super) fn candidates_of_page(
        &self,
        session: &mut Session<'_>,
    ) -> Result<Option<Arc<Candidates>>, StorageError> {
        if self.search.is_none() {
            return Ok(None);
        }
        // A page is full long before all of what isn't indexed has been looked through.
        if self.found.0.is_none() && indexing::lags_by(session, FAR)? {
            return Ok(None);
        }
        self.candidates(session)
    }
}

impl Candidates {
    fn of(session: &mut Session<'_>, search: &str) -> Result<Option<Self>, StorageError> {
        let Some(fragments) = Fragments::of(search) else { return Ok(None) };
        let pattern = search::pattern(search);
        // First: where each statement sees its own instant, what is indexed in between is then found twice, not never.
        let unindexed = Unindexed::of(session, &pattern)?;
        let mut ids = words::ids_having_all(session, &fragments)?;
        ids.subtract(&unindexed.all);
        ids.join(&unindexed.having);
        Ok(Some(Self { ids, is_exact: fragments.is_exact, pattern }))
    }

    /// Drops those that the search doesn't mean.
    fn check(&mut self, session: &mut Session<'_>) -> Result<(), StorageError> {
        if !self.is_exact {
            self.ids = self.meant_of(session, self.ids.iter())?;
            self.is_exact = true;
        }
        Ok(())
    }

    /// Those of some candidates that the search means.
    fn meant_of(
        &self,
        session: &mut Session<'_>,
        ids: impl Iterator<Item = i64>,
    ) -> Result<IdSet, StorageError> {
        let engine = session.engine();
        let sql = ["SELECT id FROM ideas WHERE id", is_listed(engine), " AND search_key LIKE $2 ESCAPE '\\'"]
            .concat();
        let mut meant = IdSet::default();
        session.each(&sql, values![&listed(engine, ids), &self.pattern], |row| {
            meant.set(row.get(0)?, true);
            Ok(())
        })?;
        Ok(meant)
    }

    /// How many ideas a filter with this search lets through.
    pub(super) fn count(&self, session: &mut Session<'_>, filter: &IdeaFilter) -> Result<u64, StorageError> {
        if !self.is_exact {
            let mut checked = self.clone();
            checked.check(session)?;
            return checked.count(session, filter);
        }
        if filter.is_search_alone() {
            return Ok(self.ids.len());
        }
        if self.ids.len() <= FEW || self.ids.len() * fetched(session.engine()) <= within(session, filter)? {
            let mut select = self.by_id(session, filter, self.ids.iter());
            select.expr(Expr::cust("COUNT(*)"));
            let query = Query::render(session.engine(), &select);
            let n: i64 = session.one(&query.sql, &query.values()?, |row| row.get(0))?;
            return Ok(u64::try_from(n).unwrap_or_default());
        }
        let mut select = all(session, filter);
        let query = Query::render(session.engine(), select.column("id"));
        let mut n = 0;
        session.each(&query.sql, &query.values()?, |row| {
            n += u64::from(self.ids.contains(row.get(0)?));
            Ok(())
        })?;
        Ok(n)
    }

    /// The ids of a section of a list, in its order or, where it is found from the end, in the reverse one.
    pub(super) fn section(
        &self,
        session: &mut Session<'_>,
        (filter, order): (&IdeaFilter, IdeaOrder),
        section: Section<'_>,
    ) -> Result<Vec<i64>, StorageError> {
        if section.limit == 0 {
            return Ok(Vec::new());
        }
        if order.sort == IdeaSort::Id {
            return self.section_by_id(session, filter, section.towards(order), section);
        }
        if !self.is_fetched(session, filter, section)? {
            return self.section_on_the_way(session, (filter, order), section);
        }
        let mut select = self.by_id(session, filter, self.ids.iter());
        section.cut(select.column("id"));
        section.place(&mut select, session.engine(), order);
        let query = Query::render(session.engine(), &select);
        session.all(&query.sql, &query.values()?, |row| row.get(0))
    }

    /// The set is in this order already, and the table too wide to be walked along: ideas are asked for in portions.
    fn section_by_id(
        &self,
        session: &mut Session<'_>,
        filter: &IdeaFilter,
        order: IdeaOrder,
        section: Section<'_>,
    ) -> Result<Vec<i64>, StorageError> {
        let after = section.after.map(|position| position.id.get());
        let mut ids = self.ids.after(after, order.direction);
        let skip = usize::try_from(section.skip).unwrap_or(usize::MAX);
        let limit = usize::try_from(section.limit).unwrap_or(usize::MAX);
        if self.is_exact && filter.is_search_alone() {
            return Ok(ids.skip(skip).take(limit).collect());
        }
        let wanted = skip.saturating_add(limit);
        let mut through: Vec<i64> = Vec::new();
        while through.len() < wanted {
            let some: Vec<_> = ids.by_ref().take(NAMED_IDS).collect();
            if some.is_empty() {
                break;
            }
            let mut select = self.by_id(session, filter, some.into_iter());
            order.sort(select.column("id"), "ideas");
            let query = Query::render(session.engine(), &select);
            through.extend(session.all(&query.sql, &query.values()?, |row| row.get::<i64>(0))?);
        }
        Ok(through.into_iter().skip(skip).take(limit).collect())
    }

    /// Along the index of the list, for as long as it takes.
    fn section_on_the_way(
        &self,
        session: &mut Session<'_>,
        list: (&IdeaFilter, IdeaOrder),
        section: Section<'_>,
    ) -> Result<Vec<i64>, StorageError> {
        match session.engine() {
            Engine::Sqlite => self.walk(session, list, section),
            Engine::Postgres => self.walk_in_steps(session, list, section),
        }
    }

    fn walk(
        &self,
        session: &mut Session<'_>,
        (filter, order): (&IdeaFilter, IdeaOrder),
        section: Section<'_>,
    ) -> Result<Vec<i64>, StorageError> {
        let mut select = all(session, filter);
        section.place(select.column("id"), session.engine(), order);
        let query = Query::render(session.engine(), &select);
        let values = query.values()?;
        let mut checking: Connection<'_> = **session;
        let (mut skipped, mut ids) = (0, Vec::new());
        session.each_until(&query.sql, &values, |row| {
            let id = row.get(0)?;
            if self.means(&mut checking, id)? {
                if skipped < section.skip {
                    skipped += 1;
                } else {
                    ids.push(id);
                }
            }
            let is_full = ids.len() as u64 == section.limit;
            Ok(if is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(ids)
    }

    /// A server hands over all that it was asked for, so it is asked for more and more, and whether those that may be
    /// meant are is asked for all together.
    fn walk_in_steps(
        &self,
        session: &mut Session<'_>,
        (filter, order): (&IdeaFilter, IdeaOrder),
        section: Section<'_>,
    ) -> Result<Vec<i64>, StorageError> {
        let skip = usize::try_from(section.skip).unwrap_or(usize::MAX);
        let limit = usize::try_from(section.limit).unwrap_or(usize::MAX);
        let mut most = self.passed_for(session, section)?.saturating_mul(2).max(FEW);
        loop {
            let mut select = all(session, filter);
            section.place(select.column("id").limit(most), session.engine(), order);
            let query = Query::render(session.engine(), &select);
            let passed: Vec<i64> = session.all(&query.sql, &query.values()?, |row| row.get(0))?;
            let is_end = (passed.len() as u64) < most;
            let mut ids: Vec<_> = passed.into_iter().filter(|id| self.ids.contains(*id)).collect();
            if !self.is_exact {
                let meant = self.meant_of(session, ids.iter().copied())?;
                ids.retain(|id| meant.contains(*id));
            }
            if is_end || ids.len() >= skip.saturating_add(limit) {
                return Ok(ids.into_iter().skip(skip).take(limit).collect());
            }
            most = most.saturating_mul(4);
        }
    }

    /// Whether fetching all that was found and sorting it is cheaper than walking along the list for as long as it
    /// takes, if those found are spread evenly over it.
    fn is_fetched(
        &self,
        session: &mut Session<'_>,
        filter: &IdeaFilter,
        section: Section<'_>,
    ) -> Result<bool, StorageError> {
        let found = self.ids.len();
        if found <= FEW {
            return Ok(true);
        }
        let passed = Ord::min(self.passed_for(session, section)?, within(session, filter)?);
        Ok(found * fetched(session.engine()) <= passed)
    }

    /// How many ideas of the tenant are passed for a section, if those found are spread evenly over them.
    fn passed_for(&self, session: &mut Session<'_>, section: Section<'_>) -> Result<u64, StorageError> {
        let whole = counts::count(session, &IdeaFilter::default())?;
        let wanted = section.skip.saturating_add(section.limit);
        Ok((whole / self.ids.len().max(1)).saturating_mul(wanted))
    }

    fn means(&self, connection: &mut Connection<'_>, id: i64) -> Result<bool, StorageError> {
        if self.is_exact || !self.ids.contains(id) {
            return Ok(self.ids.contains(id));
        }
        let meant = connection.optional(
            "SELECT 1 FROM ideas WHERE id = $1 AND search_key LIKE $2 ESCAPE '\\'",
            values![id, &self.pattern],
            |_| Ok(()),
        )?;
        Ok(meant.is_some())
    }

    /// Those of some candidates that the search means and the rest of a filter lets through, by way of their ids.
    fn by_id(
        &self,
        session: &Session<'_>,
        filter: &IdeaFilter,
        ids: impl Iterator<Item = i64>,
    ) -> SelectStatement {
        let mut select = Build::select();
        select.from("ideas").and_where(is_any_of(session.engine(), ids));
        filter.restrict_apart_from_search(session.tenant().get(), Reached::ById, &mut select);
        if !self.is_exact {
            filter.restrict_search(&mut select);
        }
        select
    }
}

/// Whatever a filter apart from its search lets through, by way of the list's index.
fn all(session: &Session<'_>, filter: &IdeaFilter) -> SelectStatement {
    let mut select = Build::select();
    select.from("ideas");
    filter.restrict_apart_from_search(session.tenant().get(), Reached::InOrder, &mut select);
    select
}

/// How many ideas a filter lets through at the most, going by what is counted.
fn within(session: &mut Session<'_>, filter: &IdeaFilter) -> Result<u64, StorageError> {
    counts::count(session, &filter.counted_part())
}
