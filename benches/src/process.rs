//! Servers as child processes: started on a core of their own, watched through /proc, stopped when dropped.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::timing::Stopwatch;

const START_LIMIT: Duration = Duration::from_mins(1);

/// The core servers run on; the driver takes another one, where there is one.
const SERVER_CORE: &str = "0";
const DRIVER_CORE: &str = "1";

pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) usage: Usage,
    pub(crate) start_time: Duration,
}

impl Server {
    /// Starts a program that listens on the address appended to its arguments, and waits until it does.
    pub(crate) fn start(program: &Path, args: impl FnOnce(SocketAddr) -> Vec<String>) -> Result<Self> {
        let address = free_address()?;
        let watch = Stopwatch::start();
        let mut child = on_core(SERVER_CORE, program)
            .args(args(address))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .with_context(|| format!("{} could not be started", program.display()))?;
        while TcpStream::connect(address).is_err() {
            if let Some(status) = child.try_wait()? {
                bail!("{} ended at its start: {status}", program.display());
            }
            if watch.elapsed() > START_LIMIT {
                child.kill()?;
                bail!("{} did not listen within a minute", program.display());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let usage = Usage::of(child.id());
        Ok(Self { child, address, usage, start_time: watch.elapsed() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        stop(&mut self.child);
    }
}

/// Asks a server to end, and makes it where it doesn't.
pub(crate) fn stop(child: &mut Child) {
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    if !asked.is_ok_and(|status| status.success()) {
        drop(child.kill());
    }
    drop(child.wait());
}

/// Keeps this process off the servers' core.
pub(crate) fn take_driver_core() {
    let id = std::process::id().to_string();
    drop(Command::new("taskset").args(["-acp", DRIVER_CORE, &id]).stdout(Stdio::null()).status());
}

pub(crate) fn can_pin() -> bool {
    // Not the cores this process may use: it may have given one up already.
    Path::new("/sys/devices/system/cpu/cpu1").exists()
        && Command::new("taskset").arg("--version").stdout(Stdio::null()).status().is_ok()
}

fn on_core(core: &str, program: &Path) -> Command {
    if can_pin() {
        // It replaces itself with the program: the process id is the program's.
        let mut command = Command::new("taskset");
        command.args(["-c", core]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// What a process has used so far, by the kernel's account.
#[derive(Clone)]
pub(crate) struct Usage(PathBuf);

impl Usage {
    pub(crate) fn of(process: u32) -> Self {
        Self(PathBuf::from(format!("/proc/{process}")))
    }

    /// Time on a processor, of all threads alive. `stat` counts in hundredths of a second, `schedstat` exactly.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        let mut nanos = 0;
        for task in fs::read_dir(self.0.join("task"))? {
            // A thread may end in between.
            let Ok(line) = fs::read_to_string(task?.path().join("schedstat")) else { continue };
            nanos += line.split(' ').next().and_then(|first| first.parse::<u64>().ok()).unwrap_or(0);
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// Anonymous resident memory: mapped database pages don't count.
    pub(crate) fn anonymous_mb(&self) -> Result<f64> {
        let status = fs::read_to_string(self.0.join("status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kib: f64 =
            line.and_then(|line| line.trim().strip_suffix(" kB")).context("RssAnon is missing")?.parse()?;
        Ok(kib / 1024.0)
    }
}
