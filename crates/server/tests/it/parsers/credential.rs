//! The value of `Authorization`.

use automation_hub_domain::token::credential::{Credential, CredentialError};

pub const PIECES: &[&str] = &[
    "Bearer 5d3f0a6e-8f1b-4c57-9a2e-0b6c1d2e3f40/",
    "Bearer",
    "bEaReR",
    "Bearer ",
    " ",
    "\t",
    "5d3f0a6e-8f1b-4c57-9a2e-0b6c1d2e3f40",
    "5D3F0A6E-8F1B-4C57-9A2E-0B6C1D2E3F40",
    "/",
    "0f8fad5b-d9cb-469f-a165-70867728950e",
    "\\",
    "-",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];

pub fn check(header: &[u8]) {
    let parsed = Credential::parse(header).map(|pair| (pair.tenant.to_string(), pair.token.to_vec()));
    assert_eq!(parsed, naive(header));
}

/// The same rules in the slowest and plainest way: text, splits and character by character.
fn naive(header: &[u8]) -> Result<(String, Vec<u8>), CredentialError> {
    let text: String = header.iter().map(|byte| char::from(*byte)).collect();
    let text = text.trim_matches([' ', '\t']);
    let scheme: String = text.chars().take_while(|c| *c != ' ' && *c != '\t').collect();
    if scheme.to_lowercase() != "bearer" {
        return Err(if scheme.chars().all(|c| c < '\u{80}') {
            CredentialError::Missing
        } else {
            CredentialError::Rejected
        });
    }
    let pair = text[scheme.len()..].trim_start_matches(' ');
    if let Some((tenant, token)) = pair.split_once('/') {
        let groups: Vec<&str> = tenant.split('-').collect();
        let lengths: Vec<usize> = groups.iter().map(|group| group.chars().count()).collect();
        let is_uuid = lengths == [8, 4, 4, 4, 12] && groups.concat().chars().all(|c| c.is_ascii_hexdigit());
        let count = token.chars().count();
        if is_uuid && (1..=255).contains(&count) && token.chars().all(|c| ('!'..='~').contains(&c)) {
            return Ok((tenant.to_lowercase(), token.bytes().collect()));
        }
    }
    let before = |separator: &str| {
        pair.split(['/', '\\']).next().filter(|head| {
            !head.is_empty() && pair[head.len()..].starts_with(separator) && pair.len() > head.len() + 1
        })
    };
    let hinted = before("\\").is_some() || before("/ ").is_some();
    Err(if hinted { CredentialError::RejectedWithHint } else { CredentialError::Rejected })
}
