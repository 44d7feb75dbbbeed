//! The rows that `PostgreSQL` has: the same calls beside the embedded database.

use std::path::Path;

use anyhow::Result;
use tempfile::TempDir;

use crate::load::Plan;

use super::compare::{Side, in_turns};
use super::creates::{Creator, some_category};
use super::hub::{Data, Hub, OPEN_API};
use super::progress;
use super::report::{Report, Row, Target};

const IDEAS: usize = 10_000;
const ROUNDS: usize = 5;
const COUNT: u32 = 1500;
/// W3 on the embedded database may be this much faster, in microseconds: one round trip.
const ROUND_TRIP: f64 = 160.0;

pub(super) async fn measure(program: &Path, url: &str, embedded: &Hub, report: &mut Report) -> Result<()> {
    progress("PostgreSQL");
    let folder = TempDir::new()?;
    let data = Data::make(program, &folder.path().join("keys"), IDEAS, Some(url))?;
    let server = Hub::start(program, data, Some(url)).await?;
    let authinfo = async |hub: &Hub| Ok::<_, anyhow::Error>(vec![hub.get("/authinfo")]);
    let records = async |hub: &Hub| {
        let ids = hub.first_ids(1000).await?;
        Ok::<_, anyhow::Error>(ids.iter().map(|id| hub.get(&format!("/automations/{id}"))).collect())
    };
    let (on_server, on_file) =
        compare(&server, embedded, authinfo(&server).await?, authinfo(embedded).await?).await?;
    report.section("PostgreSQL");
    report.add(Row::new("W1 p50 / on SQLite", on_server / on_file).target(Target::below(3.0, 1.1)));
    let (on_server, on_file) =
        compare(&server, embedded, records(&server).await?, records(embedded).await?).await?;
    report.add(Row::new("W3 p50 us", on_server));
    let superb = (on_file + ROUND_TRIP) / on_file;
    report.add(Row::new("W3 p50 / on SQLite", on_server / on_file).target(Target::below(3.0, superb)));
    let creator = Creator {
        server: &server.server,
        path: format!("{OPEN_API}/automationidea"),
        headers: server.data().headers(),
        category: some_category(&server).await?,
    };
    creator.round(16).await?;
    let rate = creator.round(16).await?.per_second;
    report.add(Row::new("16 creates at once, a second", rate).target(Target::above(3000.0, 5000.0)));
    Ok(())
}

async fn compare(
    server: &Hub,
    embedded: &Hub,
    to_server: Vec<Vec<u8>>,
    to_embedded: Vec<Vec<u8>>,
) -> Result<(f64, f64)> {
    let plan = |requests| Plan { connections: 1, ..Plan::new(requests, COUNT) };
    let server = Side { server: &server.server, plan: plan(to_server) };
    let embedded = Side { server: &embedded.server, plan: plan(to_embedded) };
    let [server, embedded] = in_turns(ROUNDS, [&server, &embedded]).await?;
    Ok((server.p50_micros, embedded.p50_micros))
}
