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
use struson::{
    reader::{JsonReader as _, JsonStreamReader},
    writer::{JsonStreamWriter, JsonWriter as _, WriterSettings},
};

use super::{PATH, calls::CallRow, id_of};
use crate::{
    api::recording::KEPT,
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
        let whole = format::counted(bytes, "byte", "bytes");
        let size = match text {
            _ if bytes == 0 => "nothing".to_owned(),
            None => format!("{whole}, not text"),
            Some(_) if bytes > KEPT as u64 => format!("the first 64 KiB of {whole}"),
            Some(_) => whole,
        };
        Self { text: text.map(indented), size }
    }
}

/// JSON as people write it; anything else, and the beginning of it, as it came.
fn indented(text: String) -> String {
    let mut pretty = Vec::new();
    let settings = WriterSettings { pretty_print: true, ..WriterSettings::default() };
    let mut writer = JsonStreamWriter::new_custom(&mut pretty, settings);
    let mut reader = JsonStreamReader::new(text.as_bytes());
    let is_whole = reader.transfer_to(&mut writer).is_ok()
        && reader.consume_trailing_whitespace().is_ok()
        && writer.finish_document().is_ok();
    String::from_utf8(pretty).ok().filter(|_| is_whole).unwrap_or(text)
}
