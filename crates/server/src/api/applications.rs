//! `GET /appinventory`: the application inventory; what changes it is in `write`.

pub mod write;

use automation_hub_domain::{
    id::{CategoryId, TenantId},
    page::PageRequest,
};
use automation_hub_storage::{
    Session,
    applications::{self, Application},
    chunk::{Chunk, Position, Start},
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        conditional::{self, IfNoneMatch},
        envelope::Envelope,
        error::ApiError,
        extract::Query,
        paging::{PageQuery, Paging},
        stream::{self, Part, Source},
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::applications::tag,
};

/// What a part usually takes at the most.
const PART_BYTES: usize = 16 * 1024;

/// The answer as the API document describes it. It is written without such a value.
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
        PageQuery,
        ("If-None-Match" = Option<String>, Header, description = "An `ETag` that was sent with it."),
    ),
    responses(
        (
            status = 200, body = Envelope<ApplicationPage>,
            headers(("ETag" = String, description = "Changes with anything in the inventory, on this page or another; for \
                `If-Match` of `PUT /appinventory` and `DELETE /appinventory/{id}`."))
        ),
        (status = 304, description = "It is as the caller has it.")
    )
)]
pub async fn list_applications(
    State(app): State<App>,
    actor: Actor,
    IfNoneMatch(known): IfNoneMatch,
    query: Query,
) -> Result<Response, ApiError> {
    let mut violations = Violations::default();
    let request = query.page(PageRequest::DEFAULT_LIMIT, &mut violations);
    violations.into_result()?;
    let search = query.text(&["search", "s"]).unwrap_or_default().to_owned();
    // Read before the list: what changes in between makes the tag one of yesterday, and never the list.
    let version = app.store.read(actor.tenant_id(), applications::version).await?;
    let tag = tag(version);
    if known.as_ref().is_some_and(|known| known.find(tag.as_bytes()).is_some()) {
        return Ok(conditional::answer(known.as_ref(), tag.as_bytes(), conditional::not_modified)?);
    }
    let inventory = Inventory { app, tenant: actor.tenant_id(), search, offset: request.offset };
    let list = stream::answer(inventory, request).await?;
    Ok(conditional::answer(None, tag.as_bytes(), || list)?)
}

/// One caller's way through the inventory.
struct Inventory {
    app: App,
    tenant: TenantId,
    search: String,
    offset: u64,
}

impl Source for Inventory {
    type Position = Position;
    const NAME: &'static str = "applications";
    const PART: u64 = 500;

    async fn first(&self, limit: u64) -> Result<(u64, Part<Position>), Error> {
        let (search, start) = (self.search.clone(), Start::Offset(self.offset));
        let work = move |s: &mut Session<'_>| {
            let total = applications::count(s, &search)?;
            let chunk = applications::chunk(s, &search, &start, limit)?;
            Ok((total, written(Part::first(PART_BYTES), chunk)?))
        };
        self.app.store.scan(self.tenant, work).await
    }

    async fn next(&self, after: Position, limit: u64, room: usize) -> Result<Part<Position>, Error> {
        let (search, start) = (self.search.clone(), Start::After(after));
        let work = move |s: &mut Session<'_>| {
            written(Part::following(room), applications::chunk(s, &search, &start, limit)?)
        };
        self.app.store.scan(self.tenant, work).await
    }
}

/// The part with these entries in it.
fn written(mut part: Part<Position>, chunk: Chunk<Application>) -> Result<Part<Position>, Error> {
    for entry in chunk.items {
        serde_json::to_writer(part.record(), &ApplicationEntry::from(entry)).map_err(Error::internal)?;
    }
    Ok(part.ending(chunk.end))
}
