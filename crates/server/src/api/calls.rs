//! The record of calls: queued while a call is answered, written in batches by a task of its own.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use automation_hub_domain::{
    clock::Timestamp,
    id::{TenantId, TokenId, UserId},
};
use automation_hub_storage::{
    System,
    calls::{self, CallContent, CallRecord, RefusedCall},
};
use axum::{
    extract::Request,
    http::{Method, StatusCode, header},
};
use tokio::sync::Notify;

use crate::{
    app::App,
    auth::verify::Verified,
    error::Error,
    middleware::request::{RequestContext, RequestId},
};

/// A call that is being answered or waits to be written. What text can be made of later is kept as it came.
#[derive(Clone)]
pub struct Call {
    tenant: TenantId,
    token: TokenId,
    user: Option<UserId>,
    called_at: Timestamp,
    method: Method,
    route: &'static str,
    /// The path, and behind it the client. Copies: parts of the request would hold on to all of its buffer.
    texts: Box<str>,
    path_length: usize,
    status: StatusCode,
    took: Duration,
    context: RequestContext,
    content: Option<Box<CallContent>>,
}

impl Call {
    pub fn begin(now: Timestamp, caller: &Verified, context: RequestContext, request: &Request) -> Self {
        let path = shorten(request.uri().path(), 512);
        let client = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Self {
            tenant: caller.tenant.id,
            token: caller.token,
            user: caller.user.as_ref().map(|user| user.id),
            called_at: now,
            method: request.method().clone(),
            route: "",
            texts: [path, shorten(client.unwrap_or_default(), 200)].concat().into(),
            path_length: path.len(),
            status: StatusCode::OK,
            took: Duration::ZERO,
            context,
            content: None,
        }
    }

    #[must_use]
    pub fn with_content(self, content: Box<CallContent>) -> Self {
        Self { content: Some(content), ..self }
    }

    #[must_use]
    pub fn end(self, route: &'static str, status: StatusCode, took: Duration) -> Self {
        Self { route, status, took, ..self }
    }

    /// What the content takes of the memory for contents that wait.
    fn content_bytes(&self) -> usize {
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.content.as_ref().map_or(0, |content| {
            content.query.len() + length(&content.request.text) + length(&content.response.text)
        })
    }

    /// `address` and `request_id` are those of the context, as text.
    fn record<'c>(&'c self, address: &'c str, request_id: &'c str) -> CallRecord<'c> {
        let (path, client) = self.texts.split_at_checked(self.path_length).unwrap_or_default();
        CallRecord {
            tenant: self.tenant,
            token: self.token,
            user: self.user,
            called_at: self.called_at,
            method: name_of(&self.method),
            route: self.route,
            path,
            status: self.status.as_u16(),
            duration_micros: u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX),
            address,
            client,
            request_id,
            content: self.content.as_deref(),
        }
    }
}

/// Of a method that HTTP itself doesn't know, only that it is one: it may be any text.
fn name_of(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS
        | Method::TRACE
        | Method::CONNECT => method.as_str(),
        _ => "(other)",
    }
}

/// What has to be written of contexts before calls can be stored, in few pieces of memory: calls are many, and most of a
/// batch come from few addresses.
struct Texts {
    addresses: BTreeMap<IpAddr, String>,
    request_ids: Vec<[u8; RequestId::LENGTH]>,
}

impl Texts {
    fn of(calls: &[Call]) -> Self {
        let mut addresses = BTreeMap::new();
        for call in calls {
            addresses.entry(call.context.address).or_insert_with_key(ToString::to_string);
        }
        Self { addresses, request_ids: calls.iter().map(|call| call.context.id.digits()).collect() }
    }

    fn records<'c>(&'c self, calls: &'c [Call]) -> Vec<CallRecord<'c>> {
        let record = |(call, id): (&'c Call, &'c [u8; RequestId::LENGTH])| {
            let address = self.addresses.get(&call.context.address).map_or("", String::as_str);
            call.record(address, std::str::from_utf8(id).unwrap_or_default())
        };
        calls.iter().zip(&self.request_ids).map(record).collect()
    }
}

