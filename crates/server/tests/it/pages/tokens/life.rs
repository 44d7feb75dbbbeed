//! A token from its form to its tombstone.

use automation_hub_domain::{
    id::{CategoryId, TokenId},
    user::{Email, RoleAssignment},
};
use automation_hub_storage::{
    Session, StorageError, audit,
    categories::{self, CategoryLevel},
    tokens, users,
};
use axum::http::StatusCode;

use super::*;
use crate::app::NOON;

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_made_shown_once_and_works_at_once() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let form = ines.get(&console("/tokens/new")).await.text();
    for label in ["Token Name", "Token", "App Key", "User", "Expires", "Active"] {
        assert!(form.contains(&format!(">{label}</label>")), "{label}");
    }
    assert!(form.contains("readonly"));
    let value = after(&form, "readonly value=\"").to_owned();
    let draft = after(&form, "name=\"draft\" value=\"").to_owned();
    assert_eq!(call(&hub, &pair(&value)).await.status, StatusCode::UNAUTHORIZED, "a draft is no token");

    let saved = save(&mut ines, &draft, &[("app_key", "s3cret key")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let list = ines.get(&console("")).await;
    assert_eq!(list.header("cache-control"), "no-store");
    let text = list.text();
    assert_eq!(after(&text, "data-credential=\""), pair(&value));
    assert!(text.contains("Copy it now, before you leave this page"));
    assert!(text.contains("data-copy=\"s3cret key\""));
    assert!(text.contains("15 Feb 2027"));

    assert_eq!(call_with_key(&hub, &pair(&value), Some("s3cret key")).await.status, StatusCode::OK);
    assert_eq!(call(&hub, &pair(&value)).await.status, StatusCode::UNAUTHORIZED, "it has an app key");

    let reloaded = ines.get(&console("")).await.text();
    assert!(!reloaded.contains(&value) && !reloaded.contains("s3cret key"));
    assert!(reloaded.contains(&format!("•••• {}", &value[value.len() - 4..])));
}

#[tokio::test(flavor = "multi_thread")]
async fn save_pressed_twice_makes_one_row_and_the_value_is_still_shown_once() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let draft = open_form(&mut ines).await;
    for _ in 0..2 {
        assert_eq!(save(&mut ines, &draft, &[]).await.status, StatusCode::SEE_OTHER);
    }
    let text = ines.get(&console("")).await.text();
    assert!(text.contains(">1\u{a0}token<") && text.contains("data-credential="));
    assert_eq!(save(&mut ines, &draft, &[]).await.status, StatusCode::SEE_OTHER);
    let text = ines.get(&console("")).await.text();
    assert!(
        text.contains(">1\u{a0}token<") && !text.contains("data-credential="),
        "the second answer is without it"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_session_of_the_same_person_is_shown_nothing() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let draft = open_form(&mut ines).await;
    save(&mut ines, &draft, &[]).await;
    let mut elsewhere = hub.signed_in(INES).await;
    assert!(!elsewhere.get(&console("")).await.text().contains("data-credential="));
    assert!(ines.get(&console("")).await.text().contains("data-credential="));
}

#[tokio::test(flavor = "multi_thread")]
async fn deactivating_activating_and_revoking_take_effect_at_once() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[]).await;
    assert_eq!(call(&hub, &credential).await.status, StatusCode::OK);

    ines.post(&console("/tokens/1/deactivate"), &[]).await;
    assert_eq!(call(&hub, &credential).await.status, StatusCode::UNAUTHORIZED);
    assert!(ines.get(&console("?state=inactive")).await.text().contains("switched off by you"));
    ines.post(&console("/tokens/1/activate"), &[]).await;
    assert_eq!(call(&hub, &credential).await.status, StatusCode::OK);

    let asked = ines.get(&console("/tokens/1/revoke")).await.text();
    assert!(asked.contains("Revoke “Power BI refresh”?") && asked.contains("can’t be undone"));
    ines.post(&console("/tokens/1/revoke"), &[]).await;
    assert_eq!(call(&hub, &credential).await.status, StatusCode::UNAUTHORIZED);
    let list = ines.get(&console("")).await.text();
    assert!(list.contains("No tokens yet."));
    assert!(ines.get(&console("?state=revoked")).await.text().contains("Power BI refresh"));
    assert_eq!(ines.get(&console("/tokens/1/edit")).await.status, StatusCode::NOT_FOUND);
    assert!(ines.get(&console("/tokens/1")).await.text().contains("You revoked the token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_last_page_stands_the_last() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[("name", "Nightly export")]).await;
    let beyond = ines.get(&console("?page=999")).await.text();
    assert!(beyond.contains("Nightly export"), "{beyond}");
    assert!(!beyond.contains("aria-label=\"Pages\""), "one page needs no turning: {beyond}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rotating_shows_a_new_value_once_and_the_old_one_works_until_the_overlap_ends() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let old = make(&mut ines, &[]).await;
    let asked = ines.get(&console("/tokens/1/rotate")).await.text();
    assert!(asked.contains("value=\"5\" checked"), "five minutes unless said otherwise");
    let rotated = ines.post(&console("/tokens/1/rotate"), &[("revision", "1"), ("overlap", "5")]).await;
    assert_eq!(rotated.status, StatusCode::SEE_OTHER, "{}", rotated.text());
    let text = ines.get(&console("")).await.text();
    let new = after(&text, "data-credential=\"").to_owned();
    assert_ne!(new, old);
    assert!(text.contains("rotated, 5\u{a0}min left"));
    let asked_again = ines.get(&console("/tokens/1/rotate")).await.text();
    let warning = "The value rotated away before, with 5\u{a0}min left, stops working now.";
    assert!(asked_again.contains(warning) && !asked.contains("rotated away"), "{asked_again}");
    assert_eq!(call(&hub, &new).await.status, StatusCode::OK);
    assert_eq!(call(&hub, &old).await.status, StatusCode::OK);
    hub.clock.set(NOON.plus_minutes(5));
    assert_eq!(call(&hub, &new).await.status, StatusCode::OK);
    assert_eq!(call(&hub, &old).await.status, StatusCode::UNAUTHORIZED);
    assert!(!ines.get(&console("/tokens/1/rotate")).await.text().contains("rotated away"));
    let told = "Automation Hub refused a value that was rotated away: it came from 127.0.0.1";
    while !ines.get(&console("/tokens/1")).await.text().contains(told) {
        tokio::task::yield_now().await;
    }

    for overlap in ["-1", "1441", "soon", ""] {
        let wrong = ines.post(&console("/tokens/1/rotate"), &[("revision", "2"), ("overlap", overlap)]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{overlap}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_comes_too_late_is_told_how_the_token_stands_and_can_be_made_anew() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[]).await;
    ines.post(&console("/tokens/1/deactivate"), &[]).await;
    let late = ines.post(&console("/tokens/1/rotate"), &[("revision", "1"), ("overlap", "60")]).await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    let text = late.text();
    let last_four = &credential[credential.len() - 4..];
    assert!(
        text.contains("Nothing was rotated now.") && text.contains(&format!("•••• {last_four}")),
        "{text}"
    );
    assert!(text.contains("<dt>Active</dt><dd dir=\"auto\">No</dd>"), "{text}");
    assert!(text.contains("name=\"overlap\" value=\"60\" checked"), "what was chosen stays: {text}");
    let revision = after(&text, "name=\"revision\" value=\"").to_owned();
    let anew = ines.post(&console("/tokens/1/rotate"), &[("revision", &revision), ("overlap", "60")]).await;
    assert_eq!(anew.status, StatusCode::SEE_OTHER, "{}", anew.text());
    assert_ne!(shown_credential(&mut ines).await, credential);
    assert!(!ines.get(&console("/tokens/1/rotate")).await.text().contains("Nothing was rotated now."));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renaming_is_written_down_with_both_names() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[]).await;
    let fields = [
        ("revision", "1"),
        ("name", "Nightly refresh"),
        ("user", INES),
        ("expires_on", "2027-02-15"),
        ("expires_on_shown", "2027-02-15"),
        ("active", "1"),
    ];
    assert_eq!(ines.post(&console("/tokens/1/edit"), &fields).await.status, StatusCode::SEE_OTHER);
    let read = hub.app.store.read(hub.tenant, |s| audit::list_of_object(s, "token", 1, 1)).await.unwrap();
    let event = read.first().unwrap();
    assert_eq!(event.before.as_deref(), Some(r#"{"name":"Power BI refresh"}"#));
    assert_eq!(event.after.as_deref(), Some(r#"{"name":"Nightly refresh"}"#));
    let usage = ines.get(&console("/tokens/1")).await.text();
    let told = "You changed the token: renamed from “Power BI refresh” to “Nightly refresh”";
    assert!(usage.contains(told), "{usage}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_changes_what_it_says_and_keeps_the_rest() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[("app_key", "first key")]).await;
    let form = ines.get(&console("/tokens/1/edit")).await.text();
    assert!(form.contains("Edit Token") && form.contains("name=\"app_key_change\" value=\"keep\" checked"));
    assert!(!form.contains("first key"));
    let fields = |key: &'static str, change: &'static str, revision: &'static str| {
        [
            ("revision", revision),
            ("name", "Power BI"),
            ("user", INES),
            ("expires_on", "2027-02-15"),
            ("expires_on_shown", "2027-02-15"),
            ("active", "1"),
            ("app_key", key),
            ("app_key_change", change),
        ]
    };
    let edited = ines.post(&console("/tokens/1/edit"), &fields("", "keep", "1")).await;
    assert_eq!(edited.status, StatusCode::SEE_OTHER, "{}", edited.text());
    assert_eq!(call_with_key(&hub, &credential, Some("first key")).await.status, StatusCode::OK);
    let text = ines.get(&console("")).await.text();
    assert!(text.contains("Power BI") && text.contains("15 Feb 2027") && !text.contains("ah-fresh-more"));

    ines.post(&console("/tokens/1/edit"), &fields("second key", "replace", "2")).await;
    assert_eq!(call_with_key(&hub, &credential, Some("first key")).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(call_with_key(&hub, &credential, Some("second key")).await.status, StatusCode::OK);
    assert!(ines.get(&console("")).await.text().contains("data-copy=\"second key\""));

    ines.post(&console("/tokens/1/edit"), &fields("", "remove", "3")).await;
    assert_eq!(call(&hub, &credential).await.status, StatusCode::OK);
    let events = ines.get(&console("/tokens/1")).await.text();
    assert!(events.contains("app key removed") && events.contains("app key replaced"), "{events}");
    assert!(!events.contains("second key"));

    for _ in 0..2 {
        let same = ines.post(&console("/tokens/1/edit"), &fields("", "remove", "4")).await;
        assert_eq!(same.status, StatusCode::SEE_OTHER, "{}", same.text());
    }
    let removals = |text: &str| text.matches("app key removed").count();
    let after = ines.get(&console("/tokens/1")).await.text();
    assert_eq!(removals(&after), removals(&events), "what changes nothing is no event");
    let mut renamed = fields("", "remove", "4");
    renamed[1] = ("name", "Power BI, nightly");
    assert_eq!(ines.post(&console("/tokens/1/edit"), &renamed).await.status, StatusCode::SEE_OTHER);
    let after = ines.get(&console("/tokens/1")).await.text();
    assert!(after.contains("Power BI, nightly"));
    assert_eq!(removals(&after), removals(&events), "there was none to remove");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_token_that_is_saved_as_active_works_again() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[]).await;
    let id = TokenId::new(1);
    hub.app.store.write(hub.tenant, move |s| tokens::suspend(s, id, NOON)).await.unwrap();
    hub.app.tokens.refresh_token(&hub.app.store, hub.tenant, id).await.unwrap();
    assert_eq!(call(&hub, &credential).await.status, StatusCode::UNAUTHORIZED);
    let fields = [
        ("revision", "2"),
        ("name", "Power BI refresh"),
        ("user", INES),
        ("expires_on", "2027-02-15"),
        ("expires_on_shown", "2027-02-15"),
        ("active", "1"),
    ];
    let saved = ines.post(&console("/tokens/1/edit"), &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    assert_eq!(call(&hub, &credential).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_somebody_else_needs_the_password_and_loses_nothing() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    hub.clock.set(NOON.plus_minutes(6));
    let draft = open_form(&mut ines).await;
    let asked = save(&mut ines, &draft, &[("user", OMAR), ("name", "For Omar")]).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = asked.text();
    assert!(text.contains("Type your password") && text.contains("value=\"For Omar\""));
    assert_eq!(after(&text, "name=\"draft\" value=\""), draft);
    let wrong = save(&mut ines, &draft, &[("user", OMAR), ("password", "not it")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!wrong.text().contains("not it"), "a password is never written back");
    let saved = save(&mut ines, &draft, &[("user", OMAR), ("password", crate::app::PASSWORD)]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let credential = shown_credential(&mut ines).await;
    let info = call(&hub, &credential).await.json();
    assert_eq!(info["data"]["user"]["user_email"], OMAR);
}

async fn finance(hub: &TestHub) -> CategoryId {
    let made = hub.app.store.write(hub.tenant, |s| -> Result<_, StorageError> {
        let level = CategoryLevel { id: 1, name: "Business Area".into(), slug: "business-area".into() };
        categories::insert_level(s, &level)?;
        categories::insert(s, &crate::api::node("Finance", None, 1))
    });
    made.await.unwrap()
}

/// A tenant-level token reaches beyond every category, and would give its maker any role.
#[tokio::test(flavor = "multi_thread")]
async fn who_administers_one_category_has_nothing_to_do_with_tokens() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[]).await;
    let category = finance(&hub).await;
    let fay = hub.add_user("fay@nordwind.test", &[]).await;
    let role = RoleAssignment { role: SYSTEM_ADMIN, category: Some(category) };
    let given = hub
        .app
        .store
        .write(hub.tenant, move |s: &mut Session<'_>| users::set_role_assignments(s, fay, &[role]));
    given.await.unwrap();
    let mut fay = hub.signed_in("fay@nordwind.test").await;
    assert!(!fay.get(&format!("{BASE}/")).await.text().contains("/platform-setup/open-api"));
    for path in PAGES.into_iter().chain(["/tokens/people?q=i", "/calls"]) {
        assert_eq!(fay.get(&console(path)).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in [
        "/tokens",
        "/tokens/1/deactivate",
        "/tokens/1/rotate",
        "/tokens/1/reveal",
        "/tokens/1/revoke",
        "/settings",
    ] {
        assert_eq!(fay.post(&console(path), &[]).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(call(&hub, &credential).await.status, StatusCode::OK);
}

/// Who acts, and as whom: of each write one can tell both.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_with_a_token_for_somebody_else_names_its_maker_and_its_user() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[("user", OMAR), ("name", "For Omar")]).await;
    let category = finance(&hub).await;
    let body = format!(
        r#"{{"process_name": "Acts", "process_description": "As Omar", "category_id": {}, "rules": 1,
        "input_type": 1, "input_quality": 1, "stability": 1, "documentation": 1}}"#,
        category.get()
    );
    let request = Request::post(format!("{BASE}/api/v1/openapi/automationidea"))
        .header("authorization", format!("Bearer {credential}"))
        .header("x-ah-openapi-auth", "openapi-token")
        .header("content-type", "application/json");
    let submitted = hub.send(request.body(Body::from(body)).unwrap()).await;
    assert_eq!(submitted.status, StatusCode::CREATED, "{}", submitted.text());
    let idea = submitted.json()["data"]["process_id"].as_i64().unwrap();

    let read = hub.app.store.read(hub.tenant, move |s| -> Result<_, StorageError> {
        let mut id =
            |email: &str| users::find_by_email(s, &Email::parse(email).unwrap()).map(|user| user.unwrap().id);
        let people = (id(INES)?, id(OMAR)?);
        Ok((people, audit::list_of_object(s, "token", 1, 9)?, audit::list_of_object(s, "idea", idea, 9)?))
    });
    let ((ines, omar), of_token, of_idea) = read.await.unwrap();
    let made = of_token.iter().find(|event| event.action == "token.create-for-user").unwrap();
    assert_eq!(made.actor_user, Some(ines), "its maker");
    assert!(made.after.as_ref().unwrap().contains(OMAR), "and whom it acts as: {made:?}");
    let done = of_idea.first().unwrap();
    assert_eq!((done.actor_user, done.actor_token), (Some(omar), Some(TokenId::new(1))), "{done:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_and_revoke_the_tokens_that_act_as_them_without_a_permission() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[("user", OMAR), ("name", "Acts as Omar")]).await;
    make(&mut ines, &[("name", "Of Ines")]).await;
    let mut omar = hub.signed_in(OMAR).await;
    let profile = omar.get(&format!("{BASE}/profile")).await.text();
    assert!(profile.contains("Acts as Omar") && !profile.contains("Of Ines"), "{profile}");
    let other = omar.post(&format!("{BASE}/profile/tokens/2/revoke"), &[]).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
    assert_eq!(omar.get(&console("")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(omar.get(&console("/tokens/1")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(omar.post(&console("/tokens/1/revoke"), &[]).await.status, StatusCode::FORBIDDEN);
    let revoked = omar.post(&format!("{BASE}/profile/tokens/1/revoke"), &[]).await;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER);
    assert_eq!(call(&hub, &credential).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_in_a_dialog_is_a_part_and_its_success_loads_the_page() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let request = Request::get(console("/tokens/new")).header("hx-request", "true");
    let part = ines.send(request).await.text();
    assert!(part.starts_with("<form") && part.contains("hx-post="), "{part}");
    let search = Request::get(console("?user=omar")).header("hx-request", "true");
    let draft = open_form(&mut ines).await;
    save(&mut ines, &draft, &[]).await;
    let list = ines.send(search).await.text();
    assert!(list.contains("No tokens for “omar”."), "{list}");
    let refreshed = ines.send(Request::get(console("")).header("hx-request", "true")).await.text();
    assert!(!refreshed.contains("data-credential="), "a part that is swapped in shows no value");
    assert!(ines.get(&console("")).await.text().contains("data-credential="));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_field_suggests_active_people_and_oneself_first() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let all = ines.get(&console("/tokens/people?q=tester")).await.text();
    let (me, omar) = (all.find("Ines Tester, that’s you").unwrap(), all.find("Omar Tester").unwrap());
    assert!(me < omar && all.contains("Standard User"));
    let some = ines.get(&console("/tokens/people?q=oma")).await.text();
    assert!(some.contains("data-email=\"omar@nordwind.test\"") && !some.contains("Ines"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_tells_what_was_done_and_offers_to_take_it_back() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[]).await;
    let switched = ines.post(&console("/tokens/1/deactivate"), &[]).await;
    let told = console("?token=1&done=deactivated");
    assert_eq!(switched.location(), told);
    let text = ines.get(&told).await.text();
    assert!(text.contains("“Power BI refresh” is inactive. Calls with it are refused from now on."));
    assert!(text.contains("Undo"));
    let undone = ines.post(&console("/tokens/1/activate"), &[]).await;
    assert!(ines.get(undone.location()).await.text().contains("is active. Calls with it work again."));
    assert!(!ines.get(&told).await.text().contains("Undo"), "an address that was kept tells no untruth");
    let revoked = ines.post(&console("/tokens/1/revoke"), &[]).await;
    assert!(ines.get(revoked.location()).await.text().contains("“Power BI refresh” is revoked."));
    for stray in ["?token=9&done=saved", "?token=x&done=saved", "?done=revoked", "?token=1&done=x"] {
        let page = ines.get(&console(stray)).await;
        assert_eq!(page.status, StatusCode::OK, "{stray}");
        assert!(!page.text().contains("role=\"status\" class"), "{stray}");
    }
}

/// A link below the list.
fn page_link(page: u64, title: &str) -> String {
    let path = if page == 1 { console("") } else { console(&format!("?page={page}")) };
    format!("href=\"{path}\" aria-label=\"{title}\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_row_of_a_saved_token_is_on_the_page_shown_and_filters_stay_after_switching() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    make(&mut ines, &[("name", "The oldest")]).await;
    for _ in 0..100 {
        let draft = open_form(&mut ines).await;
        save(&mut ines, &draft, &[]).await;
    }
    let newest = ines.get(&console("")).await.text();
    assert!(!newest.contains("The oldest"));
    assert!(newest.contains(&page_link(3, "Last page")) && !newest.contains(&page_link(1, "First page")));
    for beyond in ["4", "18446744073709551616"] {
        let last = ines.get(&console(&format!("?page={beyond}"))).await.text();
        assert!(last.contains("The oldest"), "{beyond}");
    }
    let rotated = ines.post(&console("/tokens/1/rotate"), &[("revision", "1"), ("overlap", "5")]).await;
    let page = ines.get(rotated.location()).await.text();
    assert!(page.contains("The oldest") && page.contains("data-credential=\""), "{page}");
    assert!(
        page.contains(&page_link(1, "First page")) && !page.contains(&page_link(3, "Last page")),
        "{page}"
    );
    let request = Request::post(console("/tokens/1/deactivate"))
        .header("sec-fetch-site", "same-origin")
        .header("origin", crate::app::ORIGIN)
        .header(
            "referer",
            format!("{}{}", crate::app::ORIGIN, console("?user=ines&page=2&token=7&done=saved")),
        )
        .header("content-type", "application/x-www-form-urlencoded");
    let body = Body::from(format!("csrf_token={}", ines.csrf_token()));
    let switched = ines.send_with(request, body).await;
    assert_eq!(switched.location(), console("?user=ines&page=2&token=1&done=deactivated"));
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_the_head_of_the_list_spends_nothing_that_is_shown_once() {
    let hub = hub().await;
    let mut browser = hub.signed_in(INES).await;
    let draft = open_form(&mut browser).await;
    save(&mut browser, &draft, &[]).await;
    let head = browser.send(Request::head(console(""))).await;
    assert_eq!((head.status, head.text()), (StatusCode::OK, String::new()));
    let credential = shown_credential(&mut browser).await;
    assert_eq!(call(&hub, &credential).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn before_it_is_revoked_one_is_told_what_stops() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[("user", OMAR), ("name", "For Omar")]).await;
    assert!(ines.get(&console("/tokens/1/revoke")).await.text().contains("it was never used"));
    assert_eq!(call(&hub, &credential).await.status, StatusCode::OK);
    hub.app.calls.flush(&hub.app).await.unwrap();
    let told = "Calls with it fail from now on: 1 was made today; last used just now.";
    assert!(ines.get(&console("/tokens/1/revoke")).await.text().contains(told));
    let mut omar = hub.signed_in(OMAR).await;
    let own = omar.get(&format!("{BASE}/profile/tokens/1/revoke")).await.text();
    assert!(own.contains(told), "{own}");
    let other = hub.signed_in(INES).await.get(&format!("{BASE}/profile/tokens/1/revoke")).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_people_are_found_by_a_search_that_keeps_what_is_typed() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let draft = open_form(&mut ines).await;
    let found = save(&mut ines, &draft, &[("user", "oma"), ("name", "For Omar"), ("find", "1")]).await;
    let text = found.text();
    assert!(
        text.contains("name=\"pick\" value=\"omar@nordwind.test\"") && text.contains("value=\"For Omar\"")
    );
    assert!(!text.contains("name=\"pick\" value=\"ines@nordwind.test\""), "{text}");
    let picked =
        save(&mut ines, &draft, &[("user", "oma"), ("name", "For Omar"), ("pick", OMAR)]).await.text();
    assert!(picked.contains("name=\"user\" value=\"omar@nordwind.test\"") && picked.contains("For Omar"));
    assert!(ines.get(&console("")).await.text().contains("No tokens yet."), "nothing is saved by searching");
    let nobody = save(&mut ines, &draft, &[("user", "zzz"), ("find", "1")]).await.text();
    assert!(nobody.contains("Nobody active is called so."), "{nobody}");
    assert!(!nobody.contains("ah-type now"), "nobody is chosen, so there is no type: {nobody}");
    assert!(ines.get(&console("/tokens/people?q=zzz")).await.text().contains("Nobody active is called so"));
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_names_unknown_calls_and_says_where_there_are_none() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[]).await;
    let text = ines.get(&console("/tokens/1")).await.text();
    assert!(text.contains("No calls in 30 days.") && !text.contains("ah-plot"), "no empty grid: {text}");
    let request = Request::get(format!("{BASE}/api/v1/openapi/nowhere"))
        .header("authorization", format!("Bearer {credential}"))
        .header("x-ah-openapi-auth", "openapi-token");
    assert_eq!(hub.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::NOT_FOUND);
    hub.app.calls.flush(&hub.app).await.unwrap();
    let text = ines.get(&console("/tokens/1")).await.text();
    assert!(text.contains("unknown call") && text.contains("ah-plot"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_counts_refused_calls_among_all() {
    let hub = hub().await;
    let mut ines = hub.signed_in(INES).await;
    let credential = make(&mut ines, &[]).await;
    assert_eq!(call(&hub, &credential).await.status, StatusCode::OK);
    ines.post(&console("/tokens/1/deactivate"), &[]).await;
    for _ in 0..2 {
        assert_eq!(call(&hub, &credential).await.status, StatusCode::UNAUTHORIZED);
    }
    hub.app.calls.flush(&hub.app).await.unwrap();
    let text = ines.get(&console("/tokens/1")).await.text();
    assert!(text.contains("<dt>Calls, 30 days</dt><dd>3</dd>"), "{text}");
    assert!(text.contains("<dt>Refused</dt><dd>2 <small>66.7\u{a0}%</small></dd>"), "{text}");
}
