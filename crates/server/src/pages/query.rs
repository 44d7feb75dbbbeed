//! What follows the question mark of a page's address. Anything may stand there; nothing of it is an error.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// The first value of a parameter, outer blanks cut; empty where absent.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// As [`Query::text`], as a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.text(name).parse().ok()
    }
}

/// What an address asks for and a list doesn't know: it is passed over, and the page says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignored(Vec<(&'static str, String)>);

impl Ignored {
    const SHOWN: usize = 40;

    pub fn add(&mut self, title: &'static str, value: &str) {
        self.0.push((title, value.chars().take(Self::SHOWN).collect()));
    }

    /// Notes the value unless it is understood, or there is none.
    pub fn unless(&mut self, is_known: bool, title: &'static str, value: &str) {
        if !is_known && !value.is_empty() {
            self.add(title, value);
        }
    }

    pub fn sentence(&self) -> Option<String> {
        let parts = self.0.iter().map(|(title, value)| format!("{title} “{value}”"));
        let parts = parts.collect::<Vec<_>>().join(", ");
        (!parts.is_empty()).then(|| format!("Passed over, as this list doesn’t know it: {parts}."))
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}
