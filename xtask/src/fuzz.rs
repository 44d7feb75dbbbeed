//! `cargo xtask fuzz`: every parser of outside input under libFuzzer, for a bounded time.

use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process::{cargo, output_of, root, run};
use crate::tools::{CXX, cargo_fuzz, debian_packages, node_packages};

// The parsers are safe Rust, in which a memory sanitizer would find nothing and halve the speed.
const OPTIONS: [&str; 4] = ["--fuzz-dir", "fuzz", "--sanitizer", "none"];
/// More than a head may have, so that limits are crossed too.
const LONGEST_INPUT: u32 = 20_000;

pub(crate) fn run_targets(chosen: Option<&str>, seconds: u64) -> Result<()> {
    node_packages()?;
    debian_packages(&[CXX])?;
    cargo_fuzz()?;
    let listed = output_of(fuzz("list").args(["--fuzz-dir", "fuzz"]).current_dir(root()));
    let listed = listed.context("`cargo fuzz list` failed")?;
    let targets: Vec<&str> =
        listed.lines().filter(|target| chosen.is_none_or(|chosen| chosen == *target)).collect();
    if targets.is_empty() {
        bail!("there is no such target; there are {}", listed.replace('\n', ", "));
    }
    for target in targets {
        eprintln!("==> {target}, {seconds} s");
        run(fuzz("run").args(OPTIONS).arg(target).arg("--").args([
            format!("-max_total_time={seconds}"),
            format!("-max_len={LONGEST_INPUT}"),
            "-timeout=10".to_owned(),
            "-print_final_stats=1".to_owned(),
        ]))?;
    }
    Ok(())
}

/// Coverage needs switches that a stable compiler has but doesn't offer.
fn fuzz(command: &str) -> Command {
    let mut fuzz = cargo(["fuzz", command]);
    fuzz.env("RUSTC_BOOTSTRAP", "1");
    fuzz
}
