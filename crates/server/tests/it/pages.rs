//! The web pages, one module for each.

mod automation;
mod headers;
mod home;
mod ideas;
mod keyboard;
mod origin;
mod pipeline;
mod profile;
mod setup;
mod shell;
mod sign_in;
mod start;
mod tokens;
mod users;
