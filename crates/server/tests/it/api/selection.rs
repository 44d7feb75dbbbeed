//! `fields`: only some members of records.

use automation_hub_domain::idea::SubmissionType;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, Caller, assert_problem, idea};

const LISTS: [&str; 2] = ["/automations?", "/automationpipeline?pre=all&"];

async fn begin() -> Api {
    let api = Api::start().await;
    let admin = api.hub.add_user("ada@nordwind.example", &[super::SYSTEM_ADMIN]).await;
    api.add_ideas(admin, api.payables, &["One", "Two \"quoted\""]).await;
    api
}

async fn rows(caller: &Caller<'_>, path: &str) -> Vec<Value> {
    caller.data(path).await["processes"].as_array().unwrap().clone()
}

fn picked(row: &Value, names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| ((*name).to_owned(), row[*name].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[tokio::test]
async fn only_the_members_asked_for_are_sent_as_they_always_are() {
    let api = begin().await;
    let admin = api.admin().await;
    let names = ["process_id", "process_name", "categories", "process_submitter", "process_owner_user_id"];
    for (query, names) in [
        (format!("fields={}", names.join(",")), &names[..]),
        ("FIELDS=process_name&fields=%20process_id%20,".to_owned(), &["process_id", "process_name"][..]),
        ("Fields=tags".to_owned(), &["tags"][..]),
    ] {
        for list in LISTS {
            let all = rows(&admin, list).await;
            let expected: Vec<_> = all.iter().map(|row| picked(row, names)).collect();
            let data = admin.data(&format!("{list}{query}")).await;
            assert_eq!(data["processes"], json!(expected), "{list}{query}");
            assert_eq!(data["totalItems"], 2, "the envelope stays");
        }
        let one = admin.data("/automations/one").await;
        assert_eq!(admin.data(&format!("/automations/one?{query}")).await, picked(&one, names));
    }
    assert_eq!(admin.data("/automations/one?fields=").await, admin.data("/automations/one").await);
}

#[tokio::test]
async fn a_long_list_holds_as_much_in_all_its_parts() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let names: Vec<_> = (0..600).map(|n| format!("Idea {n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    api.add_ideas(admin.id(), api.payables, &names).await;
    let all = rows(&admin, "/automations?limit=1000").await;
    let expected: Vec<_> = all.iter().map(|row| picked(row, &["process_slug"])).collect();
    assert_eq!(rows(&admin, "/automations?limit=1000&fields=process_slug").await, expected);
}

#[tokio::test]
async fn answers_are_asked_for_by_their_questions() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let mut new = idea("One", admin.id(), api.payables, 0);
    new.submission_type = SubmissionType::EmployeeDriven;
    api.add(vec![new]).await;
    let answered = super::answer::answers("Q2", json!({"Q2-VOLUMES": {"value": 50}}));
    admin.changed(axum::http::Method::PATCH, "/automations/one", &answered).await;
    let data = admin.data("/automations/one?fields=q2-volumes,q2-volumes__display,thin_applications").await;
    assert_eq!(data["q2-volumes"], 50);
    assert_eq!(data.as_object().unwrap().len(), 2, "what there isn't isn't sent: {data}");
}

#[rstest]
#[case("process_nam", "process_nam")]
#[case("process_name,Process_Id", "Process_Id")]
#[case("process_name,q2-nothing__display", "q2-nothing__display")]
#[case("process_phase.phase_id", "process_phase.phase_id")]
#[tokio::test]
async fn names_that_no_record_has_are_refused_by_name(#[case] fields: &str, #[case] unknown: &str) {
    let api = begin().await;
    let admin = api.admin().await;
    for path in ["/automations?", "/automations?limit=1000&", "/automationpipeline?", "/automations/one?"] {
        let answer = admin.get(&format!("{path}fields={fields}")).await;
        assert_problem(&answer, 400, "invalid-input");
        assert_eq!(
            answer.json()["errorDetails"],
            json!({"fields": [format!("A record has no member “{unknown}”.")]}),
            "{path}"
        );
    }
}

#[tokio::test]
async fn four_answers_stand_under_their_announced_names_too() {
    let api = begin().await;
    let admin = api.admin().await;
    let link = r#"{"url":"https://studio.example/designer/1"}"#;
    let overview = json!({
        "OVR-SUB_PROCESSES": {"value": "<p>Order, bill</p>"}, "OVR-OVERVIEW_STUDIO_WEB_LINK": {"value": link},
        "OVR-PROCESS_DOCUMENTS": {"value": ["ah-answer_option-ovr-0-0-9-1"]},
    });
    let detailed = json!({"Q2-PROCESS_NEGATIVE_IMPACT": {"value": "Late"}});
    let body = json!({"user_inputs": {"OVR": {"s": overview}, "Q2": {"s": detailed}}});
    let record = admin.changed(axum::http::Method::PATCH, "/automations/one", &body).await;
    for (name, code, value) in [
        ("sub_processes", "ovr-sub_processes", json!("<p>Order, bill</p>")),
        ("studio_web_link", "ovr-overview_studio_web_link", json!(link)),
        ("process_documents", "ovr-process_documents", json!(["ah-answer_option-ovr-0-0-9-1"])),
        ("process_negative_impact", "q2-process_negative_impact", json!("Late")),
    ] {
        assert_eq!((&record[name], &record[code]), (&value, &value), "{name}");
        let picked = admin.data(&format!("/automations/one?fields={name}")).await;
        assert_eq!(picked, json!({name: value}));
        assert_eq!(admin.data(&format!("/automations/two-quoted?fields={name}")).await, json!({}));
        let display = format!("/automations?fields={name}__display");
        assert_problem(&admin.get(&display).await, 400, "invalid-input");
    }
}

/// As in the last of `categories`: the idea's path ends there.
#[tokio::test]
async fn a_record_has_nothing_below_its_category() {
    let api = begin().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.finance, &["Three"]).await;
    for slug in ["one", "three"] {
        let picked = admin.data(&format!("/automations/{slug}?fields=subcategories")).await;
        assert_eq!(picked, json!({"subcategories": []}));
    }
}
