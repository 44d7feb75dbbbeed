//! The values and rules of Automation Hub. Nothing here performs I/O, awaits or reads a clock.

pub mod access;
pub mod audit;
pub mod clock;
pub mod collaborator;
pub mod component;
pub mod cost_benefit;
pub mod document;
pub mod file;
pub mod flow;
pub mod formula;
pub mod id;
pub mod idea;
pub mod lifecycle;
pub mod page;
pub mod permission;
pub mod questionnaire;
pub mod review;
pub mod rich_text;
pub mod role;
pub mod tag;
pub mod tenant;
pub mod text;
pub mod token;
pub mod user;
