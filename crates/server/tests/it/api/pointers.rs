//! Where in the body that was sent a mistake lies, whichever status it is told with.

use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, Caller, assert_problem};
use crate::app::Answer;

/// An employee-driven idea in a flat body.
fn flat(api: &Api, name: &str) -> Value {
    json!({
        "process_name": name, "process_description": "By hand", "category_id": api.payables.get(),
        "rules": 5, "input_type": 4, "input_quality": 3, "stability": 2, "documentation": 1,
    })
}

/// The overview of an employee-driven idea, as schemas nest it.
fn overview(answers: &Value) -> Value {
    json!({"idea_flow_id": 1, "user_inputs": {"OVR": {"section": answers}}})
}

/// A failure is said of one field, and each place of its list can be found in the body, or lacks nothing but its end.
fn assert_told_at(answer: &Answer, body: &Value, field: &str, pointer: &str) {
    let told = answer.json();
    let details: Vec<_> = told["errorDetails"].as_object().unwrap().keys().collect();
    assert_eq!(details, [field], "{told}");
    let pointers: Vec<_> = told["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, [pointer], "{told}");
    let path = pointer.strip_prefix('#').unwrap();
    let (above, _) = path.rsplit_once('/').unwrap();
    assert!(body.pointer(above).is_some_and(|above| above.is_object() || above.is_array()), "{pointer}");
}

async fn submitted(caller: &Caller<'_>, body: &Value) -> i64 {
    caller.submitted("/automationidea", body).await["process_id"].as_i64().unwrap()
}

#[tokio::test]
async fn a_taken_name_is_told_where_it_was_sent() {
    let api = Api::start().await;
    let admin = api.admin().await;
    submitted(&admin, &flat(&api, "One")).await;
    let other = submitted(&admin, &flat(&api, "Other")).await;
    let flat_name = ("process_name", "#/process_name");
    let nested = ("OVR-OVERVIEW_NAME", "#/user_inputs/OVR/section/OVR-OVERVIEW_NAME/value");
    let coe = json!({
        "process_name": "one", "process_description": "By hand", "category_id": api.payables.get(),
        "process_pain_points": "Slow", "process_negative_impact": "Late", "automation_goal": "cost",
        "task_stability": "no-change-expected", "application_stability": "no-change-expected",
    });
    let whole = overview(&json!({
        "OVR-OVERVIEW_NAME": {"value": " ONE"}, "OVR-OVERVIEW_DESCRIPTION": {"value": "By hand"},
        "OVR-OVERVIEW_CATEGORY": {"value": api.payables.get()},
    }));
    let schema = admin.get("/idea-schema?idea_flow_id=1").await.json();
    let mut rated = whole.clone();
    rated["user_inputs"]["Q1"] = schema["data"]["user_inputs"]["Q1"].clone();
    let change = json!({"user_inputs": {"OVR": {"section": {"OVR-OVERVIEW_NAME": {"value": "one "}}}}});
    for (method, path, body, (field, pointer)) in [
        (Method::POST, "/automationidea".to_owned(), flat(&api, " ONE"), flat_name),
        (Method::POST, "/coe-automationidea".to_owned(), coe, flat_name),
        (Method::POST, "/processmining-idea".to_owned(), flat(&api, "one"), flat_name),
        (Method::POST, "/automations".to_owned(), flat(&api, "one"), flat_name),
        (Method::POST, "/idea-from-schema".to_owned(), rated, nested),
        (Method::PATCH, format!("/automations/{other}"), change, nested),
    ] {
        let answer = admin.call(method, &path, &body).await;
        assert_problem(&answer, 409, "conflict");
        assert_eq!(answer.json()["message"], "An idea with this name already exists.", "{path}");
        assert_told_at(&answer, &body, field, pointer);
    }
}

#[tokio::test]
async fn a_person_who_is_there_or_not_is_told_by_their_address() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let unknown = json!({"user_email": "nobody@nordwind.example", "user_first_name": "Nora"});
    let answer = admin.post("/edituser", &unknown).await;
    assert_problem(&answer, 404, "not-found");
    assert_told_at(&answer, &unknown, "user_email", "#/user_email");
    let taken = json!({
        "user_email": "ADAM@nordwind.example", "user_first_name": "Adam", "user_last_name": "Again",
    });
    let answer = admin.post("/adduser", &taken).await;
    assert_problem(&answer, 409, "conflict");
    assert_told_at(&answer, &taken, "user_email", "#/user_email");
    let own = json!({"user_email": "adam@nordwind.example", "user_is_active": 0});
    let answer = admin.post("/edituser", &own).await;
    assert_problem(&answer, 409, "conflict");
    assert_told_at(&answer, &own, "user_is_active", "#/user_is_active");
    let last = json!({"user_email": "adam@nordwind.example", "user_roles": [{"role_id": 8}]});
    let answer = admin.post("/edituser", &last).await;
    assert_problem(&answer, 409, "conflict");
    assert_told_at(&answer, &last, "user_roles", "#/user_roles");
}

