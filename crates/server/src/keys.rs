//! The secret keys outside the database: peppers of token digests and the outer key of sealed values. They are
//! made on the first start; later a lost, wrong or readable file stops the start, because going on would do harm.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use automation_hub_storage::{StorageError, Store, keys as stored};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    auth::digest::{Pepper, PepperNumber, Peppers},
    config::Config,
};

const PEPPER: &str = "pepper";
const OUTER: &str = "outer";

/// 32 secret bytes and their number, which rows name and files end with.
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
        getrandom::fill(bytes.as_mut_slice()).map_err(|error| KeyError::Random(error.to_string()))?;
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
    files: Option<Arc<KeyFiles>>,
}

/// The keys as read, before they are known to be the right ones.
struct Opened {
    pepper: Key,
    previous_pepper: Option<Key>,
    outer: Key,
}

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("key file {0} can be read by others (mode {1:04o}); run: chmod 600 {0}")]
    Readable(String, u32),
    #[error("key file {0} doesn't hold a key: 64 hexadecimal characters are needed, and nothing else")]
    Content(String),
    #[error("key file {0}: its name has to end with a dot and its number, such as {1}.1")]
    Name(String, &'static str),
    #[error("keys.pepper_file and keys.previous_pepper_file both have the number {0}")]
    SameNumber(i64),
    #[error("key file {0} is missing, and the database needs it; put it back from its backup")]
    Lost(String),
    #[error("keys.previous_pepper_file: there is no file {0}")]
    NoPrevious(String),
    #[error(
        "tokens in the database were made under pepper {0}, and neither keys.pepper_file nor \
         keys.previous_pepper_file has that number; put pepper.{0} back from its backup"
    )]
    MissingNumber(i64),
    #[error("key file {0} isn't the key this database was used with; put the right one back from its backup")]
    Wrong(String),
    #[error("no server has used key file {0} with this database yet; start one with the same configuration")]
    Unknown(String),
    #[error("key file {0} can't be used")]
    File(String, #[source] io::Error),
    #[error("the system gives no random numbers: {0}")]
    Random(String),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What the rows of a database can't do without.
struct Needs {
    peppers: Vec<i64>,
    outer: bool,
}

impl Keys {
    /// Reads the key files, making those that nothing refers to yet, and checks them against the database.
    pub async fn prepare(config: &Config, store: &Store) -> Result<Self, KeyError> {
        Self::take(KeyFiles::of(config)?, Needs::of_rows(store).await?, store).await
    }

    /// As [`Keys::prepare`], beside a server that may be running: once the database knows any keys, only those
    /// will do. What was made under others, no server could verify.
    pub async fn join(config: &Config, store: &Store) -> Result<Self, KeyError> {
        let files = KeyFiles::of(config)?;
        let mut needs = Needs::of_rows(store).await?;
        if store.system().read(stored::has_checks).await? {
            for (name, file) in [(PEPPER, &files.pepper), (OUTER, &files.outer)] {
                let number = file.number.get();
                if store.system().read(move |s| stored::find_check(s, name, number)).await?.is_none() {
                    return Err(KeyError::Unknown(shown(&file.path)));
                }
            }
            needs.peppers.push(files.pepper.number.get());
            needs.outer = true;
        }
        Self::take(files, needs, store).await
    }

    async fn take(files: KeyFiles, needs: Needs, store: &Store) -> Result<Self, KeyError> {
        let opened = files.open(&needs)?;
        for (name, key, file, is_needed) in opened.listed(&files, &needs) {
            verify(store, name, key, file, is_needed).await?;
        }
        Ok(opened.into_keys(Some(Arc::new(files))))
    }

    /// Looks at the files once more: since the start they may have gone, or have been opened to others.
    pub fn check_files(&self) -> Result<(), KeyError> {
        self.files.as_ref().map_or(Ok(()), |files| files.check())
    }

    /// Keys that last as long as the process, for databases that do too.
    pub fn draw() -> Result<Self, KeyError> {
        let first = PepperNumber::new(1).ok_or(KeyError::NoPrevious("1".to_owned()))?;
        Ok(Opened { pepper: Key::draw(first)?, previous_pepper: None, outer: Key::draw(first)? }
            .into_keys(None))
    }
}

impl Needs {
    async fn of_rows(store: &Store) -> Result<Self, StorageError> {
        store
            .system()
            .read(|s| Ok(Self { peppers: stored::pepper_numbers(s)?, outer: stored::has_sealed_values(s)? }))
            .await
    }
}

impl Opened {
    fn into_keys(self, files: Option<Arc<KeyFiles>>) -> Keys {
        let pepper = |key: &Key| Pepper::new(key.number, &key.bytes);
        let previous = self.previous_pepper.as_ref().map(pepper);
        Keys { peppers: Peppers::new(pepper(&self.pepper), previous), outer: self.outer, files }
    }

    fn listed<'k>(
        &'k self,
        files: &'k KeyFiles,
        needs: &Needs,
    ) -> Vec<(&'static str, &'k Key, &'k Path, bool)> {
        let is_needed = |key: &Key| needs.peppers.contains(&key.number.get());
        let mut listed = vec![
            (PEPPER, &self.pepper, files.pepper.path.as_path(), is_needed(&self.pepper)),
            (OUTER, &self.outer, files.outer.path.as_path(), needs.outer),
        ];
        if let (Some(key), Some(file)) = (&self.previous_pepper, &files.previous_pepper) {
            listed.push((PEPPER, key, file.path.as_path(), is_needed(key)));
        }
        listed
    }
}

