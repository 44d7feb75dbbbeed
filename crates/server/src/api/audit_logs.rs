//! `GET /auditlogs`: what was changed in the tenant, and what was called.

use std::ops::RangeInclusive;

use automation_hub_domain::{
    clock::Timestamp,
    id::{TenantId, TokenId, UserId},
    page::PageRequest,
    permission::Permission,
};
use automation_hub_storage::{
    Session, calls,
    logs::{self, LogDetail, LogEntry, LogFilter, LogKind, LogPosition},
};
use axum::{extract::State, response::Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    api::{
        automations::filter::window,
        envelope::Envelope,
        error::ApiError,
        extract::Query,
        paging::{PageQuery, Paging},
        stream::{self, Part, Source},
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
};

/// What a part usually takes at the most.
const PART_BYTES: usize = 64 * 1024;

/// The answer as the API document describes it. It is written without such a value.
#[derive(Serialize, ToSchema)]
pub struct LogPage {
    #[serde(flatten)]
    paging: Paging,
    logs: Vec<LogRecord>,
}

#[derive(Serialize, ToSchema)]
pub struct LogRecord {
    /// `event` or `call`.
    log_kind: &'static str,
    /// Unique among those of its kind.
    log_id: i64,
    /// The place in the list, for `after`: it stays the same whatever comes before it later.
    log_cursor: String,
    log_created_epoch: i64,
    user_id: Option<i64>,
    /// Of an event, as it was then.
    user_name: String,
    token_id: Option<i64>,
    token_name: Option<String>,
    /// Of an event `idea.move`, of a call `GET /automations/{id}`; `GET (unknown call)` where there is none.
    action: String,
    address: String,
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<EventRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<CallRecord>,
}

#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
struct EventRecord {
    object_type: String,
    object_id: i64,
    object_name: String,
    /// What changed, as it was.
    #[schema(value_type = Option<Object>)]
    object_before: Option<Value>,
    /// What changed, as it is since.
    #[schema(value_type = Option<Object>)]
    object_after: Option<Value>,
}

#[derive(Serialize, ToSchema)]
struct CallRecord {
    path: String,
    status: i64,
    duration_micros: i64,
    client: String,
    /// Bytes of the request's body; null unless the tenant keeps contents.
    request_bytes: Option<i64>,
    /// Bytes of the answer's body; null unless the tenant keeps contents.
    response_bytes: Option<i64>,
    /// With `contents=true`, of a call whose content is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<CallContent>,
}

/// What was sent and answered, without the token and its app key. A body is null if there was none, or a file.
#[derive(Serialize, ToSchema)]
struct CallContent {
    query: String,
    /// Its first 64 KiB.
    request_body: Option<String>,
    /// Its first 64 KiB.
    response_body: Option<String>,
}

impl From<calls::CallContent> for CallContent {
    fn from(content: calls::CallContent) -> Self {
        Self {
            query: content.query,
            request_body: content.request.text,
            response_body: content.response.text,
        }
    }
}

impl LogRecord {
    fn new(entry: LogEntry, content: Option<CallContent>) -> Self {
        let json = |text: Option<String>| text.and_then(|text| serde_json::from_str(&text).ok());
        let (event, call) = match entry.detail {
            LogDetail::Event { object_type, object_id, object_name, before, after } => {
                let (object_before, object_after) = (json(before), json(after));
                (Some(EventRecord { object_type, object_id, object_name, object_before, object_after }), None)
            }
            LogDetail::Call { path, status, duration_micros, client, bytes } => {
                let (request_bytes, response_bytes) = bytes.unzip();
                let call = CallRecord {
                    path,
                    status,
                    duration_micros,
                    client,
                    request_bytes,
                    response_bytes,
                    content,
                };
                (None, Some(call))
            }
        };
        Self {
            log_kind: kind_name(entry.position.kind),
            log_id: entry.position.id,
            log_cursor: cursor(entry.position),
            log_created_epoch: entry.position.at.millis(),
            user_id: entry.user.map(UserId::get),
            user_name: entry.user_name,
            token_id: entry.token.map(TokenId::get),
            token_name: entry.token_name,
            action: entry.action,
            address: entry.address,
            request_id: entry.request_id,
            event,
            call,
        }
    }
}

const fn kind_name(kind: LogKind) -> &'static str {
    match kind {
        LogKind::Event => "event",
        LogKind::Call => "call",
    }
}

