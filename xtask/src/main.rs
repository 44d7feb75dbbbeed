//! What the commands in the README call: runs cargo, npm and the rest in the right order, and installs what is missing.

mod contract;
mod demo;
mod fuzz;
mod postgres;
mod process;
mod test;
mod tools;

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

use process::{cargo, root, run, target_folder};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, runs and tests Automation Hub")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build and start the server on embedded SQLite with sample data
    Demo {
        /// Build without optimisation: quicker to build, slower to run
        #[arg(long)]
        debug: bool,
        /// Passed on to `automation-hub demo`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Check the format and lints, then run all tests on both databases and in a browser
    Test {
        /// Only these steps; all of them if none is named
        #[arg(value_enum)]
        steps: Vec<test::Step>,
    },
    /// Repeat the tests that draw at random, for much longer than `test` does
    Soak,
    /// Fuzz the parsers of outside input
    Fuzz {
        /// Only this one; each in its turn if none is named
        target: Option<String>,
        /// How long each is fuzzed
        #[arg(long, default_value_t = 60)]
        seconds: u64,
    },
    /// Run the benchmarks
    Bench {
        /// Passed on to the benchmark program
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Take pictures of the pages in light, dark and phone width
    Screenshots {
        /// Passed on to `e2e/screenshots.mjs`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

fn main() -> Result<()> {
    match Cli::parse().task {
        Task::Demo { debug, args } => demo(debug, &args),
        Task::Test { steps } => test::run_steps(&steps),
        Task::Soak => test::soak(),
        Task::Fuzz { target, seconds } => fuzz::run_targets(target.as_deref(), seconds),
        Task::Bench { args } => bench(&args),
        Task::Screenshots { args } => screenshots(&args),
    }
}

fn demo(is_debug: bool, args: &[OsString]) -> Result<()> {
    tools::node_packages()?;
    let mut build = cargo(["build", "--package", "automation-hub-server", "--bin", "automation-hub"]);
    if !is_debug {
        build.arg("--release");
    }
    run(&mut build)?;
    let program = target_folder().join(if is_debug { "debug" } else { "release" }).join("automation-hub");
    // The server takes this process's place, so that signals and its exit code need nobody in between.
    let error = Command::new(&program).arg("demo").args(args).exec();
    Err(error).with_context(|| format!("{} could not be started", program.display()))
}

fn bench(args: &[OsString]) -> Result<()> {
    tools::node_packages()?;
    // Both in one go: what they share is compiled once.
    run(&mut cargo([
        "build",
        "--release",
        "--package",
        "automation-hub-server",
        "--package",
        "automation-hub-bench",
    ]))?;
    run(Command::new(target_folder().join("release/automation-hub-bench")).args(args))
}

fn screenshots(args: &[OsString]) -> Result<()> {
    tools::node_packages()?;
    tools::debian_packages(&[tools::CHROMIUM, tools::INTER, tools::JETBRAINS_MONO])?;
    run(&mut cargo(["build", "--package", "automation-hub-server", "--bin", "automation-hub"]))?;
    let program = target_folder().join("debug/automation-hub");
    run(Command::new("node")
        .arg(root().join("e2e/screenshots.mjs"))
        .args(args)
        .env("AUTOMATION_HUB_BIN", program))
}
