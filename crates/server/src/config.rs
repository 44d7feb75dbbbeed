//! Configuration: the embedded defaults, over them a file, over that the environment, over that flags.
//! `defaults.toml` is the reference of every key.

mod mistakes;
mod rules;
mod surroundings;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
    value::Value,
};
use serde::{Deserialize, Serialize};

pub use mistakes::ConfigError;

use crate::keys::EnvironmentKey;

/// The reference of every key, as shown by `automation-hub config show --defaults`.
pub const DEFAULTS: &str = include_str!("../defaults.toml");
const PREFIX: &str = "AUTOMATION_HUB_";
/// Variables with our prefix that name the configuration file, and what only our tests read.
const NOT_KEYS: &[&str] = &["config", "bin", "test_postgres"];
/// Keys of the section `keys` that hold a key itself, and stand in the environment only: a configuration file
/// is read by more people than a key may be.
const ENVIRONMENT_ONLY: [&str; 3] = ["pepper", "previous_pepper", "outer_key"];

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub storage: Storage,
    pub files: Files,
    pub keys: Keys,
    pub sessions: Sessions,
    pub passwords: Passwords,
    pub open_api: OpenApi,
    pub mail: Mail,
    pub log: Log,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: SocketAddr,
    pub public_url: String,
    pub trusted_proxies: Vec<String>,
    pub shutdown_grace_secs: u64,
    pub header_timeout_secs: u64,
    pub body_timeout_secs: u64,
    pub body_limit_bytes: usize,
    pub setup_from_anywhere: bool,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Storage {
    pub data_dir: PathBuf,
    pub database_url: String,
    pub postgres_connections: usize,
    pub sqlite_cache_kib: u32,
    pub sqlite_mmap_bytes: u64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    pub store: FileStoreKind,
    pub folder: PathBuf,
    pub upload_limit_bytes: u64,
    pub media_limit_bytes: u64,
    pub upload_timeout_secs: u64,
    pub parallel_uploads: usize,
    pub s3: S3,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum FileStoreKind {
    Disk,
    S3,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct S3 {
    pub endpoint: String,
    pub region: String,
    pub bucket: String,
    pub prefix: String,
    pub access_key_id: String,
    pub secret_access_key: Hidden,
}

/// A secret of the configuration, which doesn't show when it is printed.
#[derive(Clone, Default, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    pub pepper_file: PathBuf,
    pub previous_pepper_file: PathBuf,
    pub outer_key_file: PathBuf,
    pub pepper: EnvironmentKey,
    pub previous_pepper: EnvironmentKey,
    pub outer_key: EnvironmentKey,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    pub idle_minutes: i64,
    pub absolute_hours: i64,
    pub invitation_hours: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Passwords {
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
    pub parallel: usize,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OpenApi {
    pub flush_secs: u64,
    pub queue: usize,
    pub call_log_days: i64,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub smtp_host: String,
    pub smtp_port: u16,
    pub smtp_tls: MailTls,
    pub smtp_user: String,
    pub smtp_password: String,
    pub from: String,
    pub timeout_secs: u64,
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    None,
    /// By a command at its beginning.
    StartTls,
    /// From its first byte on.
    Tls,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    pub level: String,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

/// What the command line sets over file and environment, as dotted keys: `server.listen`.
pub type Overrides = Vec<(&'static str, Value)>;

impl Config {
    /// Reads and checks the whole configuration. All that is wrong with it is told at once.
    pub fn load(file: Option<PathBuf>, overrides: Overrides) -> Result<Self, Vec<ConfigError>> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        let mut errors = Vec::new();
        if let Some(file) = file {
            let mut table = read(&file).map_err(|error| vec![error])?;
            errors = take_keys_out(&mut table);
            figment = figment.merge(Serialized::defaults(table));
        }
        figment = figment.merge(Env::prefixed(PREFIX).ignore(NOT_KEYS).split("__"));
        for (key, value) in overrides {
            figment = figment.merge(Serialized::default(key, value));
        }
        let defaults = Figment::from(Toml::string(DEFAULTS));
        let (config, found) =
            mistakes::settle(&figment, &defaults).map_err(|found| [&errors[..], &found].concat())?;
        errors.extend(found);
        errors.extend(rules::violations(&config));
        if errors.is_empty() { Ok(config) } else { Err(errors) }
    }

    /// The defaults, as tests and the demo start from.
    pub fn defaults() -> Result<Self, Vec<ConfigError>> {
        Self::load(None, Overrides::new())
    }

    /// The same without secrets, to be shown.
    #[must_use]
    pub fn masked(mut self) -> Self {
        self.storage.database_url = mask_password(&self.storage.database_url);
        if !self.mail.smtp_password.is_empty() {
            "…".clone_into(&mut self.mail.smtp_password);
        }
        let secret = &mut self.files.s3.secret_access_key;
        if !secret.expose().is_empty() {
            *secret = Hidden("…".to_owned());
        }
        self
    }
}

/// The file's own keys. Read here rather than by the library, whose complaint takes several lines.
fn read(file: &Path) -> Result<toml::Table, ConfigError> {
    let wrong =
        |rule: String| ConfigError { key: "--config".to_owned(), value: file.display().to_string(), rule };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(format!("it can't be read: {error}")))?;
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        wrong(format!("line {}: {}", before.matches('\n').count() + 1, error.message()))
    })
}

/// Takes the keys out that may not stand in a file.
fn take_keys_out(table: &mut toml::Table) -> Vec<ConfigError> {
    let Some(keys) = table.get_mut("keys").and_then(toml::Value::as_table_mut) else { return Vec::new() };
    let is_set = |name: &&str| keys.remove(*name).is_some_and(|value| value.as_str() != Some(""));
    let complain = |name: &str| ConfigError {
        key: format!("keys.{name}"),
        value: "…".to_owned(),
        rule: format!(
            "a key stands in a file of its own or in the environment ({PREFIX}KEYS__{}), not in the \
             configuration file",
            name.to_ascii_uppercase()
        ),
    };
    ENVIRONMENT_ONLY.into_iter().filter(is_set).map(complain).collect()
}

/// Whether a value may hold a password or a key, and is never shown.
fn is_secret(key: &str) -> bool {
    matches!(key, "storage.database_url" | "mail.smtp_password" | "files.s3.secret_access_key")
        || key.strip_prefix("keys.").is_some_and(|name| {
            let name = name.split('.').next().unwrap_or_default();
            ENVIRONMENT_ONLY.contains(&name)
        })
}

/// The address without its password and parameters; where they can't be told apart with certainty, nothing of it.
fn mask_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (place, parameters) = rest.split_once('?').map_or((rest, ""), |(place, _)| (place, "?…"));
    match (place.split_once('@'), rest.matches('@').count()) {
        (None, 0) => format!("{scheme}://{place}{parameters}"),
        (Some((login, host)), 1) => {
            let user = login.split(':').next().unwrap_or_default();
            format!("{scheme}://{user}:…@{host}{parameters}")
        }
        _ => format!("{scheme}://…"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_defaults_are_valid() {
        let config = Config::defaults().unwrap();
        assert_eq!(config.server.listen.port(), 8080);
        assert_eq!(config.open_api.flush_secs, 10);
    }

    #[test]
    fn passwords_are_not_shown() {
        for (url, masked) in [
            ("", ""),
            ("postgres://hub:geheim@db/hub", "postgres://hub:…@db/hub"),
            ("postgres://hub:geheim@db:5432/hub?password=x", "postgres://hub:…@db:5432/hub?…"),
            ("postgres://hub:ge@heim@db/hub", "postgres://…"),
            ("postgres://hub:ge?heim@db/hub", "postgres://…"),
            ("postgres://db/hub", "postgres://db/hub"),
        ] {
            assert_eq!(mask_password(url), masked);
        }
    }

    #[test]
    fn the_secret_of_a_bucket_is_not_shown() {
        let overrides = vec![
            ("files.s3.access_key_id", Value::from("hub")),
            ("files.s3.secret_access_key", Value::from("geheim")),
        ];
        let config = Config::load(None, overrides).unwrap();
        assert!(!format!("{config:?}").contains("geheim"));
        assert!(!toml::to_string(&config.masked()).unwrap().contains("geheim"));
    }

    #[test]
    fn a_wrong_value_is_told_with_key_value_and_rule() {
        let errors = Config::load(None, vec![("sessions.idle_minutes", Value::from(0_i64))]).unwrap_err();
        assert_eq!(
            errors.first().unwrap().to_string(),
            "configuration: sessions.idle_minutes = 0: 1 to 1440"
        );
    }

    #[test]
    fn the_data_folder_has_to_have_a_name() {
        let errors = Config::load(None, vec![("storage.data_dir", Value::from(""))]).unwrap_err();
        assert_eq!(
            errors.first().unwrap().to_string(),
            "configuration: storage.data_dir = : a folder is needed"
        );
    }

    #[test]
    fn an_unknown_key_is_told_with_those_there_are() {
        let errors = Config::load(None, vec![("log.colour", Value::from("red"))]).unwrap_err();
        assert_eq!(
            errors.first().unwrap().to_string(),
            "configuration: log.colour = …: there is no such key; there are format, level"
        );
    }

    #[test]
    fn a_wrong_type_is_told_with_its_key() {
        let errors = Config::load(None, vec![("server.listen", Value::from("everywhere"))]).unwrap_err();
        let text = errors.first().unwrap().to_string();
        assert!(text.starts_with("configuration: server.listen"), "{text}");
    }
}
