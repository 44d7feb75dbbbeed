//! W2 and W7: a page of a list with its total, a page far back, and everything at once.

use anyhow::Result;

use crate::floor;
use crate::load::{Plan, drive, get};
use crate::timing::{median, micros};

use super::Bench;
use super::compare::{Side, in_turns};
use super::hub::Hub;
use super::progress;
use super::reads::{flatness, flatness_at_a_million};
use super::report::{Report, Row, Target};

const COUNT: u32 = 600;
const DEEP_COUNT: u32 = 50;
const EVERYTHING_ROUNDS: usize = 9;
/// Requests a second of a server that isn't pressed.
const STEADY: f64 = 50.0;
/// In turns with `hello`: the machine has slow moments of some seconds.
const STEADY_ROUNDS: usize = 7;
const STEADY_COUNT: u32 = 200;

fn query(status: i64) -> String {
    format!("/automations?status={status}&sort=process_created_epoch&sortOrder=desc&limit=50")
}

pub(super) fn page_of(hub: &Hub, status: i64) -> Side<'_> {
    Side { server: &hub.server, plan: Plan::new([hub.get(&query(status))], COUNT) }
}

pub(super) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    page(bench, report).await?;
    deep_page((&bench.large, bench.many), report).await?;
    everything(bench, report).await
}

async fn page(bench: &Bench, report: &mut Report) -> Result<()> {
    progress("W2: a page of a list");
    let large = page_of(&bench.large, bench.status);
    let small = page_of(&bench.small, bench.status);
    let request = get(&query(bench.status), &bench.large.data().headers_with(floor::TOKEN));
    let floor = Side { server: &bench.floor, plan: Plan::new([request], COUNT) };
    let [floor, large, small] = in_turns(bench.rounds, [&floor, &large, &small]).await?;
    report.section("W2 `GET /automations`: one status, newest first, 50 with the total");
    report.add(Row::new("floor, CPU us", floor.cpu_micros));
    report.add(Row::new("hub, CPU us", large.cpu_micros));
    report.add(
        Row::new("hub / floor, CPU", large.cpu_micros / floor.cpu_micros).target(Target::below(0.6, 0.3)),
    );
    report.add(flatness(large.cpu_micros / small.cpu_micros));
    if let Some(huge) = &bench.huge {
        let huge = page_of(huge, bench.status);
        let small = page_of(&bench.small, bench.status);
        let [huge, small] = in_turns(bench.rounds, [&huge, &small]).await?;
        report.add(flatness_at_a_million(huge.cpu_micros / small.cpu_micros));
    }
    Ok(())
}

pub(super) async fn deep_page((hub, ideas): (&Hub, usize), report: &mut Report) -> Result<()> {
    progress("a page far back");
    let offset = ideas / 10 * 9;
    let path = format!("/automations?sort=process_created_epoch&sortOrder=desc&limit=50&offset={offset}");
    let plan = Plan { connections: 1, ..Plan::new([hub.get(&path)], DEEP_COUNT) };
    let deep = Side { server: &hub.server, plan };
    let [deep] = in_turns(3, [&deep]).await?;
    report.add(
        Row::new("hub, page nine tenths back, p50 ms", deep.p50_micros / 1e3)
            .target(Target::below(20.0, 3.0)),
    );
    Ok(())
}

async fn everything(bench: &Bench, report: &mut Report) -> Result<()> {
    progress("W7: everything in one answer");
    let path = format!("/automations?limit={}", bench.many);
    let side = |server, request| Side { server, plan: Plan { connections: 1, ..Plan::new([request], 1) } };
    let hub = side(&bench.large.server, bench.large.get(&path));
    let request = get(&path, &bench.large.data().headers_with(floor::TOKEN));
    let floor = side(&bench.floor, request);
    let [floor, hub] = in_turns(EVERYTHING_ROUNDS, [&floor, &hub]).await?;
    let bytes = drive(bench.large.server.address, &Plan::new([bench.large.get(&path)], 1)).await?.bytes;
    report.section("W7 all automations in one answer");
    report.add(Row::new("floor, s", floor.seconds));
    report.add(Row::new("hub, s", hub.seconds));
    report.add(Row::new("hub / floor, time", hub.seconds / floor.seconds).target(Target::below(1.5, 1.1)));
    report.add(Row::new("hub / floor, CPU", hub.cpu_micros / floor.cpu_micros));
    #[expect(clippy::cast_precision_loss, reason = "megabytes")]
    report.add(Row::new("hub, MB/s", bytes as f64 / 1e6 / hub.seconds).target(Target::above(0.0, 200.0)));
    Ok(())
}

/// W2 as a server that isn't pressed sees it; the machine's own delays are `hello`'s.
pub(super) async fn at_a_steady_rate(bench: &Bench, huge: &Hub, report: &mut Report) -> Result<()> {
    progress("W2 at 50 requests a second");
    // Other servers' work in the background would be counted as this one's.
    bench.large.data().wait_until_indexed().await?;
    let plan = Plan { pace: Some(STEADY), ..Plan::new([huge.get(&query(bench.status))], STEADY_COUNT) };
    let (mut p50, mut above) = (Vec::new(), Vec::new());
    for _ in 0..STEADY_ROUNDS {
        let mut hub = drive(huge.server.address, &plan).await?;
        let mut hello = drive(bench.hello.address, &plan).await?;
        p50.push(micros(hub.percentile(0.5)) / 1e3);
        above.push((micros(hub.percentile(0.99)) - micros(hello.percentile(0.99))) / 1e3);
    }
    report.section("W2 with 1,000,000 ideas, 50 requests a second");
    report.add(Row::new("hub, p50 ms", median(p50)).target(Target::below(2.0, 0.7)));
    report.add(Row::new("hub's p99 above hello's, ms", median(above)).target(Target::below(5.0, 1.5)));
    Ok(())
}