/// A place in the list as it is sent.
pub fn cursor(LogPosition { at, kind, id }: LogPosition) -> String {
    format!("{}-{}-{id}", at.millis(), kind_name(kind))
}

/// The place that a text names; nothing where it is none.
pub fn position(text: &str) -> Option<LogPosition> {
    let mut parts = text.rsplitn(3, '-');
    let id = parts.next()?.parse().ok()?;
    let kind = kind(parts.next()?)?;
    let at = Timestamp::from_millis(parts.next()?.parse().ok()?);
    Some(LogPosition { at, kind, id })
}

fn kind(text: &str) -> Option<LogKind> {
    [LogKind::Event, LogKind::Call].into_iter().find(|&kind| kind_name(kind).eq_ignore_ascii_case(text))
}

/// One status, or a class of them: `404`, `4xx`.
fn statuses(text: &str) -> Option<RangeInclusive<u16>> {
    let class = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"));
    let first: u16 = class.unwrap_or(text).parse().ok()?;
    let range =
        if class.is_some() { first.checked_mul(100)?..=first.checked_mul(100)? + 99 } else { first..=first };
    (100..=599).contains(range.start()).then_some(range)
}

/// What was changed and what was called, the newest first. A call appears some seconds after it was answered.
#[utoipa::path(
    get, path = "/auditlogs", tag = "Audit Logs",
    params(
        ("kind" = Option<String>, Query, pattern = "^(event|call)$", description = "`event` or `call`; both unless given."),
        ("from" = Option<i64>, Query, description = "Epoch in seconds or milliseconds."),
        ("to" = Option<i64>, Query, description = "Epoch in seconds or milliseconds."),
        ("user" = Option<i64>, Query, description = "Id of whoever acted; `user_id` means the same."),
        ("token" = Option<i64>, Query, description = "Id of the token; `token_id` means the same."),
        ("action" = Option<String>, Query, description = "`idea.move`, or `GET /automations/{id}`."),
        ("status" = Option<String>, Query, pattern = "^([1-5][0-9]{2}|[1-5]xx|[1-5]XX)$", description = "Only calls, and those that \
            were answered so: `404`, or `4xx` for all from 400 to 499."),
        ("after" = Option<String>, Query, pattern = "^(-?[0-9]{1,18}-(event|call)-[0-9]{1,18})$", description = "A `log_cursor`: only what stands below it. \
            Paging with it misses and repeats nothing, whatever happens meanwhile."),
        ("contents" = Option<bool>, Query, description = "With `true`, `call.content` shows what was sent and answered, where \
            the tenant keeps it."),
        PageQuery,
    ),
    responses((status = 200, body = Envelope<LogPage>))
)]
pub async fn list_audit_logs(
    State(app): State<App>,
    actor: Actor,
    query: Query,
) -> Result<Response, ApiError> {
    // Somebody whose role ends at a category sees no part of what goes beyond it.
    actor.require_at(Permission::AuditLogs, None)?;
    let mut violations = Violations::default();
    let request = query.page(PageRequest::DEFAULT_LIMIT, &mut violations);
    let filter = filter(&query, &mut violations);
    let has_contents = query
        .text(&["contents"])
        .map(|text| text.to_ascii_lowercase().parse::<bool>().map_err(|_| "Either true or false is needed."));
    let has_contents = has_contents.and_then(|read| violations.check("contents", read)).unwrap_or(false);
    violations.into_result()?;
    let (tenant, offset) = (actor.tenant_id(), request.offset);
    let answer = if has_contents {
        stream::answer(Logs::<true> { app, tenant, filter, offset }, request).await
    } else {
        stream::answer(Logs::<false> { app, tenant, filter, offset }, request).await
    };
    Ok(answer?)
}

