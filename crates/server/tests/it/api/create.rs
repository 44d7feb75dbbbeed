//! Submissions from a filled-in schema, and the creating alias.

use automation_hub_domain::{
    id::{CategoryId, RoleId},
    page::PageRequest,
};
use automation_hub_storage::{
    applications,
    ideas::{self, IdeaFilter},
};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, Caller, STANDARD_USER, assert_problem};

const PATH: &str = "/idea-from-schema";
const DETAILS: &str = "ah-section-ovrbp-0-0";
const APPLICATIONS: &str = "ah-section-ovrbp-0-1";
const DOCUMENTS: &str = "ah-section-ovrbp-0-2";
const PEOPLE: &str = "ah-section-ovrbp-0-3";

async fn manager(api: &Api) -> Caller<'_> {
    api.with_roles("mia@nordwind.example", &[RoleId::new(5)]).await
}

fn process(api: &Api, name: &str) -> Value {
    json!({"idea_flow_id": 8, "user_inputs": {"OVR": {
        DETAILS: {
            "OVR-OVERVIEW_NAME": {"value": name, "comment": "Working title"},
            "OVR-OVERVIEW_PROCESS_ID": {"value": "P-17"},
            "OVR-OVERVIEW_DESCRIPTION": {"value": "<p>From order to payment</p>"},
            "OVR-OVERVIEW_CATEGORY": {"value": api.payables.get()},
            "OVR-PROCESS_OWNER": "mia@nordwind.example",
            "OVR-SUB_PROCESSES": {"value": "Order, deliver, bill"}
        },
        DOCUMENTS: {"OVR-PROCESS_DOCUMENTS": {"value": [
            "ah-answer_option-ovrbp-0-3-0-1", "ah-answer_option-ovrbp-0-3-0-3"
        ]}},
        PEOPLE: {"OVR-OVERVIEW_PROCESS_SUBMITTER": "mia@nordwind.example"}
    }}})
}

async fn count(api: &Api) -> u64 {
    api.hub.app.store.read(api.hub.tenant, |s| ideas::count(s, &IdeaFilter::default())).await.unwrap()
}

#[tokio::test]
async fn a_filled_in_schema_becomes_a_business_process_in_documentation() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let created = mia.submitted(PATH, &process(&api, "Retail Account Onboarding")).await;
    assert_eq!(
        (&created["process_name"], &created["process_slug"]),
        (&json!("Retail Account Onboarding"), &json!("retail-account-onboarding"))
    );
    let record = mia.data(&format!("/automations/{}", created["process_id"])).await;
    for (name, value) in [
        ("process_uuid", created["process_uuid"].clone()),
        ("process_submission_type", json!(8)),
        ("phase_key", json!("DOCUMENTATION")),
        ("phase_status_key", json!("NOT_STARTED")),
        ("process_automation_id", json!("P-17")),
        ("process_description", json!("<p>From order to payment</p>")),
        ("process_owner_user_id", json!(mia.id().get())),
        ("process_submitter_user_id", json!(mia.id().get())),
        ("ovr-sub_processes", json!("Order, deliver, bill")),
        (
            "ovr-process_documents",
            json!(["ah-answer_option-ovrbp-0-3-0-1", "ah-answer_option-ovrbp-0-3-0-3"]),
        ),
        ("ovr-process_documents__display", json!("Standard operating procedure, Input files")),
        ("process_overall_gauge_score", json!(null)),
    ] {
        assert_eq!(record[name], value, "{name}");
    }
    assert!(record.get("ovr-overview_name").is_none(), "what has a member of its own stands there only");
    assert_eq!(mia.names("/automations?submissionType=8").await, ["Retail Account Onboarding"]);
    let schema = mia.get("/automations/retail-account-onboarding/schema").await.json();
    let name = &schema["data"]["user_inputs"]["OVR"][DETAILS]["OVR-OVERVIEW_NAME"];
    assert_eq!(*name, json!({"value": "Retail Account Onboarding", "comment": "Working title"}));
    let events = api.trail(created["process_id"].as_i64().unwrap()).await;
    assert_eq!(events[0].0, "idea.create");
    assert_problem(&mia.post(PATH, &process(&api, " retail account ONBOARDING")).await, 409, "conflict");
    assert_eq!(count(&api).await, 1);
}

