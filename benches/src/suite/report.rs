//! The figures beside their targets, as a table for people and for docs/performance.md.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

/// Where in docs/performance.md figures stand.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Usual,
    /// Those of records in which so many more questions are answered.
    Wide {
        answers: usize,
    },
}

impl Place {
    fn said(self) -> String {
        match self {
            Self::Usual => String::new(),
            Self::Wide { answers } => format!(" {answers} more questions are answered in each record."),
        }
    }

    const fn markers(self) -> (&'static str, &'static str) {
        match self {
            Self::Usual => {
                ("<!-- figures: written by `cargo xtask bench --write` -->", "<!-- end of figures -->")
            }
            Self::Wide { .. } => (
                "<!-- wide figures: written by `cargo xtask bench --answers 30 --write` -->",
                "<!-- end of wide figures -->",
            ),
        }
    }
}

#[derive(Default)]
pub(super) struct Report {
    lines: Vec<Line>,
}

enum Line {
    Section(String),
    Row(Row),
}

pub(super) struct Row {
    name: String,
    value: f64,
    target: Option<Target>,
}

/// What must hold to ship, and what is aimed at.
#[derive(Clone, Copy)]
pub(super) struct Target {
    good: f64,
    superb: f64,
    is_upper_limit: bool,
}

impl Target {
    pub(super) const fn below(good: f64, superb: f64) -> Self {
        Self { good, superb, is_upper_limit: true }
    }

    pub(super) const fn above(good: f64, superb: f64) -> Self {
        Self { good, superb, is_upper_limit: false }
    }

    /// One limit alone.
    pub(super) const fn at_most(limit: f64) -> Self {
        Self::below(limit, limit)
    }

    pub(super) const fn at_least(limit: f64) -> Self {
        Self::above(limit, limit)
    }

    fn verdict(self, value: f64) -> &'static str {
        let holds = |limit: f64| if self.is_upper_limit { value <= limit } else { value >= limit };
        match (holds(self.good), holds(self.superb)) {
            (_, true) => "superb",
            (true, false) => "good",
            (false, false) => "**missed**",
        }
    }

    fn shown(self) -> (String, String) {
        let sign = if self.is_upper_limit { '≤' } else { '≥' };
        (format!("{sign} {}", figure(self.good)), format!("{sign} {}", figure(self.superb)))
    }
}

impl Row {
    pub(super) fn new(name: &str, value: f64) -> Self {
        Self { name: name.to_owned(), value, target: None }
    }

    pub(super) fn target(self, target: Target) -> Self {
        Self { target: Some(target), ..self }
    }

    fn shown(&self) -> String {
        let ((good, superb), verdict) =
            self.target.map_or_else(Default::default, |target| (target.shown(), target.verdict(self.value)));
        format!("| {} | {} | {good} | {superb} | {verdict} |", self.name, figure(self.value))
    }
}

impl Report {
    pub(super) fn section(&mut self, title: &str) {
        eprintln!("{title}");
        self.lines.push(Line::Section(title.to_owned()));
    }

    /// Shown at once too: a run takes minutes.
    pub(super) fn add(&mut self, row: Row) {
        eprintln!("    {}", row.shown());
        self.lines.push(Line::Row(row));
    }

    #[expect(clippy::print_stdout, reason = "the figures are the command's output")]
    pub(super) fn show(&self, place: Place) {
        println!("{}", self.markdown(place));
    }

    fn markdown(&self, place: Place) -> String {
        let mut text = format!(
            "{}{}\n\n| | measured | good | superb | |\n|---|---|---|---|---|\n",
            circumstances(),
            place.said()
        );
        for line in &self.lines {
            let line = match line {
                Line::Section(title) => format!("| **{title}** | | | | |"),
                Line::Row(row) => row.shown(),
            };
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// Replaces what stands between the markers.
    pub(super) fn write(&self, place: Place) -> Result<()> {
        let (begin, end) = place.markers();
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/performance.md");
        let old = std::fs::read_to_string(&file)?;
        let (before, rest) = old.split_once(begin).context("docs/performance.md has lost its marker")?;
        let (_, after) = rest.split_once(end).context("docs/performance.md has lost its end marker")?;
        Ok(std::fs::write(file, format!("{before}{begin}\n{}{end}{after}", self.markdown(place)))?)
    }
}

fn figure(value: f64) -> String {
    let decimals = match value.abs() {
        small if small < 10.0 => 2,
        medium if medium < 100.0 => 1,
        _ => 0,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// When and on what: absolute figures mean little elsewhere.
fn circumstances() -> String {
    let of = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        text.lines().find_map(|line| {
            line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned())
        })
    });
    let cores = of("nproc", &["--all"]).unwrap_or_default();
    format!(
        "Measured on {}, {cores} cores, {}, {}.",
        of("date", &["-u", "+%-d %B %Y"]).unwrap_or_default(),
        processor.unwrap_or_else(|| "processor unknown".into()),
        of("uname", &["-s"]).unwrap_or_default()
    )
}
