//! The optional second secret of a token, chosen by a person or drawn for them.

use std::fmt;

use zeroize::Zeroizing;

use super::value;

/// Wrong app keys of one token that are answered as such within a minute; the next one makes it wait.
pub const APP_KEY_FAILURES_PER_MINUTE: usize = 10;
/// Wrong app keys in a row at which a token is suspended.
pub const APP_KEY_FAILURES_IN_A_ROW: u32 = 100;

/// 8 to 128 visible ASCII characters, blanks only between them. Printed nowhere.
#[derive(Clone)]
pub struct AppKey(Zeroizing<String>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppKeyError {
    #[error("At least 8 characters; this has {0}.")]
    TooShort(usize),
    #[error("At most 128 characters; this has {0}.")]
    TooLong(usize),
    #[error("No blanks at the beginning or the end.")]
    OuterBlanks,
    #[error("Only letters, digits and signs of the English keyboard.")]
    Characters,
}

impl AppKey {
    pub const SHORTEST: usize = 8;
    const LONGEST: usize = 128;
    /// 62^32 possibilities are about 190 bits.
    const DRAWN_LENGTH: usize = 32;

    /// Nothing is trimmed: what the caller will send must be what is kept.
    pub fn parse(text: &str) -> Result<Self, AppKeyError> {
        let length = text.chars().count();
        if text.trim().len() != text.len() {
            return Err(AppKeyError::OuterBlanks);
        }
        if !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return Err(AppKeyError::Characters);
        }
        if length < Self::SHORTEST {
            return Err(AppKeyError::TooShort(length));
        }
        if length > Self::LONGEST {
            return Err(AppKeyError::TooLong(length));
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// Letters and digits only, so that it survives every shell and configuration file.
    pub fn from_random(random: &[u8; 32]) -> Self {
        Self(Zeroizing::new(value::base62(random, Self::DRAWN_LENGTH)))
    }

    /// The only way to read it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn app_keys_have_bounds_and_plain_characters() {
        for (text, error) in [
            ("", AppKeyError::TooShort(0)),
            ("s3cre", AppKeyError::TooShort(5)),
            (" s3cretkey", AppKeyError::OuterBlanks),
            ("s3cretkey\t", AppKeyError::OuterBlanks),
            ("s3cret\tkey", AppKeyError::Characters),
            ("s3crétkey", AppKeyError::Characters),
            ("s3cret\u{7f}key", AppKeyError::Characters),
        ] {
            assert_eq!(AppKey::parse(text).unwrap_err(), error, "{text:?}");
        }
        assert_eq!(AppKey::parse(&"k".repeat(129)).unwrap_err(), AppKeyError::TooLong(129));
        for text in ["12345678", "two words", &"k".repeat(128), "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"] {
            assert_eq!(AppKey::parse(text).unwrap().expose(), text);
        }
        assert_eq!(AppKeyError::TooShort(5).to_string(), "At least 8 characters; this has 5.");
    }

    #[test]
    fn a_drawn_app_key_is_valid_and_prints_as_nothing() {
        for random in [[0; 32], [0x5a; 32], [0xff; 32]] {
            let key = AppKey::from_random(&random);
            assert_eq!(key.expose().len(), AppKey::DRAWN_LENGTH);
            assert!(AppKey::parse(key.expose()).is_ok());
            assert_eq!(format!("{key:?}"), "[redacted]");
        }
    }
}