/// Changes one place of the body, and is refused there.
#[rstest]
#[case(DETAILS, "OVR-OVERVIEW_NAME", json!(null), "Please fill in all the required information", "/value")]
#[case(DETAILS, "OVR-OVERVIEW_NAME", json!({"value": "  "}), "Please fill in all the required information", "")]
#[case(DETAILS, "OVR-OVERVIEW_DESCRIPTION", json!({}), "Please fill in all the required information", "")]
#[case(DETAILS, "OVR-PROCESS_OWNER", json!(""), "Please fill in all the required information", "")]
#[case(PEOPLE, "OVR-OVERVIEW_PROCESS_SUBMITTER", json!({"value": null}), "Please fill in all the required information", "")]
#[case(DOCUMENTS, "OVR-PROCESS_DOCUMENTS", json!({"value": []}), "Please fill in all the required information", "")]
#[case(DOCUMENTS, "OVR-PROCESS_DOCUMENTS", json!({"value": ["ah-answer_option-ovrbp-0-3-0-99"]}), "Please fill in all the required information", "/value/0")]
#[case(DETAILS, "OVR-OVERVIEW_CATEGORY", json!({"value": 99_999}), "Invalid Category Id.", "/value")]
#[case(DETAILS, "OVR-PROCESS_OWNER", json!("nobody@nordwind.example"), "Cannot identify owner by email", "")]
#[case(PEOPLE, "OVR-OVERVIEW_PROCESS_SUBMITTER", json!("nobody"), "Cannot identify submitter by email", "")]
#[case(DETAILS, "OVR-OVERVIEW_NAME", json!({"value": "a".repeat(101)}), "OVR-OVERVIEW_NAME: At most 100 characters; this has 101.", "/value")]
#[case(DETAILS, "OVR-OVERVIEW_PROCESS_ID", json!({"value": 7}), "OVR-OVERVIEW_PROCESS_ID: A text is needed.", "/value")]
#[case(DETAILS, "OVR-OVERVIEW_PAIN_POINTS", json!({"comment": "a".repeat(3001)}), "OVR-OVERVIEW_PAIN_POINTS: A comment has at most 3000 characters; this has 3001.", "/comment")]
#[case(DETAILS, "OVR-NO_SUCH_QUESTION", json!({"value": 1}), "OVR-NO_SUCH_QUESTION: There is no such question in this idea flow.", "/value")]
#[case(APPLICATIONS, "OVR-COUNT_APPS", json!({"value": [99, 98]}), "Invalid Application Data. Unknown application id(s): 99, 98", "/value/0")]
#[case(APPLICATIONS, "OVR-COUNT_APPS", json!({"value": ["15"]}), "Invalid Application Data. A whole number is needed.", "/value/0")]
#[case(APPLICATIONS, "OVR-COUNT_APPS", json!({"value": 15}), "Invalid Application Data. A list of ids is needed.", "/value")]
#[case(APPLICATIONS, "OVR-COUNT_THIN_APPS", json!({"value": "SAP"}), "Invalid Application Data. A list of ids is needed.", "/value")]
#[case(DETAILS, "OVR-OVERVIEW_DESCRIPTION", json!({"value": "<p><br></p>"}), "Please fill in all the required information", "")]
#[case(APPLICATIONS, "OVR-COUNT_APPS", json!({"new_applications": [{"application_name": " "}]}), "Invalid Application Data. new_applications[0] requires a non-empty application_name", "/new_applications/0/application_name")]
#[case(APPLICATIONS, "OVR-COUNT_APPS", json!({"new_applications": [{"application_name": "a".repeat(51)}]}), "Invalid Application Data. new_applications[0] has an application_name that exceeds 50 characters", "/new_applications/0/application_name")]
#[case(APPLICATIONS, "OVR-COUNT_APPS", json!({"new_applications": [{"application_name": "A", "application_version": "1".repeat(21)}]}), "Invalid Application Data. new_applications[0] has invalid version, language, comments, or citrix flag", "/new_applications/0/application_version")]
#[case(APPLICATIONS, "OVR-COUNT_APPS", json!({"new_applications": [{"application_name": "A", "application_is_citrix_client": 1}]}), "Invalid Application Data. new_applications[0] has invalid version, language, comments, or citrix flag", "/new_applications/0/application_is_citrix_client")]
#[case(APPLICATIONS, "OVR-COUNT_APPS", json!({"new_applications": [{"application_name": "A", "colour": 1}]}), "Invalid Application Data. new_applications[0] has unknown field(s): colour", "/new_applications/0/colour")]
#[case(APPLICATIONS, "OVR-COUNT_APPS", json!({"new_applications": vec![json!({"application_name": "A"}); 21]}), "Invalid Application Data. At most 20 new applications can be added at once.", "/new_applications")]
#[case(APPLICATIONS, "OVR-COUNT_THIN_APPS", json!({"new_applications": [{"application_name": "A"}]}), "Invalid Application Data. Adding new applications is disabled for this assessment.", "/new_applications")]
#[tokio::test]
async fn what_is_wrong_is_named_at_its_question(
    #[case] section: &str,
    #[case] question: &str,
    #[case] answer: Value,
    #[case] message: &str,
    #[case] below: &str,
) {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let mut body = process(&api, "One");
    body["user_inputs"]["OVR"][section][question] = answer.clone();
    let refused = mia.post(PATH, &body).await;
    assert_problem(&refused, 400, "invalid-input");
    let json = refused.json();
    assert_eq!(json["message"], message);
    assert_eq!(json["errorDetails"].as_object().unwrap().keys().collect::<Vec<_>>(), [question]);
    let place = if answer.is_null() { "" } else { below };
    let pointer = json["errors"][0]["pointer"].as_str().unwrap();
    assert_eq!(pointer, format!("#/user_inputs/OVR/{section}/{question}{place}"));
    assert_eq!(count(&api).await, 0);
}

