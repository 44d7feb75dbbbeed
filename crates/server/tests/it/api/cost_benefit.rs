//! The cost-benefit analysis of an automation, and the baseline that is set once.

use automation_hub_domain::{id::RoleId, role::STANDARD_USER};
use axum::http::Method;
use serde_json::{Value, json};

use super::{Api, Caller, assert_problem, documents};
use crate::app::NOON;

pub(super) const CBA: &str = "/cba?id=one";
pub(super) const BASELINE: &str = "/automations/cba/one/project-plan-baseline";
pub(super) const SPONSOR: RoleId = RoleId::new(3);
pub(super) const PROGRAM_MANAGER: RoleId = RoleId::new(5);

/// The worked example of the yearly figures, which is 80 % automatable.
fn assessed() -> Value {
    let answers = [
        ("Q2-TASK_STABILITY", json!("task-stability-minor-change-expected")),
        ("Q2-APPLICATION_STABILITY", json!("application-stability-no-change-expected")),
        ("Q2-EMPLOYEE_AVERAGE_WORKING_DAYS", json!(220)),
        ("Q2-EMPLOYEE_WORKING_HOURS", json!(8)),
        ("Q2-EMPLOYEE_AVERAGE_FULL_COST", json!(48_000)),
        ("Q2-FREQUENCY", json!("frequency-daily")),
        ("Q2-VOLUMES", json!(50)),
        ("Q2-AVERAGE_PROCESSING_TIME", json!(6)),
        ("Q2-AVERAGE_ERROR_RATE", json!(5)),
        ("Q2-AVERAGE_REWORK_TIME", json!(12)),
        ("Q2-AVERAGE_REVIEW_SHARE", json!(10)),
        ("Q2-AVERAGE_REVIEW_TIME", json!(3)),
        ("Q2-NUMBER_OF_STEPS", json!(32)),
        ("Q2-NUMBER_OF_WAYS", json!(3)),
        ("Q2-DIGITAL_INPUT", json!(70)),
        ("Q2-STRUCTURED_INPUT", json!(80)),
    ];
    let section: serde_json::Map<_, _> =
        answers.into_iter().map(|(code, value)| (code.to_owned(), json!({ "value": value }))).collect();
    let overview =
        json!({"OVR-COUNT_APPS": {"value": [], "new_applications": [{"application_name": "SAP"}]}});
    json!({"user_inputs": {"OVR": {"any": overview}, "Q2": {"any": section}}})
}

pub(super) async fn assess(caller: &Caller<'_>) {
    let answer = caller.call(Method::PATCH, "/automations/one", &assessed()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The value of a field, by the titles that lead to it.
pub(super) fn field<'d>(data: &'d Value, path: &[&str]) -> &'d Value {
    let (name, titles) = path.split_last().unwrap();
    let section = titles.iter().fold(data, |within, title| {
        let sections = within["sections"].as_array().unwrap();
        sections.iter().find(|section| section["title"] == *title).unwrap()
    });
    let fields = section["input_fields"].as_array().unwrap();
    &fields.iter().find(|field| field["field_name"] == *name).unwrap()["value"]
}

pub(super) async fn begin() -> Api {
    let api = documents::begin().await;
    assess(&api.with_roles("pia@nordwind.example", &[PROGRAM_MANAGER]).await).await;
    api
}

