//! Forms as JSON schemas, with a template or with answers.

use automation_hub_domain::{
    clock::Timestamp,
    id::RoleId,
    questionnaire::{Question, Requirement},
};
use automation_hub_storage::{
    Session, StorageError,
    applications::{self, NewApplication},
    forms,
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, Caller, assert_problem};

async fn schema(caller: &Caller<'_>, path: &str) -> Value {
    let answer = caller.get(path).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut json = answer.json();
    assert_eq!(json["status"], "success");
    assert_eq!(json.as_object().unwrap().len(), 2, "no envelope but this");
    json["data"].take()
}

fn properties(data: &Value) -> &Value {
    &data["properties"]["schema"]["properties"]
}

#[tokio::test]
async fn the_form_of_business_processes_nests_assessments_sections_and_questions() {
    let api = Api::start().await;
    let caller = api.admin().await;
    let data = schema(&caller, "/idea-schema?idea_flow_id=8").await;
    assert_eq!((&data["type"], &data["properties"]["schema"]["type"]), (&json!("object"), &json!("object")));
    let overview = &properties(&data)["OVR"];
    assert_eq!((&overview["title"], &overview["custom_properties"]), (&json!("Overview"), &json!({})));
    let details = &overview["properties"]["ah-section-ovrbp-0-0"];
    assert_eq!(details["title"], "Process Details");
    assert_eq!(
        details["properties"]["OVR-OVERVIEW_NAME"],
        json!({
            "type": "object", "title": "",
            "properties": {
                "value": {"title": "Process name", "description": "", "type": "string", "maxLength": 100},
                "comment": {"type": "string", "title": "Comment", "maxLength": 3000}
            },
            "custom_properties": {
                "impacted_kpis": [], "process_column": "process_name", "child_process_columns": ["process_name"],
                "example": {"value": "Sample input"}
            },
            "required": ["value"]
        })
    );
    assert_eq!(
        details["properties"]["OVR-PROCESS_OWNER"],
        json!({
            "type": "string", "title": "Process owner", "format": "email",
            "custom_properties": {
                "impacted_kpis": [], "process_column": "process_owner_user_id",
                "child_process_columns": ["process_owner_user_id"], "example": "First.last@example.com"
            }
        })
    );
    let documents = &overview["properties"]["ah-section-ovrbp-0-2"]["properties"]["OVR-PROCESS_DOCUMENTS"]["properties"]
        ["value"];
    assert_eq!((&documents["type"], &documents["uniqueItems"]), (&json!("array"), &json!(true)));
    assert_eq!(documents["items"]["enum"][0], "ah-answer_option-ovrbp-0-3-0-0");
    assert_eq!(documents["items"]["enumNames"][7], "I don't know");
    let category = &details["properties"]["OVR-OVERVIEW_CATEGORY"]["properties"]["value"];
    assert_eq!(category["type"], "number");
    let inputs = &data["user_inputs"]["OVR"];
    assert_eq!(inputs["ah-section-ovrbp-0-0"]["OVR-OVERVIEW_CATEGORY"], json!({"value": 1}));
    assert_eq!(inputs["ah-section-ovrbp-0-3"]["OVR-OVERVIEW_PROCESS_SUBMITTER"], "First.last@example.com");
    assert_eq!(inputs["ah-section-ovrbp-0-1"], json!({}), "applications have no example");
    assert_eq!(inputs["ah-section-ovrbp-0-4"], json!({}));
}

#[tokio::test]
async fn whole_numbers_are_told_from_others_and_have_their_bounds() {
    let api = Api::start().await;
    let caller = api.admin().await;
    let data = schema(&caller, "/idea-schema?idea_flow_id=2").await;
    let sections = properties(&data)["Q2"]["properties"].as_object().unwrap();
    let value = |code: &str| {
        let found = sections.values().find_map(|section| section["properties"].get(code)).unwrap();
        let value = &found["properties"]["value"];
        json!([value["type"], value["multipleOf"], value["minimum"], value["maximum"]])
    };
    assert_eq!(value("Q2-EMPLOYEE_AVERAGE_WORKING_DAYS"), json!(["number", 1, 1, 366]));
    assert_eq!(value("Q2-VOLUMES"), json!(["number", 1, 1, i64::MAX]));
    assert_eq!(value("Q2-AVERAGE_ERROR_RATE"), json!(["number", null, 0, 100]));
    let overview = properties(&data)["OVR"]["properties"].as_object().unwrap();
    let category = overview.values().find_map(|it| it["properties"].get("OVR-OVERVIEW_CATEGORY")).unwrap();
    assert_eq!(category["properties"]["value"]["multipleOf"], 1);
}

