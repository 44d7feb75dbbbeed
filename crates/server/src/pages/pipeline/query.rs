//! What an address of the list asks for. Filters live in the address, so that each view can be linked to.

use automation_hub_domain::{
    id::{CategoryId, PhaseId, StatusId},
    idea::SubmissionType,
    page::{Direction, PageRequest},
    text,
};
use automation_hub_storage::ideas::IdeaFilter;

use crate::{
    error::Error,
    pages::{paging, pipeline::tables::Table, query::Ignored},
};

/// By what the list is sorted: only what an index keeps in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    Name,
    Score,
    Submitted,
    #[default]
    Updated,
}

impl SortBy {
    const EVERY: [Self; 4] = [Self::Name, Self::Score, Self::Submitted, Self::Updated];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Score => "score",
            Self::Submitted => "submitted",
            Self::Updated => "updated",
        }
    }

    fn from_key(key: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|sort| sort.key() == key)
    }

    /// Names are read from A on, figures and days from the highest down.
    pub const fn natural(self) -> Direction {
        match self {
            Self::Name => Direction::Ascending,
            Self::Score | Self::Submitted | Self::Updated => Direction::Descending,
        }
    }
}

/// One condition of the list, shown as a chip that can be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Phase(PhaseId),
    Status(StatusId),
    Category(CategoryId),
    Kind(SubmissionType),
    SubmittedByMe,
    OwnedByMe,
    /// From this day on, as date fields hold it.
    From(String),
    /// Up to and including this day.
    To(String),
}

impl Condition {
    /// Its field and value in the address.
    pub fn field(&self) -> (&'static str, String) {
        match self {
            Self::Phase(id) => ("phase", id.to_string()),
            Self::Status(id) => ("status", id.to_string()),
            Self::Category(id) => ("category", id.to_string()),
            Self::Kind(kind) => ("type", kind.code().to_string()),
            Self::SubmittedByMe => ("submitter", "me".to_owned()),
            Self::OwnedByMe => ("owner", "me".to_owned()),
            Self::From(day) => ("from", day.clone()),
            Self::To(day) => ("to", day.clone()),
        }
    }

    /// Fields of the address, as the page calls them.
    const TITLES: [(&'static str, &'static str); 8] = [
        ("phase", "phase"),
        ("status", "status"),
        ("category", "category"),
        ("type", "submission type"),
        ("submitter", "submitter"),
        ("owner", "Process Owner"),
        ("from", "submitted from"),
        ("to", "submitted until"),
    ];

    fn parse(field: &str, value: &str) -> Option<Self> {
        let id = || value.parse::<i64>().ok();
        match field {
            "phase" => id().map(PhaseId::new).map(Self::Phase),
            "status" => id().map(StatusId::new).map(Self::Status),
            "category" => id().map(CategoryId::new).map(Self::Category),
            "type" => id().and_then(SubmissionType::from_code).map(Self::Kind),
            "submitter" => (value == "me").then_some(Self::SubmittedByMe),
            "owner" => (value == "me").then_some(Self::OwnedByMe),
            "from" => is_day(value).then(|| Self::From(value.to_owned())),
            "to" => is_day(value).then(|| Self::To(value.to_owned())),
            _ => None,
        }
    }

    pub const fn phase(&self) -> Option<PhaseId> {
        if let Self::Phase(id) = self { Some(*id) } else { None }
    }

    pub const fn status(&self) -> Option<StatusId> {
        if let Self::Status(id) = self { Some(*id) } else { None }
    }

    pub const fn category(&self) -> Option<CategoryId> {
        if let Self::Category(id) = self { Some(*id) } else { None }
    }

    /// Whether there can be only one of its kind.
    const fn is_single(&self) -> bool {
        matches!(self, Self::From(_) | Self::To(_))
    }
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    pub table: Table,
    pub search: String,
    pub conditions: Vec<Condition>,
    pub sort: SortBy,
    pub direction: Option<Direction>,
    pub page: u64,
    /// What was passed over.
    pub ignored: Ignored,
}

impl ListQuery {
    /// Reads an address. What isn't known is passed over, so that old links go on working; only a search that
    /// can't be searched for is refused.
    pub fn parse(query: &str) -> Result<Self, Error> {
        let mut parsed = Self::default();
        for (field, value) in form_urlencoded::parse(query.as_bytes()) {
            match field.as_ref() {
                "table" => {
                    let table = Table::from_key(&value);
                    parsed.ignored.unless(table.is_some(), "table", &value);
                    parsed.table = table.unwrap_or_default();
                }
                "search" => {
                    let text = text::optional_line(&value, IdeaFilter::SEARCH_LIMIT)
                        .map_err(|error| Error::invalid("Search", error.to_string()))?;
                    text.clone_into(&mut parsed.search);
                }
                "sort" => {
                    let sort = SortBy::from_key(&value);
                    parsed.ignored.unless(sort.is_some(), "sort", &value);
                    parsed.sort = sort.unwrap_or_default();
                }
                "order" => {
                    parsed.direction = direction(&value);
                    parsed.ignored.unless(parsed.direction.is_some(), "order", &value);
                }
                "page" => parsed.page = paging::number(&value),
                field => match Condition::parse(field, &value) {
                    Some(condition) => parsed.add(condition),
                    None => {
                        if let Some((_, title)) = Condition::TITLES.iter().find(|(name, _)| *name == field) {
                            parsed.ignored.unless(false, title, &value);
                        }
                    }
                },
            }
        }
        Ok(parsed)
    }