#[tokio::test]
async fn an_automation_that_a_body_names_is_told_by_its_member() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let body = json!({"process_id": 99_999, "phase_status_id": 46});
    let answer = admin.post("/automations/status", &body).await;
    assert_problem(&answer, 404, "not-found");
    assert_told_at(&answer, &body, "process_id", "#/process_id");
}

#[tokio::test]
async fn rows_that_trade_their_names_are_told_by_the_first() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let row = |name: &str| {
        json!({
            "application_name": name, "application_version": "1", "application_language": "English",
            "categoryIds": [api.payables.get()],
        })
    };
    let saved = admin.put("/appinventory", &json!([row("One"), row("Two")])).await.json();
    let mut rows = json!([row("Two"), row("One")]);
    for (place, id) in [(0, 0), (1, 1)] {
        rows[place]["application_id"] = saved["data"]["applications"][id]["application_id"].clone();
    }
    let answer = admin.put("/appinventory", &rows).await;
    let told = answer.json();
    assert!(told["errors"].as_array().is_some_and(|errors| !errors.is_empty()), "{told}");
    assert_eq!(told["errors"][0]["pointer"], "#/0/application_name", "{told}");
}

/// Whoever isn't there by the address of the call is nothing that the body says.
#[tokio::test]
async fn what_the_path_names_is_no_field() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let change = json!({"user_inputs": {"OVR": {"section": {"OVR-OVERVIEW_NAME": {"value": "One"}}}}});
    let answer = admin.call(Method::PATCH, "/automations/99999", &change).await;
    assert_problem(&answer, 404, "not-found");
    assert_eq!(answer.json()["errorDetails"], json!({}));
    assert_eq!(answer.json().get("errors"), None);
}

async fn refused_at(
    caller: &Caller<'_>,
    (method, path): (Method, &str),
    body: &Value,
    pointers: &[&str],
) -> Value {
    let answer = caller.call(method, path, body).await;
    assert_problem(&answer, 400, "invalid-input");
    let told = answer.json();
    let found: Vec<_> = told["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(found, pointers, "{told}");
    for pointer in pointers {
        let (above, _) = pointer.strip_prefix('#').unwrap().rsplit_once('/').unwrap();
        assert!(body.pointer(above).is_some_and(|above| above.is_object() || above.is_array()), "{pointer}");
    }
    told
}

const PATCHED: (Method, &str) = (Method::PATCH, "/automations/one");
const SECTION: &str = "#/user_inputs/OVR/section";

async fn with_one(api: &Api) -> Caller<'_> {
    let admin = api.admin().await;
    submitted(&admin, &flat(api, "One")).await;
    admin
}

#[tokio::test]
async fn a_wrong_comment_is_pointed_at() {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    for answer in [json!({"comment": 7}), json!({"value": "One", "comment": 7})] {
        let body = overview(&json!({"OVR-OVERVIEW_NAME": answer}));
        refused_at(&admin, PATCHED, &body, &[&format!("{SECTION}/OVR-OVERVIEW_NAME/comment")]).await;
    }
    let both = overview(&json!({"OVR-OVERVIEW_NAME": {"value": 7, "comment": "a".repeat(3001)}}));
    let (comment, value) =
        (format!("{SECTION}/OVR-OVERVIEW_NAME/comment"), format!("{SECTION}/OVR-OVERVIEW_NAME/value"));
    refused_at(&admin, PATCHED, &both, &[&comment, &value]).await;
}

