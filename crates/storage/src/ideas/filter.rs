//! Which ideas a list shows and in which order, as values that become one statement.

use automation_hub_domain::{
    clock::Timestamp,
    id::{ApplicationId, CategoryId, IdeaId, PhaseId, StatusId, UserId},
    idea::SubmissionType,
    page::Direction,
    text,
};
use sea_query::{
    Expr, ExprTrait, LikeExpr, NullOrdering, Order, Query as Build, SelectStatement, SimpleExpr,
};

use super::{found::Found, search};
use crate::Engine;

/// Of [`SubmissionType::USUAL`], as the index of them says it.
const IS_USUAL: &str = "submission_type IN (1, 2)";

/// From here on, skipping alone takes long.
const DEEP: u64 = 5_000;

/// Instants from the first to the last, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl Window {
    fn is_open(self) -> bool {
        self == Self::default()
    }
}

/// Which ideas. The default lets all of the tenant through.
#[derive(Clone, Debug, Default)]
pub struct IdeaFilter {
    /// Part of name, description or slug, as typed.
    pub search: Option<String>,
    /// Any of them; none given means all.
    pub phases: Vec<PhaseId>,
    pub statuses: Vec<StatusId>,
    /// Only in these very categories; whoever means those below too has to name them.
    pub categories: Option<Vec<CategoryId>>,
    pub submission_types: Option<Vec<SubmissionType>>,
    /// Of the submitter, as stored.
    pub business_unit: Option<String>,
    pub application: Option<ApplicationId>,
    pub created: Window,
    pub updated: Window,
    pub submitter: Option<UserId>,
    pub owner: Option<UserId>,
    /// Has a tag that is equal to this one.
    pub tag: Option<String>,
    /// What the search has found, once it was [looked up](Self::look_up).
    pub found: Found,
}

/// How a statement gets at the ideas it looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// As the engine thinks best.
    Anyhow,
    /// By ids that it names.
    ById,
    /// By the index of an order, from its beginning.
    InOrder,
}

/// What a list can be sorted by: columns with an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IdeaSort {
    #[default]
    Created,
    Updated,
    Name,
    Score,
    Id,
}

impl IdeaSort {
    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::Created => "created_at",
            Self::Updated => "updated_at",
            Self::Name => "name_key",
            Self::Score => "idea_score",
            Self::Id => "id",
        }
    }
}

/// Equal ones follow one another by id, so that an order is always total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdeaOrder {
    pub sort: IdeaSort,
    pub direction: Direction,
}

impl Default for IdeaOrder {
    /// Newest first.
    fn default() -> Self {
        Self { sort: IdeaSort::Created, direction: Direction::Descending }
    }
}

/// Where in an order a record stands: what a list that was broken off goes on after.
#[derive(Clone, Debug, PartialEq)]
pub struct Position {
    pub key: SortKey,
    pub id: IdeaId,
}

/// What a list is sorted by, of one record.
#[derive(Clone, Debug, PartialEq)]
pub enum SortKey {
    Missing,
    Integer(i64),
    Real(f64),
    Text(String),
}

impl SortKey {
    /// What a text says where a list is sorted so. An empty one says that there is no score.
    pub fn parse(sort: IdeaSort, text: &str) -> Option<Self> {
        Some(match sort {
            IdeaSort::Created | IdeaSort::Updated | IdeaSort::Id => Self::Integer(text.parse().ok()?),
            IdeaSort::Score if text.is_empty() => Self::Missing,
            IdeaSort::Score => Self::Real(text.parse().ok().filter(|key: &f64| key.is_finite())?),
            // No name holds NUL, and not every engine's text does.
            IdeaSort::Name => Self::Text(Some(text.to_owned()).filter(|key| !key.contains('\0'))?),
        })
    }
}

impl Position {
    /// Where the rest of a list begins once there is nothing more of this position's kind: some have a score, and some
    /// have none. Each of both is a search of its own in an index.
    pub(super) fn rest(&self, order: IdeaOrder) -> Option<Self> {
        match (&self.key, order.direction) {
            (SortKey::Real(_), Direction::Descending) => {
                Some(Self { key: SortKey::Missing, id: IdeaId::new(i64::MAX) })
            }
            (SortKey::Missing, Direction::Ascending) => {
                Some(Self { key: SortKey::Real(f64::NEG_INFINITY), id: IdeaId::new(i64::MIN) })
            }
            _ => None,
        }
    }
}

