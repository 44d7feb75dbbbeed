//! Reading the query of `GET /automations`, in all the spellings that clients use.

use automation_hub_domain::{
    clock::Timestamp,
    id::{ApplicationId, CategoryId, PhaseId, StatusId},
    idea::SubmissionType,
    page::{Direction, PageRequest},
};
use automation_hub_storage::ideas::{Found, IdeaFilter, IdeaOrder, IdeaSort, Window};
use utoipa::IntoParams;

use super::{cursor::Cursor, selection::Selection};
use crate::{
    api::extract::{Query, whole_number},
    error::{Error, Violations},
};

/// The query of a list of ideas, as the API document describes it. It is read by [`Listing::parse`].
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "the names, types and comments of its fields are what is used of it")]
pub struct ListQuery {
    /// Part of name, description or slug; `s` means the same.
    #[param(max_length = 256)]
    search: Option<String>,
    /// Ids of phases, separated by commas; `phases` means the same.
    #[param(pattern = "^(all|[0-9]{1,18}(,[0-9]{1,18})*)$")]
    phase: Option<String>,
    /// Ids of statuses, separated by commas, or `all`.
    #[param(pattern = "^(all|[0-9]{1,18}(,[0-9]{1,18})*)$")]
    status: Option<String>,
    /// Ids of categories; those below them are included.
    #[param(pattern = "^(all|[0-9]{1,18}(,[0-9]{1,18})*)$")]
    category: Option<String>,
    /// 1 to 8, separated by commas, or `all`. 1 and 2 unless given; all of them in a search.
    #[param(pattern = "^(all|[1-8](,[1-8])*)$")]
    submission_type: Option<String>,
    /// Business unit of the submitter.
    bu: Option<String>,
    /// Id of an application.
    applications: Option<i64>,
    /// A tag, in any letter case; `tags` means the same.
    tag: Option<String>,
    /// Epoch in seconds or milliseconds.
    created_start: Option<i64>,
    /// Epoch in seconds or milliseconds.
    created_end: Option<i64>,
    /// Epoch in seconds or milliseconds.
    updated_start: Option<i64>,
    /// Epoch in seconds or milliseconds.
    updated_end: Option<i64>,
    /// `process_created_epoch`, `process_updated_epoch`, `process_name`, `process_overall_gauge_score` or `process_id`.
    #[param(pattern = "^(process_(created_epoch|updated_epoch|name|overall_gauge_score|id))$")]
    sort: Option<String>,
    /// `asc` or `desc`.
    #[param(pattern = "^(asc|desc)$")]
    sort_order: Option<String>,
    /// Empty to begin with, then the `nextCursor` of the answer before: each page costs the same, and what comes or goes
    /// meanwhile shifts none. `offset` and `page` are ignored.
    cursor: Option<String>,
    /// Names of members, separated by commas: only these are sent, whichever others a record has to have.
    fields: Option<String>,
}

/// What a caller asks for: a filter whose categories are as given, an order, and which rows of the result.
#[derive(Clone, Debug)]
pub struct Listing {
    pub filter: IdeaFilter,
    pub order: IdeaOrder,
    pub request: PageRequest,
    pub reading: Reading,
    /// Which members of its records; none given means all.
    pub selection: Option<Selection>,
}

/// How a caller reads a list that is longer than one answer.
#[derive(Clone, Debug)]
pub enum Reading {
    /// By the numbers of pages, or by offsets.
    Pages,
    /// From its start, to be told where it goes on.
    Start,
    /// After where an answer ended.
    After(Cursor),
}

/// By which fields of a record a list can be sorted, and which way it goes unless told.
pub(super) const SORTS: [(&str, IdeaSort, Direction); 5] = [
    ("process_created_epoch", IdeaSort::Created, Direction::Descending),
    ("process_updated_epoch", IdeaSort::Updated, Direction::Descending),
    ("process_name", IdeaSort::Name, Direction::Ascending),
    ("process_overall_gauge_score", IdeaSort::Score, Direction::Descending),
    ("process_id", IdeaSort::Id, Direction::Ascending),
];

