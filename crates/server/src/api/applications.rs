//! `GET /appinventory`: the application inventory; what changes it is in `write`.

pub mod write;

use automation_hub_domain::{id::CategoryId, page::PageRequest};
use automation_hub_storage::applications::{self, Application};
use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        envelope::{self, Envelope, Paging},
        error::ApiError,
        extract::Query,
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
};

#[derive(Serialize, ToSchema)]
pub struct ApplicationPage {
    #[serde(flatten)]
    paging: Paging,
    applications: Vec<ApplicationEntry>,
}

#[derive(Serialize, ToSchema)]
pub struct ApplicationEntry {
    application_id: i64,
    application_name: String,
    application_version: String,
    application_language: String,
    application_comments: String,
    /// Name and version in lower case, joined by hyphens.
    application_code: String,
    application_is_citrix_client: u8,
    application_is_active: u8,
    application_added_by_end_user: u8,
    #[serde(rename = "categoryIds")]
    category_ids: Vec<i64>,
    application_created_epoch: i64,
}

impl From<Application> for ApplicationEntry {
    fn from(application: Application) -> Self {
        Self {
            application_id: application.id.get(),
            application_name: application.name,
            application_version: application.version,
            application_language: application.language,
            application_comments: application.comments,
            application_code: application.code,
            application_is_citrix_client: u8::from(application.is_thin_client),
            application_is_active: u8::from(application.is_active),
            application_added_by_end_user: u8::from(application.is_added_by_end_user),
            category_ids: application.categories.into_iter().map(CategoryId::get).collect(),
            application_created_epoch: application.created_at.millis(),
        }
    }
}

/// The application inventory by name.
#[utoipa::path(
    get, path = "/appinventory", tag = "Application inventory",
    params(
        ("search" = Option<String>, Query, description = "Part of name and version; `s` means the same."),
        ("limit" = Option<u64>, Query), ("offset" = Option<u64>, Query), ("page" = Option<u64>, Query),
    ),
    responses((status = 200, body = Envelope<ApplicationPage>))
)]
pub async fn list_applications(
    State(app): State<App>,
    actor: Actor,
    query: Query,
) -> Result<Response, ApiError> {
    let mut violations = Violations::default();
    let request = query.page(PageRequest::DEFAULT_LIMIT, &mut violations);
    violations.into_result()?;
    let search = query.text(&["search", "s"]).unwrap_or_default().to_owned();
    let page = app
        .store
        .scan(actor.tenant_id(), move |s| applications::search(s, &search, request).map_err(Error::from))
        .await?;
    envelope::success(ApplicationPage {
        paging: Paging::of(request, page.total),
        applications: page.items.into_iter().map(ApplicationEntry::from).collect(),
    })
}
