use automation_hub_domain::{
    id::{RoleId, UserId},
    role::{ACCOUNT_OWNER, STANDARD_USER, SYSTEM_ADMIN},
    user::Email,
};
use automation_hub_server::error::Error;
use automation_hub_storage::{audit, users};
use axum::http::StatusCode;

use crate::app::{Answer, BASE, Browser, NOON, PASSWORD, TestHub};

const INES: &str = "ines@nordwind.test";
const PAULA: &str = "paula@nordwind.test";
const OLAF: &str = "olaf@nordwind.test";
const PROGRAM_MANAGER: RoleId = RoleId::new(5);

/// Ines keeps the hub, Paula manages the program, Olaf submits ideas.
async fn hub() -> (TestHub, [UserId; 3]) {
    let hub = TestHub::start().await;
    let ines = hub.add_user(INES, &[SYSTEM_ADMIN, ACCOUNT_OWNER]).await;
    let paula = hub.add_user(PAULA, &[PROGRAM_MANAGER]).await;
    let olaf = hub.add_user(OLAF, &[STANDARD_USER]).await;
    (hub, [ines, paula, olaf])
}

fn people() -> String {
    format!("{BASE}/admin/manage-access/assign-roles")
}

fn person(id: UserId) -> String {
    format!("{}/{id}", people())
}

async fn add(browser: &mut Browser<'_>, email: &str, roles: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("email", email), ("first_name", "Mia"), ("last_name", "Berg"), ("job_title", "")];
    for (role, category) in roles {
        fields.extend([("role", *role), ("category", *category)]);
    }
    browser.post(&format!("{}/new", people()), &fields).await
}

async fn actions(hub: &TestHub, id: UserId) -> Vec<String> {
    let events = hub
        .app
        .store
        .read(hub.tenant, move |s| audit::list_of_object(s, "user", id.get(), 10).map_err(Error::from));
    events.await.unwrap().into_iter().map(|event| event.action).collect()
}

