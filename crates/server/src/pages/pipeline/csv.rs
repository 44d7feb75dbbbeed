//! The list as a file: all rows the list would show over its pages, with a link to each, streamed so that
//! its length costs no memory.

use automation_hub_domain::{
    id::TenantId,
    idea::{Idea, Priority},
};
use automation_hub_storage::{
    Session,
    ideas::{self, IdeaOrder, Position},
};
use axum::{
    body::{Body, Bytes},
    extract::{RawQuery, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;

use crate::{
    app::App,
    error::Error,
    pages::{
        catalogue::{Catalogue, People},
        error::PageError,
        format::{self, Format},
        pipeline::{
            find::{self, Looker, Scope},
            query::ListQuery,
            view::profile_path,
        },
        visit::SignedIn,
    },
};

/// Rows read at once: enough to be quick, few enough to be nothing.
const CHUNK: u64 = 1000;
/// Without it spreadsheets take UTF-8 for something else.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// What makes spreadsheets take a text for a formula.
const FORMULA_STARTS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

const HEADER: [&str; 18] = [
    "Name",
    "ID",
    "Automation ID",
    "Category",
    "Submission type",
    "Phase",
    "Status",
    "Submitter",
    "Process Owner",
    "Priority",
    "Idea score",
    "Benefit hours a year",
    "Benefit money a year",
    "Benefit full-time people",
    "Votes",
    "Submitted",
    "Updated",
    "Profile link",
];

/// A file on its way out.
struct Export {
    app: App,
    tenant: TenantId,
    scope: Scope,
    order: IdeaOrder,
    catalogue: Catalogue,
    format: Format,
    /// Before each link's path.
    base: String,
}

pub async fn download(
    State(app): State<App>,
    signed_in: SignedIn,
    headers: HeaderMap,
    RawQuery(address): RawQuery,
) -> Result<Response, PageError> {
    let query = ListQuery::parse(address.as_deref().unwrap_or_default())?;
    let actor = &signed_in.actor;
    actor.require(query.table.permission())?;
    let looker = Looker::of(actor)?;
    let format = Format::of(&actor.tenant, app.clock.now());
    let tenant = actor.tenant_id();
    let shared = app.clone();
    let read =
        move |s: &mut Session<'_>| -> Result<_, Error> { Ok(Catalogue::read(&shared.directories, s)?) };
    let catalogue = app.store.read(tenant, read).await?;
    let scope = Scope::of(&looker, &query, &catalogue, &format);
    let base = format!("{}{}", app.public_origin.address(&headers), signed_in.visit.base());
    let order = find::order(&query);
    let export = Export { app, tenant, scope, order, catalogue, format, base };
    let disposition = format!("attachment; filename=\"automations-{}.csv\"", query.table.key());
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::try_from(disposition).unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    Ok((headers, Body::from_stream(export.stream())).into_response())
}

/// Where an export goes on.
enum Step {
    Start,
    After(Position),
    End,
}

impl Export {
    fn stream(self) -> impl stream::Stream<Item = Result<Bytes, Error>> {
        let first = if self.scope.is_empty { Step::End } else { Step::Start };
        let header =
            lines([HEADER.map(str::to_owned).to_vec()]).map(|lines| format!("{BYTE_ORDER_MARK}{lines}"));
        let header = header.map(Bytes::from);
        let rows = stream::try_unfold((self, first), |(export, step)| async move {
            let after = match step {
                Step::Start => None,
                Step::After(position) => Some(position),
                Step::End => return Ok(None),
            };
            let (text, end) = export.chunk(after).await?;
            Ok(Some((Bytes::from(text), (export, end.map_or(Step::End, Step::After)))))
        });
        futures_util::StreamExt::chain(stream::iter([header]), rows)
    }

    async fn chunk(&self, after: Option<Position>) -> Result<(String, Option<Position>), Error> {
        let (filter, order, app) = (self.scope.filter.clone(), self.order, self.app.clone());
        let (ideas, people, end) = self
            .app
            .store
            .scan(self.tenant, move |s| -> Result<_, Error> {
                let (ideas, end) = ideas::chunk(s, &filter, order, after.as_ref(), CHUNK)?;
                let named = ideas.iter().flat_map(|idea| [Some(idea.submitter), idea.owner]).flatten();
                let people = People::read(&Catalogue::read(&app.directories, s)?, s, named)?;
                Ok((ideas, people, end))
            })
            .await?;
        let is_last = ideas.len() < usize::try_from(CHUNK).unwrap_or(usize::MAX);
        let text = lines(ideas.iter().map(|idea| self.row(idea, &people)))?;
        Ok((text, end.filter(|_| !is_last)))
    }

    fn row(&self, idea: &Idea, people: &People) -> Vec<String> {
        let content = &idea.content;
        let name = |id| people.find(id).map(|person| person.name.clone()).unwrap_or_default();
        let number = |value: Option<f64>| value.map(format::decimal).unwrap_or_default();
        let place = self.catalogue.place(idea.phase, idea.status);
        vec![
            safe(idea.name.clone()),
            format::idea_number(idea.id),
            safe(content.automation_code.clone().unwrap_or_default()),
            safe(self.catalogue.category_words(idea.category)),
            idea.submission_type.name().to_owned(),
            safe(place.phase),
            safe(place.status),
            safe(name(idea.submitter)),
            safe(idea.owner.map(name).unwrap_or_default()),
            if content.priority == Priority::None { "" } else { content.priority.name() }.to_owned(),
            number(content.idea_score),
            number(content.benefit_hours),
            number(content.benefit_cost),
            number(content.benefit_fte),
            idea.votes.to_string(),
            self.format.date_value(idea.created_at),
            self.format.date_value(idea.updated_at),
            profile_path(&self.base, &idea.slug),
        ]
    }
}

/// A text that a spreadsheet shows as it is instead of calculating it.
fn safe(text: String) -> String {
    if text.starts_with(FORMULA_STARTS) { format!("'{text}") } else { text }
}

fn lines(rows: impl IntoIterator<Item = Vec<String>>) -> Result<String, Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).map_err(Error::internal)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::internal(error.into_error()))?;
    String::from_utf8(bytes).map_err(Error::internal)
}
