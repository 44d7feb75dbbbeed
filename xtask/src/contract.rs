//! The Open API held against its own document: the document is linted, requests are drawn from it, and clients made of
//! it are used. What is told to the tools, and why, stands in `contract/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::demo::{Demo, Holder, program};
use crate::postgres::Cluster;
use crate::process::{output_of, root, run, target_folder};
use crate::test::timed;
use crate::tools::python_folder;

pub(crate) fn check() -> Result<()> {
    let made = target_folder().join("contract");
    fs::create_dir_all(&made)?;
    let document = write_document(&made)?;
    timed("lint of the document", || lint(&document))?;
    timed("clients", || make_clients(&document, &made))?;
    timed("contract on SQLite", || {
        let hub = Demo::start(&made.join("sqlite"), None)?;
        round_trips(&hub, &made)?;
        draw_requests(&hub, Holder::Admin, &[])?;
        // Refused where it takes a person; how a request is read was looked at before.
        draw_requests(&hub, Holder::Nobody, &["--phases", "examples,fuzzing"])
    })?;
    let cluster = Cluster::start()?;
    timed("contract on PostgreSQL", || {
        let hub = Demo::start(&made.join("postgres"), Some(cluster.url()))?;
        round_trips(&hub, &made)?;
        // How a request is read was looked at above; here it is about what is stored.
        draw_requests(&hub, Holder::Admin, &["--phases", "examples,fuzzing,stateful"])
    })
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
    let credential = hub.credential(Holder::Admin)?;
    let with_hub =
        |command: &mut Command| run(command.env("HUB_URL", hub.base()).env("HUB_TOKEN", &credential));
    with_hub(Command::new("node").arg(made.join("typescript/round-trip.js")))?;
    with_hub(
        python_tool("python").arg("contract/python/round_trip.py").env("PYTHONPATH", made.join("python")),
    )
}

fn draw_requests(hub: &Demo, holder: Holder, more: &[&str]) -> Result<()> {
    run(python_tool("schemathesis")
        .args(["--config-file", "contract/schemathesis.toml", "run"])
        .arg(hub.document())
        .args(["--url", &hub.base()])
        .args(["--header", &format!("Authorization: Bearer {}", hub.credential(holder)?)])
        .args(["--header", "x-ah-openapi-auth: openapi-token"])
        .args(more))
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
