//! W5: part of a word in names and descriptions, newest first, 50 with the total.

use anyhow::Result;

use crate::floor;
use crate::load::{Plan, get};

use super::Bench;
use super::compare::{Side, in_turns};
use super::hub::Hub;
use super::progress;
use super::report::{Report, Row, Target};

const COUNT: u32 = 200;
/// The floor looks through everything.
const FLOOR_COUNT: u32 = 5;
const FLOOR_ROUNDS: usize = 3;
/// In one of twelve sample ideas, and in one of two hundred.
pub(super) const WORDS: [(&str, &str); 2] = [("frequent", "invoice"), ("rare", "customs")];

fn query(word: &str) -> String {
    format!("/automations?search={word}&sort=process_created_epoch&sortOrder=desc&limit=50")
}

pub(super) fn page_of<'h>(hub: &'h Hub, word: &str) -> Side<'h> {
    Side { server: &hub.server, plan: Plan::new([hub.get(&query(word))], COUNT) }
}

pub(super) async fn measure(bench: &Bench, report: &mut Report) -> Result<()> {
    progress("W5: text search");
    report.section("W5 text search, page and total");
    for (name, word) in WORDS {
        let large = page_of(&bench.large, word);
        let [large] = in_turns(bench.rounds, [&large]).await?;
        report.add(
            Row::new(&format!("hub, {name} word, CPU ms"), large.cpu_micros / 1e3)
                .target(Target::below(6.0, 1.5)),
        );
        report.add(Row::new(
            &format!("hub / floor, {name} word, CPU"),
            large.cpu_micros / floor(bench, word).await?,
        ));
        if let Some(huge) = &bench.huge {
            let huge = page_of(huge, word);
            let [huge] = in_turns(bench.rounds, [&huge]).await?;
            report.add(
                Row::new(&format!("hub, {name} word, 1,000,000 ideas, CPU ms"), huge.cpu_micros / 1e3)
                    .target(Target::below(30.0, 12.0)),
            );
        }
    }
    Ok(())
}

/// CPU microseconds of the floor.
async fn floor(bench: &Bench, word: &str) -> Result<f64> {
    let request = get(&query(word), &bench.large.data().headers_with(floor::TOKEN));
    let plan = Plan { connections: 1, ..Plan::new([request], FLOOR_COUNT) };
    let [floor] = in_turns(FLOOR_ROUNDS, [&Side { server: &bench.floor, plan }]).await?;
    Ok(floor.cpu_micros)
}
