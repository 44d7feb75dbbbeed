//! Requests into the whole server, through the router as `main` builds it, on either engine.
#![expect(clippy::unwrap_used, reason = "a test that can't go on should say where")]
#![expect(unreachable_pub, reason = "nothing is reachable in a program of tests")]

mod api;
mod app;
mod bucket;
mod calls;
mod cli;
mod coding;
mod conformance;
mod copies;
mod durability;
mod feed;
mod freshness;
mod http2;
mod leaks;
mod log;
mod mail;
mod pages;
mod parsers;
mod raw;
mod recording;
mod statements;
mod upkeep;
