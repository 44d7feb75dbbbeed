//! Conditional requests (RFC 9110 section 13): entity tags, and the headers in which a caller names those it knows.

use axum::{
    body::Body,
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    response::Response,
};
use bytes::Bytes;
use utoipa::IntoParams;

use crate::{
    api::error::ApiError,
    error::Error,
    services::{
        expected::ExpectedList,
        ideas::{Expected, RecordVersion},
    },
};

/// What stands between a tag and the coding its representation was sent in: each coding is a representation of its own.
pub const CODED: u8 = b'+';

/// What proxies that encode put in its place: Apache's makes `"…-gzip"`, others `"…;gzip"`. Our own tags have neither.
const CODED_BY_OTHERS: [u8; 2] = [b'-', b';'];

/// The tags that a header names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// `*`: whatever there is.
    Any,
    These(Vec<EntityTag>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityTag {
    pub is_weak: bool,
    /// What stands between the quotes.
    pub opaque: Vec<u8>,
}

impl Named {
    /// What a header says, if the request has it.
    pub fn read(headers: &HeaderMap, name: &HeaderName) -> Result<Option<Self>, Error> {
        if !headers.contains_key(name) {
            return Ok(None);
        }
        let lines: Vec<_> = headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        // Several lines are one list.
        Self::parse(&lines.join(&b", "[..])).map(Some).ok_or_else(|| {
            let name = if *name == header::IF_MATCH { "If-Match" } else { "If-None-Match" };
            Error::invalid(name, "Either * or entity tags in double quotes, separated by commas, are needed.")
        })
    }

    pub fn parse(text: &[u8]) -> Option<Self> {
        if text.trim_ascii() == b"*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = text.trim_ascii();
        while !rest.is_empty() {
            // A list may have empty places.
            if let Some(behind) = rest.strip_prefix(b",") {
                rest = behind.trim_ascii_start();
                continue;
            }
            let (tag, behind) = EntityTag::split(rest)?;
            tags.push(tag);
            rest = behind.trim_ascii_start();
            if !rest.is_empty() && !rest.starts_with(b",") {
                return None;
            }
        }
        (!tags.is_empty()).then_some(Self::These(tags))
    }

    /// The tag among these that names a representation, in whatever coding. Weak ones will do.
    pub fn find(&self, opaque: &[u8]) -> Option<Bytes> {
        match self {
            Self::Any => Some(Bytes::copy_from_slice(opaque)),
            Self::These(tags) => {
                let found = tags.iter().find(|tag| tag.uncoded() == opaque)?;
                Some(Bytes::copy_from_slice(&found.opaque))
            }
        }
    }
}

impl EntityTag {
    /// The tag a list begins with, and what stands behind it.
    fn split(text: &[u8]) -> Option<(Self, &[u8])> {
        let (is_weak, quoted) = match text.strip_prefix(b"W/") {
            Some(behind) => (true, behind),
            None => (false, text),
        };
        let begun = quoted.strip_prefix(b"\"")?;
        let (opaque, behind) = begun.split_at_checked(begun.iter().position(|byte| *byte == b'"')?)?;
        let is_permitted = |byte: &u8| matches!(byte, 0x21 | 0x23..=0x7e | 0x80..);
        if !opaque.iter().all(is_permitted) {
            return None;
        }
        Some((Self { is_weak, opaque: opaque.to_vec() }, behind.get(1..)?))
    }

    fn uncoded(&self) -> &[u8] {
        let is_coding = |byte: &u8| *byte == CODED || CODED_BY_OTHERS.contains(byte);
        self.opaque.split(is_coding).next().unwrap_or_default()
    }
}

/// A tag as a header has it.
pub fn quoted(opaque: &[u8]) -> Result<HeaderValue, Error> {
    HeaderValue::from_maybe_shared(Bytes::from([b"\"", opaque, b"\""].concat())).map_err(Error::internal)
}

/// An answer with its tag, or 304 for who has it already. It may be kept by nobody else, and never without asking whether
/// it may still be seen and is still so.
pub fn answer(known: Option<&Named>, tag: &[u8], body: impl FnOnce() -> Response) -> Result<Response, Error> {
    let known = known.and_then(|known| known.find(tag));
    let mut response = if known.is_some() { not_modified() } else { body() };
    to_be_asked_for_again(&mut response);
    tagged(response, known.as_deref().unwrap_or(tag))
}

/// An answer with the tag of what it shows.
pub fn tagged(mut response: Response, tag: &[u8]) -> Result<Response, Error> {
    response.headers_mut().insert(header::ETAG, quoted(tag)?);
    Ok(response)
}

/// Says of an answer with a tag what caches have to know. Each coding has a tag of its own, so that is said of an answer in
/// none as well, and of one without a body.
pub fn to_be_asked_for_again(response: &mut Response) {
    response.headers_mut().insert(header::CACHE_CONTROL, ASK_AGAIN);
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-encoding"));
}

pub fn not_modified() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response
}

