//! Questionnaires: what an assessment asks, as versioned data. Each tenant keeps its own; what it starts with is in
//! [`DEFAULT_QUESTIONNAIRES`]. How an answer is checked is in [`answer`].

pub mod answer;
mod column;

use std::{borrow::Cow, collections::HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use column::Column;

/// What the questionnaires a tenant starts with are called, and their definitions.
pub const DEFAULT_QUESTIONNAIRES: &[(&str, &str)] = &[
    ("overview", include_str!("../definitions/overview.json")),
    ("overview-business-process", include_str!("../definitions/overview-business-process.json")),
    ("high-level", include_str!("../definitions/high-level.json")),
    ("detailed", include_str!("../definitions/detailed.json")),
    ("citizen-developer", include_str!("../definitions/citizen-developer.json")),
    ("change-request", include_str!("../definitions/change-request.json")),
];

/// Columns under whose names records show an answer beside the code of its question.
const ANNOUNCED: [&str; 4] =
    ["sub_processes", "studio_web_link", "process_documents", "process_negative_impact"];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Questionnaire {
    /// The assessment on the wire: `OVR`. Codes of its questions begin with it.
    pub key: String,
    pub title: String,
    pub sections: Vec<Section>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub code: String,
    pub title: String,
    #[serde(default)]
    pub questions: Vec<Question>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QuestionKind {
    Text,
    FormattedText,
    Number,
    Integer,
    Money,
    Percent,
    SingleChoice,
    MultipleChoice,
    /// Somebody of the tenant, by their e-mail address.
    Person,
    Category,
    Applications,
    /// Some of the applications, those that run remotely.
    ThinApplications,
    /// Another automation, by its id.
    Automation,
}

impl QuestionKind {
    pub const fn is_number(self) -> bool {
        matches!(self, Self::Number | Self::Integer | Self::Money | Self::Percent)
    }

    /// Whether only whole numbers answer it.
    pub const fn is_whole(self) -> bool {
        matches!(self, Self::Integer | Self::Category | Self::Automation)
    }

    pub const fn is_choice(self) -> bool {
        matches!(self, Self::SingleChoice | Self::MultipleChoice)
    }

    /// Whether its answers name entries of the application inventory.
    pub const fn is_of_inventory(self) -> bool {
        matches!(self, Self::Applications | Self::ThinApplications)
    }

    /// The word of the definition.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::FormattedText => "formatted-text",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Money => "money",
            Self::Percent => "percent",
            Self::SingleChoice => "single-choice",
            Self::MultipleChoice => "multiple-choice",
            Self::Person => "person",
            Self::Category => "category",
            Self::Applications => "applications",
            Self::ThinApplications => "thin-applications",
            Self::Automation => "automation",
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    #[default]
    Optional,
    /// Required, and the schema says so.
    Flagged,
    /// Required although the schema doesn't say so, as the mirrored API has it for people.
    Enforced,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// `OVR-OVERVIEW_NAME`; unique in a tenant but for questions that two forms share.
    pub code: String,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    pub kind: QuestionKind,
    #[serde(default)]
    pub required: Requirement,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// Where bodies are flat, a number is given instead of an option's code.
    #[serde(default)]
    pub scale: bool,
    /// Most characters of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// `process_column`: the member of the record that holds the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Names of the answer in flat bodies, beside its code in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub impacted_kpis: Vec<String>,
    #[serde(default = "yes")]
    pub comment: bool,
    /// Whether applications that the inventory doesn't have may be named.
    #[serde(default)]
    pub takes_new: bool,
    /// In place of the usual example of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Value>,
}

const fn yes() -> bool {
    true
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub code: String,
    pub label: String,
    /// What formulas reckon with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<f64>,
    /// The id records show for it, where they show one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
}

impl Choice {
    /// One of which only the code is known any more.
    fn gone(code: &str) -> Self {
        Self { code: code.to_owned(), label: code.to_owned(), number: None, id: None }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum DefinitionError {
    #[error("the definition can't be read: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error("{0}: {1}")]
    Question(String, &'static str),
    #[error("“{0}” stands twice")]
    Repeated(String),
}

impl Questionnaire {
    /// Reads a definition, and refuses one that the rest of the program couldn't work with.
    pub fn parse(definition: &str) -> Result<Self, DefinitionError> {
        let questionnaire: Self = serde_json::from_str(definition)?;
        let mut seen = HashSet::new();
        for section in &questionnaire.sections {
            if !is_plain(&section.code) || !seen.insert(section.code.as_str()) {
                return Err(DefinitionError::Repeated(section.code.clone()));
            }
        }
        let prefix = format!("{}-", questionnaire.key);
        for question in questionnaire.questions() {
            let wrong = |what| DefinitionError::Question(question.code.clone(), what);
            if !question.code.starts_with(&prefix) {
                return Err(wrong("a code begins with the key of its assessment and a hyphen"));
            }
            if !seen.insert(question.code.as_str()) {
                return Err(DefinitionError::Repeated(question.code.clone()));
            }
            question.check().map_err(wrong)?;
        }
        Ok(questionnaire)
    }

    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.sections.iter().flat_map(|section| &section.questions)
    }

    pub fn find(&self, code: &str) -> Option<&Question> {
        self.questions().find(|question| question.code == code)
    }
}

/// Codes become names of members, which are written as they stand.
fn is_plain(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

impl Question {
    /// The name of its answer in records, where it has no column of its own: `q1-local_or_groups`.
    pub fn flat_name(&self) -> String {
        self.code.to_ascii_lowercase()
    }

    /// All that its answer may be called in a flat body.
    pub fn flat_names(&self) -> impl Iterator<Item = String> {
        self.names.iter().cloned().chain([self.flat_name()]).chain(self.column.clone())
    }

    pub fn typed_column(&self) -> Option<Column> {
        Column::from_name(self.column.as_deref()?)
    }

    /// The other name of its answer in records, where it has one beside that of its code.
    pub fn announced_name(&self) -> Option<&str> {
        self.column.as_deref().filter(|column| ANNOUNCED.contains(column))
    }

    /// Whether its answer leads somewhere.
    pub fn is_link(&self) -> bool {
        self.column.as_deref() == Some("studio_web_link")
    }

    pub fn is_required(&self) -> bool {
        self.required != Requirement::Optional
    }

    pub fn option(&self, code: &str) -> Option<&Choice> {
        self.options.iter().find(|option| option.code == code)
    }

    /// The option that stands for a number.
    pub fn option_of_number(&self, number: i64) -> Option<&Choice> {
        #[expect(clippy::cast_precision_loss, reason = "numbers of options are far smaller")]
        let number = number as f64;
        self.options.iter().find(|option| option.number.is_some_and(|held| held.total_cmp(&number).is_eq()))
    }

    /// Together with the options that its answer so far chose and that it doesn't offer any more. They have no number.
    pub fn keeping(&self, answer: Option<&Value>) -> Cow<'_, Self> {
        let chosen = match answer {
            Some(Value::Array(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let codes = chosen.iter().filter_map(Value::as_str).filter(|code| self.option(code).is_none());
        let gone: Vec<_> = codes.map(Choice::gone).collect();
        if !self.kind.is_choice() || gone.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut kept = self.clone();
        kept.options.extend(gone);
        Cow::Owned(kept)
    }

    fn check(&self) -> Result<(), &'static str> {
        if !is_plain(&self.code) {
            return Err("a code has letters, digits, hyphens and underscores only");
        }
        if self.title.trim().is_empty() || self.title.chars().count() > 150 {
            return Err("a title has 1 to 150 characters");
        }
        if self.description.chars().count() > 500 {
            return Err("a description has at most 500 characters");
        }
        if self.kind.is_choice() == self.options.is_empty() {
            return Err("choices have options, and nothing else has");
        }
        if self.kind.is_choice() && !(2..=20).contains(&self.options.len()) {
            return Err("a choice has 2 to 20 options");
        }
        let codes: HashSet<_> = self.options.iter().map(|option| &option.code).collect();
        if codes.len() != self.options.len() {
            return Err("an option stands twice");
        }
        if self.options.iter().any(|option| option.label.is_empty() || option.label.chars().count() > 300) {
            return Err("an option's label has 1 to 300 characters");
        }
        if self.scale && self.options.iter().any(|option| option.number.is_none()) {
            return Err("each option of a scale has a number");
        }
        self.typed_column().map_or(Ok(()), |column| column.check(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_questionnaires_are_in_order() {
        for (name, definition) in DEFAULT_QUESTIONNAIRES {
            let questionnaire =
                Questionnaire::parse(definition).unwrap_or_else(|error| panic!("{name}: {error}"));
            let text = serde_json::to_string(&questionnaire).unwrap();
            assert_eq!(Questionnaire::parse(&text).unwrap(), questionnaire, "{name}");
        }
    }

    #[test]
    fn what_two_forms_share_is_of_one_kind() {
        let all: Vec<_> =
            DEFAULT_QUESTIONNAIRES.iter().map(|(_, text)| Questionnaire::parse(text).unwrap()).collect();
        for question in all.iter().flat_map(Questionnaire::questions) {
            for other in all.iter().filter_map(|questionnaire| questionnaire.find(&question.code)) {
                assert_eq!((other.kind, &other.column), (question.kind, &question.column), "{}", other.code);
            }
        }
    }

    fn refused(question: &str) -> String {
        let text = format!(
            r#"{{"key":"Q1","title":"T","sections":[{{"code":"s","title":"S","questions":[{question}]}}]}}"#
        );
        Questionnaire::parse(&text).unwrap_err().to_string()
    }

    #[test]
    fn definitions_that_would_not_work_are_refused() {
        for (question, words) in [
            (r#"{"code":"Q2-A","title":"A","kind":"text"}"#, "begins with the key"),
            (r#"{"code":"Q1-a b","title":"A","kind":"text"}"#, "letters, digits"),
            (r#"{"code":"Q1-A","title":"","kind":"text"}"#, "1 to 150"),
            (r#"{"code":"Q1-A","title":"A","kind":"single-choice"}"#, "choices have options"),
            (r#"{"code":"Q1-A","title":"A","kind":"colour"}"#, "can't be read"),
            (r#"{"code":"Q1-A","title":"A","kind":"text","colour":1}"#, "can't be read"),
            (r#"{"code":"Q1-A","title":"A","kind":"number","column":"process_name"}"#, "another kind"),
            (
                r#"{"code":"Q1-A","title":"A","kind":"single-choice","options":[{"code":"a","label":"A"},{"code":"a","label":"B"}]}"#,
                "stands twice",
            ),
            (
                r#"{"code":"Q1-A","title":"A","kind":"text"},{"code":"Q1-A","title":"B","kind":"text"}"#,
                "stands twice",
            ),
        ] {
            let told = refused(question);
            assert!(told.contains(words), "{told}");
        }
    }
}
