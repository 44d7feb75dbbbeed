//! Runs the built program in a folder of its own and waits for what it says.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
};

use automation_hub_storage::{Location, testing::TestDatabase};
use tempfile::TempDir;

/// A place without configuration, where each test has its own files.
pub struct Bench {
    folder: TempDir,
    settings: Vec<(String, String)>,
    /// Gone when this is dropped.
    _database: Option<TestDatabase>,
}

impl Bench {
    /// With the embedded database, whichever engine the other tests run on.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), settings: Vec::new(), _database: None }
    }

    pub async fn on_tested_engine() -> Self {
        let database = TestDatabase::create().await.unwrap();
        let location = database.location();
        let mut bench = Self { _database: Some(database), ..Self::new() };
        if let Location::Postgres(url) = location {
            bench.set("storage.database_url", &url);
        }
        bench
    }

    /// Configures the program by a variable of its surroundings.
    pub fn set(&mut self, key: &str, value: &str) {
        let variable = format!("AUTOMATION_HUB_{}", key.to_uppercase().replace('.', "__"));
        self.settings.push((variable, value.to_owned()));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn data_dir(&self) -> PathBuf {
        self.path("data")
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The program, with nothing of the surroundings' configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_automation-hub"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("AUTOMATION_HUB_") {
                command.env_remove(name);
            }
        }
        command.envs(self.settings.iter().cloned());
        command.args(arguments).arg("--data-dir").arg(self.data_dir()).current_dir(self.folder.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a command that must succeed and answers what it printed.
    pub fn print(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.print(arguments)).unwrap()
    }

    /// Runs a command that must fail with this exit code and answers its complaint.
    pub fn complaint(&self, arguments: &[&str], code: i32) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", stderr(&output));
        stderr(&output)
    }

    pub fn serve(&self) -> Server {
        Server::start(self.command(&["serve", "--listen", "127.0.0.1:0"]))
    }

    /// Starts a server that must refuse to start, and answers why.
    pub fn refusal(&self) -> String {
        let complaint = self.complaint(&["serve", "--listen", "127.0.0.1:0"], 1);
        let mut lines = complaint.lines().filter(|line| line.starts_with("automation-hub: "));
        let why = lines.next().map(str::to_owned);
        assert_eq!(lines.next(), None, "one line says why: {complaint}");
        why.unwrap_or_else(|| panic!("no line says why: {complaint}"))
    }
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A server that runs until it is stopped or dropped.
pub struct Server {
    child: Child,
    log: BufReader<std::process::ChildStderr>,
    /// Host and port it listens on.
    pub host: String,
    /// Its log up to there.
    pub start_log: String,
}

impl Server {
    /// Waits until its log says where it listens.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut server = Self { child, log, host: String::new(), start_log: String::new() };
        while server.host.is_empty() {
            let said = &mut server.start_log;
            assert_ne!(server.log.read_line(said).unwrap(), 0, "it ended without listening: {said}");
            if let Some((_, address)) = said.split_once("listening address=\"http://") {
                server.host = address.split('"').next().unwrap().to_owned();
            }
        }
        server
    }

    /// What it printed on standard output first.
    pub fn first_line(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        line
    }

    /// What it prints until its end.
    pub fn rest_of_output(&mut self) -> String {
        let mut rest = String::new();
        self.child.stdout.as_mut().unwrap().read_to_string(&mut rest).unwrap();
        rest
    }

    pub fn signal(&self, name: &str) {
        let process = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &process]).status().unwrap().success());
    }

    /// Anonymous resident memory: mapped files don't count.
    pub fn anonymous_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse().unwrap()
    }

    /// Reads the log up to a line that holds this.
    pub fn wait_for(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert_ne!(self.log.read_line(&mut line).unwrap(), 0, "it ended without saying {text}");
        }
    }

    /// Waits for its end and answers the rest of its log.
    pub fn end(mut self) -> (ExitStatus, String) {
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap(), rest)
    }

    pub fn stop(self) {
        self.signal("TERM");
        let (status, log) = self.end();
        assert!(status.success(), "{log}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already gone when a test stopped it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}
