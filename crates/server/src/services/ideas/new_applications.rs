//! Applications that a submission names because the inventory doesn't have them.

use std::fmt::Display;

use automation_hub_domain::{
    clock::Timestamp,
    id::{ApplicationId, CategoryId},
    questionnaire::Question,
};
use automation_hub_storage::applications::NewApplication;
use serde_json::{Map, Value};

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

/// Clients look for its beginning.
fn wrong(what: impl Display) -> String {
    format!("Invalid Application Data. {what}")
}

/// The sentence about one that the inventory has, but doesn't offer any more.
pub(super) fn inactive(place: usize, id: ApplicationId) -> String {
    wrong(format_args!("new_applications[{place}] names application {id}, which is inactive"))
}

/// What a list of them says, or the sentence about what is wrong with it.
pub(super) fn read(question: &Question, value: &Value) -> Result<Vec<Named>, String> {
    let Value::Array(items) = value else {
        return Err(wrong("new_applications has to be a list."));
    };
    if !items.is_empty() && !question.takes_new {
        return Err(wrong("Adding new applications is disabled for this assessment."));
    }
    if items.len() > LIMIT {
        return Err(wrong(format_args!("At most {LIMIT} new applications can be added at once.")));
    }
    let read = |(place, item): (usize, &Value)| {
        let named = format!("new_applications[{place}]");
        match item {
            Value::Object(members) => one(members).map_err(|what| wrong(format_args!("{named} {what}"))),
            _ => Err(wrong(format_args!("{named} has to be an object."))),
        }
    };
    items.iter().enumerate().map(read).collect()
}

const MEMBERS: [&str; 5] = [
    "application_name",
    "application_version",
    "application_language",
    "application_is_citrix_client",
    "application_comments",
];

fn one(members: &Map<String, Value>) -> Result<Named, String> {
    let unknown: Vec<_> = members.keys().map(String::as_str).filter(|name| !MEMBERS.contains(name)).collect();
    if !unknown.is_empty() {
        return Err(format!("has unknown field(s): {}", unknown.join(", ")));
    }
    let name = match members.get("application_name") {
        Some(Value::String(name)) if !name.trim().is_empty() => name.trim(),
        _ => return Err("requires a non-empty application_name".to_owned()),
    };
    if name.chars().count() > 50 {
        return Err("has an application_name that exceeds 50 characters".to_owned());
    }
    let invalid = || "has invalid version, language, comments, or citrix flag".to_owned();
    let text = |member: &str, limit: usize| match members.get(member) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) if text.chars().count() <= limit => Ok(text.trim().to_owned()),
        Some(_) => Err(invalid()),
    };
    Ok(Named {
        name: name.to_owned(),
        version: text("application_version", 20)?,
        language: text("application_language", 50)?,
        comments: text("application_comments", 512)?,
        is_thin_client: match members.get("application_is_citrix_client") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => return Err(invalid()),
        },
    })
}
