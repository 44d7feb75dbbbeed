//! Entering what an automation costs, and what follows from it.

use automation_hub_domain::{
    clock::Timestamp,
    role::{STANDARD_USER, SYSTEM_ADMIN},
};
use axum::{
    body::Body,
    http::{Method, Request, header},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Caller, assert_problem,
    cost_benefit::{BASELINE, CBA, PROGRAM_MANAGER, SPONSOR, begin, field},
    documents,
};
use crate::app::NOON;

const COSTS: &str = "/automations/one/cba";
const ONE: &str = "/automations/one";
/// 20 October 2027, 12:00 UTC: from that day on a fifth of the year is left.
const LAUNCH: i64 = 1_824_033_600_000;

/// 16,000 of people and 4,000 of others once, 9,600 a year.
fn costs() -> Value {
    json!({
        "launch_date": LAUNCH,
        "people": [
            {"role": "RPA Developer", "phase": "Development", "days": 20, "daily_rate": 600},
            {"role": "Solution Architect", "phase": null, "days": 5, "daily_rate": 800.0}
        ],
        "one_time_costs": [{"description": "Training", "amount": 4000}],
        "running_costs": [
            {"kind": "rpa_software", "vendor": "UiPath", "license_type": "Unattended robot", "quantity": 0.5, "price_per_year": 12_000},
            {"kind": "other_software", "description": "OCR", "quantity": 2, "price_per_year": 800},
            {"kind": "infrastructure", "price_per_year": 1000},
            {"kind": "support", "description": "Second level", "price_per_year": 1000}
        ]
    })
}

async fn enter(caller: &Caller<'_>, body: &Value) -> Value {
    caller.changed(Method::PUT, COSTS, body).await
}

/// What is wrong, as paths into the body.
fn refused(answer: &crate::app::Answer) -> Vec<(String, String)> {
    assert_problem(answer, 400, "invalid-input");
    let json = answer.json();
    let errors = json["errors"].as_array().unwrap().iter();
    let told = errors.map(|error| {
        let pointer = error["pointer"].as_str().unwrap().to_owned();
        (pointer, error["detail"].as_str().unwrap().to_owned())
    });
    told.collect()
}

fn assert_close(data: &Value, path: &[&str], expected: f64) {
    let value = field(data, path).as_f64().unwrap_or_else(|| panic!("{path:?} is {}", field(data, path)));
    assert!((value - expected).abs() < 0.01, "{path:?}: {value}, not {expected}");
}

