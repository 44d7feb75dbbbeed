//! A JSON body with a file in it. It is read as it comes: the file goes to the store piece by piece, and what is held
//! of it at any time is a part's worth. Everything else in the body has to fit the limit of usual bodies.

mod parse;

use automation_hub_domain::id::TenantId;
use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::header,
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use serde_json::{Map, Value};
use tokio::sync::mpsc;

use crate::{
    api::{error::ApiError, extract},
    app::App,
    error::Error,
    services::files::{self, ReceivedFile},
};

/// Least that has to come of an upload within the patience, unless it ends: less than any line carries in that time.
const STEP_BYTES: usize = 16 * 1024;

/// A body that is going to be JSON, of which nothing has been read yet.
#[derive(Debug)]
pub struct JsonStream(Body);

impl FromRequest<App> for JsonStream {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        extract::require_plain_json(request.headers())?;
        let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        let limit = app.config.files.upload_limit_bytes;
        if length.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        Ok(Self(request.into_body()))
    }
}

/// What such a body held.
#[derive(Debug)]
pub struct Upload {
    /// Its members but for `file`.
    pub fields: Map<String, Value>,
    pub file: SentFile,
}

#[derive(Debug)]
pub enum SentFile {
    Absent,
    Invalid(FileMistakes),
    Received(ReceivedFile),
}

/// What is wrong with a file within JSON.
#[derive(Debug)]
pub enum FileMistakes {
    /// It is no object.
    Whole(&'static str),
    /// By the name of each of its members that is missing, empty or not what it has to be.
    Members(Vec<(&'static str, String)>),
}

impl Upload {
    /// Gives the file up, as nothing comes of the request.
    pub async fn discard(self, app: &App, tenant: TenantId) {
        if let SentFile::Received(file) = self.file {
            files::discard(app, tenant, file.whole.object).await;
        }
    }
}

impl JsonStream {
    /// Reads the body to its end. If that fails nothing is left of its file.
    pub async fn receive(self, app: &App, tenant: TenantId) -> Result<Upload, ApiError> {
        let _place = app.files.enter().await?;
        let (sender, receiver) = mpsc::channel(1);
        let shared = app.clone();
        let parsing = tokio::task::spawn_blocking(move || parse::run(&shared, tenant, receiver));
        let fed = feed(app, self.0, sender).await;
        let parsed = parsing.await.map_err(Error::internal)?;
        match (fed, parsed) {
            (Ok(()), parsed) => parsed,
            // The parser only knows that there was no more.
            (Err(error), Err(_)) => Err(error),
            (Err(error), Ok(upload)) => {
                upload.discard(app, tenant).await;
                Err(error)
            }
        }
    }
}

fn too_large(limit: u64) -> ApiError {
    ApiError::body_too_large(usize::try_from(limit).unwrap_or(usize::MAX))
}

/// What goes from the connection to the parser.
enum Piece {
    Bytes(Bytes),
    End,
}

/// The next piece of a body that may be as long as an upload, of which so many bytes may still come. None at its end.
/// It is a step at least, unless the body ends: one that trickles stands still.
pub(super) async fn next_piece(
    app: &App,
    body: &mut Body,
    left: &mut u64,
) -> Result<Option<Bytes>, ApiError> {
    let patience = app.files.patience();
    let step = tokio::time::timeout(patience, next_step(body)).await;
    let piece = step.map_err(|_| ApiError::body_stalled(STEP_BYTES, patience.as_secs()))??;
    let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
    let rest = left.checked_sub(length);
    *left = rest.ok_or_else(|| too_large(app.config.files.upload_limit_bytes))?;
    Ok((!piece.is_empty()).then_some(piece))
}

/// Empty at the body's end.
async fn next_step(body: &mut Body) -> Result<Bytes, ApiError> {
    let mut step = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ApiError::malformed("The body broke off."))?;
        let Ok(bytes) = frame.into_data() else { continue };
        if step.is_empty() && bytes.len() >= STEP_BYTES {
            return Ok(bytes);
        }
        step.extend_from_slice(&bytes);
        if step.len() >= STEP_BYTES {
            break;
        }
    }
    Ok(step.freeze())
}

/// Hands the body over as fast as it is taken. Ends early if nobody takes it any more.
async fn feed(app: &App, mut body: Body, sender: mpsc::Sender<Piece>) -> Result<(), ApiError> {
    let mut left = app.config.files.upload_limit_bytes;
    while let Some(bytes) = next_piece(app, &mut body, &mut left).await? {
        if sender.send(Piece::Bytes(bytes)).await.is_err() {
            return Ok(());
        }
    }
    // If nobody takes it, the parser has said why.
    let _ = sender.send(Piece::End).await;
    Ok(())
}