/// Compares with the database's memory of the key; a key that no row needs may take another's place.
async fn verify(
    store: &Store,
    name: &'static str,
    key: &Key,
    file: &Path,
    is_needed: bool,
) -> Result<(), KeyError> {
    let (number, check) = (key.number.get(), key.check(name));
    let known = store.system().read(move |s| stored::find_check(s, name, number)).await?;
    match known {
        Some(known) if known.ct_eq(&check).into() => Ok(()),
        Some(_) if is_needed => Err(KeyError::Wrong(shown(file))),
        _ => Ok(store.system().write(move |s| stored::put_check(s, name, number, &check)).await?),
    }
}

#[derive(Debug)]
struct KeyFile {
    path: PathBuf,
    number: PepperNumber,
}

#[derive(Debug)]
struct KeyFiles {
    pepper: KeyFile,
    previous_pepper: Option<KeyFile>,
    outer: KeyFile,
}

impl KeyFiles {
    fn of(config: &Config) -> Result<Self, KeyError> {
        let folder = &config.storage.data_dir;
        let or_default = |path: &Path, default: &str| {
            if path.as_os_str().is_empty() { folder.join(default) } else { path.to_owned() }
        };
        let keys = &config.keys;
        let pepper = KeyFile::named(or_default(&keys.pepper_file, "pepper.1"), PEPPER)?;
        let outer = KeyFile::named(or_default(&keys.outer_key_file, "outer.1"), OUTER)?;
        let previous_pepper = if keys.previous_pepper_file.as_os_str().is_empty() {
            None
        } else {
            Some(KeyFile::named(keys.previous_pepper_file.clone(), PEPPER)?)
        };
        if previous_pepper.as_ref().is_some_and(|previous| previous.number == pepper.number) {
            return Err(KeyError::SameNumber(pepper.number.get()));
        }
        Ok(Self { pepper, previous_pepper, outer })
    }

    fn open(&self, needs: &Needs) -> Result<Opened, KeyError> {
        let numbers = [Some(&self.pepper), self.previous_pepper.as_ref()];
        let has = |number: i64| numbers.iter().flatten().any(|file| file.number.get() == number);
        if let Some(&missing) = needs.peppers.iter().find(|&&number| !has(number)) {
            return Err(KeyError::MissingNumber(missing));
        }
        let needs_pepper = needs.peppers.contains(&self.pepper.number.get());
        let pepper = self.pepper.read_or_make(needs_pepper)?;
        let previous_pepper = match &self.previous_pepper {
            Some(file) => Some(file.read()?.ok_or_else(|| KeyError::NoPrevious(shown(&file.path)))?),
            None => None,
        };
        Ok(Opened { pepper, previous_pepper, outer: self.outer.read_or_make(needs.outer)? })
    }

