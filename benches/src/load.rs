//! The load driver: keep-alive connections that each send one request after the other.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use clap::Args;
use tokio::task::JoinSet;

use crate::http::Connection;
use crate::process::Usage;
use crate::timing::{Stopwatch, micros, percentile};

#[derive(Args)]
pub(crate) struct Options {
    /// The server's address and port
    address: SocketAddr,
    /// Path and query
    path: String,
    /// Headers, as `Name: value`
    #[arg(long = "header", short = 'H')]
    headers: Vec<String>,
    #[arg(long, default_value_t = 16)]
    connections: u32,
    #[arg(long, default_value_t = 20_000)]
    count: u32,
    /// Process id of the server, to tell its processor time
    #[arg(long)]
    pid: Option<u32>,
}

/// What to send, and how much of it.
#[derive(Clone)]
pub(crate) struct Plan {
    /// Sent in turn.
    pub(crate) requests: Arc<[Vec<u8>]>,
    pub(crate) connections: u32,
    pub(crate) count: u32,
    pub(crate) expected_status: u16,
    pub(crate) sources: Sources,
    /// Requests a second over all connections; as fast as answers come if there is none.
    pub(crate) pace: Option<f64>,
}

/// Where connections come from, as far as the server can tell.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sources {
    One,
    /// Each connection from an address not used before: a server may slow down an address that keeps failing.
    Fresh,
}

#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) latencies: Vec<Duration>,
    pub(crate) elapsed: Duration,
    pub(crate) bytes: usize,
}

impl Plan {
    pub(crate) fn new(requests: impl IntoIterator<Item = Vec<u8>>, count: u32) -> Self {
        Self {
            requests: requests.into_iter().collect(),
            connections: 8,
            count,
            expected_status: 200,
            sources: Sources::One,
            pace: None,
        }
    }
}

impl Outcome {
    pub(crate) fn add_answers(&mut self, more: Self) {
        self.latencies.extend(more.latencies);
        self.bytes += more.bytes;
    }

    pub(crate) fn percentile(&mut self, share: f64) -> Duration {
        percentile(&mut self.latencies, share)
    }

    pub(crate) fn per_second(&self) -> f64 {
        f64::from(u32::try_from(self.latencies.len()).unwrap_or(u32::MAX)) / self.elapsed.as_secs_f64()
    }
}

/// A request without a body.
pub(crate) fn get(path: &str, headers: &[String]) -> Vec<u8> {
    let headers = headers.join("\r\n");
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n").into_bytes()
}

pub(crate) fn post(path: &str, headers: &[String], body: &str) -> Vec<u8> {
    let headers = headers.join("\r\n");
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n{headers}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Sends everything a plan asks for. Any answer that isn't the expected one ends the run: its figures would lie.
pub(crate) async fn drive(address: SocketAddr, plan: &Plan) -> Result<Outcome> {
    let mut connections = Vec::new();
    for _ in 0..plan.connections {
        connections.push(Connection::open_from(address, plan.sources.next()).await?);
    }
    let watch = Stopwatch::start();
    let mut tasks = JoinSet::new();
    for (number, connection) in (0..).zip(connections) {
        tasks.spawn(send_share(connection, number, plan.clone(), watch));
    }
    let mut all = Outcome::default();
    while let Some(share) = tasks.join_next().await {
        all.add_answers(share??);
    }
    all.elapsed = watch.elapsed();
    Ok(all)
}

/// One connection's part: each `connections`-th request.
async fn send_share(mut connection: Connection, first: u32, plan: Plan, watch: Stopwatch) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut number = first;
    while number < plan.count {
        let mut begun = Stopwatch::start();
        if let Some(pace) = plan.pace {
            // Counted from when it was due, so that a slow answer is not forgiven the queue behind it.
            let due = watch.started() + Duration::from_secs_f64(f64::from(number) / pace);
            wait_until(due).await;
            begun = Stopwatch::at(due);
        }
        let turn = usize::try_from(number)? % plan.requests.len().max(1);
        let request = plan.requests.get(turn).map(Vec::as_slice).unwrap_or_default();
        let reply = connection.exchange(request, |_| ()).await?;
        outcome.latencies.push(begun.elapsed());
        outcome.bytes += reply.body_bytes;
        ensure!(
            reply.status == plan.expected_status,
            "expected {}, got {}: {}",
            plan.expected_status,
            reply.status,
            String::from_utf8_lossy(request).lines().next().unwrap_or_default()
        );
        number += plan.connections;
    }
    Ok(outcome)
}

/// The runtime's timer is late by up to its step, which would count as the server's time: the last of it is watched.
async fn wait_until(due: Instant) {
    const STEP: Duration = Duration::from_millis(2);
    tokio::time::sleep_until(due.checked_sub(STEP).unwrap_or(due).into()).await;
    #[expect(clippy::disallowed_methods, reason = "time is what is waited for here")]
    while Instant::now() < due {
        tokio::task::yield_now().await;
    }
}

impl Sources {
    fn next(self) -> Ipv4Addr {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        match self {
            Self::One => Ipv4Addr::LOCALHOST,
            Self::Fresh => {
                let number = NEXT.fetch_add(1, Ordering::Relaxed) % 0xf0_0000;
                Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 0).to_bits() + number)
            }
        }
    }
}

#[expect(clippy::print_stdout, reason = "the figures are the command's output")]
pub(crate) async fn run(options: &Options) -> Result<()> {
    let mut plan = Plan::new([get(&options.path, &options.headers)], options.count);
    plan.connections = options.connections;
    let (reply, _) =
        Connection::open(options.address).await?.fetch(&get(&options.path, &options.headers)).await?;
    plan.expected_status = reply.status;
    let usage = options.pid.map(Usage::of);
    let before = usage.as_ref().map(Usage::cpu).transpose()?;
    let mut outcome = drive(options.address, &plan).await?;
    println!("status      {} ({} bytes of body)", reply.status, reply.body_bytes);
    println!("requests/s  {:.0}", outcome.per_second());
    println!("p50         {:.0} us", micros(outcome.percentile(0.5)));
    println!("p99         {:.0} us", micros(outcome.percentile(0.99)));
    if let (Some(usage), Some(before)) = (usage, before) {
        let spent = usage.cpu()?.saturating_sub(before);
        println!("server CPU  {:.1} us a request", micros(spent) / f64::from(options.count));
        println!("RssAnon     {:.1} MB", usage.anonymous_mb()?);
    }
    Ok(())
}
