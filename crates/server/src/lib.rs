//! The Automation Hub server: the Open API, the web pages, and what both rest on.

pub mod assets;
pub mod auth;
pub mod clock;
pub mod config;