    fn check(&self) -> Result<(), KeyError> {
        for file in
            [Some(&self.pepper), self.previous_pepper.as_ref(), Some(&self.outer)].into_iter().flatten()
        {
            file.read()?.ok_or_else(|| KeyError::Lost(shown(&file.path)))?;
        }
        Ok(())
    }
}

impl KeyFile {
    fn named(path: PathBuf, kind: &'static str) -> Result<Self, KeyError> {
        let number =
            path.extension().and_then(|number| number.to_str()).and_then(|number| number.parse().ok());
        match number.and_then(PepperNumber::new) {
            Some(number) => Ok(Self { path, number }),
            None => Err(KeyError::Name(shown(&path), kind)),
        }
    }

    fn read_or_make(&self, is_needed: bool) -> Result<Key, KeyError> {
        match self.read()? {
            Some(key) => Ok(key),
            None if is_needed => Err(KeyError::Lost(shown(&self.path))),
            None => self.make(),
        }
    }

    fn read(&self) -> Result<Option<Key>, KeyError> {
        let failed = |error| KeyError::File(shown(&self.path), error);
        let metadata = match fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        self.check_mode(&metadata)?;
        let text = Zeroizing::new(fs::read(&self.path).map_err(failed)?);
        let bytes = parse_hex(text.trim_ascii_end()).ok_or_else(|| KeyError::Content(shown(&self.path)))?;
        Ok(Some(Key { number: self.number, bytes }))
    }

    #[cfg(unix)]
    fn check_mode(&self, metadata: &fs::Metadata) -> Result<(), KeyError> {
        // The six lowest bits are what the group and everybody else may do.
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
        if mode.trailing_zeros() >= 6 { Ok(()) } else { Err(KeyError::Readable(shown(&self.path), mode)) }
    }

    #[cfg(not(unix))]
    fn check_mode(&self, _: &fs::Metadata) -> Result<(), KeyError> {
        Ok(())
    }

    fn make(&self) -> Result<Key, KeyError> {
        let key = Key::draw(self.number)?;
        self.write(&key).map_err(|error| KeyError::File(shown(&self.path), error))?;
        tracing::info!(file = %shown(&self.path), "made a key; back it up apart from the database");
        Ok(key)
    }

    /// Under another name first, so that a start that is cut off leaves no half a key behind.
    fn write(&self, key: &Key) -> io::Result<()> {
        let mut text = Zeroizing::new(String::with_capacity(65));
        for byte in key.bytes.iter() {
            text.extend(
                [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')),
            );
        }
        text.push('\n');
        let draft = self.path.with_extension(format!("{}.new", self.number.get()));
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, &self.path)?;
        // The name itself must outlive a power cut: tokens are about to depend on it.
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

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
    fn keys_read_back_as_they_were_written_and_never_print() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::named(folder.path().join("pepper.7"), PEPPER).unwrap();
        let made = file.read_or_make(false).unwrap();
        let read = file.read().unwrap().unwrap();
        assert_eq!(made.expose(), read.expose());
        assert_eq!(read.number().get(), 7);
        assert_eq!(format!("{read:?}"), "Key { number: PepperNumber(7), .. }");
    }

    #[test]
    fn only_64_hexadecimal_characters_are_a_key() {
        assert!(parse_hex("0123456789abcdefABCDEF".repeat(3).get(..64).unwrap().as_bytes()).is_some());
        for text in [String::new(), "a".repeat(63), "a".repeat(65), format!("+{}", "a".repeat(63))] {
            assert!(parse_hex(text.as_bytes()).is_none(), "{text:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn key_files_are_looked_at_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, kind| KeyFile::named(folder.path().join(name), kind).unwrap();
        let files = KeyFiles {
            pepper: file("pepper.1", PEPPER),
            previous_pepper: None,
            outer: file("outer.1", OUTER),
        };
        let opened = files.open(&Needs { peppers: Vec::new(), outer: false }).unwrap();
        let keys = opened.into_keys(Some(Arc::new(files)));
        keys.check_files().unwrap();

        let outer = folder.path().join("outer.1");
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        fs::set_permissions(&outer, readable).unwrap();
        assert!(matches!(keys.check_files(), Err(KeyError::Readable(_, 0o644))));
        fs::remove_file(outer).unwrap();
        assert!(matches!(keys.check_files(), Err(KeyError::Lost(_))));
    }
}
