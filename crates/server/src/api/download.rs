//! `GET /download/file/{fileId}`: the bytes of a file, without an envelope.

use std::ops::Range;

use automation_hub_domain::{file::MediaType, id::FileId};
use automation_hub_storage::files::StoredFile;
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use http_range_header::parse_range_header;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    api::{
        conditional::{self, Named},
        error::ApiError,
        extract::PathPart,
    },
    app::App,
    auth::actor::Actor,
    error::Error,
    hash::hex,
    services::files,
};

/// What RFC 8187 lets stand as it is in an extended parameter.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Whatever a file is, a browser that opens it runs none of it.
const FILE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// The bytes of an uploaded file. The id is the `file_id` of a document, not its `document_id`.
#[utoipa::path(
    get, path = "/download/file/{file_id}", tag = "Documents",
    params(
        ("file_id" = i64, Path, description = "As documents, media and components show it."),
        ("Range" = Option<String>, Header, description = "One range of bytes; several are answered with all."),
        ("If-None-Match" = Option<String>, Header, description = "An `ETag` of the file."),
    ),
    responses(
        (status = 200, description = "The whole file.", content_type = "*/*"),
        (status = 206, description = "The range asked for.", content_type = "*/*"),
        (status = 304, description = "It is the one the caller has."),
        (status = 404),
        (status = 416, description = "The file has no such range."),
    )
)]
pub async fn download_file(
    State(app): State<App>,
    actor: Actor,
    method: Method,
    PathPart(id): PathPart,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let id = id.parse().map(FileId::new).map_err(|_| Error::NotFound("file"))?;
    let visible = files::get_visible(&app, &actor, id).await?;
    let response = respond(&app, &visible.file, &method, &headers).await?;
    if visible.is_of_component && method == Method::GET && response.status() == StatusCode::OK {
        files::count_download(&app, &actor, id).await?;
    }
    Ok(response)
}

/// The answer for a file that the caller may read.
pub async fn respond(
    app: &App,
    file: &StoredFile,
    method: &Method,
    asked: &HeaderMap,
) -> Result<Response, ApiError> {
    // Content decides, so that the same bytes have the same tag.
    let tag = hex(&file.digest);
    let known = Named::read(asked, &header::IF_NONE_MATCH)?.and_then(|known| known.find(tag.as_bytes()));
    let tag = conditional::quoted(known.as_deref().unwrap_or(tag.as_bytes()))?;
    let mut response = Response::new(Body::empty());
    describe(response.headers_mut(), file, tag.clone())?;
    if known.is_some() {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    let range = match Wanted::of(asked, &tag, file.size) {
        Wanted::Whole => None,
        Wanted::Part(range) => Some(range),
        Wanted::Nothing => return Err(ApiError::range_not_satisfiable(file.size)),
    };
    let length = range.as_ref().map_or(file.size, |range| range.end - range.start);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(Range { start, end }) = &range {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let content = format!("bytes {start}-{}/{}", end - 1, file.size);
        set(response.headers_mut(), header::CONTENT_RANGE, &content)?;
    }
    if method != Method::HEAD {
        *response.body_mut() = Body::from_stream(app.files.read(&file.object, range).await?);
    }
    Ok(response)
}

fn describe(headers: &mut HeaderMap, file: &StoredFile, tag: HeaderValue) -> Result<(), Error> {
    let media_type = MediaType::parse(&file.media_type);
    set(headers, header::CONTENT_TYPE, media_type.as_str())?;
    set(headers, header::CONTENT_DISPOSITION, &disposition(&file.name, media_type.is_shown_in_place()))?;
    for (name, value) in [
        (header::ETAG, tag),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (header::CACHE_CONTROL, conditional::ASK_AGAIN),
        (header::CONTENT_SECURITY_POLICY, FILE_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ] {
        headers.insert(name, value);
    }
    Ok(())
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) -> Result<(), Error> {
    headers.insert(name, HeaderValue::try_from(value).map_err(Error::internal)?);
    Ok(())
}

/// RFC 6266: a plain name for whoever knows no better, and the real one.
fn disposition(name: &str, is_shown: bool) -> String {
    let kind = if is_shown { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(
            |c| if c.is_ascii() && !c.is_ascii_control() && !matches!(c, '"' | '\\' | '%') { c } else { '_' },
        )
        .collect();
    if plain == name {
        return format!("{kind}; filename=\"{plain}\"");
    }
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ESCAPED))
}

/// Which bytes are asked for.
enum Wanted {
    Whole,
    Part(Range<u64>),
    /// Bytes the file doesn't have.
    Nothing,
}

impl Wanted {
    fn of(asked: &HeaderMap, tag: &HeaderValue, size: u64) -> Self {
        let Some(range) = asked.get(header::RANGE).and_then(|value| value.to_str().ok()) else {
            return Self::Whole;
        };
        // A part of another version than the caller has is no use to it; neither is a date we don't tell.
        if asked.get(header::IF_RANGE).is_some_and(|value| value != tag) {
            return Self::Whole;
        }
        let Ok(parsed) = parse_range_header(range) else { return Self::Whole };
        match parsed.validate(size).as_deref() {
            // A server may answer several ranges with everything (RFC 9110 section 14.2).
            Ok([only]) => Self::Part(*only.start()..only.end().saturating_add(1).min(size)),
            Ok(_) => Self::Whole,
            Err(_) => Self::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_headers_without_breaking_them() {
        for (name, expected) in [
            ("plan.pdf", r#"attachment; filename="plan.pdf""#),
            (
                "Übersicht 1.pdf",
                r#"attachment; filename="_bersicht 1.pdf"; filename*=UTF-8''%C3%9Cbersicht%201.pdf"#,
            ),
            (r#"a"b\c.txt"#, r#"attachment; filename="a_b_c.txt"; filename*=UTF-8''a%22b%5Cc.txt"#),
            ("50%.txt", r#"attachment; filename="50_.txt"; filename*=UTF-8''50%25.txt"#),
        ] {
            assert_eq!(disposition(name, false), expected);
        }
        assert_eq!(disposition("a.png", true), r#"inline; filename="a.png""#);
    }

    #[test]
    fn a_range_is_a_part_of_what_there_is() {
        for (range, expected) in [
            ("bytes=0-3", Some(Some(0..4))),
            ("bytes=6-", Some(Some(6..10))),
            ("bytes=-3", Some(Some(7..10))),
            ("bytes=8-99", Some(Some(8..10))),
            ("bytes=0-1,4-5", Some(None)),
            ("lines=1-2", Some(None)),
            ("bytes=5-2", Some(None)),
            ("bytes=10-", None),
        ] {
            let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_static(range))]);
            let found = match Wanted::of(&headers, &HeaderValue::from_static("\"x\""), 10) {
                Wanted::Whole => Some(None),
                Wanted::Part(range) => Some(Some(range)),
                Wanted::Nothing => None,
            };
            assert_eq!(found, expected, "{range}");
        }
    }
}
