//! What the database can refuse or fail with, in our words: drivers' codes and messages end here.

use std::error::Error;
use std::sync::Arc;

use deadpool::managed::{PoolError, TimeoutType};
use rusqlite::ErrorCode;
use rusqlite::ffi;
use tokio_postgres::error::{Severity, SqlState};

/// Kept behind a counter, as one failed commit answers every write that was in it.
type Source = Arc<dyn Error + Send + Sync>;

#[derive(Clone, Debug, thiserror::Error)]
pub enum StorageError {
    /// The data already there, or what it refers to, forbids this change.
    #[error("the change conflicts with {0:?}")]
    Conflict(Constraint),
    /// Others hold what is needed; the same call may succeed later.
    #[error("the database is busy")]
    Busy,
    /// The database cannot be reached or cannot store: nothing the caller did.
    #[error("the database is unavailable")]
    Unavailable(#[source] Source),
    #[error("{0}")]
    Unsupported(&'static str),
    /// A row is not what this version of the program writes.
    #[error("unexpected content in the database: {0}")]
    Corrupt(String),
    /// The closure panicked; its changes are rolled back.
    #[error("a database operation panicked")]
    Panicked,
    #[error("the database refused a statement")]
    Driver(#[source] Source),
}

/// The rule of the schema a change ran into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    TenantSlug,
    UserEmail,
    RoleSlug,
    IdeaName,
    IdeaSlug,
    ApplicationKey,
    TokenDigest,
    /// A row refers to one that is not there, or is still referred to.
    Reference,
    /// Any other, as the engine calls it.
    Other(String),
}

/// Every unique index with a meaning of its own: its name, the columns `SQLite` reports instead, what it guards.
static UNIQUE_INDEXES: &[(&str, &str, Constraint)] = &[
    ("tenants_slugs_key", "tenants.organization_slug, tenants.tenant_slug", Constraint::TenantSlug),
    ("users_email_key", "users.tenant_id, users.email_key", Constraint::UserEmail),
    ("roles_slug_key", "roles.tenant_id, roles.slug", Constraint::RoleSlug),
    ("ideas_name_key", "ideas.tenant_id, ideas.name_key", Constraint::IdeaName),
    ("ideas_slug_key", "ideas.tenant_id, ideas.slug", Constraint::IdeaSlug),
    ("applications_entry_key", "applications.tenant_id, applications.entry_key", Constraint::ApplicationKey),
    ("tokens_digest_key", "tokens.digest", Constraint::TokenDigest),
];

impl Constraint {
    /// Names and columns of the unique indexes this knows, for comparison with the schema.
    #[cfg(feature = "testing")]
    pub fn unique_indexes() -> impl Iterator<Item = (&'static str, &'static str)> {
        UNIQUE_INDEXES.iter().map(|(index, columns, _)| (*index, *columns))
    }

    fn of_index(name: &str) -> Self {
        UNIQUE_INDEXES
            .iter()
            .find(|(index, ..)| *index == name)
            .map_or_else(|| Self::Other(name.to_owned()), |(.., known)| known.clone())
    }

    /// `SQLite` names the columns, or the index where an expression is part of it.
    fn of_sqlite_message(message: &str) -> Self {
        let reported = message.split_once("constraint failed: ").map_or(message, |(_, reported)| reported);
        if let Some(index) = reported.strip_prefix("index '") {
            return Self::of_index(index.trim_end_matches('\''));
        }
        UNIQUE_INDEXES
            .iter()
            .find(|(_, columns, _)| *columns == reported)
            .map_or_else(|| Self::Other(reported.to_owned()), |(.., known)| known.clone())
    }
}

impl StorageError {
    pub(crate) fn unavailable(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(Arc::from(error.into()))
    }

    pub(crate) fn driver(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Driver(Arc::from(error.into()))
    }
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, message) = &error else {
            return Self::driver(error);
        };
        match failure.code {
            ErrorCode::ConstraintViolation if failure.extended_code == ffi::SQLITE_CONSTRAINT_FOREIGNKEY => {
                Self::Conflict(Constraint::Reference)
            }
            ErrorCode::ConstraintViolation => {
                Self::Conflict(Constraint::of_sqlite_message(message.as_deref().unwrap_or_default()))
            }
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Corrupt(error.to_string()),
            ErrorCode::CannotOpen
            | ErrorCode::DiskFull
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::OutOfMemory
            | ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly
            | ErrorCode::SystemIoFailure => Self::unavailable(error),
            _ => Self::driver(error),
        }
    }
}

impl From<tokio_postgres::Error> for StorageError {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(refusal) = error.as_db_error() else {
            return if is_lost(&error) { Self::unavailable(error) } else { Self::driver(error) };
        };
        let code = refusal.code();
        // The first two characters of a code are its class.
        match code.code().get(..2) {
            _ if *code == SqlState::FOREIGN_KEY_VIOLATION => Self::Conflict(Constraint::Reference),
            _ if *code == SqlState::LOCK_NOT_AVAILABLE => Self::Busy,
            Some("23") => Self::Conflict(Constraint::of_index(
                refusal.constraint().or(refusal.column()).unwrap_or_default(),
            )),
            Some("40") => Self::Busy,
            // Connection, authorisation, missing database, resources, operator's intervention, system.
            Some("08" | "28" | "3D" | "53" | "57" | "58") => Self::unavailable(error),
            _ => Self::driver(error),
        }
    }
}

/// Whether the connection of a statement is of no more use. Many a refusal is of the operator's making, a time limit or a
/// full disk, and leaves it as it was.
pub(crate) fn is_lost(error: &tokio_postgres::Error) -> bool {
    match error.as_db_error() {
        Some(refusal) => matches!(refusal.parsed_severity(), Some(Severity::Fatal | Severity::Panic)),
        None => error.is_closed() || error.source().is_some_and(<dyn Error>::is::<std::io::Error>),
    }
}

impl From<PoolError<StorageError>> for StorageError {
    fn from(error: PoolError<StorageError>) -> Self {
        match error {
            PoolError::Backend(error) => error,
            PoolError::Timeout(TimeoutType::Wait) => Self::Busy,
            other => Self::unavailable(other),
        }
    }
}

impl From<std::io::Error> for StorageError {
    fn from(error: std::io::Error) -> Self {
        Self::unavailable(error)
    }
}

#[cfg(test)]
mod tests {
    use super::Constraint;

    #[test]
    fn reads_both_forms_of_sqlite_reports() {
        for (message, constraint) in [
            ("UNIQUE constraint failed: users.tenant_id, users.email_key", Constraint::UserEmail),
            ("UNIQUE constraint failed: index 'ideas_name_key'", Constraint::IdeaName),
            ("NOT NULL constraint failed: users.email", Constraint::Other("users.email".to_owned())),
        ] {
            assert_eq!(Constraint::of_sqlite_message(message), constraint);
        }
    }
}