#[rstest]
#[case(json!({}), &["idea_flow_id", "user_inputs"])]
#[case(json!({"idea_flow_id": 8}), &["user_inputs"])]
#[case(json!({"idea_flow_id": 8, "user_inputs": {}}), &["user_inputs"])]
#[case(json!({"idea_flow_id": 8, "user_inputs": []}), &["user_inputs"])]
#[case(json!({"idea_flow_id": "8", "user_inputs": {"OVR": 1}}), &["idea_flow_id", "user_inputs/OVR"])]
#[case(json!({"idea_flow_id": 8, "user_inputs": {"OVR": {"s": 1, "t": []}}}), &["user_inputs/OVR/s", "user_inputs/OVR/t"])]
#[case(json!({"idea_flow_id": 99, "user_inputs": {"OVR": {}}}), &["idea_flow_id"])]
#[case(json!({"source_type": "ROBOT", "user_inputs": {"OVR": {}}}), &["source_type"])]
#[tokio::test]
async fn a_body_that_is_no_filled_in_schema_is_told_what_it_lacks(
    #[case] body: Value,
    #[case] fields: &[&str],
) {
    let api = Api::start().await;
    let refused = manager(&api).await.post(PATH, &body).await;
    assert_problem(&refused, 400, "invalid-input");
    assert_eq!(refused.json()["errorDetails"].as_object().unwrap().keys().collect::<Vec<_>>(), fields);
}

