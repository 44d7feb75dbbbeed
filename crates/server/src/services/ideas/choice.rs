//! Which idea a change is meant for, and as what its caller knows it.

use automation_hub_domain::{clock::Timestamp, id::IdeaId, idea::Idea};

use crate::error::Error;

/// An idea to change.
#[derive(Clone, Debug)]
pub struct IdeaChoice {
    /// Its id or its slug.
    pub key: String,
    pub expected: Expected,
}

/// What a record has to be for a change to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    Whatever,
    /// One of these, of which there may be none.
    OneOf(Vec<RecordVersion>),
}

/// A record at some time of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordVersion {
    pub idea: IdeaId,
    pub number: i64,
    /// A database that was restored counts again, but not at the same instants.
    pub updated_at: Timestamp,
}

impl RecordVersion {
    /// What an entity tag says of the record: the three numbers it begins with.
    pub fn parse(tag: &[u8]) -> Option<Self> {
        let mut numbers = std::str::from_utf8(tag).ok()?.split('.');
        let idea = IdeaId::new(numbers.next()?.parse().ok()?);
        let number = numbers.next()?.parse().ok()?;
        Some(Self { idea, number, updated_at: Timestamp::from_millis(numbers.next()?.parse().ok()?) })
    }
}

impl Expected {
    /// Asked once it is settled that the caller may make the change, and before its contents are looked at (RFC 9110
    /// section 13.2.1). The idea has to be held, so that of two who expect the same one comes too late.
    pub(super) fn require(&self, idea: &Idea) -> Result<(), Error> {
        let is = RecordVersion { idea: idea.id, number: idea.version, updated_at: idea.updated_at };
        match self {
            Self::OneOf(versions) if !versions.contains(&is) => Err(Error::Stale),
            Self::Whatever | Self::OneOf(_) => Ok(()),
        }
    }
}
