//! The pipeline list: that of automations, for those who may view one of its tables.

use automation_hub_domain::{id::RoleId, idea::SubmissionType, role::STANDARD_USER};
use serde_json::json;

use super::{Api, assert_problem, idea};

const IDEA_APPROVER: RoleId = RoleId::new(6);
const SPONSOR: RoleId = RoleId::new(3);

/// The fields that are published of an entry.
const PUBLISHED: &[&str] = &[
    "process_id",
    "process_slug",
    "process_name",
    "process_description",
    "orchestrator_automation_uuid",
    "user_department",
    "user_business_unit",
    "process_goal",
    "process_phase_id",
    "process_phase_status_id",
    "process_overall_gauge_score",
    "process_automation_score",
    "process_estimated_benefit_score",
    "software_vendor_id",
    "software_vendor",
    "software_cost_id",
    "cost_description",
    "running_cost",
    "process_type_id",
    "owner",
    "process_ease_of_implementation_score",
    "process_submitter_user_id",
    "process_submission_type",
    "process_num_collaborators",
    "process_num_votes",
    "process_created_epoch",
    "process_updated_epoch",
    "check_collaborators",
    "relevance",
    "number_of_robots",
    "category_id",
    "category_other_text",
    "category_name",
    "category_level_id",
    "category_is_other",
    "process_phase",
    "process_phase_status",
];

async fn begin() -> Api {
    let api = Api::start().await;
    let ana = api.hub.add_user("ana@nordwind.example", &[STANDARD_USER]).await;
    let mut request = idea("Four", ana, api.legal, 3);
    request.submission_type = SubmissionType::ChangeRequest;
    api.add(vec![
        idea("One", ana, api.payables, 0),
        idea("Two", ana, api.payables, 1),
        idea("Three", ana, api.legal, 2),
        request,
    ])
    .await;
    api
}

#[tokio::test]
async fn it_is_the_list_of_automations_with_its_filters_and_pages() {
    let api = begin().await;
    let admin = api.admin().await;
    for query in [
        "",
        "?limit=2",
        "?limit=2&page=2",
        "?s=t",
        "?category=0",
        "?submissionType=6",
        "?sort=process_name&offset=1",
    ] {
        let pipeline = admin.data(&format!("/automationpipeline{query}")).await;
        assert_eq!(pipeline, admin.data(&format!("/automations{query}")).await, "{query}");
    }
    assert_eq!(admin.names("/automationpipeline").await, ["Three", "Two", "One"]);
    assert_eq!(admin.names("/automationpipeline?pre=all").await, ["Four", "Three", "Two", "One"]);
    assert_eq!(admin.names("/automationpipeline?pre=ALL&submissionType=6").await, ["Four"]);
    let wrong = admin.get("/automationpipeline?pre=some&limit=0").await;
    assert_problem(&wrong, 400, "invalid-input");
    let record = admin.data("/automationpipeline").await["processes"][0].clone();
    for name in PUBLISHED {
        assert!(record.get(name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn a_long_one_is_sent_in_parts_that_make_a_whole() {
    let api = Api::start().await;
    let admin = api.admin().await;
    let names: Vec<_> = (0..700).map(|n| format!("Idea {n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    api.add_ideas(admin.id(), api.payables, &names).await;
    let shown = admin.names("/automationpipeline?limit=30000&sort=process_id").await;
    assert_eq!(shown, names);
}

#[tokio::test]
async fn it_shows_where_a_table_may_be_viewed_and_nothing_to_others() {
    let api = begin().await;
    let standard = api.standard("omar@nordwind.example", None).await;
    assert_problem(&standard.get("/automationpipeline").await, 403, "permission-missing");
    let nobody = api.nobody_in_particular().await;
    assert_problem(&nobody.get("/automationpipeline").await, 403, "submitter-required");
    let sponsor = api.with_roles("sara@nordwind.example", &[SPONSOR]).await;
    assert_eq!(sponsor.data("/automationpipeline").await["totalItems"], 3);
    let roles = [(IDEA_APPROVER, Some(api.finance)), (super::STANDARD_USER, None)];
    let approver = api.person("petra@nordwind.example", &roles).await;
    assert_eq!(approver.names("/automationpipeline").await, ["Two", "One"]);
    assert_eq!(approver.names("/automations").await, ["Three", "Two", "One"]);
    let elsewhere = format!("/automationpipeline?category={}", api.legal);
    assert_eq!(approver.data(&elsewhere).await["processes"], json!([]));
}
