//! Ideas and automations: the record on the wire, and the calls that list, show and submit them.

mod calendar;
pub mod filter;
pub mod list;
pub mod record;
pub mod schema;
pub mod scope;
pub mod show;
mod stream;
pub mod submit;
