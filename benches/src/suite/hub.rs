//! The product with a sample organisation of some size: made once by `demo`, then served by `serve`.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rusqlite::{Connection as Database, OpenFlags};
use serde::Deserialize;

use crate::floor::fill;
use crate::http::Connection;
use crate::load::get;
use crate::process::{Server, stop};

use super::progress;

pub(super) const OPEN_API: &str = "/api/v1/openapi";
/// Records are copied in portions, so that no answer grows with the number of ideas.
const PORTION: usize = 2000;
pub(super) const POLL: Duration = Duration::from_millis(200);

/// What `demo` is asked to make.
#[derive(Clone, Copy)]
pub(super) struct Sample {
    pub(super) ideas: usize,
    /// Questions of the organisation's own that each idea answers, beyond the sample's.
    pub(super) answers: usize,
}

/// A folder with ideas, and how to sign calls for it.
pub(super) struct Data {
    pub(super) folder: PathBuf,
    tenant: String,
    value: String,
    app_key: Option<String>,
}

pub(super) struct Hub {
    pub(super) server: Server,
    /// Memory when the first call had been answered.
    pub(super) fresh_mb: f64,
    data: Data,
}

/// As much of `demo --json`'s first line as is needed.
#[derive(Deserialize)]
struct Ready {
    tenant_id: String,
    users: Vec<ReadyUser>,
    tokens: Vec<ReadyToken>,
}

#[derive(Deserialize)]
struct ReadyUser {
    email: String,
    role: String,
}

#[derive(Deserialize)]
struct ReadyToken {
    user: Option<String>,
    token: String,
    app_key: Option<String>,
}

impl Data {
    /// Has `demo` make it, on the embedded database or on a server.
    pub(super) fn make(
        program: &Path,
        folder: &Path,
        sample: Sample,
        database: Option<&str>,
    ) -> Result<Self> {
        let Sample { ideas, answers } = sample;
        progress(&format!("making {ideas} ideas"));
        let mut command = Command::new(program);
        command.args(["demo", "--json", "--listen", "127.0.0.1:0", "--ideas", &ideas.to_string()]);
        command.args(["--answers", &answers.to_string()]);
        command.arg("--data-dir").arg(folder);
        if let Some(url) = database {
            command.args(["--database-url", url]);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        stop(&mut child);
        let ready: Ready = serde_json::from_str(&line).context("`demo --json` did not print its line")?;
        let admin = ready.users.iter().find(|user| user.role == "System Admin").context("a System Admin")?;
        let is_admins =
            |token: &&ReadyToken| token.user.as_ref() == Some(&admin.email) && token.app_key.is_none();
        let any_admins = |token: &&ReadyToken| token.user.as_ref() == Some(&admin.email);
        let token = ready.tokens.iter().find(is_admins).or_else(|| ready.tokens.iter().find(any_admins));
        let token = token.context("a token of the System Admin")?;
        let (value, app_key) = (token.token.clone(), token.app_key.clone());
        Ok(Self { folder: folder.to_owned(), tenant: ready.tenant_id, value, app_key })
    }

    /// The headers of a call that is accepted.
    pub(super) fn headers(&self) -> Vec<String> {
        let mut headers = self.headers_with(&self.value);
        headers.extend(self.app_key.iter().map(|app_key| format!("x-ah-openapi-app-key: {app_key}")));
        headers
    }

    /// The headers of a call with any token.
    pub(super) fn headers_with(&self, token: &str) -> Vec<String> {
        vec![
            "x-ah-openapi-auth: openapi-token".into(),
            format!("Authorization: Bearer {}/{token}", self.tenant),
        ]
    }

    /// Has the benchmark's own program serve the calls.
    pub(super) fn serve_calls(&self, here: &Path) -> Result<Server> {
        let folder = self.folder.display().to_string();
        Server::start(here, |address| vec!["calls".into(), address.to_string(), folder])
    }

    /// What the server does in the background after many ideas were made would be counted as the cost of requests.
    pub(super) async fn wait_until_indexed(&self) -> Result<()> {
        let file = self.folder.join("automation-hub.sqlite");
        let database = Database::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let is_behind = "SELECT EXISTS (SELECT 1 FROM search_backlog) OR \
            (SELECT COALESCE(MAX(id), 0) FROM ideas) > (SELECT indexed_up_to FROM search_progress)";
        while database.query_row(is_behind, [], |row| row.get(0))? {
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    pub(super) fn serve(&self, program: &Path, database: Option<&str>) -> Result<Server> {
        Server::start(program, |address| {
            let mut args = vec!["serve".into(), "--listen".into(), address.to_string()];
            args.extend(["--data-dir".into(), self.folder.display().to_string()]);
            args.extend(["--log-level".into(), "warn".into()]);
            if let Some(url) = database {
                args.extend(["--database-url".into(), url.into()]);
            }
            args
        })
    }
}

impl Hub {
    pub(super) async fn prepare(program: &Path, folder: PathBuf, sample: Sample) -> Result<Self> {
        let data = Data::make(program, &folder, sample, None)?;
        Self::start(program, data, None).await
    }

    pub(super) async fn start(program: &Path, data: Data, database: Option<&str>) -> Result<Self> {
        let hub = Self { server: data.serve(program, database)?, fresh_mb: 0.0, data };
        let (reply, body) = hub.fetch("/authinfo").await?;
        ensure!(reply == 200, "/authinfo answered {reply}: {}", String::from_utf8_lossy(&body));
        Ok(Self { fresh_mb: hub.server.usage.anonymous_mb()?, ..hub })
    }

    /// Serves the same from a new process, which holds nothing yet.
    pub(super) async fn restart(self, program: &Path, database: Option<&str>) -> Result<Self> {
        Self::start(program, self.into_data(), database).await
    }

    /// Stops the server; what it served stays.
    pub(super) fn into_data(self) -> Data {
        self.data
    }

    pub(super) fn data(&self) -> &Data {
        &self.data
    }

    pub(super) fn get(&self, path: &str) -> Vec<u8> {
        get(&format!("{OPEN_API}{path}"), &self.data.headers())
    }

    pub(super) async fn fetch(&self, path: &str) -> Result<(u16, Vec<u8>)> {
        let mut connection = Connection::open(self.server.address).await?;
        let (reply, body) = connection.fetch(&self.get(path)).await?;
        Ok((reply.status, body))
    }

    pub(super) async fn copy_records(&self, database: &mut Database) -> Result<()> {
        let mut copied = 0;
        loop {
            let query = "sort=process_created_epoch&sortOrder=asc";
            let path = format!("/automations?{query}&limit={PORTION}&offset={copied}");
            let (status, body) = self.fetch(&path).await?;
            ensure!(status == 200, "{path} answered {status}");
            match fill(database, &body)? {
                0 => return Ok(()),
                count => copied += count,
            }
        }
    }

    pub(super) async fn first_ids(&self, count: usize) -> Result<Vec<i64>> {
        #[derive(Deserialize)]
        struct Envelope {
            data: Page,
        }
        #[derive(Deserialize)]
        struct Page {
            processes: Vec<Process>,
        }
        #[derive(Deserialize)]
        struct Process {
            process_id: i64,
        }
        let (_, body) = self.fetch(&format!("/automations?limit={count}")).await?;
        let Envelope { data } = serde_json::from_slice(&body)?;
        Ok(data.processes.into_iter().map(|process| process.process_id).collect())
    }
}
