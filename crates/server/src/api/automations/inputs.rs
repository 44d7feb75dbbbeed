//! `user_inputs`: answers nested by assessment, section and question.

use std::collections::HashSet;

use automation_hub_domain::questionnaire::answer::Style;
use serde_json::{Map, Value};
use utoipa::openapi::{
    ObjectBuilder, Schema, Type,
    schema::{AdditionalProperties, Object, SchemaType},
};

use crate::{
    api::fields::REQUIRED,
    error::{Error, Violations, pointer_part},
    services::ideas::Given,
};

const NAME: &str = "user_inputs";
const OBJECT: &str = "An object is needed.";
const NO_SECTION: &str = "The section is missing between this question and its assessment.";
const NO_ANSWER: &str = "An answer has a value, a comment or new_applications; this has none of them.";
const REPEATED: &str = "This question stands further up too.";
/// Characters of a name. It comes back in the pointer to each answer below it.
const NAME_LIMIT: usize = 128;
/// Members of an answer.
const ANSWER: [&str; 3] = ["value", "comment", "new_applications"];
/// No form asks as much.
const ANSWERS_AT_MOST: usize = 1000;

/// Reads a body's answers. What assessments and sections are called doesn't matter: a question is known by its code,
/// and a published client names one section whatever the form has.
pub(super) fn read(body: &Map<String, Value>) -> Result<Vec<Given>, Error> {
    let mut violations = Violations::default();
    let mut answers = Vec::new();
    let mut codes = HashSet::new();
    match body.get(NAME) {
        Some(Value::Object(assessments)) if assessments.values().any(|value| !value.is_null()) => {
            check_size(assessments)?;
            for assessment in members(assessments, &Place::of_inputs()) {
                for section in assessment.members(&mut violations) {
                    for question in section.questions(&mut violations) {
                        let given = given(question.name, &question.place.pointer, question.value);
                        // Else one of the two would be judged, and the other one kept.
                        if !codes.insert(question.name) {
                            violations.add_at((given.field.clone(), Some(given.pointer())), REPEATED);
                        }
                        if is_misspelled(question.value) {
                            violations.add_at((given.field.clone(), Some(given.pointer())), NO_ANSWER);
                        }
                        answers.push(given);
                    }
                }
            }
        }
        Some(Value::Object(_) | Value::Null) | None => violations.add(NAME, REQUIRED),
        Some(_) => violations.add(NAME, OBJECT),
    }
    violations.into_result()?;
    Ok(answers)
}

fn check_size(assessments: &Map<String, Value>) -> Result<(), Error> {
    let sections = || assessments.values().filter_map(Value::as_object).flatten();
    let questions = || sections().filter_map(|(_, section)| section.as_object()).flatten();
    let inner = sections().chain(questions()).map(|(name, _)| name);
    if assessments.keys().chain(inner).any(|name| name.chars().count() > NAME_LIMIT) {
        return Err(Error::invalid(NAME, format!("A name in it has more than {NAME_LIMIT} characters.")));
    }
    let answers = questions().count();
    if answers > ANSWERS_AT_MOST {
        let message = format!("At most {ANSWERS_AT_MOST} answers at a time; these are {answers}.");
        return Err(Error::invalid(NAME, message));
    }
    Ok(())
}

/// What a body's answers have to look like: objects down to the question.
pub(super) fn schema() -> Object {
    let object = || ObjectBuilder::new().schema_type(Type::Object);
    let nullable = || ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::Object, Type::Null]));
    let section = nullable().additional_properties(Some(AdditionalProperties::FreeForm(true)));
    let assessment = nullable().additional_properties(Some(Schema::from(section)));
    let all = object().additional_properties(Some(Schema::from(assessment))).min_properties(Some(1));
    all.description(Some("Assessment, section, question, answer.")).build()
}

/// Where something lies in the body.
struct Place {
    /// As the key of an error.
    path: String,
    pointer: String,
}

impl Place {
    fn of_inputs() -> Self {
        Self { path: NAME.to_owned(), pointer: format!("/{NAME}") }
    }

    fn below(&self, name: &str) -> Self {
        let escaped = pointer_part(name);
        Self { path: format!("{}/{name}", self.path), pointer: format!("{}/{escaped}", self.pointer) }
    }
}

/// An assessment, a section or a question.
struct Member<'b> {
    name: &'b str,
    place: Place,
    value: &'b Value,
}

/// Members of an object; null is as good as absent.
fn members<'b>(object: &'b Map<String, Value>, above: &Place) -> Vec<Member<'b>> {
    let given = object.iter().filter(|(_, value)| !value.is_null());
    given.map(|(name, value)| Member { name, place: above.below(name), value }).collect()
}

impl<'b> Member<'b> {
    /// What lies in it, which has to be an object.
    fn members(&self, violations: &mut Violations) -> Vec<Member<'b>> {
        if let Value::Object(object) = self.value {
            return members(object, &self.place);
        }
        violations.add_at((self.place.path.clone(), Some(self.place.pointer.clone())), OBJECT);
        Vec::new()
    }

    /// What lies in a section. No code of a question is one of the words that an answer is made of.
    fn questions(&self, violations: &mut Violations) -> Vec<Member<'b>> {
        if let Value::Object(object) = self.value
            && ANSWER.into_iter().any(|word| object.contains_key(word))
        {
            violations.add_at((self.name.to_owned(), Some(self.place.pointer.clone())), NO_SECTION);
            return Vec::new();
        }
        self.members(violations)
    }
}

/// Whether something is said that no member of an answer is: it would be lost, and the call seem done.
fn is_misspelled(answer: &Value) -> bool {
    let Value::Object(members) = answer else { return false };
    !members.is_empty() && ANSWER.into_iter().all(|word| !members.contains_key(word))
}

/// People are given as they are, all others within an object; either form is taken for both.
fn given(code: &str, pointer: &str, answer: &Value) -> Given {
    let mut given = Given {
        code: code.to_owned(),
        field: code.to_owned(),
        at: pointer.to_owned(),
        is_within: false,
        style: Style::Schema,
        value: None,
        comment: None,
        new_applications: None,
        rival: None,
    };
    if let Value::Object(members) = answer {
        let [value, comment, added] = ANSWER.map(|name| members.get(name).cloned());
        given.value = value;
        given.comment = comment;
        given.new_applications = added.filter(|added| !added.is_null());
    } else {
        given.value = Some(answer.clone());
    }
    given.is_within = answer.is_object() && given.value.is_some();
    given
}
