//! Cookies, and the secret in one. Each line is a `Cookie` header.

use automation_hub_server::{
    auth::secret::Secret,
    pages::visit::{SESSION_COOKIE, cookie},
};
use axum::http::{HeaderMap, HeaderValue, header};

pub const PIECES: &[&str] = &[
    "__Host-ah-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; ",
    "__Host-ah-session",
    "__Host-ah-visit",
    "=",
    ";",
    "; ",
    " ",
    "\t",
    "\n",
    "\"",
    ",",
    "a=b",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
    "é",
];

pub fn check(input: &[u8]) {
    let mut headers = HeaderMap::new();
    let mut found = Vec::new();
    for line in input.split(|byte| *byte == b'\n') {
        let Ok(value) = HeaderValue::from_bytes(line) else { continue };
        headers.append(header::COOKIE, value);
        if line.iter().all(|byte| *byte == b'\t' || (b' '..=b'~').contains(byte)) {
            let line = String::from_utf8(line.to_vec()).unwrap();
            let pairs = line.split(';').filter_map(|pair| pair.trim_matches([' ', '\t']).split_once('='));
            let own = pairs.filter(|(name, _)| *name == SESSION_COOKIE);
            found.extend(own.map(|(_, value)| value.to_owned()));
        }
    }
    let expected = if found.len() == 1 { found.pop() } else { None };
    let read = cookie(&headers, SESSION_COOKIE);
    assert_eq!(read, expected.as_deref());
    // A secret is written in one way only: another spelling of the same bytes would be a second cookie.
    for text in [read.unwrap_or_default(), &String::from_utf8_lossy(input)] {
        if let Some(secret) = Secret::parse(text) {
            assert_eq!(secret.expose(), text);
        }
    }
}
