//! Where each key comes from: the environment where it is set there, otherwise a file.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::{EnvironmentKey, Key, KeyError, Needs, OUTER, Opened, PEPPER, file::KeyFile};
use crate::{
    auth::digest::PepperNumber,
    config::{Config, ConfigError},
};

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

/// The two settings of a key, of which one counts.
struct Setting<'c> {
    /// Of the key itself; that of its file has a longer name.
    names: (&'static str, &'static str),
    given: &'c EnvironmentKey,
    path: &'c Path,
    kind: &'static str,
    folder: &'c Path,
}

impl<'c> Setting<'c> {
    /// Pepper and outer key, which every hub has, and the pepper before, which it may have.
    fn all(config: &'c Config) -> ([Self; 2], Option<Self>) {
        let (keys, folder) = (&config.keys, config.storage.data_dir.as_path());
        let setting = |names, given, path, kind| Self { names, given, path, kind, folder };
        let pepper = setting(("keys.pepper", "keys.pepper_file"), &keys.pepper, &keys.pepper_file, PEPPER);
        let outer =
            setting(("keys.outer_key", "keys.outer_key_file"), &keys.outer_key, &keys.outer_key_file, OUTER);
        let names = ("keys.previous_pepper", "keys.previous_pepper_file");
        let previous = setting(names, &keys.previous_pepper, &keys.previous_pepper_file, PEPPER);
        let is_set = previous.given.key().is_some() || !previous.path.as_os_str().is_empty();
        ([pepper, outer], is_set.then_some(previous))
    }

    fn source(&self) -> Result<Source, KeyError> {
        match self.given.key() {
            Some(key) => Source::environment(self.names.0, key, self.folder, self.kind),
            None => Source::file(&self.file(), self.kind),
        }
    }

    fn file(&self) -> PathBuf {
        if self.path.as_os_str().is_empty() {
            self.folder.join(format!("{}.1", self.kind))
        } else {
            self.path.to_owned()
        }
    }

    fn fault(&self, error: &KeyError) -> ConfigError {
        let (key, value) = match self.given.key() {
            Some(_) => (self.names.0, "…".to_owned()),
            None => (self.names.1, self.file().display().to_string()),
        };
        // The others don't begin with a setting's name.
        let rule = match error {
            KeyError::Both(_, file) => {
                format!("key file {file} is there too, and only one of them can count")
            }
            KeyError::SameNumber(other, _, number) => format!("it has the number {number}, as {other}"),
            KeyError::NoPrevious(_) => "there is no such file".to_owned(),
            error => error.to_string(),
        };
        ConfigError { key: key.to_owned(), value, rule }
    }
}

pub(super) fn faults(config: &Config) -> Vec<ConfigError> {
    let (always, previous) = Setting::all(config);
    let read = |setting: &Setting<'_>| setting.source().and_then(|source| source.read());
    let mut found: Vec<_> =
        always.iter().filter_map(|setting| Some(setting.fault(&read(setting).err()?))).collect();
    if let Some(previous) = previous {
        // Both peppers together are judged where each by itself is right.
        let together = if found.is_empty() { Sources::of(config).err() } else { None };
        let fault = together.or_else(|| match read(&previous) {
            Ok(Some(_)) => None,
            Ok(None) => Some(KeyError::NoPrevious(String::new())),
            Err(error) => Some(error),
        });
        found.extend(fault.map(|error| previous.fault(&error)));
    }
    found
}

impl Sources {
    pub(super) fn of(config: &Config) -> Result<Self, KeyError> {
        let ([pepper, outer], previous) = Setting::all(config);
        let (pepper, outer) = (pepper.source()?, outer.source()?);
        let previous_pepper = previous.map(|previous| previous.source()).transpose()?;
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