#[tokio::test]
async fn each_wrong_new_application_is_pointed_at() {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    let long = "a".repeat(51);
    let new = json!([
        {"application_name": "SAP"}, {}, {"application_name": long}, "SAP", {"application_name": "X", "colour": 1},
        {"application_name": "Y", "application_version": 7, "application_is_citrix_client": 1},
    ]);
    let body = overview(&json!({"OVR-COUNT_APPS": {"value": [], "new_applications": new}}));
    let list = format!("{SECTION}/OVR-COUNT_APPS/new_applications");
    let expected: Vec<_> = [
        "1/application_name",
        "2/application_name",
        "3",
        "4/colour",
        "5/application_version",
        "5/application_is_citrix_client",
    ]
    .iter()
    .map(|place| format!("{list}/{place}"))
    .collect();
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    refused_at(&admin, PATCHED, &body, &expected).await;
    let no_list = overview(&json!({"OVR-COUNT_APPS": {"new_applications": "SAP"}}));
    refused_at(&admin, PATCHED, &no_list, &[&list]).await;
}

#[tokio::test]
async fn a_member_of_a_file_is_pointed_at() {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    for path in ["/automations/one/documents", "/automations/one/media"] {
        let mut body = json!({
            "document_title": "Plan", "document_description": "How it goes", "document_type_id": 1,
            "file": {"file_name": "..", "mimetype": "b/c", "file_encoding": "hex", "file_content": "YQ=="},
        });
        refused_at(
            &admin,
            (Method::POST, path),
            &body,
            &["#/file", "#/file/file_name", "#/file/file_encoding"],
        )
        .await;
        body["file"] = json!({"file_name": "a.png"});
        let missing = ["#/file", "#/file/mimetype", "#/file/file_encoding", "#/file/file_content"];
        refused_at(&admin, (Method::POST, path), &body, &missing).await;
        body["file"] = json!("plan.pdf");
        refused_at(&admin, (Method::POST, path), &body, &["#/file"]).await;
    }
}

#[tokio::test]
async fn a_member_is_pointed_at_by_the_name_it_was_sent_under() {
    let api = Api::start().await;
    let admin = api.admin().await;
    for (name, value) in
        [("category", json!(99_999)), ("ovr-process_owner", json!("nobody@nordwind.example"))]
    {
        let mut body = flat(&api, "One");
        if name == "category" {
            body.as_object_mut().unwrap().remove("category_id");
        }
        body[name] = value;
        refused_at(&admin, (Method::POST, "/automationidea"), &body, &[&format!("#/{name}")]).await;
    }
}

#[rstest]
#[case("studio.example", false)]
#[case("javascript:alert(1)", false)]
#[case("{}", false)]
#[case(r#"{"url":"javascript:alert(1)","name":"One"}"#, false)]
#[case(r#"{"url":7}"#, false)]
#[case("https://studio.example/designer/1", true)]
#[case(r#"{"url":"https://studio.example/designer/1","name":"One","hasProcessMap":true}"#, true)]
#[case("", true)]
#[tokio::test]
async fn a_link_to_studio_web_needs_an_address(#[case] link: &str, #[case] is_one: bool) {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    let body = overview(&json!({"OVR-OVERVIEW_STUDIO_WEB_LINK": {"value": link}}));
    if is_one {
        admin.changed(PATCHED.0, PATCHED.1, &body).await;
        return;
    }
    refused_at(&admin, PATCHED, &body, &[&format!("{SECTION}/OVR-OVERVIEW_STUDIO_WEB_LINK/value")]).await;
    let mut body = flat(&api, "Two");
    body["studio_web_link"] = json!(link);
    refused_at(&admin, (Method::POST, "/automations"), &body, &["#/studio_web_link"]).await;
}

#[tokio::test]
async fn an_application_is_named_once() {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    let row = |name: &str| {
        json!({
            "application_name": name, "application_version": "1", "application_language": "English",
            "categoryIds": [api.payables.get()],
        })
    };
    let saved = admin.put("/appinventory", &json!([row("One"), row("Two")])).await.json();
    let id = |place: usize| saved["data"]["applications"][place]["application_id"].clone();
    let twice = json!([id(0), id(1), id(0)]);
    let body = overview(&json!({"OVR-COUNT_APPS": {"value": twice}}));
    refused_at(&admin, PATCHED, &body, &[&format!("{SECTION}/OVR-COUNT_APPS/value/2")]).await;
    let mut body = flat(&api, "Two");
    body["applications"] = twice;
    refused_at(&admin, (Method::POST, "/automations"), &body, &["#/applications/2"]).await;
    body["applications"] = json!([id(0), id(1)]);
    admin.submitted("/automations", &body).await;
}