/// `=` for one, `IN` for several: the engines go on by the rest of an index only after `=`.
pub(super) fn any_of(column: &'static str, ids: Vec<i64>) -> SimpleExpr {
    match *ids.as_slice() {
        [] => Expr::cust("1 = 0"),
        [only] => Expr::col(column).eq(only),
        _ => Expr::col(column).is_in(ids),
    }
}

impl IdeaFilter {
    /// The longest search, in characters: each of its words is looked for.
    pub const SEARCH_LIMIT: usize = 256;

    /// What to look for, if a text says anything of that: hyphens are as good as blanks.
    pub fn searched(text: &str) -> Option<String> {
        text.chars().any(|c| c != '-' && !c.is_whitespace()).then(|| text.to_owned())
    }

    /// Whether a page after so many ideas, and how many there are, takes no longer than a thread that others wait for may
    /// be held.
    pub fn is_found_in_place(&self, skipped: u64) -> bool {
        self.is_counted() && skipped < DEEP
    }

    /// Whether the kept counts tell how many there are.
    pub(super) fn is_counted(&self) -> bool {
        self.search.is_none() && self.is_counted_apart_from_search()
    }

    fn is_counted_apart_from_search(&self) -> bool {
        self.business_unit.is_none()
            && self.application.is_none()
            && self.created.is_open()
            && self.updated.is_open()
            && self.submitter.is_none()
            && self.owner.is_none()
            && self.tag.is_none()
    }

    /// Whether there is nothing but a search, if that.
    pub(super) fn is_search_alone(&self) -> bool {
        self.is_counted_apart_from_search()
            && self.phases.is_empty()
            && self.statuses.is_empty()
            && self.categories.is_none()
            && self.submission_types.is_none()
    }

    /// What the kept counts know of it.
    pub(super) fn counted_part(&self) -> Self {
        Self {
            phases: self.phases.clone(),
            statuses: self.statuses.clone(),
            categories: self.categories.clone(),
            submission_types: self.submission_types.clone(),
            ..Self::default()
        }
    }

    /// Whether rows come out of an index that decides about all of this filter, in the order of the list. Otherwise
    /// rows are better found without the weight of whole records, before they are sorted or thrown away.
    pub(super) fn is_settled_by_index(&self, order: IdeaOrder) -> bool {
        matches!(order.sort, IdeaSort::Created | IdeaSort::Updated | IdeaSort::Score)
            && self.is_counted()
            && self.categories.as_ref().is_none_or(|ids| ids.len() <= 1)
            && self.statuses.len() <= 1
            && self.phases.len() <= 1
    }

    pub(super) fn restrict(&self, tenant: i64, select: &mut SelectStatement) {
        self.restrict_apart_from_search(tenant, Reached::Anyhow, select);
        self.restrict_search(select);
    }

    pub(super) fn restrict_search(&self, select: &mut SelectStatement) {
        let pattern = self.search.as_deref().map(search::pattern).unwrap_or_default();
        if !pattern.is_empty() {
            select.and_where(Expr::col("search_key").like(LikeExpr::new(pattern).escape('\\')));
        }
    }

    pub(super) fn restrict_apart_from_search(
        &self,
        tenant: i64,
        reached: Reached,
        select: &mut SelectStatement,
    ) {
        select.and_where(match reached {
            Reached::Anyhow | Reached::InOrder => Expr::col("tenant_id").eq(tenant),
            // The sign keeps the embedded engine from an index that begins with it, as all do.
            Reached::ById => Expr::cust("+tenant_id").eq(tenant),
        });
        let any_of = |column, ids: Vec<i64>| match ids.len() {
            // Several places in an index are no order.
            2.. if reached == Reached::InOrder => Expr::cust(["+", column].concat()).is_in(ids),
            _ => any_of(column, ids),
        };
        // As text: a partial index serves only where the statement says so itself.
        select.and_where(Expr::cust("is_deleted = 0"));
        if !self.statuses.is_empty() {
            select.and_where(any_of("phase_status_id", self.statuses.iter().map(|id| id.get()).collect()));
        }
        if !self.phases.is_empty() {
            select.and_where(any_of("phase_id", self.phases.iter().map(|id| id.get()).collect()));
        }
        if let Some(categories) = &self.categories {
            select.and_where(any_of("category_id", categories.iter().map(|id| id.get()).collect()));
        }
        match &self.submission_types {
            // As text, for the same reason.
            Some(kinds) if **kinds == SubmissionType::USUAL => {
                select.and_where(Expr::cust(IS_USUAL));
            }
            Some(kinds) => {
                select.and_where(any_of("submission_type", kinds.iter().map(|kind| kind.code()).collect()));
            }
            None => {}
        }
        self.restrict_people(tenant, select);
        between(select, "created_at", self.created);
        between(select, "updated_at", self.updated);
        if let Some(application) = self.application {
            let mut using = Build::select();
            using.column("idea_id").from("idea_applications").and_where(Expr::col("tenant_id").eq(tenant));
            using.and_where(Expr::col("application_id").eq(application.get()));
            select.and_where(Expr::col("id").in_subquery(using));
        }
        if let Some(tag) = &self.tag {
            let mut tags = Build::select();
            tags.column("id").from("tags").and_where(Expr::col("tenant_id").eq(tenant));
            tags.and_where(Expr::col("name_key").eq(text::fold(tag)));
            let mut tagged = Build::select();
            tagged.column("idea_id").from("idea_tags").and_where(Expr::col("tenant_id").eq(tenant));
            tagged.and_where(Expr::col("tag_id").in_subquery(tags));
            select.and_where(Expr::col("id").in_subquery(tagged));
        }
    }

