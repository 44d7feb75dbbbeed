//! One run of everything: starts the product, `hello` and `floor`, measures them in turns, and prints each
//! figure beside its target.

mod compare;
mod creates;
mod hub;
mod lists;
mod memory;
mod pages;
mod postgres;
mod reads;
mod report;
mod search;
mod uploads;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use tempfile::TempDir;

use crate::process::{Server, can_pin, take_driver_core};
use crate::{floor, verify};

use hub::{Hub, Sample};
use report::{Place, Report, Row, Target};

/// Ideas where none are asked for.
const FEW: usize = 100;

#[derive(Args)]
pub(crate) struct Options {
    /// The product's program; the one built beside this one if it isn't named
    #[arg(long)]
    program: Option<PathBuf>,
    /// Measure with 1,000,000 ideas too
    #[arg(long)]
    full: bool,
    /// How often each pair is measured, in turns
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Measure with this many ideas instead of 10,000 and 100,000
    #[arg(long, num_args = 2, value_names = ["FEW", "MANY"], default_values_t = [10_000, 100_000])]
    ideas: Vec<usize>,
    /// Questions of its own that an organisation has each idea answer, beyond the sample's
    #[arg(long, default_value_t = 0)]
    answers: usize,
    /// Address of an empty `PostgreSQL` database to measure on too, and of a second one for many ideas
    #[arg(long, num_args = 1..=2)]
    postgres: Vec<String>,
    /// Put the figures into docs/performance.md: those of wide records, with `--answers`, in a place of their own
    #[arg(long)]
    write: bool,
}

/// Everything a row may need, ready to be measured.
struct Bench {
    rounds: usize,
    small: Hub,
    large: Hub,
    huge: Option<Hub>,
    hello: Server,
    floor: Server,
    /// What this program's own server of the calls serves.
    calls: hub::Data,
    /// This program.
    here: PathBuf,
    /// A status with many ideas, for W2.
    status: i64,
    /// Ideas in `large`.
    many: usize,
    small_ids: Vec<i64>,
    /// Known to `large` and to `floor`.
    large_ids: Vec<i64>,
    /// Gone when dropped, so it comes last.
    folder: TempDir,
}

pub(crate) async fn run(options: &Options) -> Result<()> {
    let here = std::env::current_exe()?;
    let program = match &options.program {
        Some(program) => program.clone(),
        None => here.parent().context("this program is in no folder")?.join("automation-hub"),
    };
    let mut report = Report::default();
    progress("verification in process");
    verification(&mut report)?;
    if can_pin() {
        take_driver_core();
    }
    report.add(Row::new("size of the program, MB", program_mb(&program)?).target(Target::below(30.0, 15.0)));
    let mut bench = Bench::prepare(options, &program, &here).await?;
    memory::fresh(&bench, &mut report);
    reads::measure(&bench, &mut report).await?;
    lists::measure(&bench, &mut report).await?;
    search::measure(&bench, &mut report).await?;
    creates::measure(&bench, &mut report).await?;
    memory::highest(&bench, &mut report)?;
    if let Some(huge) = &bench.huge {
        lists::at_a_steady_rate(&bench, huge, &mut report).await?;
    }
    // Memory that was once taken isn't given back, and what takes it again wouldn't be seen: these find new servers.
    if let Some(huge) = bench.huge.take() {
        memory::while_streaming(&huge.restart(&program, None).await?, &mut report).await?;
    } else {
        bench.large = bench.large.restart(&program, None).await?;
        memory::while_streaming(&bench.large, &mut report).await?;
    }
    bench.large = bench.large.restart(&program, None).await?;
    uploads::measure(&bench, &mut report).await?;
    let Bench { small, large, floor, status, folder, .. } = bench;
    let data = large.into_data();
    memory::cold_start(&program, &data, &mut report).await?;
    pages::measure(&program, status, &mut report).await?;
    if let Some(url) = options.postgres.first() {
        let many = options.postgres.get(1).map(|url| (url.as_str(), options.many()));
        let few = (url.as_str(), options.few());
        postgres::measure(&program, (few, many), (&small, &floor, status), &mut report).await?;
    }
    drop(folder);
    report.show(options.place());
    if options.write {
        report.write(options.place())?;
    }
    Ok(())
}