#[tokio::test]
async fn two_names_of_one_answer_have_to_agree() {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    let with = |name: &str, more: &[(&str, Value)]| {
        let mut body = flat(&api, name);
        for (member, value) in more {
            body[*member] = value.clone();
        }
        body
    };
    let post = |path: &'static str| (Method::POST, path);
    for (more, pointer) in [
        (vec![("category", json!(api.legal.get()))], "#/category"),
        (vec![("q1-rules", json!(1))], "#/q1-rules"),
        (vec![("process_rules_id", json!(1))], "#/process_rules_id"),
        (
            vec![("orchestrator_automation_uuid", json!("P-1")), ("process_automation_id", json!("P-2"))],
            "#/process_automation_id",
        ),
    ] {
        refused_at(&admin, post("/automations"), &with("Two", &more), &[pointer]).await;
    }
    refused_at(
        &admin,
        post("/automationidea"),
        &with("Two", &[("category", json!(api.legal.get()))]),
        &["#/category"],
    )
    .await;
    let same = [
        ("category", json!(api.payables.get())),
        ("process_rules_id", json!(5)),
        ("q1-rules", Value::Null),
        ("orchestrator_automation_uuid", json!("P-1")),
        ("process_automation_id", json!("P-1")),
    ];
    admin.submitted("/automations", &with("Two", &same)).await;
    let path = "/automation/1/categories";
    let body = json!({"category_id": api.payables.get(), "category": api.legal.get()});
    refused_at(&admin, (Method::PUT, path), &body, &["#/category"]).await;
    refused_at(&admin, (Method::PUT, path), &json!({"category": 99_999}), &["#/category"]).await;
    let body = json!({"category_id": api.payables.get(), "category": api.payables.get()});
    admin.changed(Method::PUT, path, &body).await;
}

#[tokio::test]
async fn variables_are_read_in_any_letter_case() {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    for (phase, status) in [("assessment", "Not_Started"), ("Idea", "idea_awaiting_review")] {
        let body = json!({"process_id": 1, "phase_variable": phase, "status_variable": status});
        let answer = admin.post("/automations/status", &body).await;
        assert_eq!(answer.status, 201, "{status}: {}", answer.text());
    }
    let record = admin.data("/automations/one").await;
    let beside = json!({
        "process_id": 1, "phase_status_id": record["process_phase_status_id"], "phase_variable": "idea",
        "status_variable": "awaiting_Review",
    });
    assert_eq!(admin.post("/automations/status", &beside).await.status, 201);
    let flow = json!({"idea_flow_id": 2, "phase_variable": "assessment", "status_variable": "not_started"});
    let moved = admin.changed(Method::POST, "/automations/1/idea-flow", &flow).await;
    assert_eq!(moved["phase_key"], "ASSESSMENT");
}

#[tokio::test]
async fn roles_and_collaborators_come_in_pages_where_they_are_asked_for() {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    let ids = |data: &Value, list: &str| -> Vec<Value> {
        data[list].as_array().unwrap().iter().map(|entry| entry["role_id"].clone()).collect()
    };
    for (path, list) in [("/roles?x=1", "roles"), ("/collaborators?id=one", "collaborators")] {
        let whole = admin.data(path).await;
        assert_eq!(whole.as_object().unwrap().len(), 1, "{whole}");
        let all = ids(&whole, list);
        let page = admin.data(&format!("{path}&limit=1&offset=0")).await;
        assert_eq!(ids(&page, list), all[..1]);
        let told = ["page", "pageSize", "totalItems", "totalPages"].map(|name| page[name].as_u64().unwrap());
        assert_eq!(told, [1, 1, all.len() as u64, all.len() as u64], "{page}");
        let rest = admin.data(&format!("{path}&offset=1")).await;
        assert_eq!(ids(&rest, list), all[1..]);
        let second = admin.data(&format!("{path}&limit=1&page=2")).await;
        assert_eq!(ids(&second, list), all.iter().skip(1).take(1).cloned().collect::<Vec<_>>());
        assert_eq!(admin.get(&format!("{path}&limit=0")).await.status, 400);
        let alias = path.replace("/collaborators", "/automations/collaborators");
        assert_eq!(ids(&admin.data(&format!("{alias}&limit=1")).await, list), all[..1]);
    }
}

