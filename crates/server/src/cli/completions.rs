//! `automation-hub completions`: scripts by which shells complete commands and flags.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, output};

#[derive(Args)]
#[command(after_help = "Example:
  automation-hub completions bash > /etc/bash_completion.d/automation-hub")]
pub(super) struct Arguments {
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Cli::command(), "automation-hub", &mut script);
    output::print(String::from_utf8(script)?.trim_end())
}
