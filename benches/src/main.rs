//! Measures Automation Hub beside the least programs that do the same work, all in one run on one machine.

mod calls;
mod floor;
mod hello;
mod http;
mod load;
mod process;
mod suite;
mod timing;
mod verify;

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The product's allocator, so that what is compared differs in nothing else.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "cargo xtask bench", about = "Measures Automation Hub")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    suite: suite::Options,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a constant answer: what any HTTP request costs here
    Hello { listen: SocketAddr },
    /// Serve ideas from one table: the least code that does the same work
    Floor { listen: SocketAddr, database: PathBuf },
    /// Serve the product's calls from what `demo` made in a folder
    Calls { listen: SocketAddr, folder: PathBuf },
    /// Send one request again and again, and say how long the answers took
    Load(load::Options),
    /// Verify credentials in process, without HTTP
    Verify(verify::Options),
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match cli.command {
            None => suite::run(&cli.suite).await,
            Some(Command::Hello { listen }) => hello::serve(listen).await,
            Some(Command::Floor { listen, database }) => floor::serve(listen, &database).await,
            Some(Command::Calls { listen, folder }) => calls::serve(listen, &folder).await,
            Some(Command::Load(options)) => load::run(&options).await,
            Some(Command::Verify(options)) => verify::run(&options),
        }
    })
}
