//! Places in the audit log, as `log_cursor` sends them and `after` takes them.

use automation_hub_domain::clock::Timestamp;
use automation_hub_server::api::audit_logs::{cursor, position};
use automation_hub_storage::logs::{LogKind, LogPosition};

pub const PIECES: &[&str] = &[
    "1794916800000-event-",
    "12",
    "0-call-7",
    "-",
    "--",
    "event",
    "CALL",
    "calls",
    "7",
    "0",
    "+7",
    "-7",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    " ",
];

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let read = position(text);
    assert_eq!(read, reference(text), "{text:?}");
    if let Some(place) = read {
        assert_eq!(position(&cursor(place)), Some(place), "{text:?}");
    }
}

/// The word in the middle is looked for first.
fn reference(text: &str) -> Option<LogPosition> {
    let lower = text.to_ascii_lowercase();
    let (kind, (at, id)) = [(LogKind::Event, "-event-"), (LogKind::Call, "-call-")]
        .into_iter()
        .find_map(|(kind, word)| Some((kind, lower.rsplit_once(word)?)))?;
    let at = Timestamp::from_millis(at.parse().ok()?);
    let id = id.parse().ok().filter(|_| !id.starts_with('-'))?;
    Some(LogPosition { at, kind, id })
}
