//! The request's identity: an id to quote, the address it came from, and the log line at its end.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use automation_hub_domain::token::value::TokenForm;
use axum::{
    extract::{FromRequestParts, Request},
    http::{HeaderName, HeaderValue, Method, header, request::Parts},
    response::Response,
};
use percent_encoding::percent_decode_str;
use tracing::Level;

use crate::app::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Twelve hexadecimal digits that people can quote and logs can be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    pub const LENGTH: usize = 12;

    /// Ids follow one another in an order that tells nothing about how many there were.
    pub fn next() -> Self {
        // Begins anywhere, so that ids of one run don't come back in the next one's log.
        static NEXT: LazyLock<AtomicU64> = LazyLock::new(|| AtomicU64::new(getrandom::u64().unwrap_or(1)));
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        // An odd multiplier is a permutation of the 48-bit numbers: no id repeats until all were used.
        Self(n.wrapping_mul(0x9e37_79b9_7f4b) & 0xffff_ffff_ffff)
    }

    /// In ASCII.
    pub fn digits(self) -> [u8; Self::LENGTH] {
        let mut digits = [0; Self::LENGTH];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            let value = (rest & 0xf) as u8;
            *digit = value + if value < 10 { b'0' } else { b'a' - 10 };
            rest >>= 4;
        }
        digits
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

/// Where a request came from and what it is called. Handlers of pages find it in the extensions.
#[derive(Clone, Copy, Debug)]
pub struct RequestContext {
    pub id: RequestId,
    pub address: IpAddr,
}

impl<S: Sync> FromRequestParts<S> for RequestContext {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let unknown = || Self { id: RequestId::next(), address: IpAddr::V4(Ipv4Addr::UNSPECIFIED) };
        Ok(parts.extensions.get().copied().unwrap_or_else(unknown))
    }
}

/// The peer of the connection, as the listener saw it.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// Names the request and finds its source address.
pub fn identify(app: &App, request: &Request, peer: Option<Peer>) -> RequestContext {
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
    RequestContext { id: RequestId::next(), address: app.proxies.source_address(peer, request.headers()) }
}

/// What the log says of a request once it is answered, if it says anything.
pub struct LogLine {
    method: Method,
    path: String,
    begun: Instant,
}

impl LogLine {
    #[expect(clippy::disallowed_methods, reason = "how long the answer takes")]
    pub fn begin(request: &Request) -> Option<Self> {
        tracing::enabled!(Level::DEBUG).then(|| Self {
            method: request.method().clone(),
            path: without_secrets(request.uri().path()),
            begun: Instant::now(),
        })
    }

    /// At the beginning of an answer's body, which may take longer than all before.
    pub fn end(self, context: RequestContext, response: &Response) {
        let Self { method, path, begun } = self;
        tracing::debug!(
            %method,
            path,
            status = response.status().as_u16(),
            micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
            address = %context.address,
            request_id = %context.id,
            "answered"
        );
    }
}

/// Folders of pages behind which the code of a link stands that was sent to one person.
const LINKS: [&str; 2] = ["invitation", "set-up"];
/// Nobody's input fills the log: how much of a path's part it shows, and of how many parts, in bytes.
const PART: usize = 60;
const PARTS: usize = 12;

/// A path without codes of links, and without whatever has the form of a token: some send it in the wrong place.
fn without_secrets(path: &str) -> String {
    let mut shown = String::new();
    let mut is_behind_link = false;
    for (at, part) in path.split('/').take(PARTS).enumerate() {
        if at > 0 {
            shown.push('/');
        }
        let is_secret = is_behind_link || has_token(part);
        let (some, rest) = part.split_at(part.floor_char_boundary(PART));
        shown.push_str(if is_secret { "" } else { some });
        shown.push_str(if is_secret || !rest.is_empty() { "…" } else { "" });
        is_behind_link |= LINKS.iter().any(|link| part.eq_ignore_ascii_case(link));
    }
    shown
}

/// However it is written: whoever reads the log could undo that.
fn has_token(part: &str) -> bool {
    let decoded = percent_decode_str(part).decode_utf8_lossy();
    TokenForm::stands_in(&decoded) || TokenForm::stands_in(&decoded.to_ascii_lowercase())
}

/// Sets the headers every answer carries.
pub fn sign(response: &mut Response, context: RequestContext) {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_bytes(&context.id.digits()) {
        headers.insert(REQUEST_ID, id);
    }
}
