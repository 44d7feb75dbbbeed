//! The base paths of the Open API: with the tenant in the address, behind a gateway's prefix, and bare.

const BARE: &str = "/api/v1/openapi";
const GATEWAY: &str = "/automationhub_/api/v1/openapi";

/// What the path of a call says beside the call itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The slugs of organisation and tenant, where the path has them.
    pub addressed: Option<(String, String)>,
    /// Where in the path the call begins.
    begin: usize,
}

impl Base {
    /// None for a path that isn't the Open API's.
    pub fn split(path: &str) -> Option<Self> {
        if let Some(rest) = path.strip_prefix(BARE).or_else(|| path.strip_prefix(GATEWAY)) {
            return Self::of(None, path, rest);
        }
        let (organization, rest) = path.strip_prefix('/')?.split_once('/')?;
        let end = rest.find('/')?;
        let (tenant, rest) = rest.split_at_checked(end)?;
        let rest = rest.strip_prefix(GATEWAY)?;
        Self::of(Some((organization.to_owned(), tenant.to_owned())), path, rest)
    }

    fn of(addressed: Option<(String, String)>, path: &str, rest: &str) -> Option<Self> {
        // `/api/v1/openapi-other` only begins like ours.
        (rest.is_empty() || rest.starts_with('/'))
            .then_some(Self { addressed, begin: path.len() - rest.len() })
    }

    /// The call relative to the base path, of the path that was split: `/automations`.
    pub fn call<'p>(&self, path: &'p str) -> &'p str {
        path.get(self.begin..).filter(|call| !call.is_empty()).unwrap_or("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(path: &str) -> Option<(Option<(String, String)>, &str)> {
        let base = Base::split(path)?;
        let call = base.call(path);
        Some((base.addressed, call))
    }

    #[test]
    fn three_base_paths_lead_to_one_call() {
        let call = "/automations/7";
        let addressed = Some(("nordwind".to_owned(), "production".to_owned()));
        assert_eq!(split("/api/v1/openapi/automations/7"), Some((None, call)));
        assert_eq!(split("/automationhub_/api/v1/openapi/automations/7"), Some((None, call)));
        assert_eq!(
            split("/nordwind/production/automationhub_/api/v1/openapi/automations/7"),
            Some((addressed, call))
        );
        assert_eq!(split("/api/v1/openapi"), Some((None, "/")));
    }

    #[test]
    fn other_addresses_are_not_the_open_api() {
        for path in [
            "/",
            "/api/v1/openapi-other",
            "/api/v1/api-doc/openapi.json",
            "/nordwind/automationhub_/api/v1/openapi/authinfo",
            "/nordwind/production/more/automationhub_/api/v1/openapi/authinfo",
            "/nordwind/production/automationhub_/",
        ] {
            assert_eq!(split(path), None, "{path}");
        }
    }
}