#[tokio::test]
async fn all_that_is_wrong_comes_in_one_answer() {
    let api = Api::start().await;
    let body = json!({"idea_flow_id": 8, "user_inputs": {"OVR": {"any": {
        "OVR-OVERVIEW_CATEGORY": {"value": "x"}, "OVR-PROCESS_OWNER": 7, "OVR-COUNT_APPS": {"value": [1]}
    }}}});
    let refused = manager(&api).await.post(PATH, &body).await;
    assert_problem(&refused, 400, "invalid-input");
    let json = refused.json();
    assert_eq!(json["message"], "Please fill in all the required information");
    assert_eq!(
        json["errorDetails"].as_object().unwrap().keys().collect::<Vec<_>>(),
        [
            "OVR-COUNT_APPS",
            "OVR-OVERVIEW_CATEGORY",
            "OVR-OVERVIEW_DESCRIPTION",
            "OVR-OVERVIEW_NAME",
            "OVR-OVERVIEW_PROCESS_SUBMITTER",
            "OVR-PROCESS_DOCUMENTS",
            "OVR-PROCESS_OWNER"
        ]
    );
    assert_eq!(json["errorDetails"]["OVR-PROCESS_DOCUMENTS"], json!(["An answer selection is required."]));
}

#[tokio::test]
async fn new_applications_enter_the_inventory_once() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let mut ids = Vec::new();
    for (name, typed) in [("One", "Signicat"), ("Two", " SIGNICAT ")] {
        let mut body = process(&api, name);
        body["user_inputs"]["OVR"][APPLICATIONS]["OVR-COUNT_APPS"] =
            json!({"new_applications": [{"application_name": typed, "application_version": "2026"}]});
        let created = mia.submitted(PATH, &body).await;
        let record = mia.data(&format!("/automations/{}", created["process_id"])).await;
        assert_eq!(record["process_num_applications"], 1);
        ids.push(record["applications"][0].as_i64().unwrap());
    }
    assert_eq!(ids[0], ids[1]);
    let inventory = api
        .hub
        .app
        .store
        .read(api.hub.tenant, |s| applications::list(s, PageRequest::default()))
        .await
        .unwrap()
        .items;
    let [entry] = inventory.as_slice() else { panic!("{inventory:?}") };
    assert!(entry.is_added_by_end_user);
    assert_eq!((entry.name.as_str(), entry.categories.as_slice()), ("Signicat", [api.payables].as_slice()));
    let mut body = process(&api, "Three");
    body["user_inputs"]["OVR"][APPLICATIONS] =
        json!({"OVR-COUNT_APPS": {"value": [ids[0]]}, "OVR-COUNT_THIN_APPS": {"value": [ids[0]]}});
    mia.submitted(PATH, &body).await;
    assert_eq!(mia.data("/automations/three").await["thin_applications"], json!([ids[0]]));
    assert_eq!(
        mia.data(&format!("/automations?submissionType=8&applications={}", ids[0])).await["totalItems"],
        3
    );
}

#[tokio::test]
async fn a_new_application_is_filed_under_the_category_that_comes_with_it() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let entered = async |name: &str| {
        let found = mia.data(&format!("/appinventory?search={name}")).await;
        found["applications"][0]["categoryIds"].clone()
    };
    let new =
        |name: &str| json!({"new_applications": [{"application_name": name, "application_version": "1"}]});
    let mut body = process(&api, "One");
    // By their codes, the applications would come before the category.
    let questions = &mut body["user_inputs"]["OVR"][DETAILS];
    questions["OVR-COUNT_APPS"] = new("First");
    mia.submitted(PATH, &body).await;
    assert_eq!(entered("First").await, json!([api.payables.get()]));
    let change = json!({"user_inputs": {"OVR": {"any": {
        "OVR-COUNT_APPS": new("Second"), "OVR-OVERVIEW_CATEGORY": {"value": api.legal.get()}
    }}}});
    mia.changed(Method::PATCH, "/automations/one", &change).await;
    assert_eq!(entered("Second").await, json!([api.legal.get()]));
}

