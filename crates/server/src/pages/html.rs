//! Turning templates into answers, and what templates share.

use askama::Template;
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{error::Error, pages::error::PageError};

/// Room for nearly every page: growing on the way costs a large one several copies of itself.
const PAGE_LENGTH: usize = 64 * 1024;

/// A page: HTML that no cache keeps, as it shows what one person may see at one moment.
pub fn page(template: &impl Template) -> Result<Response, PageError> {
    page_with(StatusCode::OK, template)
}

pub fn page_with(status: StatusCode, template: &impl Template) -> Result<Response, PageError> {
    let mut html = String::with_capacity(PAGE_LENGTH);
    template.render_into(&mut html).map_err(Error::internal)?;
    Ok(answer(status, html))
}

/// Several blocks of a page in one answer, for htmx to put each in its place.
pub fn parts(parts: impl IntoIterator<Item = askama::Result<String>>) -> Result<Response, PageError> {
    let html = parts.into_iter().collect::<askama::Result<String>>().map_err(Error::internal)?;
    Ok(answer(StatusCode::OK, html))
}

fn answer(status: StatusCode, html: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (status, headers, html).into_response()
}

/// For our own scripts, kept no longer than a page.
pub fn json(value: &serde_json::Value) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (headers, value.to_string()).into_response()
}

/// After a write: the browser goes on to a page of its own, so that reloading repeats nothing.
pub fn see_other(path: &str) -> Response {
    let location = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// As [`see_other`], for htmx: it would follow a redirect and put the page it finds into a part of this one.
pub fn leave_for(path: &str) -> Response {
    let location = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::OK, [("hx-redirect", location)]).into_response()
}

/// Whether htmx asks, which takes a fragment where a browser takes a page.
pub fn is_htmx(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}
