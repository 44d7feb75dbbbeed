//! Who calls, and whether they may: tokens, sessions, passwords and the actor they lead to.

pub mod actor;
pub mod origin;
pub mod principal;
pub mod secret;
