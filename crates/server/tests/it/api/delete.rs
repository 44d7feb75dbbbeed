//! Removing ideas for good.

use automation_hub_domain::id::RoleId;
use axum::{body::Body, http::Method};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, assert_problem};

#[rstest]
#[case::with_a_reason(json!({"comment": "Nobody needs it"}), Some(json!({"comment": "Nobody needs it"})))]
#[case::without(json!({}), None)]
#[tokio::test]
async fn a_deleted_idea_is_gone_its_name_free_and_the_trail_has_it(
    #[case] body: Value,
    #[case] reason: Option<Value>,
) {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    let id = caller.data("/automations/one").await["process_id"].as_i64().unwrap();
    let path = format!("/automations/{id}");
    let answer = caller.call(Method::DELETE, &path, &body).await;
    assert_eq!(answer.json(), json!({"message": "Success", "statusCode": 200, "data": {"process_id": id}}));
    for path in [path.as_str(), "/automations/one", &format!("{path}/schema")] {
        assert_problem(&caller.get(path).await, 404, "not-found");
    }
    assert_problem(&caller.call(Method::DELETE, &path, &json!({})).await, 404, "not-found");
    assert_eq!(caller.data("/automations").await["totalItems"], 0);
    assert_eq!(caller.data("/automations?search=one").await["totalItems"], 0);
    let (action, _, after) = api.trail(id).await.remove(0);
    assert_eq!((action.as_str(), after), ("idea.delete", reason));
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    assert_eq!(caller.data("/automations/one-2").await["process_name"], "One");
}

#[tokio::test]
async fn no_body_is_needed_but_one_that_is_there_has_to_be_right() {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    let delete =
        async |body: Body| caller.send(Method::DELETE, "/automations/one", "application/json", body).await;
    assert_problem(&delete(Body::from("{")).await, 400, "malformed-body");
    assert_problem(&delete(Body::from("[]")).await, 400, "malformed-body");
    for body in [json!({"comment": 7}), json!({"comment": "a".repeat(3001)})] {
        let answer = delete(Body::from(body.to_string())).await;
        assert_problem(&answer, 400, "invalid-input");
        assert!(answer.json()["errorDetails"]["comment"].is_array());
    }
    assert_eq!(caller.send(Method::DELETE, "/automations/one", "", Body::empty()).await.status, 200);
}

#[rstest]
#[case(RoleId::new(8), 403)]
#[case(RoleId::new(6), 403)]
#[case(RoleId::new(5), 200)]
#[case(RoleId::new(1), 200)]
#[case(RoleId::new(2), 200)]
#[tokio::test]
async fn it_is_for_administrators_and_program_managers(#[case] role: RoleId, #[case] status: u16) {
    let api = Api::start().await;
    let caller = api.with_roles("paula@nordwind.example", &[role]).await;
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    let answer = caller.call(Method::DELETE, "/automations/one", &json!({})).await;
    assert_eq!(answer.status, status, "{}", answer.text());
    let token = api.nobody_in_particular().await;
    assert_problem(
        &token.call(Method::DELETE, "/automations/one", &json!({})).await,
        403,
        "submitter-required",
    );
}
