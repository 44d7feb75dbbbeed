//! Every published call, made as its public samples make it, in the sample organisation: the status, the message, and
//! the shape of the answer, member by member. What we add doesn't matter here; the calls' own tests look at values.
#![expect(clippy::indexing_slicing, reason = "an answer without the member is a failed test")]

use std::collections::{BTreeMap, BTreeSet};

use automation_hub_server::api::routes::ROUTES;
use axum::{
    body::Body,
    http::{Request, header},
};
use serde::Deserialize;
use serde_json::Value;

use crate::app::{Answer, NOON, TestHub};

/// What is published, with the paths as they are written there.
const ENDPOINTS: &str = include_str!("conformance/endpoints.txt");
/// The calls in an order in which each finds what it needs.
const WALK: &str = include_str!("conformance/walk.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    endpoint: String,
    /// The path to call, where it isn't the endpoint's own.
    path: Option<String>,
    body: Option<Value>,
    status: u16,
    /// None where the answer has no envelope.
    message: Option<String>,
    /// What the answer has to have, down to the types. Null stands for anything.
    shape: Option<Value>,
    /// Under which names later steps find what was answered at these pointers: `$process`.
    #[serde(default)]
    keep: BTreeMap<String, String>,
}

/// The sample organisation and an administrator's credential.
struct Sample {
    hub: TestHub,
    credential: String,
}

impl Sample {
    async fn start() -> Self {
        let (hub, access) = TestHub::start_sample().await;
        let credential = format!("{}/{}", access["tenant_id"].as_str().unwrap(), token(&access));
        Self { hub, credential }
    }

    async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/nordwind/production/automationhub_/api/v1/openapi{path}"))
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.credential))
            .header("x-ah-openapi-auth", "openapi-token")
            .header(header::CONTENT_TYPE, "application/json");
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.hub.send(request.body(body).unwrap()).await
    }
}

#[tokio::test]
async fn automations_that_are_built_or_live_have_plans_that_pay_off() {
    let sample = Sample::start().await;
    let planned = [
        ("three-way-match-for-goods-receipts", true),
        ("bank-statement-download-and-split", true),
        ("credit-note-approval-reminders", true),
        ("shift-plan-export-to-payroll", false),
        ("new-hire-accounts-and-badges", false),
    ];
    for (slug, is_live) in planned {
        let answer = sample.call("GET", &format!("/cba?id={slug}"), None).await;
        assert_eq!(answer.status, 200, "{slug}: {}", answer.text());
        let data = answer.json()["data"].clone();
        let launch = data["entered"]["launch_date"].as_i64().unwrap();
        assert_eq!(launch < NOON.millis(), is_live, "{slug}");
        for list in ["people", "one_time_costs", "running_costs"] {
            assert!(!data["entered"][list].as_array().unwrap().is_empty(), "{slug}: {list}");
        }
        let section = |title: &str| {
            let sections = data["sections"].as_array().unwrap();
            sections.iter().find(|section| section["title"] == title).unwrap().clone()
        };
        let years = section("Net Benefit")["sections"].as_array().unwrap().clone();
        let nets = years.iter().map(|year| &year["input_fields"][4]);
        assert!(
            nets.clone().all(|net| net["field_name"] == "Net Benefit" && net["value"].is_number()),
            "{data}"
        );
        assert!(nets.count() >= 5, "{slug}");
        for figure in &section("Result")["input_fields"].as_array().unwrap()[1..] {
            assert!(figure["value"].as_f64().unwrap() > 0.0, "{slug}: {figure}");
        }
        let record = sample.call("GET", &format!("/automations/{slug}"), None).await.json()["data"].clone();
        assert!(record["running_cost"].as_f64().unwrap() > 0.0, "{slug}");
        assert!(record["software_vendor"].is_string(), "{slug}");
    }
}

/// What the sample files keeps the rules of the forms: what a record says is enough for another one of its kind.
#[tokio::test]
async fn sample_records_can_be_sent_under_another_name() {
    let sample = Sample::start().await;
    for kind in [1, 2, 3, 6, 8] {
        let list = sample.call("GET", &format!("/automations?submissionType={kind}&limit=500"), None).await;
        let mut sent = 0;
        for record in list.json()["data"]["processes"].as_array().unwrap() {
            if record["categories"].to_string().contains(r#""category_is_active":0"#) {
                continue;
            }
            let mut another = record.clone();
            another["process_name"] = format!("Again {}", record["process_id"]).into();
            if kind == 8 {
                // Who hands it in is no answer of a record, and nobody stands for them here.
                another["submitter"] = record["process_submitter"]["user_email"].clone();
            }
            let answer = sample.call("POST", "/automations", Some(&another)).await;
            assert_eq!(answer.status, 201, "{}: {}", record["process_name"], answer.text());
            sent += 1;
        }
        assert!(sent >= 4, "{sent} of kind {kind}");
    }
}

