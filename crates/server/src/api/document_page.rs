//! The OpenAPI document and the interactive page that shows it, open to everybody as at the mirrored API.

use std::sync::LazyLock;

use askama::Template;
use axum::{
    Router,
    body::Bytes,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Redirect, Response},
    routing::get,
};

use crate::{
    api::router::document,
    app::App,
    pages::{error::PageError, html},
};

const PAGE: &str = "/api/v1/api-doc/";
const JSON: &str = "/api/v1/api-doc/openapi.json";
/// Roots of calls beside the plain one.
const ROOTS: [&str; 2] = ["/automationhub_", "/{org}/{tenant}/automationhub_"];

/// The document as it is sent, once somebody asked for it: it takes some megabytes to make.
static WRITTEN: LazyLock<Bytes> =
    LazyLock::new(|| Bytes::from(serde_json::to_vec(&document()).unwrap_or_default()));

#[derive(Template)]
#[template(path = "api_doc.html")]
struct ApiDocPage;

/// To be merged at the root: the page's own script knows these addresses.
pub fn router() -> Router<App> {
    let own = Router::new()
        .route("/api/v1/api-doc", get(async || Redirect::permanent(PAGE)))
        .route(PAGE, get(show))
        .route(JSON, get(json));
    // The mirrored API has them beside the calls, whichever root these are reached by.
    ROOTS.into_iter().fold(own, |router, root| {
        let at = |path: &str| format!("{root}{path}");
        router
            .route(&at("/api/v1/api-doc"), get(async || Redirect::permanent(PAGE)))
            .route(&at(PAGE), get(async || Redirect::permanent(PAGE)))
            .route(&at(JSON), get(async || Redirect::permanent(JSON)))
    })
}

async fn show() -> Result<Response, PageError> {
    html::page(&ApiDocPage)
}

/// The document of this very program; a newer program has another, so it is asked for anew.
async fn json() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, WRITTEN.clone()).into_response()
}
