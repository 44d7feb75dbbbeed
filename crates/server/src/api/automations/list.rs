//! `GET /automations`.

use std::sync::{Arc, OnceLock};

use automation_hub_domain::{id::UserId, page::PageRequest, permission::Permission};
use automation_hub_storage::{
    Session, StorageError,
    ideas::{self, Found, IdeaFilter, IdeaOrder, Position},
};
use axum::{extract::State, response::Response};

use crate::{
    api::{
        automations::{
            calendar::Calendar,
            cursor::Cursor,
            deleted,
            filter::{ListQuery, Listing, Reading},
            record::RecordWriter,
            schema::AutomationPage,
        },
        envelope::Envelope,
        error::ApiError,
        extract::Query,
        paging::PageQuery,
        stream::{self, Source},
    },
    app::App,
    auth::actor::Actor,
    directory::TenantDirectory,
    error::Error,
    services::scope,
};

/// What a record usually takes; longer ones make the first part's buffer grow.
const RECORD_BYTES: usize = 4 * 1024;

/// Ideas and automations in the categories the caller may see, newest first.
#[utoipa::path(
    get, path = "/automations", tag = "Automation Ideas",
    params(
        ListQuery,
        PageQuery,
        ("deleted" = Option<i64>, Query, minimum = 0, maximum = 1, description = "1: in place of what there is, `deleted` has \
            the ids of what was deleted, the earliest first. Of the other parameters `updatedStart` and `updatedEnd` (when it \
            was deleted), `limit`, `offset` and `page` go with it."),
    ),
    responses((status = 200, body = Envelope<AutomationPage>))
)]
pub async fn list_automations(
    State(app): State<App>,
    actor: Actor,
    query: Query,
) -> Result<Response, ApiError> {
    if deleted::are_meant(&query)? {
        return deleted::answer(app, actor, &query).await;
    }
    let listing = Listing::parse(&query)?;
    Ok(answer(app, actor, listing, &[]).await?)
}

/// A list of what the caller may view, where they hold one of some permissions; where none are named, everywhere.
pub(super) async fn answer(
    app: App,
    actor: Actor,
    listing: Listing,
    permissions: &'static [Permission],
) -> Result<Response, Error> {
    let request = listing.request;
    let calendar = Calendar::of(&actor.tenant.time_zone);
    stream::answer(Reader { app, actor, calendar, listing, permissions, found: Arc::default() }, request)
        .await
}

type Part = stream::Part<Position>;

/// One caller's way through one list.
#[derive(Clone)]
struct Reader {
    app: App,
    actor: Actor,
    calendar: Arc<Calendar>,
    listing: Listing,
    permissions: &'static [Permission],
    /// What a search has found, for the parts that follow the first.
    found: Arc<OnceLock<Found>>,
}

impl Source for Reader {
    type Position = Position;
    const NAME: &'static str = "processes";
    const PART: u64 = 256;

