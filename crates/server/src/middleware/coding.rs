//! Answers of the Open API in the content coding a client accepts. Who accepts none gets them as they are.

use std::{convert::Infallible, future::ready};

use axum::{
    body::Body,
    http::{Extensions, HeaderMap, HeaderValue, Request, StatusCode, Version, header},
    response::Response,
};
use tower::{Service as _, service_fn};
use tower_http::{
    CompressionLevel,
    compression::{Compression, Predicate as _, predicate::SizeAbove},
};

use crate::api::conditional::CODED;

/// Shorter answers fit into a packet as they are.
const LEAST_BYTES: u64 = 1024;

/// Encodes an answer as the request's `Accept-Encoding` prefers: zstd, brotli or gzip. Parts of a long one are encoded as
/// they come.
pub async fn encode(accepted: HeaderValue, response: Response) -> Response {
    let mut request = Request::new(Body::empty());
    request.headers_mut().insert(header::ACCEPT_ENCODING, accepted);
    let status = response.status();
    let mut response = Some(response);
    let answered = service_fn(move |_| ready(Ok::<_, Infallible>(response.take().unwrap_or_default())));
    let mut coder = Compression::new(answered)
        // Exports are long: the first step of each coding saves most, at a fraction of the last one's time.
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(LEAST_BYTES).and(is_json));
    let Ok(encoded) = coder.call(request).await;
    let mut encoded = encoded.map(Body::new);
    // Who refuses an answer as it is as well gets it all the same: what was asked for may be done already.
    *encoded.status_mut() = status;
    tell_apart(encoded.headers_mut());
    encoded
}

/// A strong tag names bytes, and those of each coding are others (RFC 9110 section 8.8.3.3).
fn tell_apart(headers: &mut HeaderMap) {
    let (Some(tag), Some(coding)) = (headers.get(header::ETAG), headers.get(header::CONTENT_ENCODING)) else {
        return;
    };
    let Some(begun) = tag.as_bytes().strip_suffix(b"\"") else { return };
    let coded = [begun, &[CODED], coding.as_bytes(), b"\""].concat();
    if let Ok(coded) = HeaderValue::try_from(coded) {
        headers.insert(header::ETAG, coded);
    }
}

/// Files are sent as they are stored: most are packed already, and parts of them are asked for by position.
fn is_json(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().ends_with(b"json"))
}