/// Makes a link, and goes where it is shown.
async fn invite(browser: &mut Browser<'_>, person: &str) -> Answer {
    let answer = browser.post(&format!("{person}/invite"), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert!(answer.location().starts_with(&format!("{person}?shown=")), "{}", answer.location());
    browser.get(answer.location()).await
}

fn invitation_in(answer: &Answer) -> String {
    let text = answer.text();
    let link = text.split("value=\"http://127.0.0.1:8080").nth(1).unwrap();
    link.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_searched_and_filtered() {
    let (hub, [.., olaf]) = hub().await;
    hub.app
        .store
        .write(hub.tenant, move |s| users::set_active(s, olaf, false, NOON).map_err(Error::from))
        .await
        .unwrap();
    let mut browser = hub.signed_in(INES).await;
    for (query, expected) in [
        ("", vec![INES, OLAF, PAULA]),
        ("?search=PAUL", vec![PAULA]),
        ("?search=%25", vec![]),
        ("?status=inactive", vec![OLAF]),
        ("?status=active", vec![INES, PAULA]),
        ("?status=pending", vec![]),
        ("?role=5", vec![PAULA]),
        ("?role=5&status=inactive&search=x", vec![]),
    ] {
        let page = browser.get(&format!("{}{query}", people())).await.text();
        for email in [INES, OLAF, PAULA] {
            assert_eq!(page.contains(email), expected.contains(&email), "{query} {email}");
        }
        assert_eq!(page.contains("Nobody fits this search."), expected.is_empty(), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_is_not_known_is_told() {
    let (hub, _) = hub().await;
    let mut browser = hub.signed_in(INES).await;
    for (query, told) in [("?status=NOPE", "status “NOPE”"), ("?role=x", "role “x”")] {
        let page = browser.get(&format!("{}{query}", people())).await.text();
        assert!(page.contains(told) && page.contains(OLAF), "{query} {page}");
    }
    assert!(!browser.get(&format!("{}?status=&role=5", people())).await.text().contains("Passed over"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_paged() {
    let (hub, _) = hub().await;
    for n in 0..50 {
        hub.add_user(&format!("zoe{n:02}@nordwind.test"), &[STANDARD_USER]).await;
    }
    let mut browser = hub.signed_in(INES).await;
    let first = browser.get(&people()).await.text();
    assert!(first.contains("1–50 of 53"));
    assert!(first.contains("?page=2"));
    let second = browser.get(&format!("{}?page=2", people())).await.text();
    assert!(second.contains("51–53 of 53"));
    assert!(second.contains("zoe49@nordwind.test"));
    assert!(second.contains("?page=1\" aria-label=\"First page\""), "{second}");
    for beyond in ["3", "99999999999999999999"] {
        let last = browser.get(&format!("{}?page={beyond}", people())).await.text();
        assert!(last.contains("51–53 of 53"), "{beyond}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_manages_users_sees_them() {
    let (hub, [ines, ..]) = hub().await;
    let mut browser = hub.signed_in(OLAF).await;
    for path in [people(), person(ines), format!("{}/new", people())] {
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert!(answer.text().contains("Your roles lack “Manage Users”"), "{path}");
    }
    assert_eq!(add(&mut browser, "mia@nordwind.test", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(hub.browser().get(&people()).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_added_invited_and_signs_in() {
    let (hub, _) = hub().await;
    let mut browser = hub.signed_in(INES).await;
    let added = add(&mut browser, "mia@nordwind.test", &[("8", "0"), ("6", "0"), ("0", "0")]).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER);
    let page = browser.get(added.location()).await.text();
    assert!(page.contains("Not invited"));
    let mia = added.location().split(['/', '?']).find_map(|part| part.parse().ok()).map(UserId::new).unwrap();

    let sent = invite(&mut browser, &person(mia)).await;
    let old = invitation_in(&sent);
    assert_eq!(sent.header("cache-control"), "no-store");
    assert!(!browser.get(&person(mia)).await.text().contains("/invitation/"), "shown once");
    let link = invitation_in(&invite(&mut browser, &person(mia)).await);

    let mut guest = hub.browser();
    guest.get(&old).await;
    assert_eq!(guest.get(&format!("{BASE}/invitation")).await.status, StatusCode::NOT_FOUND, "replaced");
    let taken = guest.get(&link).await;
    assert_eq!(taken.location(), format!("{BASE}/invitation"), "the code leaves the address");
    assert!(guest.get(taken.location()).await.text().contains("Welcome, Mia"));
    let short = guest.post(taken.location(), &[("password", "short")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let accepted = guest.post(taken.location(), &[("password", PASSWORD)]).await;
    assert_eq!((accepted.status, accepted.location()), (StatusCode::SEE_OTHER, format!("{BASE}/").as_str()));
    assert!(guest.get(&format!("{BASE}/")).await.text().contains("Hello Mia<"));

    let mut second = hub.browser();
    second.get(&link).await;
    assert_eq!(second.get(taken.location()).await.status, StatusCode::NOT_FOUND, "used up");
    hub.signed_in("mia@nordwind.test").await;
    assert!(browser.get(&person(mia)).await.text().contains(">Active</span>"));
    assert_eq!(
        actions(&hub, mia).await,
        ["user.change-password", "user.invite", "user.invite", "user.create"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reloading_the_page_of_a_link_neither_shows_it_again_nor_makes_another() {
    let (hub, _) = hub().await;
    let mut browser = hub.signed_in(INES).await;
    let added = add(&mut browser, "mia@nordwind.test", &[]).await;
    let path = added.location().split('?').next().unwrap().to_owned();
    let made = browser.post(&format!("{path}/invite"), &[]).await;
    let mut elsewhere = hub.signed_in(INES).await;
    assert!(!elsewhere.get(made.location()).await.text().contains("/invitation/"), "another session");
    browser.send(axum::http::Request::head(made.location())).await;
    let link = invitation_in(&browser.get(made.location()).await);
    assert!(!made.location().contains(link.rsplit('/').next().unwrap()), "no code in an address");
    let again = browser.get(made.location()).await;
    assert_eq!(again.status, StatusCode::OK);
    assert!(!again.text().contains("/invitation/"), "shown once");

    let typed = browser.get(&format!("{path}/invite")).await;
    assert_eq!((typed.status, typed.location()), (StatusCode::SEE_OTHER, path.as_str()));
    let mut guest = hub.browser();
    guest.get(&link).await;
    assert_eq!(guest.get(&format!("{BASE}/invitation")).await.status, StatusCode::OK, "it still works");
}

#[tokio::test(flavor = "multi_thread")]
async fn invitations_expire() {
    let (hub, _) = hub().await;
    let mut browser = hub.signed_in(INES).await;
    let added = add(&mut browser, "mia@nordwind.test", &[]).await;
    let path = added.location().split('?').next().unwrap().to_owned();
    let link = invitation_in(&invite(&mut browser, &path).await);
    hub.clock.set(NOON.plus_hours(72));
    let mut guest = hub.browser();
    guest.get(&link).await;
    let answer = guest.get(&format!("{BASE}/invitation")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(answer.text().contains("This link doesn’t work any more"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_new_person_is_told_at_its_field() {
    let (hub, _) = hub().await;
    let mut browser = hub.signed_in(INES).await;
    for (email, roles, told) in [
        ("OLAF@nordwind.test", &[][..], "Somebody with this address is here already."),
        ("nowhere", &[], "This isn&#39;t an e-mail address."),
        ("mia@nordwind.test", &[("99", "0")], "There is no such role."),
        ("mia@nordwind.test", &[("8", "99")], "There is no such category."),
    ] {
        let answer = add(&mut browser, email, roles).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{email}");
        assert!(answer.text().contains(told), "{email}: {}", answer.text());
        assert!(answer.text().contains("value=\"Mia\""), "what was typed stays");
        let link =
            if roles.is_empty() { "<a href=\"#email\">E-mail</a>" } else { "<a href=\"#role-1\">Roles</a>" };
        assert!(answer.text().contains(&format!("1 field needs another look: {link}")), "{}", answer.text());
    }
    let found = hub.app.store.read(hub.tenant, |s| {
        users::find_by_email(s, &Email::parse("mia@nordwind.test").unwrap()).map_err(Error::from)
    });
    assert_eq!(found.await.unwrap(), None, "a refusal changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn deactivating_ends_sessions_and_activating_lets_back_in() {
    let (hub, [.., olaf]) = hub().await;
    let mut browser = hub.signed_in(INES).await;
    let mut theirs = hub.signed_in(OLAF).await;
    let page = browser.get(&format!("{}/deactivate", person(olaf))).await.text();
    assert!(page.contains("Deactivate Olaf Tester?"));

    assert_eq!(
        browser.post(&format!("{}/deactivate", person(olaf)), &[]).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(theirs.get(&format!("{BASE}/")).await.status, StatusCode::SEE_OTHER);
    browser.post(&format!("{}/activate", person(olaf)), &[]).await;
    assert_eq!(
        theirs.get(&format!("{BASE}/")).await.status,
        StatusCode::SEE_OTHER,
        "old sessions stay ended"
    );
    hub.signed_in(OLAF).await;
    assert_eq!(actions(&hub, olaf).await, ["user.activate", "user.deactivate"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_change_at_once() {
    let (hub, [.., olaf]) = hub().await;
    let mut browser = hub.signed_in(INES).await;
    let mut theirs = hub.signed_in(OLAF).await;
    assert_eq!(theirs.get(&people()).await.status, StatusCode::FORBIDDEN);
    let path = format!("{}/roles", person(olaf));
    let answer =
        browser.post(&path, &[("role", "5"), ("category", "0"), ("role", "0"), ("category", "0")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(theirs.get(&people()).await.status, StatusCode::OK);
    assert_eq!(actions(&hub, olaf).await, ["user.assign-roles"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrators_stay() {
    let (hub, [ines, _, olaf]) = hub().await;
    let mut browser = hub.signed_in(INES).await;
    let oneself = browser.post(&format!("{}/deactivate", person(ines)), &[]).await;
    assert_eq!(oneself.status, StatusCode::CONFLICT);
    assert!(oneself.text().contains("You can’t deactivate yourself."));

    let roles = format!("{}/roles", person(ines));
    for (kept, told) in [("1", "This is the last System Admin."), ("2", "This is the last Account Owner.")] {
        let answer = browser.post(&roles, &[("role", kept), ("category", "0")]).await;
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.text().contains(told), "{told}");
    }
    let both = [("role", "1"), ("category", "0"), ("role", "2"), ("category", "0")];
    browser.post(&format!("{}/roles", person(olaf)), &both).await;
    let answer = browser.post(&roles, &[("role", "8"), ("category", "0")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "once somebody else holds them");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_give_roles_gets_at_nobody_with_more_rights() {
    let (hub, [ines, _, olaf]) = hub().await;
    let mut admin = hub.signed_in(INES).await;
    let added = add(&mut admin, "mia@nordwind.test", &[("2", "0")]).await;
    let mia = added.location().split('?').next().unwrap().to_owned();

    let mut paula = hub.signed_in(PAULA).await;
    assert_eq!(paula.get(&people()).await.status, StatusCode::OK);
    for (path, fields) in [
        (format!("{mia}/invite"), &[][..]),
        (format!("{mia}/deactivate"), &[]),
        (format!("{}/deactivate", person(ines)), &[]),
        (format!("{}/roles", person(olaf)), &[("role", "2"), ("category", "0")]),
    ] {
        let answer = paula.post(&path, fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert!(answer.text().contains("Your roles lack “Manage User Roles”"), "{path}");
    }
    assert_eq!(add(&mut paula, "leo@nordwind.test", &[("2", "0")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(add(&mut paula, "leo@nordwind.test", &[]).await.status, StatusCode::SEE_OTHER);
    let left = paula.post(&format!("{}/deactivate", person(olaf)), &[]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER);
}