/// As in the domain's worked example: 20,000 once and 9,600 a year against 27,600 a year of benefit, a fifth of them in
/// 2027. 18,000 a year are 1,500 a month, so 20,000 are made up for in month 14. (115,920 − 60,320) / 60,320 = 92.18 %.
#[tokio::test]
async fn figures_follow_from_what_is_entered() {
    let api = begin().await;
    let manager = api.with_roles("mia@nordwind.example", &[PROGRAM_MANAGER]).await;
    let data = enter(&manager, &costs()).await;
    assert_eq!(data, manager.data(CBA).await);
    let titles: Vec<_> =
        data["sections"].as_array().unwrap().iter().map(|section| section["title"].clone()).collect();
    assert_eq!(
        titles,
        [
            "Project Plan",
            "Assessment",
            "Automation Assumptions",
            "As Is",
            "Estimated Benefit",
            "Costs",
            "Net Benefit",
            "Result"
        ]
    );
    for (path, expected) in [
        (&["Costs", "People"][..], 16_000.0),
        (&["Costs", "Other One-Time Costs"], 4_000.0),
        (&["Costs", "One-Time Cost"], 20_000.0),
        (&["Costs", "RPA Software per Year"], 6_000.0),
        (&["Costs", "Other Software per Year"], 1_600.0),
        (&["Costs", "Infrastructure per Year"], 1_000.0),
        (&["Costs", "Support per Year"], 1_000.0),
        (&["Costs", "Running Cost per Year"], 9_600.0),
        (&["Costs", "To-Be Cost per Year"], 16_500.0),
        (&["Net Benefit", "Year 1", "Calendar Year"], 2027.0),
        (&["Net Benefit", "Year 1", "Share of Year"], 0.2),
        (&["Net Benefit", "Year 1", "Benefit"], 5_520.0),
        (&["Net Benefit", "Year 1", "Cost"], 21_920.0),
        (&["Net Benefit", "Year 1", "Net Benefit"], -16_400.0),
        (&["Net Benefit", "Year 1", "Cumulative"], -16_400.0),
        (&["Net Benefit", "Year 2", "Net Benefit"], 18_000.0),
        (&["Net Benefit", "Year 2", "Cumulative"], 1_600.0),
        (&["Net Benefit", "Year 5", "Calendar Year"], 2031.0),
        (&["Net Benefit", "Year 5", "Cumulative"], 55_600.0),
        (&["Result", "Break-Even Month"], 14.0),
        (&["Result", "ROI"], 92.175),
    ] {
        assert_close(&data, path, expected);
    }
    assert_eq!(field(&data, &["Costs", "Other Running Costs per Year"]), &json!(null));
    assert_eq!(field(&data, &["Result", "Launch Date"]), &json!(LAUNCH));
    assert_eq!(data["sections"][6]["sections"].as_array().unwrap().len(), 5);
    let longer = enter(&manager, &json!({"horizon_years": 10})).await;
    assert_close(&longer, &["Net Benefit", "Year 10", "Cumulative"], 55_600.0 + 5.0 * 18_000.0);
}

