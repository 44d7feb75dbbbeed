use axum::http::StatusCode;

use crate::app::{BASE, TestHub};

#[tokio::test(flavor = "multi_thread")]
async fn the_root_leads_to_the_only_tenant_and_on_to_sign_in() {
    let hub = TestHub::start().await;

    let root = hub.get("/").await;
    assert_eq!((root.status, root.location()), (StatusCode::SEE_OTHER, format!("{BASE}/").as_str()));

    let home = hub.get(&format!("{BASE}/")).await;
    assert_eq!(home.status, StatusCode::SEE_OTHER);
    assert_eq!(home.location(), format!("{BASE}/sign-in?next=%2Fnordwind%2Fproduction%2Fautomationhub_%2F"));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_addresses_and_tenants_get_a_page_with_the_security_headers() {
    let hub = TestHub::start().await;
    for path in ["/nowhere", "/nordwind/other/automationhub_/", "/nordwind/production/automationhub_/nowhere"]
    {
        let answer = hub.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text().contains("There is no such"), "{path}");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-request-id").len(), 12, "{path}");
    }
}
