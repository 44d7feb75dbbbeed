//! The Automation Hub server: the Open API, the web pages, and what both rest on.

pub mod api;
pub mod app;
pub mod assets;
pub mod auth;
pub mod clock;
pub mod config;
pub mod demo;
pub mod directory;
pub mod error;
pub mod feed;
pub mod files;
pub mod forms;
pub mod hash;
pub mod jobs;
pub mod json;
pub mod keys;
pub mod listen;
pub mod logging;
pub mod mail;
pub mod middleware;
pub mod pages;
pub mod router;
pub mod sample;
pub mod server;
pub mod services;
pub mod wire;
