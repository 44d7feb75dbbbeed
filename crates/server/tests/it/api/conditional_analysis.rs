//! Conditional requests for the cost-benefit analysis of an automation.

use automation_hub_domain::formula::{DEFAULT_FORMULAS, Formulas};
use automation_hub_storage::{Session, forms};
use axum::http::Method;
use futures_util::future::join_all;
use serde_json::json;

use super::{
    answer::answers,
    conditional::{begin, json_of},
    cost_benefit::{BASELINE, CBA},
};
use crate::calls::{RawAnswer, Script};

const COSTS: &str = "/automations/one/cba";
const ONE: &str = "/automations/one";

fn years(horizon: i64) -> String {
    json!({ "horizon_years": horizon }).to_string()
}

impl Script {
    async fn analysis(&self, headers: &[(&str, &str)]) -> RawAnswer {
        self.call("GET", CBA, headers, "").await
    }

    async fn analysis_tag(&self) -> String {
        self.tag_of(CBA).await
    }

    async fn enter(&self, tag: &str, body: &str) -> RawAnswer {
        self.call("PUT", COSTS, &[("if-match", tag)], body).await
    }
}

#[tokio::test]
async fn the_tag_of_an_analysis_stays_until_something_it_shows_changes() {
    let (api, script) = begin().await;
    let mut seen = vec![script.analysis_tag().await];
    assert_eq!(script.analysis_tag().await, seen[0]);
    let employees = answers("Q2", json!({"Q2-EMPLOYEE_AVERAGE_FULL_COST": {"value": 48_000}})).to_string();
    let renamed = answers("OVR", json!({"OVR-OVERVIEW_NAME": {"value": "ONE"}})).to_string();
    for (method, path, body) in [
        ("PUT", COSTS, years(3)),
        ("PATCH", ONE, employees),
        ("PATCH", ONE, renamed),
        ("PUT", COSTS, json!({"one_time_costs": [{"description": "Training", "amount": 400}]}).to_string()),
        ("PUT", BASELINE, String::new()),
    ] {
        let answer = script.call(method, path, &[], &body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", answer.body);
        let tag = script.analysis_tag().await;
        assert!(!seen.contains(&tag), "{method} {path}: {tag}");
        if method == "PUT" {
            assert_eq!(answer.header("etag"), Some(tag.as_str()), "{path} answers the analysis as it is");
        }
        seen.push(tag);
    }
    let longer_days = |s: &mut Session<'_>| {
        let mut definition: serde_json::Value = serde_json::from_str(DEFAULT_FORMULAS).unwrap();
        let assumptions = definition["assumptions"].as_object_mut().unwrap();
        assert!(assumptions.contains_key("robot_hours_per_day"));
        assumptions.insert("robot_hours_per_day".to_owned(), json!(21));
        forms::install_formulas(s, &Formulas::parse(&definition.to_string()).unwrap())
    };
    api.hub.app.store.write(api.hub.tenant, longer_days).await.unwrap();
    assert!(!seen.contains(&script.analysis_tag().await), "the formulas show in it");
}

#[tokio::test]
async fn who_has_the_analysis_is_sent_it_again_once_it_changed_and_nobody_else_is_told() {
    let (api, script) = begin().await;
    let tag = script.analysis_tag().await;
    assert_eq!(script.call("PUT", COSTS, &[], &years(3)).await.status, 200);
    assert_eq!(script.analysis(&[("if-none-match", &tag)]).await.status, 200);
    let leo = api.standard("leo@nordwind.example", None).await;
    let request = axum::http::Request::builder().method(Method::GET).uri(CBA).header("if-none-match", "*");
    assert_eq!(leo.answer(request.body(axum::body::Body::empty()).unwrap()).await.status(), 403);
}

#[tokio::test]
async fn costs_that_somebody_else_entered_meanwhile_are_not_overwritten() {
    let (_api, script) = begin().await;
    let stale = script.analysis_tag().await;
    let entered = script.enter(&stale, &years(3)).await;
    assert_eq!(entered.status, 200, "{}", entered.body);
    let before = script.analysis(&[]).await;
    for tag in [stale.as_str(), "\"x\"", &format!("W/{}", before.header("etag").unwrap())] {
        for (path, body) in [(COSTS, years(4)), (BASELINE, String::new())] {
            let answer = script.call("PUT", path, &[("if-match", tag)], &body).await;
            assert_eq!(answer.status, 412, "{path} {tag}: {}", answer.body);
            assert_eq!(json_of(&answer)["type"], "stale");
        }
    }
    assert_eq!(script.analysis(&[]).await.body, before.body);
    let tag = entered.header("etag").unwrap();
    assert_eq!(script.enter(tag, &years(4)).await.status, 200, "the answer's tag will do");
}

#[tokio::test]
async fn a_plan_that_was_frozen_meanwhile_is_not_as_it_was_read() {
    let (_api, script) = begin().await;
    let (analysis, record) = (script.analysis_tag().await, script.tag().await);
    assert_eq!(script.call("PUT", BASELINE, &[("if-match", &analysis)], "").await.status, 200);
    assert_eq!(script.enter(&analysis, &years(3)).await.status, 412);
    assert_eq!(script.call("PUT", BASELINE, &[("if-match", &analysis)], "").await.status, 412);
    assert_eq!(script.call("PUT", BASELINE, &[("if-match", &record)], "").await.status, 409);
    assert_eq!(script.enter(&record, &years(3)).await.status, 200, "the record doesn't show the baseline");
    assert_eq!(script.enter(&script.analysis_tag().await, &years(4)).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_enter_costs_into_the_same_analysis_one_does() {
    const WRITERS: i64 = 8;
    let (_api, script) = begin().await;
    let tag = script.analysis_tag().await;
    let writers = (1..=WRITERS).map(|n| {
        let (script, tag) = (script.clone(), tag.clone());
        tokio::spawn(async move { script.enter(&tag, &years(n)).await.status })
    });
    let mut statuses: Vec<_> = join_all(writers).await.into_iter().map(Result::unwrap).collect();
    statuses.sort_unstable();
    let mut expected = vec![412; 8];
    expected[0] = 200;
    assert_eq!(statuses, expected);
}