#[tokio::test]
async fn a_person_and_a_role_named_twice_are_the_same_or_refused() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.payables, &["One"]).await;
    let ana = api.standard("ana@nordwind.example", None).await.id().get();
    let path = "/automations/one/collaborators";
    let entry = |change: Value| {
        let mut entry = json!({"user_email": "ana@nordwind.example", "user_id": ana, "role_id": 11,
            "role_slug": "ah-project-manager"});
        entry.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!({ "collaborators": [entry] })
    };
    for (change, pointer, other) in [
        (json!({"user_id": admin.id().get()}), "#/collaborators/0/user_id", "user_email"),
        (json!({"role_slug": "ah-rpa-developer"}), "#/collaborators/0/role_slug", "role_id"),
    ] {
        let answer = admin.post(path, &entry(change)).await;
        assert_problem(&answer, 400, "invalid-input");
        let error = answer.json()["errors"][0].clone();
        assert_eq!(error["pointer"], pointer, "{error}");
        assert!(error["detail"].as_str().unwrap().contains(other), "{error}");
    }
    assert_eq!(admin.post(path, &entry(json!({}))).await.status, 201, "as it is read");
}

#[tokio::test]
async fn a_kind_and_a_flow_that_are_not_of_each_other_are_refused() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let body = |name: &str, kind: i64, flow: i64| {
        json!({"process_name": name, "process_description": "By hand", "category_id": api.payables.get(),
            "process_submission_type": kind, "idea_flow_id": flow})
    };
    for (kind, flow) in [(1, 2), (8, 1)] {
        let answer = admin.post("/automations", &body("One", kind, flow)).await;
        assert_problem(&answer, 400, "invalid-input");
        assert_eq!(answer.json()["errors"][0]["pointer"], "#/process_submission_type");
    }
    let answer = admin.post("/automations", &body("One", 1, 1)).await;
    assert_ne!(answer.json()["errors"][0]["pointer"], "#/process_submission_type", "{}", answer.text());
}

#[tokio::test]
async fn a_role_that_is_no_object_is_told_once() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let roles = json!([{"role_id": 8}, 7, {"role_id": "8"}, null]);
    let pointers = ["#/user_roles/1", "#/user_roles/2/role_id", "#/user_roles/3"];
    for (path, email) in [("/adduser", "jane@nordwind.example"), ("/edituser", "adam@nordwind.example")] {
        let body = json!({"user_email": email, "user_first_name": "Jane", "user_last_name": "Doe",
            "user_roles": roles});
        refused_at(&admin, (Method::POST, path), &body, &pointers).await;
    }
}

#[tokio::test]
async fn every_wrong_id_of_a_list_is_pointed_at() {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    let row = |categories: Value| {
        json!({"application_name": "SAP", "application_version": "1", "application_language": "English",
            "categoryIds": categories})
    };
    let finance = api.payables.get();
    let rows = json!([row(json!(["x", finance, 99_999, null, 99_998]))]);
    let places = [0, 3, 2, 4].map(|place| format!("#/0/categoryIds/{place}"));
    let places: Vec<_> = places.iter().map(String::as_str).collect();
    refused_at(&admin, (Method::PUT, "/appinventory"), &rows, &places).await;

    let saved = admin.put("/appinventory", &json!([row(json!([finance]))])).await.json();
    let known = saved["data"]["applications"][0]["application_id"].clone();
    let wrong = json!([known, "x", 98, known, 99, 1.5, 98]);
    let at = |list: &str| -> Vec<String> { (1..7).map(|place| format!("{list}/{place}")).collect() };
    for question in ["OVR-COUNT_APPS", "OVR-COUNT_THIN_APPS"] {
        let body = overview(&json!({question: {"value": wrong}}));
        let places = at(&format!("{SECTION}/{question}/value"));
        let places: Vec<_> = places.iter().map(String::as_str).collect();
        refused_at(&admin, PATCHED, &body, &places).await;
    }
    let mut body = flat(&api, "Two");
    body["applications"] = wrong;
    let places = at("#/applications");
    let places: Vec<_> = places.iter().map(String::as_str).collect();
    refused_at(&admin, (Method::POST, "/automations"), &body, &places).await;
    let told = admin.post("/automations", &body).await.json();
    let details: Vec<_> = told["errorDetails"]["applications"].as_array().unwrap().iter().collect();
    assert_eq!(
        details,
        [
            "Invalid Application Data. A whole number is needed.",
            "Invalid Application Data. Unknown application id(s): 98",
            &format!("Invalid Application Data. “{known}” stands twice."),
            "Invalid Application Data. Unknown application id(s): 99",
            "Invalid Application Data. A whole number is needed.",
            "Invalid Application Data. “98” stands twice.",
        ]
    );
}

