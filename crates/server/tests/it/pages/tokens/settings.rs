//! The tenant's settings, and copying values again.

use axum::http::StatusCode;

use super::*;
use crate::app::{NOON, PASSWORD};

async fn set(browser: &mut Browser<'_>, ticked: &[&str]) -> Answer {
    let fields: Vec<_> = ticked.iter().map(|name| (*name, "1")).collect();
    browser.post(&console("/settings"), &fields).await
}

/// Asks for the value, and goes where it is shown.
async fn reveal(browser: &mut Browser<'_>, id: u32) -> Answer {
    let answer = browser.post(&console(&format!("/tokens/{id}/reveal")), &[]).await;
    follow(browser, answer).await
}

async fn follow(browser: &mut Browser<'_>, answer: Answer) -> Answer {
    if answer.status == StatusCode::SEE_OTHER { browser.get(answer.location()).await } else { answer }
}

#[tokio::test(flavor = "multi_thread")]
async fn values_can_be_copied_again_only_where_and_since_it_is_allowed() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[]).await;
    assert_eq!(reveal(&mut ines, 1).await.status, StatusCode::NOT_FOUND, "the setting is off");
    assert_eq!(set(&mut ines, &["copy_again"]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        reveal(&mut ines, 1).await.status,
        StatusCode::NOT_FOUND,
        "the token is older than the setting"
    );
    let credential = make(&mut ines, &[("name", "Newer"), ("app_key", "s3cret key")]).await;
    let list = ines.get(&console("")).await.text();
    assert_eq!(list.matches("Copy again").count(), 1);
    assert!(!list.contains(&credential), "lists never carry values");
    let shown = reveal(&mut ines, 2).await;
    assert_eq!((shown.status, shown.header("cache-control")), (StatusCode::OK, "no-store"));
    assert!(shown.text().contains(&credential) && shown.text().contains("s3cret key"));
    assert!(ines.get(&console("/tokens/2")).await.text().contains("You copied the value again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn copying_again_is_by_form_with_a_fresh_password_and_ten_times_an_hour() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    set(&mut ines, &["copy_again"]).await;
    make(&mut ines, &[]).await;
    let link = ines.get(&console("/tokens/1/reveal")).await;
    assert_eq!(link.status, StatusCode::METHOD_NOT_ALLOWED);
    hub.clock.set(NOON.plus_minutes(6));
    let old = reveal(&mut ines, 1).await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);
    assert!(old.text().contains("Is it still you?"));
    let confirmed = ines.post(&console("/tokens/1/reveal"), &[("password", PASSWORD)]).await;
    let confirmed = follow(&mut ines, confirmed).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.text());
    for _ in 0..9 {
        assert_eq!(reveal(&mut ines, 1).await.status, StatusCode::OK);
    }
    assert_eq!(reveal(&mut ines, 1).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_copied_again_is_shown_once_to_the_session_that_asked() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    set(&mut ines, &["copy_again"]).await;
    let credential = make(&mut ines, &[]).await;
    make(&mut ines, &[("name", "Another")]).await;
    let revealed = ines.post(&console("/tokens/1/reveal"), &[]).await;
    assert_eq!(revealed.status, StatusCode::SEE_OTHER);
    let shown = revealed.location().to_owned();
    assert!(!shown.contains(credential.split('/').nth(1).unwrap()), "no value in an address: {shown}");
    let number = shown.rsplit('=').next().unwrap().to_owned();

    let mut elsewhere = hub.signed_in(INES).await;
    assert_eq!(elsewhere.get(&shown).await.location(), console(""), "another session sees nothing");
    let other = ines.get(&console(&format!("/tokens/2/copy?shown={number}"))).await;
    assert_eq!(other.location(), console(""), "nor does another token's page");
    ines.send(axum::http::Request::head(&shown)).await;
    assert!(!ines.get(&console("")).await.text().contains("data-credential="), "nor any list");
    let made = save(&mut ines, &number, &[("name", "Of a copy")]).await;
    assert!(!made.text().contains(&credential));
    assert!(!ines.get(&console("")).await.text().contains("Of a copy"), "no token is made of it");

    assert!(ines.get(&shown).await.text().contains(&credential));
    let again = ines.get(&shown).await;
    assert_eq!((again.status, again.location()), (StatusCode::SEE_OTHER, console("").as_str()), "once");
    let events = ines.get(&console("/tokens/1")).await.text();
    assert_eq!(events.matches("You copied the value again").count(), 1, "a reload spends no reveal");

    let late = ines.post(&console("/tokens/1/reveal"), &[]).await;
    ines.post(&console("/tokens/1/rotate"), &[("revision", "1"), ("overlap", "0")]).await;
    assert_eq!(ines.get(late.location()).await.location(), console(""), "it has another value now");
}

#[tokio::test(flavor = "multi_thread")]
async fn switching_copying_off_asks_and_erases() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    set(&mut ines, &["copy_again"]).await;
    make(&mut ines, &[]).await;
    let asked = set(&mut ines, &[]).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(asked.text().contains("Erase 1\u{a0}value"));
    assert_eq!(set(&mut ines, &["confirm"]).await.status, StatusCode::SEE_OTHER);
    set(&mut ines, &["copy_again"]).await;
    assert_eq!(reveal(&mut ines, 1).await.status, StatusCode::NOT_FOUND, "erased for good");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_of_values_and_never_expiring_ones_follow_the_settings() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let uuid = make(&mut ines, &[]).await;
    set(&mut ines, &["prefixed", "never"]).await;
    let prefixed =
        make(&mut ines, &[("expires_in", "never"), ("expires_on", ""), ("expires_on_shown", "")]).await;
    assert!(prefixed.contains("/ahp_"), "{prefixed}");
    for credential in [&uuid, &prefixed] {
        assert_eq!(call(&hub, credential).await.status, StatusCode::OK, "both forms verify");
    }
    let asked = set(&mut ines, &[]).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY, "it hits a token");
    assert!(asked.text().contains("Refuse 1\u{a0}token"), "{}", asked.text());
    assert_eq!(call(&hub, &prefixed).await.status, StatusCode::OK, "nothing was changed");
    let saved = set(&mut ines, &["confirm_never"]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let told = ines.get(saved.location()).await.text();
    assert!(told.contains("role=\"status\"") && told.contains("Settings saved."), "{told}");
    let refused = call(&hub, &prefixed).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    assert!(refused.text().contains("token-not-compliant"), "{}", refused.text());
    assert!(ines.get(&console("?state=expired")).await.text().contains("Needs an expiry"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_contents_are_kept_is_chosen_and_stays_with_what_says_nothing_of_it() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let chosen = async |ines: &mut Browser<'_>| {
        let text = ines.get(&console("/settings")).await.text();
        let (before, _) = text.split_once("\" checked>").unwrap();
        before.rsplit_once("value=\"").unwrap().1.to_owned()
    };
    assert_eq!(chosen(&mut ines).await, "none");
    for (fields, expected) in [
        (&[("contents", "changes")][..], "changes"),
        (&[], "changes"),
        (&[("contents", "all")], "all"),
        (&[("contents", "none")], "none"),
    ] {
        let saved = ines.post(&console("/settings"), fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        assert_eq!(chosen(&mut ines).await, expected, "{fields:?}");
    }
    let wrong = ines.post(&console("/settings"), &[("contents", "some")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("Choose one of these."));
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_need_the_permission() {
    let hub = hub().await;
    let mut omar = hub.signed_in(OMAR).await;
    assert_eq!(omar.get(&console("/settings")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(set(&mut omar, &["never"]).await.status, StatusCode::FORBIDDEN);
}
