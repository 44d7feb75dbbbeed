//! The tags of an automation: replaced as a whole, folded, bounded.

use automation_hub_domain::role::STANDARD_USER;
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, Caller, assert_problem, documents};
use crate::app::NOON;

const PATH: &str = "/automations/one/tags";

async fn set(caller: &Caller<'_>, path: &str, tags: &[&str]) -> Value {
    caller.changed(Method::POST, path, &json!({ "tags": tags })).await["tags"].clone()
}

#[tokio::test]
async fn a_list_replaces_the_one_before_and_the_trail_has_both() {
    let api = documents::begin().await;
    let ana = documents::ana(&api).await;
    api.hub.clock.set(NOON.plus_days(1));
    assert_eq!(
        set(&ana, PATH, &["Finance", " Quick  win ", "請求書 \"A\""]).await,
        json!(["Finance", "Quick  win", "請求書 \"A\""])
    );
    assert_eq!(set(&ana, PATH, &["quick win", "2027"]).await, json!(["Quick  win", "2027"]));
    let record = ana.data("/automations/one").await;
    assert_eq!(
        (&record["tags"], &record["process_updated_epoch"]),
        (&json!(["Quick  win", "2027"]), &json!(NOON.plus_days(1).millis()))
    );
    assert_eq!(ana.data("/automations").await["processes"], json!([record]));
    let id = record["process_id"].as_i64().unwrap();
    let tags = |tags: &[&str]| Some(json!({ "tags": tags }));
    assert_eq!(
        api.trail(id).await,
        [
            (
                "idea.tag".to_owned(),
                tags(&["Finance", "Quick  win", "請求書 \"A\""]),
                tags(&["Quick  win", "2027"])
            ),
            ("idea.tag".to_owned(), tags(&[]), tags(&["Finance", "Quick  win", "請求書 \"A\""])),
        ]
    );
    assert_eq!(set(&ana, PATH, &["QUICK WIN", "2027"]).await, json!(["Quick  win", "2027"]));
    assert_eq!(api.trail(id).await.len(), 2, "the same once more is no change");
    assert_eq!(set(&ana, PATH, &[]).await, json!([]));
    assert_eq!(ana.data("/automations/one").await["tags"], json!([]));
}

#[tokio::test]
async fn a_tag_keeps_the_spelling_of_whoever_came_first_and_lists_find_it_by_any() {
    let api = documents::begin().await;
    let ana = documents::ana(&api).await;
    api.add_ideas(ana.id(), api.payables, &["Two", "Three"]).await;
    set(&ana, PATH, &["Quick win"]).await;
    assert_eq!(
        set(&ana, "/automations/two/tags", &["ｑuick WIN", "late"]).await,
        json!(["Quick win", "late"])
    );
    assert_eq!(ana.names("/automations?tag=QUICK%20win&sort=process_name").await, ["One", "Two"]);
    assert_eq!(ana.names("/automations?tags=Late").await, ["Two"]);
    assert_eq!(ana.names("/automations?tag=none").await, [""; 0]);
    assert_eq!(ana.data("/automations?tag=late").await["totalItems"], 1);
    set(&ana, "/automations/two/tags", &[]).await;
    assert_eq!(ana.names("/automations?tag=late").await, [""; 0]);
}

#[rstest]
#[case::absent(json!({}), "tags", "This is required.")]
#[case::null(json!({"tags": null}), "tags", "This is required.")]
#[case::text(json!({"tags": "finance"}), "tags", "A list is needed.")]
#[case::number(json!({"tags": ["a", 1]}), "tags/1", "A text is needed.")]
#[case::blank(json!({"tags": ["a", "  "]}), "tags/1", "This can't be empty.")]
#[case::long(json!({"tags": ["a".repeat(51)]}), "tags/0", "At most 50 characters; this has 51.")]
#[case::control(json!({"tags": ["a\u{202e}b"]}), "tags/0", "Control and text-direction characters aren't allowed.")]
#[case::twice(json!({"tags": ["a b", "A  B"]}), "tags/1", "This tag stands there already.")]
#[case::many(json!({"tags": (0..21).map(|n| n.to_string()).collect::<Vec<_>>()}), "tags", "At most 20 tags; these are 21.")]
#[tokio::test]
async fn what_is_no_list_of_tags_is_refused_and_changes_nothing(
    #[case] body: Value,
    #[case] field: &str,
    #[case] message: &str,
) {
    let api = documents::begin().await;
    let ana = documents::ana(&api).await;
    set(&ana, PATH, &["kept"]).await;
    let answer = ana.post(PATH, &body).await;
    assert_problem(&answer, 400, "invalid-input");
    assert_eq!(answer.json()["errorDetails"], json!({ field: [message] }));
    assert_eq!(ana.data("/automations/one").await["tags"], json!(["kept"]));
}

#[tokio::test]
async fn all_that_is_wrong_with_a_list_is_told_at_once() {
    let api = documents::begin().await;
    let ana = documents::ana(&api).await;
    let body = json!({"tags": ["x".repeat(51), "", "  ", 5, null, "a\nb", "fine", "Fine"]});
    let answer = ana.post(PATH, &body).await;
    assert_problem(&answer, 400, "invalid-input");
    assert_eq!(
        answer.json()["errorDetails"],
        json!({
            "tags/0": ["At most 50 characters; this has 51."],
            "tags/1": ["This can't be empty."],
            "tags/2": ["This can't be empty."],
            "tags/3": ["A text is needed."],
            "tags/4": ["A text is needed."],
            "tags/5": ["Control and text-direction characters aren't allowed."],
            "tags/7": ["This tag stands there already."],
        })
    );
}

#[tokio::test]
async fn twenty_of_fifty_characters_fit() {
    let api = documents::begin().await;
    let ana = documents::ana(&api).await;
    let tags: Vec<_> = (0..20).map(|n| format!("{n:0>50}")).collect();
    let tags: Vec<_> = tags.iter().map(String::as_str).collect();
    assert_eq!(set(&ana, PATH, &tags).await, json!(tags));
}

#[tokio::test]
async fn only_who_may_edit_the_idea_tags_it() {
    let api = documents::begin().await;
    let mia = api.hub.add_user("mia@nordwind.example", &[STANDARD_USER]).await;
    let mia = api.user(mia).await;
    let body = json!({"tags": ["mine"]});
    assert_problem(&mia.post(PATH, &body).await, 403, "permission-missing");
    assert_problem(&mia.post("/automations/none/tags", &body).await, 404, "not-found");
    let nobody = api.nobody_in_particular().await;
    assert_problem(&nobody.post(PATH, &body).await, 403, "submitter-required");
}

#[tokio::test]
async fn tags_of_other_tenants_are_others() {
    let api = documents::begin().await;
    let ana = documents::ana(&api).await;
    set(&ana, PATH, &["Quick win"]).await;
    let other = Api::start().await;
    let other = documents::with_idea(other).await;
    let theirs = documents::ana(&other).await;
    assert_eq!(set(&theirs, PATH, &["quick WIN"]).await, json!(["quick WIN"]));
}
