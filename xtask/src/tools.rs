//! Looks for the programs that builds and tests need, and installs what is missing.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::process::{cargo, find_program, output_of, root, run, run_aside, target_folder};

/// A Debian package and how to tell that what it brings is there already.
#[derive(Clone, Copy)]
pub(crate) struct Package {
    name: &'static str,
    is_there: fn() -> bool,
}

pub(crate) const CHROMIUM: Package = Package { name: "chromium", is_there: || chromium().is_some() };
pub(crate) const POSTGRESQL: Package =
    Package { name: "postgresql", is_there: || postgres_folder().is_some() };
pub(crate) const CXX: Package =
    Package { name: "g++", is_there: || find_program(&["c++", "g++", "clang++"]).is_some() };
pub(crate) const PYTHON: Package = Package { name: "python3-venv", is_there: has_python };
pub(crate) const INTER: Package = Package { name: "fonts-inter", is_there: || has_font("Inter") };
pub(crate) const JETBRAINS_MONO: Package =
    Package { name: "fonts-jetbrains-mono", is_there: || has_font("JetBrains Mono") };

/// Installs the npm packages unless the folder is at least as new as the lock file.
pub(crate) fn node_packages() -> Result<()> {
    let written = |path: &str| fs::metadata(root().join(path)).and_then(|file| file.modified()).ok();
    let is_current = written("node_modules/.package-lock.json") >= written("package-lock.json");
    if is_current {
        return Ok(());
    }
    let version = output_of(Command::new("node").arg("--version")).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < 20) || find_program(&["npm"]).is_none() {
        bail!("Node.js 20 or newer with npm is needed for the browser files; found {version:?}");
    }
    run_aside(Command::new("npm").arg("ci"))
}

/// Where the Python packages are, which no other project on this machine has a part in.
pub(crate) fn python_folder() -> PathBuf {
    target_folder().join("contract-python")
}

/// Installs the Python packages unless those there are of the same list. pip compares what it gets with the hashes.
pub(crate) fn python_packages() -> Result<()> {
    let wanted = fs::read(root().join("contract/requirements.txt"))?;
    let installed = python_folder().join("requirements.txt");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    run_aside(Command::new("python3").args(["-m", "venv", "--clear"]).arg(python_folder()))?;
    run_aside(Command::new(python_folder().join("bin/pip")).args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "--requirement",
        "contract/requirements.txt",
    ]))?;
    fs::write(installed, wanted)?;
    Ok(())
}

/// Debian keeps the part of `venv` that brings pip in a package of its own.
fn has_python() -> bool {
    output_of(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_some()
}

/// Installs those packages of which nothing is there yet.
pub(crate) fn debian_packages(packages: &[Package]) -> Result<()> {
    let missing: Vec<_> =
        packages.iter().filter(|package| !(package.is_there)()).map(|package| package.name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("apt-get install {}", missing.join(" "));
    if find_program(&["apt-get"]).is_none() {
        bail!("missing: {}. Install them with this system's package manager", missing.join(", "));
    }
    if !is_root() {
        bail!("missing: {}. Install them with `sudo {by_hand}`", missing.join(", "));
    }
    eprintln!("    {by_hand}");
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet=2");
        command
    };
    run_aside(apt().arg("update"))?;
    run_aside(apt().args(["install", "--yes", "--no-install-recommends"]).args(&missing))
}

/// Installs the test runner if cargo doesn't know it.
pub(crate) fn nextest() -> Result<()> {
    if output_of(&mut cargo(["nextest", "--version"])).is_some() {
        return Ok(());
    }
    run(&mut cargo(["install", "cargo-nextest", "--locked"]))
}

/// Installs the front end of libFuzzer if cargo doesn't know it.
pub(crate) fn cargo_fuzz() -> Result<()> {
    if output_of(&mut cargo(["fuzz", "--version"])).is_some() {
        return Ok(());
    }
    run(&mut cargo(["install", "cargo-fuzz", "--locked"]))
}

pub(crate) fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from).filter(|path| path.is_file());
    named.or_else(|| find_program(&["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]))
}

/// The folder with `initdb` and `postgres`, which Debian keeps off the search path; the newest version if several.
pub(crate) fn postgres_folder() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| folder.join("initdb").is_file() && folder.join("postgres").is_file())
        .collect();
    versions.sort();
    versions
        .pop()
        .map(|(_, folder)| folder)
        .or_else(|| Some(find_program(&["initdb"])?.parent()?.to_path_buf()))
}

pub(crate) fn is_root() -> bool {
    output_of(Command::new("id").arg("-u")).as_deref() == Some("0")
}

fn has_font(family: &str) -> bool {
    output_of(Command::new("fc-list").arg(family)).is_some_and(|fonts| !fonts.is_empty())
}
