//! The Open API: JSON over HTTP, wire-compatible with the API it mirrors.

pub mod automations;
pub mod error;
pub mod extract;
pub mod json;
