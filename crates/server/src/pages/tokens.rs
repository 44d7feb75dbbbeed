//! Admin Console > Platform Setup > Open API: the console of tokens, one file for each page of it.

pub mod call;
pub mod calls;
pub mod confirm;
pub mod form;
mod fresh;
pub mod list;
mod notice;
pub mod own;
pub mod people;
pub mod reveal;
mod row;
pub mod settings;
pub mod usage;
mod words;

use automation_hub_domain::id::TokenId;
use axum::{
    extract::RawPathParams,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};

use crate::{
    error::Error,
    pages::{
        html,
        shell::{Section, Shell},
        visit::Visit,
    },
};

/// Below a tenant's base.
pub const PATH: &str = "/admin/platform-setup/open-api";

/// The id in an address.
fn id_of(params: &RawPathParams) -> Option<i64> {
    params.iter().find(|(name, _)| *name == "id").and_then(|(_, value)| value.parse().ok())
}

/// The token that an address names.
fn token_id(params: &RawPathParams) -> Result<TokenId, Error> {
    id_of(params).map(TokenId::new).ok_or(Error::NotFound("token"))
}

fn shell(visit: &Visit) -> Result<Shell, Error> {
    Shell::of(visit, Section::OpenApi).ok_or(Error::SignedOut)
}

/// After a form: a browser is led on; htmx is told to load the page whole, as the form was in a dialog.
fn done(headers: &HeaderMap, path: &str) -> Response {
    if !html::is_htmx(headers) {
        return html::see_other(path);
    }
    let location = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::NO_CONTENT, [(HeaderName::from_static("hx-redirect"), location)]).into_response()
}
