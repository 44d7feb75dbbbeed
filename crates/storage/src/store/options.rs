//! Where a database is and how much memory its connections may use.

use std::fmt;
use std::path::PathBuf;

use tokio_postgres::Config;

#[derive(Clone)]
pub enum Location {
    /// The file of an embedded database.
    Sqlite(PathBuf),
    /// The address of a `PostgreSQL` database, with its password.
    Postgres(String),
}

impl Location {
    /// Whether the driver understands a text as the address of a `PostgreSQL` database. Asks nobody.
    pub fn is_postgres_address(text: &str) -> bool {
        text.parse::<Config>().is_ok_and(|config| !config.get_hosts().is_empty())
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => f.debug_tuple("Sqlite").field(file).finish(),
            Self::Postgres(_) => f.write_str("Postgres([redacted])"),
        }
    }
}

#[derive(Clone, Debug)]
pub struct StoreOptions {
    pub location: Location,
    /// Connections to `PostgreSQL`.
    pub postgres_pool: usize,
    /// Page cache of each embedded connection.
    pub sqlite_cache_kib: u32,
    /// How much of the embedded database is read through the system's page cache, without a copy: by scans, and by who
    /// writes.
    pub sqlite_mmap_bytes: u64,
}

impl StoreOptions {
    pub fn new(location: Location) -> Self {
        Self {
            location,
            postgres_pool: 16,
            sqlite_cache_kib: 16 * 1024,
            sqlite_mmap_bytes: 64 * 1024 * 1024 * 1024,
        }
    }
}
