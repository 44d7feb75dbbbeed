//! Documents of automations.

use automation_hub_domain::{
    audit::AuditAction,
    document::{self, DocumentType},
    id::{DocumentId, FileId, IdeaId},
    idea::Idea,
    page::{Page, PageRequest},
    text,
};
use automation_hub_storage::{
    audit,
    documents::{self, Content, Document, NewDocument},
    files::{self as stored_files, StoredFile},
    ideas::IdeaKey,
};

use crate::{
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::{
        files::{self, ReceivedFile},
        ideas,
    },
};

const TITLE_LIMIT: usize = 255;

/// A document as somebody hands it in.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    pub document_type: DocumentType,
    pub title: String,
    pub description: String,
    pub content: NewContent,
}

#[derive(Clone, Debug)]
pub enum NewContent {
    File(ReceivedFile),
    Link(String),
}

/// What came of it.
#[derive(Clone, Copy, Debug)]
pub struct Added {
    pub document: DocumentId,
    pub file: Option<FileId>,
}

/// Adds a document to an automation the actor may edit. If it is refused, its file is given up.
pub async fn add_document(
    app: &App,
    actor: &Actor,
    idea: IdeaId,
    new: NewSubmission,
) -> Result<Added, Error> {
    let object = match &new.content {
        NewContent::File(file) => Some(file.whole.object.clone()),
        NewContent::Link(_) => None,
    };
    let mut violations = Violations::default();
    check(Some(&new.title), Some(new.document_type), Some(&new.content), &mut violations);
    let added = match violations.into_result() {
        Ok(()) => insert(app, actor, idea, new).await,
        Err(error) => Err(error),
    };
    if let (Err(_), Some(object)) = (&added, object) {
        files::discard(app, actor.tenant_id(), object).await;
    }
    added
}

/// Notes which rules of a document are broken by the parts there are.
pub fn check(
    title: Option<&str>,
    document_type: Option<DocumentType>,
    content: Option<&NewContent>,
    violations: &mut Violations,
) {
    if let Some(title) = title {
        violations.check("document_title", text::line(title, TITLE_LIMIT));
    }
    if let Some(NewContent::Link(link)) = content {
        violations.check("embed_link", document::link(link));
    }
    let (Some(document_type), Some(content)) = (document_type, content) else { return };
    let name = document_type.name();
    match content {
        NewContent::Link(_) if !document_type.takes_links() => {
            violations.add("embed_link", format!("A {name} can't be a link."));
        }
        NewContent::File(file) if !document_type.takes_file(&file.name) => {
            let endings = document_type.extensions().join(" or ");
            violations.add("file", format!("A {name} has to be a {endings} file."));
        }
        NewContent::Link(_) | NewContent::File(_) => {}
    }
}

async fn insert(app: &App, actor: &Actor, idea: IdeaId, new: NewSubmission) -> Result<Added, Error> {
    let (shared, actor, now) = (app.clone(), actor.clone(), app.clock.now());
    app.store
        .write(actor.tenant_id(), move |s| {
            // Rights may have changed while the file was on its way.
            let idea = ideas::get_editable(&shared, s, &actor, IdeaKey::Id(idea))?;
            let (content, file) = match &new.content {
                NewContent::File(file) => {
                    let id = files::keep(s, file, now)?;
                    (Content::File(id), Some(id))
                }
                NewContent::Link(link) => (Content::Link(link.clone()), None),
            };
            let row = NewDocument {
                idea: idea.id,
                document_type: new.document_type,
                title: new.title.trim().to_owned(),
                description: new.description.clone(),
                content,
                author: actor.user_id(),
                created_at: now,
            };
            let document = documents::insert(s, &row)?;
            let mut event =
                actor.event(now, AuditAction::DOCUMENT_CREATE, ("document", document.get()), &row.title);
            event.after = Some(after(&row, &new));
            audit::insert(s, &event)?;
            Ok(Added { document, file })
        })
        .await
}

fn after(row: &NewDocument, new: &NewSubmission) -> String {
    let content = match &new.content {
        NewContent::File(file) => {
            serde_json::json!({ "name": file.name.as_str(), "size": file.whole.size })
        }
        NewContent::Link(link) => serde_json::json!({ "link": link }),
    };
    serde_json::json!({ "idea": row.idea.get(), "type": row.document_type.key(), "content": content })
        .to_string()
}

/// An automation the actor may view, and its documents.
pub async fn list_documents(
    app: &App,
    actor: &Actor,
    key: &str,
    request: PageRequest,
) -> Result<(Idea, Page<Document>), Error> {
    let (shared, actor, key) = (app.clone(), actor.clone(), key.to_owned());
    app.store
        .read(actor.tenant_id(), move |s| {
            let idea = ideas::get_visible(&shared, s, &actor, IdeaKey::parse(&key))?;
            let found = documents::list(s, idea.id, request)?;
            Ok((idea, found))
        })
        .await
}

/// The file of one of the documents of an automation the actor may view.
pub async fn get_file(app: &App, actor: &Actor, key: &str, id: FileId) -> Result<StoredFile, Error> {
    let (shared, actor, key) = (app.clone(), actor.clone(), key.to_owned());
    app.store
        .read(actor.tenant_id(), move |s| {
            let idea = ideas::get_visible(&shared, s, &actor, IdeaKey::parse(&key))?;
            if documents::find_idea_of_file(s, id)? != Some(idea.id) {
                return Err(Error::NotFound("file"));
            }
            stored_files::find(s, id)?.ok_or(Error::NotFound("file"))
        })
        .await
}
