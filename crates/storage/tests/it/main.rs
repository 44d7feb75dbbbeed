//! The storage crate on a real database; the same suite runs on both engines.
#![expect(
    clippy::unwrap_used,
    reason = "a failed set-up is a failed test; the linter's own exception reaches only test functions"
)]

mod engine;
mod error;
mod store;
mod support;
mod tokens;
mod value;
