//! `PATCH /automations/{id}`: other answers.

use axum::{extract::State, response::Response};
use serde_json::Value;
use utoipa::ToSchema;

use super::{inputs, refusal::refused, schema::AutomationRecord, updated};
use crate::{
    api::{conditional::IfMatch, envelope::Envelope, error::ApiError, extract::JsonObject},
    app::App,
    auth::actor::Actor,
    services::ideas::{self, IdeaChoice},
};

/// Answers to change.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose answers are read one by one to name all that is wrong"
)]
pub struct AnswerIdeaRequest {
    /// Assessment, section, question, answer; any name of a section will do. `{"value": null}` takes an answer back.
    #[schema(schema_with = inputs::schema)]
    user_inputs: Value,
}

/// Changes the answers given, and none but those.
#[utoipa::path(
    patch, path = "/automations/{id}", tag = "Automation Ideas", request_body = AnswerIdeaRequest,
    params(("id" = String, Path, description = "`process_id` or `process_slug`."), IfMatch),
    responses(
        (status = 200, description = "Resource Updated.", body = Envelope<AutomationRecord>), (status = 404),
        (status = 409, description = "An idea with this name exists."), (status = 412)
    )
)]
pub async fn answer_idea(
    State(app): State<App>,
    actor: Actor,
    choice: IdeaChoice,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let answers = inputs::read(&body).map_err(refused)?;
    let key = choice.key.clone();
    ideas::answer(&app, &actor, choice, answers).await.map_err(refused)?;
    updated::record(&app, actor, key).await
}
