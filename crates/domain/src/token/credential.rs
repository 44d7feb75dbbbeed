//! The credential of an Open API call: `Bearer {tenantId}/{token}`, read from the bytes of the header as they are.

use uuid::{Uuid, fmt::Hyphenated};

/// What an `Authorization` header presents. Borrowed: the token is hashed where it stands, never copied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credential<'a> {
    pub tenant: Uuid,
    /// 1 to 255 visible ASCII characters, opaque and case-sensitive.
    pub token: &'a [u8],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Nothing, or something of another scheme: no credential of ours was sent.
    #[error("no bearer credential")]
    Missing,
    #[error("a malformed bearer credential")]
    Rejected,
    /// Malformed in a way that guides have printed: a backslash for the slash, or a blank after it.
    #[error("a bearer credential joined by something else than one slash")]
    RejectedWithHint,
}

impl<'a> Credential<'a> {
    const LONGEST_TOKEN: usize = 255;

    /// Nothing is decoded, normalised or repaired: a token in another spelling is another token. The scheme
    /// may stand in any letter case and be followed by several spaces (RFC 9110 section 11).
    pub fn parse(header: &'a [u8]) -> Result<Self, CredentialError> {
        let header = trim_blanks(header);
        let scheme_length = header.iter().position(|byte| is_blank(*byte)).unwrap_or(header.len());
        let (scheme, rest) = header.split_at_checked(scheme_length).ok_or(CredentialError::Rejected)?;
        if !scheme.eq_ignore_ascii_case(b"bearer") {
            // A byte order mark or a lookalike letter in front means that something of ours was intended.
            return Err(if scheme.is_ascii() { CredentialError::Missing } else { CredentialError::Rejected });
        }
        let pair = trim_start_spaces(rest);
        Self::split(pair).ok_or_else(|| refusal(pair))
    }

    /// The first slash divides; it can only stand right behind a UUID in its hyphenated form.
    fn split(pair: &'a [u8]) -> Option<Self> {
        let (tenant, rest) = pair.split_at_checked(Hyphenated::LENGTH)?;
        let token = rest.strip_prefix(b"/")?;
        let tenant = Uuid::try_parse_ascii(tenant).ok()?;
        // Without a way out of the loop many bytes are compared at once.
        let is_graphic = token.iter().fold(true, |is_graphic, byte| is_graphic & byte.is_ascii_graphic());
        let fits = (1..=Self::LONGEST_TOKEN).contains(&token.len());
        (fits && is_graphic).then_some(Self { tenant, token })
    }
}

