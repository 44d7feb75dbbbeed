use automation_hub_domain::role::{STANDARD_USER, SYSTEM_ADMIN};
use automation_hub_server::{error::Error, pages::visit::SESSION_COOKIE};
use automation_hub_storage::{sessions, tenants, users};
use axum::http::{Request, StatusCode};

use crate::app::{Answer, BASE, Browser, NOON, PASSWORD, TestHub};

const INES: &str = "ines@nordwind.test";
const MISMATCH: &str = "E-mail and password don’t match. Check both, then try again.";

fn sign_in_path() -> String {
    format!("{BASE}/sign-in")
}

async fn try_with(browser: &mut Browser<'_>, email: &str, password: &str) -> Answer {
    browser.get(&sign_in_path()).await;
    browser.post(&sign_in_path(), &[("email", email), ("password", password)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_to_the_page_asked_for_with_a_session_of_its_own() {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[SYSTEM_ADMIN]).await;
    let mut browser = hub.browser();
    let next = format!("{BASE}/?view=1");

    let page = browser.get(&format!("{}?next={next}", sign_in_path())).await;
    assert!(page.text().contains("Sign in to Nordwind Group"));
    assert_eq!(page.header("cache-control"), "no-store");
    let answer = browser
        .post(&sign_in_path(), &[("email", "INES@nordwind.test "), ("password", PASSWORD), ("next", &next)])
        .await;

    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, next.as_str()));
    let cookie = answer.headers.get_all("set-cookie").iter().next().unwrap().to_str().unwrap();
    assert!(cookie.starts_with("__Host-ah-session="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"), "{cookie}");
    assert!(!browser.cookies.contains_key("__Host-ah-visit"), "the visit is over");
    assert!(browser.get(&next).await.text().contains("Hello Ines<"));

    let first = browser.cookies.get(SESSION_COOKIE).cloned();
    browser.sign_in(INES).await;
    assert_ne!(browser.cookies.get(SESSION_COOKIE).cloned(), first, "no session survives a sign-in");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_reads_the_same() {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[STANDARD_USER]).await;
    let off = hub.add_user("off@nordwind.test", &[STANDARD_USER]).await;
    hub.app
        .store
        .write(hub.tenant, move |s| users::set_active(s, off, false, NOON).map_err(Error::from))
        .await
        .unwrap();
    let long = "x".repeat(100_000);
    for (email, password) in [
        (INES, "wrong horse battery"),
        (INES, ""),
        (INES, long.as_str()),
        ("nobody@nordwind.test", PASSWORD),
        ("off@nordwind.test", PASSWORD),
        ("not an address", PASSWORD),
    ] {
        let mut browser = hub.browser();
        let answer = try_with(&mut browser, email, password).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{email}");
        assert!(answer.text().contains(MISMATCH), "{email}");
        assert!(answer.text().contains(&format!("value=\"{email}\"")), "what was typed stays");
        assert!(!browser.cookies.contains_key(SESSION_COOKIE));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in_to_a_tenant_that_is_switched_off() {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[STANDARD_USER]).await;
    let mut browser = hub.signed_in(INES).await;
    let off =
        |s: &mut automation_hub_storage::Session<'_>| tenants::set_active(s, false).map_err(Error::from);
    hub.app.store.write(hub.tenant, off).await.unwrap();
    hub.app.tenant_changed(hub.tenant).await.unwrap();

    assert_eq!(browser.get(&format!("{BASE}/")).await.status, StatusCode::SEE_OTHER);
    assert!(try_with(&mut hub.browser(), INES, PASSWORD).await.text().contains(MISMATCH));
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_and_the_right_password_waits_too() {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[STANDARD_USER]).await;
    let mut browser = hub.browser();
    for _ in 0..5 {
        try_with(&mut browser, INES, "wrong horse battery").await;
    }
    let refused = try_with(&mut browser, INES, PASSWORD).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.header("retry-after"), "1");
    assert!(refused.text().contains("Too many tries. Wait 1 second, then try again."));

    hub.clock.set(NOON.plus_millis(1000));
    assert_eq!(try_with(&mut browser, INES, PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn next_leads_nowhere_else() {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[STANDARD_USER]).await;
    let mut browser = hub.signed_in(INES).await;
    let home = format!("{BASE}/");
    for next in [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "/other/tenant/automationhub_/",
        &format!("{BASE}.evil.test/"),
        &format!("{BASE}//evil.test"),
        &format!("{BASE}/../../../"),
        &format!("{BASE}/%2e%2e/"),
        &format!("{BASE}/sign-out"),
        &format!("{BASE}/a\nb"),
    ] {
        let query: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let answer = browser.get(&format!("{}?next={query}", sign_in_path())).await;
        assert_eq!(answer.location(), home, "{next:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_session_for_good() {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[STANDARD_USER]).await;
    let mut browser = hub.signed_in(INES).await;
    let kept = browser.cookies.clone();

    let answer = browser.post(&format!("{BASE}/sign-out"), &[]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, sign_in_path().as_str()));
    assert_eq!(answer.header("clear-site-data"), "\"cache\"");
    assert!(browser.cookies.is_empty());

    browser.cookies = kept;
    assert_eq!(browser.get(&format!("{BASE}/")).await.status, StatusCode::SEE_OTHER);
    let again = browser.post(&format!("{BASE}/sign-out"), &[]).await;
    assert_eq!(again.location(), sign_in_path(), "a second time is no error");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_when_idle_and_after_twelve_hours() {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[STANDARD_USER]).await;
    let mut browser = hub.signed_in(INES).await;
    let home = format!("{BASE}/");
    for minutes in (29..12 * 60).step_by(29) {
        hub.clock.set(NOON.plus_minutes(minutes));
        assert_eq!(browser.get(&home).await.status, StatusCode::OK, "after {minutes} minutes");
    }
    hub.clock.set(NOON.plus_hours(12));
    assert_eq!(browser.get(&home).await.status, StatusCode::SEE_OTHER);

    let mut idle = hub.signed_in(INES).await;
    hub.clock.set(NOON.plus_hours(12).plus_minutes(30));
    assert_eq!(idle.get(&home).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_asked_for_again() {
    let hub = TestHub::start().await;
    let user = hub.add_user(INES, &[STANDARD_USER]).await;
    let mut browser = hub.signed_in(INES).await;
    hub.clock.set(NOON.plus_minutes(6));
    let path = format!("{BASE}/confirm-password");
    let next = format!("{BASE}/profile");
    assert!(
        browser.get(&format!("{path}?next={next}")).await.text().contains("Is it still you, Ines Tester?")
    );

    let wrong = browser.post(&path, &[("password", "wrong horse battery"), ("next", &next)]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("This isn’t your password. Try again."));

    let right = browser.post(&path, &[("password", PASSWORD), ("next", &next)]).await;
    assert_eq!((right.status, right.location()), (StatusCode::SEE_OTHER, next.as_str()));
    let own = hub.app.store.read(hub.tenant, move |s| sessions::list_of_user(s, user).map_err(Error::from));
    assert_eq!(own.await.unwrap().first().unwrap().credential_checked_at, NOON.plus_minutes(6));
}

#[tokio::test(flavor = "multi_thread")]
async fn https_is_asked_for_where_a_browser_would_keep_no_session() {
    let hub = TestHub::start().await;
    for (host, is_told) in [("127.0.0.1:8080", false), ("localhost", false), ("hub.nordwind.test", true)] {
        let request =
            Request::get(sign_in_path()).header("host", host).body(axum::body::Body::empty()).unwrap();
        assert_eq!(hub.send(request).await.text().contains("HTTPS is needed"), is_told, "{host}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_sign_ins_at_once_leave_room_for_others() {
    let hub = TestHub::start().await;
    let mut browser = hub.browser();
    browser.get(&sign_in_path()).await;
    let token = browser.csrf_token();
    let cookie = browser.cookie_header();
    let storm = (0..1000).map(|n| {
        let request = Request::post(sign_in_path())
            .header("sec-fetch-site", "same-origin")
            .header("origin", crate::app::ORIGIN)
            .header("host", "127.0.0.1:8080")
            .header("cookie", &cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(axum::body::Body::from(format!(
                "csrf_token={token}&email=x{n}@nordwind.test&password=wrong"
            )))
            .unwrap();
        hub.send(request)
    });
    let storm = futures_util::future::join_all(storm);
    let calm = async {
        // The storm's own futures are polled in between: none of these may wait for a hash.
        for _ in 0..100 {
            assert_eq!(hub.get("/").await.status, StatusCode::SEE_OTHER);
        }
    };
    tokio::select! {
        () = calm => {}
        _ = storm => panic!("a thousand hashes were quicker than a hundred pages"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_session_ended_is_told_why_and_led_back() {
    let hub = TestHub::start().await;
    hub.add_user(INES, &[SYSTEM_ADMIN]).await;
    let mut browser = hub.signed_in(INES).await;
    let profile = format!("{BASE}/profile");
    let text = browser.get(&profile).await.text();
    assert!(text.contains("data-idle=\"1800\" data-at-most=\"43200\""), "{text}");
    let state = browser.get(&format!("{BASE}/session")).await;
    assert_eq!((state.status, state.header("cache-control")), (StatusCode::OK, "no-store"));
    assert_eq!(state.json()["csrf_token"], browser.csrf_token());

    hub.clock.set(NOON.plus_minutes(30));
    assert_eq!(browser.get(&format!("{BASE}/session")).await.status, StatusCode::UNAUTHORIZED);
    let page = browser.get(&profile).await;
    assert!(page.location().ends_with("%2Fprofile&ended=page"), "{}", page.location());
    let told = browser.get(page.location()).await.text();
    assert!(told.contains("Your session has ended, as it does after 30\u{a0}minutes"), "{told}");
    assert!(told.contains(&format!("name=\"next\" value=\"{profile}\"")), "{told}");

    let form = |request: axum::http::request::Builder| {
        request
            .header("sec-fetch-site", "same-origin")
            .header("origin", crate::app::ORIGIN)
            .header("referer", format!("{}{profile}", crate::app::ORIGIN))
            .header("content-type", "application/x-www-form-urlencoded")
    };
    let path = format!("{BASE}/profile/theme");
    let sent = browser.send(form(Request::post(&path))).await;
    assert!(sent.location().ends_with("%2Fprofile&ended=form"), "{}", sent.location());
    assert!(browser.get(sent.location()).await.text().contains("You were signed out before this was saved"));
    let part = browser.send(form(Request::post(&path)).header("hx-request", "true")).await;
    assert_eq!(part.status, StatusCode::UNAUTHORIZED, "what was typed in a dialog stays there");
    assert!(!part.headers.contains_key("hx-redirect"));
    assert!(!hub.browser().get(&profile).await.location().contains("ended"), "who never was here");
}