#[tokio::test]
async fn what_was_entered_can_be_read_changed_and_sent_back() {
    let api = begin().await;
    let admin = api.admin().await;
    let empty = json!({
        "launch_date": null, "final_ease_of_implementation": null, "horizon_years": null,
        "people": [], "one_time_costs": [], "running_costs": []
    });
    assert_eq!(admin.data(CBA).await["entered"], empty);
    let mut expected = costs();
    expected["final_ease_of_implementation"] = json!(null);
    expected["horizon_years"] = json!(null);
    for row in expected["running_costs"].as_array_mut().unwrap() {
        for (name, value) in [
            ("description", json!(null)),
            ("vendor", json!(null)),
            ("license_type", json!(null)),
            ("quantity", json!(1)),
        ] {
            row.as_object_mut().unwrap().entry(name).or_insert(value);
        }
    }
    expected["people"][1]["daily_rate"] = json!(800);
    let data = enter(&admin, &costs()).await;
    assert_eq!(data["entered"], expected);
    let (id, version) =
        (data["process_id"].as_i64().unwrap(), admin.get(ONE).await.header("etag").to_owned());
    let again = enter(&admin, &data["entered"]).await;
    assert_eq!(again, data);
    assert_eq!(admin.get(ONE).await.header("etag"), version, "nothing changed");
    let times = |actions: &[String]| actions.iter().filter(|action| *action == "idea.enter-costs").count();
    assert_eq!(times(&api.actions("idea", id).await), 1);
    expected["people"][0]["days"] = json!(21);
    assert_eq!(enter(&admin, &expected).await["entered"], expected);
    assert_eq!(times(&api.actions("idea", id).await), 2);
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_or_an_empty_list_takes_away() {
    let api = begin().await;
    let admin = api.admin().await;
    enter(&admin, &costs()).await;
    let before = enter(&admin, &json!({"horizon_years": 3, "final_ease_of_implementation": "Medium"})).await;
    assert_eq!(
        (&before["entered"]["horizon_years"], &before["entered"]["launch_date"]),
        (&json!(3), &json!(LAUNCH))
    );
    assert_eq!(before["entered"]["people"].as_array().unwrap().len(), 2);
    assert_eq!(enter(&admin, &json!({})).await, before);
    let taken = json!({
        "launch_date": null, "final_ease_of_implementation": "", "horizon_years": null, "people": [],
        "running_costs": null, "nobody_knows": [1]
    });
    let data = enter(&admin, &taken).await;
    assert_eq!(
        data["entered"],
        json!({
            "launch_date": null, "final_ease_of_implementation": null, "horizon_years": null, "people": [],
            "one_time_costs": [{"description": "Training", "amount": 4000}], "running_costs": []
        })
    );
    assert_close(&data, &["Costs", "One-Time Cost"], 4_000.0);
    for path in [
        &["Costs", "People"][..],
        &["Costs", "Running Cost per Year"],
        &["Costs", "To-Be Cost per Year"],
        &["Net Benefit", "Year 1", "Net Benefit"],
        &["Net Benefit", "Year 2", "Net Benefit"],
        &["Net Benefit", "Year 5", "Cumulative"],
        &["Result", "Launch Date"],
        &["Result", "Break-Even Month"],
        &["Result", "ROI"],
    ] {
        assert_eq!(field(&data, path), &json!(null), "{path:?}");
    }
}

#[tokio::test]
async fn without_the_cost_of_employees_costs_are_known_and_what_they_bring_is_not() {
    let api = documents::begin().await;
    let data = enter(&api.admin().await, &costs()).await;
    assert_close(&data, &["Costs", "Running Cost per Year"], 9_600.0);
    assert_close(&data, &["Net Benefit", "Year 1", "Cost"], 21_920.0);
    for path in [
        &["Costs", "To-Be Cost per Year"][..],
        &["Net Benefit", "Year 1", "Benefit"],
        &["Net Benefit", "Year 2", "Cumulative"],
        &["Result", "Break-Even Month"],
        &["Result", "ROI"],
    ] {
        assert_eq!(field(&data, path), &json!(null), "{path:?}");
    }
}

#[tokio::test]
async fn all_mistakes_are_told_at_once_and_nothing_is_entered() {
    let api = begin().await;
    let admin = api.admin().await;
    let before = enter(&admin, &costs()).await;
    let row = json!({"role": "RPA Developer", "days": 1, "daily_rate": 1});
    let wrong = json!({
        "launch_date": 1_800_000_000,
        "final_ease_of_implementation": "Trivial",
        "horizon_years": 11,
        "people": [row, {"role": " ", "days": "3", "daily_rate": -1}, {"role": "x", "days": 1e7, "daily_rate": 1}, 4],
        "one_time_costs": [{"amount": 1}],
        "running_costs": [{"kind": "hardware", "price_per_year": 1e13}, {"kind": "support", "quantity": -0.5}]
    });
    let answer = admin.put(COSTS, &wrong).await;
    let at = |pointer: &str, detail: &str| (pointer.to_owned(), detail.to_owned());
    assert_eq!(
        refused(&answer),
        [
            at("#/launch_date", "A whole number from 946684800000 to 4102444799999 is needed."),
            at("#/horizon_years", "A whole number from 1 to 10 is needed."),
            at("#/people/1/role", "This is required."),
            at("#/people/1/days", "A number from 0 to 1000000 is needed."),
            at("#/people/1/daily_rate", "A number from 0 to 1000000000000 is needed."),
            at("#/people/2/days", "A number from 0 to 1000000 is needed."),
            at("#/people/3", "An object is needed."),
            at("#/one_time_costs/0/description", "This is required."),
            at(
                "#/running_costs/0/kind",
                "One of these is needed: rpa_software, other_software, infrastructure, support, other."
            ),
            at("#/running_costs/0/price_per_year", "A number from 0 to 1000000000000 is needed."),
            at("#/running_costs/1/quantity", "A number from 0 to 1000000 is needed."),
            at("#/running_costs/1/price_per_year", "This is required."),
            at("#/final_ease_of_implementation", "One of these words is needed: Easy, Medium, Difficult."),
        ]
    );
    assert!(answer.json()["errorDetails"]["people/2/days"].is_array());
    assert_eq!(admin.data(CBA).await, before);
}

#[rstest]
#[case("people", json!({}), "#/people", "A list is needed.")]
#[case("people", json!(vec![json!({"role": "x", "days": 1, "daily_rate": 1}); 101]), "#/people", "At most 100 rows; these are 101.")]
#[case("people", json!([{"role": "x".repeat(101), "days": 1, "daily_rate": 1}]), "#/people/0/role", "At most 100 characters; this has 101.")]
#[case("one_time_costs", json!([{"description": "x".repeat(301), "amount": 1}]), "#/one_time_costs/0/description", "At most 300 characters; this has 301.")]
#[case("one_time_costs", json!([{"description": "a\u{202e}b", "amount": 1}]), "#/one_time_costs/0/description", "Control and text-direction characters aren't allowed.")]
#[case("one_time_costs", json!([{"description": "x", "amount": true}]), "#/one_time_costs/0/amount", "A number from 0 to 1000000000000 is needed.")]
#[case("running_costs", json!([{"kind": 1, "price_per_year": 1}]), "#/running_costs/0/kind", "A text is needed.")]
#[case("running_costs", json!([{"kind": "other", "vendor": 3, "price_per_year": 1}]), "#/running_costs/0/vendor", "A text is needed.")]
#[case("launch_date", json!("2027-10-20"), "#/launch_date", "A whole number from 946684800000 to 4102444799999 is needed.")]
#[case("horizon_years", json!(1.5), "#/horizon_years", "A whole number from 1 to 10 is needed.")]
#[tokio::test]
async fn what_breaks_a_rule_is_refused_where_it_stands(
    #[case] member: &str,
    #[case] value: Value,
    #[case] pointer: &str,
    #[case] detail: &str,
) {
    let api = documents::begin().await;
    let answer = api.admin().await.put(COSTS, &json!({ member: value })).await;
    assert_eq!(refused(&answer), [(pointer.to_owned(), detail.to_owned())]);
}

#[tokio::test]
async fn a_member_that_stands_twice_makes_the_body_malformed() {
    let api = documents::begin().await;
    let admin = api.admin().await;
    for body in [
        r#"{"horizon_years": 2, "horizon_years": 3}"#,
        r#"{"one_time_costs": [{"description": "x", "amount": 1, "amount": 2}]}"#,
        r"[]",
    ] {
        let answer = admin.send(Method::PUT, COSTS, "application/json", Body::from(body)).await;
        assert_problem(&answer, 400, "malformed-body");
    }
}

#[tokio::test]
async fn whoever_may_set_the_baseline_may_enter_costs() {
    let api = begin().await;
    let leo = api.hub.add_user("leo@nordwind.example", &[STANDARD_USER]).await;
    let (leo, admin) = (api.user(leo).await, api.admin().await);
    let sponsor = api.with_roles("sara@nordwind.example", &[SPONSOR]).await;
    let nobody = api.nobody_in_particular().await;
    assert_problem(&nobody.put(COSTS, &costs()).await, 403, "submitter-required");
    for caller in [&leo, &sponsor] {
        assert_problem(&caller.put(COSTS, &json!({"horizon_years": 0})).await, 403, "permission-missing");
    }
    let manager = json!({"collaborators": [{"user_id": leo.id().get(), "role_slug": "project-manager"}]});
    assert_eq!(admin.post("/automations/one/collaborators", &manager).await.status, 201);
    assert_eq!(enter(&leo, &costs()).await["entered"]["launch_date"], json!(LAUNCH));
    assert_problem(&admin.put("/automations/none/cba", &costs()).await, 404, "not-found");
    assert_eq!(admin.delete(ONE).await.status, 200);
    assert_problem(&admin.put(COSTS, &costs()).await, 404, "not-found");
}

#[tokio::test]
async fn the_record_and_its_tag_follow_and_the_trail_says_what_changed() {
    let api = begin().await;
    let admin = api.admin().await;
    let record = admin.data(ONE).await;
    let shown = |record: &Value| {
        ["running_cost", "cost_description", "software_vendor"].map(|name| record[name].clone())
    };
    assert_eq!(shown(&record), [json!(null), json!(null), json!(null)]);
    let tag = admin.get(ONE).await.header("etag").to_owned();
    api.hub.clock.set(NOON.plus_days(1));
    enter(&admin, &costs()).await;
    let after = admin.data(ONE).await;
    assert_eq!(shown(&after), [json!(9600), json!("Unattended robot"), json!("UiPath")]);
    assert_eq!(after["process_updated_epoch"], NOON.plus_days(1).millis());
    assert_ne!(admin.get(ONE).await.header("etag"), tag);
    let listed = admin.data("/automations?fields=running_cost,software_vendor").await;
    assert_eq!(listed["processes"][0], json!({"software_vendor": "UiPath", "running_cost": 9600}));
    let patched = json!({"user_inputs": {"OVR": {"any": {"OVR-OVERVIEW_PAIN_POINTS": {"value": "Slow"}}}}});
    let patched = admin.changed(Method::PATCH, ONE, &patched).await;
    assert_eq!(shown(&patched), shown(&after), "another change leaves them");
    enter(
        &admin,
        &json!({"running_costs": [{"kind": "support", "price_per_year": 0.5}], "horizon_years": 2}),
    )
    .await;
    assert_eq!(shown(&admin.data(ONE).await), [json!(0.5), json!(null), json!(null)]);
    let trail = api.trail(record["process_id"].as_i64().unwrap()).await;
    let (action, before, after) = &trail[0];
    let (before, after) = (before.as_ref().unwrap(), after.as_ref().unwrap());
    assert_eq!(action, "idea.enter-costs");
    assert_eq!((&before["horizon_years"], &after["horizon_years"]), (&json!(null), &json!(2)));
    assert_eq!(after["running_costs"][0]["kind"], "support");
    assert_eq!(before["running_costs"].as_array().unwrap().len(), 4);
    assert_eq!((before.get("people"), after.get("people")), (None, None), "only what changed");
}

async fn put_if(caller: &Caller<'_>, tag: &str, body: &Value) -> axum::response::Response {
    let request =
        Request::put(COSTS).header(header::IF_MATCH, tag).header(header::CONTENT_TYPE, "application/json");
    caller.answer(request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn of_two_who_read_the_same_record_one_enters_costs_and_without_a_tag_both_do() {
    let api = begin().await;
    let admin = api.admin().await;
    let tag = admin.get(ONE).await.header("etag").to_owned();
    let bodies = [json!({"horizon_years": 2}), json!({"horizon_years": 3})];
    let (first, second) = tokio::join!(put_if(&admin, &tag, &bodies[0]), put_if(&admin, &tag, &bodies[1]));
    let mut statuses = [first.status().as_u16(), second.status().as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    assert_eq!(
        put_if(&admin, &tag, &json!({"horizon_years": 0})).await.status(),
        412,
        "before it is looked at"
    );
    let (people, others) =
        (json!({"people": costs()["people"]}), json!({"one_time_costs": costs()["one_time_costs"]}));
    let (first, second) = tokio::join!(admin.put(COSTS, &people), admin.put(COSTS, &others));
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (200, 200));
    assert_close(&admin.data(CBA).await, &["Costs", "One-Time Cost"], 20_000.0);
}

async fn move_to(caller: &Caller<'_>, at: Timestamp, status: i64) {
    caller.api.hub.clock.set(at);
    let id = caller.data(ONE).await["process_id"].clone();
    let body = json!({"process_id": id, "phase_status_id": status});
    let answer = caller.post("/automations/status", &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

#[tokio::test]
async fn without_a_launch_date_it_is_the_first_move_to_live() {
    let api = begin().await;
    let admin = api.admin().await;
    let mut body = costs();
    body.as_object_mut().unwrap().remove("launch_date");
    enter(&admin, &body).await;
    let launch = Timestamp::from_millis(LAUNCH);
    for (days, status) in [(-9, 97), (-5, 47), (0, 96), (3, 97), (9, 96)] {
        move_to(&admin, launch.plus_days(days), status).await;
    }
    let data = admin.data(CBA).await;
    assert_eq!(field(&data, &["Result", "Launch Date"]), &json!(LAUNCH));
    assert_eq!(data["entered"]["launch_date"], json!(null));
    assert_close(&data, &["Net Benefit", "Year 1", "Share of Year"], 0.2);
    let entered = enter(&admin, &json!({"launch_date": NOON.millis()})).await;
    assert_eq!(
        field(&entered, &["Result", "Launch Date"]),
        &json!(NOON.millis()),
        "what is entered counts more"
    );
}

/// The tenant is an hour or two ahead of UTC: the new year has begun there, and all of it is left.
#[tokio::test]
async fn the_day_of_the_launch_is_that_of_the_tenant() {
    let api = begin().await;
    let admin = api.admin().await;
    assert_eq!(admin.actor.tenant.time_zone, "Europe/Copenhagen");
    // 31 December 2027, 23:30 UTC.
    let data = enter(&admin, &json!({"launch_date": 1_830_295_800_000_i64})).await;
    assert_eq!(field(&data, &["Net Benefit", "Year 1", "Calendar Year"]), &json!(2028));
    assert_eq!(field(&data, &["Net Benefit", "Year 1", "Share of Year"]), &json!(1));
}

#[tokio::test]
async fn the_baseline_freezes_what_was_planned_and_costs_may_go_on_changing() {
    let api = begin().await;
    let admin = api.with_roles("adam@nordwind.example", &[SYSTEM_ADMIN]).await;
    let mut body = costs();
    body["final_ease_of_implementation"] = json!("Medium");
    let data = enter(&admin, &body).await;
    let ease = ["Project Plan", "Ease of Implementation"];
    assert_eq!(field(&data, &[ease[0], ease[1], "Estimated by Algorithm"]), &json!("Easy"));
    assert_eq!(field(&data, &[ease[0], ease[1], "Final"]), &json!("Medium"));
    admin.changed(Method::PUT, BASELINE, &json!({})).await;
    let mut later = data["entered"].clone();
    later["people"][0]["days"] = json!(40);
    later["launch_date"] = json!(LAUNCH + 86_400_000);
    let data = enter(&admin, &later).await;
    assert_close(&data, &["Costs", "One-Time Cost"], 32_000.0);
    let frozen = |name| ["Project Plan", "Baseline", name];
    for (name, expected) in [
        ("Cost per Year", 27_600.0),
        ("One-Time Cost", 20_000.0),
        ("Running Cost per Year", 9_600.0),
        ("To-Be Cost per Year", 16_500.0),
        ("Break-Even Month", 14.0),
        ("ROI", 92.175),
    ] {
        assert_close(&data, &frozen(name), expected);
    }
    assert_eq!(field(&data, &frozen("Launch Date")), &json!(LAUNCH));
    assert_eq!(field(&data, &[ease[0], ease[1], "Final"]), &json!("Medium"));
    for changed in [json!("Easy"), json!(null)] {
        later["final_ease_of_implementation"] = changed;
        let answer = admin.put(COSTS, &later).await;
        let detail = "The baseline of the project plan is set, so this stays as it is.";
        assert_eq!(refused(&answer), [("#/final_ease_of_implementation".to_owned(), detail.to_owned())]);
    }
}