#[tokio::test]
async fn who_may_submit_is_said_by_the_flow_and_its_category() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let ana = api.standard("ana@nordwind.example", None).await;
    assert_problem(&ana.post(PATH, &process(&api, "One")).await, 403, "permission-missing");
    let token = api.nobody_in_particular().await;
    token.submitted(PATH, &process(&api, "Two")).await;
    let mut body = process(&api, "Three");
    body["user_inputs"]["OVR"].as_object_mut().unwrap().remove(PEOPLE);
    let refused = token.post(PATH, &body).await;
    assert_problem(&refused, 403, "submitter-required");
    assert!(refused.json()["message"].as_str().unwrap().contains("submitter"));
    assert_problem(&mia.post(PATH, &body).await, 400, "invalid-input");
}

fn change_request(name: &str, category: CategoryId, parent: &Value) -> Value {
    json!({"idea_flow_id": 6, "user_inputs": {
        "OVR": {"any": {
            "OVR-OVERVIEW_NAME": {"value": name}, "OVR-OVERVIEW_DESCRIPTION": {"value": "More banks"},
            "OVR-OVERVIEW_CATEGORY": {"value": category.get()}
        }},
        "CR": {"ah-section-cr-0-0": {"CR-PARENT": {"value": parent}, "CR-URGENCY": {"value": "ah-answer_option-cr-0-0-3-2"}}}
    }})
}

#[tokio::test]
async fn a_change_request_needs_what_it_changes() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let parent = mia.submitted(PATH, &process(&api, "One")).await["process_id"].clone();
    for wrong in [json!(null), json!(999)] {
        let refused = mia.post(PATH, &change_request("Two", api.payables, &wrong)).await;
        assert_problem(&refused, 400, "invalid-input");
        assert!(refused.json()["errorDetails"]["CR-PARENT"].is_array());
    }
    mia.submitted(PATH, &change_request("Two", api.payables, &parent)).await;
    let record = mia.data("/automations/two").await;
    assert_eq!((&record["process_parent_id"], &record["cr-urgency__display"]), (&parent, &json!("High")));
}

#[tokio::test]
async fn who_has_a_part_in_an_automation_may_ask_for_a_change_of_it() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let ana = api.standard("ana@nordwind.example", None).await;
    let lea = api.standard("lea@nordwind.example", Some(api.legal)).await;
    api.add_ideas(lea.id(), api.finance, &["One"]).await;
    let parent = mia.data("/automations/one").await["process_id"].clone();
    let another = mia.submitted(PATH, &process(&api, "Two")).await["process_id"].clone();
    let in_payables = |parent: &Value| change_request("Three", api.payables, parent);
    assert_problem(&ana.post(PATH, &in_payables(&parent)).await, 403, "permission-missing");
    let analyst = json!({"collaborators": [{"user_email": "ana@nordwind.example", "role_id": 16}]});
    let added = mia.post("/automations/one/collaborators", &analyst).await;
    assert_eq!(added.status, 201, "{}", added.text());
    // It counts for this one.
    assert_problem(&ana.post(PATH, &in_payables(&another)).await, 403, "permission-missing");
    // Whose it is and who doesn't see it any more is told the same of it as of one that isn't there.
    for refused in [in_payables(&parent), in_payables(&json!(999))] {
        assert_problem(&lea.post(PATH, &refused).await, 403, "permission-missing");
    }
    // What is wrong with the request is told as to everybody, and where it may be filed.
    for (category, parent, field) in [
        (999, parent.clone(), "OVR-OVERVIEW_CATEGORY"),
        (api.archived.get(), parent.clone(), "OVR-OVERVIEW_CATEGORY"),
        (api.legal.get(), parent.clone(), "OVR-OVERVIEW_CATEGORY"),
        (api.payables.get(), json!(999), "CR-PARENT"),
        (api.payables.get(), json!("one"), "CR-PARENT"),
        (api.payables.get(), json!(null), "CR-PARENT"),
    ] {
        let refused = ana.post(PATH, &change_request("Three", CategoryId::new(category), &parent)).await;
        assert_problem(&refused, 400, "invalid-input");
        let told = refused.json()["errorDetails"].clone();
        assert_eq!(told.as_object().unwrap().keys().collect::<Vec<_>>(), [field], "{told}");
    }
    // Below is as good.
    let submitted = ana.submitted(PATH, &in_payables(&parent)).await;
    let record = ana.data(&format!("/automations/{}", submitted["process_id"])).await;
    assert_eq!(record["process_parent_id"], parent);
    assert_eq!(record["process_submitter_user_id"], ana.id().get());
}

