//! Where each key comes from: the environment where it is set there, otherwise a file.

use std::{fmt, path::Path};

use super::{EnvironmentKey, Key, KeyError, Needs, OUTER, Opened, PEPPER, file::KeyFile};
use crate::{auth::digest::PepperNumber, config::Config};

#[derive(Debug)]
pub(super) enum Source {
    /// The setting's name, and what it holds.
    Environment(&'static str, Key),
    File(KeyFile),
}

#[derive(Debug)]
pub(super) struct Sources {
    pub(super) pepper: Source,
    pub(super) previous_pepper: Option<Source>,
    pub(super) outer: Source,
}

impl Sources {
    pub(super) fn of(config: &Config) -> Result<Self, KeyError> {
        let (keys, folder) = (&config.keys, &config.storage.data_dir);
        let or_default = |setting, given: &EnvironmentKey, path: &Path, kind| match given.key() {
            Some(key) => Source::environment(setting, key, folder, kind),
            None if path.as_os_str().is_empty() => Source::file(&folder.join(format!("{kind}.1")), kind),
            None => Source::file(path, kind),
        };
        let pepper = or_default("keys.pepper", &keys.pepper, &keys.pepper_file, PEPPER)?;
        let outer = or_default("keys.outer_key", &keys.outer_key, &keys.outer_key_file, OUTER)?;
        let previous_pepper = match keys.previous_pepper.key() {
            Some(key) => Some(Source::environment("keys.previous_pepper", key, folder, PEPPER)?),
            None if keys.previous_pepper_file.as_os_str().is_empty() => None,
            None => Some(Source::file(&keys.previous_pepper_file, PEPPER)?),
        };
        let sources = Self { pepper, previous_pepper, outer };
        sources.refuse_same_number()?;
        Ok(sources)
    }

    fn refuse_same_number(&self) -> Result<(), KeyError> {
        let Some(previous) = &self.previous_pepper else { return Ok(()) };
        let number = self.pepper.number();
        if previous.number() != number {
            return Ok(());
        }
        let setting = |source: &Source, file| match source {
            Source::Environment(setting, _) => *setting,
            Source::File(_) => file,
        };
        Err(KeyError::SameNumber(
            setting(&self.pepper, "keys.pepper_file"),
            setting(previous, "keys.previous_pepper_file"),
            number.get(),
        ))
    }

    /// Each source with what it is a source of.
    pub(super) fn listed(&self) -> impl Iterator<Item = (&'static str, &Source)> {
        let previous = self.previous_pepper.as_ref().map(|source| (PEPPER, source));
        [(PEPPER, &self.pepper), (OUTER, &self.outer)].into_iter().chain(previous)
    }

    /// Fails where rows name a pepper that the configuration doesn't.
    pub(super) fn expect_numbers(&self, needs: &Needs) -> Result<(), KeyError> {
        let peppers = [Some(&self.pepper), self.previous_pepper.as_ref()];
        let has = |number: i64| peppers.iter().flatten().any(|source| source.number().get() == number);
        match needs.peppers.iter().find(|&&number| !has(number)) {
            Some(&missing) => Err(KeyError::MissingNumber(missing)),
            None => Ok(()),
        }
    }

    pub(super) fn open(&self, needs: &Needs) -> Result<Opened, KeyError> {
        self.expect_numbers(needs)?;
        let needs_pepper = needs.peppers.contains(&self.pepper.number().get());
        let pepper = self.pepper.read_or_make(needs_pepper)?;
        let previous_pepper = match &self.previous_pepper {
            Some(Source::Environment(_, key)) => Some(key.clone()),
            Some(Source::File(file)) => {
                Some(file.read()?.ok_or_else(|| KeyError::NoPrevious(file.to_string()))?)
            }
            None => None,
        };
        Ok(Opened { pepper, previous_pepper, outer: self.outer.read_or_make(needs.outer)? })
    }

    /// Whether the files are still as they were at the start.
    pub(super) fn check(&self) -> Result<(), KeyError> {
        for (_, source) in self.listed() {
            if let Source::File(file) = source {
                file.read()?.ok_or_else(|| KeyError::Lost(file.to_string()))?;
            }
        }
        Ok(())
    }
}

impl Source {
    fn file(path: &Path, kind: &'static str) -> Result<Self, KeyError> {
        KeyFile::named(path.to_owned(), kind).map(Self::File)
    }

    /// A file of the same number in its usual place is somebody's mistake: nobody could tell which one counts.
    fn environment(
        setting: &'static str,
        key: &Key,
        folder: &Path,
        kind: &'static str,
    ) -> Result<Self, KeyError> {
        let usual = folder.join(format!("{kind}.{}", key.number().get()));
        if usual.exists() {
            return Err(KeyError::Both(setting, usual.display().to_string()));
        }
        Ok(Self::Environment(setting, key.clone()))
    }

    pub(super) fn number(&self) -> PepperNumber {
        match self {
            Self::Environment(_, key) => key.number(),
            Self::File(file) => file.number(),
        }
    }

    /// The key, if it is there.
    pub(super) fn read(&self) -> Result<Option<Key>, KeyError> {
        match self {
            Self::Environment(_, key) => Ok(Some(key.clone())),
            Self::File(file) => file.read(),
        }
    }

    fn read_or_make(&self, is_needed: bool) -> Result<Key, KeyError> {
        match self {
            Self::Environment(_, key) => Ok(key.clone()),
            Self::File(file) => file.read_or_make(is_needed),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(setting, _) => f.write_str(setting),
            Self::File(file) => write!(f, "key file {file}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[cfg(unix)]
    #[test]
    fn key_files_are_looked_at_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, kind| Source::file(&folder.path().join(name), kind).unwrap();
        let sources = Sources {
            pepper: file("pepper.1", PEPPER),
            previous_pepper: None,
            outer: file("outer.1", OUTER),
        };
        let opened = sources.open(&Needs { peppers: Vec::new(), outer: false }).unwrap();
        let keys = opened.into_keys(Some(Arc::new(sources)));
        keys.check_files().unwrap();

        let outer = folder.path().join("outer.1");
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(&outer, readable).unwrap();
        assert!(matches!(keys.check_files(), Err(KeyError::Readable(_, 0o644))));
        std::fs::remove_file(outer).unwrap();
        assert!(matches!(keys.check_files(), Err(KeyError::Lost(_))));
    }
}
