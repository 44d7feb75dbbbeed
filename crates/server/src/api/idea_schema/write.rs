//! Writing a form as a JSON schema: assessments, in them sections, in them questions.

use automation_hub_domain::questionnaire::{
    Question, QuestionKind, Requirement, Section, answer::COMMENT_LIMIT,
};
use automation_hub_storage::{applications::Application, forms::StoredQuestionnaire};
use serde_json::{Value, json};

use super::answers::Answered;
use crate::{
    forms::TenantFlow,
    json::{self, Members},
};

pub(super) struct Form<'f> {
    pub(super) flow: &'f TenantFlow,
    pub(super) asked: Vec<&'f StoredQuestionnaire>,
    /// Entries that can be chosen, and those the answers name.
    pub(super) inventory: Vec<Application>,
    /// None of a template.
    pub(super) answers: Option<Answered<'f>>,
}

/// Whether an answer is sent as it is, without an object around it.
pub(super) fn bare(question: &Question) -> bool {
    question.kind == QuestionKind::Person
}

/// What the template shows for a question.
fn example(question: &Question) -> Option<Value> {
    let usual = || match question.kind {
        QuestionKind::Text | QuestionKind::FormattedText => Some("Sample input".into()),
        QuestionKind::Number
        | QuestionKind::Integer
        | QuestionKind::Money
        | QuestionKind::Percent
        | QuestionKind::Category
        | QuestionKind::Automation => Some(1.into()),
        QuestionKind::SingleChoice => question.options.first().map(|option| option.code.as_str().into()),
        QuestionKind::MultipleChoice => question.options.first().map(|option| json!([option.code])),
        QuestionKind::Person => Some("First.last@example.com".into()),
        QuestionKind::Applications | QuestionKind::ThinApplications => None,
    };
    let value = question.example.clone().or_else(usual)?;
    Some(if bare(question) { value } else { json!({"value": value}) })
}

impl Form<'_> {
    /// The whole answer.
    pub(super) fn write(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(32 * 1024);
        json::object(&mut body, |m| {
            m.text("status", "success");
            m.object("data", |m| {
                m.text("type", "object");
                m.object("properties", |m| m.object("schema", |m| self.schema(m)));
                m.object("user_inputs", |m| self.inputs(m));
            });
        });
        body
    }

    /// What stands for a question in `user_inputs`.
    fn input(&self, question: &Question) -> Option<Value> {
        match &self.answers {
            Some(answers) => answers.of(question),
            None => example(question),
        }
    }

    fn inputs(&self, m: &mut Members<'_>) {
        for asked in &self.asked {
            m.object(&asked.questionnaire.key, |m| {
                for section in &asked.questionnaire.sections {
                    m.object(&section.code, |m| {
                        for question in &section.questions {
                            if let Some(input) = self.input(question) {
                                m.value(&question.code, &input);
                            }
                        }
                    });
                }
            });
        }
    }

    fn schema(&self, m: &mut Members<'_>) {
        m.text("type", "object");
        m.text("title", "");
        m.object("properties", |m| {
            for asked in &self.asked {
                let questionnaire = &asked.questionnaire;
                node(m, &questionnaire.key, &questionnaire.title, |m| {
                    for section in &questionnaire.sections {
                        self.section(m, section);
                    }
                });
            }
        });
    }

    fn section(&self, m: &mut Members<'_>, section: &Section) {
        node(m, &section.code, &section.title, |m| {
            for question in &section.questions {
                m.object(&question.code, |m| self.question(m, question));
            }
        });
    }

    fn question(&self, m: &mut Members<'_>, question: &Question) {
        if bare(question) {
            m.text("type", "string");
            m.text("title", &question.title);
            m.text("format", "email");
            custom(m, question);
            return;
        }
        m.text("type", "object");
        m.text("title", "");
        m.object("properties", |m| {
            m.object("value", |m| self.value(m, question));
            if question.takes_new {
                m.object("new_applications", new_applications);
            }
            if question.comment {
                m.object("comment", |m| {
                    m.text("type", "string");
                    m.text("title", "Comment");
                    m.integer("maxLength", i64::try_from(COMMENT_LIMIT).unwrap_or(i64::MAX));
                });
            }
        });
        custom(m, question);
        let is_flagged = question.required == Requirement::Flagged;
        if is_flagged || self.flow.flow.required.contains(&question.code) {
            m.array("required", ["value"], json::string);
        }
    }

    fn value(&self, m: &mut Members<'_>, question: &Question) {
        let answer = self.answers.as_ref().and_then(|answers| answers.value(question));
        let question = &*question.keeping(answer.as_ref());
        m.text("title", &question.title);
        m.text("description", &question.description);
        match question.kind {
            QuestionKind::Text | QuestionKind::FormattedText | QuestionKind::Person => {
                m.text("type", "string");
                if let Some(limit) = question.limit {
                    m.integer("maxLength", i64::try_from(limit).unwrap_or(i64::MAX));
                }
            }
            QuestionKind::SingleChoice => {
                m.text("type", "string");
                options(m, question);
            }
            QuestionKind::MultipleChoice => several(m, |m| {
                m.text("type", "string");
                options(m, question);
            }),
            QuestionKind::Applications | QuestionKind::ThinApplications => several(m, |m| {
                m.text("type", "number");
                m.array("enum", &self.inventory, |buffer, entry| {
                    buffer.extend_from_slice(entry.id.to_string().as_bytes());
                });
                m.array("enumNames", &self.inventory, |buffer, entry| json::string(buffer, &name_of(entry)));
            }),
            _ => number(m, question),
        }
    }
}

