use automation_hub_domain::role::{ACCOUNT_OWNER, STANDARD_USER, SYSTEM_ADMIN};
use automation_hub_server::services::setup;
use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use crate::app::{BASE, Browser, ORIGIN, TestHub};

/// Every form of the people's pages, with fields that would do something.
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
];

const SITES: [Option<&str>; 4] = [None, Some("same-site"), Some("cross-site"), Some("none")];
const ORIGINS: [Option<&str>; 5] = [
    None,
    Some("null"),
    Some("https://evil.test"),
    Some("https://127.0.0.1:8080"),
    Some("http://127.0.0.1:8081"),
];

/// One request per way of being wrong, all else right.
async fn refuse_all(browser: &mut Browser<'_>, path: &str, fields: &str) {
    let right = (Some("same-origin"), Some(ORIGIN), browser.csrf_token());
    let mut wrong: Vec<_> = SITES.iter().map(|&site| (site, right.1, right.2.clone())).collect();
    wrong.extend(ORIGINS.iter().map(|&origin| (right.0, origin, right.2.clone())));
    wrong.extend([String::new(), "guess".to_owned()].map(|token| (right.0, right.1, token)));
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
    for path in ["/set-up", "/set-up/code"] {
        refuse_all(&mut browser, path, "code=guess&company=Nordwind&tenant=Production").await;
    }
    assert_eq!(hub.app.store.commit_count(), commits, "no code was counted as wrong");
}
