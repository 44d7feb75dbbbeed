//! What a call is sent and answered, copied on its way where the tenant keeps it.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
};

use automation_hub_domain::tenant::KeptContents;
use automation_hub_storage::calls::{CallBody, CallContent};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, header},
    response::Response,
};

use crate::{api::watched::watched, auth::credential::Presented};

/// Of each body so many bytes are kept.
pub const KEPT: usize = 64 * 1024;
/// Copied beyond them, so that a secret which stands across the end is recognised.
const BEYOND: usize = 1024;
const KEPT_OF_QUERY: usize = 2048;

/// Stands where a secret was sent.
const HIDDEN: &str = "[hidden]";

/// A call whose content is to be kept.
pub(super) struct Recording {
    query: String,
    secrets: Secrets,
    /// Full once the request's body was read, or nobody reads it any more.
    request: Arc<Mutex<Copied>>,
}

impl Recording {
    /// Follows the request's body, if the tenant wants this call's content.
    pub(super) fn begin(kept: KeptContents, request: &mut Request) -> Option<Box<Self>> {
        let is_wanted = match kept {
            KeptContents::OfNone => false,
            KeptContents::OfChanges => !matches!(*request.method(), Method::GET | Method::HEAD),
            KeptContents::OfAll => true,
        };
        is_wanted.then(|| Box::new(Self::follow_request(request)))
    }

    fn follow_request(request: &mut Request) -> Self {
        let secrets = Secrets::of(&Presented::of(request.headers(), None));
        let query = secrets.hidden_in(request.uri().query().unwrap_or_default().to_owned());
        let read = Arc::<Mutex<Copied>>::default();
        let kept = Arc::clone(&read);
        let body = mem::take(request.body_mut());
        *request.body_mut() = Copying::follow(body, request.headers(), move |copied| {
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = copied;
        });
        Self { query: shortened(query, KEPT_OF_QUERY), secrets, request: read }
    }

    /// Follows the answer's body; at its end, however it ends, `keep` gets everything.
    pub(super) fn follow(
        self: Box<Self>,
        response: Response,
        keep: impl FnOnce(Box<CallContent>) + Send + Unpin + 'static,
    ) -> Response {
        let (parts, body) = response.into_parts();
        let body = Copying::follow(body, &parts.headers, move |answered| {
            keep(Box::new(self.content(answered)));
        });
        Response::from_parts(parts, body)
    }

    fn content(self, answered: Copied) -> CallContent {
        let sent = mem::take(&mut *self.request.lock().unwrap_or_else(PoisonError::into_inner));
        CallContent {
            request: sent.kept(&self.secrets),
            response: answered.kept(&self.secrets),
            query: self.query,
        }
    }
}

/// The beginning of a body.
#[derive(Default)]
struct Copied {
    is_text: bool,
    beginning: Vec<u8>,
    bytes: u64,
}

impl Copied {
    fn begin(headers: &HeaderMap) -> Self {
        Self { is_text: is_text(headers), ..Self::default() }
    }

    fn add(&mut self, data: &[u8]) {
        self.bytes += data.len() as u64;
        if self.is_text {
            let room = (KEPT + BEYOND).saturating_sub(self.beginning.len());
            self.beginning.extend_from_slice(data.get(..room).unwrap_or(data));
        }
    }

    fn kept(self, secrets: &Secrets) -> CallBody {
        let text = (!self.beginning.is_empty()).then(|| {
            shortened(secrets.hidden_in(String::from_utf8_lossy(&self.beginning).into_owned()), KEPT)
        });
        CallBody { text, bytes: self.bytes }
    }
}

/// Files are told by their length alone, and so is what came packed.
fn is_text(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).map_or(&b""[..], |value| {
        value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii()
    });
    let media_type = media_type.to_ascii_lowercase();
    let text = ["json", "xml", "x-www-form-urlencoded"];
    !headers.contains_key(header::CONTENT_ENCODING)
        && (media_type.is_empty()
            || media_type.starts_with(b"text/")
            || text.iter().any(|end| media_type.ends_with(end.as_bytes())))
}

fn shortened(mut text: String, limit: usize) -> String {
    text.truncate(text.floor_char_boundary(limit));
    text
}

/// What the call proved itself with, in each way a body or a query may spell it; lower case.
struct Secrets(Vec<String>);

impl Secrets {
    fn of(presented: &Presented<'_>) -> Self {
        let spellings = |secret: &str| {
            let quoted = serde_json::Value::from(secret).to_string();
            let in_json = quoted.trim_matches('"').to_owned();
            let in_query = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            [secret.to_owned(), in_json, in_query].map(|spelling: String| spelling.to_ascii_lowercase())
        };
        Self(presented.secrets().flat_map(spellings).collect())
    }

    fn hidden_in(&self, text: String) -> String {
        self.0.iter().fold(text, |text, secret| {
            let mut shown = String::new();
            let mut end = 0;
            for (start, found) in text.to_ascii_lowercase().match_indices(secret.as_str()) {
                shown.push_str(text.get(end..start).unwrap_or_default());
                shown.push_str(HIDDEN);
                end = start + found.len();
            }
            if end == 0 { text } else { shown + text.get(end..).unwrap_or_default() }
        })
    }
}

/// Gets what was copied of a body, once that has ended or nobody wants more of it.
struct Copying<E: FnOnce(Copied)> {
    copied: Copied,
    end: Option<E>,
}

impl<E: FnOnce(Copied) + Send + Unpin + 'static> Copying<E> {
    fn follow(body: Body, headers: &HeaderMap, end: E) -> Body {
        let mut copying = Self { copied: Copied::begin(headers), end: Some(end) };
        watched(body, move |bytes| copying.add(bytes))
    }
}

impl<E: FnOnce(Copied)> Copying<E> {
    fn add(&mut self, bytes: &[u8]) {
        self.copied.add(bytes);
    }
}

impl<E: FnOnce(Copied)> Drop for Copying<E> {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            end(mem::take(&mut self.copied));
        }
    }
}
