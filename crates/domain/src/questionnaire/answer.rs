//! Answers and the one place that checks them. Whether what an answer refers to exists is for others to look at.

use std::{
    collections::{BTreeMap, HashSet},
    fmt::Display,
    hash::Hash,
};

use serde_json::{Map, Value};

use super::{Choice, Question, QuestionKind};
use crate::{
    document::{self, LinkError},
    rich_text,
    text::{self, TextError},
    user::Email,
};

/// Most characters of a comment.
pub const COMMENT_LIMIT: usize = 3000;
/// Items that a list has at most, where an answer is one.
pub const ITEMS_AT_MOST: usize = 1000;

/// What is kept of a question's answer. One whose value has a column of its own keeps its comment here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub value: Option<Value>,
    pub comment: Option<String>,
}

/// By the code of the question.
pub type Answers = BTreeMap<String, Answer>;

/// How an answer was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// By code, as schemas list them.
    Schema,
    /// As a member of a flat body, where scales take numbers.
    Flat,
}

/// Why a value is no answer to its question, as a sentence that can stand beside it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AnswerError {
    #[error("This is required.")]
    Missing,
    #[error("An answer selection is required.")]
    MissingSelection,
    #[error("A text is needed.")]
    NotText,
    #[error("A number is needed.")]
    NotNumber,
    #[error("A whole number is needed.")]
    NotInteger,
    #[error("A whole number from {0} to {1} is needed.")]
    NotOnScale(i64, i64),
    #[error("At least {0} is needed.")]
    TooSmall(f64),
    #[error("At most {0} is possible.")]
    TooLarge(f64),
    #[error("This number is too small: at least {} is needed.", i64::MIN)]
    WholeTooSmall,
    #[error("This number is too large: at most {} is possible.", i64::MAX)]
    WholeTooLarge,
    #[error("The code of an option is needed.")]
    NotOption,
    #[error("A list of codes of options is needed.")]
    NotOptions,
    #[error("“{0}” isn't one of the options.")]
    UnknownOption(String),
    #[error("“{0}” stands twice.")]
    Repeated(String),
    #[error("An e-mail address is needed.")]
    NotEmail,
    /// A text that is nobody's address.
    #[error("Nobody has this address.")]
    Nobody,
    #[error("A list of ids is needed.")]
    NotIds,
    /// Of each item of a list that is wrong, with its place.
    #[error("Of this list {} items are wrong.", .0.len())]
    Items(Vec<(usize, AnswerError)>),
    #[error("At most {ITEMS_AT_MOST} items are allowed; these are {0}.")]
    TooManyItems(usize),
    #[error(transparent)]
    Text(#[from] TextError),
    #[error(transparent)]
    Link(#[from] LinkError),
    #[error("This question takes no comment.")]
    NoComment,
    #[error("A comment is a text.")]
    CommentNotText,
    #[error("A comment has at most {COMMENT_LIMIT} characters; this has {0}.")]
    LongComment(usize),
}

impl Question {
    pub const fn missing(&self) -> AnswerError {
        if self.kind.is_choice() { AnswerError::MissingSelection } else { AnswerError::Missing }
    }

    /// The value as it is kept; none for one that says nothing, such as null or an empty text.
    pub fn read(&self, value: &Value, style: Style) -> Result<Option<Value>, AnswerError> {
        if self.is_nothing(value, style) {
            return Ok(None);
        }
        let kept = match self.kind {
            QuestionKind::Text | QuestionKind::FormattedText => self.read_text(value)?,
            QuestionKind::Number | QuestionKind::Money | QuestionKind::Percent => self.read_number(value)?,
            QuestionKind::Integer | QuestionKind::Category | QuestionKind::Automation => {
                self.read_whole(value)?
            }
            QuestionKind::SingleChoice => self.read_choice(value, style)?,
            QuestionKind::MultipleChoice => self.read_choices(value)?,
            QuestionKind::Person => {
                let text = value.as_str().ok_or(AnswerError::NotEmail)?;
                Email::parse(text).map_err(|_| AnswerError::Nobody)?.as_str().into()
            }
            QuestionKind::Applications | QuestionKind::ThinApplications => read_ids(value)?,
        };
        Ok(Some(kept))
    }

    /// Null, a field that was left empty, or an empty list.
    fn is_nothing(&self, value: &Value, style: Style) -> bool {
        match value {
            Value::Null => true,
            Value::String(text) if self.kind == QuestionKind::FormattedText => rich_text::is_empty(text),
            Value::String(text) => text.chars().all(text::is_blank),
            // Schemas have one form for all answers; a member of a flat body has a type.
            Value::Array(items) => items.is_empty() && (style == Style::Schema || self.takes_several()),
            _ => false,
        }
    }

    const fn takes_several(&self) -> bool {
        matches!(self.kind, QuestionKind::MultipleChoice) || self.kind.is_of_inventory()
    }

    fn read_text(&self, value: &Value) -> Result<Value, AnswerError> {
        let text = value.as_str().ok_or(AnswerError::NotText)?;
        let length = text.trim().chars().count();
        match self.limit {
            Some(limit) if length > limit => Err(TextError::TooLong { limit, length }.into()),
            _ if self.is_link() => read_link(text.trim()).map(|()| text.into()),
            _ => Ok(text.into()),
        }
    }

    fn read_number(&self, value: &Value) -> Result<Value, AnswerError> {
        let number = value.as_f64().ok_or(AnswerError::NotNumber)?;
        let (minimum, maximum) = self.bounds();
        if let Some(minimum) = minimum.filter(|minimum| number < *minimum) {
            return Err(AnswerError::TooSmall(minimum));
        }
        if let Some(maximum) = maximum.filter(|maximum| number > *maximum) {
            return Err(AnswerError::TooLarge(maximum));
        }
        Ok(value.clone())
    }

    fn read_whole(&self, value: &Value) -> Result<Value, AnswerError> {
        // The least number that 64 bits can't hold.
        const END: f64 = 9_223_372_036_854_775_808.0;
        let number = value.as_f64().ok_or(AnswerError::NotInteger)?;
        let is_whole = value.is_i64();
        if !is_whole && (-END..END).contains(&number) {
            return Err(AnswerError::NotInteger);
        }
        let kept = self.read_number(value)?;
        match (is_whole, number < 0.0) {
            (true, _) => Ok(kept),
            (false, true) => Err(AnswerError::WholeTooSmall),
            (false, false) => Err(AnswerError::WholeTooLarge),
        }
    }

    /// The least and the greatest number that is an answer, where there is one. Whole numbers have 64 bits besides.
    pub fn bounds(&self) -> (Option<f64>, Option<f64>) {
        let is_share = self.kind == QuestionKind::Percent;
        let least = (is_share || self.kind == QuestionKind::Money).then_some(0.0);
        (self.minimum.or(least), self.maximum.or(is_share.then_some(100.0)))
    }

    fn read_choice(&self, value: &Value, style: Style) -> Result<Value, AnswerError> {
        if self.scale && style == Style::Flat {
            let named = value.as_str().and_then(|code| self.option(code));
            let numbered = || value.as_i64().and_then(|number| self.option_of_number(number));
            let option = named.or_else(numbered).ok_or_else(|| self.not_on_scale())?;
            return Ok(option.code.as_str().into());
        }
        let code = match value {
            Value::String(code) => code,
            // Some clients send a list wherever something is chosen.
            Value::Array(items) => match items.as_slice() {
                [Value::String(code)] => code,
                _ => return Err(AnswerError::NotOption),
            },
            _ => return Err(AnswerError::NotOption),
        };
        let option = match style {
            Style::Schema => self.option(code),
            Style::Flat => self.option(code).or_else(|| self.option_of_name(code)),
        };
        option.map(|option| option.code.as_str().into()).ok_or_else(|| unknown(code))
    }

    /// The option whose code is this one after the name of the question: `frequency-daily` for `daily`.
    fn option_of_name(&self, code: &str) -> Option<&Choice> {
        self.names.iter().find_map(|name| self.option(&format!("{}-{code}", name.replace('_', "-"))))
    }

    fn not_on_scale(&self) -> AnswerError {
        let whole = (1..=100).filter(|&number| self.option_of_number(number).is_some());
        let (least, most) =
            whole.fold((i64::MAX, 0), |(least, most), number| (least.min(number), most.max(number)));
        AnswerError::NotOnScale(least.min(most), most)
    }

    fn read_choices(&self, value: &Value) -> Result<Value, AnswerError> {
        let read = |item| {
            let code = Value::as_str(item).ok_or(AnswerError::NotOption)?;
            self.option(code).map(|option| option.code.as_str()).ok_or_else(|| unknown(code))
        };
        match value {
            Value::Array(items) => read_items(items, read),
            Value::String(_) => Ok(Value::Array(vec![read(value)?.into()])),
            _ => Err(AnswerError::NotOptions),
        }
    }

    /// A comment as it is kept; none for an empty one.
    pub fn read_comment(&self, comment: &Value) -> Result<Option<String>, AnswerError> {
        let text = match comment {
            Value::Null => return Ok(None),
            Value::String(text) => text,
            _ => return Err(AnswerError::CommentNotText),
        };
        let length = text.chars().count();
        if length > COMMENT_LIMIT {
            return Err(AnswerError::LongComment(length));
        }
        if text.trim().is_empty() {
            return Ok(None);
        }
        if self.comment { Ok(Some(text.clone())) } else { Err(AnswerError::NoComment) }
    }

    /// What an answer counts for in formulas, where it counts.
    pub fn number_of(&self, value: &Value) -> Option<f64> {
        match value {
            Value::Number(number) if self.kind.is_number() => number.as_f64(),
            Value::String(code) => self.option(code)?.number,
            Value::Array(codes) if self.kind == QuestionKind::MultipleChoice => {
                codes.iter().map(|code| self.option(code.as_str()?)?.number).sum()
            }
            _ => None,
        }
    }

    /// What an answer looks like to people.
    pub fn display(&self, value: &Value) -> String {
        match value {
            Value::String(text) if self.kind.is_choice() => self.label(text).to_owned(),
            Value::String(text) => text.clone(),
            Value::Array(items) => {
                let words = items.iter().map(|item| match item.as_str() {
                    Some(code) => self.label(code).to_owned(),
                    None => item.to_string(),
                });
                words.collect::<Vec<_>>().join(", ")
            }
            Value::Number(number) if self.kind == QuestionKind::Percent => format!("{number} %"),
            other => other.to_string(),
        }
    }

    /// The code itself where the option is gone since.
    fn label<'a>(&'a self, code: &'a str) -> &'a str {
        self.option(code).map_or(code, |option| &option.label)
    }
}

/// An address, or as clients of the mirrored API send it: a JSON text whose `url` is one.
fn read_link(text: &str) -> Result<(), AnswerError> {
    let solution = serde_json::from_str::<Map<String, Value>>(text).ok();
    let address = match &solution {
        Some(members) => members.get("url").and_then(Value::as_str).unwrap_or_default(),
        None => text,
    };
    document::link(address)?;
    Ok(())
}

fn read_ids(value: &Value) -> Result<Value, AnswerError> {
    let items = value.as_array().ok_or(AnswerError::NotIds)?;
    read_items(items, |item| item.as_i64().ok_or(AnswerError::NotInteger))
}

/// The items of a list in their order, each of which may stand there once; or all that is wrong with them.
fn read_items<'v, T: Copy + Display + Eq + Hash + Into<Value>>(
    items: &'v [Value],
    read: impl Fn(&'v Value) -> Result<T, AnswerError>,
) -> Result<Value, AnswerError> {
    if items.len() > ITEMS_AT_MOST {
        return Err(AnswerError::TooManyItems(items.len()));
    }
    let mut kept = Vec::with_capacity(items.len());
    let (mut seen, mut wrong) = (HashSet::new(), Vec::new());
    for (place, item) in items.iter().enumerate() {
        match read(item) {
            Ok(item) if seen.insert(item) => kept.push(item.into()),
            Ok(item) => wrong.push((place, AnswerError::Repeated(shorten(&item.to_string())))),
            Err(error) => wrong.push((place, error)),
        }
    }
    if wrong.is_empty() { Ok(Value::Array(kept)) } else { Err(AnswerError::Items(wrong)) }
}

fn unknown(code: &str) -> AnswerError {
    AnswerError::UnknownOption(shorten(code))
}

/// At most 64 printable characters of what was sent.
fn shorten(code: &str) -> String {
    code.chars().filter(|&c| !text::is_unprintable(c)).take(64).collect()
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use serde_json::json;

    use super::*;
    use crate::questionnaire::{DEFAULT_QUESTIONNAIRES, Questionnaire};

    fn all() -> Vec<Question> {
        let parse = |(_, text): &(&str, &str)| Questionnaire::parse(text).unwrap();
        DEFAULT_QUESTIONNAIRES
            .iter()
            .map(parse)
            .flat_map(|it| it.questions().cloned().collect::<Vec<_>>())
            .collect()
    }

    fn question(code: &str) -> Question {
        all().into_iter().find(|question| question.code == code).unwrap()
    }

    #[test]
    fn each_kind_takes_its_own_and_tells_what_is_wrong_with_the_rest() {
        use AnswerError::{
            Items, Nobody, NotEmail, NotIds, NotInteger, NotNumber, NotOption, NotText, Repeated, TooLarge,
            TooSmall, WholeTooLarge, WholeTooSmall,
        };
        let cases = [
            ("OVR-OVERVIEW_NAME", json!("x"), Ok(Some(json!("x")))),
            ("OVR-OVERVIEW_NAME", json!("  "), Ok(None)),
            ("OVR-OVERVIEW_NAME", json!(7), Err(NotText)),
            ("OVR-OVERVIEW_CATEGORY", json!(12), Ok(Some(json!(12)))),
            ("OVR-OVERVIEW_CATEGORY", json!("12"), Err(NotInteger)),
            ("OVR-PROCESS_OWNER", json!(" Ana@nordwind.test"), Ok(Some(json!("Ana@nordwind.test")))),
            ("OVR-PROCESS_OWNER", json!("ana"), Err(Nobody)),
            ("OVR-PROCESS_OWNER", json!([]), Ok(None)),
            ("OVR-PROCESS_OWNER", json!(["a"]), Err(NotEmail)),
            ("OVR-OVERVIEW_NAME", json!([]), Ok(None)),
            ("Q2-VOLUMES", json!([]), Ok(None)),
            ("Q1-RULES", json!([]), Ok(None)),
            ("Q1-RULES", json!(""), Ok(None)),
            ("OVR-OVERVIEW_DESCRIPTION", json!("<p><br></p>"), Ok(None)),
            ("OVR-OVERVIEW_NAME", json!("<p><br></p>"), Ok(Some(json!("<p><br></p>")))),
            ("OVR-COUNT_APPS", json!([3, 1]), Ok(Some(json!([3, 1])))),
            ("OVR-COUNT_APPS", json!([3, 1, 3]), Err(Items(vec![(2, Repeated("3".into()))]))),
            ("OVR-OVERVIEW_STUDIO_WEB_LINK", json!("{}"), Err(LinkError::NotLink.into())),
            ("OVR-OVERVIEW_STUDIO_WEB_LINK", json!("a.example"), Err(LinkError::NotLink.into())),
            ("OVR-COUNT_APPS", json!("SAP"), Err(NotIds)),
            (
                "OVR-COUNT_APPS",
                json!(["SAP", 3, 1.5, 3]),
                Err(Items(vec![(0, NotInteger), (2, NotInteger), (3, Repeated("3".into()))])),
            ),
            ("OVR-COUNT_APPS", json!([]), Ok(None)),
            ("Q2-VOLUMES", json!(50), Ok(Some(json!(50)))),
            ("Q2-VOLUMES", json!(2.5), Err(NotInteger)),
            ("Q2-VOLUMES", json!(0), Err(TooSmall(1.0))),
            ("Q2-VOLUMES", json!(i64::MAX), Ok(Some(json!(i64::MAX)))),
            ("Q2-VOLUMES", json!(i64::MAX as u64 + 1), Err(WholeTooLarge)),
            ("Q2-VOLUMES", json!(1e30), Err(WholeTooLarge)),
            ("Q2-VOLUMES", json!(-1e30), Err(TooSmall(1.0))),
            ("Q2-EMPLOYEE_AVERAGE_WORKING_DAYS", json!(1e30), Err(TooLarge(366.0))),
            ("OVR-OVERVIEW_CATEGORY", json!(1e30), Err(WholeTooLarge)),
            ("OVR-OVERVIEW_CATEGORY", json!(-1e30), Err(WholeTooSmall)),
            ("OVR-OVERVIEW_CATEGORY", json!(1.5), Err(NotInteger)),
            ("Q2-AVERAGE_ERROR_RATE", json!(5.5), Ok(Some(json!(5.5)))),
            ("Q2-AVERAGE_ERROR_RATE", json!(101), Err(TooLarge(100.0))),
            ("Q2-AVERAGE_ERROR_RATE", json!("5"), Err(NotNumber)),
            ("Q2-AUTOMATION_GOAL", json!("automation-goal-cost"), Ok(Some(json!("automation-goal-cost")))),
            ("Q2-AUTOMATION_GOAL", json!(1), Err(NotOption)),
            ("Q2-AUTOMATION_GOAL", json!("goal"), Err(AnswerError::UnknownOption("goal".into()))),
        ];
        for (code, value, expected) in cases {
            assert_eq!(question(code).read(&value, Style::Schema), expected, "{code} {value}");
        }
    }

    #[test]
    fn a_scale_takes_numbers_in_flat_bodies_only() {
        let rules = question("Q1-RULES");
        let code = rules.option_of_number(5).unwrap().code.clone();
        assert_eq!(rules.read(&json!(5), Style::Flat), Ok(Some(json!(code))));
        assert_eq!(rules.read(&json!(code), Style::Flat), Ok(Some(json!(code))));
        assert_eq!(rules.read(&json!(5), Style::Schema), Err(AnswerError::NotOption));
        assert_eq!(rules.read(&json!(" "), Style::Flat), Ok(None));
        for wrong in [json!(6), json!("5"), json!(2.5), json!(true), json!([])] {
            assert_eq!(rules.read(&wrong, Style::Flat), Err(AnswerError::NotOnScale(1, 5)), "{wrong}");
        }
    }

    #[test]
    fn in_flat_bodies_an_option_may_leave_out_the_name_of_its_question() {
        for (code, short, whole) in [
            ("Q2-FREQUENCY", "daily", "frequency-daily"),
            ("Q2-FREQUENCY", "bi-weekly", "frequency-bi-weekly"),
            ("Q2-AUTOMATION_GOAL", "cost", "automation-goal-cost"),
        ] {
            assert_eq!(question(code).read(&json!(short), Style::Flat), Ok(Some(json!(whole))));
            let refused = question(code).read(&json!(short), Style::Schema);
            assert_eq!(refused, Err(AnswerError::UnknownOption(short.into())));
        }
        let wrong = question("Q2-FREQUENCY").read(&json!("hourly"), Style::Flat);
        assert_eq!(wrong, Err(AnswerError::UnknownOption("hourly".into())));
    }

    #[test]
    fn options_are_chosen_once_each() {
        let documents = question("OVR-PROCESS_DOCUMENTS");
        let [first, second, ..] = documents.options.as_slice() else { panic!("too few options") };
        let both = json!([first.code, second.code]);
        assert_eq!(documents.read(&both, Style::Schema), Ok(Some(both)));
        let twice = documents.read(&json!([first.code, first.code]), Style::Schema);
        let items = |wrong: &[(usize, AnswerError)]| Err(AnswerError::Items(wrong.to_vec()));
        assert_eq!(twice, items(&[(1, AnswerError::Repeated(first.code.clone()))]));
        assert_eq!(documents.read(&json!([1]), Style::Schema), items(&[(0, AnswerError::NotOption)]));
        let wrong = documents.read(&json!([first.code, 1, "x"]), Style::Schema);
        assert_eq!(wrong, items(&[(1, AnswerError::NotOption), (2, AnswerError::UnknownOption("x".into()))]));
        assert_eq!(documents.read(&json!("x"), Style::Schema), Err(AnswerError::UnknownOption("x".into())));
        assert_eq!(documents.read(&json!(1), Style::Schema), Err(AnswerError::NotOptions));
    }

    #[test]
    fn a_comment_has_three_thousand_characters_at_most() {
        let name = question("OVR-OVERVIEW_NAME");
        assert_eq!(name.read_comment(&json!("ä".repeat(3000))), Ok(Some("ä".repeat(3000))));
        assert_eq!(name.read_comment(&json!("a".repeat(3001))), Err(AnswerError::LongComment(3001)));
        assert_eq!(name.read_comment(&json!(1)), Err(AnswerError::CommentNotText));
        assert_eq!(name.read_comment(&json!(" ")), Ok(None));
    }

    fn values() -> impl Strategy<Value = Value> {
        let known: Vec<_> =
            all().into_iter().flat_map(|question| question.options).map(|it| it.code).collect();
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-10..300_i64).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            "[a-z]{1,5}@[a-z]{1,5}\\.test".prop_map(Value::from),
            prop::sample::select(known).prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 12, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Value::from),
                inner.prop_map(|value| json!({"value": value})),
            ]
        })
    }

    proptest! {
        /// Whatever is sent: what is kept is an answer of the question's kind, and stays as it is when sent again.
        #[test]
        fn what_is_kept_is_an_answer_and_reads_back(value in values()) {
            for question in all() {
                for style in [Style::Schema, Style::Flat] {
                    let Ok(Some(kept)) = question.read(&value, style) else { continue };
                    prop_assert_eq!(question.read(&kept, Style::Schema), Ok(Some(kept.clone())));
                    let fits = match question.kind {
                        QuestionKind::Text | QuestionKind::FormattedText => kept.is_string(),
                        QuestionKind::Integer | QuestionKind::Category | QuestionKind::Automation => kept.is_i64(),
                        QuestionKind::Number | QuestionKind::Money | QuestionKind::Percent => {
                            question.number_of(&kept).is_some_and(f64::is_finite)
                        }
                        QuestionKind::SingleChoice => {
                            kept.as_str().is_some_and(|code| question.option(code).is_some())
                        }
                        QuestionKind::MultipleChoice => kept.as_array().is_some_and(|codes| {
                            codes.iter().all(|code| code.as_str().is_some_and(|code| question.option(code).is_some()))
                        }),
                        QuestionKind::Person => kept.as_str().is_some_and(|text| text.contains('@')),
                        QuestionKind::Applications | QuestionKind::ThinApplications => {
                            kept.as_array().is_some_and(|ids| !ids.is_empty() && ids.iter().all(Value::is_i64))
                        }
                    };
                    prop_assert!(fits, "{}: {kept}", question.code);
                    prop_assert!(!question.display(&kept).is_empty());
                }
            }
        }

        #[test]
        fn comments_keep_to_their_limit(text in ".{0,40}", times in 1..200_usize) {
            let comment = text.repeat(times);
            let length = comment.chars().count();
            let kept = question("OVR-OVERVIEW_NAME").read_comment(&Value::from(comment.clone()));
            if length > COMMENT_LIMIT {
                prop_assert_eq!(kept, Err(AnswerError::LongComment(length)));
            } else {
                prop_assert_eq!(kept, Ok(Some(comment).filter(|text| !text.trim().is_empty())));
            }
        }
    }
}
