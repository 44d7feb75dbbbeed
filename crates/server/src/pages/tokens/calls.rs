//! The call log: what Open API tokens called, newest first.

use askama::Template;
use automation_hub_domain::{clock::Timestamp, id::TokenId, page::PageRequest, permission::Permission};
use automation_hub_storage::{
    Session,
    calls::{self, CallEntry, CallFilter, CallPosition},
    tokens,
};
use axum::{extract::State, http::StatusCode, response::Response};

use super::{PATH, words};
use crate::{
    app::App,
    error::Error,
    pages::{
        error::PageError,
        format::Moment,
        html,
        query::{Ignored, Query},
        shell::Shell,
        visit::SignedIn,
    },
};

#[derive(Template)]
#[template(path = "tokens/calls.html")]
struct CallsPage {
    shell: Shell,
    path: String,
    /// The one token whose calls are shown, and the address of all calls with the same result.
    token: Option<(String, String)>,
    results: Vec<ResultLink>,
    rows: Vec<CallRow>,
    kept_days: i64,
    is_filtered: bool,
    is_continued: bool,
    newest: String,
    older: Option<String>,
    passed_over: Option<String>,
}

struct ResultLink {
    title: &'static str,
    href: String,
    is_current: bool,
}

/// A call in words.
pub(super) struct CallRow {
    id: i64,
    pub(super) at: Moment,
    pub(super) token: TokenId,
    pub(super) token_name: String,
    pub(super) user: Option<String>,
    pub(super) method: String,
    pub(super) path: String,
    /// The path below the base address that all calls share.
    pub(super) short: String,
    pub(super) state_class: &'static str,
    pub(super) status: String,
    pub(super) took: String,
    pub(super) address: String,
    pub(super) client: String,
    pub(super) request_id: String,
    has_content: bool,
}

/// What the address asks for. What can't be read asks for nothing.
struct Asked {
    filter: CallFilter,
    ignored: Ignored,
}

impl Asked {
    fn of(query: &Query) -> Self {
        let token = query.number("token").and_then(|id| i64::try_from(id).ok()).map(TokenId::new);
        let after = position(query.text("after"));
        let result = query.text("result");
        let mut ignored = Ignored::default();
        ignored.unless(token.is_some(), "token", query.text("token"));
        ignored.unless(result == "failed", "result", result);
        ignored.unless(after.is_some(), "place", query.text("after"));
        Self { filter: CallFilter { token, is_failed: result == "failed", after }, ignored }
    }

    fn href(&self, path: &str, change: impl FnOnce(&mut CallFilter)) -> String {
        let mut filter = CallFilter { after: None, ..self.filter };
        change(&mut filter);
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(token) = filter.token {
            query.append_pair("token", &token.to_string());
        }
        if filter.is_failed {
            query.append_pair("result", "failed");
        }
        if let Some(CallPosition { called_at, id }) = filter.after {
            query.append_pair("after", &format!("{}-{id}", called_at.millis()));
        }
        let query = query.finish();
        if query.is_empty() { format!("{path}/calls") } else { format!("{path}/calls?{query}") }
    }
}

fn position(text: &str) -> Option<CallPosition> {
    let (called_at, id) = text.split_once('-')?;
    Some(CallPosition { called_at: Timestamp::from_millis(called_at.parse().ok()?), id: id.parse().ok()? })
}

pub async fn show(State(app): State<App>, signed_in: SignedIn, query: Query) -> Result<Response, PageError> {
    signed_in.actor.require(Permission::OpenApi)?;
    let asked = Asked::of(&query);
    let filter = asked.filter;
    let now = app.clock.now();
    let read = move |s: &mut Session<'_>| -> Result<_, Error> {
        let token = match filter.token {
            Some(id) => Some(tokens::find(s, id, now)?.ok_or(Error::NotFound("token"))?.name),
            None => None,
        };
        // One more than is shown tells whether there are older ones.
        Ok((token, calls::list(s, filter, PageRequest::DEFAULT_LIMIT + 1)?))
    };
    let (token, mut found) = app.store.scan(signed_in.actor.tenant_id(), read).await?;
    let shell = super::shell(&signed_in.visit)?.below("Call log");
    let path = format!("{}{PATH}", shell.base);
    let may_open = signed_in.actor.require_at(Permission::AuditLogs, None).is_ok();
    for call in &mut found {
        call.has_content &= may_open;
    }
    html::page(&CallsPage::new(shell, path, &asked, token, found, app.config.open_api.call_log_days))
}