#[rstest]
#[case("", "Q1")]
#[case("?idea_flow_id=1", "Q1")]
#[case("?source_type=EMPLOYEE", "Q1")]
#[case("?source_type=coe", "Q2")]
#[case("?idea_flow_id=2&source_type=EMPLOYEE", "Q2")]
#[case("?idea_flow_id=3", "CD")]
#[case("?idea_flow_id=6", "CR")]
#[tokio::test]
async fn each_flow_has_its_form(#[case] query: &str, #[case] second: &str) {
    let api = Api::start().await;
    let caller = api.admin().await;
    let data = schema(&caller, &format!("/idea-schema{query}")).await;
    let mut assessments: Vec<_> = properties(&data).as_object().unwrap().keys().collect();
    assessments.retain(|key| *key != "OVR");
    assert_eq!(assessments, [second]);
    let token = api.nobody_in_particular().await;
    assert_eq!(schema(&token, &format!("/idea-schema{query}")).await, data);
}

#[tokio::test]
async fn who_may_not_submit_a_flow_is_told_in_the_words_clients_look_for() {
    let api = Api::start().await;
    let ana = api.standard("ana@nordwind.example", None).await;
    for flow in [2, 3, 6, 8] {
        let answer = ana.get(&format!("/idea-schema?idea_flow_id={flow}")).await;
        assert_problem(&answer, 403, "permission-missing");
        assert_eq!(answer.json()["message"], "No process made for the given idea flow");
    }
    schema(&ana, "/idea-schema?idea_flow_id=1").await;
    assert_problem(&ana.get("/idea-schema?idea_flow_id=99").await, 404, "not-found");
    assert_problem(&ana.get("/idea-schema?idea_flow_id=x").await, 400, "invalid-input");
    assert_problem(&ana.get("/idea-schema?source_type=ROBOT").await, 400, "invalid-input");
}

#[tokio::test]
async fn applications_list_what_the_inventory_has() {
    let api = Api::start().await;
    let new = NewApplication {
        name: "Signicat".into(),
        version: "2026".into(),
        language: "English".into(),
        comments: String::new(),
        is_thin_client: false,
        is_added_by_end_user: false,
        categories: vec![api.legal],
        created_at: Timestamp::from_millis(7),
    };
    let insert = move |s: &mut Session<'_>| applications::insert(s, &new);
    let id = api.hub.app.store.write(api.hub.tenant, insert).await.unwrap();
    let data = schema(&api.admin().await, "/idea-schema?idea_flow_id=8").await;
    let section = &properties(&data)["OVR"]["properties"]["ah-section-ovrbp-0-1"]["properties"];
    let items = &section["OVR-COUNT_APPS"]["properties"]["value"]["items"];
    assert_eq!(
        (&items["enum"], &items["enumNames"]),
        (&json!([id.get()]), &json!(["Signicat 2026 English"]))
    );
    assert_eq!(section["OVR-COUNT_APPS"]["properties"]["new_applications"]["maxItems"], 20);
    assert!(section["OVR-COUNT_THIN_APPS"]["properties"].get("new_applications").is_none());
}

