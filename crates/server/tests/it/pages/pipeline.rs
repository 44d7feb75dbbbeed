use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use super::ideas::{
    IDEA_APPROVER, PROJECT_MANAGER, STANDARD_USER, SYSTEM_ADMIN, assessed, described, idea, limit, plant,
    standing, submit, submitted_at,
};
use crate::app::{Answer, BASE, NOON, TestHub};

fn path(query: &str) -> String {
    format!("{BASE}/automation-pipeline{query}")
}

/// The automations a list shows, in its order.
fn names(answer: &Answer) -> Vec<String> {
    let text = answer.text();
    let mut rows = text.split(r#"class="name ah-name"><a href=""#).skip(1);
    let name = |row: &str| {
        let (_, rest) = row.split_once('>').unwrap();
        rest.split_once("</a>").unwrap().0.to_owned()
    };
    rows.by_ref().map(name).collect()
}

/// The tables offered, with their counts.
fn tabs(answer: &Answer) -> Vec<String> {
    let text = answer.text();
    let nav = text.split(r#"<nav class="ah-tabs""#).nth(1).unwrap().split("</nav>").next().unwrap();
    let tab = |part: &str| {
        let words = part.split_once('>').unwrap().1;
        words.replace(r#"<span class="ah-count">"#, "").replace("</span></a>", "")
    };
    nav.split("<a ").skip(1).map(tab).collect()
}

async fn four_ideas(hub: &TestHub) {
    let tree = plant(hub).await;
    let ines = hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let lena = hub.add_user("lena@nordwind.test", &[STANDARD_USER]).await;
    let mut owned = idea("Match supplier invoices", tree.payables, lena);
    owned.owner = Some(ines);
    submit(
        hub,
        vec![
            submitted_at(
                assessed(standing(owned, "QUALIFICATION_ON_HOLD"), [5, 4, 3, 4, 5]),
                NOON.plus_days(-40),
            ),
            submitted_at(
                assessed(idea("Archive contracts", tree.legal, ines), [1, 1, 1, 1, 1]),
                NOON.plus_days(-3),
            ),
            submitted_at(
                described(
                    standing(idea("Bank statements", tree.finance, lena), "LIVE_ONGOING"),
                    "Download & split",
                ),
                NOON.plus_days(-2),
            ),
            submitted_at(
                standing(idea("Zebra labels", tree.payables, lena), "DEVELOPMENT_AT_RISK"),
                NOON.plus_days(-1),
            ),
        ],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_table_shows_its_phases_with_exact_counts() {
    let hub = TestHub::start().await;
    four_ideas(&hub).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;

    let all = ines.get(&path("")).await;
    assert_eq!(all.status, StatusCode::OK);
    assert_eq!(tabs(&all), ["All 4", "Review 1", "Decision Pipeline 1", "Implementation 1", "Live 1"]);
    assert_eq!(
        names(&all),
        ["Zebra labels", "Bank statements", "Archive contracts", "Match supplier invoices"]
    );
    assert_eq!(names(&ines.get(&path("?table=review")).await), ["Archive contracts"]);
    assert_eq!(names(&ines.get(&path("?table=decision-pipeline")).await), ["Match supplier invoices"]);
    assert_eq!(names(&ines.get(&path("?table=implementation")).await), ["Zebra labels"]);
    assert_eq!(names(&ines.get(&path("?table=live")).await), ["Bank statements"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn search_finds_name_number_and_description() {
    let hub = TestHub::start().await;
    four_ideas(&hub).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;

    for (search, expected) in [
        ("INVOICES", vec!["Match supplier invoices"]),
        ("download+%26", vec!["Bank statements"]),
        ("AH-0002", vec!["Archive contracts"]),
        ("ah-4", vec!["Zebra labels"]),
        ("%25", vec![]),
        ("nothing+like+it", vec![]),
    ] {
        let answer = ines.get(&path(&format!("?search={search}"))).await;
        assert_eq!(names(&answer), expected, "{search}");
    }
    let empty = ines.get(&path("?search=%3Cb%3Enothing")).await.text();
    assert!(empty.contains("No automation with “&#60;b&#62;nothing” in its name"), "{empty}");
    assert!(empty.contains("Show all 4"));
    assert_eq!(ines.get(&path("?search=a%00b")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_add_up_and_each_can_be_removed() {
    let hub = TestHub::start().await;
    four_ideas(&hub).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;

    for (query, expected) in [
        ("?phase=3&phase=9", vec!["Bank statements", "Match supplier invoices"]),
        ("?phase=3&status=54", vec![]),
        ("?phase=3&status=55", vec!["Match supplier invoices"]),
        ("?phase=9&status=55", vec!["Bank statements", "Match supplier invoices"]),
        ("?category=1", vec!["Zebra labels", "Bank statements", "Match supplier invoices"]),
        ("?submitter=me", vec!["Archive contracts"]),
        ("?owner=me", vec!["Match supplier invoices"]),
        ("?from=2026-11-14&to=2026-11-15", vec!["Bank statements", "Archive contracts"]),
        ("?table=live&phase=1", vec![]),
        ("?type=7", vec![]),
    ] {
        assert_eq!(names(&ines.get(&path(query)).await), expected, "{query}");
    }
    let text = ines.get(&path("?table=decision-pipeline&status=55&owner=me")).await.text();
    assert!(text.contains("Status <b>Qualification: On Hold</b>"), "{text}");
    assert!(text.contains(r#"?table=decision-pipeline&#38;owner=me" aria-label="Remove filter Status"#));
    assert!(text.contains("1–1 of 1 matching, 1 in total"));
}

#[tokio::test(flavor = "multi_thread")]
async fn sorting_keeps_what_is_not_assessed_last() {
    let hub = TestHub::start().await;
    four_ideas(&hub).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;

    let by_score = ines.get(&path("?sort=score")).await;
    assert_eq!(names(&by_score)[..2], ["Match supplier invoices", "Archive contracts"]);
    assert!(by_score.text().contains(r#"aria-sort="descending""#));
    let by_name = ines.get(&path("?sort=name")).await;
    assert_eq!(
        names(&by_name),
        ["Archive contracts", "Bank statements", "Match supplier invoices", "Zebra labels"]
    );
    assert!(by_name.text().contains("?sort=name&#38;order=desc"));
    let oldest = ines.get(&path("?sort=submitted&order=asc")).await;
    assert_eq!(names(&oldest)[0], "Match supplier invoices");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_comes_in_pages_of_fifty() {
    let hub = TestHub::start().await;
    let tree = plant(&hub).await;
    let ines = hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    submit(&hub, (1..=120).map(|n| idea(&format!("Idea {n:03}"), tree.legal, ines)).collect()).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;

    let second = ines.get(&path("?sort=name&page=2")).await;
    assert_eq!(names(&second).len(), 50);
    assert_eq!(names(&second)[0], "Idea 051");
    let text = second.text();
    assert!(text.contains("51–100 of 120"));
    assert!(text.contains(r#"automation-pipeline?sort=name" rel="prev""#), "{text}");
    assert!(text.contains(r#"automation-pipeline?sort=name&#38;page=3" rel="next""#));
    assert!(ines.get(&path("?page=999")).await.text().contains("101–120 of 120"));
    for beyond in ["9223372036854775807", "18446744073709551615", "18446744073709551616"] {
        let last = ines.get(&path(&format!("?page={beyond}"))).await.text();
        assert!(last.contains("101–120 of 120"), "{beyond}");
    }
    assert!(text.contains(r#"automation-pipeline?sort=name" aria-label="First page""#), "{text}");
    assert!(text.contains(r#"automation-pipeline?sort=name&#38;page=3" aria-label="Last page""#), "{text}");
    let request = Request::get(path("?page=999")).header("hx-request", "true");
    assert!(ines.send(request).await.header("hx-push-url").ends_with("?page=3"), "the page that is shown");
}

#[tokio::test(flavor = "multi_thread")]
async fn htmx_gets_the_list_and_the_short_address_alone() {
    let hub = TestHub::start().await;
    four_ideas(&hub).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;

    let query = path("?search=zebra&phase=&from=&to=");
    let part = ines.send(Request::get(&query).header("hx-request", "true")).await;
    assert_eq!(part.header("hx-push-url"), path("?search=zebra"));
    assert_eq!(names(&part), ["Zebra labels"]);
    assert!(!part.text().contains("<html"));
    assert!(part.text().contains(r#"id="chips" hx-swap-oob="true""#));
    let text = part.text();
    let tabs = text.split_once(r#"id="tabs""#).and_then(|(_, rest)| rest.split_once("</nav>")).unwrap().0;
    assert!(tabs.starts_with(r#" aria-label="Tables" hx-swap-oob="true""#), "{tabs}");
    assert_eq!(tabs.matches("search=zebra").count(), tabs.matches("<a ").count(), "{tabs}");

    let restored = ines
        .send(Request::get(&query).header("hx-request", "true").header("hx-history-restore-request", "true"))
        .await;
    assert_eq!(restored.location(), path("?search=zebra"), "a form's empty fields leave the address");
    let query = restored.location().to_owned();
    let restored = ines
        .send(Request::get(&query).header("hx-request", "true").header("hx-history-restore-request", "true"))
        .await;
    assert!(restored.text().contains("<html"));
    assert!(!restored.text().contains("hx-swap-oob"), "it would be taken out of the page");
    let signed_out =
        hub.send(Request::get(&query).header("hx-request", "true").body(axum::body::Body::empty()).unwrap());
    assert!(signed_out.await.header("hx-redirect").starts_with(&format!("{BASE}/sign-in?next=")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_that_is_not_known_is_passed_over_and_the_page_says_so() {
    let hub = TestHub::start().await;
    four_ideas(&hub).await;
    let mut lena = hub.signed_in("lena@nordwind.test").await;
    let odd = lena.get(&path("?phase=NOPE&from=2026-13-45")).await.text();
    assert!(odd.contains("phase “NOPE”, submitted from “2026-13-45”"), "{odd}");
    let plain = lena.get(&path("")).await.text();
    assert!(!plain.contains("Passed over"));
    assert_eq!(
        odd.matches("role=\"rowheader\"").count(),
        plain.matches("role=\"rowheader\"").count(),
        "all stand there"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_only_the_tables_and_categories_of_their_roles() {
    let hub = TestHub::start().await;
    four_ideas(&hub).await;
    let mut lena = hub.signed_in("lena@nordwind.test").await;
    assert_eq!(tabs(&lena.get(&path("")).await), ["All 4"]);
    let refused = lena.get(&path("?table=live")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.text().contains("Access to the Implementation and Live tables"));

    let hanna = hub.add_user("hanna@nordwind.test", &[]).await;
    // The first category of the tree is Finance; Payables lies below it.
    limit(&hub, hanna, IDEA_APPROVER, automation_hub_domain::id::CategoryId::new(1)).await;
    let mut hanna = hub.signed_in("hanna@nordwind.test").await;
    let list = hanna.get(&path("")).await;
    assert_eq!(tabs(&list), ["All 3", "Review 0"]);
    assert_eq!(names(&list), ["Zebra labels", "Bank statements", "Match supplier invoices"]);
    for outside in ["?search=contracts", "?search=AH-0002", "?category=3", "?status=46"] {
        assert_eq!(names(&hanna.get(&path(outside)).await), Vec::<String>::new(), "{outside}");
    }

    hub.add_user("nobody@nordwind.test", &[]).await;
    let mut nobody = hub.signed_in("nobody@nordwind.test").await;
    assert_eq!(nobody.get(&path("")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(nobody.get(&path(".csv")).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_hub_says_what_will_stand_here() {
    let hub = TestHub::start().await;
    hub.add_user("paul@nordwind.test", &[PROJECT_MANAGER]).await;
    let mut paul = hub.signed_in("paul@nordwind.test").await;

    let text = paul.get(&path("")).await.text();
    assert!(text.contains("No automations yet"), "{text}");
    assert!(!text.contains("Download CSV"));
    let csv = paul.get(&path(".csv")).await;
    assert_eq!(csv.text().lines().count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_holds_what_the_list_shows_and_no_formulas() {
    let hub = TestHub::start().await;
    let tree = plant(&hub).await;
    let ines = hub.add_user("ines@nordwind.test", &[SYSTEM_ADMIN]).await;
    let mut many: Vec<_> = (1..=1001).map(|n| idea(&format!("Idea {n:04}"), tree.legal, ines)).collect();
    many.push(assessed(idea("=1+1, \"quoted\"", tree.payables, ines), [5, 4, 3, 4, 5]));
    submit(&hub, many).await;
    let mut ines = hub.signed_in("ines@nordwind.test").await;

    let file = ines.get(&path(".csv?sort=name")).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"automations-all.csv\"");
    let text = file.text();
    let rows: Vec<_> = text.strip_prefix('\u{feff}').unwrap().split("\r\n").collect();
    assert_eq!(rows.len(), 1 + 1002 + 1, "a header, the rows, and what follows the last line");
    assert!(rows[0].starts_with("Name,ID,Automation ID,Category,"));
    assert_eq!(
        rows[1],
        "\"'=1+1, \"\"quoted\"\"\",AH-1002,,\"Finance, Payables\",Employee-driven idea,Idea,Awaiting Review,\
         Ines Tester,,,84,,,,0,2026-11-17,2026-11-17,\
         http://127.0.0.1:8080/nordwind/production/automationhub_/automation-profile/1-1-quoted"
    );
    assert!(rows[1002].starts_with("Idea 1001,AH-1001,"));

    let filtered = ines.get(&path(".csv?category=2")).await;
    assert_eq!(filtered.text().lines().count(), 2);

    // Whoever names another host gets no links there.
    let request = Request::get(path(".csv?category=2"))
        .header("host", "evil.test")
        .header("cookie", ines.cookie_header());
    let text = hub.send(request.body(Body::empty()).unwrap()).await.text();
    assert!(text.contains("http://127.0.0.1:8080/nordwind/") && !text.contains("evil.test"), "{text}");
}
