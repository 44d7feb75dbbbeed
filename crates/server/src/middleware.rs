//! What happens to every request and answer, whatever it is for.

pub mod coding;
pub mod proxies;
pub mod request;
pub mod security;
