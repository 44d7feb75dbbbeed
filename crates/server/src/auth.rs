//! Who calls, and whether they may: tokens, sessions, passwords and the actor they lead to.

pub mod actor;
pub mod credential;
pub mod digest;
pub mod failures;
mod network;
pub mod origin;
pub mod password;
pub mod principal;
pub mod random;
pub mod registry;
pub mod secret;
pub mod snapshot;
pub mod throttle;
pub mod vault;
pub mod verify;