#[tokio::test]
async fn a_change_request_stays_what_its_submitter_could_have_submitted() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let ana = api.standard("ana@nordwind.example", None).await;
    api.add_ideas(ana.id(), api.finance, &["One"]).await;
    api.add_ideas(mia.id(), api.finance, &["Two"]).await;
    let id_of = async |slug| mia.data(&format!("/automations/{slug}")).await["process_id"].clone();
    let (one, two) = (id_of("one").await, id_of("two").await);
    ana.submitted(PATH, &change_request("Three", api.finance, &one)).await;
    let about = |parent: &Value| json!({"user_inputs": {"CR": {"any": {"CR-PARENT": {"value": parent}}}}});
    let change =
        async |by: &Caller<'_>, parent| by.call(Method::PATCH, "/automations/three", &about(parent)).await;
    let file = async |by: &Caller<'_>, category: CategoryId| {
        by.call(Method::PUT, "/automation/three/categories", &json!({"category_id": category.get()})).await
    };
    assert_problem(&change(&ana, &two).await, 403, "permission-missing");
    let elsewhere = file(&ana, api.legal).await;
    assert_problem(&elsewhere, 400, "invalid-input");
    assert!(elsewhere.json()["errorDetails"]["category_id"].is_array(), "{}", elsewhere.text());
    let answered =
        json!({"user_inputs": {"OVR": {"any": {"OVR-OVERVIEW_CATEGORY": {"value": api.legal.get()}}}}});
    let answered = ana.call(Method::PATCH, "/automations/three", &answered).await;
    assert_problem(&answered, 400, "invalid-input");
    assert!(answered.json()["errorDetails"]["OVR-OVERVIEW_CATEGORY"].is_array(), "{}", answered.text());
    let record = mia.data("/automations/three").await;
    assert_eq!(record["process_parent_id"], one);
    assert_eq!(record["categories"][0]["category_id"], api.finance.get());
    assert_eq!(change(&ana, &one).await.status, 200, "as it is");
    assert_eq!(file(&ana, api.payables).await.status, 200, "below");
    // By a permission both may be, also where that holds only where it is filed.
    let paula = api
        .person("paula@nordwind.example", &[(RoleId::new(5), Some(api.finance)), (STANDARD_USER, None)])
        .await;
    assert_eq!(change(&paula, &two).await.status, 200);
    assert_eq!(file(&paula, api.legal).await.status, 200);
    assert_problem(&change(&paula, &one).await, 403, "permission-missing");
    assert_eq!(change(&mia, &one).await.status, 200);
}