impl CallsPage {
    fn new(
        shell: Shell,
        path: String,
        asked: &Asked,
        token: Option<String>,
        mut found: Vec<CallEntry>,
        kept_days: i64,
    ) -> Self {
        let limit = usize::try_from(PageRequest::DEFAULT_LIMIT).unwrap_or(usize::MAX);
        let has_older = found.len() > limit;
        found.truncate(limit);
        let last = found.last().map(CallEntry::position).filter(|_| has_older);
        let result = |title, is_failed| ResultLink {
            title,
            href: asked.href(&path, |filter| filter.is_failed = is_failed),
            is_current: asked.filter.is_failed == is_failed,
        };
        Self {
            token: token.map(|name| (name, asked.href(&path, |filter| filter.token = None))),
            results: vec![result("All", false), result("Failed", true)],
            rows: found.into_iter().map(CallRow::new).collect(),
            kept_days,
            is_filtered: asked.filter.is_failed || asked.filter.token.is_some(),
            is_continued: asked.filter.after.is_some(),
            newest: asked.href(&path, |_| ()),
            passed_over: asked.ignored.sentence(),
            older: last.map(|position| asked.href(&path, |filter| filter.after = Some(position))),
            shell,
            path,
        }
    }
}

impl CallRow {
    pub(super) fn new(call: CallEntry) -> Self {
        let status = StatusCode::from_u16(call.status).ok();
        let reason = status.and_then(|status| status.canonical_reason()).unwrap_or_default();
        Self {
            id: call.id,
            at: words::moment(call.called_at),
            token: call.token,
            token_name: call.token_name,
            user: call.user.map(|(_, name)| name),
            state_class: match call.status {
                ..400 => "ok",
                400..500 => "warn",
                _ => "bad",
            },
            status: format!("{} {reason}", call.status).trim_end().to_owned(),
            took: words::took(call.duration_micros),
            method: call.method,
            short: below_base(&call.path).to_owned(),
            path: call.path,
            address: call.address,
            client: call.client,
            request_id: call.request_id,
            has_content: call.has_content,
        }
    }
}

/// `/authinfo` of `/nordwind/production/automationhub_/api/v1/openapi/authinfo`.
fn below_base(path: &str) -> &str {
    path.split_once("/api/v1/openapi")
        .map(|(_, rest)| rest)
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_told_below_the_base_that_all_share() {
        for (path, short) in [
            ("/nordwind/production/automationhub_/api/v1/openapi/automations/1", "/automations/1"),
            ("/api/v1/openapi/authinfo", "/authinfo"),
            ("/api/v1/openapi", "/api/v1/openapi"),
            ("/api/v1/openapis/x", "/api/v1/openapis/x"),
        ] {
            assert_eq!(below_base(path), short);
        }
    }

    #[test]
    fn a_place_in_the_list_reads_back_from_its_address() {
        let filter = CallFilter {
            token: Some(TokenId::new(7)),
            is_failed: true,
            after: Some(CallPosition { called_at: Timestamp::from_millis(1_794_916_800_000), id: 42 }),
        };
        let href = Asked { filter, ignored: Ignored::default() }.href("", |kept| kept.after = filter.after);
        assert_eq!(href, "/calls?token=7&result=failed&after=1794916800000-42");
        assert_eq!(position("1794916800000-42"), filter.after);
        for text in ["", "-", "1", "x-1", "1-x"] {
            assert_eq!(position(text), None, "{text}");
        }
    }
}
