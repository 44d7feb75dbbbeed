//! The list of what was changed and what was called.

use std::collections::BTreeSet;

use automation_hub_domain::{
    clock::Timestamp,
    id::{RoleId, TokenId, UserId},
};
use automation_hub_storage::calls::{self, CallRecord};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, Caller, SYSTEM_ADMIN, assert_problem, documents};
use crate::app::NOON;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(NOON.millis() + seconds * 1000)
}

impl Api {
    async fn record_call(&self, user: Option<UserId>, seconds: i64, status: u16) {
        let call = CallRecord {
            tenant: self.hub.tenant,
            token: TokenId::new(1),
            user,
            called_at: at(seconds),
            method: "GET",
            route: "/automations/{id}",
            path: "/api/v1/openapi/automations/one",
            status,
            duration_micros: 1500,
            address: "10.0.0.7",
            client: "curl/8",
            request_id: "abc",
            content: None,
        };
        let write = move |s: &mut automation_hub_storage::System<'_>| {
            calls::insert_batch(s, std::slice::from_ref(&call), &[])
        };
        self.hub.app.store.system().write(write).await.unwrap();
    }
}

/// Ana tags her idea in seconds 1, 2 and 3, and makes calls in seconds 2 and 4.
async fn begin() -> (Api, UserId) {
    let api = documents::begin().await;
    let ana = documents::ana(&api).await;
    for (second, tag) in [(1, "a"), (2, "b"), (3, "c")] {
        api.hub.clock.set(at(second));
        ana.changed(Method::POST, "/automations/one/tags", &json!({"tags": [tag]})).await;
    }
    let id = ana.id();
    api.record_call(Some(id), 2, 200).await;
    api.record_call(None, 4, 404).await;
    (api, id)
}

/// Kind and second of each entry.
async fn shown(caller: &Caller<'_>, query: &str) -> Vec<(String, i64)> {
    let data = caller.data(&format!("/auditlogs?{query}")).await;
    let entry = |log: &Value| {
        let created = log["log_created_epoch"].as_i64().unwrap();
        (log["log_kind"].as_str().unwrap().to_owned(), (created - NOON.millis()) / 1000)
    };
    data["logs"].as_array().unwrap().iter().map(entry).collect()
}

fn kinds(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|&(kind, second)| (kind.to_owned(), second)).collect()
}

#[tokio::test]
async fn both_kinds_stand_in_one_order_each_with_its_particulars() {
    let (api, ana) = begin().await;
    let admin = api.admin().await;
    let all = [("call", 4), ("event", 3), ("event", 2), ("call", 2), ("event", 1)];
    assert_eq!(shown(&admin, "from=1794916801").await, kinds(&all));
    let data = admin.data("/auditlogs?limit=2").await;
    assert_eq!((&data["page"], &data["pageSize"], &data["totalPages"]), (&json!(1), &json!(2), &json!(3)));
    let (call, event) = (&data["logs"][0], &data["logs"][1]);
    assert_eq!(
        call["call"],
        json!({
            "path": "/api/v1/openapi/automations/one", "status": 404, "duration_micros": 1500, "client": "curl/8",
            "request_bytes": null, "response_bytes": null
        })
    );
    assert_eq!((&call["action"], &call["user_id"]), (&json!("GET /automations/{id}"), &json!(null)));
    assert_eq!((&call["address"], &call["request_id"]), (&json!("10.0.0.7"), &json!("abc")));
    assert_eq!((&event["action"], &event["user_name"]), (&json!("idea.tag"), &json!("Ana Tester")));
    assert_eq!((&event["user_id"], &event["token_id"]), (&json!(ana.get()), &json!(1)));
    assert_eq!(event["event"]["object_name"], "One");
    assert_eq!(
        (&event["event"]["object_before"], &event["event"]["object_after"]),
        (&json!({"tags": ["b"]}), &json!({"tags": ["c"]}))
    );
}

