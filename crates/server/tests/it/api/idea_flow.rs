//! Moving ideas to another flow.

use automation_hub_domain::id::RoleId;
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, Caller, SYSTEM_ADMIN, assert_problem};

fn to(flow: i64, phase: &str, status: &str) -> Value {
    json!({"idea_flow_id": flow, "phase_variable": phase, "status_variable": status})
}

/// A shared automation with answers of its own kind and ratings.
async fn shared(api: &Api) -> (Caller<'_>, String) {
    let admin = api.with_roles("adam@nordwind.example", &[SYSTEM_ADMIN]).await;
    let body = json!({"idea_flow_id": 3, "user_inputs": {
        "OVR": {"any": {
            "OVR-OVERVIEW_NAME": {"value": "One"}, "OVR-OVERVIEW_DESCRIPTION": {"value": "By macro"},
            "OVR-OVERVIEW_CATEGORY": {"value": api.payables.get()}
        }},
        "CD": {"any": {
            "CD-FREQUENCY": {"value": "frequency-weekly"}, "CD-VOLUMES": {"value": 10},
            "CD-NUMBER_OF_BENEFICIARIES": {"value": 6}, "CD-DURATION_BEFORE": {"value": 15},
            "CD-DURATION_AFTER": {"value": 5}
        }},
        "Q2": {"any": {"Q2-VOLUMES": {"value": 40}}}
    }});
    let created = admin.submitted("/idea-from-schema", &body).await;
    let path = format!("/automations/{}/idea-flow", created["process_id"]);
    (admin, path)
}

#[tokio::test]
async fn answers_that_both_flows_have_stay_and_others_are_hidden_until_it_comes_back() {
    let api = Api::start().await;
    let (admin, path) = shared(&api).await;
    let before = admin.data("/automations/one").await;
    assert_eq!(
        (&before["cd-volumes"], &before["process_estimated_benefit_score"]),
        (&json!(10), &json!(520))
    );
    let record = admin.changed(Method::POST, &path, &to(1, "ASSESSMENT", "IN_PROGRESS")).await;
    for (name, value) in [
        ("process_submission_type", json!(1)),
        ("phase_key", json!("ASSESSMENT")),
        ("process_phase_status_id", json!(53)),
        ("process_description", json!("By macro")),
        ("q2-volumes", json!(40)),
        ("process_estimated_benefit_score", json!(null)),
    ] {
        assert_eq!(record[name], value, "{name}");
    }
    assert!(record.get("cd-volumes").is_none());
    assert_eq!(record, admin.data("/automations/one").await);
    assert_eq!(admin.data("/automations?submissionType=3").await["totalItems"], 0);
    assert_eq!(admin.data("/automations?submissionType=1&status=53").await["totalItems"], 1);
    let (action, _, after) = api.trail(record["process_id"].as_i64().unwrap()).await.remove(0);
    assert_eq!(
        (action.as_str(), after),
        ("idea.change-flow", Some(json!({"status": 53, "submission_type": 1})))
    );

    let back = admin
        .changed(Method::POST, &path, &to(3, "BUSINESS_REVIEW", "BUSINESS_REVIEW_AWAITING_REVIEW"))
        .await;
    assert_eq!((&back["cd-volumes"], &back["process_estimated_benefit_score"]), (&json!(10), &json!(520)));
    assert_eq!(back["process_phase_status_id"], 100);
}

#[tokio::test]
async fn a_change_request_that_becomes_an_idea_forgets_what_it_changes() {
    let api = Api::start().await;
    let (admin, _) = shared(&api).await;
    let parent = admin.data("/automations/one").await["process_id"].clone();
    let flat = json!({
        "process_submission_type": 6, "process_name": "Two", "process_description": "More banks",
        "category_id": api.payables.get(), "process_parent_id": parent
    });
    admin.submitted("/automations", &flat).await;
    assert_eq!(admin.data("/automations/two").await["process_parent_id"], parent);
    let moved =
        admin.changed(Method::POST, "/automations/two/idea-flow", &to(1, "IDEA", "AWAITING_REVIEW")).await;
    assert!(moved.get("process_parent_id").is_none());
}

#[rstest]
#[case(to(6, "IDEA", "AWAITING_REVIEW"), &["idea_flow_id"])]
#[case(to(99, "IDEA", "AWAITING_REVIEW"), &["idea_flow_id"])]
#[case(to(8, "IDEA", "AWAITING_REVIEW"), &["phase_variable"])]
#[case(to(1, "IDEA", "ONGOING"), &["status_variable"])]
#[case(json!({}), &["idea_flow_id", "phase_variable", "status_variable"])]
#[case(json!({"idea_flow_id": "1", "phase_variable": 1, "status_variable": ""}), &["idea_flow_id", "phase_variable", "status_variable"])]
#[tokio::test]
async fn what_is_wrong_is_named(#[case] body: Value, #[case] fields: &[&str]) {
    let api = Api::start().await;
    let (admin, path) = shared(&api).await;
    let refused = admin.post(&path, &body).await;
    assert_problem(&refused, 400, "invalid-input");
    assert_eq!(refused.json()["errorDetails"].as_object().unwrap().keys().collect::<Vec<_>>(), fields);
    assert_problem(
        &admin.post("/automations/9999/idea-flow", &to(1, "IDEA", "APPROVED")).await,
        404,
        "not-found",
    );
}

#[tokio::test]
async fn who_may_change_the_flow_does_not_move_ideas_within_it() {
    let api = Api::start().await;
    let (admin, path) = shared(&api).await;
    let owner = api.with_roles("olga@nordwind.example", &[RoleId::new(1)]).await;
    let ownerless = owner.post(&path, &to(1, "ASSESSMENT", "NOT_STARTED")).await;
    assert_problem(&ownerless, 400, "invalid-input");
    assert_eq!(
        ownerless.json()["errorDetails"],
        json!({"status_variable": ["A process owner has to be named first."]})
    );
    owner.changed(Method::POST, &path, &to(1, "IDEA", "AWAITING_REVIEW")).await;
    for mover in [&owner, &admin] {
        let refused = mover.post(&path, &to(1, "LIVE", "ONGOING")).await;
        assert_problem(&refused, 400, "invalid-input");
        assert!(refused.json()["errorDetails"]["idea_flow_id"].is_array(), "{}", refused.text());
    }
    assert_eq!(admin.data("/automations/one").await["phase_key"], "IDEA");
}

#[tokio::test]
async fn it_takes_the_permission_and_that_to_submit_into_the_flow() {
    let api = Api::start().await;
    let (_, path) = shared(&api).await;
    let body = to(1, "IDEA", "AWAITING_REVIEW");
    let ana = api.standard("ana@nordwind.example", None).await;
    assert_problem(&ana.post(&path, &body).await, 403, "permission-missing");
    // An Account Owner may change flows, but not submit what comes from the centre of excellence.
    let owner = api.with_roles("olga@nordwind.example", &[RoleId::new(1)]).await;
    assert_problem(&owner.post(&path, &to(2, "ASSESSMENT", "NOT_STARTED")).await, 403, "permission-missing");
    owner.changed(Method::POST, &path, &body).await;
    let token = api.nobody_in_particular().await;
    assert_problem(&token.post(&path, &body).await, 403, "submitter-required");
}
