//! Memory and starts. Memory is anonymous resident memory: mapped database pages don't count.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::http::Connection;
use crate::timing::{Stopwatch, median, micros};

use super::Bench;
use super::hub::{Data, Hub};
use super::progress;
use super::report::{Report, Row, Target};

const STARTS: usize = 5;
const SLOW_READERS: usize = 8;

pub(super) fn fresh(bench: &Bench, report: &mut Report) {
    let row = Row::new("memory after the start, MB", bench.large.fresh_mb);
    report.add(row.target(Target::below(40.0, 20.0)));
}

/// Called right after the workloads: what they took is still held.
pub(super) fn highest(bench: &Bench, report: &mut Report) -> Result<()> {
    report.section("Memory");
    let row = Row::new("after W1 to W6, MB", bench.large.server.usage.anonymous_mb()?);
    report.add(row.target(Target::below(150.0, 90.0)));
    report.add(Row::new("floor after the same, MB", bench.floor.usage.anonymous_mb()?));
    Ok(())
}

pub(super) async fn while_streaming(hub: &Hub, report: &mut Report) -> Result<()> {
    progress("W7: first byte, memory, slow readers");
    let usage = &hub.server.usage;
    let request = hub.get("/automations?limit=1000000");
    let idle = usage.anonymous_mb()?;
    let (mut highest, mut reads) = (idle, 0_u32);
    let mut connection = Connection::open(hub.server.address).await?;
    let watch_memory = |_: &[u8]| {
        reads += 1;
        if reads.is_multiple_of(64) {
            highest = highest.max(usage.anonymous_mb().unwrap_or_default());
        }
    };
    let reply = connection.exchange(&request, watch_memory).await?;
    report.add(
        Row::new("W7, first byte, ms", micros(reply.first_byte) / 1e3).target(Target::below(100.0, 10.0)),
    );
    report.add(Row::new("W7, above idle, MB", highest - idle).target(Target::below(64.0, 16.0)));
    let slow = slow_readers(hub, &request, idle).await?;
    report
        .add(Row::new("W7, 8 readers that stop reading, above idle, MB", slow).target(Target::at_most(64.0)));
    Ok(())
}

/// Connections that take the first bytes of an answer and no more.
pub(super) async fn readers_that_stop(hub: &Hub, request: &[u8]) -> Result<Vec<Connection>> {
    let mut waiting = Vec::new();
    for _ in 0..SLOW_READERS {
        let mut connection = Connection::open(hub.server.address).await?;
        connection.begin(request).await?;
        waiting.push(connection);
    }
    Ok(waiting)
}

/// What the server holds for them.
async fn slow_readers(hub: &Hub, request: &[u8], idle: f64) -> Result<f64> {
    let waiting = readers_that_stop(hub, request).await?;
    let mut highest = 0.0_f64;
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        highest = highest.max(hub.server.usage.anonymous_mb()? - idle);
    }
    drop(waiting);
    Ok(highest)
}

/// From the command to the first answer to a call with a token.
pub(super) async fn cold_start(program: &Path, data: &Data, report: &mut Report) -> Result<()> {
    progress("cold start");
    let (mut listening, mut answered) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let watch = Stopwatch::start();
        let server = data.serve(program, None)?;
        let mut connection = Connection::open(server.address).await?;
        connection.exchange(&crate::load::get("/api/v1/openapi/authinfo", &data.headers()), |_| ()).await?;
        answered.push(watch.elapsed().as_secs_f64() * 1e3);
        listening.push(server.start_time.as_secs_f64() * 1e3);
    }
    report.section("Cold start on the large database");
    report.add(Row::new("until it listens, ms", median(listening)));
    report.add(
        Row::new("until the first call is answered, ms", median(answered)).target(Target::below(150.0, 50.0)),
    );
    Ok(())
}