#[tokio::test]
async fn ids_and_new_applications_are_told_together() {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    let body =
        overview(&json!({"OVR-COUNT_APPS": {"value": [99], "new_applications": [{"application_name": ""}]}}));
    let list = format!("{SECTION}/OVR-COUNT_APPS");
    let places = [format!("{list}/new_applications/0/application_name"), format!("{list}/value/0")];
    refused_at(&admin, PATCHED, &body, &[&places[0], &places[1]]).await;
}

#[tokio::test]
async fn every_wrong_option_of_a_list_is_pointed_at() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let known = "ah-answer_option-ovrbp-0-3-0-1";
    let answer = json!({"OVR-PROCESS_DOCUMENTS": {"value": [known, "x", 7, known]}});
    let body = json!({"idea_flow_id": 8, "user_inputs": {"OVR": {"section": answer}}});
    let told = admin.post("/idea-from-schema", &body).await.json();
    let errors = told["errors"].as_array().unwrap().iter();
    let places: Vec<_> = errors.filter_map(|error| error["pointer"].as_str()).collect();
    for place in 1..4 {
        let pointer = format!("{SECTION}/OVR-PROCESS_DOCUMENTS/value/{place}");
        assert!(places.contains(&pointer.as_str()), "{told}");
    }
}

#[tokio::test]
async fn a_field_with_several_mistakes_is_one_field() {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    let mut body = flat(&api, "Two");
    body["applications"] = json!(["x", "y"]);
    let told = admin.post("/automations", &body).await.json();
    assert_eq!(told["message"], "Invalid Application Data. A whole number is needed.", "{told}");
    assert_eq!(told["errors"].as_array().unwrap().len(), 2, "{told}");
}

/// A body of a megabyte may be wrong at half a million places: the answer must not be many times as long.
#[tokio::test]
async fn what_is_too_much_is_told_in_one_sentence() {
    let api = Api::start().await;
    let admin = with_one(&api).await;
    let many = |count: usize| -> Value { (0..count).map(|_| json!("x")).collect() };
    let list = overview(&json!({"OVR-COUNT_APPS": {"value": many(1001)}}));
    let told = refused_at(&admin, PATCHED, &list, &[&format!("{SECTION}/OVR-COUNT_APPS/value")]).await;
    let message = "Invalid Application Data. At most 1000 items are allowed; these are 1001.";
    assert_eq!(told["errors"][0]["detail"], message);

    let all = ["#/user_inputs"];
    let answers: serde_json::Map<_, _> = (0..1001).map(|number| (format!("Q-{number}"), json!(1))).collect();
    let told = refused_at(&admin, PATCHED, &overview(&answers.into()), &all).await;
    assert_eq!(told["errors"][0]["detail"], "At most 1000 answers at a time; these are 1001.");

    let name = "é".repeat(129);
    for inputs in [json!({&name: {}}), json!({"OVR": {&name: {}}}), json!({"OVR": {"section": {&name: 1}}})] {
        let told = refused_at(&admin, PATCHED, &json!({"user_inputs": inputs}), &all).await;
        assert_eq!(told["errors"][0]["detail"], "A name in it has more than 128 characters.");
    }

    let row = json!({"application_name": "SAP", "application_version": "1", "application_language": "English",
        "categoryIds": many(3000)});
    let told = admin.put("/appinventory", &json!([row])).await.json();
    assert_eq!(told["errors"].as_array().unwrap().len(), 2000);
}
