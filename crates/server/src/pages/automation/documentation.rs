//! The Documentation tab of an automation: its documents, to open and to download.

use askama::Template;
use automation_hub_domain::{document, id::FileId, page::PageRequest, rich_text};
use automation_hub_storage::documents::{Content, Document};
use axum::{
    extract::{RawPathParams, State},
    http::{HeaderMap, Method},
    response::Response,
};

use super::key_of;
use crate::{
    api::download,
    app::App,
    error::Error,
    middleware::request::RequestContext,
    pages::{
        error::PageError,
        format::{self, Format, Moment},
        html,
        pipeline::view::profile_path,
        shell::{Section, Shell},
        visit::SignedIn,
    },
    services::documents,
};

/// Where clients lead to.
pub const PATH: &str = "/automation-profile/{slug}/documentation";
pub const FILE_PATH: &str = "/automation-profile/{slug}/documentation/{file}";
/// The last part of both.
const NAME: &str = "/documentation";

const SHOWN: u64 = 500;

#[derive(Template)]
#[template(path = "documentation.html")]
struct DocumentationPage {
    shell: Shell,
    name: String,
    number: String,
    about: String,
    path: String,
    rows: Vec<Row>,
    total: u64,
}

struct Row {
    title: String,
    kind: &'static str,
    description: Vec<String>,
    added: Moment,
    target: Target,
}

enum Target {
    File(i64),
    Link(String),
    /// A link that isn't offered, as what was stored before links were checked may be anything.
    Text(String),
}

pub async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
) -> Result<Response, PageError> {
    let actor = &signed_in.actor;
    let key = key_of(&params);
    let request = PageRequest { offset: 0, limit: SHOWN };
    let (idea, found) = documents::list_documents(&app, actor, &key, request).await?;
    let about = profile_path(&signed_in.visit.base(), &idea.slug);
    let path = [&about, NAME].concat();
    if idea.slug != key {
        return Ok(html::see_other(&path));
    }
    let number = format::idea_number(idea.id);
    let shell = Shell::of(&signed_in.visit, Section::Pipeline).ok_or(Error::SignedOut)?.below(&number);
    let format = Format::of(&actor.tenant, app.clock.now());
    html::page(&DocumentationPage {
        shell,
        name: idea.name,
        number,
        about,
        path,
        rows: found.items.into_iter().map(|document| Row::of(document, &format)).collect(),
        total: found.total,
    })
}

pub async fn show_file(
    State(app): State<App>,
    signed_in: SignedIn,
    context: RequestContext,
    method: Method,
    params: RawPathParams,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let id = params.iter().last().and_then(|(_, id)| id.parse().ok()).map(FileId::new);
    let id = id.ok_or(Error::NotFound("file"))?;
    let file = documents::get_file(&app, &signed_in.actor, &key_of(&params), id).await?;
    let answer = download::respond(&app, &file, &method, &headers).await;
    // What is wrong with a range is told to a player, not to a person.
    Ok(answer.unwrap_or_else(|error| error.respond(context.id)))
}

impl DocumentationPage {
    fn is_cut(&self) -> bool {
        self.total > SHOWN
    }
}

impl Row {
    fn of(document: Document, format: &Format) -> Self {
        Self {
            kind: document.document_type.name(),
            description: rich_text::paragraphs(&document.description),
            added: format.day(document.created_at),
            target: match document.content {
                Content::File(file) => Target::File(file.get()),
                Content::Link(link) if document::link(&link).is_ok() => Target::Link(link),
                Content::Link(link) => Target::Text(link),
            },
            title: document.title,
        }
    }
}
