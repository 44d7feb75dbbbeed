//! The base paths of the Open API: with the tenant in the address, behind a gateway's prefix, and bare.

use axum::http::{
    Uri,
    uri::{InvalidUri, PathAndQuery},
};

const BARE: &str = "/api/v1/openapi";
const GATEWAY: &str = "/automationhub_/api/v1/openapi";

/// What a call's address says beside the call itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The slugs of organisation and tenant, where the address has them.
    pub addressed: Option<(String, String)>,
    /// The call relative to the base path, with its query: `/automations?limit=20`.
    pub call: PathAndQuery,
}

impl Base {
    /// None for an address that isn't the Open API's.
    pub fn split(uri: &Uri) -> Option<Self> {
        let path = uri.path();
        if let Some(rest) = path.strip_prefix(BARE).or_else(|| path.strip_prefix(GATEWAY)) {
            return Self::of(None, rest, uri.query());
        }
        let (organization, rest) = path.strip_prefix('/')?.split_once('/')?;
        let end = rest.find('/')?;
        let (tenant, rest) = rest.split_at_checked(end)?;
        let rest = rest.strip_prefix(GATEWAY)?;
        Self::of(Some((organization.to_owned(), tenant.to_owned())), rest, uri.query())
    }

    fn of(addressed: Option<(String, String)>, rest: &str, query: Option<&str>) -> Option<Self> {
        // `/api/v1/openapi-other` only begins like ours.
        if !rest.is_empty() && !rest.starts_with('/') {
            return None;
        }
        let call = relative(rest, query).ok()?;
        Some(Self { addressed, call })
    }
}

fn relative(rest: &str, query: Option<&str>) -> Result<PathAndQuery, InvalidUri> {
    let path = if rest.is_empty() { "/" } else { rest };
    match query {
        Some(query) => PathAndQuery::try_from(format!("{path}?{query}")),
        None => PathAndQuery::try_from(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(uri: &str) -> Option<(Option<(String, String)>, String)> {
        let base = Base::split(&uri.parse().unwrap())?;
        Some((base.addressed, base.call.to_string()))
    }

    #[test]
    fn three_base_paths_lead_to_one_call() {
        let call = "/automations/7?limit=1".to_owned();
        let addressed = Some(("nordwind".to_owned(), "production".to_owned()));
        assert_eq!(split("/api/v1/openapi/automations/7?limit=1"), Some((None, call.clone())));
        assert_eq!(split("/automationhub_/api/v1/openapi/automations/7?limit=1"), Some((None, call.clone())));
        assert_eq!(
            split("/nordwind/production/automationhub_/api/v1/openapi/automations/7?limit=1"),
            Some((addressed, call))
        );
        assert_eq!(split("/api/v1/openapi"), Some((None, "/".to_owned())));
    }

    #[test]
    fn other_addresses_are_not_the_open_api() {
        for uri in [
            "/",
            "/api/v1/openapi-other",
            "/api/v1/api-doc/openapi.json",
            "/nordwind/automationhub_/api/v1/openapi/authinfo",
            "/nordwind/production/more/automationhub_/api/v1/openapi/authinfo",
            "/nordwind/production/automationhub_/",
        ] {
            assert_eq!(split(uri), None, "{uri}");
        }
    }
}
