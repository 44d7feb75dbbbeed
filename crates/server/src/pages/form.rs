//! Forms. One that was not proved to come from our own page can't be read: the check is in the extractor.

use std::{collections::HashSet, fmt, sync::Arc, time::Duration};

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, request::Parts},
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use percent_encoding::percent_decode;

use crate::{
    app::App,
    auth::{origin, secret::Secret},
    config,
    error::{Denial, Error},
    pages::{error::PageError, visit::Visit},
};

/// What binds the hidden field of forms to a browser, on pages before there is a tenant to visit.
#[derive(Clone, Debug)]
pub struct FormKey(pub Arc<Secret>);

impl FormKey {
    pub fn csrf_token(&self) -> String {
        self.0.csrf_token()
    }

    fn of(request: &Request) -> Option<Self> {
        let visit = request.extensions().get::<Visit>().map(|visit| Self(Arc::clone(&visit.secret)));
        visit.or_else(|| request.extensions().get().cloned())
    }
}

impl<S: Sync> FromRequestParts<S> for FormKey {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let key = parts.extensions.get().cloned();
        key.ok_or_else(|| PageError::from(Error::NotFound("page")).into_response())
    }
}

/// Fields that are lists: the rows of the form that assigns roles. All others stand in a form once.
const LISTS: [&str; 2] = ["role", "category"];
/// As much of a field's name as is repeated to whoever sent it.
const TOLD_CHARACTERS: usize = 64;

/// The fields of a form that was sent by one of our own pages in this very browser.
#[derive(Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    pub fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// Fails where a field that is no list was sent more than once: nobody could tell which value was meant.
    fn refuse_repeated(&self) -> Result<(), Error> {
        let mut seen = HashSet::new();
        let single = self.0.iter().map(|(name, _)| name.as_str()).filter(|name| !LISTS.contains(name));
        match single.into_iter().find(|name| !seen.insert(*name)) {
            Some(name) => {
                let told: String = name.chars().take(TOLD_CHARACTERS).collect();
                Err(Error::invalid(told, "This field was sent more than once."))
            }
            None => Ok(()),
        }
    }

    /// The first value of a field, outer blanks cut; empty where absent.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// As sent, for secrets: a blank may be part of them.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether one of the values of a field is this one.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.0.iter().any(|(key, sent)| key == name && sent == value)
    }

    /// Adds a value, for forms that are shown filled in.
    pub fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// A ticked check box.
    pub fn is_ticked(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }
}

impl fmt::Debug for Form {
    /// Names only: a value may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl FromRequest<App> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Self::Rejection> {
        let reject = |error: Error| PageError::from(error).into_response();
        let Some(key) = FormKey::of(&request) else {
            return Err(reject(Error::SignedOut));
        };
        let headers = request.headers().clone();
        if !origin::is_own_page(&headers, &app.public_origin) {
            return Err(reject(Error::Forbidden(Denial::Origin)));
        }
        let form = read(request, &app.config.server).await.map_err(reject)?;
        let sent = headers.get("x-csrf-token").and_then(|value| value.to_str().ok());
        let token = sent.unwrap_or_else(|| form.raw("csrf_token"));
        if !key.0.is_csrf_token(token) {
            return Err(reject(Error::Forbidden(Denial::Origin)));
        }
        form.refuse_repeated().map_err(reject)?;
        Ok(form)
    }
}

async fn read(request: Request, server: &config::Server) -> Result<Form, Error> {
    if !is_form(request.headers()) {
        return Err(Error::invalid("Content-Type", "Send the form as application/x-www-form-urlencoded."));
    }
    let limit_bytes = server.body_limit_bytes;
    let reading = Limited::new(request.into_body(), limit_bytes).collect();
    let read = tokio::time::timeout(Duration::from_secs(server.body_timeout_secs), reading).await;
    let read = read.map_err(|_| Error::invalid("form", "The form took too long on its way."))?;
    let body = read.map_err(|error| {
        if error.downcast_ref::<LengthLimitError>().is_some() {
            Error::TooLarge { limit_bytes }
        } else {
            Error::invalid("form", "The form broke off on its way.")
        }
    })?;
    let body = body.to_bytes();
    if percent_decode(&body).decode_utf8().is_err() {
        return Err(Error::invalid("form", "The form is no UTF-8."));
    }
    Ok(Form::parse(&body))
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(axum::http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.starts_with("application/x-www-form-urlencoded"))
}
