//! The Open API: JSON over HTTP, wire-compatible with the API it mirrors.

pub mod applications;
pub mod auth_info;
pub mod authenticate;
pub mod automation_store;
pub mod automations;
pub mod base;
pub mod calls;
pub mod components;
pub mod cost_benefit;
pub mod document;
pub mod document_page;
pub mod download;
pub mod envelope;
pub mod error;
pub mod extract;
pub mod fields;
pub mod hierarchy;
pub mod idea_flows;
pub mod idea_schema;
pub mod json;
pub mod people;
pub mod questionnaire;
pub mod router;
pub mod routes;
mod stream;
pub mod upload;
pub mod users;
