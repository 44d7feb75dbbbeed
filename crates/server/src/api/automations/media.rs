//! `GET` and `POST /automations/{id}/media`. The mirrored API publishes no more than the name of the second.

use automation_hub_storage::media::Media;
use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    api::{
        automations::documents::{EncodedFile, refuse_file, refused},
        envelope::{self, Envelope},
        error::ApiError,
        extract::{PathPart, Query},
        fields::{REQUIRED, TEXT_NEEDED},
        paging::{PageQuery, Paging},
        upload::{JsonStream, SentFile, Upload},
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::{
        ideas,
        media::{self, NewSubmission},
    },
};

#[derive(Serialize, ToSchema)]
pub struct MediaPage {
    #[serde(flatten)]
    paging: Paging,
    media: Vec<MediaEntry>,
}

#[derive(Serialize, ToSchema)]
struct MediaEntry {
    media_id: i64,
    process_id: i64,
    media_title: String,
    /// For `GET /download/file/{fileId}`.
    file_id: i64,
    file_name: String,
    /// By its content: `image/…` or `video/…`.
    mimetype: String,
    /// In bytes.
    file_size: u64,
    media_created_epoch: i64,
}

impl From<Media> for MediaEntry {
    fn from(media: Media) -> Self {
        Self {
            media_id: media.id.get(),
            process_id: media.idea.get(),
            media_title: media.title,
            file_id: media.file.id.get(),
            file_name: media.file.name,
            mimetype: media.file.media_type,
            file_size: media.file.size,
            media_created_epoch: media.created_at.millis(),
        }
    }
}

/// Pictures and videos of an automation, oldest first. An extension of ours.
#[utoipa::path(
    get, path = "/automations/{id}/media", tag = "Documents",
    params(
        ("id" = String, Path, description = "`process_id` or `process_slug`."),
        PageQuery,
    ),
    responses((status = 200, body = Envelope<MediaPage>), (status = 404))
)]
pub async fn list_media(
    State(app): State<App>,
    actor: Actor,
    PathPart(key): PathPart,
    query: Query,
) -> Result<Response, ApiError> {
    let request = query.page_alone()?;
    let page = media::list_media(&app, &actor, &key, request).await?;
    envelope::success(MediaPage {
        paging: Paging::of(request, page.total),
        media: page.items.into_iter().map(MediaEntry::from).collect(),
    })
}

/// A picture or video to attach.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is read as it comes")]
pub struct AddMediaRequest {
    /// The file's name unless given.
    #[schema(format = "optional-line", max_length = 255)]
    media_title: Option<String>,
    file: EncodedFile,
}

#[derive(Serialize, ToSchema)]
pub struct AddedMedia {
    media_id: i64,
    file_id: i64,
}

/// Attaches a picture or video to an automation the caller may edit. What it is, is told by its content.
#[utoipa::path(
    post, path = "/automations/{id}/media", tag = "Documents", request_body = AddMediaRequest,
    params(("id" = String, Path, description = "`process_id` or `process_slug`.")),
    responses(
        (status = 201, body = Envelope<AddedMedia>)
    )
)]
pub async fn add_media(
    State(app): State<App>,
    actor: Actor,
    PathPart(key): PathPart,
    body: JsonStream,
) -> Result<Response, ApiError> {
    let idea = ideas::require_editable(&app, &actor, &key).await?;
    let upload = body.receive(&app, actor.tenant_id()).await?;
    let submission = match read(&upload) {
        Ok(submission) => submission,
        Err(violations) => {
            upload.discard(&app, actor.tenant_id()).await;
            return Err(refused(Error::Invalid(violations)));
        }
    };
    let added = media::add_media(&app, &actor, idea, submission).await.map_err(refused)?;
    envelope::created(AddedMedia { media_id: added.media.get(), file_id: added.file.get() })
}

fn read(upload: &Upload) -> Result<NewSubmission, Violations> {
    let mut violations = Violations::default();
    let title = match upload.fields.get("media_title") {
        None | Some(Value::Null) => None,
        Some(Value::String(title)) => Some(title.clone()),
        Some(_) => {
            violations.add("media_title", TEXT_NEEDED);
            None
        }
    };
    match &upload.file {
        SentFile::Received(file) if violations.is_empty() => {
            return Ok(NewSubmission { title, file: file.clone() });
        }
        SentFile::Received(_) => {}
        SentFile::Invalid(rules) => refuse_file(rules, &mut violations),
        SentFile::Absent => violations.add("file", REQUIRED),
    }
    Err(violations)
}
