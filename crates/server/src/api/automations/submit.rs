//! Submissions with a flat body: `POST /automationidea`, `POST /coe-automationidea` and `POST /processmining-idea`.

use automation_hub_domain::idea::SubmissionType;
use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::refusal::refused;
use crate::{
    api::{
        envelope::{self, Envelope},
        error::ApiError,
        extract::JsonObject,
    },
    app::App,
    auth::actor::Actor,
    services::ideas::{self, Completeness, FlowChoice, Inputs, Submission, Submitted},
};

/// An idea to submit.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose fields are read one by one to name all that is wrong"
)]
pub struct SubmitIdeaRequest {
    /// Unique in the tenant, ignoring case and outer blanks.
    #[schema(format = "line", max_length = 100)]
    process_name: String,
    #[schema(format = "filled-text")]
    process_description: String,
    /// Of an active category.
    category_id: Option<i64>,
    /// As `category_id`, where that isn't given.
    category: Option<i64>,
    #[schema(minimum = 1, maximum = 5)]
    rules: i64,
    #[schema(minimum = 1, maximum = 5)]
    input_type: i64,
    #[schema(minimum = 1, maximum = 5)]
    input_quality: i64,
    #[schema(minimum = 1, maximum = 5)]
    stability: i64,
    #[schema(minimum = 1, maximum = 5)]
    documentation: i64,
    /// E-mail address; the token's user unless given. A tenant-level token has to give it.
    submitter: Option<String>,
    /// E-mail address of the process owner.
    owner: Option<String>,
}

/// A CoE-driven idea to submit. Besides these, it takes every other answer of the overview and the detailed
/// assessment, each by the name that `GET /questionnaire` shows.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose members are read one by one to name all that is wrong"
)]
pub struct SubmitCoeIdeaRequest {
    #[schema(format = "line", max_length = 100)]
    process_name: String,
    /// The company's own number.
    #[schema(format = "optional-line", max_length = 100)]
    orchestrator_automation_uuid: Option<String>,
    #[schema(format = "filled-text")]
    process_description: String,
    /// Of an active category.
    category_id: Option<i64>,
    /// As `category_id`, where that isn't given.
    category: Option<i64>,
    #[schema(format = "filled-text")]
    process_pain_points: String,
    #[schema(format = "filled-text")]
    process_negative_impact: String,
    #[schema(pattern = "^(automation-goal-)?(cost|quality|productivity)$")]
    automation_goal: String,
    #[schema(pattern = "^(task-stability-)?((no|minor|some|major)-change|several-changes)-expected$")]
    task_stability: String,
    #[schema(pattern = "^(application-stability-)?((no|minor|some|major)-change|several-changes)-expected$")]
    application_stability: String,
    #[schema(minimum = 1, maximum = 366)]
    employee_average_working_days: Option<i64>,
    #[schema(minimum = 0.5, maximum = 24)]
    employee_working_hours: Option<f64>,
    #[schema(minimum = 0)]
    employee_average_full_cost: Option<f64>,
    #[schema(pattern = "^(frequency-)?(daily|weekly|bi-weekly|monthly|quarterly|yearly)$")]
    frequency: Option<String>,
    #[schema(minimum = 1)]
    volumes: Option<i64>,
    /// Minutes for each transaction.
    #[schema(minimum = 0)]
    average_processing_time: Option<f64>,
    #[schema(pattern = "^(peaks-)?(even|slight|some|strong)$")]
    peaks: Option<String>,
    #[schema(minimum = 1)]
    number_of_employees: Option<i64>,
    /// Per cent.
    #[schema(minimum = 0, maximum = 100)]
    average_error_rate: Option<f64>,
    /// Minutes for each error.
    #[schema(minimum = 0)]
    average_rework_time: Option<f64>,
    /// Per cent.
    #[schema(minimum = 0, maximum = 100)]
    average_review_share: Option<f64>,
    /// Minutes for each transaction.
    #[schema(minimum = 0)]
    average_review_time: Option<f64>,
    #[schema(minimum = 1)]
    number_of_steps: Option<i64>,
    #[schema(minimum = 1)]
    number_of_ways: Option<i64>,
    /// Per cent.
    #[schema(minimum = 0, maximum = 100)]
    digital_input: Option<f64>,
    /// Per cent.
    #[schema(minimum = 0, maximum = 100)]
    structured_input: Option<f64>,
    /// Per cent.
    #[schema(minimum = 0, maximum = 100)]
    scanned_documents: Option<f64>,
    /// Ids of entries of the application inventory.
    applications: Option<Vec<i64>>,
    /// Those of them that run remotely.
    thin_applications: Option<Vec<i64>>,
    /// E-mail address; the token's user unless given. A tenant-level token has to give it.
    submitter: Option<String>,
    /// E-mail address of the process owner.
    owner: Option<String>,
}

