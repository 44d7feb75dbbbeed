//! `cargo xtask test`: every check this repository has, the cheapest first.

use std::process::Command;
use std::time::Instant;

use anyhow::Result;
use clap::ValueEnum;

use crate::contract;
use crate::postgres::Cluster;
use crate::process::{cargo, root, run, target_folder};
use crate::tools::{CHROMIUM, POSTGRESQL, PYTHON, debian_packages, nextest, node_packages, python_packages};

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Format, lints, documentation
    Lint,
    /// Unit and integration tests on the embedded database
    Sqlite,
    /// The same tests on a PostgreSQL server made for them
    Postgres,
    /// The Open API against its own document, on both databases: lint, drawn requests, generated clients
    Contract,
    /// Journeys in a real browser
    Browser,
}

// Every step names the whole workspace: another selection would mean other features, and building it all again.
const BUILD: [&str; 4] = ["build", "--workspace", "--bins", "--tests"];
const NEXTEST: [&str; 4] = ["nextest", "run", "--workspace", "--no-fail-fast"];

pub(crate) fn run_steps(chosen: &[Step]) -> Result<()> {
    let is_chosen = |step| chosen.is_empty() || chosen.contains(&step);
    timed("what the tests need", || prepare(is_chosen))?;
    if is_chosen(Step::Lint) {
        lint()?;
    }
    timed("build", || run(&mut cargo(BUILD)))?;
    if is_chosen(Step::Sqlite) {
        timed("tests on SQLite", || run(tests().env_remove("AUTOMATION_HUB_TEST_POSTGRES")))?;
    }
    if is_chosen(Step::Postgres) {
        let cluster = timed("a PostgreSQL server", Cluster::start)?;
        timed("tests on PostgreSQL", || run(tests().env("AUTOMATION_HUB_TEST_POSTGRES", cluster.url())))?;
    }
    if is_chosen(Step::Contract) {
        contract::check()?;
    }
    if is_chosen(Step::Browser) {
        timed("browser journeys", || run(&mut journeys()))?;
    }
    Ok(())
}

/// What the tests that draw at random are told, and the tests themselves.
const SOAK: [(&str, &str); 3] =
    [("HUB_TEST_SEQUENCES", "10000"), ("HUB_TEST_ROUNDS", "200"), ("HUB_TEST_KILLS", "1000")];
const SOAKED: &str = "test(agrees_with_a_plain_model) + test(no_call_that_begins_after) + \
    test(no_acknowledged_write_is_lost)";

pub(crate) fn soak() -> Result<()> {
    node_packages()?;
    nextest()?;
    run(tests().envs(SOAK).args(["--filterset", SOAKED]))
}

fn prepare(is_chosen: impl Fn(Step) -> bool) -> Result<()> {
    node_packages()?;
    let mut packages = Vec::new();
    if is_chosen(Step::Postgres) || is_chosen(Step::Contract) {
        packages.push(POSTGRESQL);
    }
    if is_chosen(Step::Contract) {
        packages.push(PYTHON);
    }
    if is_chosen(Step::Browser) {
        packages.push(CHROMIUM);
    }
    debian_packages(&packages)?;
    if is_chosen(Step::Contract) {
        python_packages()?;
    }
    nextest()
}

fn lint() -> Result<()> {
    timed("format", || run(&mut cargo(["fmt", "--check"])))?;
    timed("lints", || run(&mut cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])))?;
    timed("documentation", || {
        run(cargo(["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings"))
    })
}

fn tests() -> Command {
    let mut command = cargo(NEXTEST);
    // A snapshot that differs is a failure here, not a file to review.
    command.env("INSTA_UPDATE", "no");
    command
}

fn journeys() -> Command {
    let mut command = Command::new("node");
    command.arg(root().join("e2e/run.mjs"));
    command.env("AUTOMATION_HUB_BIN", target_folder().join("debug/automation-hub"));
    command
}

#[expect(clippy::disallowed_methods, reason = "says how long a step takes")]
pub(crate) fn timed<T>(name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {name}");
    let start = Instant::now();
    let result = step();
    let outcome = if result.is_ok() { "done in" } else { "FAILED after" };
    eprintln!("    {name}: {outcome} {:.1} s", start.elapsed().as_secs_f64());
    result
}
