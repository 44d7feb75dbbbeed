//! The web pages, one module for each.

mod start;
