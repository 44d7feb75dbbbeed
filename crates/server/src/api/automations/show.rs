//! `GET /automations/{id}`.

use automation_hub_domain::permission::Permission;
use automation_hub_storage::{
    Session,
    ideas::{self, IdeaKey},
};
use axum::{body::Body, extract::State, http::StatusCode, response::Response};

use crate::{
    api::{
        automations::{calendar::Calendar, record::RecordWriter, schema::AutomationRecord},
        envelope::{self, Envelope, OPENING},
        error::ApiError,
        extract::PathPart,
    },
    app::App,
    auth::actor::Actor,
    error::Error,
};

/// Room for what stands around a record's own members; where it is more, the buffer grows.
const BESIDE_LENGTH: usize = 3072;

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
    let body =
        app.store.look_up(actor.tenant_id(), move |s| read(&shared, s, &actor, (OPENING, &key))).await?;
    Ok(envelope::json_response(StatusCode::OK, Body::from(body)))
}

/// The record between an envelope's opening and its end.
pub(super) fn read(
    app: &App,
    session: &mut Session<'_>,
    actor: &Actor,
    (opening, key): (&[u8], &str),
) -> Result<Vec<u8>, Error> {
    let calendar = Calendar::of(&actor.tenant.time_zone);
    // What is known holds nearly always, and the record tells: asking first would cost a statement more. Where it
    // doesn't hold, what is read after it is at least as new.
    let mut directory = match app.directories.last(session.tenant()) {
        Some(last) => last,
        None => app.directories.of(session)?,
    };
    loop {
        let mut body = Vec::new();
        let mut unknown = Vec::new();
        let category = ideas::find_record(session, IdeaKey::parse(key), |found| {
            let directory = directory.is_of(found.versions).then_some(&directory)?;
            body.reserve_exact(found.wire.len() + BESIDE_LENGTH);
            body.extend_from_slice(opening);
            let writer = RecordWriter { directory, calendar: &calendar };
            writer.write(&mut body, found);
            unknown.extend(writer.unknown(found));
            Some(found.category)
        })?;
        let Some(category) = category.ok_or(Error::NotFound("automation"))? else {
            directory = app.directories.of(session)?;
            continue;
        };
        actor.require_in(Permission::Explore, &directory.tree().path_ids(category))?;
        if unknown.is_empty() {
            body.push(b'}');
            return Ok(body);
        }
        directory.learn(session, &unknown)?;
    }
}
