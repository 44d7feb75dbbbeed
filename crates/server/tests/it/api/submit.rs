//! Submitting an employee-driven idea.

use automation_hub_domain::id::IdeaId;
use automation_hub_storage::{audit, ideas, users};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, assert_problem};
use crate::app::NOON;

fn body(api: &Api, name: &str) -> Value {
    json!({
        "process_name": name, "process_description": "By hand", "category_id": api.payables.get(),
        "rules": 5, "input_type": 4, "input_quality": 3, "stability": 2, "documentation": 1
    })
}

async fn count(api: &Api) -> u64 {
    api.hub.app.store.read(api.hub.tenant, |s| ideas::count(s, &ideas::IdeaFilter::default())).await.unwrap()
}

#[tokio::test]
async fn a_submission_becomes_an_idea_awaiting_review_with_its_audit_event() {
    let api = Api::start().await;
    let ana = api.standard("ana@nordwind.example", Some(api.finance)).await;
    let mut body = body(&api, " Match invoices ");
    body["owner"] = json!("ANA@nordwind.example");
    let answer = ana.post("/automationidea", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let json = answer.json();
    assert_eq!((&json["message"], &json["statusCode"]), (&json!("Resource Created"), &json!(201)));
    assert_eq!(json["data"]["process_name"], "Match invoices");
    assert_eq!(json["data"]["process_slug"], "match-invoices");
    let id = json["data"]["process_id"].as_i64().unwrap();
    let data = ana.data(&format!("/automations/{id}")).await;
    assert_eq!(data["process_uuid"], json["data"]["process_uuid"]);
    assert_eq!((&data["process_phase_id"], &data["process_phase_status_id"]), (&json!(1), &json!(46)));
    assert_eq!(data["process_created_epoch"], NOON.millis());
    assert_eq!(data["process_submitter_user_id"], ana.id().get());
    assert_eq!(data["owner"]["user_email"], "ana@nordwind.example");
    assert_eq!(data["process_rules_id"], 5);
    assert_eq!(data["process_documentation_id"], 21);
    let id = IdeaId::new(id);
    let events = api
        .hub
        .app
        .store
        .read(api.hub.tenant, move |s| audit::list_of_object(s, "idea", id.get(), 10))
        .await
        .unwrap();
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.action.as_str(), event.actor_user), ("idea.create", Some(ana.id())));
}

#[tokio::test]
async fn a_name_that_is_taken_is_a_conflict() {
    let api = Api::start().await;
    let caller = api.admin().await;
    assert_eq!(caller.post("/automationidea", &body(&api, "One")).await.status, 201);
    assert_problem(&caller.post("/automationidea", &body(&api, " ONE")).await, 409, "conflict");
    assert_eq!(count(&api).await, 1);
}

#[rstest]
#[case(json!({"category_id": 99_999}), "category_id", "Invalid Category Id.")]
#[case(json!({"category_id": null, "category": 99_999}), "category", "Invalid Category Id.")]
#[case(json!({"owner": "nobody@nordwind.example"}), "owner", "Cannot identify owner by email")]
#[case(json!({"owner": "nobody"}), "owner", "Cannot identify owner by email")]
#[case(json!({"submitter": "nobody@nordwind.example"}), "submitter", "Cannot identify submitter by email")]
#[case(json!({"process_name": "  "}), "process_name", "Please fill in all the required information")]
#[case(json!({"rules": null}), "rules", "Please fill in all the required information")]
#[case(json!({"rules": 6}), "rules", "rules: A whole number from 1 to 5 is needed.")]
#[case(json!({"rules": "5"}), "rules", "rules: A whole number from 1 to 5 is needed.")]
#[case(json!({"rules": 2.5}), "rules", "rules: A whole number from 1 to 5 is needed.")]
#[case(json!({"process_description": ["x"]}), "process_description", "process_description: A text is needed.")]
#[case(json!({"category_id": "12"}), "category_id", "category_id: A whole number is needed.")]
#[case(json!({"owner": 7}), "owner", "owner: An e-mail address is needed.")]
#[tokio::test]
async fn what_is_wrong_is_named(#[case] change: Value, #[case] field: &str, #[case] message: &str) {
    let api = Api::start().await;
    let mut body = body(&api, "One");
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    let answer = api.admin().await.post("/automationidea", &body).await;
    assert_problem(&answer, 400, "invalid-input");
    let json = answer.json();
    assert_eq!(json["message"], message);
    assert_eq!(json["errorDetails"].as_object().unwrap().keys().collect::<Vec<_>>(), [field]);
    assert_eq!(json["errors"][0]["pointer"], format!("#/{field}"));
    assert_eq!(count(&api).await, 0);
}