pub(super) const DIRECTIONS: [(&str, Direction); 2] =
    [("asc", Direction::Ascending), ("desc", Direction::Descending)];

const SEARCH: [&str; 2] = ["search", "s"];
const KINDS: [&str; 2] = ["submissionType", "submission_type"];
const SORT: [&str; 2] = ["sort", "sortBy"];
const SORT_ORDER: [&str; 2] = ["sortOrder", "sort_order"];

impl Listing {
    pub fn parse(query: &Query) -> Result<Self, Error> {
        let mut violations = Violations::default();
        let mut request = query.page(PageRequest::DEFAULT_LIMIT, &mut violations);
        let filter = filter(query, &mut violations);
        let order = order(query, &mut violations);
        let reading = reading(query, order, &mut violations);
        violations.into_result()?;
        // Some clients send a page along with everything.
        match &reading {
            Reading::Pages => {}
            Reading::Start => request.offset = 0,
            Reading::After(cursor) => request.offset = cursor.seen,
        }
        Ok(Self { filter, order, request, reading, selection: Selection::of(query) })
    }

    /// Shows all kinds, unless the query says which.
    pub fn of_all_kinds(&mut self, query: &Query) {
        if !names_kinds(query) {
            self.filter.submission_types = None;
        }
    }
}

fn filter(query: &Query, violations: &mut Violations) -> IdeaFilter {
    let search = query.text(&SEARCH).and_then(IdeaFilter::searched);
    if search.as_ref().is_some_and(|search| search.chars().count() > IdeaFilter::SEARCH_LIMIT) {
        violations.add(query.spelling(&SEARCH), format!("At most {} characters.", IdeaFilter::SEARCH_LIMIT));
    }
    let mut ids = |names: &[&'static str]| query.integers(names, violations).unwrap_or_default();
    let phases = ids(&["phase", "phases"]).into_iter().map(PhaseId::new).collect();
    let statuses = ids(&["status", "statuses"]).into_iter().map(StatusId::new).collect();
    let categories = query.integers(&["category", "category_id", "categories"], violations);
    IdeaFilter {
        phases,
        statuses,
        categories: categories.map(|ids| ids.into_iter().map(CategoryId::new).collect()),
        submission_types: submission_types(query, search.is_some(), violations),
        search,
        business_unit: query.text(&["bu", "businessUnit", "business_unit"]).map(str::to_owned),
        application: query
            .integer(&["applications", "application", "application_id"], violations)
            .map(ApplicationId::new),
        created: window(query, ["createdStart", "createdEnd"], violations),
        updated: window(query, ["updatedStart", "updatedEnd"], violations),
        submitter: None,
        owner: None,
        found: Found::default(),
        tag: query.text(&["tag", "tags"]).map(str::to_owned),
    }
}

fn names_kinds(query: &Query) -> bool {
    query.parts(&KINDS).next().is_some()
}

/// The mirrored API shows the first two kinds unless others are asked for. A search looks through all.
fn submission_types(
    query: &Query,
    is_search: bool,
    violations: &mut Violations,
) -> Option<Vec<SubmissionType>> {
    if !names_kinds(query) {
        return (!is_search).then(|| SubmissionType::USUAL.to_vec());
    }
    query.listed(&KINDS, violations, |text| {
        SubmissionType::from_code(whole_number(text)?).ok_or("A number from 1 to 8 is needed.")
    })
}

pub fn window(query: &Query, [from, to]: [&'static str; 2], violations: &mut Violations) -> Window {
    Window {
        from: query.instant(from, violations).map(|epoch| instant(epoch, 0)),
        to: query.instant(to, violations).map(|epoch| instant(epoch, 999)),
    }
}

/// Documented samples write seconds, clients send back the milliseconds of a record: the magnitude tells which.
/// `rest` is what a second adds as the end of a window.
fn instant(epoch: i64, rest: i64) -> Timestamp {
    const LEAST_MILLIS: u64 = 100_000_000_000;
    let is_seconds = epoch.unsigned_abs() < LEAST_MILLIS;
    Timestamp::from_millis(if is_seconds { epoch * 1000 + rest } else { epoch })
}

fn order(query: &Query, violations: &mut Violations) -> IdeaOrder {
    let mut order = IdeaOrder::default();
    if let Some(name) = query.text(&SORT) {
        if let Some(&(_, sort, direction)) = SORTS.iter().find(|(field, ..)| field.eq_ignore_ascii_case(name))
        {
            order = IdeaOrder { sort, direction };
        } else {
            let allowed = SORTS.map(|(field, ..)| field).join(", ");
            violations.add(query.spelling(&SORT), format!("One of these fields is needed: {allowed}."));
        }
    }
    if let Some(name) = query.text(&SORT_ORDER) {
        match DIRECTIONS.iter().find(|(word, _)| word.eq_ignore_ascii_case(name)) {
            Some(&(_, direction)) => order.direction = direction,
            None => violations.add(query.spelling(&SORT_ORDER), "Either asc or desc is needed."),
        }
    }
    order
}

fn reading(query: &Query, order: IdeaOrder, violations: &mut Violations) -> Reading {
    const NAME: &str = "cursor";
    if !query.has(NAME) {
        return Reading::Pages;
    }
    let Some(text) = query.text(&[NAME]) else { return Reading::Start };
    match Cursor::read(text) {
        Some(cursor) if cursor.order == order => return Reading::After(cursor),
        Some(_) => {
            violations.add(NAME, "This one is of a list in another order: send the same sort and sortOrder.");
        }
        None => violations.add(NAME, "A nextCursor is needed, or nothing to begin with."),
    }
    Reading::Start
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_is_seconds_or_milliseconds_by_its_magnitude() {
        assert_eq!(instant(1_595_462_400, 0).millis(), 1_595_462_400_000);
        assert_eq!(instant(1_595_462_400, 999).millis(), 1_595_462_400_999);
        assert_eq!(instant(1_595_462_400_123, 999).millis(), 1_595_462_400_123);
        assert_eq!(instant(i64::MIN, 0).millis(), i64::MIN);
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        let query = Query::parse(
            "phase=x&status=1,y&submissionType=9&createdStart=z&sort=color&sortOrder=up&limit=0",
        );
        let Err(Error::Invalid(violations)) = Listing::parse(&query) else { panic!("accepted") };
        let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_ref()).collect();
        assert_eq!(
            fields,
            ["limit", "phase", "status", "submissionType", "createdStart", "sort", "sortOrder"]
        );
        assert!(violations.of("sort").unwrap().contains("process_created_epoch"));
    }

    #[test]
    fn a_wrong_parameter_is_named_as_it_was_sent() {
        let long = "a".repeat(IdeaFilter::SEARCH_LIMIT + 1);
        for (query, field) in [
            (format!("s={long}"), "s"),
            (format!("Search={long}"), "search"),
            ("phases=x".to_owned(), "phases"),
            ("submission_type=9".to_owned(), "submission_type"),
            ("submissionType=1&submission_type=9".to_owned(), "submission_type"),
            ("sortBy=color".to_owned(), "sortBy"),
            ("sort_order=up".to_owned(), "sort_order"),
            ("application_id=x".to_owned(), "application_id"),
        ] {
            let Err(Error::Invalid(violations)) = Listing::parse(&Query::parse(&query)) else {
                panic!("accepted {query}")
            };
            let fields: Vec<_> = violations.iter().map(|violation| violation.field.as_ref()).collect();
            assert_eq!(fields, [field], "{query}");
        }
    }

    #[test]
    fn two_kinds_are_shown_unless_others_or_a_search_are_asked_for() {
        let kinds = |text: &str| Listing::parse(&Query::parse(text)).unwrap().filter.submission_types;
        assert_eq!(kinds(""), Some(vec![SubmissionType::EmployeeDriven, SubmissionType::CoeDriven]));
        assert_eq!(kinds("s=x"), None);
        assert_eq!(kinds("s=x&submissionType=6"), Some(vec![SubmissionType::ChangeRequest]));
        assert_eq!(kinds("SubmissionType=all"), None);
    }
}
