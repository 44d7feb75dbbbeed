//! What Automation Hub keeps, on embedded SQLite or PostgreSQL: one `Store`, whose sessions are bound to a tenant.
//! Nothing above this crate sees a driver or a line of SQL.

pub mod db;
pub mod dialect;
pub mod error;
mod migrate;
pub mod session;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
pub mod value;

pub use db::{Connection, Row};
pub use dialect::Engine;
pub use error::{Constraint, StorageError};
pub use session::{Session, System};
pub use store::{Location, Store, StoreOptions, SystemStore};
pub use value::{FromColumn, Value};
