//! The secret keys outside the database: peppers of token digests and the outer key of sealed values. They come
//! from the environment or from files, which are made on the first start; later a lost, wrong or readable one
//! stops the start, because going on would do harm.

mod environment;
mod file;
mod source;

use std::{fmt, io, sync::Arc};

use automation_hub_storage::{StorageError, Store, keys as stored};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    auth::{
        digest::{Pepper, PepperNumber, Peppers},
        random::{self, NoRandom},
    },
    config::{Config, ConfigError},
};

pub use environment::EnvironmentKey;

use source::{Source, Sources};

const PEPPER: &str = "pepper";
const OUTER: &str = "outer";

/// 32 secret bytes and their number, which rows name.
#[derive(Clone)]
pub struct Key {
    number: PepperNumber,
    bytes: Zeroizing<[u8; 32]>,
}

impl Key {
    pub const fn number(&self) -> PepperNumber {
        self.number
    }

    /// The only way to read it: for what digests or seals with it.
    pub fn expose(&self) -> &[u8; 32] {
        &self.bytes
    }

    fn draw(number: PepperNumber) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        random::fill(bytes.as_mut_slice())?;
        Ok(Self { number, bytes })
    }

    /// What the database keeps to know this key again. Tells nothing of it.
    fn check(&self, name: &str) -> [u8; 32] {
        // A key of any length is accepted; 32 bytes can't fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.bytes.as_slice()) else { return [0; 32] };
        mac.update(b"automation-hub key check ");
        mac.update(name.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("number", &self.number).finish_non_exhaustive()
    }
}

/// All keys in force.
#[derive(Clone, Debug)]
pub struct Keys {
    pub peppers: Peppers,
    pub outer: Key,
    /// Where they were read from; none where they last as long as the process.
    sources: Option<Arc<Sources>>,
}

/// The keys as read, before they are known to be the right ones.
struct Opened {
    pepper: Key,
    previous_pepper: Option<Key>,
    outer: Key,
}

