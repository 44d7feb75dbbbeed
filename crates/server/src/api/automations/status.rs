//! `POST /automations/status`: another phase and status.

use automation_hub_domain::id::StatusId;
use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type, schema::OneOfBuilder},
};

use super::refusal::refused;
use crate::{
    api::{
        conditional::IfMatch,
        envelope::{self, Envelope},
        error::ApiError,
        extract::JsonObject,
        fields::Fields,
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::ideas::{self, Expected, IdeaChoice, Target},
};

/// Where an idea is to go: a status by its id, or by its variables.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose members are read one by one to name all that is wrong"
)]
pub struct MoveIdeaRequest {
    #[schema(schema_with = idea_schema)]
    process_id: Value,
    /// Of a status that the idea's flow has; it fixes the phase too.
    phase_status_id: Option<i64>,
    /// In place of the id, together with `status_variable`: both as `GET /idea-flows` shows them. Beside the id, they
    /// have to name the same place.
    #[schema(format = "filled-text")]
    phase_variable: Option<String>,
    #[schema(format = "filled-text")]
    status_variable: Option<String>,
}

fn idea_schema() -> Schema {
    let id = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)));
    // Neither blank nor digits alone.
    let slug = ObjectBuilder::new().schema_type(Type::String).pattern(Some(r"[^\s0-9]"));
    OneOfBuilder::new()
        .item(id)
        .item(slug)
        .description(Some("The id, or in its place the slug."))
        .build()
        .into()
}

#[derive(Serialize, ToSchema)]
pub struct MovedIdea {
    message: &'static str,
}

/// Moves an idea to a phase and status of its flow: along a transition whose condition the caller meets, or to any
/// place by those whom the flow lets force one.
#[utoipa::path(
    post, path = "/automations/status", tag = "Automation Ideas", request_body = MoveIdeaRequest,
    params(IfMatch),
    responses(
        (status = 201, description = "Resource Updated.", body = Envelope<MovedIdea>), (status = 404),
        (status = 412)
    )
)]
pub async fn move_idea(
    State(app): State<App>,
    actor: Actor,
    expected: Expected,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let mut violations = Violations::default();
    let mut fields = Fields::of(&body, &mut violations);
    let key = fields.required_idea("process_id");
    let target = target(&mut fields);
    let (Some(key), Some(target), true) = (key, target, violations.is_empty()) else {
        return Err(refused(Error::Invalid(violations)));
    };
    let choice = IdeaChoice { key, expected };
    let moved = ideas::move_to(&app, &actor, choice, target).await;
    moved.map_err(|error| refused(of_id(error)))?;
    envelope::updated(MovedIdea { message: "Sync Successful." })
}

/// Here the body says which idea is meant.
fn of_id(error: Error) -> Error {
    if matches!(error, Error::NotFound(_)) { error.of_field("process_id") } else { error }
}

fn target(fields: &mut Fields<'_, '_>) -> Option<Target> {
    let has_variables = fields.is_given("phase_variable") || fields.is_given("status_variable");
    if has_variables && !fields.is_given("phase_status_id") {
        let phase = fields.required_text("phase_variable");
        let status = fields.required_text("status_variable");
        return Some(Target::Variables { phase: phase?.to_owned(), status: status?.to_owned() });
    }
    let id = fields.required_integer("phase_status_id");
    let mut beside = |name| fields.text(name).filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let (phase, status) = (beside("phase_variable"), beside("status_variable"));
    Some(Target::Status { id: StatusId::new(id?), phase, status })
}
