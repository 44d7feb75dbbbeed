//! The Open API: JSON over HTTP, wire-compatible with the API it mirrors.

pub mod authenticate;
pub mod automations;
pub mod calls;
pub mod error;
pub mod extract;
pub mod json;
