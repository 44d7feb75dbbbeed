//! Walking through lists of automations by `cursor`.

use automation_hub_domain::{clock::Timestamp, idea::SubmissionType};
use proptest::{prelude::*, sample, test_runner::TestRunner};
use serde_json::{Value, json};

use super::{Api, Caller, assert_problem, idea};
use crate::app::NOON;

const SORTS: [&str; 5] = [
    "process_created_epoch",
    "process_updated_epoch",
    "process_name",
    "process_overall_gauge_score",
    "process_id",
];

const FILTERS: &[&str] =
    &["", "category=LEGAL", "submissionType=2", "search=id%C3%A9e%205", "updatedStart=FROM&updatedEnd=TO"];

fn ids(data: &Value) -> Vec<i64> {
    data["processes"].as_array().unwrap().iter().map(|row| row["process_id"].as_i64().unwrap()).collect()
}

/// All ids of a list, page by page. `between` is done after each page.
async fn walk(caller: &Caller<'_>, query: &str, mut between: impl AsyncFnMut(usize)) -> Vec<i64> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for page in 0.. {
        assert!(page < 1000, "it doesn't end");
        let data = caller.data(&format!("{query}&cursor={cursor}")).await;
        let rows = ids(&data);
        assert_eq!(data["pageSize"], rows.len());
        assert_eq!(data["page"], page + 1, "as counted by limit");
        found.extend(rows);
        between(page).await;
        match &data["nextCursor"] {
            Value::Null => break,
            Value::String(next) => cursor.clone_from(next),
            other => panic!("{other}"),
        }
    }
    found
}

/// Creation, update, score and kind of an idea, and whether it is filed under Legal: many are equal.
type Drawn = (i64, i64, Option<u8>, bool, bool);

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    let one = (0..5_i64, 0..5_i64, prop::option::of(0..4_u8), any::<bool>(), any::<bool>());
    prop::collection::vec(one, 0..30)
}

async fn add(api: &Api, caller: &Caller<'_>, drawn: &[Drawn]) {
    let at = |second: i64| Timestamp::from_millis(NOON.millis() + second * 1000);
    let ideas = drawn.iter().enumerate().map(|(n, &(created, updated, score, is_coe, is_legal))| {
        let category = if is_legal { api.legal } else { api.payables };
        // Names whose order is not that of their making.
        let mut new = idea(&format!("Idée {} – {n}", n * 7 % 10), caller.id(), category, created);
        new.updated_at = at(updated);
        new.content.idea_score = score.map(|score| f64::from(score) / 3.0);
        new.submission_type = if is_coe { SubmissionType::CoeDriven } else { SubmissionType::EmployeeDriven };
        new
    });
    api.add(ideas.collect()).await;
}

