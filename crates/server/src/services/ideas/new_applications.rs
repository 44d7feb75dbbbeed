//! Applications that a submission names because the inventory doesn't have them.

use std::fmt::Display;

use automation_hub_domain::{
    clock::Timestamp,
    id::{ApplicationId, CategoryId},
    questionnaire::Question,
};
use automation_hub_storage::applications::NewApplication;
use serde_json::{Map, Value};

use crate::error::pointer_part;

/// Most of them in one answer.
pub(super) const LIMIT: usize = 20;

pub(super) struct Named {
    name: String,
    version: String,
    language: String,
    comments: String,
    is_thin_client: bool,
}

impl Named {
    /// The entry the inventory gets.
    pub(super) fn entry(self, category: Option<CategoryId>, now: Timestamp) -> NewApplication {
        NewApplication {
            name: self.name,
            version: self.version,
            language: self.language,
            comments: self.comments,
            is_thin_client: self.is_thin_client,
            is_added_by_end_user: true,
            categories: category.into_iter().collect(),
            created_at: now,
        }
    }
}

/// What is wrong, and where.
pub(super) struct Mistake {
    /// The path from the answer to it.
    pub(super) at: String,
    pub(super) told: String,
}

impl Mistake {
    fn of_list(what: impl Display) -> Self {
        Self::at(LIST.to_owned(), what)
    }

    fn at(at: String, what: impl Display) -> Self {
        Self { at, told: invalid(what) }
    }
}

/// Clients look for how the sentence begins.
pub(super) fn invalid(what: impl Display) -> String {
    format!("Invalid Application Data. {what}")
}

/// The member of an answer that holds them.
const LIST: &str = "new_applications";

/// How the mirrored API begins what it says of ids that can't be used; they follow, with commas.
pub const UNKNOWN_IDS: &str = "Invalid Application Data. Unknown application id(s): ";

/// About one of them.
pub(super) fn unknown_id(id: ApplicationId) -> String {
    format!("{UNKNOWN_IDS}{id}")
}

/// About one that the inventory has, but doesn't offer any more.
pub(super) fn inactive(place: usize, id: ApplicationId) -> Mistake {
    let what = format_args!("{LIST}[{place}] names application {id}, which is inactive");
    Mistake::at(format!("{LIST}/{place}"), what)
}

/// What a list of them says, or all that is wrong with it.
pub(super) fn read(question: &Question, value: &Value) -> Result<Vec<Named>, Vec<Mistake>> {
    let Value::Array(items) = value else {
        return Err(vec![Mistake::of_list("new_applications has to be a list.")]);
    };
    if !items.is_empty() && !question.takes_new {
        let told = "Adding new applications is disabled for this assessment.";
        return Err(vec![Mistake::of_list(told)]);
    }
    if items.len() > LIMIT {
        let told = format_args!("At most {LIMIT} new applications can be added at once.");
        return Err(vec![Mistake::of_list(told)]);
    }
    let (mut named, mut mistakes) = (Vec::with_capacity(items.len()), Vec::new());
    for (place, item) in items.iter().enumerate() {
        let mut wrong = |member: &str, what: String| {
            let told = format_args!("{LIST}[{place}] {what}");
            mistakes.push(Mistake::at(format!("{LIST}/{place}{member}"), told));
        };
        match item {
            Value::Object(members) => named.extend(one(members, &mut wrong)),
            _ => wrong("", "has to be an object.".to_owned()),
        }
    }
    if mistakes.is_empty() { Ok(named) } else { Err(mistakes) }
}

const MEMBERS: [&str; 5] = [
    "application_name",
    "application_version",
    "application_language",
    "application_is_citrix_client",
    "application_comments",
];

/// `wrong` is told the pointer from the object to each member that it can't do with, and why.
fn one(members: &Map<String, Value>, wrong: &mut impl FnMut(&str, String)) -> Option<Named> {
    for name in members.keys().filter(|name| !MEMBERS.contains(&name.as_str())) {
        let pointer = pointer_part(name);
        wrong(&format!("/{pointer}"), format!("has unknown field(s): {name}"));
    }
    let name = match members.get("application_name") {
        Some(Value::String(name)) if name.trim().chars().count() > 50 => {
            wrong("/application_name", "has an application_name that exceeds 50 characters".to_owned());
            None
        }
        Some(Value::String(name)) if !name.trim().is_empty() => Some(name.trim().to_owned()),
        _ => {
            wrong("/application_name", "requires a non-empty application_name".to_owned());
            None
        }
    };
    let mut invalid = |member: &str| {
        let told = "has invalid version, language, comments, or citrix flag";
        wrong(&format!("/{member}"), told.to_owned());
    };
    let mut text = |member: &str, limit: usize| match members.get(member) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) if text.chars().count() <= limit => text.trim().to_owned(),
        Some(_) => {
            invalid(member);
            String::new()
        }
    };
    let version = text("application_version", 20);
    let language = text("application_language", 50);
    let comments = text("application_comments", 512);
    let is_thin_client = match members.get("application_is_citrix_client") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(_) => {
            invalid("application_is_citrix_client");
            false
        }
    };
    Some(Named { name: name?, version, language, comments, is_thin_client })
}
