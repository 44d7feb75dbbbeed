//! What commands print: results on standard output, in words or as one line of JSON, complaints on standard error.

use std::{
    fmt::Display,
    io::{self, Write},
    iter,
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

/// Prints lines of cells below their headings, each as wide as the widest of its column.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: Vec<[String; N]>) -> anyhow::Result<()> {
    let lines: Vec<_> = iter::once(headings.map(str::to_owned)).chain(rows).collect();
    let mut widths = [0; N];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    for line in &lines {
        let cells = line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        print(cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
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
