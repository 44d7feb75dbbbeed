//! `GET /automations`.

use std::sync::Arc;

use automation_hub_domain::{id::UserId, page::PageRequest};
use automation_hub_storage::{
    Session, StorageError,
    ideas::{self, IdeaFilter, IdeaOrder, Position},
};
use axum::{body::Body, extract::State, http::StatusCode, response::Response};

use crate::{
    api::{
        automations::{
            calendar::Calendar, filter::Listing, record::RecordWriter, schema::AutomationPage, scope, stream,
        },
        envelope::{self, Envelope, Paging},
        error::ApiError,
        extract::Query,
        json::Members,
    },
    app::App,
    auth::actor::Actor,
    directory::TenantDirectory,
    error::Error,
};

/// Longer answers leave in parts, so that no answer takes memory in proportion to its length.
const WHOLE: u64 = 500;
/// What a part usually takes; a longer one makes its buffer grow.
const PART_BYTES: usize = 256 * 1024;
/// From this offset on, skipping alone takes longer than a thread of the runtime should be held.
const DEEP: u64 = 5_000;

/// Ideas and automations in the categories the caller may see, newest first.
#[utoipa::path(
    get, path = "/automations", tag = "Automation Ideas",
    params(
        ("search" = Option<String>, Query, description = "Part of name, description or slug; `s` means the same."),
        ("phase" = Option<String>, Query, description = "Ids of phases, separated by commas; `phases` means the same."),
        ("status" = Option<String>, Query, description = "Ids of statuses, separated by commas, or `all`."),
        ("category" = Option<String>, Query, description = "Ids of categories; those below them are included."),
        ("submissionType" = Option<String>, Query, description = "1 to 8, separated by commas, or `all`. \
            1 and 2 unless given; all of them in a search."),
        ("bu" = Option<String>, Query, description = "Business unit of the submitter."),
        ("applications" = Option<i64>, Query, description = "Id of an application."),
        ("createdStart" = Option<i64>, Query, description = "Epoch in seconds or milliseconds."),
        ("createdEnd" = Option<i64>, Query, description = "Epoch in seconds or milliseconds."),
        ("updatedStart" = Option<i64>, Query, description = "Epoch in seconds or milliseconds."),
        ("updatedEnd" = Option<i64>, Query, description = "Epoch in seconds or milliseconds."),
        ("sort" = Option<String>, Query, description = "`process_created_epoch`, `process_updated_epoch`, \
            `process_name`, `process_overall_gauge_score` or `process_id`."),
        ("sortOrder" = Option<String>, Query, description = "`asc` or `desc`."),
        ("limit" = Option<u64>, Query, description = "50 unless given; there is no upper bound."),
        ("offset" = Option<u64>, Query), ("page" = Option<u64>, Query),
    ),
    responses((status = 200, body = Envelope<AutomationPage>))
)]
pub async fn list_automations(
    State(app): State<App>,
    actor: Actor,
    query: Query,
) -> Result<Response, ApiError> {
    let listing = Listing::parse(&query)?;
    let reader = Reader::new(app, actor, listing);
    if reader.listing.request.limit > WHOLE {
        return Ok(stream::answer(reader).await?);
    }
    let part = reader.read_whole().await?;
    Ok(envelope::success_object(part.records.len() + 256, |m| part.write(m)))
}

/// One caller's way through one list.
#[derive(Clone)]
pub(super) struct Reader {
    app: App,
    actor: Actor,
    calendar: Arc<Calendar>,
    pub(super) listing: Listing,
}

/// Some records as they are sent, separated by commas.
pub(super) struct Part {
    pub(super) text: Vec<u8>,
    pub(super) count: u64,
    /// Where the list goes on.
    pub(super) position: Option<Position>,
}

pub(super) struct Whole {
    records: Vec<u8>,
    paging: Paging,
}

