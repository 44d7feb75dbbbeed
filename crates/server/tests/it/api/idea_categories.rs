//! Filing ideas under another category.

use axum::http::Method;
use serde_json::json;

use super::{Api, assert_problem};

const PATH: &str = "/automation/one/categories";

#[tokio::test]
async fn an_idea_moves_with_its_counts_and_its_chain() {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    let record = caller.changed(Method::PUT, PATH, &json!({"category_id": api.legal.get()})).await;
    assert_eq!(
        (&record["category_id"], &record["category_name"]),
        (&json!(api.legal.get()), &json!("Legal"))
    );
    assert_eq!(record, caller.data("/automations/one").await);
    let total = async |category| {
        caller.data(&format!("/automations?category={category}")).await["totalItems"].clone()
    };
    assert_eq!((total(api.legal).await, total(api.finance).await), (json!(1), json!(0)));
    let (action, before, after) = api.trail(record["process_id"].as_i64().unwrap()).await.remove(0);
    assert_eq!(action, "idea.file");
    let category = |id: automation_hub_domain::id::CategoryId| Some(json!({"category": id.get()}));
    assert_eq!((before, after), (category(api.payables), category(api.legal)));
}

#[tokio::test]
async fn what_is_wrong_with_the_category_is_told() {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    for (body, message) in [
        (json!({"category_id": 99_999}), "Invalid Category Id."),
        (json!({"category_id": api.archived.get()}), "Invalid Category Id."),
        (json!({}), "Please fill in all the required information"),
        (json!({"category_id": "12"}), "category_id: A whole number is needed."),
    ] {
        let answer = caller.call(Method::PUT, PATH, &body).await;
        assert_problem(&answer, 400, "invalid-input");
        assert_eq!(answer.json()["message"], message);
        assert!(answer.json()["errorDetails"]["category_id"].is_array());
    }
    let body = json!({"category_id": api.legal.get()});
    assert_problem(&caller.call(Method::PUT, "/automation/9999/categories", &body).await, 404, "not-found");
    assert_eq!(caller.data("/automations/one").await["category_id"], api.payables.get());
}

#[tokio::test]
async fn only_who_may_edit_it_and_sees_the_other_category_files_it() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let ana = api.standard("ana@nordwind.example", Some(api.finance)).await;
    api.add_ideas(admin.id(), api.payables, &["One"]).await;
    api.add_ideas(ana.id(), api.payables, &["Mine"]).await;
    let to = |category: automation_hub_domain::id::CategoryId| json!({"category_id": category.get()});
    assert_problem(&ana.call(Method::PUT, PATH, &to(api.finance)).await, 403, "permission-missing");
    let mine = "/automation/mine/categories";
    assert_problem(&ana.call(Method::PUT, mine, &to(api.legal)).await, 403, "permission-missing");
    let record = ana.changed(Method::PUT, mine, &to(api.finance)).await;
    assert_eq!(record["category_id"], api.finance.get());
    let token = api.nobody_in_particular().await;
    assert_problem(&token.call(Method::PUT, mine, &to(api.finance)).await, 403, "submitter-required");
}
