//! The three headers of an Open API call, as they arrived, and the credential they make together.

use automation_hub_domain::token::{
    app_key::AppKey,
    credential::{Credential, CredentialError, trim_blanks},
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::verify::Refusal;

pub const TOKEN_TYPE: HeaderName = HeaderName::from_static("x-ah-openapi-auth");
pub const APP_KEY: HeaderName = HeaderName::from_static("x-ah-openapi-app-key");

/// The only value [`TOKEN_TYPE`] takes.
const OPENAPI_TOKEN: &[u8] = b"openapi-token";
/// RFC 6750 section 2.3; not supported, but it must not stand beside the header either.
const ACCESS_TOKEN: &str = "access_token";

/// A header that may stand in a request only once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Field<'a> {
    Absent,
    One(&'a [u8]),
    Repeated,
}

impl<'a> Field<'a> {
    fn add(&mut self, value: &'a HeaderValue) {
        *self = match self {
            Self::Absent => Self::One(trim_blanks(value.as_bytes())),
            Self::One(_) | Self::Repeated => Self::Repeated,
        };
    }
}

/// What a caller shows of itself. Borrowed from the request, never printed.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    authorization: Field<'a>,
    token_type: Field<'a>,
    app_key: Field<'a>,
    has_query_token: bool,
}