#[tokio::test]
async fn all_violations_come_in_one_answer() {
    let api = Api::start().await;
    let body = json!({"category_id": api.archived.get(), "owner": "x@y.example", "rules": 0, "stability": true,
        "process_name": "a".repeat(101)});
    let answer = api.admin().await.post("/automationidea", &body).await;
    assert_problem(&answer, 400, "invalid-input");
    let details = answer.json()["errorDetails"].clone();
    let mut fields: Vec<_> = details.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        [
            "category_id",
            "documentation",
            "input_quality",
            "input_type",
            "owner",
            "process_description",
            "process_name",
            "rules",
            "stability"
        ]
    );
}

#[tokio::test]
async fn the_older_name_of_the_category_works_and_unknown_members_do_nothing() {
    let api = Api::start().await;
    let mut body = body(&api, "One");
    body.as_object_mut().unwrap().remove("category_id");
    body["category"] = json!(api.finance.get());
    body["process_is_deleted"] = json!(1);
    let caller = api.admin().await;
    assert_eq!(caller.post("/automationidea", &body).await.status, 201);
    assert_eq!(caller.data("/automations/one").await["category_id"], api.finance.get());
}

#[tokio::test]
async fn whoever_may_submit_names_anybody_active_as_the_submitter() {
    let api = Api::start().await;
    let ana = api.standard("ana@nordwind.example", None).await;
    let leo = api.standard("leo@nordwind.example", Some(api.legal)).await;
    let mut body = body(&api, "One");
    assert_problem(&leo.post("/automationidea", &body).await, 403, "permission-missing");
    body["submitter"] = json!("leo@nordwind.example");
    assert_eq!(ana.post("/automationidea", &body).await.status, 201);
    let record = ana.data("/automations/one").await;
    assert_eq!(record["process_submitter_user_id"], leo.id().get(), "though he may not submit there");
    let events = api.events("idea", record["process_id"].as_i64().unwrap()).await;
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.action.as_str(), event.actor_user), ("idea.create", Some(ana.id())));
    let after: serde_json::Value = serde_json::from_str(event.after.as_deref().unwrap()).unwrap();
    assert_eq!(after["submitter"], leo.id().get());

    let id = leo.id();
    api.hub.app.store.write(api.hub.tenant, move |s| users::set_active(s, id, false, NOON)).await.unwrap();
    body["process_name"] = json!("Two");
    let answer = ana.post("/automationidea", &body).await;
    assert_problem(&answer, 400, "invalid-input");
    assert_eq!(answer.json()["errorDetails"]["submitter"], json!(["The submitter is deactivated."]));
}

#[tokio::test]
async fn a_tenant_level_token_submits_for_whom_it_names() {
    let api = Api::start().await;
    let ana = api.standard("ana@nordwind.example", None).await;
    let token = api.nobody_in_particular().await;
    let mut body = body(&api, "One");
    assert_problem(&token.post("/automationidea", &body).await, 403, "submitter-required");
    body["submitter"] = json!("ana@nordwind.example");
    assert_eq!(token.post("/automationidea", &body).await.status, 201);
    assert_eq!(ana.data("/automations/one").await["process_submitter_user_id"], ana.id().get());

    let id = ana.id();
    api.hub.app.store.write(api.hub.tenant, move |s| users::set_active(s, id, false, NOON)).await.unwrap();
    body["process_name"] = json!("Two");
    let answer = token.post("/automationidea", &body).await;
    assert_problem(&answer, 400, "invalid-input");
    assert!(answer.json()["errorDetails"]["submitter"].is_array());
}

#[tokio::test]
async fn a_user_submits_only_where_a_role_allows_it() {
    let api = Api::start().await;
    let ana = api.standard("ana@nordwind.example", Some(api.legal)).await;
    assert_problem(&ana.post("/automationidea", &body(&api, "One")).await, 403, "permission-missing");
    let none = api.powerless().await;
    assert_problem(&none.post("/automationidea", &json!({})).await, 403, "permission-missing");
    let mut allowed = body(&api, "Two");
    allowed["category_id"] = json!(api.legal.get());
    assert_eq!(ana.post("/automationidea", &allowed).await.status, 201);
}
