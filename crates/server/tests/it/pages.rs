//! The web pages, one module for each.

mod origin;
mod profile;
mod setup;
mod sign_in;
mod start;
mod users;
