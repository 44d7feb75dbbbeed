//! The three headers and the query of a call, before any look-up. The first line is the query; of each other one
//! the first letter says which header it is.

use automation_hub_domain::token::credential::{Credential, CredentialError};
use automation_hub_server::auth::{credential::Presented, verify::Refusal};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

pub const PIECES: &[&str] = &[
    "limit=1\naBearer 5d3f0a6e-8f1b-4c57-9a2e-0b6c1d2e3f40/0f8fad5b-d9cb-469f-a165-70867728950e\ntopenapi-token",
    "\n",
    "\na",
    "\nt",
    "\nk",
    "\np",
    "\naBearer 5d3f0a6e-8f1b-4c57-9a2e-0b6c1d2e3f40/0f8fad5b-d9cb-469f-a165-70867728950e",
    "\naBearer x",
    "\naBearer a\\b",
    "\naBasic eDp5",
    "\ntopenapi-token",
    "openapi-token",
    "OpenAPI-Token",
    " ",
    "\t",
    "access_token",
    "access%5Ftoken=",
    "=",
    "&",
    "+",
    "%",
];

pub fn check(input: &[u8]) {
    let mut lines = input.split(|byte| *byte == b'\n');
    let query = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let query = Some(query).filter(|query| !query.is_empty());
    let mut headers = HeaderMap::new();
    for line in lines {
        let Some((name, value)) = line.split_first() else { continue };
        let name = match name {
            b'a' => header::AUTHORIZATION,
            b't' => HeaderName::from_static("x-ah-openapi-auth"),
            b'k' => HeaderName::from_static("x-ah-openapi-app-key"),
            _ => header::PROXY_AUTHORIZATION,
        };
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name, value);
        }
    }
    let presented = Presented::of(&headers, query.as_deref());
    assert_eq!(presented.credential().err(), naive(&headers, query.as_deref()));
}

fn naive(headers: &HeaderMap, query: Option<&str>) -> Option<Refusal> {
    let values = |name: &str| -> Vec<String> {
        let text = |value: &HeaderValue| value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
        headers
            .get_all(name)
            .iter()
            .map(text)
            .map(|text: String| text.trim_matches([' ', '\t']).into())
            .collect()
    };
    let (credentials, types) = (values("authorization"), values("x-ah-openapi-auth"));
    let [credential] = &credentials[..] else {
        let is_absent = credentials.is_empty();
        return Some(if is_absent {
            Refusal::CredentialsMissing
        } else {
            Refusal::InvalidRequest("Authorization")
        });
    };
    let bytes: Vec<u8> = credential.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let parsed = Credential::parse(&bytes);
    if parsed == Err(CredentialError::Missing) {
        return Some(Refusal::CredentialsMissing);
    }
    let names = query.unwrap_or_default().split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    if names.map(super::form_body::decoded).any(|name| name == "access_token") {
        return Some(Refusal::InvalidRequest("An access token"));
    }
    match &types[..] {
        [] => return Some(Refusal::TokenTypeMissing),
        [text] if text.is_empty() => return Some(Refusal::TokenTypeMissing),
        [text] if text == "openapi-token" => {}
        [_] => return Some(Refusal::TokenTypeUnknown),
        _ => return Some(Refusal::InvalidRequest("x-ah-openapi-auth")),
    }
    parsed.err().map(|error| Refusal::TokenRejected { hint: error == CredentialError::RejectedWithHint })
}
