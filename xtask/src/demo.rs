//! The built program with its sample organisation, for tools that talk to it. It ends with the value.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::process::target_folder;

pub(crate) struct Demo {
    server: Child,
    access: Access,
}

/// What `automation-hub demo --json` prints once it is ready.
#[derive(Deserialize)]
struct Access {
    address: String,
    tenant_id: String,
    users: Vec<User>,
    tokens: Vec<Token>,
}

#[derive(Deserialize)]
struct User {
    email: String,
    role: String,
}

#[derive(Deserialize)]
struct Token {
    user: Option<String>,
    #[serde(rename = "token")]
    value: String,
    app_key: Option<String>,
}

impl Demo {
    /// On a database of its own in this folder, which is emptied first, or on the one at the address.
    pub(crate) fn start(folder: &Path, database: Option<&str>) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let mut command = Command::new(program());
        command.args(["demo", "--json", "--listen", "127.0.0.1:0", "--data-dir"]).arg(folder);
        if let Some(url) = database {
            command.args(["--database-url", url]);
        }
        let mut server =
            command.stdout(Stdio::piped()).spawn().context("the sample hub could not be started")?;
        let output = server.stdout.take();
        let mut line = String::new();
        let read = output.map(|output| BufReader::new(output).read_line(&mut line)).transpose();
        let access = read.map_err(anyhow::Error::from).and_then(|_| Ok(serde_json::from_str(&line)?));
        match access.context("the sample hub didn't become ready") {
            Ok(access) => Ok(Self { server, access }),
            Err(error) => {
                stop(&mut server);
                Err(error)
            }
        }
    }

    pub(crate) fn base(&self) -> String {
        format!("{}/api/v1/openapi", self.access.address)
    }

    pub(crate) fn document(&self) -> String {
        format!("{}/api/v1/api-doc/openapi.json", self.access.address)
    }

    /// Of a System Admin, by a token without an app key.
    pub(crate) fn credential(&self) -> Result<String> {
        let is_admin = |email: &str| {
            self.access.users.iter().any(|user| user.email == email && user.role == "System Admin")
        };
        let is_open = |token: &&Token| token.app_key.is_none() && token.user.as_deref().is_some_and(is_admin);
        let token = self.access.tokens.iter().find(is_open);
        Ok(self.pair(token.context("no sample token is an administrator's")?))
    }

    /// Of nobody, by a tenant-level token, and its app key if it has one.
    pub(crate) fn impersonal(&self) -> Result<(String, Option<&str>)> {
        let token = self.access.tokens.iter().find(|token| token.user.is_none());
        let token = token.context("no sample token is tenant level")?;
        Ok((self.pair(token), token.app_key.as_deref()))
    }

    fn pair(&self, token: &Token) -> String {
        format!("{}/{}", self.access.tenant_id, token.value)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        stop(&mut self.server);
    }
}

fn stop(server: &mut Child) {
    let _ = server.kill();
    let _ = server.wait();
}

pub(crate) fn program() -> PathBuf {
    target_folder().join("debug/automation-hub")
}