fn filter(query: &Query, violations: &mut Violations) -> LogFilter {
    let kind = query.text(&["kind"]).map(|text| kind(text).ok_or("Either event or call is needed."));
    let after = query.text(&["after"]).map(|text| position(text).ok_or("A log_cursor is needed."));
    let status = query
        .text(&["status"])
        .map(|text| statuses(text).ok_or("A status such as 404 is needed, or some of them such as 4xx."));
    let window = window(query, ["from", "to"], violations);
    LogFilter {
        kind: kind.and_then(|kind| violations.check("kind", kind)),
        from: window.from,
        to: window.to,
        user: query.integer(&["user", "user_id"], violations).map(UserId::new),
        token: query.integer(&["token", "token_id"], violations).map(TokenId::new),
        action: query.text(&["action"]).map(str::to_owned),
        status: status.and_then(|status| violations.check("status", status)),
        after: after.and_then(|after| violations.check("after", after)),
    }
}

/// One caller's way through the list, with what calls were sent and answered or without.
struct Logs<const CONTENTS: bool> {
    app: App,
    tenant: TenantId,
    filter: LogFilter,
    offset: u64,
}

impl<const CONTENTS: bool> Source for Logs<CONTENTS> {
    type Position = LogPosition;
    const NAME: &'static str = "logs";
    /// Few with their contents are as long as many without.
    const PART: u64 = if CONTENTS { 8 } else { 200 };
    const WHOLE: u64 = if CONTENTS { Self::PART } else { 500 };

    async fn first(&self, limit: u64) -> Result<(u64, Part<LogPosition>), Error> {
        let (filter, offset) = (self.filter.clone(), self.offset);
        let work = move |s: &mut Session<'_>| {
            let total = logs::count(s, &filter)?;
            let entries = logs::list(s, &filter, (offset, limit))?;
            Ok((total, written::<CONTENTS>(s, Part::first(PART_BYTES), entries)?))
        };
        self.app.store.scan(self.tenant, work).await
    }

    async fn next(&self, after: LogPosition, limit: u64, room: usize) -> Result<Part<LogPosition>, Error> {
        let filter = LogFilter { after: Some(after), ..self.filter.clone() };
        let work = move |s: &mut Session<'_>| {
            let entries = logs::list(s, &filter, (0, limit))?;
            written::<CONTENTS>(s, Part::following(room), entries)
        };
        self.app.store.scan(self.tenant, work).await
    }
}

/// The part with these entries in it.
fn written<const CONTENTS: bool>(
    session: &mut Session<'_>,
    mut part: Part<LogPosition>,
    entries: Vec<LogEntry>,
) -> Result<Part<LogPosition>, Error> {
    let end = entries.last().map(|entry| entry.position);
    for entry in entries {
        let content = match entry.detail {
            LogDetail::Call { bytes: Some(_), .. } if CONTENTS => {
                calls::find_content(session, entry.position.id)?
            }
            LogDetail::Call { .. } | LogDetail::Event { .. } => None,
        };
        let record = LogRecord::new(entry, content.map(CallContent::from));
        serde_json::to_writer(part.record(), &record).map_err(Error::internal)?;
    }
    Ok(part.ending(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_named_one_by_one_or_by_the_hundred() {
        for (text, expected) in [
            ("404", 404..=404),
            ("4xx", 400..=499),
            ("5XX", 500..=599),
            ("100", 100..=100),
            ("599", 599..=599),
        ] {
            assert_eq!(statuses(text), Some(expected));
        }
        for text in
            ["", "x", "xx", "4x", "40x", "4xX", "6xx", "0xx", "99", "600", "-4xx", "404xx", "65535xx", "4 xx"]
        {
            assert_eq!(statuses(text), None, "{text}");
        }
    }

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        for kind in [LogKind::Event, LogKind::Call] {
            for at in [-7, 0, 1_794_916_800_000] {
                let here = LogPosition { at: Timestamp::from_millis(at), kind, id: 12 };
                assert_eq!(position(&cursor(here)), Some(here));
            }
        }
        for text in ["", "7", "7-event", "event-7", "7-other-7", "x-event-7", "7-event-x", "7-event-7-7"] {
            assert_eq!(position(text), None, "{text}");
        }
    }
}