#[tokio::test]
async fn what_is_live_in_the_sample_went_live_some_day() {
    let sample = Sample::start().await;
    let list = sample.call("GET", "/automations?submissionType=all&limit=500", None).await;
    let live: Vec<_> = list.json()["data"]["processes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|record| record["phase_key"] == "LIVE")
        .map(|record| record["process_id"].clone())
        .collect();
    assert!(live.len() > 20, "{}", live.len());
    for id in live {
        let data = sample.call("GET", &format!("/cba?id={id}"), None).await.json()["data"].clone();
        assert!(data["entered"]["launch_date"].as_i64().unwrap() < NOON.millis(), "{id}");
    }
}

/// The value of a System Admin's token without an app key.
fn token(access: &Value) -> &str {
    let admin =
        access["users"].as_array().unwrap().iter().find(|user| user["role"] == "System Admin").unwrap();
    let is_admins = |token: &&Value| token["user"] == admin["email"] && token["app_key"].is_null();
    let tokens = access["tokens"].as_array().unwrap();
    tokens.iter().find(is_admins).unwrap()["token"].as_str().unwrap()
}

fn walk() -> Vec<Step> {
    serde_json::from_str(WALK).unwrap()
}

#[test]
fn every_published_call_is_walked_and_answered() {
    let published: BTreeSet<_> = ENDPOINTS.lines().map(str::to_owned).collect();
    let walked: BTreeSet<_> =
        walk().into_iter().filter(|step| step.status < 300).map(|step| step.endpoint).collect();
    assert_eq!(walked, published);
    let routes: BTreeSet<_> = ROUTES.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let of_routes = |endpoint: &String| {
        endpoint
            .replace("{automationId}", "{id}")
            .replace("{applicationId}", "{id}")
            .replace("{fileId}", "{file_id}")
    };
    let ours: BTreeSet<_> = published.iter().map(of_routes).collect();
    assert!(ours.is_subset(&routes), "{:?}", ours.difference(&routes));
}

#[tokio::test]
async fn every_published_call_answers_in_its_shape() {
    let sample = Sample::start().await;
    let mut kept: BTreeMap<String, Value> = BTreeMap::new();
    let mut wrong = Vec::new();
    for step in walk() {
        let (method, path) = step.endpoint.split_once(' ').unwrap();
        let path = with_kept_text(step.path.as_deref().unwrap_or(path), &kept);
        let body = step.body.as_ref().map(|body| with_kept(body, &kept));
        let answer = sample.call(method, &path, body.as_ref()).await;
        let called = format!("{method} {path}");
        if answer.status != step.status {
            wrong.push(format!("{called}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)));
            continue;
        }
        let Some(shape) = &step.shape else { continue };
        let told = answer.json();
        if let Some(message) = &step.message {
            for (member, value) in
                [("message", Value::from(message.as_str())), ("statusCode", step.status.into())]
            {
                if told[member] != value {
                    wrong.push(format!("{called}: {member} is {}", told[member]));
                }
            }
        }
        compare(&called, shape, &told, &mut wrong);
        for (name, pointer) in &step.keep {
            match told.pointer(pointer) {
                Some(value) => _ = kept.insert(name.clone(), value.clone()),
                None => wrong.push(format!("{called}: nothing at {pointer}")),
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Notes each member of the shape that isn't there, or is of another type.
fn compare(at: &str, shape: &Value, found: &Value, wrong: &mut Vec<String>) {
    match (shape, found) {
        (Value::Null, _) | (Value::Bool(_), Value::Bool(_)) | (Value::String(_), Value::String(_)) => {}
        (Value::Number(number), Value::Number(other)) if number.is_f64() || other.is_i64() => {}
        (Value::Array(items), Value::Array(others)) => match (items.first(), others.first()) {
            (Some(item), Some(other)) => compare(&format!("{at}/0"), item, other, wrong),
            (Some(_), None) => wrong.push(format!("{at}: an empty list tells nothing of its items")),
            (None, _) => {}
        },
        (Value::Object(members), Value::Object(others)) => {
            for (name, member) in members {
                match others.get(name) {
                    Some(other) => compare(&format!("{at}/{name}"), member, other, wrong),
                    None => wrong.push(format!("{at}/{name} is missing")),
                }
            }
        }
        _ => wrong.push(format!("{at}: {found} in place of {shape}")),
    }
}

fn with_kept_text(text: &str, kept: &BTreeMap<String, Value>) -> String {
    kept.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("${name}"), value.as_str().map_or(value.to_string(), str::to_owned).as_str())
    })
}

/// Texts that are nothing but a name become what was kept under it.
fn with_kept(value: &Value, kept: &BTreeMap<String, Value>) -> Value {
    match value {
        Value::String(text) => {
            let found = text.strip_prefix('$').and_then(|name| kept.get(name));
            found.unwrap_or(value).clone()
        }
        Value::Array(items) => items.iter().map(|item| with_kept(item, kept)).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.clone(), with_kept(member, kept))).collect()
        }
        _ => value.clone(),
    }
}
