//! What a search finds on the embedded engine: the ids that the index tells, and those of ideas that aren't indexed yet,
//! which are looked through. How many they are is then known without a look at the ideas, and a list is a way through
//! its index that passes over whatever wasn't found.

use std::{ops::ControlFlow, sync::Arc};

use sea_query::{Expr, Query as Build, SelectStatement};

use super::{
    counts,
    filter::{IdeaFilter, IdeaOrder, IdeaSort, Reached},
    id_set::IdSet,
    indexing::{self, word_ids},
    list::Section,
    search::{self, Fragment, Fragments},
};
use crate::{
    Connection, Engine, Session, StorageError,
    query::{NAMED_IDS, Query},
    values,
};

/// So few are always fetched and sorted.
const FEW: u64 = 300;
/// An idea that is fetched costs as much as so many that are passed over in an index.
const FETCHED: u64 = 20;
/// How many ideas that aren't indexed are looked through for a page.
const FAR: i64 = 2000;
/// How many words of a search are looked up.
const LOOKED_UP: usize = 8;
/// The trigrams that a word is found by: the word itself tells about the rest.
const TRIGRAMS: usize = 16;

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
            Some(search) if session.engine() == Engine::Sqlite => {
                Ok(Candidates::of(session, search)?.map(Arc::new))
            }
            _ => Ok(None),
        }
    }

    /// As [`candidates`](Self::candidates), for a page without a total.
    pub(super) fn candidates_of_page(
        &self,
        session: &mut Session<'_>,
    ) -> Result<Option<Arc<Candidates>>, StorageError> {
        if self.search.is_none() || session.engine() == Engine::Postgres {
            return Ok(None);
        }
        // A page is full long before all of what isn't indexed has been looked through.
        if self.found.0.is_none() && indexing::lag(session)? > FAR {
            return Ok(None);
        }
        self.candidates(session)
    }
}

impl Candidates {
    fn of(session: &mut Session<'_>, search: &str) -> Result<Option<Self>, StorageError> {
        let Some(fragments) = Fragments::of(search) else { return Ok(None) };
        let mut ids: Option<IdSet> = None;
        for fragment in fragments.to_look_up() {
            // Whatever else is asked for, nothing has all of it.
            if ids.as_ref().is_some_and(|ids| ids.len() == 0) {
                break;
            }
            let having = ids_having(session, fragment)?;
            match &mut ids {
                Some(ids) => ids.intersect(&having),
                None => ids = Some(having),
            }
        }
        let pattern = search::pattern(search);
        let mut ids = ids.unwrap_or_default();
        look_through_unindexed(session, &pattern, &mut ids)?;
        Ok(Some(Self { ids, is_exact: fragments.is_exact, pattern }))
    }

