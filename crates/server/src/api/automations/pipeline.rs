//! `GET /automationpipeline`.

use automation_hub_domain::permission::Permission;
use axum::{extract::State, response::Response};

use super::{filter::Listing, list, schema::AutomationPage};
use crate::{
    api::{envelope::Envelope, error::ApiError, extract::Query},
    app::App,
    auth::actor::Actor,
    error::{Denial, Error},
};

/// Any of them gives access to a table of the pipeline.
const TABLES: &[Permission] =
    &[Permission::ViewImplementation, Permission::ViewDecisionPipeline, Permission::ReviewIdeas];

/// Ideas and automations as `GET /automations` shows them, for those who may view a table of the automation pipeline,
/// in the categories where they may.
#[utoipa::path(
    get, path = "/automationpipeline", tag = "Automation Pipeline",
    params(
        ("pre" = Option<String>, Query, pattern = "^(all)$", description = "`all`: of all kinds, unless `submissionType` says which."),
        ("search" = Option<String>, Query, description = "Part of name, description or slug; `s` means the same."),
        ("phase" = Option<String>, Query, pattern = "^(all|[0-9]{1,18}(,[0-9]{1,18})*)$", description = "Ids of phases, separated by commas; `phases` means the same."),
        ("status" = Option<String>, Query, pattern = "^(all|[0-9]{1,18}(,[0-9]{1,18})*)$", description = "Ids of statuses, separated by commas, or `all`."),
        ("category" = Option<String>, Query, pattern = "^(all|[0-9]{1,18}(,[0-9]{1,18})*)$", description = "Ids of categories; those below them are included."),
        ("submissionType" = Option<String>, Query, pattern = "^(all|[1-8](,[1-8])*)$", description = "1 to 8, separated by commas, or `all`. \
            1 and 2 unless given; all of them in a search."),
        ("bu" = Option<String>, Query, description = "Business unit of the submitter."),
        ("applications" = Option<i64>, Query, description = "Id of an application."),
        ("tag" = Option<String>, Query, description = "A tag, in any letter case; `tags` means the same."),
        ("createdStart" = Option<i64>, Query, description = "Epoch in seconds or milliseconds."),
        ("createdEnd" = Option<i64>, Query, description = "Epoch in seconds or milliseconds."),
        ("updatedStart" = Option<i64>, Query, description = "Epoch in seconds or milliseconds."),
        ("updatedEnd" = Option<i64>, Query, description = "Epoch in seconds or milliseconds."),
        ("sort" = Option<String>, Query, pattern = "^(process_(created_epoch|updated_epoch|name|overall_gauge_score|id))$", description = "`process_created_epoch`, `process_updated_epoch`, \
            `process_name`, `process_overall_gauge_score` or `process_id`."),
        ("sortOrder" = Option<String>, Query, pattern = "^(asc|desc)$", description = "`asc` or `desc`."),
        ("cursor" = Option<String>, Query, description = "Empty to begin with, then the `nextCursor` of the answer before: \
            each page costs the same, and what comes or goes meanwhile shifts none. `offset` and `page` are ignored."),
        ("fields" = Option<String>, Query, description = "Names of members, separated by commas: only these are sent."),
        ("limit" = Option<u64>, Query),
        ("offset" = Option<u64>, Query), ("page" = Option<u64>, Query),
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
