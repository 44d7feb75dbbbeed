//! `GET /components`, and `GET /automations/{id}/components` with the same records.

use automation_hub_domain::{
    component::ComponentStatus,
    id::{ApplicationId, FileId, UserId},
    page::{Page, PageRequest},
    review::mean_stars,
};
use automation_hub_storage::{
    Session,
    components::{ComponentFilter, Version, VersionContent},
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        envelope::{self, Envelope},
        error::ApiError,
        extract::{PathPart, Query},
        paging::{PageQuery, Paging},
        people::{People, PersonEntry},
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::components::{self, Shown},
};

#[derive(Serialize, ToSchema)]
pub struct ComponentPage {
    #[serde(flatten)]
    paging: Paging,
    components: Vec<ComponentEntry>,
}

#[derive(Serialize, ToSchema)]
struct ComponentEntry {
    component_id: i64,
    component_name: String,
    component_summary: String,
    component_description: String,
    /// `CUSTOM_ACTIVITY`, `SNIPPET`, `WORKFLOW_TEMPLATE`, `CONNECTOR`, `DASHBOARD`, `ML_MODEL` or `SOLUTION`.
    component_type_key: &'static str,
    component_type_name: &'static str,
    /// `DRAFT`, `SUBMITTED`, `IN_REVIEW`, `PUBLISHED`, `REJECTED_NEEDS_UPDATE`, `REJECTED_PERMANENTLY` or `ARCHIVED`.
    component_status_key: &'static str,
    component_status_name: &'static str,
    /// Of the first level.
    category_id: i64,
    category_name: String,
    /// Ids of entries of the application inventory.
    applications: Vec<i64>,
    component_benefits: String,
    component_dependencies: String,
    component_compatibility: String,
    author: Option<PersonEntry>,
    /// Mean number of stars, 1 to 5.
    component_rating: Option<f64>,
    component_num_reviews: i64,
    component_num_downloads: i64,
    /// Those the caller sees, oldest first.
    versions: Vec<VersionEntry>,
    component_created_epoch: i64,
    component_updated_epoch: i64,
}

#[derive(Serialize, ToSchema)]
struct VersionEntry {
    version_number: i64,
    version_name: String,
    version_status_key: &'static str,
    version_status_name: &'static str,
    /// For `GET /download/file/{fileId}`; null for a link.
    file_id: Option<i64>,
    /// Null for a file.
    embed_link: Option<String>,
    version_num_downloads: i64,
    version_created_epoch: i64,
    version_published_epoch: Option<i64>,
}

impl From<Version> for VersionEntry {
    fn from(version: Version) -> Self {
        let (file_id, embed_link) = match version.content {
            VersionContent::File(file) => (Some(FileId::get(file)), None),
            VersionContent::Link(link) => (None, Some(link)),
        };
        Self {
            version_number: version.number,
            version_name: version.name,
            version_status_key: version.status.key(),
            version_status_name: version.status.name(),
            file_id,
            embed_link,
            version_num_downloads: version.downloads,
            version_created_epoch: version.created_at.millis(),
            version_published_epoch: version
                .published_at
                .map(automation_hub_domain::clock::Timestamp::millis),
        }
    }
}

fn entry(shown: Shown, category_name: String, people: &People) -> ComponentEntry {
    let Shown { component, versions } = shown;
    ComponentEntry {
        component_id: component.id.get(),
        component_name: component.name,
        component_summary: component.summary,
        component_description: component.description,
        component_type_key: component.component_type.key(),
        component_type_name: component.component_type.name(),
        component_status_key: component.status.key(),
        component_status_name: component.status.name(),
        category_id: component.category.get(),
        category_name,
        applications: component.applications.into_iter().map(ApplicationId::get).collect(),
        component_benefits: component.benefits,
        component_dependencies: component.dependencies,
        component_compatibility: component.compatibility,
        author: people.entry(component.author),
        component_rating: mean_stars(component.stars, component.reviews),
        component_num_reviews: component.reviews,
        component_num_downloads: versions.iter().map(|version| version.downloads).sum(),
        versions: versions.into_iter().map(VersionEntry::from).collect(),
        component_created_epoch: component.created_at.millis(),
        component_updated_epoch: component.updated_at.millis(),
    }
}

