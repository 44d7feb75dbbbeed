//! `GET` and `POST /automations/{id}/documents`.

use automation_hub_domain::{document::DocumentType, id::FileId};
use automation_hub_storage::documents::{Content, Document};
use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::{
    api::{
        envelope::{self, Envelope},
        error::ApiError,
        extract::{PathPart, Query},
        fields::{REQUIRED, REQUIRED_MESSAGE, TEXT_NEEDED},
        paging::{PageQuery, Paging},
        upload::{FileMistakes, JsonStream, SentFile, Upload},
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violation, Violations},
    services::{
        documents::{self, NewContent, NewSubmission},
        ideas,
    },
};

const ONE_OF_TWO: &str = "One and only one of embed_link or file need to be specified.";
pub(super) const INVALID_FILE: &str = "Invalid file.";

#[derive(Serialize, ToSchema)]
pub struct DocumentPage {
    #[serde(flatten)]
    paging: Paging,
    documents: Vec<DocumentEntry>,
}

#[derive(Serialize, ToSchema)]
struct DocumentEntry {
    document_id: i64,
    process_id: i64,
    document_title: String,
    document_description: String,
    document_type_id: i64,
    /// For `GET /download/file/{fileId}`; null for a link.
    file_id: Option<i64>,
    /// Null for a file.
    embed_link: Option<String>,
    file_type: DocumentTypeEntry,
    document_is_active: u8,
    document_created_epoch: i64,
}

#[derive(Serialize, ToSchema)]
struct DocumentTypeEntry {
    file_type_id: i64,
    file_type_name: &'static str,
    file_type_key: &'static str,
    /// Endings of the files it takes; empty where any will do.
    accepted_extensions: Vec<&'static str>,
    allow_embed_link: u8,
}

impl From<DocumentType> for DocumentTypeEntry {
    fn from(kind: DocumentType) -> Self {
        Self {
            file_type_id: kind.id(),
            file_type_name: kind.name(),
            file_type_key: kind.key(),
            accepted_extensions: kind.extensions().to_vec(),
            allow_embed_link: u8::from(kind.takes_links()),
        }
    }
}

impl From<Document> for DocumentEntry {
    fn from(document: Document) -> Self {
        let (file_id, embed_link) = match document.content {
            Content::File(file) => (Some(file.get()), None),
            Content::Link(link) => (None, Some(link)),
        };
        Self {
            document_id: document.id.get(),
            process_id: document.idea.get(),
            document_title: document.title,
            document_description: document.description,
            document_type_id: document.document_type.id(),
            file_id,
            embed_link,
            file_type: document.document_type.into(),
            document_is_active: 1,
            document_created_epoch: document.created_at.millis(),
        }
    }
}

/// The documents of an automation, oldest first.
#[utoipa::path(
    get, path = "/automations/{id}/documents", tag = "Documents",
    params(
        ("id" = String, Path, description = "`process_id` or `process_slug`."),
        PageQuery,
    ),
    responses((status = 200, body = Envelope<DocumentPage>), (status = 404))
)]
pub async fn list_documents(
    State(app): State<App>,
    actor: Actor,
    PathPart(key): PathPart,
    query: Query,
) -> Result<Response, ApiError> {
    let request = query.page_alone()?;
    let (_, page) = documents::list_documents(&app, &actor, &key, request).await?;
    envelope::success(DocumentPage {
        paging: Paging::of(request, page.total),
        documents: page.items.into_iter().map(DocumentEntry::from).collect(),
    })
}

/// A document to attach: a file or a link.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read as it comes")]
pub struct AddDocumentRequest {
    #[schema(format = "line", max_length = 255)]
    document_title: String,
    #[schema(format = "filled-text")]
    document_description: String,
    #[schema(minimum = 1, maximum = 11)]
    document_type_id: i64,
    /// One of `file` and `embed_link`.
    file: Option<EncodedFile>,
    /// `https://…` or `http://…`; not for type 10.
    #[schema(format = "link", max_length = 2048)]
    embed_link: Option<String>,
}

/// A file within JSON.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read as it comes")]
pub struct EncodedFile {
    #[schema(format = "filled-text")]
    file_name: String,
    #[schema(format = "filled-text")]
    mimetype: String,
    /// In base64.
    #[schema(content_encoding = "base64", min_length = 1)]
    file_content: String,
    /// Always `base64`.
    #[schema(pattern = "^base64$")]
    file_encoding: String,
}

#[derive(Serialize, ToSchema)]
pub struct AddedDocument {
    document_id: i64,
    /// For uploads.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_id: Option<i64>,
}