    fn add(&mut self, condition: Condition) {
        if condition.is_single() {
            let (field, _) = condition.field();
            self.conditions.retain(|other| other.field().0 != field);
        }
        if !self.conditions.contains(&condition) {
            self.conditions.push(condition);
        }
    }

    pub fn direction(&self) -> Direction {
        self.direction.unwrap_or(self.sort.natural())
    }

    pub fn page_request(&self) -> PageRequest {
        PageRequest::numbered(self.page, PageRequest::DEFAULT_LIMIT)
    }

    pub fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || !self.conditions.is_empty()
    }

    /// The shortest address that asks for the same, below the page's own path.
    pub fn address(&self, path: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (field, value) in self.fields() {
            query.append_pair(field, &value);
        }
        if !self.search.is_empty() {
            query.append_pair("search", &self.search);
        }
        if self.page > 1 {
            query.append_pair("page", &self.page.to_string());
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// All but search and page: what the search form carries along.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = Vec::new();
        if self.table != Table::All {
            fields.push(("table", self.table.key().to_owned()));
        }
        fields.extend(self.conditions.iter().map(Condition::field));
        if self.sort != SortBy::default() {
            fields.push(("sort", self.sort.key().to_owned()));
        }
        if self.direction() != self.sort.natural() {
            let order = if self.direction() == Direction::Ascending { "asc" } else { "desc" };
            fields.push(("order", order.to_owned()));
        }
        fields
    }

    #[must_use]
    pub fn without(&self, condition: &Condition) -> Self {
        let conditions = self.conditions.iter().filter(|other| *other != condition).cloned().collect();
        Self { conditions, page: 0, ..self.clone() }
    }

    /// The whole of the same table.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self { search: String::new(), conditions: Vec::new(), page: 0, ..self.clone() }
    }

    /// The same search in another table, which says by itself what phases and statuses stand in it.
    #[must_use]
    pub fn of_table(&self, table: Table) -> Self {
        let is_place =
            |condition: &&Condition| matches!(condition, Condition::Phase(_) | Condition::Status(_));
        let conditions = self.conditions.iter().filter(|condition| !is_place(condition)).cloned().collect();
        Self { table, conditions, page: 0, ..self.clone() }
    }

    #[must_use]
    pub fn on_page(&self, page: u64) -> Self {
        Self { page, ..self.clone() }
    }

    /// Sorted by this, or the other way round where it is already.
    #[must_use]
    pub fn sorted_by(&self, sort: SortBy) -> Self {
        let direction = match self.direction() {
            Direction::Ascending if self.sort == sort => Direction::Descending,
            Direction::Descending if self.sort == sort => Direction::Ascending,
            _ => sort.natural(),
        };
        Self { sort, direction: Some(direction), page: 0, ..self.clone() }
    }
}

fn direction(key: &str) -> Option<Direction> {
    match key {
        "asc" => Some(Direction::Ascending),
        "desc" => Some(Direction::Descending),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(query: &str) -> String {
        ListQuery::parse(query).unwrap().address("")
    }

    #[test]
    fn an_address_reads_back_in_its_shortest_form() {
        assert_eq!(again(""), "");
        assert_eq!(again("search=&phase=&status=&page=1&table=all&sort=updated&order=desc"), "");
        assert_eq!(
            again(
                "search=M%C3%BCller+%26+Co&phase=3&phase=3&phase=4&table=review&sort=name&order=desc&page=7"
            ),
            "?table=review&phase=3&phase=4&sort=name&order=desc&search=M%C3%BCller+%26+Co&page=7"
        );
        assert_eq!(again("from=2026-01-01&from=2026-02-01&to=soon"), "?from=2026-02-01");
        assert_eq!(again("submitter=me&owner=1&type=99&sort=votes&utm=x"), "?submitter=me");
    }

    #[test]
    fn what_is_not_known_is_passed_over_and_told() {
        let told = |query: &str| ListQuery::parse(query).unwrap().ignored.sentence();
        assert_eq!(told("phase=3&status=&utm=x&from=2026-02-01"), None);
        assert_eq!(
            told("phase=NOPE&from=2026-13-45&sort=votes").as_deref(),
            Some(
                "Passed over, as this list doesn’t know it: phase “NOPE”, submitted from “2026-13-45”, sort “votes”."
            )
        );
    }

    #[test]
    fn a_search_that_is_too_long_or_unprintable_is_refused() {
        assert!(ListQuery::parse(&format!("search={}", "a".repeat(256))).is_ok());
        assert!(ListQuery::parse(&format!("search={}", "a".repeat(257))).is_err());
        assert!(ListQuery::parse("search=a%00b").is_err());
    }

    #[test]
    fn sorting_by_the_same_again_turns_it_round() {
        let by_name = ListQuery::default().sorted_by(SortBy::Name);
        assert_eq!(by_name.address(""), "?sort=name");
        assert_eq!(by_name.sorted_by(SortBy::Name).address(""), "?sort=name&order=desc");
        assert_eq!(by_name.sorted_by(SortBy::Score).address(""), "?sort=score");
        assert_eq!(ListQuery::default().sorted_by(SortBy::Updated).address(""), "?order=asc");
    }

    #[test]
    fn changing_the_conditions_goes_back_to_the_first_page() {
        let query = ListQuery::parse("phase=3&owner=me&page=4").unwrap();
        assert_eq!(query.without(&Condition::OwnedByMe).address(""), "?phase=3");
        assert_eq!(query.widened().address(""), "");
        let query = ListQuery::parse("phase=3&status=46&owner=me&search=mail&page=4").unwrap();
        assert_eq!(query.of_table(Table::Live).address(""), "?table=live&owner=me&search=mail");
    }
}