/// Reusable components by name: those in the catalogue, and the caller's own and those to curate if asked for.
#[utoipa::path(
    get, path = "/components", tag = "Components",
    params(
        ("status" = Option<String>, Query, pattern = "^(all|(DRAFT|SUBMITTED|IN_REVIEW|PUBLISHED|REJECTED_NEEDS_UPDATE|REJECTED_PERMANENTLY|ARCHIVED)(,(DRAFT|SUBMITTED|IN_REVIEW|PUBLISHED|REJECTED_NEEDS_UPDATE|REJECTED_PERMANENTLY|ARCHIVED))*)$", description = "Keys separated by commas, or `all` that the caller sees; \
            `PUBLISHED` unless given."),
        ("search" = Option<String>, Query, description = "Part of the name; `s` means the same."),
        PageQuery,
    ),
    responses((status = 200, body = Envelope<ComponentPage>))
)]
pub async fn list_components(
    State(app): State<App>,
    actor: Actor,
    query: Query,
) -> Result<Response, ApiError> {
    let mut violations = Violations::default();
    let request = query.page(PageRequest::DEFAULT_LIMIT, &mut violations);
    let statuses = statuses(&query, &mut violations);
    violations.into_result()?;
    let search = query.text(&["search", "s"]).map(str::to_owned);
    let filter = ComponentFilter { statuses, idea: None, search };
    let page = components::list_components(&app, &actor, filter, request).await?;
    answer(&app, &actor, page).await
}

fn statuses(query: &Query, violations: &mut Violations) -> Vec<ComponentStatus> {
    const NAMES: [&str; 2] = ["status", "statuses"];
    let Some(text) = query.text(&NAMES) else { return vec![ComponentStatus::Published] };
    if text.eq_ignore_ascii_case("all") {
        return Vec::new();
    }
    let keys = text.split(',').map(|key| ComponentStatus::from_key(&key.trim().to_ascii_uppercase()));
    if let Some(statuses) = keys.collect() {
        return statuses;
    }
    let known: Vec<_> = ComponentStatus::ALL.iter().map(|status| status.key()).collect();
    violations.add(query.spelling(&NAMES), format!("These are needed, or all: {}.", known.join(", ")));
    Vec::new()
}

/// The components an automation uses or that were built for it, by name.
#[utoipa::path(
    get, path = "/automations/{id}/components", tag = "Components",
    params(
        ("id" = String, Path, description = "`process_id` or `process_slug`."),
        PageQuery,
    ),
    responses((status = 200, body = Envelope<ComponentPage>), (status = 404))
)]
pub async fn list_automation_components(
    State(app): State<App>,
    actor: Actor,
    PathPart(key): PathPart,
    query: Query,
) -> Result<Response, ApiError> {
    let request = query.page_alone()?;
    let page = components::list_of_automation(&app, &actor, &key, request).await?;
    answer(&app, &actor, page).await
}

async fn answer(app: &App, actor: &Actor, page: Page<Shown>) -> Result<Response, ApiError> {
    let authors: Vec<UserId> = page.items.iter().map(|shown| shown.component.author).collect();
    let shared = app.clone();
    let read = move |s: &mut Session<'_>| -> Result<_, Error> {
        Ok((shared.directories.of(s)?, People::read(s, authors.iter().copied())?))
    };
    let (directory, people) = app.store.read(actor.tenant_id(), read).await?;
    let paging = Paging::of(page.request, page.total);
    let entries = page.items.into_iter().map(|shown| {
        let category = directory.tree().find(shown.component.category);
        entry(shown, category.map(|node| node.name.clone()).unwrap_or_default(), &people)
    });
    envelope::success(ComponentPage { paging, components: entries.collect() })
}
