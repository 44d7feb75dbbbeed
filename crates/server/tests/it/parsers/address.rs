//! Addresses: where a call's base path ends, and where a page leads to after signing in.

use automation_hub_server::{api::base::Base, pages::sign_in::own_path};
use axum::http::{HeaderValue, Uri};

pub const PIECES: &[&str] = &[
    "/nordwind/production/automationhub_/api/v1/openapi/",
    "/",
    "//",
    "/api/v1/openapi",
    "/automationhub_",
    "/automationhub_/api/v1/openapi",
    "/nordwind",
    "/production",
    "/nordwind/production/automationhub_",
    "/authinfo",
    "/profile",
    "?",
    "#",
    "limit=1",
    "..",
    "/.",
    "%2e",
    "%2E%2e",
    "%2f",
    "\\",
    "%5c",
    "/sign-in",
    "/Sign-out",
    "https://evil.test",
    "evil.test",
    "@",
    ":",
    "\t",
    "\n",
    "\u{0}",
    "é",
    ";",
];

const BASE: &str = "/nordwind/production/automationhub_";

pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    check_call(text);
    check_next(text);
}

fn check_call(text: &str) {
    let Ok(uri) = text.parse::<Uri>() else { return };
    let split = Base::split(uri.path());
    let parts: Vec<&str> = uri.path().split('/').collect();
    let expected = match parts[..] {
        ["", "api", "v1", "openapi", ref call @ ..]
        | ["", "automationhub_", "api", "v1", "openapi", ref call @ ..] => Some((None, call.join("/"))),
        ["", organization, tenant, "automationhub_", "api", "v1", "openapi", ref call @ ..] => {
            Some((Some((organization.to_owned(), tenant.to_owned())), call.join("/")))
        }
        _ => None,
    };
    let Some((addressed, call)) = expected else {
        assert_eq!(split, None, "{text:?}");
        return;
    };
    let split = split.unwrap_or_else(|| panic!("{text:?} is an address of the API"));
    assert_eq!(split.call(uri.path()), format!("/{call}"), "{text:?}");
    assert_eq!(split.addressed, addressed, "{text:?}");
}

fn check_next(text: &str) {
    for next in [text.to_owned(), format!("{BASE}{text}"), format!("{BASE}/{text}")] {
        let path = own_path(BASE, &next);
        assert!(path == next || path == format!("{BASE}/"), "{next:?} became {path:?}");
        assert!(HeaderValue::from_str(&path).is_ok(), "{path:?}");
        let resolved = as_a_browser_does(&path).unwrap_or_else(|| panic!("{path:?} leads to another host"));
        assert!(resolved.starts_with(&format!("{BASE}/")), "{path:?} leads to {resolved:?}");
    }
}

/// The path that a redirect from this host leads to (the URL standard, as far as it concerns paths); none where it
/// leads to another host.
fn as_a_browser_does(location: &str) -> Option<String> {
    let text: String = location.trim().chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let text = text.replace('\\', "/");
    if !text.starts_with('/') || text.starts_with("//") {
        return None;
    }
    let path = text.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let (mut segments, mut last) = (Vec::new(), "");
    for segment in path.split('/').skip(1) {
        last = segment;
        match segment.replace("%2e", ".").as_str() {
            "." => {}
            ".." => drop(segments.pop()),
            _ => segments.push(segment),
        }
    }
    let ends_in_folder = matches!(last.replace("%2e", ".").as_str(), "." | "..");
    Some(format!("/{}{}", segments.join("/"), if ends_in_folder { "/" } else { "" }))
}
