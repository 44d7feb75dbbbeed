//! The web pages, one module for each.

mod sign_in;
mod start;
