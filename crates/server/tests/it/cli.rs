//! The program itself, started as people start it.

mod config;
mod demo;
mod harness;
mod keys;
mod operators;
mod serve;
