//! App keys as people type them.

use automation_hub_domain::token::app_key::{AppKey, AppKeyError};

pub const PIECES: &[&str] =
    &["s3cret", " ", "\u{a0}", "\t", "é", "~", "!", "\u{7f}", "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"];

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    match (AppKey::parse(text), naive(text)) {
        (Ok(key), None) => assert_eq!(key.expose(), text, "what is sent is what is kept"),
        (parsed, expected) => assert_eq!(parsed.err(), expected, "{text:?}"),
    }
}

fn naive(text: &str) -> Option<AppKeyError> {
    let signs: Vec<char> = text.chars().collect();
    if signs.first().is_some_and(|c| c.is_whitespace()) || signs.last().is_some_and(|c| c.is_whitespace()) {
        return Some(AppKeyError::OuterBlanks);
    }
    if signs.iter().any(|c| !(' '..='~').contains(c)) {
        return Some(AppKeyError::Characters);
    }
    match signs.len() {
        0..8 => Some(AppKeyError::TooShort(signs.len())),
        8..=128 => None,
        _ => Some(AppKeyError::TooLong(signs.len())),
    }
}
