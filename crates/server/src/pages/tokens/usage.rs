//! What one token did in the last 30 days, and what was done to it.

use askama::Template;
use automation_hub_domain::{audit::AuditAction, clock::Timestamp};
use automation_hub_storage::{
    audit::AuditEntry,
    calls::{AddressCount, DayCount, RouteCount},
};
use axum::{
    extract::{RawPathParams, State},
    http::HeaderMap,
    response::Response,
};

use super::{
    PATH,
    row::{Row, Writer},
    token_id, words,
};
use crate::{
    app::App,
    auth::actor::Actor,
    pages::{
        error::PageError,
        format::{self, Format, Moment},
        html,
        shell::Shell,
        visit::SignedIn,
    },
    services::tokens::{self, DAYS, Usage},
};

#[derive(Template)]
#[template(path = "tokens/usage_page.html")]
struct UsagePage {
    shell: Shell,
    usage: UsageView,
    in_dialog: bool,
}

#[derive(Template)]
#[template(path = "tokens/usage.html")]
struct UsagePart {
    usage: UsageView,
    in_dialog: bool,
}

struct UsageView {
    path: String,
    row: Row,
    calls: String,
    refused: String,
    refused_share: Option<String>,
    slow: Option<String>,
    plot: Plot,
    routes: Vec<RouteLine>,
    addresses: Vec<AddressLine>,
    events: Vec<EventLine>,
}

/// Bars of one day each, in the plot's own coordinates.
struct Plot {
    title: String,
    grid: Vec<(String, String)>,
    bars: Vec<Bar>,
    labels: Vec<(String, &'static str, String)>,
    rows: Vec<(String, String, String, String)>,
}

struct Bar {
    class: &'static str,
    x: String,
    y: String,
    height: String,
}

struct RouteLine {
    method: String,
    route: String,
    share: u64,
    calls: String,
    typical: String,
}

struct AddressLine {
    address: String,
    client: String,
    calls: String,
    last: Moment,
    /// The day it was first seen, if that is within a week and it isn't the token's first.
    new_since: Option<String>,
}

struct EventLine {
    icon: &'static str,
    text: String,
    at: Moment,
}

pub async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let actor = &signed_in.actor;
    let found = tokens::usage(&app, actor, token_id(&params)?).await?;
    let shell = super::shell(&signed_in.visit)?;
    let path = format!("{}{PATH}", shell.base);
    let usage = UsageView::new(path, found, actor, app.clock.now());
    if html::is_htmx(&headers) {
        return html::page(&UsagePart { usage, in_dialog: true });
    }
    let shell = shell.below(usage.row.name.clone());
    html::page(&UsagePage { shell, usage, in_dialog: false })
}

impl UsageView {
    fn new(path: String, usage: Usage, actor: &Actor, now: Timestamp) -> Self {
        let format = Format::of(&actor.tenant, now);
        let (accepted, refused) = (usage.accepted(), usage.refused());
        let share = |part: u64| tenths_of_percent(part, accepted + refused);
        let events = usage.events.iter().map(|event| event_line(event, actor, &format)).collect();
        let newest = usage.addresses.iter().map(|address| address.first_at).min();
        Self {
            path,
            calls: format::count(accepted + refused),
            refused: format::count(refused),
            refused_share: (refused > 0).then(|| share(refused)),
            slow: usage.durations.map(|durations| words::millis(durations.slow_micros)),
            plot: Plot::new(&usage.days),
            routes: usage.routes.iter().map(|route| route_line(route, accepted)).collect(),
            addresses: usage.addresses.iter().map(|one| address_line(one, newest, &format, now)).collect(),
            events,
            row: Writer::new(actor, now).row(usage.token, None),
        }
    }
}

/// `0.3 %`.
fn tenths_of_percent(part: u64, whole: u64) -> String {
    let tenths = (part * 1000 + whole / 2).checked_div(whole).unwrap_or_default();
    format!("{}.{}\u{a0}%", tenths / 10, tenths % 10)
}