#[tokio::test]
async fn the_first_branch_is_that_of_the_sample_and_figures_are_those_of_the_worked_example() {
    let api = begin().await;
    let sponsor = api.with_roles("sara@nordwind.example", &[SPONSOR]).await;
    let data = sponsor.data(CBA).await;
    assert_eq!((&data["baseline_is_set"], &data["process_name"]), (&json!(0), &json!("One")));
    assert_eq!(
        data["sections"][0],
        json!({"title": "Project Plan", "sections": [
            {"title": "Ease of Implementation", "input_fields": [
                {"field_name": "Estimated by Algorithm", "value": "Easy"}, {"field_name": "Final", "value": "Easy"}
            ]}
        ]})
    );
    for (path, value) in [
        (["Assessment", "Feasibility"], json!("Yes")),
        (["Assessment", "Automation Potential"], json!(80)),
        (["Automation Assumptions", "Robot Working Days per Year"], json!(250)),
        (["Automation Assumptions", "Robot Working Hours per Day"], json!(20)),
        (["Automation Assumptions", "Robot Speed Multiplier"], json!(1)),
        (["Automation Assumptions", "Robot Hours per Year"], json!(880)),
        (["Automation Assumptions", "Robots Needed"], json!(0.176)),
        (["Automation Assumptions", "Number of Robots"], json!(1)),
        (["As Is", "Working Days per Year"], json!(220)),
        (["As Is", "Working Hours per Day"], json!(8)),
        (["As Is", "Full Cost per Employee and Year"], json!(48_000)),
        (["As Is", "Transactions per Year"], json!(11_000)),
        (["As Is", "Processing Hours per Year"], json!(1100)),
        (["As Is", "Rework Hours per Year"], json!(110)),
        (["As Is", "Review Hours per Year"], json!(55)),
        (["As Is", "Hours per Year"], json!(1265)),
        (["As Is", "FTE"], json!(0.718_75)),
        (["As Is", "Cost per Year"], json!(34_500)),
        (["Estimated Benefit", "Hours per Year"], json!(1012)),
        (["Estimated Benefit", "FTE"], json!(0.575)),
        (["Estimated Benefit", "Cost per Year"], json!(27_600)),
    ] {
        assert_eq!(field(&data, &path), &value, "{path:?}");
    }
}

#[tokio::test]
async fn what_nobody_has_answered_is_null() {
    let api = documents::begin().await;
    let admin = api.admin().await;
    let data = admin.data(CBA).await;
    for path in [
        &["Project Plan", "Ease of Implementation", "Estimated by Algorithm"][..],
        &["Project Plan", "Ease of Implementation", "Final"],
        &["Assessment", "Feasibility"],
        &["As Is", "Cost per Year"],
    ] {
        assert_eq!(field(&data, path), &json!(null), "{path:?}");
    }
}

#[tokio::test]
async fn a_baseline_is_set_once_and_stays_whatever_is_answered_later() {
    let api = begin().await;
    let manager = api.with_roles("mia@nordwind.example", &[PROGRAM_MANAGER]).await;
    api.hub.clock.set(NOON.plus_days(1));
    let frozen = manager.changed(Method::PUT, BASELINE, &json!({})).await;
    assert_eq!(frozen["baseline_is_set"], 1);
    assert_eq!(frozen, manager.data(CBA).await);
    assert_eq!(field(&frozen, &["Project Plan", "Baseline", "Set On"]), &json!(NOON.plus_days(1).millis()));
    let again = manager.put(BASELINE, &json!({})).await;
    assert_problem(&again, 409, "conflict");

    let harder = json!({"user_inputs": {"Q2": {"any": {
        "Q2-STRUCTURED_INPUT": {"value": 0}, "Q2-DIGITAL_INPUT": {"value": 0},
        "Q2-TASK_STABILITY": {"value": "task-stability-major-change-expected"},
        "Q2-APPLICATION_STABILITY": {"value": "application-stability-major-change-expected"}
    }}}});
    assert_eq!(manager.call(Method::PATCH, "/automations/one", &harder).await.status, 200);
    let data = manager.data(CBA).await;
    let ease = ["Project Plan", "Ease of Implementation"];
    assert_ne!(field(&data, &[ease[0], ease[1], "Estimated by Algorithm"]), &json!("Easy"));
    assert_eq!(field(&data, &[ease[0], ease[1], "Final"]), &json!("Easy"));
    assert_eq!(field(&data, &["Project Plan", "Baseline", "Hours per Year"]), &json!(1012));
    assert_ne!(field(&data, &["Estimated Benefit", "Hours per Year"]), &json!(1012));
    let id = data["process_id"].as_i64().unwrap();
    let events = api.actions("idea", id).await;
    assert_eq!(events.iter().filter(|action| *action == "idea.set-baseline").count(), 1);
}

