//! The Documentation tab of an automation: its documents, to open and to download.

use askama::Template;
use automation_hub_domain::{
    id::FileId,
    idea::Idea,
    page::{Page, PageRequest},
};
use automation_hub_storage::{
    documents::{self, Content, Document},
    files::{self, StoredFile},
    ideas::IdeaKey,
};
use axum::{
    extract::{RawPathParams, State},
    http::{HeaderMap, Method},
    response::Response,
};

use super::key_of;
use crate::{
    api::download,
    app::App,
    auth::actor::Actor,
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
    rich_text,
    services::ideas,
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
    /// One that leads elsewhere, and is one that browsers follow.
    Link(String),
    /// What isn't, as text.
    Text(String),
}

pub async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
) -> Result<Response, PageError> {
    let actor = &signed_in.actor;
    let key = key_of(&params);
    let (idea, found) = find(&app, actor, key.clone()).await?;
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

async fn find(app: &App, actor: &Actor, key: String) -> Result<(Idea, Page<Document>), Error> {
    let (shared, actor) = (app.clone(), actor.clone());
    app.store
        .scan(actor.tenant_id(), move |s| -> Result<_, Error> {
            let idea = ideas::get_visible(&shared, s, &actor, IdeaKey::parse(&key))?;
            let found = documents::list(s, idea.id, PageRequest { offset: 0, limit: SHOWN })?;
            Ok((idea, found))
        })
        .await
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
    let file = find_file(&app, &signed_in.actor, key_of(&params), id).await?;
    let answer = download::respond(&app, &file, &method, &headers).await;
    // What is wrong with a range is told to a player, not to a person.
    Ok(answer.unwrap_or_else(|error| error.respond(context.id)))
}

/// A file of one of the automation's documents.
async fn find_file(app: &App, actor: &Actor, key: String, id: Option<FileId>) -> Result<StoredFile, Error> {
    let (shared, actor) = (app.clone(), actor.clone());
    app.store
        .read(actor.tenant_id(), move |s| -> Result<_, Error> {
            let idea = ideas::get_visible(&shared, s, &actor, IdeaKey::parse(&key))?;
            let id = id.ok_or(Error::NotFound("file"))?;
            if documents::find_idea_of_file(s, id)? != Some(idea.id) {
                return Err(Error::NotFound("file"));
            }
            files::find(s, id)?.ok_or(Error::NotFound("file"))
        })
        .await
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
                Content::Link(link) if is_followed(&link) => Target::Link(link),
                Content::Link(link) => Target::Text(link),
            },
            title: document.title,
        }
    }
}

/// What was stored before links were checked may be anything.
fn is_followed(link: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| link.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::is_followed;

    #[test]
    fn only_links_to_pages_are_followed() {
        assert!(is_followed("https://wiki.example/plan") && is_followed("http://wiki.example"));
        assert!(!is_followed("javascript:alert(1)") && !is_followed("//wiki.example") && !is_followed(""));
    }
}