/// `6.2`, in milliseconds.
fn route_line(route: &RouteCount, accepted: u64) -> RouteLine {
    RouteLine {
        method: route.method.clone(),
        route: route.route.clone(),
        share: (route.calls * 100).checked_div(accepted).unwrap_or_default().min(100),
        calls: format::count(route.calls),
        typical: words::took(route.average_micros),
    }
}

fn address_line(
    one: &AddressCount,
    first_of_all: Option<Timestamp>,
    format: &Format,
    now: Timestamp,
) -> AddressLine {
    const WEEK_MILLIS: i64 = 7 * 86_400_000;
    let is_new = now.since(one.first_at) < WEEK_MILLIS && Some(one.first_at) != first_of_all;
    AddressLine {
        address: one.address.clone(),
        client: if one.client.is_empty() { "not told".to_owned() } else { one.client.clone() },
        calls: format::count(one.calls),
        last: format.ago(one.last_at),
        new_since: is_new.then(|| words::day(one.first_at)),
    }
}

/// An audit event as the page tells it.
struct EventKind {
    action: AuditAction,
    icon: &'static str,
    words: &'static str,
}

const UNKNOWN_ICON: &str = "alert-triangle";

const KINDS: &[EventKind] = &[
    EventKind { action: AuditAction::TOKEN_CREATE, icon: "plus", words: "made the token" },
    EventKind { action: AuditAction::TOKEN_CREATE_FOR_USER, icon: "plus", words: "made the token" },
    EventKind { action: AuditAction::TOKEN_EDIT, icon: "edit", words: "changed the token" },
    EventKind { action: AuditAction::TOKEN_ROTATE, icon: "refresh", words: "rotated the token" },
    EventKind { action: AuditAction::TOKEN_ACTIVATE, icon: "player-play", words: "switched the token on" },
    EventKind {
        action: AuditAction::TOKEN_DEACTIVATE,
        icon: "player-pause",
        words: "switched the token off",
    },
    EventKind { action: AuditAction::TOKEN_REVOKE, icon: "trash", words: "revoked the token" },
    EventKind { action: AuditAction::TOKEN_REVEAL, icon: "copy", words: "copied the value again" },
    EventKind {
        action: AuditAction::TOKEN_SUSPEND,
        icon: "shield-lock",
        words: "saw too many wrong app keys: suspended",
    },
    EventKind {
        action: AuditAction::TOKEN_RETIRED_VALUE_USED,
        icon: "alert-triangle",
        words: "refused a value that was rotated away",
    },
];

fn event_line(event: &AuditEntry, actor: &Actor, format: &Format) -> EventLine {
    let who = if event.actor_user.is_some() && event.actor_user == actor.user_id() {
        "You".to_owned()
    } else {
        event.actor_name.clone()
    };
    let known = KINDS.iter().find(|kind| kind.action.as_str() == event.action);
    let (icon, what) = known.map_or((UNKNOWN_ICON, event.action.as_str()), |kind| (kind.icon, kind.words));
    let details = details(event);
    let text = if details.is_empty() { format!("{who} {what}") } else { format!("{who} {what}: {details}") };
    EventLine { icon, text, at: format.ago(event.happened_at) }
}

/// What there is to tell of an event beyond its kind.
fn details(event: &AuditEntry) -> String {
    let is = |action: AuditAction| event.action == action.as_str();
    if is(AuditAction::TOKEN_EDIT) {
        changes(event)
    } else if is(AuditAction::TOKEN_RETIRED_VALUE_USED) && !event.address.is_empty() {
        format!("it came from {}", event.address)
    } else {
        String::new()
    }
}

