//! One call: what was sent and what was answered, where the tenant keeps it.

use askama::Template;
use automation_hub_domain::permission::Permission;
use automation_hub_storage::{
    Session,
    calls::{self, CallBody, CallContent},
};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
};
use serde_json::Value;

use super::{PATH, calls::CallRow, id_of};
use crate::{
    app::App,
    error::Error,
    pages::{error::PageError, format, html, shell::Shell, visit::SignedIn},
};

#[derive(Template)]
#[template(path = "tokens/call.html")]
struct CallPage {
    shell: Shell,
    path: String,
    row: CallRow,
    content: Option<ContentView>,
}

struct ContentView {
    query: String,
    request: BodyView,
    response: BodyView,
}

/// A body as a person reads it.
struct BodyView {
    text: Option<String>,
    /// How long the whole is, and how much of it is shown.
    size: String,
}

pub async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
) -> Result<Response, PageError> {
    signed_in.actor.require(Permission::OpenApi)?;
    // Answers hold what their caller may see, which may be more than is shown to whoever reads them here.
    signed_in.actor.require_at(Permission::AuditLogs, None)?;
    let id = id_of(&params).ok_or(NOT_FOUND)?;
    let read = move |s: &mut Session<'_>| -> Result<_, Error> {
        let call = calls::find(s, id)?.ok_or(NOT_FOUND)?;
        Ok((call, calls::find_content(s, id)?))
    };
    let (call, content) = app.store.read(signed_in.actor.tenant_id(), read).await?;
    let shell = super::shell(&signed_in.visit)?.below("Call");
    let path = format!("{}{PATH}", shell.base);
    let content = content.map(ContentView::new);
    html::page(&CallPage { shell, path, row: CallRow::new(call), content })
}

const NOT_FOUND: Error = Error::NotFound("call");

impl ContentView {
    fn new(CallContent { query, request, response }: CallContent) -> Self {
        Self { query, request: BodyView::new(request), response: BodyView::new(response) }
    }
}

impl BodyView {
    fn new(CallBody { text, bytes }: CallBody) -> Self {
        let kept = text.as_ref().map_or(0, |text| text.len() as u64);
        let whole = format::counted(bytes, "byte", "bytes");
        let size = match text {
            _ if bytes == 0 => "nothing".to_owned(),
            None => format!("{whole}, not text"),
            Some(_) if kept < bytes => format!("the first {} of {whole}", format::count(kept)),
            Some(_) => whole,
        };
        Self { text: text.map(indented), size }
    }
}

/// JSON as people write it; anything else, and the beginning of it, as it came.
fn indented(text: String) -> String {
    let pretty = serde_json::from_str::<Value>(&text).and_then(|value| serde_json::to_string_pretty(&value));
    pretty.unwrap_or(text)
}
