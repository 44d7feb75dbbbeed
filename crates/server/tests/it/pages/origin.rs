use automation_hub_domain::{
    role::{ACCOUNT_OWNER, STANDARD_USER, SYSTEM_ADMIN},
    token::value::TokenForm,
};
use automation_hub_server::services::setup;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use crate::app::{BASE, Browser, ORIGIN, TestHub};

/// Every form of a tenant's pages, with fields that would do something.
const FORMS: &[(&str, &str)] = &[
    ("/sign-in", "email=ines@nordwind.test&password=correct+horse+battery"),
    ("/sign-out", ""),
    ("/confirm-password", "password=correct+horse+battery"),
    ("/invitation", "password=correct+horse+battery"),
    ("/profile/password", "current=correct+horse+battery&password=quite+another+horse"),
    ("/profile/theme", "theme=dark"),
    ("/profile/keys", ""),
    ("/profile/end-other-sessions", ""),
    ("/profile/sessions/1/end", ""),
    ("/admin/manage-access/assign-roles/new", "email=mia@nordwind.test&first_name=Mia&last_name=Berg"),
    ("/admin/manage-access/assign-roles/2/invite", ""),
    ("/admin/manage-access/assign-roles/2/roles", "role=2&category=0"),
    ("/admin/manage-access/assign-roles/2/activate", ""),
    ("/admin/manage-access/assign-roles/2/deactivate", ""),
    ("/admin/platform-setup/open-api/settings", "prefixed=1&copy_again=1&never=1"),
    ("/admin/platform-setup/open-api/tokens", "draft=1&name=Forged&expires_in=90&active=1"),
    ("/admin/platform-setup/open-api/tokens/1/edit", "revision=1&name=Forged&expires_in=90&active=1"),
    ("/admin/platform-setup/open-api/tokens/1/rotate", "revision=1&overlap=5"),
    ("/admin/platform-setup/open-api/tokens/1/revoke", ""),
    ("/admin/platform-setup/open-api/tokens/1/activate", ""),
    ("/admin/platform-setup/open-api/tokens/1/deactivate", ""),
    ("/admin/platform-setup/open-api/tokens/1/reveal", ""),
    ("/profile/tokens/1/revoke", ""),
];
const SETUP_FORMS: [&str; 2] = ["/set-up", "/set-up/code"];

const SITES: [Option<&str>; 5] =
    [Some("same-origin"), None, Some("same-site"), Some("cross-site"), Some("none")];
const ORIGINS: [Option<&str>; 6] = [
    Some(ORIGIN),
    None,
    Some("null"),
    Some("https://evil.test"),
    Some("https://127.0.0.1:8080"),
    Some("http://127.0.0.1:8081"),
];

/// Each origin with each site but the one pair that is right, and then that pair without the form's own token.
async fn refuse_all(browser: &mut Browser<'_>, path: &str, fields: &str) {
    let token = browser.csrf_token();
    let pairs = SITES.iter().flat_map(|&site| ORIGINS.map(|origin| (site, origin)));
    let mut wrong: Vec<_> = pairs.skip(1).map(|(site, origin)| (site, origin, token.clone())).collect();
    wrong.extend([String::new(), "guess".to_owned()].map(|token| (SITES[0], ORIGINS[0], token)));
    for (site, origin, token) in wrong {
        let mut request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in [("sec-fetch-site", site), ("origin", origin)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let body = Body::from(format!("{fields}&csrf_token={token}"));
        let answer = browser.send_with(request, body).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {site:?} {origin:?} {token:?}");
        assert!(answer.headers.get("set-cookie").is_none(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_that_our_own_pages_did_not_send_change_nothing() {
    let hub = TestHub::start().await;
    hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN, ACCOUNT_OWNER]).await;
    hub.add_user("olaf@nordwind.test", &[STANDARD_USER]).await;
    hub.issue(None, TokenForm::Uuid, None).await;
    let mut other = hub.signed_in("ines@nordwind.test").await;
    let mut browser = hub.signed_in("ines@nordwind.test").await;
    let commits = hub.app.store.commit_count();
    for (path, fields) in FORMS {
        refuse_all(&mut browser, &format!("{BASE}{path}"), fields).await;
    }
    assert_eq!(hub.app.store.commit_count(), commits, "nothing was written");
    assert_eq!(other.get(&format!("{BASE}/")).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_set_up_page_is_no_exception() {
    let hub = TestHub::start_empty().await;
    let link = setup::prepare(&hub.app, ORIGIN).await.unwrap().unwrap();
    let mut browser = hub.browser();
    browser.get(link.strip_prefix(ORIGIN).unwrap()).await;
    browser.get("/set-up").await;
    let commits = hub.app.store.commit_count();
    for path in SETUP_FORMS {
        refuse_all(&mut browser, path, "code=guess&company=Nordwind&tenant=Production").await;
    }
    assert_eq!(hub.app.store.commit_count(), commits, "no code was counted as wrong");
}

/// A form that is missing above would be one that nobody tried.
#[test]
fn every_form_of_the_router_is_tried() {
    let router = include_str!("../../../src/router.rs");
    assert_eq!(router.matches("post(").count(), FORMS.len() + SETUP_FORMS.len());
}
