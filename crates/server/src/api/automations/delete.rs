//! `DELETE /automations/{id}`.

use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        conditional::IfMatch,
        envelope::{self, Envelope},
        error::ApiError,
        extract::OptionalJsonObject,
        fields::Fields,
    },
    app::App,
    auth::actor::Actor,
    error::Violations,
    services::ideas::{self, IdeaChoice},
};

#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose members are read one by one to name all that is wrong"
)]
pub struct DeleteIdeaRequest {
    /// Why; kept in the audit trail.
    #[schema(max_length = 3000)]
    comment: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct DeletedIdea {
    process_id: i64,
}

/// Removes an idea or automation for good. Its name is free again.
#[utoipa::path(
    delete, path = "/automations/{id}", tag = "Automation Ideas", request_body = Option<DeleteIdeaRequest>,
    params(("id" = String, Path, description = "`process_id` or `process_slug`."), IfMatch),
    responses((status = 200, body = Envelope<DeletedIdea>), (status = 404), (status = 412))
)]
pub async fn delete_idea(
    State(app): State<App>,
    actor: Actor,
    choice: IdeaChoice,
    OptionalJsonObject(body): OptionalJsonObject,
) -> Result<Response, ApiError> {
    let mut violations = Violations::default();
    let comment = Fields::of(&body, &mut violations).text("comment").map(str::to_owned);
    violations.into_result()?;
    let deleted = ideas::delete(&app, &actor, choice, comment).await?;
    envelope::success(DeletedIdea { process_id: deleted.id.get() })
}
