//! The secret value of a token in its two forms. Both verify for ever; a tenant chooses the form of new ones.

use std::fmt;

use uuid::{Builder, fmt::Hyphenated};
use zeroize::{Zeroize, Zeroizing};

const UUID_LENGTH: usize = Hyphenated::LENGTH;
const PREFIX: &[u8] = b"ahp_";
/// 62^43 is the first power above 2^256.
const BODY_LENGTH: usize = 43;
/// 62^6 is above 2^32.
const CHECKSUM_LENGTH: usize = 6;
const PREFIXED_LENGTH: usize = PREFIX.len() + BODY_LENGTH + CHECKSUM_LENGTH;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenForm {
    /// A random UUID, as the mirrored API has it.
    Uuid,
    /// `ahp_`, 256 random bits and a checksum: secret scanners know it wherever it leaks to.
    Prefixed,
}

impl TokenForm {
    /// The form a presented token has. With none it can't be one of ours: no look-up is needed to refuse it.
    pub fn of(token: &[u8]) -> Option<Self> {
        match token.len() {
            UUID_LENGTH => is_lower_case_uuid(token).then_some(Self::Uuid),
            PREFIXED_LENGTH => is_prefixed(token).then_some(Self::Prefixed),
            _ => None,
        }
    }

    /// Whether anything in a text has the form of a token.
    pub fn stands_in(text: &str) -> bool {
        let is_there = |length: usize| text.as_bytes().windows(length).any(|part| Self::of(part).is_some());
        [UUID_LENGTH, PREFIXED_LENGTH].into_iter().any(is_there)
    }

    pub const fn key(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Prefixed => "prefixed",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Uuid, Self::Prefixed].into_iter().find(|form| form.key() == key)
    }
}

fn is_lower_case_uuid(token: &[u8]) -> bool {
    const PATTERN: &[u8; UUID_LENGTH] = b"hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
    // Without a way out of the loop many bytes are compared at once.
    token.len() == UUID_LENGTH
        && token.iter().zip(PATTERN).fold(true, |is_uuid, (byte, expected)| {
            let is_digit = matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            is_uuid & if *expected == b'h' { is_digit } else { *byte == b'-' }
        })
}

fn is_prefixed(token: &[u8]) -> bool {
    token.split_at_checked(PREFIX.len() + BODY_LENGTH).is_some_and(|(head, sum)| {
        head.strip_prefix(PREFIX).is_some_and(|body| body.iter().all(u8::is_ascii_alphanumeric))
            && checksum(head).as_bytes() == sum
    })
}

/// A token's secret. Printed nowhere, wiped when dropped.
#[derive(Clone)]
pub struct TokenValue(Zeroizing<String>);

impl TokenValue {
    /// A new value out of 32 random bytes; the UUID form uses 122 of their bits.
    pub fn from_random(form: TokenForm, mut random: [u8; 32]) -> Self {
        let value = match form {
            TokenForm::Uuid => {
                let mut bytes = [0; 16];
                bytes.iter_mut().zip(random).for_each(|(to, from)| *to = from);
                Builder::from_random_bytes(bytes).into_uuid().hyphenated().to_string()
            }
            TokenForm::Prefixed => {
                let mut value = String::with_capacity(PREFIXED_LENGTH);
                value.push_str("ahp_");
                value.push_str(&Zeroizing::new(base62(&random, BODY_LENGTH)));
                let sum = checksum(value.as_bytes());
                value.push_str(&sum);
                value
            }
        };
        random.zeroize();
        Self(Zeroizing::new(value))
    }

    /// A value that was kept sealed and is opened again.
    pub fn from_opened(text: String) -> Option<Self> {
        let text = Zeroizing::new(text);
        TokenForm::of(text.as_bytes()).is_some().then_some(Self(text))
    }

    /// The only way to read it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What lists show of it.
    pub fn last_four(&self) -> &str {
        self.0.len().checked_sub(4).and_then(|start| self.0.get(start..)).unwrap_or_default()
    }
}

impl fmt::Debug for TokenValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

fn checksum(head: &[u8]) -> String {
    base62(&crc32fast::hash(head).to_be_bytes(), CHECKSUM_LENGTH)
}

/// The last `length` digits of a big-endian number to base 62.
pub(super) fn base62(number: &[u8], length: usize) -> String {
    let mut rest = Zeroizing::new(number.to_vec());
    let mut digits = Zeroizing::new(vec![b'0'; length]);
    for digit in digits.iter_mut().rev() {
        let remainder = rest.iter_mut().fold(0_u16, |carry, byte| {
            let part = carry << 8 | u16::from(*byte);
            *byte = u8::try_from(part / 62).unwrap_or_default();
            part % 62
        });
        *digit = BASE62.get(usize::from(remainder)).copied().unwrap_or(b'0');
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PREFIXED: TokenForm = TokenForm::Prefixed;

    #[test]
    fn a_uuid_value_is_a_random_uuid_in_lower_case() {
        let value = TokenValue::from_random(TokenForm::Uuid, [0xab; 32]);
        assert_eq!(value.expose(), "abababab-abab-4bab-abab-abababababab");
        assert_eq!(value.last_four(), "abab");
        assert_eq!(format!("{value:?}"), "[redacted]");
    }

    #[test]
    fn base_62_writes_the_whole_number() {
        assert_eq!(base62(&[0], 3), "000");
        assert_eq!(base62(&[61], 3), "00z");
        assert_eq!(base62(&62_u32.to_be_bytes(), 3), "010");
        assert_eq!(base62(&u32::MAX.to_be_bytes(), 6), "4gfFC3");
        let largest = base62(&[0xff; 32], BODY_LENGTH + 1);
        assert!(largest.starts_with('0') && !largest.starts_with("00"), "43 digits are needed and enough");
    }

    #[test]
    fn what_is_no_value_of_ours_is_known_without_a_look_up() {
        let good = TokenValue::from_random(PREFIXED, [7; 32]);
        let good = good.expose();
        let wrong_prefix = good.replacen("ahp_", "ghp_", 1);
        let doubled = format!("{good}{good}");
        for text in [
            "",
            "ahp_",
            "7f3a9c",
            "ABABABAB-ABAB-4BAB-ABAB-ABABABABABAB",
            "abababababab4bababababababababab",
            "{abababab-abab-4bab-abab-abababababab}",
            &good[1..],
            &good[..52],
            &wrong_prefix,
            &doubled,
            &good.to_uppercase(),
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.",
        ] {
            assert_eq!(TokenForm::of(text.as_bytes()), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn drawn_values_have_their_form(random: [u8; 32]) {
            for form in [TokenForm::Uuid, PREFIXED] {
                let value = TokenValue::from_random(form, random);
                prop_assert_eq!(TokenForm::of(value.expose().as_bytes()), Some(form));
                prop_assert_eq!(TokenForm::from_key(form.key()), Some(form));
                let opened = TokenValue::from_opened(value.expose().to_owned());
                prop_assert_eq!(opened.as_ref().map(TokenValue::expose), Some(value.expose()));
            }
        }

        #[test]
        fn one_changed_character_breaks_the_checksum(random: [u8; 32], at in 0..PREFIXED_LENGTH, change in 1..=127_u8) {
            let mut bytes = TokenValue::from_random(PREFIXED, random).expose().as_bytes().to_vec();
            bytes[at] ^= change;
            prop_assert_eq!(TokenForm::of(&bytes), None);
        }
    }
}
