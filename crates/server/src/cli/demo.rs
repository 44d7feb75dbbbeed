//! `automation-hub demo`: the server with a sample organisation, and a fresh way in at each start.

use automation_hub_domain::clock::Clock;
use automation_hub_server::{
    clock::SystemClock,
    demo::{self, Size, Workshop},
    files::FileStore,
    logging,
};
use clap::Args;
use figment::value::Value;

use super::{Global, hub::Hub, output, serve};

/// Apart from a server's own folder, so that trying out never touches it.
const FOLDER: &str = "data/demo";
/// Ten million ideas take about 50 GB.
const MOST: u64 = 10_000_000;

/// More than any company asks.
const MOST_ANSWERS: u64 = 200;

#[derive(Args)]
#[command(after_help = "Examples:
  automation-hub demo                                Start, and print how to sign in and a call to paste
  automation-hub demo --json | head -1               The same for scripts: one JSON object, when ready
  automation-hub demo --ideas 1000000 --tokens 10000 --data-dir /tmp/large")]
pub(super) struct Arguments {
    #[command(flatten)]
    serve: serve::Arguments,
    /// Ideas there are to be at the least
    #[arg(long, value_name = "N", default_value_t = demo::IDEAS, allow_negative_numbers = true,
        value_parser = clap::value_parser!(u64).range(0..=MOST))]
    ideas: u64,
    /// Tokens there are to be at the least, sample ones included
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true,
        value_parser = clap::value_parser!(u64).range(0..=MOST))]
    tokens: u64,
    /// Questions that every idea answers beyond the usual ones; counts when the demo is made
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true,
        value_parser = clap::value_parser!(u64).range(0..=MOST_ANSWERS))]
    answers: u64,
    /// Print one line of JSON in place of words
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(global: &Global, arguments: Arguments) -> anyhow::Result<()> {
    let mut overrides = arguments.serve.overrides();
    if global.data_dir.is_none() {
        overrides.push(("storage.data_dir", Value::from(FOLDER)));
    }
    let config = global.load(overrides)?;
    logging::start(&config.log);
    let hub = Hub::open(config).await?;
    // Before migrating: somebody else's database stays as it is. One without our tables can't be asked.
    if !hub.store.is_empty().await? {
        demo::check_is_ours(&hub.store).await?;
    }
    hub.migrate().await?;
    demo::check_is_ours(&hub.store).await?;
    let keys = hub.keys().await?;
    let files = FileStore::open(&hub.config)?;
    let workshop = Workshop {
        store: &hub.store,
        files: &files,
        peppers: &keys.peppers,
        passwords: &hub.config.passwords,
        now: SystemClock.now(),
    };
    let size = Size {
        ideas: usize::try_from(arguments.ideas)?,
        tokens: usize::try_from(arguments.tokens)?,
        answers: usize::try_from(arguments.answers)?,
    };
    let access = workshop.prepare(size).await?;
    let access = access.at(hub.address());
    hub.run(keys, async |_| {
        if arguments.json {
            return output::print(serde_json::to_string(&access)?);
        }
        output::print(access.in_words())
    })
    .await
}
