//! Submissions into any flow: `POST /idea-from-schema`, and `POST /automations` for scripts that know no other.

use automation_hub_domain::{
    id::{FlowId, UserId},
    idea::SubmissionType,
};
use axum::{extract::State, response::Response};
use serde_json::{Map, Value};
use utoipa::{
    ToSchema,
    openapi::{Object, ObjectBuilder, OneOfBuilder, Schema, Type},
};

use super::{
    inputs,
    refusal::refused,
    submit::{CreatedIdea, create},
};
use crate::{
    api::{envelope::Envelope, error::ApiError, extract::JsonObject, fields::Fields, idea_schema},
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::ideas::{Completeness, FlowChoice, Inputs, Submission},
};

/// A filled-in schema.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose members are read one by one to name all that is wrong"
)]
pub struct CreateIdeaRequest {
    /// As `GET /idea-flows` shows it.
    idea_flow_id: i64,
    /// Assessment, section, question, answer, as in the template of `GET /idea-schema`: `{"value": …, "comment": "…"}`,
    /// for people the e-mail address itself. Applications take `new_applications` beside `value`.
    #[schema(schema_with = inputs::schema)]
    user_inputs: Value,
}

/// Submits an idea from a filled-in schema.
#[utoipa::path(
    post, path = "/idea-from-schema", tag = "Automation Ideas", request_body = CreateIdeaRequest,
    responses(
        (status = 201, body = Envelope<CreatedIdea>),
        (status = 409, description = "An idea with this name exists.")
    )
)]
pub async fn create_idea_from_schema(
    State(app): State<App>,
    actor: Actor,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    create(&app, &actor, answered(&body)?).await
}

/// A filled-in schema, or a flat record.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum CreateAutomationRequest {
    FromSchema(CreateIdeaRequest),
    Flat(FlatAutomationRequest),
}

/// A flat record. Besides these members, it takes those of a record of `GET /automations/{id}` that hold answers; all
/// others are ignored.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose members are read one by one to name all that is wrong"
)]
pub struct FlatAutomationRequest {
    #[schema(format = "line", max_length = 100)]
    process_name: String,
    #[schema(format = "filled-text")]
    process_description: String,
    /// Of an active category.
    category_id: Option<i64>,
    /// As `category_id`, where that isn't given.
    category: Option<i64>,
    /// 6 where `process_parent_id` is given, else 1, unless it is given itself or `idea_flow_id` is.
    #[schema(minimum = 1, maximum = 8)]
    process_submission_type: Option<i64>,
    idea_flow_id: Option<i64>,
    /// What a change request is about.
    process_parent_id: Option<i64>,
    /// E-mail address; the token's user unless given. A tenant-level token has to give it.
    submitter: Option<String>,
    #[schema(schema_with = owner, required = false)]
    owner: Value,
    /// Of the process owner, where there is no `owner`.
    process_owner_user_id: Option<i64>,
    /// Not in a flat record.
    #[schema(schema_with = nothing, required = false)]
    user_inputs: (),
}

fn owner() -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let person = ObjectBuilder::new().property("user_email", text()).required("user_email");
    let told = "E-mail address of the process owner, or the object that a record has.";
    OneOfBuilder::new().item(text()).item(person).item(nothing()).description(Some(told)).build().into()
}

fn nothing() -> Object {
    ObjectBuilder::new().schema_type(Type::Null).build()
}

/// Submits an idea: a flat record, of which only the overview has to be complete, or a filled-in schema.
#[utoipa::path(
    post, path = "/automations", tag = "Automation Ideas", request_body = CreateAutomationRequest,
    responses(
        (status = 201, body = Envelope<CreatedIdea>),
        (status = 409, description = "An idea with this name exists.")
    )
)]
pub async fn create_automation(
    State(app): State<App>,
    actor: Actor,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let submission = if body.get("user_inputs").is_some_and(|inputs| !inputs.is_null()) {
        answered(&body)?
    } else {
        flat(body)?
    };
    create(&app, &actor, submission).await
}

fn answered(body: &Map<String, Value>) -> Result<Submission, ApiError> {
    let mut violations = Violations::default();
    let flow = flow(&mut Fields::of(body, &mut violations));
    let answers = match inputs::read(body) {
        Ok(answers) => Some(answers),
        Err(Error::Invalid(wrong)) => {
            violations.extend(wrong);
            None
        }
        Err(other) => return Err(other.into()),
    };
    match (flow, answers) {
        (Some(flow), Some(answers)) => Ok(Submission {
            flow: Some(flow),
            inputs: Inputs::Answers(answers),
            completeness: Completeness::Form,
            owner: None,
        }),
        _ => Err(refused(Error::Invalid(violations))),
    }
}

/// By its id, or as clients say it who know no flows yet.
fn flow(fields: &mut Fields<'_, '_>) -> Option<FlowChoice> {
    if fields.is_given("idea_flow_id") || !fields.is_given("source_type") {
        return fields.required_integer("idea_flow_id").map(|id| FlowChoice::Id(FlowId::new(id)));
    }
    let flow = idea_schema::flow_of_source(fields.text("source_type")?);
    if flow.is_none() {
        fields.refuse("source_type", idea_schema::UNKNOWN_SOURCE);
    }
    flow
}

fn flat(mut body: Map<String, Value>) -> Result<Submission, ApiError> {
    let mut violations = Violations::default();
    let mut fields = Fields::of(&body, &mut violations);
    let flow = fields.integer("idea_flow_id").map(FlowId::new);
    let code = fields.integer_within("process_submission_type", 1..=8);
    let owner = fields.integer("process_owner_user_id").map(UserId::new);
    violations.into_result()?;
    // A record shows its owner with name and id.
    if let Some(address) = body.get("owner").and_then(|owner| owner.get("user_email")).cloned() {
        body.insert("owner".to_owned(), address);
    }
    let kind = code.and_then(SubmissionType::from_code);
    Ok(Submission {
        flow: match (flow, kind) {
            (Some(flow), Some(kind)) => Some(FlowChoice::IdOfKind(flow, kind)),
            (Some(flow), None) => Some(FlowChoice::Id(flow)),
            (None, kind) => kind.map(FlowChoice::Kind),
        },
        inputs: Inputs::Flat(body),
        completeness: Completeness::Overview,
        owner,
    })
}
