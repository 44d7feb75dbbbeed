//! `GET /questionnaire`: what the assessments ask, and which answers can be chosen.

use automation_hub_domain::questionnaire::{Choice, Question, Section};
use automation_hub_storage::forms::StoredQuestionnaire;
use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    api::{
        envelope::{self, Envelope},
        error::ApiError,
    },
    app::App,
    auth::actor::Actor,
    error::Error,
    json,
};

#[derive(Serialize, ToSchema)]
pub struct QuestionnaireList {
    assessments: Vec<AssessmentEntry>,
}

/// An assessment in the version that is in force.
#[derive(Serialize, ToSchema)]
struct AssessmentEntry {
    /// What idea flows call it: `high-level`.
    assessment_name: String,
    /// Its key in schemas: `Q1`.
    assessment_key: String,
    assessment_title: String,
    assessment_version: i64,
    sections: Vec<SectionEntry>,
}

#[derive(Serialize, ToSchema)]
struct SectionEntry {
    section_code: String,
    section_title: String,
    questions: Vec<QuestionEntry>,
}

#[derive(Serialize, ToSchema)]
struct QuestionEntry {
    question_code: String,
    question_title: String,
    question_description: String,
    /// `text`, `formatted-text`, `number`, `integer`, `money`, `percent`, `single-choice`, `multiple-choice`, `person`,
    /// `category`, `applications`, `thin-applications` or `automation`.
    question_type: &'static str,
    question_is_required: u8,
    question_allows_comment: u8,
    /// The member of the record that holds the answer, where it has one of its own.
    process_column: Option<String>,
    /// What the answer is called in flat bodies and records.
    names: Vec<String>,
    impacted_kpis: Vec<String>,
    answer_options: Vec<OptionEntry>,
}

#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are in the style of the wire")]
struct OptionEntry {
    /// As records show it in `process_rules_id` and the like.
    answer_option_id: Option<i64>,
    answer_option_code: String,
    answer_option_label: String,
    /// What formulas reckon with.
    #[schema(value_type = Option<f64>)]
    answer_option_number: Value,
}

impl From<&StoredQuestionnaire> for AssessmentEntry {
    fn from(stored: &StoredQuestionnaire) -> Self {
        Self {
            assessment_name: stored.name.clone(),
            assessment_key: stored.questionnaire.key.clone(),
            assessment_title: stored.questionnaire.title.clone(),
            assessment_version: stored.version,
            sections: stored.questionnaire.sections.iter().map(SectionEntry::from).collect(),
        }
    }
}

impl From<&Section> for SectionEntry {
    fn from(section: &Section) -> Self {
        Self {
            section_code: section.code.clone(),
            section_title: section.title.clone(),
            questions: section.questions.iter().map(QuestionEntry::from).collect(),
        }
    }
}

impl From<&Question> for QuestionEntry {
    fn from(question: &Question) -> Self {
        Self {
            question_code: question.code.clone(),
            question_title: question.title.clone(),
            question_description: question.description.clone(),
            question_type: question.kind.key(),
            question_is_required: u8::from(question.is_required()),
            question_allows_comment: u8::from(question.comment),
            process_column: question.column.clone(),
            names: question.names.iter().cloned().chain([question.flat_name()]).collect(),
            impacted_kpis: question.impacted_kpis.clone(),
            answer_options: question.options.iter().map(OptionEntry::from).collect(),
        }
    }
}

impl From<&Choice> for OptionEntry {
    fn from(option: &Choice) -> Self {
        Self {
            answer_option_id: option.id,
            answer_option_code: option.code.clone(),
            answer_option_label: option.label.clone(),
            answer_option_number: option.number.map_or(Value::Null, json::number),
        }
    }
}

/// What the assessments ask, and which answers can be chosen.
#[utoipa::path(
    get, path = "/questionnaire", tag = "Idea flows",
    responses((status = 200, body = Envelope<QuestionnaireList>))
)]
pub async fn list_questions(State(app): State<App>, actor: Actor) -> Result<Response, ApiError> {
    let shared = app.clone();
    let forms = app.store.read(actor.tenant_id(), move |s| shared.forms.of(s).map_err(Error::from)).await?;
    let assessments = forms.questionnaires().iter().map(AssessmentEntry::from).collect();
    envelope::success(QuestionnaireList { assessments })
}