impl Whole {
    fn write(&self, m: &mut Members<'_>) {
        self.paging.write(m);
        m.array(
            "processes",
            [&self.records].into_iter().filter(|records| !records.is_empty()),
            |buffer, records| {
                buffer.extend_from_slice(records);
            },
        );
    }
}

impl Reader {
    pub(super) fn new(app: App, actor: Actor, listing: Listing) -> Self {
        let calendar = Calendar::of(&actor.tenant.time_zone);
        Self { app, actor, calendar, listing }
    }

    async fn read_whole(&self) -> Result<Whole, Error> {
        let reader = self.clone();
        let tenant = self.actor.tenant_id();
        let is_short = self.listing.filter.search.is_none() && self.listing.request.offset < DEEP;
        let work = move |s: &mut Session<'_>| {
            let directory = reader.app.directories.of(s)?;
            let filter = reader.scoped(&directory);
            let total = ideas::count(s, &filter)?;
            let request = reader.listing.request;
            let part = reader.part(s, &directory, &[], |s, order, visit| {
                ideas::each_record_of(s, &filter, order, (request, total), visit)
            })?;
            Ok(Whole { records: part.text, paging: Paging::of(request, total) })
        };
        if is_short {
            self.app.store.read(tenant, work).await
        } else {
            self.app.store.scan(tenant, work).await
        }
    }

    /// How many there are in all.
    pub(super) async fn count(&self) -> Result<u64, Error> {
        let reader = self.clone();
        self.app
            .store
            .scan(self.actor.tenant_id(), move |s| {
                let directory = reader.app.directories.of(s)?;
                Ok(ideas::count(s, &reader.scoped(&directory))?)
            })
            .await
    }

    /// The next records after a position, or those the request begins with, behind what goes before them. A session
    /// of its own each time: a slow client must not hold a snapshot of the database.
    pub(super) async fn read_part(
        &self,
        before: Vec<u8>,
        after: Option<Position>,
        limit: u64,
    ) -> Result<Part, Error> {
        let reader = self.clone();
        self.app
            .store
            .scan(self.actor.tenant_id(), move |s| {
                let directory = reader.app.directories.of(s)?;
                let filter = reader.scoped(&directory);
                let offset = reader.listing.request.offset;
                Ok(reader.part(s, &directory, &before, |s, order, visit| match &after {
                    Some(after) => ideas::each_record_after(s, &filter, order, after, limit, visit),
                    None => ideas::each_record(s, &filter, order, PageRequest { offset, limit }, visit),
                })?)
            })
            .await
    }

    fn scoped(&self, directory: &TenantDirectory) -> IdeaFilter {
        let mut filter = self.listing.filter.clone();
        filter.categories = scope::visible(directory.tree(), &self.actor, filter.categories.as_deref());
        filter
    }

    /// Writes what `read` shows. If people turn up that the directory doesn't know yet, it reads again once it does.
    fn part(
        &self,
        session: &mut Session<'_>,
        directory: &TenantDirectory,
        before: &[u8],
        mut read: impl FnMut(
            &mut Session<'_>,
            IdeaOrder,
            &mut dyn FnMut(&ideas::IdeaRecord<'_>),
        ) -> Result<Option<Position>, StorageError>,
    ) -> Result<Part, StorageError> {
        let writer = RecordWriter { directory, calendar: &self.calendar };
        loop {
            let mut part = Part { text: Vec::with_capacity(PART_BYTES), count: 0, position: None };
            part.text.extend_from_slice(before);
            let mut unknown: Vec<UserId> = Vec::new();
            let position = read(session, self.listing.order, &mut |record| {
                if part.count > 0 {
                    part.text.push(b',');
                }
                part.count += 1;
                writer.write(&mut part.text, record);
                unknown.extend(writer.unknown(record));
            })?;
            if unknown.is_empty() {
                part.position = position;
                return Ok(part);
            }
            directory.learn(session, &unknown)?;
        }
    }
}

/// The answer around parts that follow one another.
pub(super) fn streamed(body: Body) -> Response {
    envelope::json_response(StatusCode::OK, body)
}
