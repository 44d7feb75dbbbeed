//! What Automation Hub keeps, on embedded `SQLite` or `PostgreSQL`: one `Store`, whose sessions are bound to a tenant.
//! Nothing above this crate sees a driver or a line of SQL.

pub mod applications;
pub mod audit;
pub mod baselines;
pub mod calls;
pub mod categories;
pub mod changes;
pub mod chunk;
pub mod collaborators;
pub mod components;
pub mod copies;
pub mod db;
pub mod dialect;
pub mod documents;
pub mod drafts;
pub mod error;
pub mod files;
pub mod forms;
pub mod ideas;
pub mod idempotency;
mod indexes;
pub mod jobs;
pub mod keys;
pub mod lifecycle;
pub mod links;
pub mod listings;
pub mod logs;
pub mod media;
mod migrate;
pub mod plans;
pub mod principals;
mod query;
pub mod roles;
mod search_index;
pub mod session;
pub mod sessions;
mod store;
pub mod tags;
pub mod tenants;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tokens;
pub mod users;
pub mod value;

pub use db::{Connection, Row};
pub use dialect::Engine;
pub use error::{Constraint, StorageError};
pub use migrate::count_all as migration_count;
pub use search_index::{Indexing, Prepared};
pub use session::{Session, System};
pub use store::{Location, Store, StoreOptions, SystemStore};
pub use value::{FromColumn, Value};