/// What an edit changed, in the words of the form.
fn changes(event: &AuditEntry) -> String {
    let (before, after) = (members(event.before.as_deref()), members(event.after.as_deref()));
    let words = after.iter().map(|(key, value)| match (key.as_str(), value) {
        ("name", serde_json::Value::String(name)) => {
            let old = before.get("name").and_then(serde_json::Value::as_str).unwrap_or_default();
            format!("renamed from “{old}” to “{name}”")
        }
        ("user", serde_json::Value::String(email)) => format!("user is now {email}"),
        ("user", _) => "no user any more".to_owned(),
        ("expires_at", serde_json::Value::Number(at)) => {
            let at = Timestamp::from_millis(at.as_i64().unwrap_or_default());
            format!("expires {}", words::expiry_day(at))
        }
        ("expires_at", _) => "never expires".to_owned(),
        ("is_active", value) => if value == true { "switched on" } else { "switched off" }.to_owned(),
        ("app_key", value) => format!("app key {}", value.as_str().unwrap_or_default()),
        (other, _) => other.to_owned(),
    });
    words.collect::<Vec<_>>().join(", ")
}

fn members(json: Option<&str>) -> serde_json::Map<String, serde_json::Value> {
    json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}

impl Plot {
    const LEFT: u64 = 30;
    const WIDTH: u64 = 610;
    const TOP: u64 = 8;
    const BOTTOM: u64 = 132;

    fn new(days: &[DayCount]) -> Self {
        let most = days.iter().map(|day| day.accepted + day.refused).max().unwrap_or_default();
        let top = ceiling(most);
        let height = Self::BOTTOM - Self::TOP;
        let grid = [0, top / 2, top].map(|value| {
            let y = Self::BOTTOM - value * height / top;
            (y.to_string(), format::count(value))
        });
        let step = Self::WIDTH * 10 / u64::try_from(DAYS).unwrap_or(1);
        let mut bars = Vec::new();
        for (at, day) in (0_u64..).zip(days) {
            let x = decimal(Self::LEFT * 10 + at * step + 20);
            let mut bottom = Self::BOTTOM * 10;
            for (class, count) in [("bar", day.accepted), ("ref", day.refused)] {
                if count == 0 {
                    continue;
                }
                // What happened is never too small to be seen.
                let tall = (count * height * 10 / top).max(15);
                bottom = bottom.saturating_sub(tall);
                bars.push(Bar { class, x: x.clone(), y: decimal(bottom), height: decimal(tall) });
                bottom = bottom.saturating_sub(10);
            }
        }
        let sum = |of: fn(&DayCount) -> u64| days.iter().map(of).sum::<u64>();
        let (accepted, refused) = (sum(|day| day.accepted), sum(|day| day.refused));
        let name = |day: Option<&DayCount>| day.map(|day| words::short_day(day.day)).unwrap_or_default();
        let (first, last) = (name(days.first()), name(days.last()));
        Self {
            title: format!(
                "Calls per day, {first} to {last}: {} accepted, {} refused",
                format::count(accepted),
                format::count(refused)
            ),
            grid: grid.into_iter().collect(),
            bars,
            labels: vec![
                (Self::LEFT.to_string(), "start", first),
                ((Self::LEFT + Self::WIDTH).to_string(), "end", last),
            ],
            rows: days.iter().rev().filter(|day| day.accepted + day.refused > 0).map(table_row).collect(),
        }
    }
}

fn table_row(day: &DayCount) -> (String, String, String, String) {
    let (accepted, refused) = (format::count(day.accepted), format::count(day.refused));
    (words::day_value(day.day), words::short_day(day.day), accepted, refused)
}

/// A round number at the top of the scale, even so that its half is whole.
fn ceiling(most: u64) -> u64 {
    let mut scale = 1;
    loop {
        for step in [2, 4, 6, 10] {
            if most <= step * scale {
                return step * scale;
            }
        }
        scale *= 10;
    }
}

fn decimal(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_even_number() {
        for (most, top) in [(0, 2), (1, 2), (3, 4), (352, 400), (401, 600), (1_000, 1_000), (1_001, 2_000)] {
            assert_eq!(ceiling(most), top, "{most}");
        }
    }

    #[test]
    fn shares_and_durations_have_one_decimal() {
        assert_eq!(tenths_of_percent(20, 6605), "0.3\u{a0}%");
        assert_eq!(tenths_of_percent(0, 0), "0.0\u{a0}%");
        for (micros, text) in [(0, "< 0.1"), (99, "< 0.1"), (100, "0.1"), (6_249, "6.2")] {
            assert_eq!(words::millis(micros), text);
        }
    }
}
