//! W1, W3 and W6: calls that take microseconds.

use anyhow::Result;
use uuid::Uuid;

use crate::calls::{CALLER, KNOWN, PROVING};
use crate::floor;
use crate::load::{Plan, Sources, get};
use crate::timing::median;

use super::Bench;
use super::compare::{Side, in_turns, one_round};
use super::hub::{Hub, OPEN_API};
use super::progress;
use super::report::{Report, Row, Target};

/// Calls that the product writes down in two batches: to write them is part of what they cost. In shorter rounds a batch
/// is either left out or counts for many times as many calls.
const COUNT: u32 = 65_536;
/// Of calls that aren't written down.
const REFUSED: u32 = 5000;
/// Of a server that is measured against itself: one start differs from another by more than its own rounds do.
const STARTS: usize = 5;
/// Below what a server takes from one failing address before it slows it down.
const CONNECTIONS: u32 = 8;

pub(super) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    authinfo(bench, report).await?;
    authentication(bench, report).await?;
    refusals(bench, report).await?;
    one_record(bench, report).await
}

fn authinfo_of(hub: &Hub) -> Side<'_> {
    Side { server: &hub.server, plan: Plan::new([hub.get("/authinfo")], COUNT) }
}

async fn authinfo(bench: &Bench, report: &mut Report) -> Result<()> {
    progress("W1: authinfo");
    let large = authinfo_of(&bench.large);
    let small = authinfo_of(&bench.small);
    // The same bytes to both: parsing them is part of what is compared.
    let hello = Side { server: &bench.hello, plan: large.plan.clone() };
    let [hello, large, small] = in_turns(bench.rounds, [&hello, &large, &small]).await?;
    report.section("W1 `GET /authinfo`");
    report.add(Row::new("hello, CPU us", hello.cpu_micros));
    report.add(Row::new("hub, CPU us", large.cpu_micros));
    report.add(
        Row::new("hub / hello, CPU", large.cpu_micros / hello.cpu_micros).target(Target::below(2.0, 1.4)),
    );
    report.add(Row::new("hub, requests a second", large.per_second));
    report.add(flatness(large.cpu_micros / small.cpu_micros));
    if let Some(huge) = &bench.huge {
        let huge = authinfo_of(huge);
        let small = authinfo_of(&bench.small);
        let [huge, small] = in_turns(bench.rounds, [&huge, &small]).await?;
        report.add(flatness_at_a_million(huge.cpu_micros / small.cpu_micros));
    }
    Ok(())
}

/// The same call, by a caller who proves it each time and by one who is known already. How many a core answers in a
/// second is what they cost it: the driver's own delays, which are longer than what is compared, don't count. One
/// process answers both, and there are several of them: where a process happens to lie in memory costs as much. Each
/// round without is compared with those just before and after it, as the machine changes from second to second by more.
async fn authentication(bench: &Bench, report: &mut Report) -> Result<()> {
    progress("the same call with authentication and without");
    let mut ratios = Vec::new();
    for _ in 0..STARTS {
        let server = bench.calls.serve_calls(&bench.here)?;
        let side = |caller: &str| {
            let headers = [bench.calls.headers(), vec![format!("{CALLER}: {caller}")]].concat();
            Side { server: &server, plan: Plan::new([get(&authinfo_path(), &headers)], COUNT) }
        };
        let (proving, known) = (side(PROVING), side(KNOWN));
        in_turns(1, [&proving, &known]).await?;
        for _ in 0..bench.rounds {
            let (first, known, last) =
                (one_round(&proving).await?, one_round(&known).await?, one_round(&proving).await?);
            ratios.push(2.0 * known.cpu_micros / (first.cpu_micros + last.cpu_micros));
        }
    }
    report.add(
        Row::new("requests a second and core, with authentication / without", median(ratios))
            .target(Target::at_least(0.9)),
    );
    Ok(())
}

async fn refusals(bench: &Bench, report: &mut Report) -> Result<()> {
    progress("W6: bad tokens");
    let data = bench.large.data();
    let unknown =
        (0..64).map(|number| get(&authinfo_path(), &data.headers_with(&Uuid::from_u128(number).to_string())));
    let refused = |requests: Vec<Vec<u8>>| {
        let plan = Plan {
            expected_status: 401,
            sources: Sources::Fresh,
            connections: CONNECTIONS,
            ..Plan::new(requests, REFUSED)
        };
        Side { server: &bench.large.server, plan }
    };
    let unknown = refused(unknown.collect());
    let malformed = refused(vec![get(&authinfo_path(), &data.headers_with("not a token"))]);
    let hello = Side {
        server: &bench.hello,
        plan: Plan { expected_status: 200, sources: Sources::Fresh, ..unknown.plan.clone() },
    };
    let accepted = authinfo_of(&bench.large);
    let [hello, unknown, malformed, accepted] =
        in_turns(bench.rounds, [&hello, &unknown, &malformed, &accepted]).await?;
    report.section("W6 `GET /authinfo` with a bad token");
    let row = |name, side: super::compare::Figures| {
        Row::new(name, side.cpu_micros / hello.cpu_micros).target(Target::below(2.0, 1.3))
    };
    report.add(Row::new("unknown token, CPU us", unknown.cpu_micros));
    report.add(row("unknown token / hello, CPU", unknown));
    report.add(row("malformed token / hello, CPU", malformed));
    report.add(
        Row::new("unknown token / accepted token, CPU", unknown.cpu_micros / accepted.cpu_micros)
            .target(Target::at_most(1.0)),
    );
    Ok(())
}

fn authinfo_path() -> String {
    format!("{OPEN_API}/authinfo")
}

fn record_of<'a>(hub: &'a Hub, ids: &[i64]) -> Side<'a> {
    let requests = ids.iter().map(|id| hub.get(&format!("/automations/{id}")));
    Side { server: &hub.server, plan: Plan::new(requests, COUNT) }
}

async fn one_record(bench: &Bench, report: &mut Report) -> Result<()> {
    progress("W3: one automation");
    let large = record_of(&bench.large, &bench.large_ids);
    let small = record_of(&bench.small, &bench.small_ids);
    let headers = bench.large.data().headers_with(floor::TOKEN);
    let requests = bench.large_ids.iter().map(|id| get(&format!("/automations/{id}"), &headers));
    let floor = Side { server: &bench.floor, plan: Plan::new(requests, COUNT) };
    let [floor, large, small] = in_turns(bench.rounds, [&floor, &large, &small]).await?;
    report.section("W3 `GET /automations/{id}`");
    report.add(Row::new("floor, CPU us", floor.cpu_micros));
    report.add(Row::new("hub, CPU us", large.cpu_micros));
    report.add(
        Row::new("hub / floor, CPU", large.cpu_micros / floor.cpu_micros).target(Target::below(1.2, 0.8)),
    );
    report.add(flatness(large.cpu_micros / small.cpu_micros));
    if let Some(hub) = &bench.huge {
        let ids = hub.first_ids(1000).await?;
        let huge = record_of(hub, &ids);
        let small = record_of(&bench.small, &bench.small_ids);
        let [huge, small] = in_turns(bench.rounds, [&huge, &small]).await?;
        report.add(flatness_at_a_million(huge.cpu_micros / small.cpu_micros));
    }
    Ok(())
}

pub(super) fn flatness(ratio: f64) -> Row {
    Row::new("hub, CPU with many / few ideas", ratio).target(Target::below(1.5, 1.2))
}

pub(super) fn flatness_at_a_million(ratio: f64) -> Row {
    Row::new("hub, CPU with 1,000,000 / few ideas", ratio).target(Target::below(1.5, 1.2))
}
