use automation_hub_domain::role::STANDARD_USER;
use automation_hub_server::error::Error;
use automation_hub_storage::audit;
use axum::http::StatusCode;

use crate::app::{BASE, NOON, PASSWORD, TestHub};

const INES: &str = "ines@nordwind.test";

#[tokio::test(flavor = "multi_thread")]
async fn the_profile_shows_who_one_is_and_where_one_is_signed_in() {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[STANDARD_USER]).await;
    hub.signed_in(INES).await;
    hub.clock.set(NOON.plus_minutes(10));
    let mut browser = hub.signed_in(INES).await;

    let page = browser.get(&format!("{BASE}/profile")).await.text();
    for expected in ["Ines Tester", INES, "Standard User", "This one", "just now", "10\u{a0}minutes ago"] {
        assert!(page.contains(expected), "{expected}");
    }
    assert_eq!(page.matches("/end\"").count(), 1, "the other browser's; this one has the shell's own");
}

#[tokio::test(flavor = "multi_thread")]
async fn other_browsers_are_signed_out_one_by_one_or_together() {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[STANDARD_USER]).await;
    hub.add_user("olaf@nordwind.test", &[STANDARD_USER]).await;
    let home = format!("{BASE}/");
    let mut other = hub.signed_in(INES).await;
    let mut third = hub.signed_in(INES).await;
    let mut browser = hub.signed_in(INES).await;
    let mut stranger = hub.signed_in("olaf@nordwind.test").await;

    let end_first = format!("{BASE}/profile/sessions/1/end");
    let refused = stranger.post(&end_first, &[]).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "somebody else's session");
    assert_eq!(other.get(&home).await.status, StatusCode::OK);

    assert_eq!(browser.post(&end_first, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(other.get(&home).await.status, StatusCode::SEE_OTHER);
    assert_eq!(third.get(&home).await.status, StatusCode::OK);

    browser.post(&format!("{BASE}/profile/end-other-sessions"), &[]).await;
    assert_eq!(third.get(&home).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get(&home).await.status, StatusCode::OK);
    assert_eq!(stranger.get(&home).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_ends_the_other_sessions() {
    const NEW: &str = "quite another horse";
    let hub = TestHub::start().await;
    let id = hub.add_user(INES, &[STANDARD_USER]).await;
    let mut other = hub.signed_in(INES).await;
    let mut browser = hub.signed_in(INES).await;
    let path = format!("{BASE}/profile/password");
    for (current, new, told) in [
        ("wrong horse battery", NEW, "This isn’t your password."),
        (PASSWORD, "short", "At least 12 characters; this has 5."),
        (PASSWORD, "INES@nordwind.test", "Choose something other than your e-mail address."),
    ] {
        let answer = browser.post(&path, &[("current", current), ("password", new)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert!(answer.text().contains(told), "{new}");
    }
    assert_eq!(other.get(&path).await.status, StatusCode::OK);

    let changed = browser.post(&path, &[("current", PASSWORD), ("password", NEW)]).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER);
    assert!(browser.get(changed.location()).await.text().contains("Password changed."));
    assert_eq!(other.get(&path).await.status, StatusCode::SEE_OTHER);

    let sign_in = format!("{BASE}/sign-in");
    other.get(&sign_in).await;
    for (password, status) in [(PASSWORD, StatusCode::UNPROCESSABLE_ENTITY), (NEW, StatusCode::SEE_OTHER)] {
        let answer = other.post(&sign_in, &[("email", INES), ("password", password)]).await;
        assert_eq!(answer.status, status);
    }
    let events = hub
        .app
        .store
        .read(hub.tenant, move |s| audit::list_of_object(s, "user", id.get(), 10).map_err(Error::from));
    let actions: Vec<_> = events.await.unwrap().into_iter().map(|event| event.action).collect();
    assert_eq!(actions, ["user.change-password"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_look_is_kept_in_a_cookie() {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[STANDARD_USER]).await;
    let mut browser = hub.signed_in(INES).await;
    let path = format!("{BASE}/profile/theme");
    for (theme, attribute) in [("dark", Some("dark")), ("light", Some("light")), ("system", None)] {
        browser.post(&path, &[("theme", theme)]).await;
        assert_eq!(browser.cookies.get("ah-theme").map(String::as_str), attribute);
        let page = browser.get(&format!("{BASE}/profile")).await.text();
        assert_eq!(page.contains("<html lang=\"en\" data-bs-theme="), attribute.is_some(), "{theme}");
    }
}
