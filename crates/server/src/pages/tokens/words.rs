//! How the console writes what belongs to tokens: expiries in UTC, as they are decided, and states.

use automation_hub_domain::{clock::Timestamp, token::state::TokenState};
use automation_hub_storage::tokens::Token;
use jiff::{ZonedDateTime, tz::TimeZone};

use crate::pages::format::Moment;

const NBSP: char = '\u{a0}';
const DAY_MILLIS: i64 = 86_400_000;

fn utc(at: Timestamp) -> ZonedDateTime {
    jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_zoned_datetime(TimeZone::UTC)
}

/// The last instant at which a token works: people read the day it is good for, not the one after.
fn last_instant(expires_at: Timestamp) -> ZonedDateTime {
    utc(expires_at.plus_millis(-1))
}

/// `15 Feb 2027`.
pub(super) fn expiry_day(expires_at: Timestamp) -> String {
    last_instant(expires_at).strftime("%-d %b %Y").to_string()
}

/// `15 February 2027, 23:59 UTC`.
pub(super) fn expiry_instant(expires_at: Timestamp) -> String {
    last_instant(expires_at).strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// `17 Nov 2026` of any instant, in UTC.
pub(super) fn day(at: Timestamp) -> String {
    utc(at).strftime("%-d %b %Y").to_string()
}

/// An instant to the second, in UTC as everything about tokens: `17 Nov 2026, 12:00:05 UTC`.
pub(super) fn moment(at: Timestamp) -> Moment {
    let at = utc(at);
    Moment {
        text: at.strftime("%-d %b %Y, %H:%M:%S UTC").to_string(),
        iso: at.timestamp().to_string(),
        title: at.strftime("%-d %B %Y, %H:%M:%S%.3f UTC").to_string(),
    }
}

/// Milliseconds with one decimal: `3.2 ms`.
pub(super) fn took(micros: u64) -> String {
    format!("{}{NBSP}ms", millis(micros))
}

/// As [`took`], without the unit. What took less than a tenth isn't told as 0.0.
pub(super) fn millis(micros: u64) -> String {
    if micros < 100 {
        return "< 0.1".to_owned();
    }
    format!("{}.{}", micros / 1000, micros % 1000 / 100)
}

/// `17 Nov`, for a day counted from 1970.
pub(super) fn short_day(day: i64) -> String {
    utc(Timestamp::from_millis(day * DAY_MILLIS)).strftime("%-d %b").to_string()
}

/// `2026-11-17`, for a day counted from 1970.
pub(super) fn day_value(day: i64) -> String {
    utc(Timestamp::from_millis(day * DAY_MILLIS)).strftime("%Y-%m-%d").to_string()
}

/// `in 8 weeks`, `15 days ago`. Nothing where the state tells the days already.
pub(super) fn distance(expires_at: Timestamp, now: Timestamp) -> Option<String> {
    let days = last_instant(expires_at).date().since(utc(now).date()).ok()?.get_days();
    let amount = |n: i32, unit: &str| {
        if n == 1 { format!("1{NBSP}{unit}") } else { format!("{n}{NBSP}{unit}s") }
    };
    let length = |n: i32| match n {
        ..35 | 90 => amount(n, "day"),
        35..100 => amount(n / 7, "week"),
        _ => amount(n * 12 / 365, "month"),
    };
    match days {
        ..0 => Some(format!("{} ago", length(-days))),
        0..=14 => None,
        _ => Some(format!("in {}", length(days))),
    }
}

/// `3 min left`, of what ends soon.
pub(super) fn time_left(until: Timestamp, now: Timestamp) -> String {
    let minutes = (until.since(now) + 59_999) / 60_000;
    if minutes < 60 {
        format!("{minutes}{NBSP}min left")
    } else {
        format!("{}{NBSP}h left", (minutes + 59) / 60)
    }
}

/// How a token stands, for whoever has an older form of it.
pub(super) fn facts(token: &Token) -> Vec<(&'static str, String)> {
    let user =
        token.user.as_ref().map_or_else(|| "Nobody, tenant level".to_owned(), |user| user.email.clone());
    vec![
        ("Token Name", token.name.clone()),
        ("Token", dots(token)),
        ("User", user),
        ("Expires", token.expires_at.map_or_else(|| "Never".to_owned(), expiry_day)),
        ("Active", if token.is_switched_on() { "Yes" } else { "No" }.to_owned()),
        ("App Key", if token.has_app_key { "Set" } else { "Not set" }.to_owned()),
    ]
}

/// All that is told of a value that was shown before.
pub(super) fn dots(token: &Token) -> String {
    format!("•••• {}", token.last_four)
}

/// Class and words of a state; a revoked token has none.
pub(super) fn state(token: &Token, allows_never: bool, now: Timestamp) -> (&'static str, String) {
    let Some(state) = token.state(allows_never, now) else { return ("off", "Revoked".to_owned()) };
    let class = match state {
        TokenState::Active => "ok",
        TokenState::ExpiresInDays(_) => "warn",
        TokenState::Inactive => "off",
        TokenState::Expired
        | TokenState::ExpiryMissing
        | TokenState::Suspended
        | TokenState::UserDeactivated => "bad",
    };
    (class, state.to_string())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// 17 November 2026, 12:00 UTC.
    const NOON: Timestamp = Timestamp::from_millis(1_794_916_800_000);

    #[test]
    fn an_expiry_reads_as_the_day_it_is_good_for() {
        let end = Timestamp::from_millis(1_802_736_000_000);
        assert_eq!(expiry_day(end), "15 Feb 2027");
        assert_eq!(expiry_instant(end), "15 February 2027, 23:59 UTC");
    }

    #[rstest]
    #[case(-15, Some("15\u{a0}days ago"))]
    #[case(5, None)]
    #[case(30, Some("in 30\u{a0}days"))]
    #[case(58, Some("in 8\u{a0}weeks"))]
    #[case(90, Some("in 90\u{a0}days"))]
    #[case(225, Some("in 7\u{a0}months"))]
    fn distances_are_told_in_the_unit_people_think_in(#[case] days: i64, #[case] text: Option<&str>) {
        assert_eq!(distance(NOON.plus_days(days), NOON).as_deref(), text);
    }

    #[test]
    fn what_is_left_is_rounded_up() {
        assert_eq!(time_left(NOON.plus_minutes(3), NOON), "3\u{a0}min left");
        assert_eq!(time_left(NOON.plus_millis(1), NOON), "1\u{a0}min left");
        assert_eq!(time_left(NOON.plus_hours(24), NOON), "24\u{a0}h left");
    }
}
