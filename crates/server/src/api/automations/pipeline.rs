//! `GET /automationpipeline`.

use automation_hub_domain::permission::Permission;
use axum::{extract::State, response::Response};

use super::{
    filter::{ListQuery, Listing},
    list,
    schema::AutomationPage,
};
use crate::{
    api::{envelope::Envelope, error::ApiError, extract::Query, paging::PageQuery},
    app::App,
    auth::actor::Actor,
    error::{Denial, Error},
};

/// Any of them gives access to a table of the pipeline.
pub const TABLES: &[Permission] =
    &[Permission::ViewImplementation, Permission::ViewDecisionPipeline, Permission::ReviewIdeas];

/// Ideas and automations as `GET /automations` shows them, for those who may view a table of the automation pipeline,
/// in the categories where they may.
#[utoipa::path(
    get, path = "/automationpipeline", tag = "Automation Pipeline",
    params(
        ("pre" = Option<String>, Query, pattern = "^(all)$", description = "`all`: of all kinds, unless `submissionType` says which."),
        ListQuery,
        PageQuery,
    ),
    responses((status = 200, body = Envelope<AutomationPage>))
)]
pub async fn list_pipeline(State(app): State<App>, actor: Actor, query: Query) -> Result<Response, ApiError> {
    if !TABLES.iter().any(|&permission| actor.may(permission)) {
        return Err(Error::Forbidden(Denial::Permission(Permission::ViewImplementation)).into());
    }
    let mut listing = Listing::parse(&query)?;
    match query.text(&["pre"]) {
        None => {}
        Some(text) if text.eq_ignore_ascii_case("all") => listing.of_all_kinds(&query),
        Some(_) => return Err(Error::invalid("pre", "Only all is known.").into()),
    }
    Ok(list::answer(app, actor, listing, TABLES).await?)
}
