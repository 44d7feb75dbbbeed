//! Which idea a change is meant for, and as what its caller knows it.

use std::fmt::{self, Display, Formatter};

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
    /// Whether its project plan is frozen, which the record doesn't show. None where only the record is meant.
    pub is_frozen: Option<bool>,
}

const TAG_FROZEN: &str = "frozen";
const TAG_OPEN: &str = "open";

impl RecordVersion {
    fn of(idea: &Idea) -> Self {
        Self { idea: idea.id, number: idea.version, updated_at: idea.updated_at, is_frozen: None }
    }

    pub(super) fn with_plan(idea: &Idea, is_frozen: bool) -> Self {
        Self { is_frozen: Some(is_frozen), ..Self::of(idea) }
    }

    /// What an entity tag says of the record: the three numbers it begins with, and that of an analysis a word.
    pub fn parse(tag: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(tag).ok()?.split('.');
        let idea = IdeaId::new(parts.next()?.parse().ok()?);
        let number = parts.next()?.parse().ok()?;
        let updated_at = Timestamp::from_millis(parts.next()?.parse().ok()?);
        let is_frozen = match parts.next() {
            Some(TAG_FROZEN) => Some(true),
            Some(TAG_OPEN) => Some(false),
            _ => None,
        };
        Some(Self { idea, number, updated_at, is_frozen })
    }

    /// Whether the other one is no other, as far as both say something.
    fn is_met_by(self, is: Self) -> bool {
        let differs = self.is_frozen.zip(is.is_frozen).is_some_and(|(known, is)| known != is);
        !differs && self.idea == is.idea && self.number == is.number && self.updated_at == is.updated_at
    }
}

/// As the tag of an analysis begins.
impl Display for RecordVersion {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { idea, number, updated_at, is_frozen } = self;
        write!(f, "{idea}.{number}.{}", updated_at.millis())?;
        match is_frozen {
            None => Ok(()),
            Some(is_frozen) => write!(f, ".{}", if *is_frozen { TAG_FROZEN } else { TAG_OPEN }),
        }
    }
}

impl Expected {
    /// Asked once it is settled that the caller may make the change, and before its contents are looked at (RFC 9110
    /// section 13.2.1). The idea has to be held, so that of two who expect the same one comes too late.
    pub(super) fn require(&self, idea: &Idea) -> Result<(), Error> {
        self.require_version(RecordVersion::of(idea))
    }

    /// As [`Expected::require`] of a change of the project plan.
    pub(super) fn require_plan(&self, idea: &Idea, is_frozen: bool) -> Result<(), Error> {
        self.require_version(RecordVersion::with_plan(idea, is_frozen))
    }

    fn require_version(&self, is: RecordVersion) -> Result<(), Error> {
        match self {
            Self::OneOf(versions) if !versions.iter().any(|known| known.is_met_by(is)) => Err(Error::Stale),
            Self::Whatever | Self::OneOf(_) => Ok(()),
        }
    }
}
