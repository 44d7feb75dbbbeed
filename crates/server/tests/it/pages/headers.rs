//! What every page carries, whichever it is and whoever asks for it.

use automation_hub_domain::{
    role::{ACCOUNT_OWNER, STANDARD_USER, SYSTEM_ADMIN},
    token::value::TokenForm,
};
use automation_hub_server::services::setup;
use axum::http::{Request, StatusCode};

use crate::app::{Answer, BASE, ORIGIN, TestHub};

/// Every page of a tenant that a link can lead to.
const PAGES: &[&str] = &[
    "/",
    "",
    "/sign-in",
    "/confirm-password",
    "/automation-profile/nothing",
    "/automation-profile/nothing/documentation",
    "/automation-profile/nothing/documentation/1",
    "/automation-pipeline",
    "/automation-pipeline.csv",
    "/invitation",
    "/invitation/guess",
    "/keyboard",
    "/profile",
    "/profile/password",
    "/profile/tokens/1/revoke",
    "/session",
    "/admin/manage-access/assign-roles",
    "/admin/manage-access/assign-roles/new",
    "/admin/manage-access/assign-roles/2",
    "/admin/manage-access/assign-roles/2/invite",
    "/admin/manage-access/assign-roles/2/deactivate",
    "/admin/platform-setup/open-api",
    "/admin/platform-setup/open-api/calls",
    "/admin/platform-setup/open-api/calls/1",
    "/admin/platform-setup/open-api/settings",
    "/admin/platform-setup/open-api/tokens/new",
    "/admin/platform-setup/open-api/tokens/people",
    "/admin/platform-setup/open-api/tokens/1",
    "/admin/platform-setup/open-api/tokens/1/copy",
    "/admin/platform-setup/open-api/tokens/1/edit",
    "/admin/platform-setup/open-api/tokens/1/rotate",
    "/admin/platform-setup/open-api/tokens/1/revoke",
];
/// Those that belong to no tenant.
const OTHERS: [&str; 3] = ["/", "/set-up", "/set-up/guess"];

const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

fn assert_guarded(name: &str, answer: &Answer) {
    for (header, value) in [
        ("content-security-policy", CONTENT_POLICY),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(header), value, "{name}: {header}");
    }
    assert_eq!(answer.header("x-request-id").len(), 12, "{name}");
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control-")), "{name}");
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.contains("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{name}: {cookie}");
        assert!(cookie.starts_with("__Host-") || cookie.starts_with("ah-theme="), "{name}: {cookie}");
    }
    if answer.header("content-type").starts_with("text/html") {
        assert_eq!(answer.header("cache-control"), "no-store", "{name}");
        assert_nothing_inline(name, &answer.text());
    }
}

/// The policy would stop it; it has no business being there in the first place.
fn assert_nothing_inline(name: &str, page: &str) {
    for (at, _) in page.match_indices("<script") {
        let tag = page[at..].split('>').next().unwrap();
        assert!(tag.contains(" src=\""), "{name}: {tag}");
    }
    for inline in ["<style", " style=\"", " onclick=", " onload=", " onerror=", "javascript:"] {
        assert!(!page.contains(inline), "{name}: {inline}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_guarded_whoever_asks() {
    let hub = TestHub::start().await;
    hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN, ACCOUNT_OWNER]).await;
    let lena = hub.add_user("lena@nordwind.test", &[STANDARD_USER]).await;
    hub.issue(Some(lena), TokenForm::Uuid, None).await;
    let mut shown = 0;
    for page in PAGES {
        let path = format!("{BASE}{page}");
        let mut browsers = [
            hub.browser(),
            hub.signed_in("lena@nordwind.test").await,
            hub.signed_in("ines@nordwind.test").await,
        ];
        for (number, browser) in browsers.iter_mut().enumerate() {
            let answer = browser.get(&path).await;
            assert!(!answer.status.is_server_error(), "{path} for {number}");
            shown += usize::from(answer.status == StatusCode::OK);
            assert_guarded(&format!("{path} for {number}"), &answer);
            let part = browser.send(Request::get(&path).header("hx-request", "true")).await;
            assert_guarded(&format!("a part of {path} for {number}"), &part);
        }
    }
    assert!(shown > PAGES.len(), "only {shown} pages were shown at all");
    for path in [&OTHERS[..], &["/nowhere", "/nordwind/other/automationhub_/", "/api/v1/api-doc/"]].concat() {
        assert_guarded(path, &hub.get(path).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_page_is_guarded_too() {
    let hub = TestHub::start_empty().await;
    let link = setup::prepare(&hub.app, ORIGIN).await.unwrap().unwrap();
    let mut browser = hub.browser();
    for path in ["/", "/set-up", "/set-up/guess", link.strip_prefix(ORIGIN).unwrap(), "/set-up"] {
        assert_guarded(path, &browser.get(path).await);
    }
}

/// A page that is missing above would be one that nobody looked at.
#[test]
fn every_page_of_the_router_is_looked_at() {
    let router = include_str!("../../../src/router.rs");
    assert_eq!(router.matches("get(").count(), PAGES.len() + OTHERS.len());
}