#[tokio::test]
async fn of_two_attempts_at_once_one_sets_it() {
    let api = begin().await;
    let admin = api.admin().await;
    let body = json!({});
    let (first, second) = tokio::join!(admin.put(BASELINE, &body), admin.put(BASELINE, &body));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn whoever_may_view_it_views_it_and_the_project_manager_freezes_it() {
    let api = begin().await;
    let leo = api.hub.add_user("leo@nordwind.example", &[STANDARD_USER]).await;
    let (leo, admin) = (api.user(leo).await, api.admin().await);
    let sponsor = api.with_roles("sara@nordwind.example", &[SPONSOR]).await;
    let nobody = api.nobody_in_particular().await;
    assert_eq!(nobody.get(CBA).await.status, 200, "a tenant-level token may look");
    assert_problem(&nobody.put(BASELINE, &json!({})).await, 403, "submitter-required");
    assert_problem(&sponsor.put(BASELINE, &json!({})).await, 403, "permission-missing");
    for answer in [leo.get(CBA).await, leo.put(BASELINE, &json!({})).await] {
        assert_problem(&answer, 403, "permission-missing");
    }
    let manager = json!({"collaborators": [{"user_id": leo.id().get(), "role_slug": "project-manager"}]});
    assert_eq!(admin.post("/automations/one/collaborators", &manager).await.status, 201);
    assert_eq!(leo.get(CBA).await.status, 200);
    assert_eq!(leo.put(BASELINE, &json!({})).await.status, 200);
}

#[tokio::test]
async fn an_automation_has_to_be_named_and_there() {
    let api = documents::begin().await;
    let admin = api.admin().await;
    let unnamed = admin.get("/cba").await;
    assert_problem(&unnamed, 400, "invalid-input");
    assert_eq!(unnamed.json()["errorDetails"], json!({"id": ["This is required."]}));
    assert_problem(&admin.get("/cba?id=none").await, 404, "not-found");
    let missing = admin.put("/automations/cba/none/project-plan-baseline", &json!({})).await;
    assert_problem(&missing, 404, "not-found");
}

/// The text of a member's value, digit by digit.
fn digits<'t>(text: &'t str, before: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split([',', '}']).next().unwrap()
}

#[tokio::test]
async fn a_figure_has_the_same_digits_wherever_it_is_shown() {
    let api = begin().await;
    let pia = api.with_roles("mia@nordwind.example", &[PROGRAM_MANAGER]).await;
    for (volumes, rate) in [(7, 3.3), (13, 7.1), (19, 0.7), (23, 11.3), (29, 12.7), (31, 33.3)] {
        let answers = json!({"Q2-VOLUMES": {"value": volumes}, "Q2-AVERAGE_ERROR_RATE": {"value": rate},
            "Q2-EMPLOYEE_WORKING_HOURS": {"value": 7.7}, "Q2-DIGITAL_INPUT": {"value": rate}});
        let body = json!({"user_inputs": {"Q2": {"any": answers}}});
        pia.changed(Method::PATCH, "/automations/one", &body).await;
        let analysis = pia.get(CBA).await.text();
        let (_, benefit) = analysis.split_once("Estimated Benefit").unwrap();
        let record = pia.get("/automations/one").await.text();
        for (name, member) in [
            ("Hours per Year", "process_estimated_benefit_score"),
            ("FTE", "process_estimated_benefit_fte"),
            ("Cost per Year", "process_estimated_benefit_cost"),
        ] {
            let of_analysis = digits(benefit, &format!("\"field_name\":\"{name}\",\"value\":"));
            let of_record = digits(&record, &format!("\"{member}\":"));
            assert_eq!(of_analysis, of_record, "{member}");
            let counting = of_record.replace('.', "");
            assert!(counting.trim_start_matches('0').len() <= 15, "{member}: {of_record}");
        }
    }
}
