//! Answers as somebody sends them: by question, or as members of a flat body.

use automation_hub_domain::questionnaire::{Column, Question, answer::Style};
use serde_json::{Map, Value};

use crate::forms::TenantFlow;

/// One answer before it is looked at.
#[derive(Clone, Debug)]
pub struct Given {
    /// Of the question.
    pub code: String,
    /// What it is called where it is told wrong.
    pub field: String,
    /// Where in the body the answer stands.
    pub at: String,
    /// Whether its value is a member of its own, beside others.
    pub is_within: bool,
    pub style: Style,
    pub value: Option<Value>,
    pub comment: Option<Value>,
    pub new_applications: Option<Value>,
    /// Another member of the body that answers the question otherwise.
    pub rival: Option<String>,
}

impl Given {
    /// Where in the body its value stands; the answer as a whole, where there is none.
    pub fn pointer(&self) -> String {
        if self.is_within { self.beside("value") } else { self.at.clone() }
    }

    /// Where in the body another of the answer's members stands, or what lies within it.
    pub(super) fn beside(&self, member: &str) -> String {
        format!("{}/{member}", self.at)
    }
}

/// All of one body.
#[derive(Clone, Debug)]
pub enum Inputs {
    Answers(Vec<Given>),
    Flat(Map<String, Value>),
}

impl Inputs {
    pub(super) fn style(&self) -> Style {
        match self {
            Self::Answers(_) => Style::Schema,
            Self::Flat(_) => Style::Flat,
        }
    }

    /// The answers to the questions of a flow.
    pub(super) fn answers(&self, flow: &TenantFlow) -> Vec<Given> {
        match self {
            Self::Answers(answers) => answers.clone(),
            Self::Flat(body) => {
                flow.questions_answered_by(body.keys()).filter_map(|question| flat(question, body)).collect()
            }
        }
    }
}

/// What a question is called in a flat body where it is told wrong.
pub(super) fn flat_field(question: &Question) -> String {
    match question.names.first().map(String::as_str).or(question.announced_name()) {
        Some(name) => name.to_owned(),
        None => match (question.typed_column(), &question.column) {
            (Some(_), Some(column)) => column.clone(),
            _ => question.flat_name(),
        },
    }
}

/// What is said of a member that isn't in agreement with another one of the same meaning.
pub fn contradiction(other: &str) -> String {
    format!("This isn't what “{other}” says. Name one answer, or send one of the two.")
}

fn flat(question: &Question, body: &Map<String, Value>) -> Option<Given> {
    let mut named = named(question, body).into_iter();
    let (name, value) = named.next()?;
    let rival = named.find(|(_, other)| !is_same(question, &value, other)).map(|(name, _)| name);
    Some(Given {
        code: question.code.clone(),
        at: format!("/{name}"),
        field: name,
        is_within: false,
        style: Style::Flat,
        value: Some(value),
        comment: None,
        new_applications: None,
        rival,
    })
}

/// The members that answer a question, the first of which counts.
fn named(question: &Question, body: &Map<String, Value>) -> Vec<(String, Value)> {
    // Null is as good as absent.
    let find = |name: &str| body.get(name).filter(|value| !value.is_null());
    let names: Vec<_> = question.names.iter().cloned().chain([question.flat_name()]).collect();
    let column = question.column.as_ref().filter(|column| !names.contains(column));
    let shown = column.and_then(|column| Some((column.clone(), of_column(question, find(column)?)?)));
    let under = |name: String| find(&name).cloned().map(|value| (name, value));
    names.into_iter().filter_map(under).chain(shown).collect()
}

/// Whether two members say the same, each in its own way.
fn is_same(question: &Question, one: &Value, other: &Value) -> bool {
    let read = |value| question.read(value, Style::Flat).ok();
    one == other || read(one).is_some_and(|kept| read(other) == Some(kept))
}

/// The answer that a record shows under the name of its column.
fn of_column(question: &Question, shown: &Value) -> Option<Value> {
    match question.typed_column() {
        // Records show the chain of categories and the ids of people, which bodies don't take.
        Some(Column::Category | Column::Owner | Column::Submitter) => None,
        Some(column) if column.rating().is_some() => {
            let option = question.options.iter().find(|option| option.id == shown.as_i64())?;
            Some(option.code.as_str().into())
        }
        _ => Some(shown.clone()),
    }
}