/// Decided by the caller's own input alone, so the hint tells nothing about what exists.
fn refusal(pair: &[u8]) -> CredentialError {
    let joint = pair.iter().position(|byte| matches!(byte, b'/' | b'\\'));
    let hinted =
        joint.is_some_and(|at| at > 0 && matches!(pair.get(at..), Some([b'\\', _, ..] | [b'/', b' ', ..])));
    if hinted { CredentialError::RejectedWithHint } else { CredentialError::Rejected }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn trim_start_spaces(mut bytes: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// Cuts what HTTP counts as blank around a field's value; servers hand it over with and without.
pub const fn trim_blanks(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    const TENANT: &str = "5d3f0a6e-8f1b-4c57-9a2e-0b6c1d2e3f40";
    const TOKEN: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

    fn outcome(header: &[u8]) -> Result<(String, Vec<u8>), CredentialError> {
        Credential::parse(header).map(|pair| (pair.tenant.to_string(), pair.token.to_vec()))
    }

    /// Writes T for the tenant id and V for the token.
    fn header(pattern: &str) -> String {
        pattern.replace('T', TENANT).replace('V', TOKEN)
    }

    #[rstest]
    #[case::plain("Bearer T/V", "V")]
    #[case::lower_case_scheme("bearer T/V", "V")]
    #[case::capital_scheme("BEARER T/V", "V")]
    #[case::two_spaces("Bearer  T/V", "V")]
    #[case::many_spaces("Bearer        T/V", "V")]
    #[case::outer_blanks(" \t Bearer T/V \t", "V")]
    #[case::second_slash("Bearer T/V/x", "V/x")]
    #[case::double_slash("Bearer T//V", "/V")]
    #[case::percent_stays("Bearer T/%2F", "%2F")]
    #[case::trailing_comma("Bearer T/V,", "V,")]
    #[case::quoted_token("Bearer T/\"V\"", "\"V\"")]
    #[case::backslash_in_the_token("Bearer T/\\V", "\\V")]
    #[case::one_character("Bearer T/x", "x")]
    fn accepts(#[case] pattern: &str, #[case] token: &str) {
        let token = token.replace('V', TOKEN).into_bytes();
        assert_eq!(outcome(header(pattern).as_bytes()), Ok((TENANT.to_owned(), token)));
    }

    #[rstest]
    #[case::empty("")]
    #[case::only_spaces("   ")]
    #[case::basic("Basic dXNlcjpwYXNz")]
    #[case::digest("Digest username=\"x\"")]
    #[case::negotiate("Negotiate abc")]
    #[case::token_scheme("Token T/V")]
    #[case::unknown_word("Bearers T/V")]
    #[case::scheme_with_colon("Bearer: T/V")]
    #[case::no_scheme("T/V")]
    #[case::quoted_whole("\"Bearer T/V\"")]
    #[case::scheme_without_blank("Bearer,T/V")]
    fn finds_no_credential(#[case] pattern: &str) {
        assert_eq!(outcome(header(pattern).as_bytes()), Err(CredentialError::Missing));
    }

    #[rstest]
    #[case::scheme_alone("Bearer")]
    #[case::scheme_and_spaces("Bearer    ")]
    #[case::tab("Bearer\tT/V")]
    #[case::space_and_tab("Bearer \tT/V")]
    #[case::no_slash("Bearer TV")]
    #[case::token_alone("Bearer V")]
    #[case::leading_slash("Bearer /T/V")]
    #[case::trailing_slash("Bearer T/")]
    #[case::only_a_slash("Bearer /")]
    #[case::encoded_slash("Bearer T%2FV")]
    #[case::quotes("Bearer \"T/V\"")]
    #[case::angle_brackets("Bearer <T/V>")]
    #[case::square_brackets("Bearer [T/V]")]
    #[case::braces("Bearer {T}/V")]
    #[case::second_credential("Bearer T/V, Bearer T/V")]
    #[case::inner_space("Bearer T/V x")]
    #[case::space_before_the_slash("Bearer T /V")]
    #[case::tenant_name("Bearer nordwind/V")]
    #[case::urn("Bearer urn:uuid:T/V")]
    #[case::no_hyphens("Bearer 5d3f0a6e8f1b4c579a2e0b6c1d2e3f40/V")]
    #[case::short_tenant("Bearer 5d3f0a6e-8f1b-4c57-9a2e-0b6c1d2e3f4/V")]
    #[case::long_tenant("Bearer T0/V")]
    #[case::wrong_letter("Bearer 5d3f0a6g-8f1b-4c57-9a2e-0b6c1d2e3f40/V")]
    #[case::moved_hyphen("Bearer 5d3f0a6-e8f1b-4c57-9a2e-0b6c1d2e3f40/V")]
    #[case::byte_order_mark("\u{feff}Bearer T/V")]
    #[case::zero_width("Bearer T/\u{200b}V")]
    #[case::zero_width_after_the_scheme("Bearer\u{200b} T/V")]
    #[case::soft_hyphen("Bearer T/V\u{ad}")]
    #[case::fullwidth("Bearer T/０f8fad5b")]
    #[case::delete("Bearer T/V\u{7f}")]
    #[case::control("Bearer T/V\u{1}")]
    #[case::bare_backslash("Bearer \\")]
    fn rejects(#[case] pattern: &str) {
        assert_eq!(outcome(header(pattern).as_bytes()), Err(CredentialError::Rejected));
    }

    #[rstest]
    #[case::backslash("Bearer T\\V")]
    #[case::backslash_and_slash("Bearer T\\V/x")]
    #[case::space_after_the_slash("Bearer T/ V")]
    #[case::backslash_after_a_name("Bearer nordwind\\V")]
    fn rejects_with_a_hint(#[case] pattern: &str) {
        assert_eq!(outcome(header(pattern).as_bytes()), Err(CredentialError::RejectedWithHint));
    }

    #[rstest]
    #[case::latin_1(b"Bearer 5d3f0a6e-8f1b-4c57-9a2e-0b6c1d2e3f40/\xe9")]
    #[case::overlong(b"Bearer 5d3f0a6e-8f1b-4c57-9a2e-0b6c1d2e3f40/\xc0\xaf")]
    #[case::lone_surrogate(b"Bearer 5d3f0a6e-8f1b-4c57-9a2e-0b6c1d2e3f40/\xed\xa0\x80")]
    #[case::in_the_tenant(b"Bearer 5d3f0a6e-8f1b-4c57-9a2e-0b6c1d2e3f4\xb0/x")]
    fn rejects_bytes_outside_ascii(#[case] header: &[u8]) {
        assert_eq!(outcome(header), Err(CredentialError::Rejected));
    }

    #[test]
    fn a_token_has_up_to_255_characters() {
        assert!(outcome(format!("Bearer {TENANT}/{}", "x".repeat(255)).as_bytes()).is_ok());
        for length in [256, 4096] {
            let header = format!("Bearer {TENANT}/{}", "x".repeat(length));
            assert_eq!(outcome(header.as_bytes()), Err(CredentialError::Rejected));
        }
    }

    #[rstest]
    #[case::capitals("5D3F0A6E-8F1B-4C57-9A2E-0B6C1D2E3F40")]
    #[case::version_1("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")]
    #[case::version_7("018f3e6a-9c1d-7b2f-8a3e-1b2c3d4e5f60")]
    #[case::nil("00000000-0000-0000-0000-000000000000")]
    #[case::max("ffffffff-ffff-ffff-ffff-ffffffffffff")]
    #[case::foreign_variant("5d3f0a6e-8f1b-4c57-ca2e-0b6c1d2e3f40")]
    fn tenant_ids_are_uuids_of_any_kind(#[case] tenant: &str) {
        let parsed = outcome(format!("Bearer {tenant}/x").as_bytes());
        assert_eq!(parsed, Ok((tenant.to_ascii_lowercase(), b"x".to_vec())));
    }

    proptest! {
        #[test]
        fn reads_back_what_was_written(tenant: [u8; 16], token in "[!-~]{1,255}") {
            let tenant = Uuid::from_bytes(tenant);
            let parsed = outcome(format!("Bearer {tenant}/{token}").as_bytes());
            prop_assert_eq!(parsed, Ok((tenant.to_string(), token.into_bytes())));
        }
    }
}