/// Attaches a document to an automation the caller may edit.
#[utoipa::path(
    post, path = "/automations/{id}/documents", tag = "Documents", request_body = AddDocumentRequest,
    params(("id" = String, Path, description = "`process_id` or `process_slug`.")),
    responses(
        (status = 201, body = Envelope<AddedDocument>)
    )
)]
pub async fn add_document(
    State(app): State<App>,
    actor: Actor,
    PathPart(key): PathPart,
    body: JsonStream,
) -> Result<Response, ApiError> {
    // Before the body: a file that nobody may attach needn't be sent.
    let idea = ideas::require_editable(&app, &actor, &key).await?;
    let upload = body.receive(&app, actor.tenant_id()).await?;
    let submission = match read(&upload) {
        Ok(submission) => submission,
        Err(violations) => {
            upload.discard(&app, actor.tenant_id()).await;
            return Err(refused(Error::Invalid(violations)));
        }
    };
    let added = documents::add_document(&app, &actor, idea, submission).await.map_err(refused)?;
    envelope::created(AddedDocument {
        document_id: added.document.get(),
        file_id: added.file.map(FileId::get),
    })
}

/// Clients look for some messages of the mirrored API; where one applies it comes first.
pub(super) fn refused(error: Error) -> ApiError {
    let Error::Invalid(violations) = error else { return error.into() };
    let has = |text: &str| violations.iter().any(|violation| violation.message == text);
    let message = if has(REQUIRED) {
        Some(REQUIRED_MESSAGE)
    } else if has(ONE_OF_TWO) {
        Some(ONE_OF_TWO)
    } else {
        violations.iter().any(is_of_file).then_some(INVALID_FILE)
    };
    match message {
        Some(message) => ApiError::invalid(message, violations),
        None => Error::Invalid(violations).into(),
    }
}

fn read(upload: &Upload) -> Result<NewSubmission, Violations> {
    let mut violations = Violations::default();
    let title = required_text(&upload.fields, "document_title", &mut violations);
    let description = required_text(&upload.fields, "document_description", &mut violations);
    let document_type = document_type(&upload.fields, &mut violations);
    let content = content(upload, &mut violations);
    documents::check(title, document_type, content.as_ref(), &mut violations);
    match (title, description, document_type, content) {
        (Some(title), Some(description), Some(document_type), Some(content)) if violations.is_empty() => {
            Ok(NewSubmission {
                document_type,
                title: title.to_owned(),
                description: description.to_owned(),
                content,
            })
        }
        _ => Err(violations),
    }
}

fn required_text<'f>(
    fields: &'f Map<String, Value>,
    field: &'static str,
    violations: &mut Violations,
) -> Option<&'f str> {
    match fields.get(field) {
        Some(Value::String(text)) if !text.trim().is_empty() => return Some(text),
        Some(Value::String(_) | Value::Null) | None => violations.add(field, REQUIRED),
        Some(_) => violations.add(field, TEXT_NEEDED),
    }
    None
}

fn document_type(fields: &Map<String, Value>, violations: &mut Violations) -> Option<DocumentType> {
    const FIELD: &str = "document_type_id";
    match fields.get(FIELD) {
        None | Some(Value::Null) => violations.add(FIELD, REQUIRED),
        Some(value) => match value.as_i64().and_then(DocumentType::from_id) {
            Some(kind) => return Some(kind),
            None => violations.add(FIELD, "A whole number from 1 to 11 is needed."),
        },
    }
    None
}

/// First what clients of the mirrored API look for.
pub(super) fn refuse_file(mistakes: &FileMistakes, violations: &mut Violations) {
    match mistakes {
        FileMistakes::Whole(told) => violations.add("file", format!("{INVALID_FILE} {told}")),
        FileMistakes::Members(members) => {
            violations.add("file", INVALID_FILE);
            for (member, told) in members {
                violations.add_at(("file", Some(format!("/file/{member}"))), told.clone());
            }
        }
    }
}

/// Whether it is said that a file isn't one.
fn is_of_file(violation: &Violation) -> bool {
    violation.message.starts_with(INVALID_FILE)
}

fn content(upload: &Upload, violations: &mut Violations) -> Option<NewContent> {
    let link = match upload.fields.get("embed_link") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.trim().is_empty() => None,
        other => other,
    };
    match (&upload.file, link) {
        (SentFile::Received(file), None) => return Some(NewContent::File(file.clone())),
        (SentFile::Invalid(rules), None) => refuse_file(rules, violations),
        (SentFile::Absent, Some(Value::String(text))) => {
            return Some(NewContent::Link(text.trim().to_owned()));
        }
        (SentFile::Absent, Some(_)) => violations.add("embed_link", TEXT_NEEDED),
        (SentFile::Absent, None) | (_, Some(_)) => {
            violations.add("embed_link", ONE_OF_TWO);
            violations.add("file", ONE_OF_TWO);
        }
    }
    None
}