fn shorten(text: &str, limit: usize) -> &str {
    // A text has no more characters than bytes, and most are short.
    if text.len() <= limit {
        return text;
    }
    let end = text.char_indices().nth(limit).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or_default()
}

/// What waits for the next batch.
#[derive(Default)]
struct Waiting {
    calls: Vec<Call>,
    refused: Vec<RefusedCall>,
    content_bytes: usize,
    dropped_contents: u64,
}

/// Memory for contents of calls that wait, in bytes. What comes beyond it isn't kept; that the call was made is.
const CONTENTS: usize = 16 * 1024 * 1024;

impl Waiting {
    fn add(&mut self, mut call: Call) {
        let bytes = call.content_bytes();
        if self.content_bytes + bytes <= CONTENTS {
            self.content_bytes += bytes;
        } else {
            call.content = None;
            self.dropped_contents += 1;
        }
        self.calls.push(call);
    }
}

/// Takes records from every call without making any wait for the database.
pub struct CallRecorder {
    waiting: Mutex<Waiting>,
    limit: usize,
    dropped: AtomicU64,
    half_full: Notify,
}

impl CallRecorder {
    pub fn new(limit: usize) -> Self {
        Self { waiting: Mutex::default(), limit, dropped: AtomicU64::new(0), half_full: Notify::new() }
    }

    pub fn record(&self, call: Call) {
        let mut waiting = self.lock();
        if waiting.calls.len() >= self.limit {
            drop(waiting);
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let had_contents = waiting.content_bytes;
        waiting.add(call);
        let is_half_full = waiting.calls.len() == self.limit / 2
            || (had_contents < CONTENTS / 2 && waiting.content_bytes >= CONTENTS / 2);
        drop(waiting);
        if is_half_full {
            self.half_full.notify_one();
        }
    }

    /// Counts a call whose token matched and was refused all the same.
    pub fn refused(&self, tenant: TenantId, token: TokenId, now: Timestamp) {
        let mut waiting = self.lock();
        if waiting.refused.len() < self.limit {
            waiting.refused.push(RefusedCall { tenant, token, called_at: now });
        }
    }

    /// Writes what waits, in one transaction. Called by the task, at the end, and by tests.
    pub async fn flush(&self, app: &App) -> Result<(), Error> {
        let batch = Arc::new(std::mem::take(&mut *self.lock()));
        let dropped = self.dropped.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            tracing::warn!(dropped, "call records were dropped because the queue was full");
        }
        if batch.dropped_contents > 0 {
            tracing::warn!(
                dropped = batch.dropped_contents,
                "contents of calls were dropped because too many waited to be written"
            );
        }
        if batch.calls.is_empty() && batch.refused.is_empty() {
            return Ok(());
        }
        let writing = Arc::clone(&batch);
        let write = move |system: &mut System<'_>| -> Result<_, Error> {
            let texts = Texts::of(&writing.calls);
            Ok(calls::insert_batch(system, &texts.records(&writing.calls), &writing.refused)?)
        };
        let written = app.store.system().write(write).await;
        if written.is_err() {
            self.put_back(&batch);
        }
        written
    }

    /// What couldn't be written waits for the next batch, as far as there is room. The writer may still hold it, so it
    /// is copied.
    fn put_back(&self, batch: &Waiting) {
        let mut waiting = self.lock();
        let room = self.limit.saturating_sub(waiting.calls.len());
        for call in batch.calls.iter().take(room).cloned() {
            waiting.add(call);
        }
        let lost = batch.calls.len().saturating_sub(room);
        let room = self.limit.saturating_sub(waiting.refused.len());
        waiting.refused.extend(batch.refused.iter().take(room).copied());
        drop(waiting);
        self.dropped.fetch_add(u64::try_from(lost).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Flushes every few seconds, or sooner when the queue fills.
    pub async fn run(app: App) {
        let every = Duration::from_secs(app.config.open_api.flush_secs);
        loop {
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = app.calls.half_full.notified() => {}
            }
            if let Err(error) = app.calls.flush(&app).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the call log could not be written"
                );
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