    /// Drops those that the search doesn't mean.
    fn check(&mut self, session: &mut Session<'_>) -> Result<(), StorageError> {
        if self.is_exact {
            return Ok(());
        }
        let meant = session.all(
            "SELECT i.id FROM json_each($1) j CROSS JOIN ideas i ON i.id = j.value \
             WHERE i.search_key LIKE $2 ESCAPE '\\'",
            values![&json(self.ids.iter()), &self.pattern],
            |row| row.get::<i64>(0),
        )?;
        self.ids = meant.into_iter().collect();
        self.is_exact = true;
        Ok(())
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
        if self.ids.len() <= FEW || self.ids.len() * FETCHED <= within(session, filter)? {
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
        section.place(&mut select, order);
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
        (filter, order): (&IdeaFilter, IdeaOrder),
        section: Section<'_>,
    ) -> Result<Vec<i64>, StorageError> {
        let mut select = all(session, filter);
        section.place(select.column("id"), order);
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
        let whole = counts::count(session, &IdeaFilter::default())?;
        let wanted = section.skip.saturating_add(section.limit);
        let passed = Ord::min((whole / found).saturating_mul(wanted), within(session, filter)?);
        Ok(found * FETCHED <= passed)
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
        select.from("ideas").and_where(is_any_of(ids));
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

/// The condition on `id`. One parameter however many they are, so that the statement is prepared once.
pub(super) fn is_any_of(ids: impl Iterator<Item = i64>) -> Expr {
    Expr::cust_with_values("id IN (SELECT value FROM json_each(?))", [json(ids)])
}

fn json(ids: impl Iterator<Item = i64>) -> String {
    let mut text = String::from("[");
    for id in ids {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&id.to_string());
    }
    text.push(']');
    text
}

impl Fragments {
    /// Short ones stand in too many words to be worth it where there are longer ones. Several words are no exact search,
    /// so what the first some of them leave is looked at in any case.
    fn to_look_up(&self) -> impl Iterator<Item = &Fragment> {
        let is_any_long = self.all.iter().any(Fragment::is_long);
        let mut chosen: Vec<&Fragment> = Vec::new();
        for fragment in self.all.iter().filter(|fragment| fragment.is_long() || !is_any_long) {
            if chosen.len() < LOOKED_UP && !chosen.contains(&fragment) {
                chosen.push(fragment);
            }
        }
        chosen.into_iter()
    }
}

impl Fragment {
    fn is_long(&self) -> bool {
        self.text.chars().nth(2).is_some()
    }

    /// What the words of the index are asked for: all of its trigrams, up to some.
    fn trigrams(&self) -> String {
        let chars: Vec<_> = self.text.chars().collect();
        let phrases: Vec<_> = chars
            .windows(3)
            .take(TRIGRAMS)
            .map(|three| format!("\"{}\"", String::from_iter(three)))
            .collect();
        phrases.join(" AND ")
    }
}

/// Ideas with a word that fits, as far as they are indexed.
fn ids_having(session: &mut Session<'_>, fragment: &Fragment) -> Result<IdSet, StorageError> {
    let mut ids = IdSet::default();
    for word in words_fitting(session, fragment)? {
        session.each(
            "SELECT block, ideas FROM search_postings WHERE word_id = $1",
            values![word],
            |row| ids.add_encoded(row.get(0)?, row.get(1)?),
        )?;
    }
    Ok(ids)
}

fn words_fitting(session: &mut Session<'_>, fragment: &Fragment) -> Result<Vec<i64>, StorageError> {
    let tenant = session.tenant();
    let mut words = Vec::new();
    let mut visit = |row: &crate::Row<'_>| {
        if fragment.fits(row.get(1)?) {
            words.push(row.get(0)?);
        }
        Ok(())
    };
    if fragment.is_long() {
        let (first, last) = word_ids(tenant.get());
        session.each(
            "SELECT w.id, w.word FROM search_word_parts p CROSS JOIN search_words w ON w.id = p.rowid \
             WHERE p.search_word_parts MATCH $1 AND p.rowid BETWEEN $2 AND $3",
            values![&fragment.trigrams(), first, last],
            &mut visit,
        )?;
    } else {
        // No three characters to go by: all words of the tenant.
        session.each(
            "SELECT id, word FROM search_words WHERE tenant_id = $1 ORDER BY word",
            values![tenant],
            &mut visit,
        )?;
    }
    Ok(words)
}

/// Corrects what the index tells by the ideas that came, changed or went since.
fn look_through_unindexed(
    session: &mut Session<'_>,
    pattern: &str,
    ids: &mut IdSet,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.each(
        "SELECT b.idea_id, i.is_deleted = 0 AND i.search_key LIKE $1 ESCAPE '\\' \
         FROM search_backlog b CROSS JOIN ideas i ON i.id = b.idea_id WHERE b.tenant_id = $2",
        values![pattern, tenant],
        |row| {
            ids.set(row.get(0)?, row.get::<i64>(1)? != 0);
            Ok(())
        },
    )?;
    // By id alone: an index of the tenant's ideas would lead past those that are indexed, too.
    session.each(
        "SELECT id FROM ideas NOT INDEXED WHERE id > (SELECT indexed_up_to FROM search_progress) \
         AND tenant_id = $1 AND is_deleted = 0 AND search_key LIKE $2 ESCAPE '\\'",
        values![tenant, pattern],
        |row| {
            ids.set(row.get(0)?, true);
            Ok(())
        },
    )
}
