//! `GET /automations?deleted=1`: what a copy has to forget. An extension of ours.

use automation_hub_domain::page::PageRequest;
use automation_hub_storage::{
    Session,
    ideas::{self, DeletedFilter, DeletedIdea},
};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::window;
use crate::{
    api::{
        error::ApiError,
        extract::Query,
        stream::{self, Part, Source},
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::scope,
};

const NAME: &str = "deleted";
/// What a record takes at the most.
const RECORD_BYTES: usize = 96;

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

/// Whether a query means deleted records in place of those there are.
pub(super) fn are_meant(query: &Query) -> Result<bool, Error> {
    match query.text(&[NAME]) {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(_) => Err(Error::invalid(NAME, "Either 0 or 1 is needed.")),
    }
}

/// Those that lay in categories the caller may see. Who knows an id that is gone has no use for other filters.
pub(super) async fn answer(app: App, actor: Actor, query: &Query) -> Result<Response, ApiError> {
    let mut violations = Violations::default();
    let request = query.page(PageRequest::DEFAULT_LIMIT, &mut violations);
    let deleted = window(query, ["updatedStart", "updatedEnd"], &mut violations);
    if query.has("cursor") {
        violations.add("cursor", "This list goes by limit and page, or by offset.");
    }
    violations.into_result()?;
    let filter = DeletedFilter { deleted, ..DeletedFilter::default() };
    Ok(stream::answer(Deleted { app, actor, filter, offset: request.offset }, request).await?)
}

/// One caller's way through the list.
struct Deleted {
    app: App,
    actor: Actor,
    filter: DeletedFilter,
    offset: u64,
}

impl Deleted {
    /// What is asked for, within what the caller may see now.
    fn filter(
        &self,
        after: Option<DeletedIdea>,
    ) -> impl Fn(&mut Session<'_>) -> Result<DeletedFilter, Error> + use<> {
        let (app, actor, filter) = (self.app.clone(), self.actor.clone(), self.filter.clone());
        move |session| {
            let directory = app.directories.of(session)?;
            let categories = scope::visible(directory.tree(), &actor, None);
            Ok(DeletedFilter { categories, after, ..filter.clone() })
        }
    }
}

impl Source for Deleted {
    type Position = DeletedIdea;
    const NAME: &'static str = NAME;
    const PART: u64 = 500;

    async fn first(&self, limit: u64) -> Result<(u64, Part<DeletedIdea>), Error> {
        let (filter, offset) = (self.filter(None), self.offset);
        let work = move |s: &mut Session<'_>| {
            let filter = filter(s)?;
            let total = ideas::count_deleted(s, &filter)?;
            let rows = ideas::list_deleted(s, &filter, (offset, limit))?;
            let part = Part::first(RECORD_BYTES * rows.len());
            Ok((total, written(part, &rows)?))
        };
        self.app.store.scan(self.actor.tenant_id(), work).await
    }

    async fn next(&self, after: DeletedIdea, limit: u64, room: usize) -> Result<Part<DeletedIdea>, Error> {
        let filter = self.filter(Some(after));
        let work = move |s: &mut Session<'_>| {
            let filter = filter(s)?;
            let rows = ideas::list_deleted(s, &filter, (0, limit))?;
            written(Part::following(room), &rows)
        };
        self.app.store.scan(self.actor.tenant_id(), work).await
    }

    /// Who goes through `processes` in any answer finds none.
    async fn closing(&self, _total: u64, _end: Option<DeletedIdea>) -> Result<String, Error> {
        Ok(",\"processes\":[]".to_owned())
    }
}

/// The part with these in it.
fn written(mut part: Part<DeletedIdea>, rows: &[DeletedIdea]) -> Result<Part<DeletedIdea>, Error> {
    for &row in rows {
        serde_json::to_writer(part.record(), &DeletedAutomation::from(row)).map_err(Error::internal)?;
    }
    Ok(part.ending(rows.last().copied()))
}
