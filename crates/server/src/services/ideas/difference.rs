//! What a change of an idea changed, as the audit trail keeps it: one object of what was, one of what is.

use automation_hub_domain::{
    id::{IdeaId, UserId},
    idea::{Idea, Rating},
};
use serde_json::{Map, Value, json};

/// None where nothing did. When it was touched and what was worked out of it are no changes of their own.
pub(super) fn of(before: &Idea, after: &Idea) -> Option<(String, String)> {
    let (was, is) = (described(before), described(after));
    let differs = |other: &Map<String, Value>| {
        let other = other.clone();
        move |(name, value): &(String, Value)| other.get(name) != Some(value)
    };
    let changed_from: Map<_, _> = was.clone().into_iter().filter(|pair| differs(&is)(pair)).collect();
    let changed_to: Map<_, _> = is.into_iter().filter(|pair| differs(&was)(pair)).collect();
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
