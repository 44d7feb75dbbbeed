//! `user_inputs`: answers nested by assessment, section and question.

use std::collections::HashSet;

use automation_hub_domain::questionnaire::answer::Style;
use serde_json::{Map, Value};
use utoipa::openapi::{
    ObjectBuilder, Schema, Type,
    schema::{AdditionalProperties, Object},
};

use crate::{
    api::fields::REQUIRED,
    error::{Error, Violations},
    services::ideas::Given,
};

const NAME: &str = "user_inputs";
const OBJECT: &str = "An object is needed.";
const REPEATED: &str = "This question stands further up too.";
/// Characters of a name. It comes back in the pointer to each answer below it.
const NAME_LIMIT: usize = 128;
/// No form asks as much.
const ANSWERS_AT_MOST: usize = 1000;

/// Reads a body's answers. What assessments and sections are called doesn't matter: a question is known by its code,
/// and a published client names one section whatever the form has.
pub(super) fn read(body: &Map<String, Value>) -> Result<Vec<Given>, Error> {
    let mut violations = Violations::default();
    let mut answers = Vec::new();
    let mut codes = HashSet::new();
    match body.get(NAME) {
        Some(Value::Object(assessments)) if !assessments.is_empty() => {
            check_size(assessments)?;
            for (name, pointer, sections) in members(assessments, "/user_inputs") {
                for (name, pointer, questions) in objects(name, &pointer, sections, &mut violations) {
                    for (code, pointer, answer) in objects(name, &pointer, questions, &mut violations) {
                        // Null is as good as absent.
                        if answer.is_null() {
                            continue;
                        }
                        let given = given(code, &pointer, answer);
                        // Else one of the two would be judged, and the other one kept.
                        if !codes.insert(code) {
                            violations.add_at((given.field.clone(), Some(given.pointer())), REPEATED);
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
    let section = object().additional_properties(Some(AdditionalProperties::FreeForm(true)));
    let assessment = object().additional_properties(Some(Schema::from(section)));
    let all = object().additional_properties(Some(Schema::from(assessment))).min_properties(Some(1));
    all.description(Some("Assessment, section, question, answer.")).build()
}

/// Names, pointers and values of an object's members.
fn members<'b>(object: &'b Map<String, Value>, above: &str) -> Vec<(&'b str, String, &'b Value)> {
    let pointer = |name: &str| format!("{above}/{}", name.replace('~', "~0").replace('/', "~1"));
    object.iter().map(|(name, value)| (name.as_str(), pointer(name), value)).collect()
}

fn objects<'b>(
    name: &str,
    pointer: &str,
    value: &'b Value,
    violations: &mut Violations,
) -> Vec<(&'b str, String, &'b Value)> {
    if let Value::Object(object) = value {
        return members(object, pointer);
    }
    violations.add_at((name.to_owned(), Some(pointer.to_owned())), OBJECT);
    Vec::new()
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
        let member = |name: &str| members.get(name).cloned();
        given.value = member("value");
        given.comment = member("comment");
        given.new_applications = member("new_applications").filter(|added| !added.is_null());
    } else {
        given.value = Some(answer.clone());
    }
    given.is_within = answer.is_object() && given.value.is_some();
    given
}
