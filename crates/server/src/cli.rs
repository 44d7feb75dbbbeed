//! The command line: what can be asked of the program, and how it ends.

mod backup;
mod completions;
mod config;
mod demo;
mod file_copies;
mod folder;
mod hub;
mod migrate;
mod openapi;
mod output;
mod restore;
mod serve;
mod tenant;
mod token;
mod user;

use std::{path::PathBuf, process::ExitCode};

use automation_hub_server::config::{Config, ConfigError, Overrides};
use clap::{Args, Parser, Subcommand};
use figment::value::Value;

const EXAMPLES: &str = "Examples:
  automation-hub serve                          Start; the first start prints a set-up link
  automation-hub demo                           Try it out with sample data
  automation-hub serve --listen 0.0.0.0:8080 --public-url https://hub.example.com
  automation-hub config show --defaults         Every key with its default
  automation-hub backup /var/backups/hub.sqlite A consistent copy, while the server runs

Every key can be set in a file (--config), in the environment (AUTOMATION_HUB_SERVER__LISTEN) or by a flag.
Exit codes: 0 done, 1 failed, 2 wrong command line or configuration.";

/// Collects automation ideas and follows them from the first thought to the robot at work.
#[derive(Parser)]
#[command(name = "automation-hub", version, after_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start the server
    Serve(serve::Arguments),
    /// Start the server with a sample organisation to try out
    Demo(demo::Arguments),
    /// Bring the database to this version's schema, without starting the server
    Migrate(migrate::Arguments),
    /// Check or show the configuration
    #[command(subcommand)]
    Config(config::Action),
    /// Found and list tenants
    #[command(subcommand)]
    Tenant(tenant::Action),
    /// Create and list people, and give them a way back in
    #[command(subcommand)]
    User(user::Action),
    /// Create, list and revoke Open API tokens
    #[command(subcommand)]
    Token(token::Action),
    /// Print the OpenAPI document
    Openapi,
    /// Copy the database to a file, consistently and while the server runs
    Backup(backup::Arguments),
    /// Put a backup in place of the database
    Restore(restore::Arguments),
    /// Print a completion script for a shell
    Completions(completions::Arguments),
}

/// Options of every command.
#[derive(Args)]
struct Global {
    /// Configuration file, in TOML
    #[arg(long, global = true, value_name = "FILE", env = "AUTOMATION_HUB_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the embedded database and of the keys
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<String>,
    /// PostgreSQL database in place of the embedded one; with a password, safer in the environment
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// What is logged: off, error, warn, info, debug or trace, or levels for parts of the program
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl Global {
    /// The configuration, with what this command sets over the flags that all commands have.
    fn load(&self, own: Overrides) -> anyhow::Result<Config> {
        let flags = [
            ("storage.data_dir", &self.data_dir),
            ("storage.database_url", &self.database_url),
            ("log.level", &self.log_level),
        ];
        let given = flags.into_iter().filter_map(|(key, value)| Some((key, Value::from(value.clone()?))));
        let overrides = own.into_iter().chain(given).collect();
        Config::load(self.config.clone(), overrides).map_err(|errors| ConfigErrors(errors).into())
    }
}

/// All that is wrong with the configuration: a line for each key.
#[derive(Debug, thiserror::Error)]
#[error("the configuration is wrong")]
struct ConfigErrors(Vec<ConfigError>);

impl Cli {
    pub(crate) async fn run(self) -> ExitCode {
        let global = &self.global;
        let done = match self.command {
            Command::Serve(arguments) => serve::run(global, arguments).await,
            Command::Demo(arguments) => demo::run(global, arguments).await,
            Command::Migrate(arguments) => migrate::run(global, &arguments).await,
            Command::Config(action) => config::run(global, &action),
            Command::Tenant(action) => tenant::run(global, action).await,
            Command::User(action) => user::run(global, action).await,
            Command::Token(action) => token::run(global, action).await,
            Command::Openapi => openapi::run(),
            Command::Backup(arguments) => backup::run(global, arguments).await,
            Command::Restore(arguments) => restore::run(global, arguments).await,
            Command::Completions(arguments) => completions::run(&arguments),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => report(&error),
        }
    }
}

fn report(error: &anyhow::Error) -> ExitCode {
    if let Some(ConfigErrors(errors)) = error.downcast_ref() {
        for error in errors {
            output::complain(&error.to_string());
        }
        return ExitCode::from(2);
    }
    output::complain(&format!("{error:#}"));
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn commands_and_flags_fit_together() {
        Cli::command().debug_assert();
    }
}
