//! The program itself, started as people start it.

mod config;
mod demo;
pub mod harness;
mod keys;
mod operators;
mod serve;
mod tokens;
mod uploads;