/// An idea that comes from Process Mining. Besides these, it takes every answer of the detailed assessment, as
/// `POST /coe-automationidea` does.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose members are read one by one to name all that is wrong"
)]
pub struct SubmitMiningIdeaRequest {
    #[schema(format = "line", max_length = 100)]
    process_name: String,
    #[schema(format = "filled-text")]
    process_description: String,
    /// Of an active category.
    category_id: Option<i64>,
    /// As `category_id`, where that isn't given.
    category: Option<i64>,
    /// E-mail address; the token's user unless given. A tenant-level token has to give it.
    submitter: Option<String>,
    /// E-mail address of the process owner.
    owner: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
pub struct CreatedIdea {
    process_id: i64,
    process_uuid: String,
    process_name: String,
    process_slug: String,
}

impl From<Submitted> for CreatedIdea {
    fn from(submitted: Submitted) -> Self {
        Self {
            process_id: submitted.idea.id.get(),
            process_uuid: submitted.uuid.to_string(),
            process_name: submitted.name,
            process_slug: submitted.idea.slug,
        }
    }
}

/// Submits an employee-driven idea. It starts in Idea, Awaiting Review.
#[utoipa::path(
    post, path = "/automationidea", tag = "Automation Ideas", request_body = SubmitIdeaRequest,
    responses(
        (status = 201, body = Envelope<CreatedIdea>),
        (status = 409, description = "An idea with this name exists.")
    )
)]
pub async fn submit_idea(
    State(app): State<App>,
    actor: Actor,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    submit(&app, &actor, SubmissionType::EmployeeDriven, body).await
}

/// Submits a CoE-driven idea with its detailed assessment. It starts in Assessment, Not Started.
#[utoipa::path(
    post, path = "/coe-automationidea", tag = "Automation Ideas", request_body = SubmitCoeIdeaRequest,
    responses(
        (status = 201, body = Envelope<CreatedIdea>),
        (status = 409, description = "An idea with this name exists.")
    )
)]
pub async fn submit_coe_idea(
    State(app): State<App>,
    actor: Actor,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    submit(&app, &actor, SubmissionType::CoeDriven, body).await
}

/// Submits an idea that comes from Process Mining. It starts in Idea, Awaiting Review.
#[utoipa::path(
    post, path = "/processmining-idea", tag = "Automation Ideas", request_body = SubmitMiningIdeaRequest,
    responses(
        (status = 201, body = Envelope<CreatedIdea>),
        (status = 409, description = "An idea with this name exists.")
    )
)]
pub async fn submit_mining_idea(
    State(app): State<App>,
    actor: Actor,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    submit(&app, &actor, SubmissionType::ProcessMining, body).await
}

async fn submit(
    app: &App,
    actor: &Actor,
    kind: SubmissionType,
    body: Map<String, Value>,
) -> Result<Response, ApiError> {
    let submission = Submission {
        flow: Some(FlowChoice::Kind(kind)),
        inputs: Inputs::Flat(body),
        completeness: Completeness::Form,
        owner: None,
    };
    create(app, actor, submission).await
}

/// Files a submission, whatever its body looked like, and answers what became of it.
pub(super) async fn create(app: &App, actor: &Actor, submission: Submission) -> Result<Response, ApiError> {
    let submitted = ideas::submit(app, actor, submission).await.map_err(refused)?;
    envelope::created(CreatedIdea::from(submitted))
}
