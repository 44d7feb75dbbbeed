//! `POST /automations/{id}/tags`.

use axum::{extract::State, response::Response};
use utoipa::ToSchema;

use super::{refusal::refused, schema::AutomationRecord, updated};
use crate::{
    api::{
        conditional::IfMatch,
        envelope::Envelope,
        error::ApiError,
        extract::JsonObject,
        fields::{Fields, TEXT_NEEDED},
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
pub struct SetTagsRequest {
    /// All that the automation is to have, of 1 to 50 characters each; none takes away those it had.
    #[schema(max_items = 20)]
    tags: Vec<TagText>,
}

#[derive(ToSchema)]
#[schema(format = "line", max_length = 50)]
#[expect(dead_code, reason = "describes a part of the body")]
struct TagText(String);

/// Puts tags in place of those an automation had. One that the tenant knows keeps the spelling it was first set in.
#[utoipa::path(
    post, path = "/automations/{id}/tags", tag = "Automation Ideas", request_body = SetTagsRequest,
    params(("id" = String, Path, description = "`process_id` or `process_slug`."), IfMatch),
    responses(
        (status = 200, description = "Resource Updated.", body = Envelope<AutomationRecord>), (status = 404),
        (status = 412)
    )
)]
pub async fn set_tags(
    State(app): State<App>,
    actor: Actor,
    choice: IdeaChoice,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let mut violations = Violations::default();
    let mut fields = Fields::of(&body, &mut violations);
    fields.require("tags");
    let items = fields.items("tags").unwrap_or_default();
    for (at, item) in &items {
        if !item.is_string() {
            fields.violations().add(at.clone(), TEXT_NEEDED);
        }
    }
    let tags: Vec<_> = items.into_iter().map(|(_, item)| item.as_str()).collect();
    let key = choice.key.clone();
    ideas::set_tags(&app, &actor, choice, &tags, violations).await.map_err(refused)?;
    updated::record(&app, actor, key).await
}
