//! Texts as long as a body may be.

use automation_hub_storage::Indexing;
use axum::http::Method;
use rstest::rstest;
use serde_json::json;

use super::Api;

async fn index_all(api: &Api) {
    while matches!(api.hub.app.store.index_ideas().await.unwrap(), Indexing::Behind) {}
}

#[rstest]
#[case::one_word("x".repeat(1_000_000))]
#[case::many_words((0..100_000).map(|number| format!("w{number:08}")).collect::<Vec<_>>().join(" "))]
#[case::many_bytes("ü".repeat(500_000))]
#[tokio::test]
async fn a_text_as_long_as_a_body_may_be_is_kept_listed_searched_and_changed(#[case] text: String) {
    let api = Api::start().await;
    let admin = api.admin().await;
    let idea = json!({
        "process_name": "One", "process_description": &text, "category_id": api.payables.get(),
        "rules": 5, "input_type": 4, "input_quality": 3, "stability": 2, "documentation": 1
    });
    let id = admin.submitted("/automationidea", &idea).await["process_id"].clone();
    index_all(&api).await;
    let word: String = text.chars().take_while(|letter| *letter != ' ').take(20).collect();
    for list in [
        "/automations?limit=5".to_owned(),
        "/automations?limit=1000".to_owned(),
        format!("/automations?search={word}"),
    ] {
        let listed = admin.data(&list).await["processes"].clone();
        assert_eq!(
            (&listed[0]["process_id"], listed[0]["process_description"] == *text),
            (&id, true),
            "{list}"
        );
    }
    // The names around it take some of the body.
    let shorter = &text[..text.len() - 20_000];
    let change = json!({"user_inputs": {"OVR": {"any": {"OVR-OVERVIEW_PAIN_POINTS": {"value": shorter}}}}});
    let path = format!("/automations/{id}");
    let changed = admin.call(Method::PATCH, &path, &change).await;
    assert_eq!(changed.status, 200);
    index_all(&api).await;
    let record = admin.data(&path).await;
    assert!(record["process_description"] == *text);
    assert_eq!(record["process_pain_points"].as_str().unwrap().len(), shorter.len());
}
