//! The web pages. Each works without JavaScript; htmx and a little script of our own make it quicker.

pub mod automation;
pub mod catalogue;
pub mod error;
pub mod fields;
pub mod form;
pub mod format;
pub mod home;
pub mod html;
pub mod invitation;
pub mod keyboard;
pub mod paging;
pub mod password;
pub mod pipeline;
pub mod profile;
pub mod query;
pub mod setup;
pub mod shell;
pub mod sign_in;
pub mod start;
pub mod tokens;
pub mod users;
pub mod visit;