    fn restrict_people(&self, tenant: i64, select: &mut SelectStatement) {
        if let Some(submitter) = self.submitter {
            select.and_where(Expr::col("submitter_user_id").eq(submitter.get()));
        }
        if let Some(owner) = self.owner {
            select.and_where(Expr::col("owner_user_id").eq(owner.get()));
        }
        if let Some(unit) = &self.business_unit {
            let mut members = Build::select();
            members.column("id").from("users").and_where(Expr::col("tenant_id").eq(tenant));
            members.and_where(Expr::col("business_unit").eq(unit.as_str()));
            select.and_where(Expr::col("submitter_user_id").in_subquery(members));
        }
    }
}

pub(super) fn between(select: &mut SelectStatement, column: &'static str, window: Window) {
    if let Some(from) = window.from {
        select.and_where(Expr::col(column).gte(from.millis()));
    }
    if let Some(to) = window.to {
        select.and_where(Expr::col(column).lte(to.millis()));
    }
}

impl IdeaOrder {
    fn order(self) -> Order {
        match self.direction {
            Direction::Ascending => Order::Asc,
            Direction::Descending => Order::Desc,
        }
    }

    pub(super) fn reversed(self) -> Self {
        Self { direction: self.direction.reversed(), ..self }
    }

    /// Columns may need the table they are of, where a statement has two.
    pub(super) fn sort(self, select: &mut SelectStatement, table: &'static str) {
        let column = (table, self.sort.column());
        if self.sort == IdeaSort::Score {
            // The engines disagree where a missing value belongs.
            let nulls = match self.direction {
                Direction::Ascending => NullOrdering::First,
                Direction::Descending => NullOrdering::Last,
            };
            select.order_by_with_nulls(column, self.order(), nulls);
        } else if self.sort != IdeaSort::Id {
            select.order_by(column, self.order());
        }
        select.order_by((table, "id"), self.order());
    }

    /// Only what follows a position, up to its [rest](Position::rest). Pairs are compared as such, which an index answers
    /// with one search.
    pub(super) fn go_on_after(self, select: &mut SelectStatement, engine: Engine, position: &Position) {
        let id = || veiled(engine, position.id.get());
        let ascends = self.direction == Direction::Ascending;
        let beyond =
            |left: SimpleExpr, right: SimpleExpr| if ascends { left.gt(right) } else { left.lt(right) };
        let column = self.sort.column();
        if self.sort == IdeaSort::Id {
            select.and_where(beyond(Expr::col("id"), id()));
            return;
        }
        let pair = |key: SimpleExpr| {
            beyond(Expr::tuple([Expr::col(column), Expr::col("id")]), Expr::tuple([key, id()]))
        };
        select.and_where(match &position.key {
            SortKey::Integer(key) => pair(veiled(engine, *key)),
            SortKey::Text(key) => pair(veiled(engine, key.as_str())),
            SortKey::Real(key) => pair(veiled(engine, *key)),
            SortKey::Missing => Expr::col(column).is_null().and(beyond(Expr::col("id"), id())),
        });
    }
}

/// A value that a server's planner doesn't look at: how far a list has come makes no other plan a better one, and to plan
/// takes as long as to read a hundred rows.
fn veiled(engine: Engine, value: impl Into<sea_query::Value>) -> SimpleExpr {
    let value = Expr::val(value);
    match engine {
        Engine::Sqlite => value,
        Engine::Postgres => Expr::SubQuery(None, Box::new(Build::select().expr(value).take().into())),
    }
}