#[tokio::test]
async fn an_idea_goes_only_where_its_submitter_could_have_filed_it() {
    let api = Api::start().await;
    let sponsor = RoleId::new(3);
    let lea = api
        .person("lea@nordwind.example", &[(STANDARD_USER, Some(api.finance)), (sponsor, Some(api.legal))])
        .await;
    api.add_ideas(lea.id(), api.finance, &["One"]).await;
    let file = async |by: &Caller<'_>, category: CategoryId| {
        by.call(Method::PUT, "/automation/one/categories", &json!({"category_id": category.get()})).await
    };
    let answer = |category: CategoryId| json!({"user_inputs": {"OVR": {"any": {"OVR-OVERVIEW_CATEGORY": {"value": category.get()}}}}});
    for refused in
        [file(&lea, api.legal).await, lea.call(Method::PATCH, "/automations/one", &answer(api.legal)).await]
    {
        assert_problem(&refused, 403, "permission-missing");
    }
    assert_eq!(lea.data("/automations/one").await["categories"][0]["category_id"], api.finance.get());
    assert_eq!(file(&lea, api.payables).await.status, 200, "below");
    let paula =
        api.person("paula@nordwind.example", &[(RoleId::new(5), Some(api.finance)), (sponsor, None)]).await;
    assert_eq!(file(&paula, api.legal).await.status, 200, "by the permission to edit it where it is");
}

#[tokio::test]
async fn what_somebody_cannot_see_is_no_more_to_be_changed_than_what_is_not_there() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let parent = mia.submitted(PATH, &process(&api, "One")).await["process_id"].clone();
    let lea = api.person("lea@nordwind.example", &[(RoleId::new(5), Some(api.legal))]).await;
    let refusals = [&parent, &json!(999)].map(|parent| change_request("Two", api.legal, parent));
    let [hidden, missing] = [lea.post(PATH, &refusals[0]).await, lea.post(PATH, &refusals[1]).await];
    assert_problem(&hidden, 400, "invalid-input");
    assert_eq!(hidden.json()["errorDetails"], missing.json()["errorDetails"]);
    mia.submitted(PATH, &change_request("Two", api.legal, &parent)).await;
    let same = json!({"user_inputs": {"CR": {"any": {"CR-PARENT": {"value": parent}}}}});
    let sent_back = lea.call(Method::PATCH, "/automations/two", &same).await;
    assert_eq!(sent_back.status, 200, "{}", sent_back.text());
}

#[tokio::test]
async fn the_alias_takes_a_flat_record_that_is_complete_in_its_overview() {
    let api = Api::start().await;
    let ana = api.standard("ana@nordwind.example", None).await;
    let flat = json!({
        "process_name": "One", "process_description": "By hand", "category_id": api.payables.get(),
        "process_rules_id": 5, "process_stability_id": 17, "process_pain_points": "Slow", "process_num_votes": 7
    });
    let id = ana.submitted("/automations", &flat).await["process_id"].clone();
    let record = ana.data(&format!("/automations/{id}")).await;
    for (name, value) in [
        ("process_submission_type", json!(1)),
        ("process_phase_status_id", json!(46)),
        ("process_rules_id", json!(5)),
        ("process_stability_id", json!(17)),
        ("process_input_type_id", json!(null)),
        ("process_overall_gauge_score", json!(null)),
        ("process_pain_points", json!("Slow")),
        ("process_num_votes", json!(0)),
    ] {
        assert_eq!(record[name], value, "{name}");
    }
    let refused = ana.post("/automations", &json!({"process_name": "Two"})).await;
    assert_problem(&refused, 400, "invalid-input");
    assert_eq!(
        refused.json()["errorDetails"].as_object().unwrap().keys().collect::<Vec<_>>(),
        ["category_id", "process_description"]
    );
    // What is about another automation is a change request, said or not.
    for name in ["process_parent_id", "parent_process_id", "cr-parent"] {
        let mut about = json!({"process_name": name, "process_description": "More banks",
            "category_id": api.payables.get()});
        about[name] = id.clone();
        let asked = ana.submitted("/automations", &about).await["process_id"].clone();
        let record = ana.data(&format!("/automations/{asked}")).await;
        assert_eq!(
            (&record["process_submission_type"], &record["process_parent_id"]),
            (&json!(6), &id),
            "{name}"
        );
    }
    let coe = json!({"process_submission_type": 2, "process_name": "Two", "category_id": api.payables.get()});
    assert_problem(&ana.post("/automations", &coe).await, 403, "permission-missing");
    let unknown = json!({"process_submission_type": 9});
    assert_problem(&ana.post("/automations", &unknown).await, 400, "invalid-input");
}

