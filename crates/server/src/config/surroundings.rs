//! What of this machine doesn't fit the configuration. A start finds it out by itself; here it is only looked at.

use std::path::Path;

use super::{Config, ConfigError, FileStoreKind};
use crate::keys;

impl Config {
    /// What a start on this machine, as this user, would refuse. Makes nothing.
    pub fn faults_here(&self) -> Vec<ConfigError> {
        let mut found = Vec::new();
        let mut expect_folder = |key: &str, path: &Path| {
            // What isn't there yet is made at the start, below what is.
            let there = path.ancestors().find(|path| path.exists());
            if there.is_some_and(|there| !there.is_dir()) {
                let rule = "a folder is needed, and this is none".to_owned();
                found.push(ConfigError { key: key.to_owned(), value: path.display().to_string(), rule });
            }
        };
        expect_folder("storage.data_dir", &self.storage.data_dir);
        if self.files.store == FileStoreKind::Disk {
            expect_folder("files.folder", &self.files.folder);
        }
        found.extend(keys::faults(self));
        found
    }
}
