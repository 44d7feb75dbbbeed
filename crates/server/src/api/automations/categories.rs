//! `PUT /automation/{id}/categories`: another category.

use automation_hub_domain::id::CategoryId;
use axum::{extract::State, response::Response};
use utoipa::ToSchema;

use super::{refusal::refused, schema::AutomationRecord, updated};
use crate::{
    api::{conditional::IfMatch, envelope::Envelope, error::ApiError, extract::JsonObject, fields::Fields},
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::ideas::{self, IdeaChoice},
};

#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose members are read one by one to name all that is wrong"
)]
pub struct FileIdeaRequest {
    /// Of an active category, of any level; `category` means the same.
    category_id: i64,
}

/// Files an idea under another category. The path says `automation`, as the mirrored API's does.
#[utoipa::path(
    put, path = "/automation/{id}/categories", tag = "Automation Ideas", request_body = FileIdeaRequest,
    params(("id" = String, Path, description = "`process_id` or `process_slug`."), IfMatch),
    responses(
        (status = 200, description = "Resource Updated.", body = Envelope<AutomationRecord>), (status = 404),
        (status = 412)
    )
)]
pub async fn file_idea(
    State(app): State<App>,
    actor: Actor,
    choice: IdeaChoice,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let mut violations = Violations::default();
    let mut fields = Fields::of(&body, &mut violations);
    let name = if fields.is_given("category_id") || !fields.is_given("category") {
        "category_id"
    } else {
        "category"
    };
    let category = fields.required_integer(name);
    let other = fields.integer("category");
    if category.zip(other).is_some_and(|(one, other)| one != other) {
        fields.refuse("category", ideas::contradiction(name));
    }
    let Some(category) = category.filter(|_| violations.is_empty()) else {
        return Err(refused(Error::Invalid(violations.first_of_each())));
    };
    let key = choice.key.clone();
    let filed = ideas::file_under(&app, &actor, choice, CategoryId::new(category)).await;
    filed.map_err(|error| refused(error.renamed(name)))?;
    updated::record(&app, actor, key).await
}
