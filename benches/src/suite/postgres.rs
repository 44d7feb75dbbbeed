//! The rows that `PostgreSQL` has: the same calls beside the embedded database, and with many ideas beside few.

use std::path::Path;

use anyhow::{Result, ensure};
use tempfile::TempDir;
use tokio_postgres::NoTls;

use crate::floor;
use crate::load::{Plan, get};
use crate::process::Server;

use super::compare::{Figures, Side, in_turns};
use super::creates::Creator;
use super::hub::{Data, Hub, POLL, Sample};
use super::report::{Report, Row, Target};
use super::{creates, lists, memory, progress, search};

const ROUNDS: usize = 5;
const COUNT: u32 = 1500;
const LISTS: u32 = 300;
/// W3 on the embedded database may be this much faster, in microseconds: one round trip.
const ROUND_TRIP: f64 = 160.0;

/// An empty database and what goes into it.
type Wanted<'w> = (&'w str, Sample);

/// `embedded` has as many ideas as the smaller of the databases, `floor` as many as the larger one; `status` is one that
/// many of them are in.
pub(super) async fn measure(
    program: &Path,
    (few, many): (Wanted<'_>, Option<Wanted<'_>>),
    (embedded, floor, status): (&Hub, &Server, i64),
    report: &mut Report,
) -> Result<()> {
    progress("PostgreSQL");
    let folder = TempDir::new()?;
    let start = async |(url, sample): Wanted<'_>| {
        let data = Data::make(program, &folder.path().join(sample.ideas.to_string()), sample, Some(url))?;
        let hub = Hub::start(program, data, Some(url)).await?;
        settle(url).await?;
        Ok::<_, anyhow::Error>(hub)
    };
    let small = start(few).await?;
    report.section("PostgreSQL");
    beside_embedded(&small, embedded, status, report).await?;
    durable_creates(&small, report).await?;
    if let Some(many) = many {
        settle(few.0).await?;
        let large = start(many).await?;
        with_many((&large, many.1.ideas), &small, (floor, status), report).await?;
        let large = large.restart(program, Some(many.0)).await?;
        memory::while_streaming(&large, report).await?;
    }
    Ok(())
}

/// To index many ideas keeps the server's processors busy, and so does to clean up after them, which it would begin of
/// itself within a minute.
async fn settle(url: &str) -> Result<()> {
    progress("waiting until the server has settled");
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let is_behind = "SELECT 1 FROM search_backlog LIMIT 1";
    while client.query_opt(is_behind, &[]).await?.is_some() {
        tokio::time::sleep(POLL).await;
    }
    client.batch_execute("VACUUM (ANALYZE)").await?;
    drop(client);
    Ok(connection.await??)
}

async fn beside_embedded(server: &Hub, embedded: &Hub, status: i64, report: &mut Report) -> Result<()> {
    let [on_server, on_file] = in_turns(ROUNDS, [&authinfo(server), &authinfo(embedded)]).await?;
    let ratio = on_server.p50_micros / on_file.p50_micros;
    report.add(Row::new("W1 p50 / on SQLite", ratio).target(Target::below(3.0, 1.1)));
    let sides = [&records(server).await?, &records(embedded).await?];
    let [on_server, on_file] = in_turns(ROUNDS, sides).await?;
    report.add(Row::new("W3 p50 us", on_server.p50_micros));
    let superb = (on_file.p50_micros + ROUND_TRIP) / on_file.p50_micros;
    let ratio = on_server.p50_micros / on_file.p50_micros;
    report.add(Row::new("W3 p50 / on SQLite", ratio).target(Target::below(3.0, superb)));
    for hub in [server, embedded] {
        let (_, body) = hub.fetch(&format!("/automations?status={status}&limit=50")).await?;
        let records = String::from_utf8_lossy(&body).matches("\"process_slug\":").count();
        ensure!(records == 50, "only {records} ideas in status {status}");
    }
    let [on_server, on_file] =
        in_turns(ROUNDS, [&page_of(server, status), &page_of(embedded, status)]).await?;
    report.add(Row::new("W2 p50 / on SQLite", on_server.p50_micros / on_file.p50_micros));
    Ok(())
}

async fn durable_creates(server: &Hub, report: &mut Report) -> Result<()> {
    progress("W4 on PostgreSQL");
    let creator = Creator::of(server).await?;
    creator.rate(16).await?;
    report.add(Row::new("1 create after the other, a second", creator.rate(1).await?));
    report.add(
        Row::new("16 creates at once, a second", creator.rate(16).await?)
            .target(Target::above(3000.0, 5000.0)),
    );
    Ok(())
}

/// The time of others' processes isn't the server's, so lists and searches are compared by how long they take.
async fn with_many(
    (large, ideas): (&Hub, usize),
    small: &Hub,
    (floor, status): (&Server, i64),
    report: &mut Report,
) -> Result<()> {
    let flat = |name: &str, [many, few]: [Figures; 2]| {
        Row::new(&format!("{name} p50 with many / few ideas"), many.p50_micros / few.p50_micros)
            .target(Target::below(1.5, 1.2))
    };
    report.add(flat("W1", in_turns(ROUNDS, [&authinfo(large), &authinfo(small)]).await?));
    report.add(flat("W3", in_turns(ROUNDS, [&records(large).await?, &records(small).await?]).await?));
    let page = |hub| page_of(hub, status);
    report.add(flat("W2", in_turns(ROUNDS, [&page(large), &page(small)]).await?));
    lists::deep_page((large, ideas), report).await?;
    let asked = |path: &str| get(path, &large.data().headers_with(floor::TOKEN));
    let floors =
        |request, count| Side { server: floor, plan: Plan { connections: 1, ..Plan::new([request], count) } };
    for (name, word) in search::WORDS {
        let [found] = in_turns(ROUNDS, [&one_by_one(search::page_of(large, word), 50)]).await?;
        report.add(
            Row::new(&format!("W5, {name} word, p50 ms"), found.p50_micros / 1e3)
                .target(Target::below(6.0, 1.5)),
        );
    }
    let path = format!("/automations?limit={ideas}");
    let everything =
        Side { server: &large.server, plan: Plan { connections: 1, ..Plan::new([large.get(&path)], 1) } };
    let [hub, least] = in_turns(ROUNDS, [&everything, &floors(asked(&path), 1)]).await?;
    report.add(Row::new("W7, s", hub.seconds));
    report.add(Row::new("W7, time / floor's", hub.seconds / least.seconds).target(Target::below(1.5, 1.1)));
    creates::while_lists_run((large, status), &Creator::of(large).await?, report).await
}

fn page_of(hub: &Hub, status: i64) -> Side<'_> {
    one_by_one(lists::page_of(hub, status), LISTS)
}

fn authinfo(hub: &Hub) -> Side<'_> {
    one_by_one(Side { server: &hub.server, plan: Plan::new([hub.get("/authinfo")], COUNT) }, COUNT)
}

async fn records(hub: &Hub) -> Result<Side<'_>> {
    let ids = hub.first_ids(1000).await?;
    let requests = ids.iter().map(|id| hub.get(&format!("/automations/{id}")));
    Ok(one_by_one(Side { server: &hub.server, plan: Plan::new(requests, COUNT) }, COUNT))
}

fn one_by_one(side: Side<'_>, count: u32) -> Side<'_> {
    Side { plan: Plan { connections: 1, count, ..side.plan }, ..side }
}
