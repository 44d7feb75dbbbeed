//! `automation-hub config`: whether the configuration is right, and what it comes to.

use automation_hub_server::config::{DEFAULTS, Overrides};
use clap::{Args, Subcommand};
use serde_json::json;

use super::{ConfigErrors, Global, output};

#[derive(Subcommand)]
pub(super) enum Action {
    /// Tell what is wrong with the configuration; exit code 2 if anything is
    Check(Check),
    /// Print the configuration as it is in force, its secrets masked
    Show(Show),
}

#[derive(Args)]
pub(super) struct Check {
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct Show {
    /// Print every key with its default and what it means
    #[arg(long, conflicts_with = "json")]
    defaults: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, action: &Action) -> anyhow::Result<()> {
    match action {
        Action::Show(show) if show.defaults => output::print(DEFAULTS.trim_end()),
        Action::Show(show) => {
            let config = global.load(Overrides::new())?.masked();
            if show.json {
                return output::print(serde_json::to_string(&config)?);
            }
            output::print(toml::to_string(&config)?.trim_end())
        }
        Action::Check(check) => {
            let loaded = global.load(Overrides::new()).and_then(|config| match config.faults_here() {
                faults if faults.is_empty() => Ok(()),
                faults => Err(ConfigErrors(faults).into()),
            });
            if check.json {
                let errors = match &loaded {
                    Err(error) => error.downcast_ref().map(|ConfigErrors(errors)| errors.as_slice()),
                    Ok(()) => None,
                };
                output::print(json!({ "ok": loaded.is_ok(), "errors": errors.unwrap_or_default() }))?;
                return loaded;
            }
            loaded?;
            output::print("The configuration is right.")
        }
    }
}
