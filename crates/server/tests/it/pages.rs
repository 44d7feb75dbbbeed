//! The web pages, one module for each.

mod automation;
mod home;
mod ideas;
mod pipeline;
mod shell;
mod sign_in;
mod start;
