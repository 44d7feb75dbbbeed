//! Submitting CoE-driven ideas and those of Process Mining.

use automation_hub_domain::id::RoleId;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, Caller, assert_problem};

const PATH: &str = "/coe-automationidea";

async fn expert(api: &Api) -> Caller<'_> {
    api.with_roles("eva@nordwind.example", &[RoleId::new(7)]).await
}

fn required(api: &Api) -> Value {
    json!({
        "process_name": "Match invoices", "process_description": "By hand", "category_id": api.payables.get(),
        "process_pain_points": "Slow", "process_negative_impact": "Late payments",
        "automation_goal": "automation-goal-cost", "task_stability": "task-stability-minor-change-expected",
        "application_stability": "application-stability-no-change-expected"
    })
}

/// The worked example of the yearly figures.
fn complete(api: &Api) -> Value {
    let mut body = required(api);
    for (name, value) in [
        ("orchestrator_automation_uuid", json!("FIN-AP-0031")),
        ("employee_average_working_days", json!(220)),
        ("employee_working_hours", json!(8)),
        ("employee_average_full_cost", json!(48_000)),
        ("frequency", json!("frequency-daily")),
        ("volumes", json!(50)),
        ("average_processing_time", json!(6)),
        ("average_error_rate", json!(5)),
        ("average_rework_time", json!(12)),
        ("average_review_share", json!(10)),
        ("average_review_time", json!(3)),
        ("number_of_steps", json!(32)),
        ("number_of_ways", json!(3)),
        ("digital_input", json!(70)),
        ("structured_input", json!(80)),
    ] {
        body[name] = value;
    }
    body
}

#[tokio::test]
async fn a_detailed_assessment_gives_its_figures() {
    let api = Api::start().await;
    let eva = expert(&api).await;
    eva.submitted(PATH, &complete(&api)).await;
    let record = eva.data("/automations/match-invoices").await;
    for (name, value) in [
        ("process_submission_type", json!(2)),
        ("process_phase_status_id", json!(51)),
        ("process_submitter_user_id", json!(eva.id().get())),
        ("process_automation_id", json!("FIN-AP-0031")),
        ("process_pain_points", json!("Slow")),
        ("process_goal", json!("automation-goal-cost")),
        ("q2-process_negative_impact", json!("Late payments")),
        ("q2-automation_goal__display", json!("Cost")),
        ("q2-volumes", json!(50)),
        ("q2-average_error_rate__display", json!("5 %")),
        ("process_overall_gauge_score", json!(null)),
        ("process_automation_score", json!(80)),
        ("process_estimated_benefit_score", json!(1012)),
        ("process_estimated_benefit_score__display", json!("1,012")),
        ("process_estimated_benefit_fte", json!(0.575)),
        ("process_estimated_benefit_cost", json!(27_600)),
        // Without its applications the ease isn't known.
        ("process_ease_of_implementation_score", json!(null)),
    ] {
        match (record[name].as_f64(), value.as_f64()) {
            (Some(shown), Some(expected)) => assert!((shown - expected).abs() < 1e-6, "{name}: {shown}"),
            _ => assert_eq!(record[name], value, "{name}"),
        }
    }
    assert_eq!(eva.names("/automations?status=51").await, ["Match invoices"]);
}

#[tokio::test]
async fn a_frequency_needs_no_prefix() {
    let api = Api::start().await;
    let eva = expert(&api).await;
    let mut body = complete(&api);
    body["frequency"] = json!("weekly");
    eva.submitted(PATH, &body).await;
    assert_eq!(eva.data("/automations/match-invoices").await["q2-frequency"], "frequency-weekly");
}

#[tokio::test]
async fn what_is_not_assessed_is_null_and_not_zero() {
    let api = Api::start().await;
    let eva = expert(&api).await;
    let mut body = complete(&api);
    body.as_object_mut().unwrap().remove("employee_average_full_cost");
    eva.submitted(PATH, &body).await;
    let record = eva.data("/automations/match-invoices").await;
    assert_eq!(record["process_estimated_benefit_cost"], json!(null));
    assert!(record["process_estimated_benefit_score"].is_number());
    body = required(&api);
    body["process_name"] = json!("Two");
    eva.submitted(PATH, &body).await;
    let record = eva.data("/automations/two").await;
    for name in
        ["process_automation_score", "process_estimated_benefit_score", "process_estimated_benefit_fte"]
    {
        assert_eq!(record[name], json!(null), "{name}");
    }
}

#[rstest]
#[case("process_pain_points", json!(null), "Please fill in all the required information")]
#[case("process_negative_impact", json!(""), "Please fill in all the required information")]
#[case("automation_goal", json!("automation-goal-fame"), "Please fill in all the required information")]
#[case("automation_goal", json!(1), "automation_goal: The code of an option is needed.")]
#[case("task_stability", json!(null), "Please fill in all the required information")]
#[case("volumes", json!(0), "volumes: At least 1 is needed.")]
#[case("volumes", json!(2.5), "volumes: A whole number is needed.")]
#[case("average_error_rate", json!(101), "average_error_rate: At most 100 is possible.")]
#[case("employee_average_full_cost", json!(-1), "employee_average_full_cost: At least 0 is needed.")]
#[case("category_id", json!(99_999), "Invalid Category Id.")]
#[case("owner", json!("nobody@nordwind.example"), "Cannot identify owner by email")]
#[tokio::test]
async fn what_is_wrong_is_named(#[case] field: &str, #[case] value: Value, #[case] message: &str) {
    let api = Api::start().await;
    let mut body = required(&api);
    body[field] = value;
    let refused = expert(&api).await.post(PATH, &body).await;
    assert_problem(&refused, 400, "invalid-input");
    let json = refused.json();
    assert_eq!(json["message"], message);
    assert_eq!(json["errorDetails"].as_object().unwrap().keys().collect::<Vec<_>>(), [field]);
}

#[tokio::test]
async fn it_is_for_those_who_may_submit_such_ideas() {
    let api = Api::start().await;
    let ana = api.standard("ana@nordwind.example", None).await;
    assert_problem(&ana.post(PATH, &required(&api)).await, 403, "permission-missing");
    let token = api.nobody_in_particular().await;
    let mut body = required(&api);
    assert_problem(&token.post(PATH, &body).await, 403, "submitter-required");
    body["submitter"] = json!("ana@nordwind.example");
    token.submitted(PATH, &body).await;
    assert_problem(&expert(&api).await.post(PATH, &body).await, 409, "conflict");
}

#[tokio::test]
async fn ideas_of_process_mining_start_awaiting_review() {
    let api = Api::start().await;
    let ana = api.standard("ana@nordwind.example", None).await;
    let mut body = json!({"process_name": "Mined", "process_description": "Seen in logs", "volumes": 40});
    let refused = ana.post("/processmining-idea", &body).await;
    assert_problem(&refused, 400, "invalid-input");
    body["category_id"] = json!(api.payables.get());
    ana.submitted("/processmining-idea", &body).await;
    let record = ana.data("/automations/mined").await;
    for (name, value) in [
        ("process_submission_type", json!(4)),
        ("process_phase_status_id", json!(46)),
        ("q2-volumes", json!(40)),
    ] {
        assert_eq!(record[name], value, "{name}");
    }
    assert_eq!(ana.names("/automations").await, [""; 0]);
    assert_eq!(ana.names("/automations?submissionType=4").await, ["Mined"]);
}
