//! Tags of automations: short texts that mean the same however they are spelled.

use crate::text::{self, TextError};

/// Most tags of one automation.
pub const LIMIT: usize = 20;

/// 1 to 50 printable characters; equal to another if it differs in case, width and blanks only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(String);

impl Tag {
    pub const LIMIT: usize = 50;

    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::line(text, Self::LIMIT).map(|text| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn key(&self) -> String {
        text::fold(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_have_bounds_and_fold() {
        assert_eq!(Tag::parse(" Quick  WIN ").unwrap().key(), Tag::parse("quick win").unwrap().key());
        assert_eq!(Tag::parse("  "), Err(TextError::Empty));
        assert_eq!(Tag::parse(&"ä".repeat(51)), Err(TextError::TooLong { limit: 50, length: 51 }));
        assert!(Tag::parse(&"ä".repeat(50)).is_ok());
    }
}
