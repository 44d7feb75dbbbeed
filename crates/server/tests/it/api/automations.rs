//! Lists of ideas, and one by id or slug.

use std::collections::BTreeSet;

use automation_hub_domain::{clock::Timestamp, idea::SubmissionType};
use automation_hub_server::api::automations::schema::AutomationRecord;
use automation_hub_storage::categories;
use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use rstest::rstest;
use serde_json::json;

use super::{Api, assert_problem, idea};
use crate::app::NOON;

#[tokio::test]
async fn a_record_shows_its_own_members_and_what_surrounds_them() {
    let api = Api::start().await;
    let caller = api.admin().await;
    let mut new = idea("Onboarding \"new\"", caller.id(), api.payables, 0);
    new.owner = Some(caller.id());
    let uuid = new.uuid;
    api.add(vec![new]).await;
    let data = caller.data("/automations/onboarding-new").await;
    let adam = json!({"user_id": caller.id().get(), "user_email": "adam@nordwind.example",
        "user_first_name": "Adam", "user_last_name": "Tester"});
    for (name, value) in [
        ("process_slug", json!("onboarding-new")),
        ("process_uuid", json!(uuid.to_string())),
        ("process_name", json!("Onboarding \"new\"")),
        ("process_description", json!(r#"{"blocks":[{"text":"Create accounts"}],"entityMap":{}}"#)),
        ("process_rules_id", json!(2)),
        ("process_input_type_id", json!(6)),
        ("process_input_quality_id", json!(13)),
        ("process_stability_id", json!(17)),
        ("process_documentation_id", json!(25)),
        ("process_phase_id", json!(1)),
        ("process_phase_status_id", json!(46)),
        ("phase_name", json!("Idea")),
        ("phase_status_name", json!("Awaiting Review")),
        ("phase_key", json!("IDEA")),
        ("phase_status_key", json!("AWAITING_REVIEW")),
        ("process_submission_type", json!(1)),
        ("process_submitter_user_id", json!(caller.id().get())),
        ("process_submitter", adam.clone()),
        ("process_owner_user_id", json!(caller.id().get())),
        ("owner", adam),
        ("user_department", json!(null)),
        ("collaborators", json!([])),
        ("category_id", json!(api.payables.get())),
        ("hierarchy", json!(format!("{},{}", api.finance, api.payables))),
        ("process_l1_id", json!(api.finance.get())),
        ("process_l2_id", json!(api.payables.get())),
        ("process_l3_id", json!(null)),
        ("process_description__display", json!("Create accounts")),
        ("process_estimated_benefit_score", json!(1240)),
        ("process_estimated_benefit_score__display", json!("1,240")),
        ("process_created_epoch", json!(NOON.millis())),
        ("process_created_epoch__display", json!("17 Nov 2026")),
        ("process_updated_epoch__display", json!("17 Nov 2026")),
        ("process_num_votes", json!(3)),
        ("process_num_documents", json!(0)),
        ("process_is_deleted", json!(0)),
        ("process_priority", json!(null)),
        ("tags", json!([])),
    ] {
        assert_eq!(data[name], value, "{name}");
        assert!(data.get(name).is_some(), "{name}");
    }
    assert_eq!(data["categories"][0]["category_name"], "Finance");
    assert_eq!(data["categories"][0]["subcategories"][0]["category_id"], api.payables.get());
    let id = data["process_id"].as_i64().unwrap();
    assert_eq!(caller.data(&format!("/automations/{id}")).await, data);
    assert_eq!(caller.data("/automations").await["processes"], json!([data]));
}

#[tokio::test]
async fn a_record_has_the_members_that_the_document_names() {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    let data = caller.data("/automations/one").await;
    let shown: BTreeSet<_> = data.as_object().unwrap().keys().map(String::as_str).collect();
    let described: BTreeSet<_> = AutomationRecord::MEMBERS.iter().copied().collect();
    assert_eq!(shown, described);
}

#[tokio::test]
async fn members_of_a_record_are_unique() {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.payables, &["One"]).await;
    let text = caller.get("/automations/one").await.text();
    // A strict reader would refuse a record that names something twice.
    let mut names: Vec<&str> =
        text.match_indices("\"process_").filter_map(|(at, _)| text[at..].split('"').nth(1)).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[tokio::test]
async fn an_empty_list_has_one_page() {
    let api = Api::start().await;
    let data = api.admin().await.data("/automations?page=7").await;
    assert_eq!(data, json!({"page": 1, "pageSize": 0, "totalItems": 0, "totalPages": 1, "processes": []}));
}

#[rstest]
#[case("")]
#[case("page=0&")]
#[case("page=1&")]
#[case("offset=0&")]
#[tokio::test]
async fn pages_zero_one_and_none_are_the_first(#[case] page: &str) {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.legal, &["a", "b", "c"]).await;
    let data = caller.data(&format!("/automations?{page}limit=2")).await;
    assert_eq!((&data["page"], &data["pageSize"]), (&json!(1), &json!(2)));
    assert_eq!((&data["totalItems"], &data["totalPages"]), (&json!(3), &json!(2)));
    assert_eq!(data["processes"][0]["process_name"], "c");
    let last = caller.data("/automations?page=2&limit=2").await;
    assert_eq!((&last["page"], &last["pageSize"]), (&json!(2), &json!(1)));
}

#[rstest]
#[case("", &["c", "b", "a"])]
#[case("phase=1&category=LEGAL", &["b"])]
#[case("phases=2", &[])]
#[case("status=46,47", &["c", "b", "a"])]
#[case("status=all&unknown=x", &["c", "b", "a"])]
#[case("category=FINANCE", &["c", "a"])]
#[case("submissionType=6", &["d"])]
#[case("submissiontype=all", &["d", "c", "b", "a"])]
#[case("s=d", &["d"])]
#[case("search=C", &["c"])]
#[case("search=-", &["c", "b", "a"])]
#[case("s=+--+", &["c", "b", "a"])]
#[case("CreatedStart=NOONS&createdEnd=NOONS", &["a"])]
#[case("createdStart=NOON1000", &["c", "b"])]
#[case("updatedEnd=NOON0", &["a"])]
#[case("bu=Nobody", &[])]
#[case("applications=1", &[])]
#[case("sort=process_name", &["a", "b", "c"])]
#[case("sort=process_created_epoch&sortOrder=asc", &["a", "b", "c"])]
#[case("sort=process_id&sortOrder=DESC&limit=600", &["c", "b", "a"])]
#[tokio::test]
async fn each_spelling_of_a_filter_works(#[case] query: &str, #[case] expected: &[&str]) {
    let api = Api::start().await;
    let caller = api.admin().await;
    let mut ideas = ["a", "b", "c", "d"].map(|name| idea(name, caller.id(), api.payables, 0));
    for (idea, at) in ideas.iter_mut().zip(0..) {
        idea.content.description = "-".into();
        idea.created_at = Timestamp::from_millis(NOON.millis() + at * 1000);
        idea.updated_at = idea.created_at;
    }
    ideas[1].category = api.legal;
    ideas[3].submission_type = SubmissionType::ChangeRequest;
    api.add(ideas.into()).await;
    let query = query
        .replace("LEGAL", &api.legal.to_string())
        .replace("FINANCE", &api.finance.to_string())
        .replace("NOONS", &(NOON.millis() / 1000).to_string())
        .replace("NOON1000", &(NOON.millis() + 1000).to_string())
        .replace("NOON0", &NOON.millis().to_string());
    assert_eq!(caller.names(&format!("/automations?{query}")).await, expected);
}

#[tokio::test]
async fn a_business_unit_is_that_of_who_submitted() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let ana = api.standard("ana@nordwind.example", None).await;
    api.add_ideas(admin.id(), api.payables, &["a"]).await;
    api.add_ideas(ana.id(), api.payables, &["b"]).await;
    let moved = json!({"user_email": "ana@nordwind.example", "user_business_unit": "Shared Services"});
    assert_eq!(admin.post("/edituser", &moved).await.status, 201);
    for spelling in ["bu", "businessUnit", "business_unit"] {
        assert_eq!(
            admin.names(&format!("/automations?{spelling}=Shared+Services")).await,
            ["b"],
            "{spelling}"
        );
        assert_eq!(admin.names(&format!("/automations?{spelling}=Shared")).await, [""; 0], "{spelling}");
    }
}

#[tokio::test]
async fn a_scoped_user_sees_their_category_and_those_below_only() {
    let api = Api::start().await;
    let admin = api.admin().await;
    api.add_ideas(admin.id(), api.payables, &["Invoices"]).await;
    api.add_ideas(admin.id(), api.legal, &["Contracts"]).await;
    let ana = api.standard("ana@nordwind.example", Some(api.finance)).await;
    let data = ana.data("/automations").await;
    assert_eq!(data["totalItems"], 1);
    assert_eq!(ana.names("/automations").await, ["Invoices"]);
    assert_eq!(ana.names(&format!("/automations?category={}", api.legal)).await, [""; 0]);
    assert_eq!(ana.names("/automations?limit=1000").await, ["Invoices"]);
    assert_eq!(ana.data("/automations/invoices").await["process_name"], "Invoices");
    assert_problem(&ana.get("/automations/contracts").await, 403, "permission-missing");
    assert_problem(&ana.get("/automations/nothing").await, 404, "not-found");
    assert_problem(&ana.get("/automations/99999999999999999999").await, 404, "not-found");
}

#[tokio::test]
async fn a_long_list_streams_the_same_records_as_its_pages() {
    let api = Api::start().await;
    let caller = api.admin().await;
    let names: Vec<_> = (0..600).map(|n| format!("Idea {n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    api.add_ideas(caller.id(), api.payables, &names).await;
    let long = caller.data("/automations?limit=100000").await;
    assert_eq!((&long["pageSize"], &long["totalPages"]), (&json!(600), &json!(1)));
    let mut paged = Vec::new();
    for page in 1..=3 {
        let data = caller.data(&format!("/automations?limit=200&page={page}")).await;
        paged.extend(data["processes"].as_array().unwrap().iter().cloned());
    }
    assert_eq!(long["processes"].as_array().unwrap(), &paged);
    let part = caller.data("/automations?limit=512&offset=10").await;
    assert_eq!(part["processes"].as_array().unwrap().as_slice(), &paged[10..522]);
    let rest = caller.data("/automations?limit=512&offset=500").await;
    assert_eq!(rest["processes"].as_array().unwrap().as_slice(), &paged[500..]);
}

#[tokio::test]
async fn a_list_whose_last_part_is_full_is_closed_properly() {
    let api = Api::start().await;
    let caller = api.admin().await;
    let names: Vec<_> = (0..256).map(|n| format!("Idea {n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    api.add_ideas(caller.id(), api.payables, &names).await;
    let long = caller.data("/automations?limit=600").await;
    assert_eq!(long["processes"].as_array().unwrap().len(), 256);
    let first = caller.data("/automations?limit=256").await;
    assert_eq!(long["processes"], first["processes"]);
}

#[tokio::test]
async fn a_change_elsewhere_shows_at_once() {
    let api = Api::start().await;
    let caller = api.admin().await;
    api.add_ideas(caller.id(), api.legal, &["Contracts"]).await;
    let before = caller.data("/automations/contracts").await;
    assert_eq!(before["categories"][0]["category_is_active"], 1);
    let legal = api.legal;
    api.hub.app.store.write(api.hub.tenant, move |s| categories::set_active(s, legal, false)).await.unwrap();
    let after = caller.data("/automations/contracts").await;
    assert_eq!(after["categories"][0]["category_is_active"], 0);
}

#[tokio::test]
async fn a_change_elsewhere_shows_in_the_parts_of_a_long_list_that_are_read_after_it() {
    let api = Api::start().await;
    let caller = api.admin().await;
    // More than the parts that are read ahead.
    let names: Vec<_> = (0..1500).map(|n| format!("Idea {n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    api.add_ideas(caller.id(), api.legal, &names).await;
    let request = Request::get("/automations?limit=2000").body(Body::empty()).unwrap();
    let mut body = caller.answer(request).await.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    let legal = api.legal;
    api.hub.app.store.write(api.hub.tenant, move |s| categories::set_active(s, legal, false)).await.unwrap();
    let rest = body.collect().await.unwrap().to_bytes();
    let last_shown = |part: &[u8]| {
        let part = String::from_utf8_lossy(part);
        part.rsplit("\"category_is_active\":").next().and_then(|rest| rest.chars().next())
    };
    assert_eq!((last_shown(&first), last_shown(&rest)), (Some('1'), Some('0')));
}

#[tokio::test]
async fn wrong_parameters_are_all_named() {
    let api = Api::start().await;
    let search = "é".repeat(257);
    let query = format!("limit=x&status=no&sort=color&search={search}");
    let answer = api.admin().await.get(&format!("/automations?{}", query.replace('é', "%C3%A9"))).await;
    assert_problem(&answer, 400, "invalid-input");
    let details = answer.json()["errorDetails"].clone();
    let fields: Vec<_> = details.as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["limit", "search", "sort", "status"]);
    assert_eq!(details["search"][0], "At most 256 characters.");
    assert!(details["sort"][0].as_str().unwrap().contains("process_created_epoch"), "{details}");
}

#[tokio::test]
async fn a_client_that_hangs_up_stops_the_reading() {
    let api = Api::start().await;
    let caller = api.admin().await;
    let names: Vec<_> = (0..600).map(|n| format!("Idea {n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    api.add_ideas(caller.id(), api.payables, &names).await;
    let request = Request::get("/automations?limit=1000").body(Body::empty()).unwrap();
    let mut body = caller.answer(request).await.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(first.starts_with(br#"{"message":"Success","statusCode":200,"data":{"page":1,"#));
    let read = api.hub.app.store.statement_count();
    drop(body);
    tokio::task::yield_now().await;
    assert_eq!(api.hub.app.store.statement_count(), read);
    caller.data("/automations?limit=1000").await;
    assert!(api.hub.app.store.statement_count() > read);
}

#[tokio::test]
async fn a_search_finds_what_people_read_of_a_description() {
    let api = Api::start().await;
    let caller = api.admin().await;
    let described = [
        (
            "Draft",
            r#"{"blocks":[{"text":"Zur\u00fcckweisung \"hochpriorit\u00e4r\"","type":"unstyled"}],"entityMap":{}}"#,
        ),
        ("Html", "<p><b>Bold</b>word &amp; more</p>"),
    ];
    let ideas = described.map(|(name, description)| {
        let mut new = idea(name, caller.id(), api.payables, 0);
        new.content.description = description.into();
        new
    });
    api.add(ideas.into()).await;
    for (search, names) in [
        ("zur%C3%BCckweisung", vec!["Draft"]),
        ("%22hochpriorit%C3%A4r%22", vec!["Draft"]),
        ("Boldword", vec!["Html"]),
        ("%26+more", vec!["Html"]),
        ("entityMap", vec![]),
        ("blocks", vec![]),
        ("u00fc", vec![]),
        ("%3Cp%3E", vec![]),
    ] {
        assert_eq!(caller.names(&format!("/automations?search={search}")).await, names, "{search}");
    }
}