fn node(m: &mut Members<'_>, name: &str, title: &str, fill: impl FnOnce(&mut Members<'_>)) {
    m.object(name, |m| {
        m.text("title", title);
        m.text("description", "");
        m.text("type", "object");
        m.object("custom_properties", |_| ());
        m.object("properties", fill);
    });
}

fn several(m: &mut Members<'_>, items: impl FnOnce(&mut Members<'_>)) {
    m.text("type", "array");
    m.value("uniqueItems", &Value::Bool(true));
    m.object("items", items);
}

fn options(m: &mut Members<'_>, question: &Question) {
    m.array("enum", &question.options, |buffer, option| json::string(buffer, &option.code));
    m.array("enumNames", &question.options, |buffer, option| json::string(buffer, &option.label));
}

fn number(m: &mut Members<'_>, question: &Question) {
    m.text("type", "number");
    let is_whole = question.kind.is_whole();
    if is_whole {
        m.integer("multipleOf", 1);
    }
    let (least, most) = question.bounds();
    bound(m, "minimum", least, is_whole.then_some(i64::MIN));
    bound(m, "maximum", most, is_whole.then_some(i64::MAX));
}

fn bound(m: &mut Members<'_>, name: &str, own: Option<f64>, usual: Option<i64>) {
    match (own, usual) {
        (Some(_), _) => m.number(name, own),
        (None, Some(usual)) => m.integer(name, usual),
        (None, None) => {}
    }
}

/// `SAP S/4HANA 2023 English`.
fn name_of(entry: &Application) -> String {
    let parts = [&entry.name, &entry.version, &entry.language];
    parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn new_applications(m: &mut Members<'_>) {
    m.text("type", "array");
    m.text("title", "Applications that the inventory doesn't have");
    m.integer("maxItems", 20);
    m.object("items", |m| {
        m.text("type", "object");
        m.object("properties", |m| {
            for (name, limit) in [
                ("application_name", 50),
                ("application_version", 20),
                ("application_language", 50),
                ("application_comments", 512),
            ] {
                m.object(name, |m| {
                    m.text("type", "string");
                    m.integer("maxLength", limit);
                });
            }
            m.object("application_is_citrix_client", |m| m.text("type", "boolean"));
        });
        m.array("required", ["application_name"], json::string);
        m.value("additionalProperties", &Value::Bool(false));
    });
}

fn custom(m: &mut Members<'_>, question: &Question) {
    m.object("custom_properties", |m| {
        m.array("impacted_kpis", &question.impacted_kpis, |buffer, name| json::string(buffer, name));
        m.optional_text("process_column", question.column.as_deref());
        m.array("child_process_columns", question.column.iter(), |buffer, name| json::string(buffer, name));
        if let Some(example) = example(question) {
            m.value("example", &example);
        }
    });
}
