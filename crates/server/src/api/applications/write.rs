//! `PUT /appinventory` and `DELETE /appinventory/{id}`.

use automation_hub_domain::{
    id::{ApplicationId, CategoryId},
    text,
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::ApplicationEntry;
use crate::{
    api::{
        conditional::{self, IfMatch},
        envelope::{self, Envelope},
        error::ApiError,
        extract::{JsonValue, PathPart},
        fields::{self, Fields, REQUIRED, REQUIRED_MESSAGE},
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::{
        applications::{self, ApplicationRow},
        expected::ExpectedList,
    },
};

/// The entries by themselves, or in an object.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum SaveApplicationsRequest {
    Alone(Vec<ApplicationRequest>),
    Wrapped { applications: Vec<ApplicationRequest> },
}

/// One entry as it is to be.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose fields are read one by one to name all that is wrong"
)]
pub struct ApplicationRequest {
    /// Null for one to be added. If there is one with this name and version, it is that one.
    application_id: Option<i64>,
    #[schema(format = "line", max_length = 100)]
    application_name: String,
    /// Empty only where it is so already, in an entry that an idea added by its name alone.
    #[schema(format = "optional-line", max_length = 50)]
    application_version: String,
    /// As `application_version`.
    #[schema(format = "optional-line", max_length = 50)]
    application_language: String,
    #[schema(format = "optional-line", max_length = 1000)]
    application_comments: Option<String>,
    #[schema(minimum = 0, maximum = 1)]
    application_is_citrix_client: Option<u8>,
    /// 0 for one that isn't offered any more.
    #[schema(minimum = 0, maximum = 1)]
    application_is_active: Option<u8>,
    /// As `application_version`.
    #[serde(rename = "categoryIds")]
    category_ids: Vec<i64>,
}

/// The entries of a call, in its order.
#[derive(Serialize, ToSchema)]
pub struct SavedApplications {
    applications: Vec<ApplicationEntry>,
}

/// Which entry is gone.
#[derive(Serialize, ToSchema)]
pub struct DeletedApplication {
    application_id: i64,
}

/// Adds and changes entries, all of them or none. The list may stand under `applications` in an object.
#[utoipa::path(
    put, path = "/appinventory", tag = "Application inventory", request_body = SaveApplicationsRequest,
    params(IfMatch),
    responses(
        (
            status = 201, description = "Resource Updated.", body = Envelope<SavedApplications>,
            headers(("ETag" = String, description = "Of the whole inventory, as it is since."))
        ),
        (status = 409, description = "Another application has this name and version by now."),
        (status = 412)
    )
)]
pub async fn save_applications(
    State(app): State<App>,
    actor: Actor,
    expected: ExpectedList,
    JsonValue(body): JsonValue,
) -> Result<Response, ApiError> {
    let mut wrong = Violations::default();
    let items = match &body {
        Value::Array(items) => fields::numbered(items, ""),
        Value::Object(members) => {
            let mut members = Fields::of(members, &mut wrong);
            members.require("applications");
            members.items("applications").unwrap_or_default()
        }
        _ => return Err(ApiError::malformed("The body has to be a list, or an object with applications.")),
    };
    let rows = items.iter().map(|(at, item)| row(item, at, &mut wrong)).collect();
    let saved = applications::save(&app, &actor, rows, expected, wrong).await.map_err(refused)?;
    let response = envelope::updated(SavedApplications {
        applications: saved.entries.into_iter().map(ApplicationEntry::from).collect(),
    })?;
    Ok(conditional::tagged(response, saved.tag.as_bytes())?)
}

/// Deletes an entry. One that ideas name stays; it can be switched off.
#[utoipa::path(
    delete, path = "/appinventory/{id}", tag = "Application inventory",
    params(("id" = i64, Path, description = "Id of the application."), IfMatch),
    responses(
        (status = 200, body = Envelope<DeletedApplication>),
        (status = 404),
        (status = 409, description = "Ideas name the application."),
        (status = 412)
    )
)]
pub async fn delete_application(
    State(app): State<App>,
    actor: Actor,
    expected: ExpectedList,
    PathPart(id): PathPart,
) -> Result<Response, ApiError> {
    let application_id = id.parse::<i64>().map_err(|_| Error::NotFound("application"))?;
    applications::delete(&app, &actor, ApplicationId::new(application_id), expected).await?;
    envelope::success(DeletedApplication { application_id })
}

fn refused(error: Error) -> ApiError {
    match error {
        Error::Invalid(wrong) if wrong.iter().any(|violation| violation.message == REQUIRED) => {
            ApiError::invalid(REQUIRED_MESSAGE, wrong)
        }
        error => error.into(),
    }
}

fn row(item: &Value, at: &str, wrong: &mut Violations) -> ApplicationRow {
    let row = ApplicationRow { at: at.to_owned(), ..ApplicationRow::default() };
    let Some(mut fields) = Fields::of_item(item, at, wrong) else { return row };
    let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
    ApplicationRow {
        id: fields.integer("application_id").map(ApplicationId::new),
        name: owned(fields.required_line("application_name", 100)),
        version: owned(given_line(&mut fields, "application_version")),
        language: owned(given_line(&mut fields, "application_language")),
        comments: owned(fields.limited_text("application_comments", 1000)),
        is_thin_client: fields.flag("application_is_citrix_client"),
        is_active: fields.flag("application_is_active"),
        categories: categories(&mut fields),
        ..row
    }
}

/// It has to be there, but whether it may be empty depends on what is stored.
fn given_line<'b>(fields: &mut Fields<'b, '_>, name: &str) -> Option<&'b str> {
    fields.require(name);
    let line = fields.limited_text(name, 50)?;
    Some(if line.chars().all(text::is_blank) { "" } else { line })
}

fn categories(fields: &mut Fields<'_, '_>) -> Option<Vec<Option<CategoryId>>> {
    fields.require("categoryIds");
    let ids = fields.integers("categoryIds")?;
    Some(ids.into_iter().map(|id| id.map(CategoryId::new)).collect())
}
