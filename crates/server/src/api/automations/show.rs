//! `GET /automations/{id}`.

use automation_hub_domain::{id::CategoryId, permission::Permission};
use automation_hub_storage::{
    Session,
    ideas::{self, IdeaKey},
};
use axum::{body::Body, extract::State, http::StatusCode, response::Response};
use jiff::tz::TimeZone;

use crate::{
    api::{
        automations::{record::RecordWriter, schema::AutomationRecord},
        envelope::{self, Envelope, OPENING},
        error::ApiError,
        extract::PathPart,
    },
    app::App,
    auth::actor::Actor,
    error::Error,
};

/// One idea or automation, by its id or its slug.
#[utoipa::path(
    get, path = "/automations/{id}", tag = "Automation Ideas",
    params(("id" = String, Path, description = "`process_id` or `process_slug`.")),
    responses((status = 200, body = Envelope<AutomationRecord>), (status = 404))
)]
pub async fn get_automation(
    State(app): State<App>,
    actor: Actor,
    PathPart(key): PathPart,
) -> Result<Response, ApiError> {
    let shared = app.clone();
    let body = app.store.read(actor.tenant_id(), move |s| read(&shared, s, &actor, &key)).await?;
    Ok(envelope::json_response(StatusCode::OK, Body::from(body)))
}

fn read(app: &App, session: &mut Session<'_>, actor: &Actor, key: &str) -> Result<Vec<u8>, Error> {
    let directory = app.directories.of(session)?;
    let zone = TimeZone::get(&actor.tenant.time_zone).unwrap_or(TimeZone::UTC);
    let writer = RecordWriter { directory: &directory, zone: &zone };
    loop {
        let mut body = OPENING.to_vec();
        let mut unknown = Vec::new();
        let category = ideas::find_record(session, IdeaKey::parse(key), |record| {
            writer.write(&mut body, record);
            unknown.extend(writer.unknown(record));
            record.category
        })?;
        let category: CategoryId = category.ok_or(Error::NotFound("automation"))?;
        actor.require_in(Permission::Explore, &directory.tree().path_ids(category))?;
        if unknown.is_empty() {
            body.push(b'}');
            return Ok(body);
        }
        directory.learn(session, &unknown)?;
    }
}