    async fn first(&self, limit: u64) -> Result<(u64, Part), Error> {
        let reader = self.clone();
        let tenant = self.actor.tenant_id();
        let is_short = self.is_found_in_place(self.skipped());
        let request = PageRequest { limit, ..self.listing.request };
        let work = move |s: &mut Session<'_>| -> Result<_, Error> {
            reader.check_selection(s)?;
            let directory = reader.app.directories.of(s)?;
            let mut filter = reader.scoped(&directory);
            let (total, after) = match &reader.listing.reading {
                Reading::Pages | Reading::Start => {
                    filter.look_up(s)?;
                    (ideas::count(s, &filter)?, None)
                }
                Reading::After(cursor) => {
                    filter.look_up_for_pages(s)?;
                    (cursor.total, Some(&cursor.after))
                }
            };
            reader.found.get_or_init(|| filter.found.for_later());
            let room = usize::try_from(limit).unwrap_or_default().saturating_mul(RECORD_BYTES);
            let begin = || Part::first(room);
            let part = reader.part(s, &directory, begin, |s, order, visit| match after {
                None => ideas::each_record_of(s, &filter, order, (request, total), visit),
                Some(after) => {
                    ideas::each_record_after(s, &filter, order, after, limit, |record, _| visit(record))
                }
            })?;
            Ok((total, part))
        };
        if is_short {
            self.app.store.read(tenant, work).await
        } else {
            self.app.store.scan(tenant, work).await
        }
    }

    async fn next(&self, after: Position, limit: u64, room: usize) -> Result<Part, Error> {
        let reader = self.clone();
        self.app
            .store
            .scan_one(self.actor.tenant_id(), move |s| {
                let mut directory = reader.app.directories.last_or_of(s)?;
                loop {
                    let filter = reader.following(&directory);
                    let begin = || Part::following(room);
                    let mut is_of_now = None;
                    let part = reader.part(s, &directory, begin, |s, order, visit| {
                        ideas::each_record_after(s, &filter, order, &after, limit, |record, versions| {
                            is_of_now = Some(directory.is_of(versions));
                            visit(record);
                        })
                    })?;
                    if is_of_now == Some(true) {
                        return Ok(part);
                    }
                    let now = reader.app.directories.of(s)?;
                    // Without a record, only this tells whether there should have been any.
                    if is_of_now.is_none() && now.is_same_as(&directory) {
                        return Ok(part);
                    }
                    directory = now;
                }
            })
            .await
    }

    async fn closing(&self, total: u64, end: Option<Position>) -> Result<String, Error> {
        let Listing { reading, request, order, .. } = &self.listing;
        if matches!(reading, Reading::Pages) {
            return Ok(String::new());
        }
        Ok(match end {
            Some(after) if self.is_any_after(&after).await? => {
                let seen = request.offset.saturating_add(request.limit);
                let cursor = Cursor { order: *order, after, seen, total };
                format!(r#","nextCursor":"{}""#, cursor.write())
            }
            _ => r#","nextCursor":null"#.to_owned(),
        })
    }
}

impl Reader {
    fn is_found_in_place(&self, skipped: u64) -> bool {
        self.listing.filter.is_found_in_place(skipped)
    }

    /// How many rows are passed over before those of the answer.
    fn skipped(&self) -> u64 {
        match self.listing.reading {
            Reading::Pages | Reading::Start => self.listing.request.offset,
            Reading::After(_) => 0,
        }
    }

    async fn is_any_after(&self, position: &Position) -> Result<bool, Error> {
        let (reader, position) = (self.clone(), position.clone());
        let work = move |s: &mut Session<'_>| -> Result<_, Error> {
            let filter = reader.following(&reader.app.directories.of(s)?);
            Ok(ideas::is_any_after(s, &filter, reader.listing.order, &position)?)
        };
        let (store, tenant) = (&self.app.store, self.actor.tenant_id());
        if self.is_found_in_place(0) {
            store.read(tenant, work).await
        } else {
            store.scan(tenant, work).await
        }
    }

    fn check_selection(&self, session: &mut Session<'_>) -> Result<(), Error> {
        let selection = self.listing.selection.as_ref();
        selection.map_or(Ok(()), |selection| selection.check(|| self.app.forms.of(session)))
    }

    fn scoped(&self, directory: &TenantDirectory) -> IdeaFilter {
        let mut filter = self.listing.filter.clone();
        let tree = directory.tree();
        filter.categories = scope::visible(tree, &self.actor, filter.categories.as_deref());
        if !self.permissions.is_empty() {
            filter.categories = scope::within(tree, &self.actor, self.permissions, filter.categories);
        }
        filter
    }

    /// For what comes after the first part: a search isn't looked up again.
    fn following(&self, directory: &TenantDirectory) -> IdeaFilter {
        IdeaFilter { found: self.found.get().cloned().unwrap_or_default(), ..self.scoped(directory) }
    }

    /// Writes what `read` shows. If people turn up that the directory doesn't know yet, it reads again once it does.
    fn part(
        &self,
        session: &mut Session<'_>,
        directory: &TenantDirectory,
        begin: impl Fn() -> Part,
        mut read: impl FnMut(
            &mut Session<'_>,
            IdeaOrder,
            &mut dyn FnMut(&ideas::IdeaRecord<'_>),
        ) -> Result<Option<Position>, StorageError>,
    ) -> Result<Part, StorageError> {
        let selection = self.listing.selection.as_ref();
        let writer = RecordWriter { directory, calendar: &self.calendar, selection };
        loop {
            let mut part = begin();
            let mut unknown: Vec<UserId> = Vec::new();
            let position = read(session, self.listing.order, &mut |record| {
                writer.write(part.record(), record);
                unknown.extend(writer.unknown(record));
            })?;
            if unknown.is_empty() {
                return Ok(part.ending(position));
            }
            directory.learn(session, &unknown)?;
        }
    }
}
