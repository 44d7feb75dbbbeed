//! The Open API held against its own document: the document is linted, requests are drawn from it, and clients made of
//! it are used. What is told to the tools, and why, stands in `contract/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::demo::{Demo, program};
use crate::postgres::Cluster;
use crate::process::{output_of, root, run, target_folder};
use crate::test::timed;
use crate::tools::python_folder;

const FUZZING: [&str; 2] = ["--phases", "fuzzing"];

pub(crate) fn check() -> Result<()> {
    let made = target_folder().join("contract");
    fs::create_dir_all(&made)?;
    let document = write_document(&made)?;
    timed("lint of the document", || lint(&document))?;
    timed("clients", || make_clients(&document, &made))?;
    timed("contract on SQLite", || hold(&Demo::start(&made.join("sqlite"), None)?, &made))?;
    let cluster = Cluster::start()?;
    timed("contract on PostgreSQL", || {
        hold(&Demo::start(&made.join("postgres"), Some(cluster.url()))?, &made)
    })
}

/// Holds a hub against its document.
fn hold(hub: &Demo, made: &Path) -> Result<()> {
    round_trips(hub, made)?;
    let by_a_person = || Ok::<_, anyhow::Error>(drawn_requests(hub, (hub.credential()?, None)));
    run(&mut by_a_person()?)?;
    run(by_a_person()?.args(FUZZING).env("HUB_DRAW_CONDITIONS", "1"))?;
    // Refused where it takes a person; how a request is read was looked at before.
    run(drawn_requests(hub, hub.impersonal()?).args(FUZZING))
}

/// As the program prints it, for tools that want a file.
fn write_document(made: &Path) -> Result<PathBuf> {
    let text = output_of(Command::new(program()).arg("openapi"));
    let path = made.join("openapi.json");
    fs::write(&path, text.context("`automation-hub openapi` failed")?)?;
    Ok(path)
}

fn lint(document: &Path) -> Result<()> {
    run(node_tool("redocly")
        .args(["lint", "--config", "contract/redocly.yaml"])
        .arg(document)
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true"))
}

/// TypeScript is checked by its compiler; what it makes, and the Python client, are used below.
fn make_clients(document: &Path, made: &Path) -> Result<()> {
    let types = made.join("typescript/api.d.ts");
    run(node_tool("openapi-typescript").arg(document).arg("--output").arg(types))?;
    run(node_tool("tsc").args(["--project", "contract/typescript"]))?;
    run(python_tool("openapi-python-client")
        .args(["generate", "--overwrite", "--fail-on-warning", "--meta", "none"])
        .args(["--config", "contract/python/config.yaml", "--path"])
        .arg(document)
        .arg("--output-path")
        .arg(made.join("python/automation_hub")))
}

fn round_trips(hub: &Demo, made: &Path) -> Result<()> {
    let credential = hub.credential()?;
    let with_hub =
        |command: &mut Command| run(command.env("HUB_URL", hub.base()).env("HUB_TOKEN", &credential));
    with_hub(Command::new("node").arg(made.join("typescript/round-trip.js")))?;
    with_hub(
        python_tool("python").arg("contract/python/round_trip.py").env("PYTHONPATH", made.join("python")),
    )
}

/// With the checks of `contract/schemathesis.toml`, by a token and its app key.
fn drawn_requests(hub: &Demo, (credential, app_key): (String, Option<&str>)) -> Command {
    let mut tool = python_tool("schemathesis");
    tool.args(["--config-file", "contract/schemathesis.toml", "run"])
        .arg(hub.document())
        .args(["--url", &hub.base()])
        .args(["--header", &format!("Authorization: Bearer {credential}")])
        .args(["--header", "x-ah-openapi-auth: openapi-token"]);
    if let Some(app_key) = app_key {
        tool.args(["--header", &format!("x-ah-openapi-app-key: {app_key}")]);
    }
    tool
}

fn node_tool(name: &str) -> Command {
    Command::new(root().join("node_modules/.bin").join(name))
}

/// What Python and its tools keep for later isn't to lie about among the sources.
fn python_tool(name: &str) -> Command {
    let mut command = Command::new(python_folder().join("bin").join(name));
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("HYPOTHESIS_STORAGE_DIRECTORY", target_folder().join("contract/hypothesis"));
    command
}