/// Why the keys can't be used. Where a key is named, it is by its file or by its setting, never by its value.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("key file {0} can be read by others (mode {1:04o}); run: chmod 600 {0}")]
    Readable(String, u32),
    #[error("key file {0} doesn't hold a key: 64 hexadecimal characters are needed, and nothing else")]
    Content(String),
    #[error("key file {0}: its name has to end with a dot and its number, such as {1}.1")]
    Name(String, &'static str),
    #[error("{0} is set, and key file {1} is there too; only one of them can count, so remove the other")]
    Both(&'static str, String),
    #[error("{0} and {1} both have the number {2}")]
    SameNumber(&'static str, &'static str, i64),
    #[error("key file {0} is missing, and the database needs it; put it back from its backup")]
    Lost(String),
    #[error("keys.previous_pepper_file: there is no file {0}")]
    NoPrevious(String),
    #[error(
        "tokens in the database were made under pepper {0}, and neither the pepper nor the previous pepper of \
         the configuration has that number; put pepper.{0} back from its backup"
    )]
    MissingNumber(i64),
    #[error("{0} isn't the key this database was used with; put the right one back from its backup")]
    Wrong(String),
    #[error("no server has used {0} with this database yet; start one with the same configuration")]
    Unknown(String),
    #[error("key file {0} can't be used")]
    File(String, #[source] io::Error),
    #[error(transparent)]
    Random(#[from] NoRandom),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What the rows of a database can't do without.
struct Needs {
    peppers: Vec<i64>,
    outer: bool,
}

impl Keys {
    /// Reads the keys, making files that nothing refers to yet, and checks them against the database.
    pub async fn prepare(config: &Config, store: &Store) -> Result<Self, KeyError> {
        Self::take(Sources::of(config)?, Needs::of_rows(store).await?, store).await
    }

    /// As [`Keys::prepare`], beside a server that may be running: once the database knows any keys, only those
    /// will do. What was made under others, no server could verify.
    pub async fn join(config: &Config, store: &Store) -> Result<Self, KeyError> {
        let sources = Sources::of(config)?;
        let mut needs = Needs::of_rows(store).await?;
        if store.system().read(stored::has_checks).await? {
            for (name, source) in [(PEPPER, &sources.pepper), (OUTER, &sources.outer)] {
                let number = source.number().get();
                if store.system().read(move |s| stored::find_check(s, name, number)).await?.is_none() {
                    return Err(KeyError::Unknown(source.to_string()));
                }
            }
            needs.peppers.push(sources.pepper.number().get());
            needs.outer = true;
        }
        Self::take(sources, needs, store).await
    }

    /// Looks whether the configured keys open what a database holds, and changes nothing. Answers which of them are
    /// missing: those can still be put back, and no server starts without them.
    pub async fn compare(config: &Config, store: &Store) -> Result<Vec<String>, KeyError> {
        let (sources, needs) = (Sources::of(config)?, Needs::of_rows(store).await?);
        sources.expect_numbers(&needs)?;
        let mut missing = Vec::new();
        for (name, source) in sources.listed() {
            match source.read()? {
                _ if !needs.has(name, source.number()) => {}
                None => missing.push(source.to_string()),
                Some(key) if memory_of(store, name, &key).await? == Memory::Differs => {
                    return Err(KeyError::Wrong(source.to_string()));
                }
                Some(_) => {}
            }
        }
        Ok(missing)
    }

    async fn take(sources: Sources, needs: Needs, store: &Store) -> Result<Self, KeyError> {
        let opened = sources.open(&needs)?;
        for (name, key, source, is_needed) in opened.listed(&sources, &needs) {
            verify(store, name, key, source, is_needed).await?;
        }
        Ok(opened.into_keys(Some(Arc::new(sources))))
    }

    /// Looks at the files once more: since the start they may have gone, or have been opened to others.
    pub fn check_files(&self) -> Result<(), KeyError> {
        self.sources.as_ref().map_or(Ok(()), |sources| sources.check())
    }

    /// Keys that last as long as the process, for databases that do too.
    pub fn draw() -> Result<Self, KeyError> {
        let first = PepperNumber::new(1).ok_or(KeyError::NoPrevious("1".to_owned()))?;
        Ok(Opened { pepper: Key::draw(first)?, previous_pepper: None, outer: Key::draw(first)? }
            .into_keys(None))
    }
}

/// What is wrong with the settings of keys and with the files they name, as far as that shows without a database.
pub(crate) fn faults(config: &Config) -> Vec<ConfigError> {
    source::faults(config)
}

impl Needs {
    async fn of_rows(store: &Store) -> Result<Self, StorageError> {
        store
            .system()
            .read(|s| Ok(Self { peppers: stored::pepper_numbers(s)?, outer: stored::has_sealed_values(s)? }))
            .await
    }

    fn has(&self, name: &str, number: PepperNumber) -> bool {
        if name == OUTER { self.outer } else { self.peppers.contains(&number.get()) }
    }
}

impl Opened {
    fn into_keys(self, sources: Option<Arc<Sources>>) -> Keys {
        let pepper = |key: &Key| Pepper::new(key.number, &key.bytes);
        let previous = self.previous_pepper.as_ref().map(pepper);
        Keys { peppers: Peppers::new(pepper(&self.pepper), previous), outer: self.outer, sources }
    }

    fn listed<'k>(
        &'k self,
        sources: &'k Sources,
        needs: &Needs,
    ) -> Vec<(&'static str, &'k Key, &'k Source, bool)> {
        let keys = [Some(&self.pepper), Some(&self.outer), self.previous_pepper.as_ref()];
        let pairs = keys.into_iter().flatten().zip(sources.listed());
        pairs.map(|(key, (name, source))| (name, key, source, needs.has(name, key.number))).collect()
    }
}

/// What the database remembers of the key with this name and number.
#[derive(PartialEq)]
enum Memory {
    Nothing,
    Same,
    Differs,
}

async fn memory_of(store: &Store, name: &'static str, key: &Key) -> Result<Memory, StorageError> {
    let (number, check) = (key.number.get(), key.check(name));
    Ok(match store.system().read(move |s| stored::find_check(s, name, number)).await? {
        None => Memory::Nothing,
        Some(known) if known.ct_eq(&check).into() => Memory::Same,
        Some(_) => Memory::Differs,
    })
}

/// Compares with the database's memory of the key; a key that no row needs may take another's place.
async fn verify(
    store: &Store,
    name: &'static str,
    key: &Key,
    source: &Source,
    is_needed: bool,
) -> Result<(), KeyError> {
    let (number, check) = (key.number.get(), key.check(name));
    match memory_of(store, name, key).await? {
        Memory::Same => Ok(()),
        Memory::Differs if is_needed => Err(KeyError::Wrong(source.to_string())),
        Memory::Differs | Memory::Nothing => {
            Ok(store.system().write(move |s| stored::put_check(s, name, number, &check)).await?)
        }
    }
}

/// 64 hexadecimal characters, and nothing else.
fn parse_hex(text: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    if text.len() != 64 {
        return None;
    }
    let mut bytes = Zeroizing::new([0; 32]);
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        let [high, low] = *pair else { return None };
        let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(high)? << 4 | digit(low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_64_hexadecimal_characters_are_a_key() {
        assert!(parse_hex("0123456789abcdefABCDEF".repeat(3).get(..64).unwrap().as_bytes()).is_some());
        for text in [String::new(), "a".repeat(63), "a".repeat(65), format!("+{}", "a".repeat(63))] {
            assert!(parse_hex(text.as_bytes()).is_none(), "{text:?}");
        }
    }
}
