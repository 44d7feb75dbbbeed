//! Key files: 64 hexadecimal characters that their owner alone can read, in a file whose name ends with the
//! key's number.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{Key, KeyError, parse_hex};
use crate::auth::digest::PepperNumber;

#[derive(Debug)]
pub(super) struct KeyFile {
    path: PathBuf,
    number: PepperNumber,
}

impl KeyFile {
    pub(super) fn named(path: PathBuf, kind: &'static str) -> Result<Self, KeyError> {
        let number =
            path.extension().and_then(|number| number.to_str()).and_then(|number| number.parse().ok());
        match number.and_then(PepperNumber::new) {
            Some(number) => Ok(Self { path, number }),
            None => Err(KeyError::Name(path.display().to_string(), kind)),
        }
    }

    pub(super) const fn number(&self) -> PepperNumber {
        self.number
    }

    pub(super) fn read_or_make(&self, is_needed: bool) -> Result<Key, KeyError> {
        match self.read()? {
            Some(key) => Ok(key),
            None if is_needed => Err(KeyError::Lost(self.to_string())),
            None => self.make(),
        }
    }

    pub(super) fn read(&self) -> Result<Option<Key>, KeyError> {
        let failed = |error| KeyError::File(self.to_string(), error);
        let metadata = match fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        self.check_mode(&metadata)?;
        let text = Zeroizing::new(fs::read(&self.path).map_err(failed)?);
        let bytes = parse_hex(text.trim_ascii_end()).ok_or_else(|| KeyError::Content(self.to_string()))?;
        Ok(Some(Key { number: self.number, bytes }))
    }

    #[cfg(unix)]
    fn check_mode(&self, metadata: &fs::Metadata) -> Result<(), KeyError> {
        // The six lowest bits are what the group and everybody else may do.
        let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
        if mode.trailing_zeros() >= 6 { Ok(()) } else { Err(KeyError::Readable(self.to_string(), mode)) }
    }

    #[cfg(not(unix))]
    fn check_mode(&self, _: &fs::Metadata) -> Result<(), KeyError> {
        Ok(())
    }

    fn make(&self) -> Result<Key, KeyError> {
        let key = Key::draw(self.number)?;
        self.write(&key).map_err(|error| KeyError::File(self.to_string(), error))?;
        tracing::info!(file = %self, "made a key; back it up apart from the database");
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

impl fmt::Display for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back_as_they_were_written_and_never_print() {
        let folder = tempfile::tempdir().unwrap();
        let file = KeyFile::named(folder.path().join("pepper.7"), "pepper").unwrap();
        let made = file.read_or_make(false).unwrap();
        let read = file.read().unwrap().unwrap();
        assert_eq!(made.expose(), read.expose());
        assert_eq!(read.number().get(), 7);
        assert_eq!(format!("{read:?}"), "Key { number: PepperNumber(7), .. }");
    }
}