impl<'a> Presented<'a> {
    pub fn of(headers: &'a HeaderMap, query: Option<&str>) -> Self {
        let names_token =
            |query: &str| form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == ACCESS_TOKEN);
        let mut presented = Self {
            authorization: Field::Absent,
            token_type: Field::Absent,
            app_key: Field::Absent,
            has_query_token: query.is_some_and(names_token),
        };
        // Requests have few fields: to look at each once is cheaper than to look three up.
        for (name, value) in headers {
            let field = if name == header::AUTHORIZATION {
                &mut presented.authorization
            } else if name == TOKEN_TYPE {
                &mut presented.token_type
            } else if name == APP_KEY {
                &mut presented.app_key
            } else {
                continue;
            };
            field.add(value);
        }
        presented
    }

    /// Looked at only once the token has matched and turned out to have an app key.
    pub const fn app_key(&self) -> Field<'a> {
        self.app_key
    }

    /// What must not be written down of a call: the token's value and the app key. What is shorter than either can be is
    /// none, and stands in too many texts.
    pub fn secrets(&self) -> impl Iterator<Item = &'a str> {
        let value = |field| match field {
            Field::One(value) => str::from_utf8(value).ok(),
            Field::Absent | Field::Repeated => None,
        };
        let token = value(self.authorization).and_then(|value| value.rsplit('/').next());
        [token, value(self.app_key)].into_iter().flatten().filter(|secret| secret.len() >= AppKey::SHORTEST)
    }

    /// What can be said before any look-up. A credential's absence is told first, then what makes the
    /// request ambiguous, then the missing mode, and last a malformed credential.
    pub fn credential(&self) -> Result<Credential<'a>, Refusal> {
        let parsed = match self.authorization {
            Field::Absent => return Err(Refusal::CredentialsMissing),
            Field::Repeated => return Err(Refusal::InvalidRequest("Authorization")),
            Field::One(value) => Credential::parse(value),
        };
        if parsed == Err(CredentialError::Missing) {
            return Err(Refusal::CredentialsMissing);
        }
        if self.has_query_token {
            return Err(Refusal::InvalidRequest("An access token"));
        }
        match self.token_type {
            Field::One(OPENAPI_TOKEN) => {}
            Field::Absent | Field::One([]) => return Err(Refusal::TokenTypeMissing),
            Field::One(_) => return Err(Refusal::TokenTypeUnknown),
            Field::Repeated => return Err(Refusal::InvalidRequest("x-ah-openapi-auth")),
        }
        parsed.map_err(|error| Refusal::TokenRejected { hint: error == CredentialError::RejectedWithHint })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const PAIR: &str = "Bearer 5d3f0a6e-8f1b-4c57-9a2e-0b6c1d2e3f40/0f8fad5b-d9cb-469f-a165-70867728950e";
    const TYPE: (&str, &str) = ("x-ah-openapi-auth", "openapi-token");

    fn refusal(headers: &[(&str, &str)], query: Option<&str>) -> Option<Refusal> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
        }
        Presented::of(&map, query).credential().err()
    }

    #[rstest]
    #[case::all_there(&[("authorization", PAIR), TYPE], None)]
    #[case::names_in_any_case(&[("AUTHORIZATION", PAIR), ("X-AH-OpenAPI-Auth", "openapi-token")], None)]
    #[case::blanks_around_the_type(&[("authorization", PAIR), ("x-ah-openapi-auth", " openapi-token ")], None)]
    #[case::app_keys_are_for_later(
        &[("authorization", PAIR), TYPE, ("x-ah-openapi-app-key", "a"), ("x-ah-openapi-app-key", "b")], None)]
    #[case::nothing(&[], Some(Refusal::CredentialsMissing))]
    #[case::only_a_type(&[TYPE], Some(Refusal::CredentialsMissing))]
    #[case::for_the_proxy(&[("proxy-authorization", PAIR), TYPE], Some(Refusal::CredentialsMissing))]
    #[case::empty(&[("authorization", ""), TYPE], Some(Refusal::CredentialsMissing))]
    #[case::basic(&[("authorization", "Basic eDp5"), TYPE], Some(Refusal::CredentialsMissing))]
    #[case::malformed(&[("authorization", "Bearer x"), TYPE], Some(Refusal::TokenRejected { hint: false }))]
    #[case::hinted(&[("authorization", "Bearer a\\b"), TYPE], Some(Refusal::TokenRejected { hint: true }))]
    #[case::twice(&[("authorization", PAIR), ("authorization", PAIR), TYPE],
        Some(Refusal::InvalidRequest("Authorization")))]
    #[case::two_schemes(&[("authorization", "Basic eDp5"), ("authorization", PAIR), TYPE],
        Some(Refusal::InvalidRequest("Authorization")))]
    #[case::no_type(&[("authorization", PAIR)], Some(Refusal::TokenTypeMissing))]
    #[case::empty_type(&[("authorization", PAIR), ("x-ah-openapi-auth", "")], Some(Refusal::TokenTypeMissing))]
    #[case::blank_type(&[("authorization", PAIR), ("x-ah-openapi-auth", "  ")], Some(Refusal::TokenTypeMissing))]
    #[case::other_case(&[("authorization", PAIR), ("x-ah-openapi-auth", "OpenAPI-Token")],
        Some(Refusal::TokenTypeUnknown))]
    #[case::pasted_token(&[("authorization", PAIR), ("x-ah-openapi-auth", PAIR)], Some(Refusal::TokenTypeUnknown))]
    #[case::type_twice(&[("authorization", PAIR), TYPE, TYPE], Some(Refusal::InvalidRequest("x-ah-openapi-auth")))]
    fn headers_are_judged_before_any_look_up(
        #[case] headers: &[(&str, &str)],
        #[case] expected: Option<Refusal>,
    ) {
        assert_eq!(refusal(headers, None), expected);
    }

    #[test]
    fn a_token_in_the_query_is_never_used_and_never_stands_beside_a_header() {
        let missing = Some(Refusal::CredentialsMissing);
        let twice = Some(Refusal::InvalidRequest("An access token"));
        assert_eq!(refusal(&[TYPE], Some("access_token=x")), missing);
        for query in ["access_token=x", "limit=1&access_token=", "access%5Ftoken=x"] {
            assert_eq!(refusal(&[("authorization", PAIR), TYPE], Some(query)), twice, "{query}");
        }
        assert_eq!(refusal(&[("authorization", PAIR), TYPE], Some("q=access_token")), None);
    }
}
