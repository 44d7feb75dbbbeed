//! The rows of bad input that concern the console, each by name.

use automation_hub_server::error::Error;
use automation_hub_storage::{tokens, users};
use axum::http::{StatusCode, header};

use super::*;
use crate::app::{NOON, ORIGIN};

/// An edit that changes nothing of what [`make`] made.
const EDIT: [(&str, &str); 6] = [
    ("revision", "1"),
    ("name", "Power BI refresh"),
    ("user", INES),
    ("expires_on", "2027-02-15"),
    ("expires_on_shown", "2027-02-15"),
    ("active", "1"),
];

/// Tries to save with these fields; the answer's text if it was refused as input.
async fn refused(hub: &TestHub, changes: &[(&str, &str)]) -> String {
    let mut ines = hub.signed_in(INES).await;
    let draft = open_form(&mut ines).await;
    let answer = save(&mut ines, &draft, changes).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{changes:?}");
    assert!(ines.get(&console("")).await.text().contains("No tokens yet."), "{changes:?} changed something");
    answer.text()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_value_in_the_body_is_ignored() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let sent = "11111111-1111-4111-8111-111111111111";
    let credential = make(&mut ines, &[("token", sent), ("value", sent)]).await;
    assert_ne!(credential, pair(sent));
    assert_eq!(call(&hub, &pair(sent)).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_value_in_the_body_of_an_edit_is_ignored() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[]).await;
    let sent = "11111111-1111-4111-8111-111111111111";
    let mut fields = EDIT.to_vec();
    fields.extend([("token", sent), ("value", sent)]);
    assert_eq!(ines.post(&console("/tokens/1/edit"), &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(call(&hub, &credential).await.status, StatusCode::OK);
    assert_eq!(call(&hub, &pair(sent)).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_empty_too_long_or_control_are_refused() {
    let hub = hub().await;
    let long = "a".repeat(101);
    for name in ["", "   ", long.as_str(), "a\u{202e}b", "a\u{7}b", "a\nb"] {
        let text = refused(&hub, &[("name", name)]).await;
        assert!(text.contains("id=\"token-name-error\""), "{name:?}");
        assert!(
            text.contains("1 field needs another look: <a href=\"#token-name\">Token Name</a>"),
            "{name:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn markup_and_formulas_in_a_name_are_text() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[("name", "=SUM(1)<script>alert('x')</script>\"")]).await;
    let list = ines.get(&console("")).await.text();
    assert!(!list.contains("<script>alert") && list.contains("=SUM(1)&#60;script&#62;"), "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn users_who_are_unknown_foreign_or_inactive_are_refused_and_a_blank_makes_a_tenant_level_token() {
    let hub = hub().await;
    let gone = hub.add_user("gone@nordwind.test", &[STANDARD_USER]).await;
    let off = move |s: &mut automation_hub_storage::Session<'_>| -> Result<_, Error> {
        Ok(users::set_active(s, gone, false, NOON)?)
    };
    hub.app.store.write(hub.tenant, off).await.unwrap();
    for (user, message) in [
        ("nobody@nordwind.test", "Choose a person from the list"),
        ("oma", "Choose a person from the list"),
        ("%", "Choose a person from the list"),
        ("gone@nordwind.test", "is deactivated"),
    ] {
        assert!(refused(&hub, &[("user", user)]).await.contains(message), "{user}");
    }
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[("user", "  ")]).await;
    let list = ines.get(&console("?type=tenant-level")).await.text();
    assert!(list.contains("acts for the tenant"));
}

#[tokio::test(flavor = "multi_thread")]
async fn users_by_id_who_are_foreign_or_unknown_are_not_found_and_inactive_ones_refused() {
    let hub = hub().await;
    let uuid = uuid::Uuid::from_u128(2);
    let other = crate::app::found_tenant(&hub.database, "suedwind", "production", uuid).await;
    let gone = hub.add_user("gone@nordwind.test", &[STANDARD_USER]).await;
    let omar = hub.add_user("other@nordwind.test", &[STANDARD_USER]).await.to_string();
    let off = move |s: &mut automation_hub_storage::Session<'_>| -> Result<_, Error> {
        Ok(users::set_active(s, gone, false, NOON)?)
    };
    hub.app.store.write(hub.tenant, off).await.unwrap();
    let foreign = hub.add_user_to(other, "foreign@suedwind.test").await.to_string();
    let mut ines = hub.signed_in(INES).await;
    let draft = open_form(&mut ines).await;
    for id in [foreign.as_str(), "999", "0", "99999999999999999999"] {
        let answer = save(&mut ines, &draft, &[("user", id)]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
        assert!(!answer.text().contains("Foreign"), "{id}");
    }
    assert!(ines.get(&console("")).await.text().contains("No tokens yet."));
    assert!(refused(&hub, &[("user", &gone.to_string())]).await.contains("Gone Tester is deactivated"));
    let credential = make(&mut ines, &[("user", &omar)]).await;
    assert_eq!(call(&hub, &credential).await.json()["data"]["user"]["user_email"], "other@nordwind.test");
    let mut fields = EDIT.to_vec();
    fields[2] = ("user", foreign.as_str());
    assert_eq!(ines.post(&console("/tokens/1/edit"), &fields).await.status, StatusCode::NOT_FOUND);
    assert_eq!(call(&hub, &credential).await.json()["data"]["user"]["user_email"], "other@nordwind.test");
}

#[tokio::test(flavor = "multi_thread")]
async fn expiries_in_the_past_beyond_the_cap_or_no_dates_are_refused() {
    let hub = hub().await;
    for date in
        ["2026-11-17", "2020-01-01", "10000-01-01", "2027-02-30", "2027-02-15T24:00", "2037-12-01", "x"]
    {
        let text = refused(&hub, &[("expires_on", date)]).await;
        assert!(text.contains("id=\"token-expires-error\""), "{date}");
    }
    assert!(refused(&hub, &[("expires_in", "never")]).await.contains("This tenant wants an expiry."));
    assert!(refused(&hub, &[("expires_in", ""), ("expires_on", "")]).await.contains("token-expires-error"));
}

#[tokio::test(flavor = "multi_thread")]
async fn app_keys_that_are_short_long_blank_ended_or_foreign_are_refused() {
    let hub = hub().await;
    let long = "k".repeat(129);
    for key in ["s3cre", long.as_str(), " s3cretkey", "s3cretkey ", "s3crétkey"] {
        assert!(refused(&hub, &[("app_key", key)]).await.contains("id=\"token-app-key-error\""), "{key:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_key_that_the_choice_beside_it_would_drop_is_refused() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[("app_key", "first key")]).await;
    let keyless = make(&mut ines, &[]).await;
    for (token, change, told) in [
        (1, "keep", "Choose Replace to use this app key, or clear the field."),
        (1, "remove", "Choose Replace to use this app key, or clear the field."),
        (2, "keep", "Choose Set to use this app key, or clear the field."),
    ] {
        let mut fields = EDIT.to_vec();
        fields.extend([("app_key", "second key"), ("app_key_change", change)]);
        let answer = ines.post(&console(&format!("/tokens/{token}/edit")), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{token} {change}");
        let text = answer.text();
        assert!(text.contains("id=\"token-app-key-error\"") && text.contains(told), "{text}");
        assert!(text.contains("value=\"second key\""), "what is typed stays: {text}");
        assert!(text.contains(&format!("value=\"{change}\" checked")), "{text}");
    }
    assert_eq!(call_with_key(&hub, &credential, Some("first key")).await.status, StatusCode::OK);
    assert_eq!(call(&hub, &keyless).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_choice_for_the_app_key_is_refused() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[("app_key", "first key")]).await;
    make(&mut ines, &[]).await;
    for (token, told) in [(1, "Choose Keep, Replace or Remove."), (2, "Choose Keep or Set.")] {
        let mut fields = EDIT.to_vec();
        fields.extend([("app_key", "second key"), ("app_key_change", "delete")]);
        let answer = ines.post(&console(&format!("/tokens/{token}/edit")), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{token}");
        let text = answer.text();
        assert!(text.contains("id=\"token-app-key-change-error\"") && text.contains(told), "{text}");
        assert!(
            text.contains("1 field needs another look: <a href=\"#token-app-key-change\">App Key</a>"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_mistakes_are_told_at_once() {
    let hub = hub().await;
    let text = refused(&hub, &[("name", ""), ("user", "who"), ("expires_on", "x"), ("app_key", "k")]).await;
    assert!(text.contains("4 fields need another look"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_of_others_and_old_drafts_make_no_token() {
    let hub = hub().await;
    hub.add_user("ada@nordwind.test", &[SYSTEM_ADMIN]).await;
    let mut ines = hub.signed_in(INES).await;
    let draft = open_form(&mut ines).await;
    let mut ada = hub.signed_in("ada@nordwind.test").await;
    let answer = save(&mut ada, &draft, &[("user", "")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_ne!(after(&answer.text(), "name=\"draft\" value=\""), draft, "a new draft is offered");
    hub.clock.set(NOON.plus_minutes(15));
    let answer = save(&mut ines, &draft, &[]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("gone after 15 minutes") && answer.text().contains("Power BI refresh"));
    let fresh = after(&answer.text(), "name=\"draft\" value=\"").to_owned();
    assert_eq!(save(&mut ines, &fresh, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(save(&mut ines, "not a number", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_user_needs_the_password_and_is_written_down() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[]).await;
    hub.clock.set(NOON.plus_minutes(6));
    let mut fields = EDIT;
    fields[2] = ("user", OMAR);
    let asked = ines.post(&console("/tokens/1/edit"), &fields).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(call(&hub, &credential).await.json()["data"]["user"]["user_email"], INES);
    let mut with_password = fields.to_vec();
    with_password.push(("password", crate::app::PASSWORD));
    assert_eq!(ines.post(&console("/tokens/1/edit"), &with_password).await.status, StatusCode::SEE_OTHER);
    assert_eq!(call(&hub, &credential).await.json()["data"]["user"]["user_email"], OMAR);
    assert!(ines.get(&console("/tokens/1")).await.text().contains("user is now omar@nordwind.test"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_edit_is_refused_and_loses_nothing() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[]).await;
    ines.post(&console("/tokens/1/deactivate"), &[]).await;
    let mut fields = EDIT;
    fields[1] = ("name", "My own words");
    let stale = ines.post(&console("/tokens/1/edit"), &fields).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    let text = stale.text();
    assert!(text.contains("My own words") && text.contains("Keep mine") && text.contains("Take theirs"));
    let revision = after(&text, "name=\"revision\" value=\"");
    let mut again = fields.to_vec();
    again[0] = ("revision", revision);
    assert_eq!(ines.post(&console("/tokens/1/edit"), &again).await.status, StatusCode::SEE_OTHER);
    assert!(ines.get(&console("")).await.text().contains("My own words"));
}

/// What the form of an edit holds, as a browser would send it; the presets are of no consequence to these tests.
fn fields_of(form: &str) -> Vec<(&'static str, String)> {
    let value = |name| (name, after(form, &format!("name=\"{name}\" value=\"")).to_owned());
    let shown = [
        "revision",
        "name_shown",
        "user_shown",
        "active_shown",
        "name",
        "user",
        "expires_on",
        "expires_on_shown",
    ];
    let mut fields: Vec<_> = shown.into_iter().map(value).collect();
    if form.contains("name=\"active\" value=\"1\" aria-describedby=\"token-active-hint\" checked") {
        fields.push(("active", "1".to_owned()));
    }
    fields
}

/// The same with some fields filled in otherwise; an empty switch is one that is off.
fn changed(form: &str, changes: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let mut fields = fields_of(form);
    for (name, value) in changes {
        fields.retain(|(field, _)| field != name);
        if (*name, *value) != ("active", "") {
            fields.push((*name, (*value).to_owned()));
        }
    }
    fields
}

async fn post_edit(browser: &mut Browser<'_>, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(&console("/tokens/1/edit"), &fields).await
}

async fn stored(hub: &TestHub) -> tokens::Token {
    let id = automation_hub_domain::id::TokenId::new(1);
    hub.app.store.read(hub.tenant, move |s| tokens::find(s, id, NOON)).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn keeping_ones_own_edit_leaves_what_one_did_not_touch_to_the_other() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[("app_key", "first key")]).await;
    let opened = ines.get(&console("/tokens/1/edit")).await.text();
    let theirs = [("user", OMAR), ("active", ""), ("expires_on", "2027-06-01"), ("app_key_change", "remove")];
    assert_eq!(post_edit(&mut ines, &changed(&opened, &theirs)).await.status, StatusCode::SEE_OTHER);

    let mine = changed(&opened, &[("name", "My own words")]);
    let stale = post_edit(&mut ines, &mine).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    let text = stale.text();
    assert!(text.contains("<dt>Expires</dt><dd dir=\"auto\">1 Jun 2027</dd>"), "{text}");
    assert_eq!(post_edit(&mut ines, &fields_of(&text)).await.status, StatusCode::SEE_OTHER);
    let token = stored(&hub).await;
    assert_eq!(token.name, "My own words");
    assert_eq!(token.user.as_ref().map(|user| user.email.as_str()), Some(OMAR));
    assert_eq!(token.expires_at, Some(tokens_expiry("2027-06-01")));
    assert_eq!((token.is_active, token.has_app_key), (false, false));
}

fn tokens_expiry(day: &str) -> automation_hub_domain::clock::Timestamp {
    automation_hub_server::services::tokens::end_of_day(day, NOON).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn keeping_ones_own_edit_puts_back_what_both_changed() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[]).await;
    let opened = ines.get(&console("/tokens/1/edit")).await.text();
    let theirs = [("name", "Their words"), ("expires_on", "2027-06-01"), ("user", OMAR)];
    assert_eq!(post_edit(&mut ines, &changed(&opened, &theirs)).await.status, StatusCode::SEE_OTHER);
    let mine = [("name", "My own words"), ("expires_on", "2027-03-01"), ("user", ""), ("active", "")];
    let stale = post_edit(&mut ines, &changed(&opened, &mine)).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(post_edit(&mut ines, &fields_of(&stale.text())).await.status, StatusCode::SEE_OTHER);
    let token = stored(&hub).await;
    assert_eq!((token.name.as_str(), token.user.is_none(), token.is_active), ("My own words", true, false));
    assert_eq!(token.expires_at, Some(tokens_expiry("2027-03-01")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_from_before_a_suspension_does_not_lift_it() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[]).await;
    let opened = ines.get(&console("/tokens/1/edit")).await.text();
    let id = automation_hub_domain::id::TokenId::new(1);
    hub.app.store.write(hub.tenant, move |s| tokens::suspend(s, id, NOON)).await.unwrap();
    let stale = post_edit(&mut ines, &changed(&opened, &[("name", "My own words")])).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(post_edit(&mut ines, &fields_of(&stale.text())).await.status, StatusCode::SEE_OTHER);
    let token = stored(&hub).await;
    assert_eq!((token.name.as_str(), token.is_switched_on()), ("My own words", false));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_is_sent_twice_is_saved_once() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[("app_key", "first key")]).await;
    let opened = ines.get(&console("/tokens/1/edit")).await.text();
    let changes = [("name", "Renamed"), ("user", OMAR), ("expires_in", "30"), ("active", "")];
    let fields = changed(&opened, &changes);
    for _ in 0..2 {
        let saved = post_edit(&mut ines, &fields).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    }
    assert_eq!(stored(&hub).await.revision, 2);
    let usage = ines.get(&console("/tokens/1")).await.text();
    assert_eq!(usage.matches("changed the token").count(), 1, "{usage}");

    assert_eq!(ines.post(&console("/tokens/1/activate"), &[]).await.status, StatusCode::SEE_OTHER);
    let again = post_edit(&mut ines, &fields).await;
    assert_eq!(again.status, StatusCode::PRECONDITION_FAILED, "somebody switched it on meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_key_that_is_sent_twice_is_set_once_and_told_to_nobody_else() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[("app_key", "first key")]).await;
    let opened = ines.get(&console("/tokens/1/edit")).await.text();
    let with_key = |key| changed(&opened, &[("app_key", key), ("app_key_change", "replace")]);
    for _ in 0..2 {
        let saved = post_edit(&mut ines, &with_key("second key")).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    }
    assert_eq!(stored(&hub).await.revision, 2);
    let mut elsewhere = hub.signed_in(INES).await;
    for (is_own, key) in [(true, "other key"), (false, "second key"), (false, "other key")] {
        let browser = if is_own { &mut ines } else { &mut elsewhere };
        let answer = post_edit(browser, &with_key(key)).await;
        assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED, "{key}");
    }
    assert!(ines.get(&console("")).await.text().contains("second key"), "shown once");
    let usage = ines.get(&console("/tokens/1")).await.text();
    assert_eq!(usage.matches("changed the token").count(), 1, "{usage}");
    for key in ["second key", "other key"] {
        let answer = post_edit(&mut ines, &with_key(key)).await;
        assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED, "{key}, once it was shown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_key_that_somebody_changed_since_is_not_taken_for_set() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[]).await;
    let opened = ines.get(&console("/tokens/1/edit")).await.text();
    let with_key = |opened: &str, key| changed(opened, &[("app_key", key), ("app_key_change", "replace")]);
    assert_eq!(post_edit(&mut ines, &with_key(&opened, "first key")).await.status, StatusCode::SEE_OTHER);
    let mut elsewhere = hub.signed_in(INES).await;
    let later = elsewhere.get(&console("/tokens/1/edit")).await.text();
    let saved = post_edit(&mut elsewhere, &with_key(&later, "second key")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let again = post_edit(&mut ines, &with_key(&opened, "first key")).await;
    assert_eq!(again.status, StatusCode::PRECONDITION_FAILED);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_comes_too_late_does_not_tell_whether_an_app_key_is_the_right_one() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[("app_key", "first key")]).await;
    let opened = ines.get(&console("/tokens/1/edit")).await.text();
    let renamed = post_edit(&mut ines, &changed(&opened, &[("name", "Renamed")])).await;
    assert_eq!(renamed.status, StatusCode::SEE_OTHER);
    for guess in ["first key", "other key"] {
        let fields = changed(&opened, &[("app_key", guess), ("app_key_change", "replace")]);
        let answer = post_edit(&mut ines, &fields).await;
        assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED, "{guess}");
    }
    assert_eq!(stored(&hub).await.revision, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn searching_takes_signs_literally_and_at_most_256_characters() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[]).await;
    for (search, is_found) in [
        ("INES", true),
        ("ines%40nordwind", true),
        ("%25", false),
        ("_", false),
        ("%22%27", false),
        ("", true),
    ] {
        let text = ines.get(&console(&format!("?user={search}"))).await.text();
        assert_eq!(text.contains("Power BI refresh"), is_found, "{search}");
    }
    for length in [257, 10_000] {
        let long = "a".repeat(length);
        let answer = ines.get(&console(&format!("?user={long}"))).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{length}");
    }
    let page = ines.get(&console("?state=nonsense&sort=x&dir=y&page=-1&type=z")).await;
    assert_eq!(page.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_is_found_in_either_normal_form() {
    let hub = hub().await;
    hub.add_user("andré@nordwind.test", &[SYSTEM_ADMIN]).await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[("user", "andré@nordwind.test")]).await;
    for (form, search) in [("composed", "andr%C3%A9"), ("decomposed", "ANDRE%CC%81")] {
        let text = ines.get(&console(&format!("?user={search}"))).await.text();
        assert!(text.contains("Power BI refresh"), "{form}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_large_or_no_utf_8_are_refused() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let draft = open_form(&mut ines).await;
    let csrf = ines.csrf_token();
    let fields = format!("csrf_token={csrf}&draft={draft}&expires_in=90&active=1");
    let large = "a".repeat(1024 * 1024);
    let (wrong, too_large) = (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::PAYLOAD_TOO_LARGE);
    for (name, status, told) in [
        ("caf%E9", wrong, "The form is no UTF-8."),
        ("%ED%A0%80", wrong, "The form is no UTF-8."),
        ("%FF", wrong, "The form is no UTF-8."),
        (large.as_str(), too_large, "A form holds at most 1,048,576 bytes."),
    ] {
        let request = Request::post(console("/tokens"))
            .header("sec-fetch-site", "same-origin")
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let answer = ines.send_with(request, Body::from(format!("{fields}&name={name}"))).await;
        assert_eq!(answer.status, status, "{}", name.get(..9).unwrap_or(name));
        assert!(answer.text().contains(told), "{}", answer.text());
    }
    assert!(ines.get(&console("")).await.text().contains("No tokens yet."));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_and_repeated_fields_and_other_media_types_never_fail() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[("unknown", "1")]).await;
    let draft = open_form(&mut ines).await;
    for (name, value) in [("name", "Other"), ("name", ""), ("active", "1"), ("draft", "1"), ("unknown", "1")]
    {
        let answer = save(&mut ines, &draft, &[(name, "1"), (name, value)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        let told = format!("{name}: This field was sent more than once.");
        assert!(answer.text().contains(&told), "{}", answer.text());
    }
    let list = ines.get(&console("")).await.text();
    assert_eq!(list.matches("role=\"rowheader\"").count(), 1, "nothing was saved of it: {list}");
    for (media_type, body) in [("application/json", "{}"), ("multipart/form-data", "x"), ("", "")] {
        let request = Request::post(console("/tokens"))
            .header("sec-fetch-site", "same-origin")
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, media_type);
        let answer = ines.send_with(request, Body::from(body)).await;
        assert!(answer.status.is_client_error(), "{media_type}: {}", answer.status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_from_elsewhere_are_refused() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[]).await;
    let csrf = ines.csrf_token();
    for (site, origin) in [
        (None, None),
        (Some("same-origin"), Some("null")),
        (Some("same-site"), Some(ORIGIN)),
        (Some("cross-site"), Some("https://evil.test")),
    ] {
        for path in [
            "/tokens",
            "/tokens/1/edit",
            "/tokens/1/rotate",
            "/tokens/1/revoke",
            "/tokens/1/deactivate",
            "/tokens/1/activate",
            "/tokens/1/reveal",
            "/settings",
        ] {
            let mut request = Request::post(console(path))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            if let Some(site) = site {
                request = request.header("sec-fetch-site", site);
            }
            if let Some(origin) = origin {
                request = request.header(header::ORIGIN, origin);
            }
            let body = Body::from(format!("csrf_token={csrf}"));
            let answer = ines.send_with(request, body).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {site:?} {origin:?}");
        }
    }
    let token =
        hub.app.store.read(hub.tenant, |s| tokens::find(s, automation_hub_domain::id::TokenId::new(1), NOON));
    let token = token.await.unwrap().unwrap();
    assert_eq!((token.revision, token.is_active), (1, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_token_opens_no_console_page() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[]).await;
    let pages = ["", "/tokens/new", "/tokens/1"].map(|path| Request::get(console(path)));
    let forms = ["/tokens", "/tokens/1/reveal", "/tokens/1/edit", "/settings"]
        .map(|path| Request::post(console(path)));
    for request in pages.into_iter().chain(forms) {
        let request = request
            .header("authorization", format!("Bearer {credential}"))
            .header("x-ah-openapi-auth", "openapi-token");
        let answer = hub.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(answer.json()["type"], "session-required");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_stand_in_no_frame_run_nothing_inline_and_are_kept_by_no_cache() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[]).await;
    for path in PAGES {
        let page = ines.get(&console(path)).await;
        assert_eq!((page.status, page.header("x-frame-options")), (StatusCode::OK, "DENY"), "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("script-src 'self';"), "{path}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
    }
    ines.post(&format!("{BASE}/sign-out"), &[]).await;
    let back = ines.get(&console("")).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert!(back.location().contains("/sign-in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_nobody_and_words_for_ids_are_not_found() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    for id in ["99", "0", "-1", "x", "99999999999999999999"] {
        for page in ["", "/edit", "/rotate", "/revoke"] {
            let answer = ines.get(&console(&format!("/tokens/{id}{page}"))).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}{page}");
        }
        let answer = ines.post(&console(&format!("/tokens/{id}/deactivate")), &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
}

/// What turns text into code where it isn't written as text.
const PAYLOADS: [&str; 25] = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//x.test></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<form action=//x.test><button>x",
    "<base href=//x.test>",
    "<meta http-equiv=refresh content=0;//x.test>",
    "<link rel=stylesheet href=//x.test>",
    "<style>*{display:none}</style>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<math><mtext></mtext><mglyph><style><img src>",
    "<template><script>alert(1)</script></template>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "</title></textarea></script><script>alert(1)</script>",
    "<div hx-get=//x.test hx-trigger=load>",
    "<div hx-on:load=alert(1)>",
    "<x data-copy=a data-credential=b>",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=\"alert(1)",
];

#[tokio::test(flavor = "multi_thread")]
async fn fifty_payloads_are_text_wherever_they_are_shown() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let payloads: Vec<_> =
        PAYLOADS.iter().flat_map(|payload| [(*payload).to_owned(), format!("\">{payload}")]).collect();
    assert_eq!(payloads.len(), 50);
    for (number, payload) in (1..).zip(&payloads) {
        make(&mut ines, &[("name", payload)]).await;
        let encoded: String = form_urlencoded::byte_serialize(payload.as_bytes()).collect();
        for path in [
            String::new(),
            format!("?user={encoded}"),
            format!("/tokens/{number}"),
            format!("/tokens/{number}/edit"),
            format!("/tokens/{number}/rotate"),
            format!("/tokens/{number}/revoke"),
            format!("/tokens/people?q={encoded}"),
        ] {
            let page = ines.get(&console(&path)).await.text();
            assert!(!page.contains(payload), "{payload} stands in {path:?}");
        }
        let again = save(&mut ines, "no draft", &[("name", payload), ("app_key", payload)]).await.text();
        assert!(!again.contains(payload), "{payload} stands in the form that is shown again");
        ines.post(&console(&format!("/tokens/{number}/revoke")), &[]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_at_the_edge_of_numbers_are_empty_ones() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    for number in ["0", "9223372036854775807", "9223372036854775808", "18446744073709551615", "1e9", "-1"] {
        for list in [
            console(""),
            format!("{BASE}/automation-pipeline"),
            format!("{BASE}/admin/manage-access/assign-roles"),
        ] {
            let page = ines.get(&format!("{list}?page={number}")).await;
            assert_eq!(page.status, StatusCode::OK, "{list} {number}");
        }
    }
}
