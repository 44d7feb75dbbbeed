//! Where the bytes of token values and nonces come from. A source that fails stops what needed it: nothing weaker
//! takes its place.

use uuid::Uuid;

use crate::error::Error;

/// A UUID of version 4.
pub fn uuid(source: &dyn RandomSource) -> Result<Uuid, Error> {
    let mut bytes = [0; 16];
    source.fill(&mut bytes)?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random numbers: {0}")]
pub struct NoRandom(String);

impl From<NoRandom> for Error {
    fn from(error: NoRandom) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Fills from the operating system's generator.
pub fn fill(bytes: &mut [u8]) -> Result<(), NoRandom> {
    getrandom::fill(bytes).map_err(|error| NoRandom(error.to_string()))
}

/// As [`fill`], for what need not be wiped afterwards.
pub fn draw<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

pub trait RandomSource: Send + Sync {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error>;
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl RandomSource for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        Ok(fill(bytes)?)
    }
}
