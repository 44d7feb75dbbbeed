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

pub trait RandomSource: Send + Sync {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error>;
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl RandomSource for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        getrandom::fill(bytes).map_err(|error| Error::Unavailable(error.to_string().into()))
    }
}