#[tokio::test]
async fn a_question_of_the_tenants_own_is_asked_answered_and_shown() {
    let api = Api::start().await;
    let install = |s: &mut Session<'_>| -> Result<_, StorageError> {
        let mut overview = forms::questionnaires(s)?
            .into_iter()
            .find(|stored| stored.name == "overview")
            .unwrap()
            .questionnaire;
        let mut own: Question = serde_json::from_str(
            r#"{"code": "OVR-PURPOSE", "title": "Why?", "kind": "single-choice", "options": [
                {"code": "money", "label": "To save money"}, {"code": "people", "label": "For people"}]}"#,
        )
        .unwrap();
        own.required = Requirement::Flagged;
        overview.sections[0].questions.push(own);
        forms::install_questionnaire(s, "overview", &overview)
    };
    let caller = api.admin().await;
    let before = schema(&caller, "/idea-schema").await;
    let version = api.hub.app.store.write(api.hub.tenant, install).await.unwrap();
    assert_eq!(version, 2);
    let asked = schema(&caller, "/idea-schema").await;
    assert_ne!(before, asked);
    let question =
        &properties(&asked)["OVR"]["properties"]["ah-section-ovr-0-0"]["properties"]["OVR-PURPOSE"];
    assert_eq!(question["properties"]["value"]["enum"], json!(["money", "people"]));

    let mut body = json!({
        "process_name": "One", "process_description": "By hand", "category_id": api.payables.get(),
        "rules": 5, "input_type": 4, "input_quality": 3, "stability": 2, "documentation": 1
    });
    let refused = caller.post("/automationidea", &body).await;
    assert_problem(&refused, 400, "invalid-input");
    assert_eq!(refused.json()["errorDetails"], json!({"ovr-purpose": ["An answer selection is required."]}));
    body["ovr-purpose"] = json!("people");
    caller.submitted("/automationidea", &body).await;
    let record = caller.data("/automations/one").await;
    assert_eq!(
        (&record["ovr-purpose"], &record["ovr-purpose__display"]),
        (&json!("people"), &json!("For people"))
    );
    let answers = schema(&caller, "/automations/one/schema").await;
    assert_eq!(
        answers["user_inputs"]["OVR"]["ah-section-ovr-0-0"]["OVR-PURPOSE"],
        json!({"value": "people"})
    );
}

#[tokio::test]
async fn an_automation_shows_its_answers_for_those_who_see_it() {
    let api = Api::start().await;
    let ana = api.standard("ana@nordwind.example", Some(api.finance)).await;
    let body = json!({
        "process_name": "One", "process_description": "By hand", "category_id": api.payables.get(),
        "rules": 5, "input_type": 4, "input_quality": 3, "stability": 2, "documentation": 1,
        "owner": "ana@nordwind.example"
    });
    let id = ana.submitted("/automationidea", &body).await["process_id"].as_i64().unwrap();
    let data = schema(&ana, &format!("/automations/{id}/schema")).await;
    assert_eq!(
        data["user_inputs"],
        json!({
            "OVR": {
                "ah-section-ovr-0-0": {
                    "OVR-OVERVIEW_NAME": {"value": "One"},
                    "OVR-OVERVIEW_DESCRIPTION": {"value": "By hand"},
                    "OVR-OVERVIEW_CATEGORY": {"value": api.payables.get()},
                    "OVR-PROCESS_OWNER": "ana@nordwind.example"
                },
                "ah-section-ovr-0-1": {"OVR-OVERVIEW_PROCESS_SUBMITTER": "ana@nordwind.example"}
            },
            "Q1": {"ah-section-q1-0-0": {
                "Q1-RULES": {"value": "ah-answer_option-q1-0-0-0-4"},
                "Q1-INPUT_TYPE": {"value": "ah-answer_option-q1-0-0-1-3"},
                "Q1-INPUT_QUALITY": {"value": "ah-answer_option-q1-0-0-2-2"},
                "Q1-STABILITY": {"value": "ah-answer_option-q1-0-0-3-1"},
                "Q1-DOCUMENTATION": {"value": "ah-answer_option-q1-0-0-4-0"}
            }},
            "Q2": {
                "ah-section-q2-0-0": {}, "ah-section-q2-0-1": {}, "ah-section-q2-0-2": {}, "ah-section-q2-0-3": {},
                "ah-section-q2-0-4": {}, "ah-section-q2-0-5": {}
            }
        })
    );
    assert_eq!(schema(&ana, "/automations/one/schema").await, data);
    let lena = api.standard("lena@nordwind.example", Some(api.legal)).await;
    assert_problem(&lena.get("/automations/one/schema").await, 403, "permission-missing");
    assert_problem(&lena.get("/automations/nothing/schema").await, 404, "not-found");
    let token = api.nobody_in_particular().await;
    assert_problem(&token.get("/automations/one/schema").await, 403, "submitter-required");
    let manager = api.with_roles("mia@nordwind.example", &[RoleId::new(5)]).await;
    schema(&manager, "/automations/one/schema").await;
}
