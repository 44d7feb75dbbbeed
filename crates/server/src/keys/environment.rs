//! A key as the environment gives it: its number, a colon and its 64 hexadecimal characters.

use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

use super::{Key, parse_hex};
use crate::auth::digest::PepperNumber;

/// What a setting holds in place of a file. Shown by its number alone.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "String")]
pub struct EnvironmentKey(Option<Key>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvironmentKeyError {
    #[error("a number, a colon and 64 hexadecimal characters are needed, as in 1:0123…")]
    Shape,
    #[error("the number before the colon has to be 1 to 4294967295")]
    Number,
    #[error(
        "behind the colon 64 hexadecimal characters are needed, and nothing else; there are {0} characters"
    )]
    Content(usize),
}

impl EnvironmentKey {
    pub const fn key(&self) -> Option<&Key> {
        self.0.as_ref()
    }
}

impl TryFrom<String> for EnvironmentKey {
    type Error = EnvironmentKeyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = Zeroizing::new(text);
        if text.is_empty() {
            return Ok(Self(None));
        }
        let (number, key) = text.split_once(':').ok_or(EnvironmentKeyError::Shape)?;
        let number = number.parse().ok().and_then(PepperNumber::new).ok_or(EnvironmentKeyError::Number)?;
        let content = || EnvironmentKeyError::Content(key.chars().count());
        let bytes = parse_hex(key.as_bytes()).ok_or_else(content)?;
        Ok(Self(Some(Key { number, bytes })))
    }
}

impl Serialize for EnvironmentKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Some(key) => serializer.serialize_str(&format!("{}:…", key.number.get())),
            None => serializer.serialize_str(""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_and_key_are_read_and_only_the_number_is_shown() {
        let text = format!("7:{}", "5a".repeat(32));
        let given = EnvironmentKey::try_from(text).unwrap();
        let key = given.key().unwrap();
        assert_eq!((key.number().get(), key.expose()), (7, &[0x5a; 32]));
        assert_eq!(serde_json::to_string(&given).unwrap(), "\"7:…\"");
        assert!(!format!("{given:?}").contains("5a") && !format!("{given:?}").contains("90"));
        assert!(EnvironmentKey::try_from(String::new()).unwrap().key().is_none());
    }

    #[test]
    fn what_is_no_key_is_told_without_being_shown() {
        let key = "5a".repeat(32);
        for (text, error) in [
            (key.clone(), EnvironmentKeyError::Shape),
            (format!(":{key}"), EnvironmentKeyError::Number),
            (format!("0:{key}"), EnvironmentKeyError::Number),
            (format!("-1:{key}"), EnvironmentKeyError::Number),
            (format!("4294967296:{key}"), EnvironmentKeyError::Number),
            (format!("one:{key}"), EnvironmentKeyError::Number),
            ("1:".to_owned(), EnvironmentKeyError::Content(0)),
            (format!("1:{}", &key[1..]), EnvironmentKeyError::Content(63)),
            (format!("1:{key}0"), EnvironmentKeyError::Content(65)),
            (format!("1:g{}", &key[1..]), EnvironmentKeyError::Content(64)),
            (format!("1: {key}"), EnvironmentKeyError::Content(65)),
        ] {
            let told = EnvironmentKey::try_from(text.clone()).unwrap_err();
            assert_eq!(told, error, "{text:?}");
            assert!(!told.to_string().contains("5a"));
        }
    }
}
