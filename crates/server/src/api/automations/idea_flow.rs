//! `POST /automations/{id}/idea-flow`: another flow. The mirrored API has such a call, but publishes no path.

use automation_hub_domain::id::FlowId;
use axum::{extract::State, response::Response};
use utoipa::ToSchema;

use super::{refusal::refused, schema::AutomationRecord, updated};
use crate::{
    api::{conditional::IfMatch, envelope::Envelope, error::ApiError, extract::JsonObject, fields::Fields},
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::ideas::{self, IdeaChoice, NewPlace},
};

#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose members are read one by one to name all that is wrong"
)]
pub struct ChangeFlowRequest {
    /// Any flow but those of change requests.
    idea_flow_id: i64,
    /// As `GET /idea-flows` shows it.
    #[schema(format = "filled-text")]
    phase_variable: String,
    #[schema(format = "filled-text")]
    status_variable: String,
}

/// Moves an idea to a place in another flow. Answers of assessments that both flows have stay; others are kept, but
/// hidden. What a change request changes is forgotten.
#[utoipa::path(
    post, path = "/automations/{id}/idea-flow", tag = "Automation Ideas", request_body = ChangeFlowRequest,
    params(("id" = String, Path, description = "`process_id` or `process_slug`."), IfMatch),
    responses(
        (status = 200, description = "Resource Updated.", body = Envelope<AutomationRecord>), (status = 404),
        (status = 412)
    )
)]
pub async fn change_idea_flow(
    State(app): State<App>,
    actor: Actor,
    choice: IdeaChoice,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let mut violations = Violations::default();
    let mut fields = Fields::of(&body, &mut violations);
    let flow = fields.required_integer("idea_flow_id");
    let phase = fields.required_text("phase_variable");
    let status = fields.required_text("status_variable");
    let (Some(flow), Some(phase), Some(status)) = (flow, phase, status) else {
        return Err(refused(Error::Invalid(violations)));
    };
    let to = NewPlace { flow: FlowId::new(flow), phase: phase.to_owned(), status: status.to_owned() };
    let key = choice.key.clone();
    ideas::change_flow(&app, &actor, choice, to).await.map_err(refused)?;
    updated::record(&app, actor, key).await
}
