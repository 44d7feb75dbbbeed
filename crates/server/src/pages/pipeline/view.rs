//! The list as its template shows it: tabs, chips, choices, columns and rows, all in words.

use automation_hub_domain::{
    id::CategoryId,
    idea::{Priority, SubmissionType},
    page::Direction,
};
use automation_hub_storage::ideas::IdeaLine;

use crate::pages::{
    catalogue::{Catalogue, Person, Place},
    format::{self, Format, Moment},
    pipeline::{
        find::{Found, TableCount},
        query::{Condition, ListQuery, SortBy},
        tables::Table,
    },
};

pub struct Tab {
    pub title: &'static str,
    pub href: String,
    pub count: String,
    pub is_current: bool,
}

pub fn tabs(tables: &[TableCount], query: &ListQuery, path: &str) -> Vec<Tab> {
    let tab = |&TableCount { table, count }: &TableCount| Tab {
        title: table.title(),
        href: query.of_table(table).address(path),
        count: format::count(count),
        is_current: table == query.table,
    };
    tables.iter().map(tab).collect()
}

/// A condition in words, with the address of the list without it.
pub struct Chip {
    pub label: &'static str,
    pub value: String,
    pub href: String,
}

pub fn chips(query: &ListQuery, catalogue: &Catalogue, format: &Format, path: &str) -> Vec<Chip> {
    let chip = |condition: &Condition| {
        let (label, value) = words(condition, catalogue, format);
        Chip { label, value, href: query.without(condition).address(path) }
    };
    query.conditions.iter().map(chip).collect()
}

fn words(condition: &Condition, catalogue: &Catalogue, format: &Format) -> (&'static str, String) {
    let unknown = || "unknown".to_owned();
    let day = |day: &str| format.day_of_value(day).unwrap_or_else(|| day.to_owned());
    match condition {
        Condition::Phase(id) => {
            ("Phase", catalogue.phase(*id).map_or_else(unknown, |phase| phase.name.clone()))
        }
        Condition::Status(id) => ("Status", status_words(catalogue, *id).unwrap_or_else(unknown)),
        Condition::Category(id) => {
            let words = catalogue.category_words(*id);
            ("Category", if words.is_empty() { unknown() } else { words })
        }
        Condition::Kind(kind) => ("Type", kind.name().to_owned()),
        Condition::SubmittedByMe => ("Submitted by", "me".to_owned()),
        Condition::OwnedByMe => ("Process Owner", "me".to_owned()),
        Condition::From(from) => ("Submitted from", day(from)),
        Condition::To(to) => ("Submitted until", day(to)),
    }
}

fn status_words(catalogue: &Catalogue, id: automation_hub_domain::id::StatusId) -> Option<String> {
    let status = catalogue.status(id)?;
    let phase = catalogue.phase(status.phase)?;
    Some(format!("{}: {}", phase.name, status.name))
}

/// What the filter form offers.
pub struct Choices {
    pub phases: Vec<Choice>,
    pub statuses: Vec<(String, Vec<Choice>)>,
    pub categories: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub from: String,
    pub to: String,
    pub is_by_me: bool,
    pub is_owned_by_me: bool,
}

pub struct Choice {
    pub value: i64,
    pub title: String,
}

impl Choices {
    /// Only what can be found in the table.
    pub fn of(query: &ListQuery, catalogue: &Catalogue) -> Self {
        let held = |table: Table| table.statuses(catalogue.phases(), catalogue.statuses());
        let held = held(query.table);
        let mut phases = Vec::new();
        let mut statuses = Vec::new();
        for phase in catalogue.phases().iter().filter(|phase| phase.is_active) {
            let offered: Vec<_> = catalogue
                .statuses_of(phase.id)
                .filter(|status| held.as_ref().is_none_or(|held| held.contains(&status.id)))
                .map(|status| Choice { value: status.id.get(), title: status.name.clone() })
                .collect();
            if !offered.is_empty() {
                phases.push(Choice { value: phase.id.get(), title: phase.name.clone() });
                statuses.push((phase.name.clone(), offered));
            }
        }
        let day = |pick: fn(&Condition) -> Option<&String>| {
            query.conditions.iter().find_map(pick).cloned().unwrap_or_default()
        };
        Self {
            phases,
            statuses,
            categories: category_choices(catalogue),
            kinds: SubmissionType::ALL
                .into_iter()
                .map(|kind| Choice { value: kind.code(), title: kind.name().to_owned() })
                .collect(),
            from: day(|condition| if let Condition::From(day) = condition { Some(day) } else { None }),
            to: day(|condition| if let Condition::To(day) = condition { Some(day) } else { None }),
            is_by_me: query.conditions.contains(&Condition::SubmittedByMe),
            is_owned_by_me: query.conditions.contains(&Condition::OwnedByMe),
        }
    }
}