/// Nobody else's cache, and never without asking again.
pub const ASK_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");

/// `If-None-Match`, where there is one.
#[derive(Debug)]
pub struct IfNoneMatch(pub Option<Named>);

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(Named::read(&parts.headers, &header::IF_NONE_MATCH)?))
    }
}

/// The tags that `If-Match` names, unless anything matches. Only strong ones count (RFC 9110 section 13.1.1).
fn strong_of_if_match(headers: &HeaderMap) -> Result<Option<Vec<EntityTag>>, ApiError> {
    Ok(match Named::read(headers, &header::IF_MATCH)? {
        None | Some(Named::Any) => None,
        Some(Named::These(tags)) => Some(tags.into_iter().filter(|tag| !tag.is_weak).collect()),
    })
}

impl<S: Sync> FromRequestParts<S> for Expected {
    type Rejection = ApiError;

    /// What `If-Match` says of the record itself: that a colleague got another name is no reason to refuse a change.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(match strong_of_if_match(&parts.headers)? {
            None => Self::Whatever,
            Some(tags) => {
                Self::OneOf(tags.iter().filter_map(|tag| RecordVersion::parse(tag.uncoded())).collect())
            }
        })
    }
}

impl<S: Sync> FromRequestParts<S> for ExpectedList {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(match strong_of_if_match(&parts.headers)? {
            None => Self::Whatever,
            Some(tags) => Self::OneOf(tags.iter().map(|tag| tag.uncoded().to_vec()).collect()),
        })
    }
}

/// The header, as the API document describes it.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes the header")]
pub struct IfMatch {
    /// Only if what is changed is as it was when this `ETag` was sent; else 412.
    #[param(rename = "If-Match")]
    if_match: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(is_weak: bool, opaque: &str) -> EntityTag {
        EntityTag { is_weak, opaque: opaque.into() }
    }

    #[test]
    fn lists_are_read_as_they_may_be_written() {
        for (text, tags) in [
            (r#""a""#, vec![tag(false, "a")]),
            (r#" W/"a" ,"b,c" "#, vec![tag(true, "a"), tag(false, "b,c")]),
            (r#", "a",, "" ,"#, vec![tag(false, "a"), tag(false, "")]),
        ] {
            assert_eq!(Named::parse(text.as_bytes()), Some(Named::These(tags)), "{text}");
        }
        assert_eq!(Named::parse(b" * "), Some(Named::Any));
    }

    #[test]
    fn whatever_else_stands_there_is_no_list() {
        for text in
            ["", ",", "a", r#""a"#, r#"a""#, r#""a" "b""#, r#"w/"a""#, r#"W/ "a""#, r#"*, "a""#, r#""a b""#]
        {
            assert_eq!(Named::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_coding_is_no_part_of_what_a_tag_says() {
        let named = Named::parse(br#"W/"1.2+gzip""#).unwrap();
        assert_eq!(named.find(b"1.2").as_deref(), Some(&b"1.2+gzip"[..]));
        assert_eq!(named.find(b"1"), None);
        assert_eq!(named.find(b"1.2+gzip"), None);
        for tag in [r#""1.2-gzip""#, r#""1.2;br""#, r#""1.2+zstd-gzip""#] {
            assert!(Named::parse(tag.as_bytes()).unwrap().find(b"1.2").is_some(), "{tag}");
        }
    }
}
