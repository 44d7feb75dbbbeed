//! What is wrong with keys and types. Whatever is wrong gets its default in its place, so that one mistake hides no
//! other.

use figment::{
    Error, Figment,
    error::Kind,
    providers::Serialized,
    value::{Dict, Value},
};
use serde::Serialize;

use super::{Config, is_secret};

/// A key that is wrong: which one, what it holds, and the rule.
#[derive(Clone, Debug, Serialize, thiserror::Error)]
#[error("configuration: {key} = {value}: {rule}")]
pub struct ConfigError {
    pub key: String,
    pub value: String,
    pub rule: String,
}

/// The configuration as far as it can be used, and what was put in place of a mistake.
pub(super) fn settle(
    given: &Figment,
    defaults: &Figment,
) -> Result<(Config, Vec<ConfigError>), Vec<ConfigError>> {
    let whole = |figment: &Figment| figment.extract().map_err(|errors| told(errors, figment));
    let (mut values, defaults): (Dict, Dict) = (whole(given)?, whole(defaults)?);
    let mut found = Vec::new();
    drop_unknown(&mut values, &defaults, "", &mut found);
    loop {
        let figment = Figment::from(Serialized::defaults(&values));
        let wrong = match figment.extract() {
            Ok(config) => return Ok((config, found)),
            Err(errors) => told(errors, &figment),
        };
        // What has no default can't be mended, and would be found for ever.
        let is_mended = wrong.iter().all(|error| mend(&mut values, &defaults, &error.key));
        found.extend(wrong);
        if !is_mended {
            return Err(found);
        }
    }
}

fn told(errors: Error, figment: &Figment) -> Vec<ConfigError> {
    errors.into_iter().map(|error| ConfigError::of(&error, figment)).collect()
}

/// Takes out the keys that the defaults don't have.
fn drop_unknown(values: &mut Dict, defaults: &Dict, above: &str, found: &mut Vec<ConfigError>) {
    let known: Vec<&str> = defaults.keys().map(String::as_str).collect();
    values.retain(|name, value| {
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match (defaults.get(name), value) {
            (None, _) => {
                let rule = format!("there is no such key; there are {}", known.join(", "));
                found.push(ConfigError { key, value: "…".to_owned(), rule });
                return false;
            }
            (Some(Value::Dict(_, defaults)), Value::Dict(_, values)) => {
                drop_unknown(values, defaults, &key, found);
            }
            (Some(_), _) => {}
        }
        true
    });
}

/// Puts a key's default in place of its value.
fn mend(values: &mut Dict, defaults: &Dict, key: &str) -> bool {
    let (name, below) = key.split_once('.').map_or((key, None), |(name, below)| (name, Some(below)));
    let Some(default) = defaults.get(name) else { return false };
    if let (Some(below), Some(Value::Dict(_, values)), Value::Dict(_, defaults)) =
        (below, values.get_mut(name), default)
    {
        return mend(values, defaults, below);
    }
    values.insert(name.to_owned(), default.clone());
    true
}

impl ConfigError {
    fn of(error: &Error, figment: &Figment) -> Self {
        let key = key_of(error, figment);
        let value = figment.find_value(&key).ok().filter(|_| !is_secret(&key));
        let value = value.and_then(|value| match value {
            Value::String(_, text) => Some(text),
            other => serde_json::to_string(&other).ok(),
        });
        let value = value.unwrap_or_else(|| "…".to_owned());
        Self { value, rule: rule(&key, &error.kind), key }
    }
}

/// The library names the parts of a key from the outside in or from the inside out.
fn key_of(error: &Error, figment: &Figment) -> String {
    let mut parts: Vec<&str> = error.path.iter().map(String::as_str).collect();
    if figment.find_value(&parts.join(".")).is_err() {
        parts.reverse();
    }
    parts.join(".")
}

fn rule(key: &str, kind: &Kind) -> String {
    match kind {
        _ if key == "server.listen" => "an address and a port are needed, such as 127.0.0.1:8080".to_owned(),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
            format!("{} is needed", in_words(expected))
        }
        Kind::UnknownVariant(_, expected) => format!("one of {} is needed", expected.join(", ")),
        kind => kind.to_string(),
    }
}

/// What the types of the program are to whoever writes a configuration.
fn in_words(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more,",
        "i64" => "a whole number",
        "a boolean" => "true or false",
        "a string" | "path string" => "a text",
        "a sequence" => "a list, such as [\"one\", \"two\"],",
        other => other,
    }
}
