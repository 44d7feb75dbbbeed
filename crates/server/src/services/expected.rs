//! What a list that is sent back as a whole has to be for a change of it to be made.

use crate::error::Error;

/// A list as the caller knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectedList {
    Whatever,
    /// As it was in one of these versions, of which there may be none.
    OneOf(Vec<Vec<u8>>),
}

impl ExpectedList {
    /// Asked in the transaction of the change, and once other writers have to wait: of two who expect the same one
    /// comes too late.
    pub(super) fn require(&self, version: &str) -> Result<(), Error> {
        match self {
            Self::OneOf(versions) if !versions.iter().any(|known| known == version.as_bytes()) => {
                Err(Error::Stale)
            }
            Self::Whatever | Self::OneOf(_) => Ok(()),
        }
    }
}
