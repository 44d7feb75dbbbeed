//! `GET /automations/{id}`.

use automation_hub_domain::permission::Permission;
use automation_hub_storage::{
    Session,
    ideas::{self, FoundRecord, IdeaKey},
};
use axum::{body::Body, extract::State, http::StatusCode, response::Response};
use bytes::Bytes;

use crate::{
    api::{
        automations::{
            calendar::Calendar,
            record::{BESIDE_LENGTH, RecordWriter},
            schema::AutomationRecord,
            selection::Selection,
        },
        conditional::{self, IfNoneMatch, Named},
        envelope::{self, Envelope, OPENING},
        error::ApiError,
        extract::{PathPart, Query},
    },
    app::App,
    auth::actor::Actor,
    error::Error,
    json,
};

/// Longer tags make their buffer grow.
const TAG_LENGTH: usize = 48;

/// To be raised when the same record is written in another way than before: who has the old one has to get the new.
const FORMAT: i64 = 2;

/// A record as somebody asks for it.
pub(super) struct Wanted<'w> {
    pub key: &'w str,
    /// What stands before it.
    pub opening: &'static [u8],
    /// What the caller has already.
    pub known: Option<&'w Named>,
    /// None for all members.
    pub selection: Option<&'w Selection>,
}

/// A record as it is answered.
pub(super) struct Shown {
    /// Its entity tag, without quotes.
    tag: Bytes,
    /// None for who has it already.
    body: Option<Vec<u8>>,
}

impl Shown {
    pub(super) fn respond(self) -> Result<Response, Error> {
        let response = match self.body {
            Some(body) => envelope::json_response(StatusCode::OK, Body::from(body)),
            None => conditional::not_modified(),
        };
        conditional::tagged(response, &self.tag)
    }
}

/// One idea or automation, by its id or its slug.
#[utoipa::path(
    get, path = "/automations/{id}", tag = "Automation Ideas",
    params(
        ("id" = String, Path, description = "`process_id` or `process_slug`."),
        ("fields" = Option<String>, Query, description = "Names of members, separated by commas: only these \
            are sent, whichever others a record has to have."),
        ("If-None-Match" = Option<String>, Header, description = "An `ETag` that was sent with it."),
    ),
    responses(
        (
            status = 200, body = Envelope<AutomationRecord>,
            headers(("ETag" = String, description = "Changes with anything that the record shows."))
        ),
        (status = 304, description = "It is as the caller has it."), (status = 404)
    )
)]
pub async fn get_automation(
    State(app): State<App>,
    actor: Actor,
    PathPart(key): PathPart,
    query: Query,
    IfNoneMatch(known): IfNoneMatch,
) -> Result<Response, ApiError> {
    let (shared, tenant) = (app.clone(), actor.tenant_id());
    let selection = Selection::of(&query);
    let work = move |s: &mut Session<'_>| {
        let wanted =
            Wanted { key: &key, opening: OPENING, known: known.as_ref(), selection: selection.as_ref() };
        read(&shared, s, &actor, &wanted)
    };
    let mut response = app.store.look_up(tenant, work).await?.respond()?;
    conditional::to_be_asked_for_again(&mut response);
    Ok(response)
}

/// The record between an envelope's opening and its end.
pub(super) fn read(
    app: &App,
    session: &mut Session<'_>,
    actor: &Actor,
    wanted: &Wanted<'_>,
) -> Result<Shown, Error> {
    let calendar = Calendar::of(&actor.tenant.time_zone);
    wanted.selection.map_or(Ok(()), |selection| selection.check(|| app.forms.of(session)))?;
    // The record tells whether it holds. Where it doesn't, what is read after it is at least as new.
    let mut directory = app.directories.last_or_of(session)?;
    loop {
        let mut unknown = Vec::new();
        let found = ideas::find_record(session, IdeaKey::parse(wanted.key), |found| {
            let directory = directory.is_of(found.versions).then_some(&directory)?;
            let tag = tag(found);
            if let Some(tag) = wanted.known.and_then(|known| known.find(&tag)) {
                return Some((found.category, Shown { tag, body: None }));
            }
            let mut body = Vec::with_capacity(found.wire.len() + BESIDE_LENGTH);
            body.extend_from_slice(wanted.opening);
            let writer = RecordWriter { directory, calendar: &calendar, selection: wanted.selection };
            writer.write(&mut body, found);
            body.push(b'}');
            unknown.extend(writer.unknown(found));
            Some((found.category, Shown { tag: tag.into(), body: Some(body) }))
        })?;
        let Some((category, shown)) = found.ok_or(Error::NotFound("automation"))? else {
            directory = app.directories.of(session)?;
            continue;
        };
        actor.require_in(Permission::Explore, &directory.tree().path_ids(category))?;
        if unknown.is_empty() {
            return Ok(shown);
        }
        directory.learn(session, &unknown)?;
    }
}

/// What changes with all that the record shows: which one it is, how often and when last it was changed itself, how often
/// what it shows of categories, statuses and people was, and how records are written.
/// [`RecordVersion`](crate::services::ideas::RecordVersion) looks at the first three.
fn tag(found: &FoundRecord<'_>) -> Vec<u8> {
    let mut tag = Vec::with_capacity(TAG_LENGTH);
    let of_record = [found.id.get(), found.version, found.updated_at.millis()];
    let of_names = [found.versions.catalogue, found.versions.people];
    for number in of_record.into_iter().chain(of_names).chain([FORMAT]) {
        if !tag.is_empty() {
            tag.push(b'.');
        }
        json::whole(&mut tag, number);
    }
    tag
}
