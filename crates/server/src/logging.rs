//! The log: lines of text or JSON on standard error, in which nobody's input can forge a line or move a cursor.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use automation_hub_domain::text;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{Log, LogFormat};

/// Starts the log of this process. A second call changes nothing.
pub fn start(log: &Log) {
    let registry = tracing_subscriber::registry().with(filter(&log.level));
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(|| Escaped(io::stderr()));
    // It fails only where a log was started before, as tests do.
    let _ = match log.format {
        LogFormat::Text => registry.with(layer.with_target(false)).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    };
}

/// Parts of the program that say less than all others unless a level is asked for them: one tells at every start, at some
/// length, that there was nothing to do, the other tells of each statement what is stored.
const QUIET: [&str; 2] = ["refinery_core", "tokio_postgres"];

fn filter(level: &str) -> Targets {
    let filter = level.parse().unwrap_or_else(|_| Targets::new().with_default(LevelFilter::INFO));
    let unnamed = QUIET.into_iter().filter(|target| !level.contains(target));
    unnamed.fold(filter, |filter, target| filter.with_target(target, LevelFilter::WARN))
}

/// Whether a text is a level, or a list of levels for parts of the program.
pub fn is_level(text: &str) -> bool {
    // What isn't a level is taken for a target's name by the filter itself, which would then log everything of it.
    !text.is_empty()
        && text.split(',').all(|part| {
            let (target, level) =
                part.rsplit_once('=').map_or((None, part), |(target, level)| (Some(target), level));
            let is_name = |name: &str| !name.is_empty() && !name.contains(['=', '[', ' ']);
            !level.is_empty() && level.parse::<LevelFilter>().is_ok() && target.is_none_or(is_name)
        })
}

/// One event comes as one write that ends with a line feed; any other control character in it is somebody's input.
struct Escaped<W>(W);

impl<W: Write> Write for Escaped<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let (line, end) = match event.split_last() {
            Some((b'\n', line)) => (line, "\n"),
            _ => (event, ""),
        };
        let line = String::from_utf8_lossy(line);
        let mut escaped = String::with_capacity(line.len() + end.len());
        for c in line.chars() {
            if text::is_unprintable(c) {
                // The form is JSON's, so that JSON stays JSON.
                let _ = write!(escaped, "\\u{:04x}", u32::from(c));
            } else {
                escaped.push(c);
            }
        }
        escaped.push_str(end);
        self.0.write_all(escaped.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn input_can_forge_no_line() {
        let mut out = Vec::new();
        Escaped(&mut out).write_all("agent=\"a\r\nERROR b\u{1b}[31m\u{202e}\u{85}\"\n".as_bytes()).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(line, "agent=\"a\\u000d\\u000aERROR b\\u001b[31m\\u202e\\u0085\"\n");
    }

    #[test]
    fn what_is_stored_is_told_to_nobody_who_did_not_ask_for_it() {
        let tells = |level: &str, target: &str| filter(level).would_enable(target, &Level::DEBUG);
        for level in ["debug", "trace", "info,automation_hub_server=debug"] {
            assert!(tells(level, "automation_hub_server::middleware::request"), "{level}");
            assert!(!tells(level, "tokio_postgres::query"), "{level}");
        }
        assert!(tells("info,tokio_postgres=debug", "tokio_postgres::query"));
    }

    #[test]
    fn levels_are_words_or_lists_of_targets() {
        for text in ["info", "off", "WARN", "info,automation_hub_server=debug", "hyper=off"] {
            assert!(is_level(text), "{text:?}");
        }
        for text in ["", "loud", "info,", "=debug", "a=loud", "a[b]=debug", "info, a=debug"] {
            assert!(!is_level(text), "{text:?}");
        }
    }
}
