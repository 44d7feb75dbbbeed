//! Open API tokens: their values, names and app keys, the credential that carries them, and their state.

pub mod app_key;
pub mod credential;
pub mod state;
pub mod value;

use std::fmt;

use crate::{
    clock::Timestamp,
    id::UserId,
    text::{self, TextError},
};

/// What an administrator calls a token: a line of 1 to 100 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName(String);

impl TokenName {
    pub const LIMIT: usize = 100;

    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::line(text, Self::LIMIT).map(|name| Self(name.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Equal for spellings that differ in case and blanks only; sorted and searched by.
    pub fn key(&self) -> String {
        text::fold(&self.0)
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// For whom a token acts. Not chosen but derived from who made it for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenType {
    /// Made by its user.
    Personal,
    /// Made for its user by somebody else.
    UserAssigned,
    /// Acts for no user, hence can't do what needs one.
    TenantLevel,
}

impl TokenType {
    pub const ALL: [Self; 3] = [Self::Personal, Self::UserAssigned, Self::TenantLevel];

    /// The operator at the command line is no user: `creator` is none then.
    pub fn of(user: Option<UserId>, creator: Option<UserId>) -> Self {
        match user {
            None => Self::TenantLevel,
            Some(_) if user == creator => Self::Personal,
            Some(_) => Self::UserAssigned,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Personal => "Personal",
            Self::UserAssigned => "User assigned",
            Self::TenantLevel => "Tenant level",
        }
    }

    /// The stable word in machine-readable output and in addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::UserAssigned => "user-assigned",
            Self::TenantLevel => "tenant-level",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// How long the old value keeps working after a rotation: 0 to 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    minutes: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Choose 0 to 24 hours.")]
pub struct OverlapError;

impl Overlap {
    const LIMIT_MINUTES: i64 = 24 * 60;

    pub fn from_minutes(minutes: i64) -> Result<Self, OverlapError> {
        if (0..=Self::LIMIT_MINUTES).contains(&minutes) { Ok(Self { minutes }) } else { Err(OverlapError) }
    }

    pub const fn minutes(self) -> i64 {
        self.minutes
    }

    /// The first instant at which the old value is refused.
    pub const fn end(self, rotated_at: Timestamp) -> Timestamp {
        rotated_at.plus_minutes(self.minutes)
    }
}

impl Default for Overlap {
    /// Enough to swap the value in one place without a failing call.
    fn default() -> Self {
        Self { minutes: 5 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lines_of_up_to_100_characters() {
        assert_eq!(TokenName::parse("  Teams bot ").map(|name| name.to_string()), Ok("Teams bot".to_owned()));
        assert!(TokenName::parse(&"ä".repeat(100)).is_ok());
        assert_eq!(TokenName::parse(&"ä".repeat(101)), Err(TextError::TooLong { limit: 100, length: 101 }));
        assert_eq!(TokenName::parse(" \u{a0} "), Err(TextError::Empty));
        for text in ["a\u{0}b", "a\u{85}b", "a\u{202e}b", "a\u{2066}b", "a\nb"] {
            assert_eq!(TokenName::parse(text), Err(TextError::Control), "{text:?}");
        }
        assert!(TokenName::parse("=SUM(A1) <b>'; --").is_ok(), "markup is text");
    }

    #[test]
    fn the_type_follows_from_user_and_creator() {
        let (ines, omar) = (Some(UserId::new(1)), Some(UserId::new(2)));
        assert_eq!(TokenType::of(ines, ines), TokenType::Personal);
        assert_eq!(TokenType::of(ines, omar), TokenType::UserAssigned);
        assert_eq!(TokenType::of(ines, None), TokenType::UserAssigned);
        assert_eq!(TokenType::of(None, omar), TokenType::TenantLevel);
        assert_eq!(TokenType::of(None, None), TokenType::TenantLevel);
        for kind in TokenType::ALL {
            assert_eq!(TokenType::from_key(kind.key()), Some(kind));
        }
    }

    #[test]
    fn an_overlap_lasts_up_to_a_day_and_its_end_is_exclusive() {
        let now = Timestamp::from_millis(1_000);
        assert_eq!(Overlap::from_minutes(0).map(|overlap| overlap.end(now)), Ok(now));
        assert_eq!(Overlap::from_minutes(1440).map(|overlap| overlap.end(now)), Ok(now.plus_hours(24)));
        assert_eq!(Overlap::default().end(now), now.plus_minutes(5));
        for minutes in [-1, 1441, i64::MIN, i64::MAX] {
            assert_eq!(Overlap::from_minutes(minutes), Err(OverlapError), "{minutes}");
        }
    }
}