/// Whatever is there, walked through in whatever way.
#[test]
fn a_walk_finds_the_rows_of_the_list_in_their_order() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let strategy = (drawn(), 1..8_u64, sample::select(FILTERS), any::<bool>());
    let config = ProptestConfig { cases: 24, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&strategy, |(rows, limit, filter, is_pipeline)| {
            runtime.block_on(async {
                let api = Api::start().await;
                let admin = api.admin().await;
                add(&api, &admin, &rows).await;
                let second = |second: i64| (NOON.millis() + second * 1000).to_string();
                let filter = filter
                    .replace("LEGAL", &api.legal.to_string())
                    .replace("FROM", &second(1))
                    .replace("TO", &second(3));
                let list = if is_pipeline { "/automationpipeline" } else { "/automations" };
                for sort in SORTS {
                    for order in ["asc", "desc"] {
                        let query = format!("{list}?sort={sort}&sortOrder={order}&{filter}");
                        let all = ids(&admin.data(&format!("{query}&limit=1000")).await);
                        let walked = walk(&admin, &format!("{query}&limit={limit}"), async |_| ()).await;
                        assert_eq!(walked, all, "{query}&limit={limit}");
                    }
                }
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_long_answer_tells_where_it_goes_on_too() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let names: Vec<_> = (0..1100).map(|n| format!("Idea {n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    api.add_ideas(admin.id(), api.payables, &names).await;
    let all = ids(&admin.data("/automations?limit=30000").await);
    for limit in [550, 600, 1100, 5000] {
        assert_eq!(walk(&admin, &format!("/automations?limit={limit}"), async |_| ()).await, all, "{limit}");
    }
}

#[tokio::test]
async fn what_comes_and_goes_meanwhile_shifts_no_page() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let names: Vec<_> = (0..9).map(|n| format!("Idea {n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    api.add_ideas(admin.id(), api.payables, &names).await;
    let all = ids(&admin.data("/automations").await);
    let walked = walk(&admin, "/automations?limit=2", async |page| {
        let new = ["a", "b", "c"].map(|n| idea(&format!("New {page}{n}"), admin.id(), api.payables, 100));
        api.add(new.into()).await;
        // A row that was seen is gone, as is the one the walk goes on after.
        let answer = admin.delete(&format!("/automations/{}", all[page * 2 + usize::from(page < 4)])).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    });
    assert_eq!(walked.await, all);
}

#[tokio::test]
async fn reading_by_the_instant_of_the_last_change_finds_what_changes_meanwhile() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.payables, &["a", "b", "c", "d"]).await;
    let path = "/automations?sort=process_updated_epoch&sortOrder=asc";
    let first = admin.data(&format!("{path}&limit=2&cursor=")).await;
    api.hub.clock.set(NOON.plus_hours(1));
    let tags = json!({"tags": ["x"]});
    admin.changed(axum::http::Method::POST, "/automations/a/tags", &tags).await;
    let cursor = first["nextCursor"].as_str().unwrap();
    assert_eq!(admin.names(&format!("{path}&cursor={cursor}")).await, ["c", "d", "a"]);
}

#[tokio::test]
async fn who_asks_for_no_cursor_gets_none_and_the_numbers_are_those_of_the_beginning() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.payables, &["a", "b", "c"]).await;
    assert!(admin.data("/automations?limit=2").await.get("nextCursor").is_none());
    // Whoever sends a page along with everything walks all the same.
    let first = admin.data("/automations?limit=2&page=7&offset=9&Cursor=").await;
    assert_eq!(first["processes"].as_array().unwrap().len(), 2);
    let numbers = |data: &Value| {
        ["page", "pageSize", "totalItems", "totalPages"].map(|name| data[name].as_u64().unwrap())
    };
    assert_eq!(numbers(&first), [1, 2, 3, 2]);
    let next = first["nextCursor"].as_str().unwrap();
    let statements = api.hub.app.store.statement_count();
    let second = admin.data(&format!("/automations?limit=2&cursor={next}")).await;
    assert_eq!(
        api.hub.app.store.statement_count(),
        statements + 2,
        "versions and rows: nothing is counted again"
    );
    assert_eq!((numbers(&second), &second["nextCursor"]), ([2, 1, 3, 2], &Value::Null));
    let empty = admin.data("/automations?category=999999&cursor=").await;
    assert_eq!((numbers(&empty), &empty["nextCursor"]), ([1, 0, 0, 1], &Value::Null));
}

#[tokio::test]
async fn what_is_no_cursor_or_one_of_another_order_is_refused_by_name() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.payables, &["a", "b", "c"]).await;
    let next = admin.data("/automations?limit=1&cursor=").await["nextCursor"].as_str().unwrap().to_owned();
    for query in [
        "cursor=x".to_owned(),
        format!("cursor={next}x"),
        format!("cursor={}", &next[1..]),
        format!("cursor={}", "A".repeat(5000)),
        format!("cursor={next}&sort=process_name"),
        format!("cursor={next}&sortOrder=asc"),
    ] {
        for list in ["/automations", "/automationpipeline"] {
            let answer = admin.get(&format!("{list}?{query}")).await;
            assert_problem(&answer, 400, "invalid-input");
            assert!(answer.json()["errorDetails"]["cursor"][0].is_string(), "{}", answer.text());
        }
    }
}

/// What is left of one would lead to another row.
#[tokio::test]
async fn a_cursor_that_lost_its_end_is_none() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.payables, &["Invoices", "Orders"]).await;
    let list = "/automations?limit=1&sort=process_name&cursor=";
    let next = admin.data(list).await["nextCursor"].as_str().unwrap().to_owned();
    for length in 1..next.len() {
        assert_problem(&admin.get(&format!("{list}{}", &next[..length])).await, 400, "invalid-input");
    }
    assert_eq!(admin.get(&format!("{list}{next}")).await.status, 200);
}

#[tokio::test]
async fn a_cursor_shows_nobody_what_they_dont_see() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.legal, &["a", "b", "c"]).await;
    let next = admin.data("/automations?limit=1&cursor=").await["nextCursor"].as_str().unwrap().to_owned();
    let ana = api.standard("ana@nordwind.example", Some(api.finance)).await;
    let data = ana.data(&format!("/automations?cursor={next}")).await;
    assert_eq!(data["processes"], json!([]));
}
