//! The use cases: each checks who acts, applies the rules, and writes the change together with its audit event.

pub mod alarms;
pub mod applications;
pub mod categories;
pub mod handover;
pub mod ideas;
pub mod operator;
pub mod people;
pub mod renewal;
pub mod setup;
pub mod sign_in;
pub mod tokens;
pub mod upkeep;
