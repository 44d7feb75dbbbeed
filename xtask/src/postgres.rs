//! A throw-away PostgreSQL server for the tests: own folder, own port, gone afterwards however we end.

use std::fs::{self, File, Permissions};
use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::process::output_of;
use crate::tools::{is_root, postgres_folder};

/// Makes and runs the server until its own standard input ends, which it does when we stop, crash or are killed.
/// Ctrl-C reaches the whole process group, so it must not end the script before it has cleaned up.
const KEEPER: &str = r#"
trap '' INT TERM HUP
if "$1/initdb" --pgdata="$2/data" --username=hub --pwfile="$2/password" --auth=scram-sha-256 \
  --encoding=UTF8 --locale=C --lc-ctype=C.UTF-8 --no-sync >"$2/log" 2>&1 </dev/null
then
  (
    trap - TERM
    exec "$1/postgres" -D "$2/data" -p "$3" -k "$2" -h 127.0.0.1 -c fsync=off -c synchronous_commit=off \
      -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off -c max_connections=200
  ) >"$2/log" 2>&1 </dev/null &
  server=$!
else
  : >"$2/failed"
fi
cat >/dev/null
# TERM ends a server that is not up yet; one that is would wait for its clients, and INT tells it not to.
[ -z "$server" ] || { kill -TERM "$server"; kill -INT "$server"; wait "$server"; } 2>/dev/null
rm -rf "$2"
"#;

const POLL: Duration = Duration::from_millis(50);
const POLLS: u32 = 600;

pub(crate) struct Cluster {
    keeper: Child,
    url: String,
}

/// PostgreSQL refuses to run as root: then it runs as the user its package made.
#[derive(Clone, Copy)]
struct Owner {
    uid: u32,
    gid: u32,
}

impl Cluster {
    pub(crate) fn start() -> Result<Self> {
        let programs = postgres_folder().context("PostgreSQL's server programs were not found")?;
        let owner = Owner::find()?;
        let folder = place().join(format!("automation-hub-test-{}", std::process::id()));
        let password = random_hex()?;
        prepare(&folder, owner, &password)
            .with_context(|| format!("{} could not be made", folder.display()))?;
        let port = free_port()?;
        let keeper = as_owner(Command::new("sh"), owner)
            .args(["-c", KEEPER, "keeper"])
            .args([&programs, &folder])
            .arg(port.to_string())
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .spawn()
            .context("the PostgreSQL server could not be started")?;
        let url = format!("postgres://hub:{password}@127.0.0.1:{port}/postgres");
        // From here on dropping the value stops the server.
        let cluster = Self { keeper, url };
        wait_until_ready(&programs, port, &folder)?;
        Ok(cluster)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

impl Owner {
    fn find() -> Result<Option<Self>> {
        if !is_root() {
            return Ok(None);
        }
        let id = |flag| output_of(Command::new("id").args([flag, "postgres"])).and_then(|id| id.parse().ok());
        let (Some(uid), Some(gid)) = (id("-u"), id("-g")) else {
            bail!("PostgreSQL can't run as root, and there is no user named postgres");
        };
        Ok(Some(Self { uid, gid }))
    }
}

/// In memory where there is room: a database is made and thrown away for each test, which on a disk takes most of the
/// test's time.
fn place() -> PathBuf {
    const MEMORY: &str = "/dev/shm";
    const ROOM_KIB: u64 = 3 << 20;
    let free = output_of(Command::new("df").args(["--output=avail", MEMORY]));
    let kib = free.and_then(|table| table.lines().last()?.trim().parse::<u64>().ok());
    match kib {
        Some(ROOM_KIB..) => MEMORY.into(),
        _ => std::env::temp_dir(),
    }
}

fn prepare(folder: &Path, owner: Option<Owner>, password: &str) -> std::io::Result<()> {
    fs::create_dir(folder)?;
    fs::set_permissions(folder, Permissions::from_mode(0o700))?;
    let secret = folder.join("password");
    fs::write(&secret, password)?;
    if let Some(Owner { uid, gid }) = owner {
        chown(folder, Some(uid), Some(gid))?;
        chown(&secret, Some(uid), Some(gid))?;
    }
    Ok(())
}

fn as_owner(mut command: Command, owner: Option<Owner>) -> Command {
    if let Some(Owner { uid, gid }) = owner {
        command.uid(uid).gid(gid);
    }
    command
}

fn wait_until_ready(programs: &Path, port: u16, folder: &Path) -> Result<()> {
    let mut ask = Command::new(programs.join("pg_isready"));
    ask.args(["--quiet", "--host=127.0.0.1", "--port"]).arg(port.to_string());
    for _ in 0..POLLS {
        if output_of(&mut ask).is_some() {
            return Ok(());
        }
        if folder.join("failed").exists() {
            break;
        }
        std::thread::sleep(POLL);
    }
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    bail!("the PostgreSQL server did not start: {}", log.trim())
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The server listens on loopback, where other users of the machine are too.
fn random_hex() -> Result<String> {
    let mut bytes = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}
