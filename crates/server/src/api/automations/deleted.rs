//! `GET /automations?deleted=1`: what a copy has to forget. An extension of ours.

use automation_hub_domain::page::PageRequest;
use automation_hub_storage::ideas::{self, DeletedIdea, Window};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{filter::window, schema::AutomationPage};
use crate::{
    api::{
        envelope::{self, Paging},
        error::ApiError,
        extract::Query,
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::scope,
};

const NAME: &str = "deleted";

/// An idea or automation that is no more.
#[derive(Serialize, ToSchema)]
pub struct DeletedAutomation {
    process_id: i64,
    process_deleted_epoch: i64,
}

impl From<DeletedIdea> for DeletedAutomation {
    fn from(idea: DeletedIdea) -> Self {
        Self { process_id: idea.id.get(), process_deleted_epoch: idea.deleted_at.millis() }
    }
}

/// What is asked of the deleted ones: who knows an id that is gone has no use for other filters.
struct Asked {
    deleted: Window,
    request: PageRequest,
}

/// Whether a query means deleted records in place of those there are.
pub(super) fn are_meant(query: &Query) -> Result<bool, Error> {
    match query.text(&[NAME]) {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(_) => Err(Error::invalid(NAME, "Either 0 or 1 is needed.")),
    }
}

/// Those that lay in categories the caller may see.
pub(super) async fn answer(app: App, actor: Actor, query: &Query) -> Result<Response, ApiError> {
    let Asked { deleted, request } = read(query)?;
    let shared = app.clone();
    let page = app
        .store
        .scan(actor.tenant_id(), move |s| {
            let directory = shared.directories.of(s)?;
            let categories = scope::visible(directory.tree(), &actor, None);
            Ok::<_, Error>(ideas::list_deleted(s, categories.as_deref(), deleted, request)?)
        })
        .await?;
    let rows = page.items.into_iter().map(DeletedAutomation::from).collect();
    envelope::success(AutomationPage::of_deleted(Paging::of(request, page.total), rows))
}

fn read(query: &Query) -> Result<Asked, Error> {
    let mut violations = Violations::default();
    let request = query.page(PageRequest::DEFAULT_LIMIT, &mut violations);
    let deleted = window(query, ["updatedStart", "updatedEnd"], &mut violations);
    violations.into_result()?;
    Ok(Asked { deleted, request })
}
