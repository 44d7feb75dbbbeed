//! The use cases: check, decide, store, record. Pages and the JSON API share them.

pub mod sign_in;
