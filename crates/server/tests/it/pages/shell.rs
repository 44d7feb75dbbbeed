use axum::http::StatusCode;

use super::ideas::{STANDARD_USER, SYSTEM_ADMIN};
use crate::app::{BASE, TestHub};

#[tokio::test(flavor = "multi_thread")]
async fn navigation_shows_what_exists_and_is_allowed() {
    let hub = TestHub::start().await;
    hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    hub.add_user("lena@nordwind.test", &[STANDARD_USER]).await;

    let text = hub.signed_in("ines@nordwind.test").await.get(&format!("{BASE}/")).await.text();
    assert!(text.contains(r##"<a class="skip" href="#main">"##));
    assert!(text.contains("Admin Console"));
    assert_eq!(text.matches(r#"aria-current="page""#).count(), 3, "sidebar, phone menu, breadcrumb");

    let text = hub.signed_in("lena@nordwind.test").await.get(&format!("{BASE}/")).await.text();
    assert!(text.contains("Automation Pipeline") && !text.contains("Admin Console"));
    assert!(text.contains(r#"data-key="/""#));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_theme_stands_on_the_page() {
    let hub = TestHub::start().await;
    hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;

    let path = format!("{BASE}/");
    assert!(!ines.get(&path).await.text().contains("data-bs-theme"));
    ines.cookies.insert("ah-theme".into(), "dark".into());
    assert!(ines.get(&path).await.text().contains(r#"<html lang="en" data-bs-theme="dark">"#));
    ines.cookies.insert("ah-theme".into(), "\"><script>".into());
    assert!(!ines.get(&path).await.text().contains("data-bs-theme"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_form_is_told_to_be_no_page() {
    let hub = TestHub::start().await;
    hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;
    for path in ["/sign-out", "/profile/theme", "/admin/platform-setup/open-api/tokens/1/deactivate"] {
        let answer = ines.get(&format!("{BASE}{path}")).await;
        assert_eq!(
            (answer.status, answer.header("allow")),
            (StatusCode::METHOD_NOT_ALLOWED, "POST"),
            "{path}"
        );
        let text = answer.text();
        assert!(text.contains("This address is no page to open"), "{text}");
        assert!(text.contains(r#"<nav class="ah-nav""#), "within the shell");
        assert!(text.contains(answer.header("x-request-id")));
    }
    let root = hub.send(axum::http::Request::post("/").body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(root.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(root.text().contains("This address is no page to open"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_page_stands_in_the_shell_with_the_request_to_quote() {
    let hub = TestHub::start().await;
    hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;

    let answer = ines.get(&format!("{BASE}/nowhere")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let text = answer.text();
    assert!(text.contains("There is no such page"), "{text}");
    assert!(text.contains(answer.header("x-request-id")));
    assert!(text.contains(r#"<nav class="ah-nav""#), "within the shell");
}
