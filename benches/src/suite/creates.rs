//! W4: durable creates, one after the other and sixteen at once.

use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::floor;
use crate::load::{Outcome, Plan, drive, post};

use super::Bench;
use super::compare::{Figures, Side, one_round};
use super::hub::{Hub, OPEN_API};
use super::lists::page_of;
use super::progress;
use super::report::{Report, Row, Target};
use crate::process::Server;
use crate::timing::{median, micros};

const COUNT: u32 = 400;
const ROUNDS: usize = 5;
/// Many and short, so that a slow moment of the machine meets lists on their own as well as those beside creates. The slowest
/// hundredth is that of all rounds together.
const LIST_ROUNDS: usize = 30;
const LISTS: u32 = 200;
const LISTS_A_SECOND: f64 = 200.0;
/// Ideas, for as long as lists are asked for.
const MORE_THAN_ENOUGH: u32 = 6_000;

pub(super) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    progress("W4: creates");
    let hub = Creator::of(&bench.large).await?;
    let floor = Creator {
        server: &bench.floor,
        path: "/automationidea".into(),
        headers: bench.large.data().headers_with(floor::TOKEN),
        category: hub.category,
    };
    let mut rates: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        for (at, (creator, connections)) in
            [(&floor, 1), (&hub, 1), (&floor, 16), (&hub, 16)].into_iter().enumerate()
        {
            let figures = creator.round(connections).await?;
            rates.get_mut(at).context("four rates")?.push(figures.per_second);
        }
    }
    let [floor_one, hub_one, floor_many, hub_many] = rates.map(median);
    report.section("W4 durable creates");
    report.add(Row::new("floor, 1 connection, a second", floor_one));
    report.add(Row::new("hub, 1 connection, a second", hub_one));
    report.add(
        Row::new("hub / floor, 1 connection, rate", hub_one / floor_one).target(Target::above(0.8, 1.0)),
    );
    report.add(Row::new("hub, 16 connections, a second", hub_many));
    report.add(Row::new("hub, 16 / 1 connections, rate", hub_many / hub_one).target(Target::above(4.0, 8.0)));
    report.add(
        Row::new("hub / floor, 16 connections, rate", hub_many / floor_many).target(Target::above(2.0, 4.0)),
    );
    while_lists_run((&bench.large, bench.status), &hub, report).await
}

/// How many times as long the slowest of a hundred lists takes while somebody creates ideas one after the other, for as
/// long as lists are asked for. What is sent is made before: the driver can't read answers while it writes bodies.
pub(super) async fn while_lists_run(
    (hub, status): (&Hub, i64),
    creator: &Creator<'_>,
    report: &mut Report,
) -> Result<()> {
    let lists = Plan { pace: Some(LISTS_A_SECOND), count: LISTS, ..page_of(hub, status).plan };
    let ask = async || drive(hub.server.address, &lists).await;
    let (mut alone, mut beside) = (Outcome::default(), Outcome::default());
    for _ in 0..LIST_ROUNDS {
        let plan = creator.plan(1, MORE_THAN_ENOUGH);
        alone.add_answers(ask().await?);
        beside.add_answers(tokio::select! {
            lists = ask() => lists?,
            created = drive(creator.server.address, &plan) => {
                created?;
                bail!("{MORE_THAN_ENOUGH} ideas were created before the lists had ended");
            }
        });
    }
    let ratio = micros(beside.percentile(0.99)) / micros(alone.percentile(0.99));
    report
        .add(Row::new("a list's p99 while ideas are created / alone", ratio).target(Target::below(2.0, 1.2)));
    Ok(())
}

/// Files the idea whose record the floor takes for its own.
pub(super) async fn file_one(hub: &Hub) -> Result<()> {
    let creator = Creator::of(hub).await?;
    one_round(&Side { server: creator.server, plan: creator.plan(1, 1) }).await?;
    Ok(())
}

pub(super) struct Creator<'a> {
    server: &'a Server,
    path: String,
    headers: Vec<String>,
    category: i64,
}

impl<'a> Creator<'a> {
    pub(super) async fn of(hub: &'a Hub) -> Result<Self> {
        Ok(Self {
            server: &hub.server,
            path: format!("{OPEN_API}/automationidea"),
            headers: hub.data().headers(),
            category: some_category(hub).await?,
        })
    }

    async fn round(&self, connections: u32) -> Result<Figures> {
        one_round(&Side { server: self.server, plan: self.plan(connections, COUNT) }).await
    }

    /// Creates a second, in the middle of some rounds.
    pub(super) async fn rate(&self, connections: u32) -> Result<f64> {
        let mut rates = Vec::new();
        for _ in 0..ROUNDS {
            rates.push(self.round(connections).await?.per_second);
        }
        Ok(median(rates))
    }

    /// Each idea with a name that none had before.
    fn plan(&self, connections: u32, count: u32) -> Plan {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let requests = (0..count).map(|_| {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            post(&self.path, &self.headers, &submission(number, self.category).to_string())
        });
        Plan { connections, expected_status: 201, ..Plan::new(requests, count) }
    }
}

fn submission(number: u32, category: i64) -> Value {
    json!({
        "process_name": format!("Benchmark idea {number}"),
        "name": format!("Benchmark idea {number}"),
        "process_description": "Invoices come by mail, are typed into two systems and filed by hand.",
        "category_id": category,
        "rules": 3, "input_type": 2, "input_quality": 4, "stability": 3, "documentation": 2,
    })
}

async fn some_category(hub: &Hub) -> Result<i64> {
    let (_, body) = hub.fetch("/automations?limit=1").await?;
    let answer: Value = serde_json::from_slice(&body)?;
    let category = answer.pointer("/data/processes/0/categories/0/category_id").and_then(Value::as_i64);
    category.context("an automation's category")
}