/// The tree from top to bottom, indented by depth.
fn category_choices(catalogue: &Catalogue) -> Vec<Choice> {
    fn add(catalogue: &Catalogue, parent: Option<CategoryId>, depth: usize, choices: &mut Vec<Choice>) {
        for node in catalogue.categories().children(parent) {
            let title = format!("{}{}", "\u{2003}".repeat(depth), node.name);
            choices.push(Choice { value: node.id.get(), title });
            add(catalogue, Some(node.id), depth + 1, choices);
        }
    }
    let mut choices = Vec::new();
    add(catalogue, None, 0, &mut choices);
    choices
}

pub struct Column {
    pub title: &'static str,
    /// The address of the list sorted by it, where it can be.
    pub href: Option<String>,
    /// For `aria-sort`.
    pub sorted: Option<&'static str>,
    pub class: &'static str,
}

const COLUMNS: [(&str, Option<SortBy>, &str); 9] = [
    ("Name", Some(SortBy::Name), "c-list"),
    ("Phase and status", None, ""),
    ("Idea score", Some(SortBy::Score), ""),
    ("Benefit a year", None, "end"),
    ("Priority", None, "ah-wide"),
    ("Process Owner", None, ""),
    ("Votes", None, "end"),
    ("Submitted", Some(SortBy::Submitted), "ah-wide"),
    ("Updated", Some(SortBy::Updated), ""),
];

pub fn columns(query: &ListQuery, path: &str) -> Vec<Column> {
    let sorted = match query.direction() {
        Direction::Ascending => "ascending",
        Direction::Descending => "descending",
    };
    let column = |(title, sort, class): (&'static str, Option<SortBy>, &'static str)| Column {
        title,
        href: sort.map(|sort| query.sorted_by(sort).address(path)),
        sorted: (sort == Some(query.sort)).then_some(sorted),
        class,
    };
    COLUMNS.into_iter().map(column).collect()
}

/// The order in words, for the table's caption.
pub fn order_words(query: &ListQuery) -> &'static str {
    match (query.sort, query.direction()) {
        (SortBy::Name, Direction::Ascending) => "by name",
        (SortBy::Name, Direction::Descending) => "by name, from Z to A",
        (SortBy::Score, Direction::Ascending) => "lowest idea score first",
        (SortBy::Score, Direction::Descending) => "highest idea score first",
        (SortBy::Submitted, Direction::Ascending) => "oldest first",
        (SortBy::Submitted, Direction::Descending) => "newest first",
        (SortBy::Updated, Direction::Ascending) => "longest unchanged first",
        (SortBy::Updated, Direction::Descending) => "last updated first",
    }
}

pub struct Row {
    pub name: String,
    pub href: String,
    pub number: String,
    pub category: String,
    pub place: Place,
    pub score: Option<Score>,
    pub hours: Option<String>,
    pub money: Option<String>,
    pub priority: Option<&'static str>,
    pub owner: Option<Person>,
    pub votes: String,
    pub submitted: Moment,
    pub updated: Moment,
}

/// A figure of a hundred and the length of its bar.
#[derive(Clone, Debug)]
pub struct Score {
    pub text: String,
    pub width: String,
}

impl Score {
    pub fn of(value: f64) -> Self {
        Self { text: format::percent(value), width: format::decimal(value.clamp(0.0, 100.0)) }
    }
}

pub fn rows(found: &Found, format: &Format, base: &str) -> Vec<Row> {
    found.page.items.iter().map(|idea| row(idea, found, format, base)).collect()
}

fn row(idea: &IdeaLine, found: &Found, format: &Format, base: &str) -> Row {
    Row {
        name: idea.name.clone(),
        href: profile_path(base, &idea.slug),
        number: format::idea_number(idea.id),
        category: found.catalogue.category_words(idea.category),
        place: found.catalogue.place(idea.phase, idea.status),
        score: idea.idea_score.map(Score::of),
        hours: idea.benefit_hours.map(format::hours),
        money: idea.benefit_cost.map(|amount| format.money(amount)),
        priority: (idea.priority != Priority::None).then(|| idea.priority.name()),
        owner: idea.owner.and_then(|owner| found.people.find(owner)).cloned(),
        votes: format::count(u64::try_from(idea.votes).unwrap_or_default()),
        submitted: format.day(idea.created_at),
        updated: format.ago(idea.updated_at),
    }
}

/// The address of an automation's page. Slugs hold letters of any script.
pub fn profile_path(base: &str, slug: &str) -> String {
    let mut path = [base, "/automation-profile/", slug].concat();
    let stands_for_itself = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !slug.bytes().all(stands_for_itself) {
        path.truncate(path.len() - slug.len());
        path.extend(form_urlencoded::byte_serialize(slug.as_bytes()));
    }
    path
}
