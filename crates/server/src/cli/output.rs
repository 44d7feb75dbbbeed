//! What commands print: results on standard output, in words or as one line of JSON, complaints on standard error.

use std::{
    fmt::Display,
    io::{self, Write},
};

use automation_hub_domain::text;
use automation_hub_server::error::Violations;

/// Prints a result. A reader that has gone away, such as `head`, is no failure.
pub(super) fn print(text: impl Display) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// What is wrong with what was given, field by field.
pub(super) fn refusal(wrong: &Violations) -> anyhow::Error {
    let lines: Vec<_> = wrong.iter().map(|one| format!("{}: {}", one.field, one.message)).collect();
    anyhow::anyhow!(lines.join("; "))
}

pub(super) fn complain(message: &str) {
    let line: String = message.chars().map(|c| if text::is_unprintable(c) { ' ' } else { c }).collect();
    // Without standard error there is nobody left to tell.
    let _ = writeln!(io::stderr(), "automation-hub: {line}");
}
