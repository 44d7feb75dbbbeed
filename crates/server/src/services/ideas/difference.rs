//! What a change of an idea changed, as the audit trail keeps it: one object of what was, one of what is.

use automation_hub_domain::{
    id::{IdeaId, UserId},
    idea::{Idea, Rating},
};
use serde_json::{Map, Value, json};

/// None where nothing did. When it was touched and what was worked out of it are no changes of their own.
pub(super) fn of(before: &Idea, after: &Idea) -> Option<(String, String)> {
    between(&described(before), &described(after))
}

/// Of two objects what isn't the same in both.
pub(super) fn between(was: &Map<String, Value>, is: &Map<String, Value>) -> Option<(String, String)> {
    let beyond = |one: &Map<String, Value>, other: &Map<String, Value>| -> Map<_, _> {
        let members = one.iter().filter(|(name, value)| other.get(*name) != Some(*value));
        members.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let (changed_from, changed_to) = (beyond(was, is), beyond(is, was));
    if changed_from.is_empty() && changed_to.is_empty() {
        return None;
    }
    Some((Value::Object(changed_from).to_string(), Value::Object(changed_to).to_string()))
}

fn described(idea: &Idea) -> Map<String, Value> {
    let content = &idea.content;
    let mut members = Map::new();
    for (name, value) in [
        ("name", json!(idea.name)),
        ("description", json!(content.description)),
        ("category", json!(idea.category.get())),
        ("submission_type", json!(idea.submission_type.code())),
        ("status", json!(idea.status.get())),
        ("submitter", json!(idea.submitter.get())),
        ("owner", json!(idea.owner.map(UserId::get))),
        ("automation_id", json!(content.automation_code)),
        ("pain_points", json!(content.pain_points)),
        ("parent", json!(content.parent.map(IdeaId::get))),
        ("ratings", json!(content.assessment.answers().map(|rating| rating.map(Rating::get)))),
        ("applications", content.applications.iter().map(|id| id.get()).collect()),
        ("thin_applications", content.thin_applications.iter().map(|id| id.get()).collect()),
    ] {
        members.insert(name.to_owned(), value);
    }
    for (code, answer) in &content.answers {
        if let Some(value) = &answer.value {
            members.insert(code.clone(), value.clone());
        }
        if let Some(comment) = &answer.comment {
            members.insert(format!("{code}#comment"), comment.as_str().into());
        }
    }
    members
}
