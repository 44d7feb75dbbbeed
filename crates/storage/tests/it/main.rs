//! The storage crate on a real database; the same suite runs on both engines.
#![expect(
    clippy::unwrap_used,
    reason = "a failed set-up is a failed test; the linter's own exception reaches only test functions"
)]

mod applications;
mod audit;
mod categories;
mod changes;
mod changing;
mod collaborators;
mod components;
mod documents;
mod engine;
mod error;
mod files;
mod forms;
mod ideas;
mod idempotency;
mod jobs;
mod logs;
mod older;
mod organization;
mod plans;
mod search;
mod store;
mod support;
mod tokens;
mod users;
mod value;
