//! Ideas and automations: the record on the wire, and the calls that list, show, submit and change them.

pub mod answer;
mod calendar;
pub mod categories;
mod choice;
pub mod collaborators;
pub mod create;
pub mod cursor;
pub mod delete;
pub mod deleted;
pub mod documents;
pub mod filter;
pub mod idea_flow;
mod inputs;
pub mod list;
pub mod media;
pub mod pipeline;
pub mod record;
pub(super) mod refusal;
pub mod schema;
pub mod selection;
pub mod show;
pub mod status;
pub mod submit;
pub mod tags;
mod updated;
