//! The use cases: each checks who acts, applies the rules, and writes the change together with its audit event.

pub mod alarms;
pub mod applications;
pub mod categories;
pub mod components;
pub mod documents;
pub mod expected;
pub mod files;
pub mod handover;
pub mod ideas;
pub mod indexing;
pub mod media;
pub mod operator;
pub mod people;
pub mod renewal;
pub mod scope;
pub mod setup;
pub mod sign_in;
pub mod store_listings;
pub mod tenants;
pub mod tokens;
pub mod upkeep;
