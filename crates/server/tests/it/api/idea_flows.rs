//! The flows of a tenant.

use automation_hub_domain::{flow::Flow, id::FlowId};
use automation_hub_storage::{Session, StorageError, forms};
use serde_json::{Value, json};

use super::Api;

#[tokio::test]
async fn every_kind_of_submission_has_its_flow_with_phases_and_statuses() {
    let api = Api::start().await;
    let data = api.nobody_in_particular().await.data("/idea-flows").await;
    let flows = data.as_array().unwrap();
    let kinds: Vec<_> = flows.iter().map(|flow| flow["Idea flow type"].as_str().unwrap()).collect();
    assert_eq!(
        kinds,
        [
            "employee-driven",
            "coe-driven",
            "citizen-developer",
            "process-mining",
            "task-mining",
            "change-request",
            "agentic-ai",
            "business-process"
        ]
    );
    let process = &flows[7];
    assert_eq!(
        (&process["Idea flow ID"], &process["Idea flow name"]),
        (&json!(8), &json!("Business Process"))
    );
    assert_eq!(
        process["DOCUMENTATION"]["NOT_STARTED"],
        json!({"phase_variable": "DOCUMENTATION", "status_variable": "NOT_STARTED", "status_value": "Not Started"})
    );
    assert_eq!(process["LIVE"]["ONGOING"]["status_value"], "In Production");
    assert_eq!(process["IDEA"], Value::Null);
    assert_eq!(flows[0]["IDEA"]["AWAITING_REVIEW"]["status_variable"], "AWAITING_REVIEW");
}

#[tokio::test]
async fn phases_stand_in_the_order_an_idea_passes_through_them() {
    let api = Api::start().await;
    let text = api.nobody_in_particular().await.get("/idea-flows").await.text();
    let process = text.rsplit("business-process").next().unwrap();
    let at = |phase: &str| process.find(&format!("\"{phase}\":{{")).unwrap();
    assert!(at("DOCUMENTATION") < at("ASSESSMENT") && at("ASSESSMENT") < at("LIVE"), "{process}");
}

#[tokio::test]
async fn a_new_version_of_a_flow_shows_at_once() {
    let api = Api::start().await;
    let caller = api.nobody_in_particular().await;
    assert_eq!(caller.data("/idea-flows").await[0]["Idea flow name"], "Employee-driven idea");
    let install = |s: &mut Session<'_>| -> Result<_, StorageError> {
        let first = forms::flows(s)?.remove(0).flow;
        forms::install_flow(s, FlowId::new(1), &Flow { name: "Everybody’s ideas".into(), ..first })
    };
    api.hub.app.store.write(api.hub.tenant, install).await.unwrap();
    assert_eq!(caller.data("/idea-flows").await[0]["Idea flow name"], "Everybody’s ideas");
}