impl Options {
    fn sample(&self, ideas: usize) -> Sample {
        Sample { ideas, answers: self.answers }
    }

    fn place(&self) -> Place {
        if self.answers > 0 { Place::Wide { answers: self.answers } } else { Place::Usual }
    }

    fn few(&self) -> Sample {
        self.sample(self.ideas.first().copied().unwrap_or(FEW))
    }

    fn many(&self) -> Sample {
        self.sample(self.ideas.get(1).copied().unwrap_or(FEW))
    }
}

impl Bench {
    async fn prepare(options: &Options, program: &Path, here: &Path) -> Result<Self> {
        let folder = TempDir::new()?;
        let hub =
            |sample: Sample| Hub::prepare(program, folder.path().join(sample.ideas.to_string()), sample);
        let small = hub(options.few()).await?;
        let large = hub(options.many()).await?;
        let huge = if options.full { Some(hub(options.sample(1_000_000)).await?) } else { None };
        progress("waiting until searches are indexed");
        for hub in [&small, &large].into_iter().chain(&huge) {
            hub.data().wait_until_indexed().await?;
        }
        creates::file_one(&large).await?;
        progress("copying the records for the floor");
        let file = folder.path().join("floor.sqlite");
        let mut database = floor::create_database(&file)?;
        large.copy_records(&mut database).await?;
        let status = floor::most_common_status(&database)?;
        let small_ids = small.first_ids(1000).await?;
        let large_ids = floor::ids_of(&database, 1000)?;
        drop(database);
        let hello = Server::start(here, |address| vec!["hello".into(), address.to_string()])?;
        let file = file.display().to_string();
        let floor = Server::start(here, |address| vec!["floor".into(), address.to_string(), file])?;
        let calls = hub::Data::make(program, &folder.path().join("calls"), options.sample(FEW), None)?;
        Ok(Self {
            rounds: options.rounds,
            many: options.many().ideas,
            small,
            large,
            huge,
            hello,
            floor,
            calls,
            here: here.to_owned(),
            status,
            small_ids,
            large_ids,
            folder,
        })
    }
}

fn verification(report: &mut Report) -> Result<()> {
    let verify::Figures { load, resident_mb, accepted, refused } = verify::measure(1_000_000)?;
    let nanos = |duration: std::time::Duration| duration.as_secs_f64() * 1e9;
    report.section("Verification in process, 1,000,000 live tokens");
    report.add(Row::new("accepted, p50 ns", nanos(accepted.p50)).target(Target::at_most(1000.0)));
    report.add(Row::new("accepted, p99 ns", nanos(accepted.p99)).target(Target::at_most(5000.0)));
    report.add(
        Row::new("accepted, a second and core", accepted.per_second).target(Target::at_least(500_000.0)),
    );
    let slower = accepted.per_second / refused.per_second;
    report.add(Row::new("refused, time / accepted's", slower).target(Target::at_most(1.0)));
    report.add(Row::new("resident, MiB", resident_mb).target(Target::at_most(250.0)));
    report.add(Row::new("loaded into memory, s", load.as_secs_f64()).target(Target::at_most(3.0)));
    report.section("Server");
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "megabytes")]
fn program_mb(program: &Path) -> Result<f64> {
    let metadata = std::fs::metadata(program);
    Ok(metadata.with_context(|| format!("{} is missing", program.display()))?.len() as f64 / 1e6)
}

/// What goes on, for whoever waits; the figures alone go to standard output.
fn progress(text: &str) {
    eprintln!("... {text}");
}