#[rstest]
#[case("kind=event", &[("event", 3), ("event", 2), ("event", 1)])]
#[case("kind=CALL", &[("call", 4), ("call", 2)])]
#[case("from=1794916802&to=1794916803", &[("event", 3), ("event", 2), ("call", 2)])]
#[case("from=1794916802000&to=1794916802000", &[("event", 2), ("call", 2)])]
#[case("action=idea.tag&limit=1", &[("event", 3)])]
#[case("action=GET%20/automations/%7Bid%7D", &[("call", 4), ("call", 2)])]
#[case("action=idea.none", &[])]
#[case("token=1&kind=call", &[("call", 4), ("call", 2)])]
#[case("status=404", &[("call", 4)])]
#[case("status=4xx", &[("call", 4)])]
#[case("status=2XX&limit=1", &[("call", 2)])]
#[case("status=5xx", &[])]
#[case("status=404&kind=event", &[])]
#[case("status=&kind=call", &[("call", 4), ("call", 2)])]
#[case("token_id=2", &[])]
#[case("user=999999", &[])]
#[case("limit=2&page=2", &[("event", 2), ("call", 2)])]
#[case("offset=4&limit=9", &[("event", 1)])]
#[tokio::test]
async fn filters_and_pages_leave_what_they_say(#[case] query: &str, #[case] expected: &[(&str, i64)]) {
    let (api, _) = begin().await;
    assert_eq!(shown(&api.admin().await, query).await, kinds(expected), "{query}");
}

#[tokio::test]
async fn a_person_leaves_only_what_they_did() {
    let (api, ana) = begin().await;
    let expected = [("event", 3), ("event", 2), ("call", 2), ("event", 1)];
    assert_eq!(shown(&api.admin().await, &format!("user={ana}")).await, kinds(&expected));
}

#[tokio::test]
async fn going_on_after_a_cursor_misses_and_repeats_nothing_whatever_comes_before() {
    let (api, ana) = begin().await;
    let admin = api.admin().await;
    let mut seen = Vec::new();
    let mut query = "limit=1".to_owned();
    for second in 5.. {
        let data = admin.data(&format!("/auditlogs?{query}")).await;
        let Some(log) = data["logs"].as_array().unwrap().first() else { break };
        let created = (log["log_created_epoch"].as_i64().unwrap() - NOON.millis()) / 1000;
        seen.push((log["log_kind"].as_str().unwrap().to_owned(), created));
        query = format!("limit=1&after={}", log["log_cursor"].as_str().unwrap());
        api.record_call(Some(ana), second, 200).await;
    }
    assert_eq!(seen, kinds(&[("call", 4), ("event", 3), ("event", 2), ("call", 2), ("event", 1)]));
}

#[tokio::test]
async fn a_long_one_is_sent_in_parts_that_make_a_whole() {
    let (api, ana) = begin().await;
    let calls: Vec<_> = (0..1200).collect();
    for second in &calls {
        api.record_call(Some(ana), 100 + second / 2, 200).await;
    }
    let admin = api.admin().await;
    let data = admin.data("/auditlogs?limit=30000").await;
    let logs = data["logs"].as_array().unwrap();
    let mut ids: Vec<_> = logs.iter().map(|log| log["log_cursor"].as_str().unwrap()).collect();
    assert_eq!((logs.len(), &data["totalItems"]), (1205, &json!(1205)));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1205);
    let instants: Vec<_> = logs.iter().map(|log| log["log_created_epoch"].as_i64().unwrap()).collect();
    assert!(instants.is_sorted_by(|a, b| a >= b));
}

#[tokio::test]
async fn mistakes_in_the_query_are_named() {
    let (api, _) = begin().await;
    let answer =
        api.admin().await.get("/auditlogs?kind=x&from=y&user=z&token=z&after=w&limit=0&status=4x").await;
    assert_problem(&answer, 400, "invalid-input");
    let details = answer.json()["errorDetails"].clone();
    let named: BTreeSet<_> = details.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        named.into_iter().collect::<Vec<_>>(),
        ["after", "from", "kind", "limit", "status", "token", "user"]
    );
}

#[tokio::test]
async fn it_is_for_system_admins_of_all_categories() {
    let (api, _) = begin().await;
    let path = "/auditlogs";
    let manager = api.with_roles("mia@nordwind.example", &[RoleId::new(5)]).await;
    assert_problem(&manager.get(path).await, 403, "permission-missing");
    let elsewhere = api.person("leo@nordwind.example", &[(SYSTEM_ADMIN, Some(api.finance))]).await;
    assert_problem(&elsewhere.get(path).await, 403, "permission-missing");
    assert_problem(&api.nobody_in_particular().await.get(path).await, 403, "submitter-required");
}