#[tokio::test]
async fn a_record_can_be_sent_as_a_flat_one() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let omar = api.standard("omar@nordwind.example", None).await;
    let first = json!({
        "process_name": "One", "process_description": "By hand", "category_id": api.payables.get(),
        "rules": 5, "input_type": 4, "input_quality": 3, "stability": 4, "documentation": 5, "q2-volumes": 50,
        "owner": "omar@nordwind.example"
    });
    mia.submitted("/automationidea", &first).await;
    let mut sent = mia.data("/automations/one").await;
    sent["process_name"] = json!("Two");
    mia.submitted("/automations", &sent).await;
    let record = mia.data("/automations/two").await;
    let of_its_own =
        ["process_id", "process_slug", "process_uuid", "process_created_epoch", "process_updated_epoch"];
    for (name, value) in sent.as_object().unwrap() {
        if !of_its_own.contains(&name.as_str()) {
            assert_eq!(record[name], *value, "{name}");
        }
    }
    assert_eq!(record["owner"]["user_id"], omar.id().get());
}

#[tokio::test]
async fn an_owner_is_taken_by_id_where_no_other_is_named() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let omar = api.standard("omar@nordwind.example", None).await;
    let body = |name: &str, owner: Value| {
        json!({"process_name": name, "process_description": "By hand", "category_id": api.payables.get(),
            "process_owner_user_id": omar.id().get(), "owner": owner})
    };
    for (name, owner, expected) in [
        ("One", json!(null), omar.id()),
        ("Two", json!("mia@nordwind.example"), mia.id()),
        ("Three", json!({"user_email": "mia@nordwind.example"}), mia.id()),
    ] {
        let id = mia.submitted("/automations", &body(name, owner)).await["process_id"].clone();
        let record = mia.data(&format!("/automations/{id}")).await;
        assert_eq!(record["process_owner_user_id"], expected.get(), "{name}");
    }
    for (id, owner, details) in [
        (json!(999), json!(null), json!({"process_owner_user_id": ["There is no such person."]})),
        (json!("x"), json!(null), json!({"process_owner_user_id": ["A whole number is needed."]})),
        (json!(999), json!({}), json!({"owner": ["An e-mail address is needed."]})),
    ] {
        let mut body = body("Four", owner);
        body["process_owner_user_id"] = id;
        let refused = mia.post("/automations", &body).await;
        assert_problem(&refused, 400, "invalid-input");
        assert_eq!(refused.json()["errorDetails"], details);
    }
}

#[tokio::test]
async fn a_flat_change_request_needs_what_it_changes() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    let parent = mia.submitted(PATH, &process(&api, "One")).await["process_id"].clone();
    let mut body = json!({
        "process_submission_type": 6, "process_name": "Two", "process_description": "More banks",
        "category_id": api.payables.get()
    });
    let refused = mia.post("/automations", &body).await;
    assert_problem(&refused, 400, "invalid-input");
    assert_eq!(refused.json()["errorDetails"], json!({"process_parent_id": ["This is required."]}));
    body["process_parent_id"] = parent.clone();
    mia.submitted("/automations", &body).await;
    assert_eq!(mia.data("/automations/two").await["process_parent_id"], parent);
}

#[tokio::test]
async fn the_alias_takes_a_filled_in_schema_too() {
    let api = Api::start().await;
    let mia = manager(&api).await;
    mia.submitted("/automations", &process(&api, "One")).await;
    assert_eq!(mia.data("/automations/one").await["process_submission_type"], 8);
}
