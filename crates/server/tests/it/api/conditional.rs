//! Conditional requests: entity tags of records, and changes of what nobody changed meanwhile.

use automation_hub_domain::token::value::TokenForm;
use axum::{
    body::Body,
    http::{Request, header},
};
use futures_util::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};

use super::{Api, SYSTEM_ADMIN, answer::answers, cost_benefit::CBA, documents};
use crate::{
    app::NOON,
    calls::{RawAnswer, Script},
};

const ONE: &str = "/automations/one";

/// A hub on a port of its own with an idea called One, and a script of an administrator.
pub(super) async fn begin() -> (Api, Script) {
    let api = documents::begin().await;
    let admin = api.hub.add_user("adam@nordwind.example", &[SYSTEM_ADMIN]).await;
    let token = api.hub.issue(Some(admin), TokenForm::Uuid, None).await;
    let script = Script { address: api.hub.listen().await, token };
    (api, script)
}

pub(super) fn json_of(answer: &RawAnswer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

fn described(text: &str) -> String {
    answers("OVR", json!({"OVR-OVERVIEW_DESCRIPTION": {"value": text}})).to_string()
}

impl Script {
    async fn get_if(&self, tag: &str) -> RawAnswer {
        self.call("GET", ONE, &[("if-none-match", tag)], "").await
    }

    pub(super) async fn tag(&self) -> String {
        self.tag_of(ONE).await
    }

    pub(super) async fn tag_of(&self, path: &str) -> String {
        let answer = self.call("GET", path, &[], "").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.header("etag").unwrap().to_owned()
    }

    async fn id(&self) -> i64 {
        json_of(&self.call("GET", ONE, &[], "").await)["data"]["process_id"].as_i64().unwrap()
    }
}

/// Changes of an automation: each changes something that its record shows.
async fn changes(api: &Api, script: &Script) -> Vec<(&'static str, String, String)> {
    let id = script.id().await;
    let document = json!({"document_title": "Plan", "document_description": "How it goes",
        "document_type_id": 1, "embed_link": "https://nordwind.example/plan"});
    let mia = json!({"collaborators": [{"user_email": "mia@nordwind.example", "role_id": 11}]});
    let moved = json!({"process_id": id, "phase_status_id": 47});
    let filed = json!({"category_id": api.legal.get()});
    let flow = json!({"idea_flow_id": flow_id(script).await, "phase_variable": "IDEA", "status_variable": "AWAITING_REVIEW"});
    [
        ("PATCH", ONE.to_owned(), described("By machine")),
        ("POST", format!("{ONE}/tags"), r#"{"tags": ["a"]}"#.to_owned()),
        ("POST", format!("{ONE}/collaborators"), mia.to_string()),
        ("DELETE", format!("{ONE}/collaborators"), mia.to_string()),
        ("POST", format!("{ONE}/documents"), document.to_string()),
        ("POST", "/automations/status".to_owned(), moved.to_string()),
        ("PUT", "/automation/one/categories".to_owned(), filed.to_string()),
        ("POST", format!("{ONE}/idea-flow"), flow.to_string()),
    ]
    .into()
}

async fn flow_id(script: &Script) -> i64 {
    let flows = json_of(&script.call("GET", "/idea-flows", &[], "").await);
    let flows = flows["data"].as_array().unwrap().clone();
    let found = flows.iter().find(|flow| flow["Idea flow type"] == "coe-driven").unwrap_or(&flows[1]);
    found["Idea flow ID"].as_i64().unwrap()
}

#[tokio::test]
async fn the_tag_of_a_record_stays_until_something_it_shows_changes() {
    let (api, script) = begin().await;
    api.hub.add_user("mia@nordwind.example", &[automation_hub_domain::role::STANDARD_USER]).await;
    let mut seen = vec![script.tag().await];
    assert_eq!(script.tag().await, seen[0]);
    let by_id = script.call("GET", &format!("/automations/{}", script.id().await), &[], "").await;
    assert_eq!(by_id.header("etag"), Some(seen[0].as_str()), "by whatever name it is asked for");
    // All within one instant: no clock tells these apart.
    for (method, path, body) in changes(&api, &script).await {
        let answer = script.call(method, &path, &[], &body).await;
        assert!(matches!(answer.status, 200 | 201), "{method} {path}: {}", answer.body);
        let tag = script.tag().await;
        assert!(!seen.contains(&tag), "{method} {path}: {tag}");
        if json_of(&answer)["data"]["process_id"].is_number() {
            assert_eq!(
                answer.header("etag"),
                Some(tag.as_str()),
                "{method} {path} answers the record as it is"
            );
        }
        seen.push(tag);
    }
    for (method, path, body) in [
        ("POST", "/edituser", json!({"user_email": "ana@nordwind.example", "user_last_name": "Costa"})),
        (
            "PUT",
            "/categories",
            json!({"categories": [{"category_id": api.legal.get(), "category_name": "Law"}]}),
        ),
    ] {
        let answer = script.call(method, path, &[], &body.to_string()).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.body);
        let tag = script.tag().await;
        assert!(!seen.contains(&tag), "{path}: names that the record shows changed");
        seen.push(tag);
    }
    let same = script.call("PATCH", ONE, &[], &described("By machine")).await;
    assert_eq!((same.status, same.header("etag")), (200, seen.last().map(String::as_str)), "nothing changed");
}

#[rstest]
#[case("TAG", 304)]
#[case("W/TAG", 304)]
#[case("\"x\", TAG", 304)]
#[case("*", 304)]
#[case("\"x\"", 200)]
#[case("W/\"x\", \"1.1\"", 200)]
#[tokio::test]
async fn who_has_something_isnt_sent_it_again(
    #[case] asked: &str,
    #[case] expected: u16,
    #[values(ONE, CBA)] path: &str,
) {
    let (api, script) = begin().await;
    let tag = script.tag_of(path).await;
    let asked = asked.replace("TAG", &tag);
    let answer = script.call("GET", path, &[("if-none-match", &asked)], "").await;
    assert_eq!((answer.status, answer.header("etag")), (expected, Some(tag.as_str())), "{asked}");
    assert_eq!(answer.body.is_empty(), expected == 304);
    assert_eq!(answer.header("cache-control"), Some("private, no-cache"), "a cache has to ask again");
    assert_eq!(answer.header("vary"), Some("accept-encoding"), "each coding has a tag of its own");
    let mut head = script.token.request(&format!("/api/v1/openapi{path}"));
    *head.method_mut() = axum::http::Method::HEAD;
    head.headers_mut().insert(header::IF_NONE_MATCH, asked.parse().unwrap());
    let head = api.hub.send(head).await;
    assert_eq!((head.status.as_u16(), head.header("etag")), (expected, tag.as_str()));
    assert_eq!(head.header("vary"), "accept-encoding");
    assert_eq!(
        head.headers.contains_key("content-length"),
        expected == 200,
        "of what is sent, if of anything"
    );
}

#[tokio::test]
async fn who_may_not_see_a_record_isnt_told_that_it_is_the_same() {
    let (api, script) = begin().await;
    let lea = api.standard("lea@nordwind.example", Some(api.legal)).await;
    let tag = script.tag().await;
    let request = Request::get(ONE).header(header::IF_NONE_MATCH, &tag).body(Body::empty()).unwrap();
    assert_eq!(lea.answer(request).await.status(), 403);
}

#[tokio::test]
async fn each_coding_has_a_tag_of_its_own_and_all_name_the_record() {
    let (api, script) = begin().await;
    let plain = script.tag().await;
    let get = async |headers: &[(&str, &str)]| {
        let mut request = script.token.request(&format!("/api/v1/openapi{ONE}"));
        for (name, value) in headers {
            let name = name.parse::<header::HeaderName>().unwrap();
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        api.hub.send(request).await
    };
    let coded = get(&[("accept-encoding", "gzip")]).await;
    assert_eq!(coded.header("content-encoding"), "gzip");
    assert_eq!(coded.headers.get_all("vary").iter().count(), 1);
    let tag = coded.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}+gzip\"", plain.trim_matches('"')));
    let again = get(&[("accept-encoding", "gzip"), ("if-none-match", &tag)]).await;
    assert_eq!(
        (again.status.as_u16(), again.header("etag")),
        (304, tag.as_str()),
        "a cache finds what it has"
    );
    let answer = script.call("PATCH", ONE, &[("if-match", &tag)], &described("By machine")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn a_change_of_what_was_changed_meanwhile_is_refused_and_changes_nothing() {
    let (api, script) = begin().await;
    api.hub.add_user("mia@nordwind.example", &[automation_hub_domain::role::STANDARD_USER]).await;
    let id = script.id().await;
    let stale = script.tag().await;
    assert_eq!(script.call("POST", &format!("{ONE}/tags"), &[], r#"{"tags": ["b"]}"#).await.status, 200);
    let before = script.call("GET", ONE, &[], "").await;
    let mut all = changes(&api, &script).await;
    all.retain(|(_, path, _)| !path.ends_with("/documents"));
    all.push(("DELETE", ONE.to_owned(), String::new()));
    all.push(("PUT", "/automations/cba/one/project-plan-baseline".to_owned(), String::new()));
    all.push(("PUT", format!("{ONE}/cba"), r#"{"horizon_years": 3}"#.to_owned()));
    assert_eq!(all.len(), 10);
    let other = format!("\"{}.2.1.1\"", id + 1);
    for (method, path, body) in &all {
        for tag in [stale.as_str(), "\"x\"", &other, &format!("W/{}", before.header("etag").unwrap())] {
            let answer = script.call(method, path, &[("if-match", tag)], body).await;
            assert_eq!(answer.status, 412, "{method} {path} {tag}: {}", answer.body);
            let problem = json_of(&answer);
            assert_eq!((&problem["type"], &problem["statusCode"]), (&json!("stale"), &json!(412)));
        }
    }
    let after = script.call("GET", ONE, &[], "").await;
    assert_eq!((after.header("etag"), &after.body), (before.header("etag"), &before.body));
    for (method, path, body) in
        all.iter().filter(|(method, path, _)| *method != "DELETE" && !path.ends_with("flow"))
    {
        let tag = format!("\"x\", {}", script.tag().await);
        let answer = script.call(method, path, &[("if-match", &tag)], body).await;
        assert!(matches!(answer.status, 200 | 201), "{method} {path}: {}", answer.body);
    }
    assert_eq!(script.call("DELETE", ONE, &[("if-match", "*")], "").await.status, 200);
    let gone = script.call("DELETE", ONE, &[("if-match", "*")], "").await;
    assert_eq!(gone.status, 404, "what isn't there is told as ever");
}

#[tokio::test]
async fn another_name_of_a_colleague_is_no_reason_to_refuse_a_change() {
    let (_api, script) = begin().await;
    let tag = script.tag().await;
    let renamed = json!({"user_email": "ana@nordwind.example", "user_last_name": "Costa"}).to_string();
    assert_eq!(script.call("POST", "/edituser", &[], &renamed).await.status, 201);
    assert_ne!(script.tag().await, tag);
    let answer = script.call("PATCH", ONE, &[("if-match", &tag)], &described("By machine")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[tokio::test]
async fn who_may_not_change_a_record_is_told_that_first() {
    let (api, script) = begin().await;
    let (stale, id) = (script.tag().await, script.id().await);
    for text in ["By machine", "By two machines"] {
        assert_eq!(script.call("PATCH", ONE, &[], &described(text)).await.status, 200);
    }
    let leo = api.hub.add_user("leo@nordwind.example", &[automation_hub_domain::role::STANDARD_USER]).await;
    let leo = Script { token: api.hub.issue(Some(leo), TokenForm::Uuid, None).await, ..script.clone() };
    let condition = [("if-match", stale.as_str())];
    assert_eq!(leo.call("PATCH", ONE, &condition, &described("x")).await.status, 403);
    assert_eq!(leo.call("DELETE", &format!("/automations/{id}"), &condition, "").await.status, 403);
    let to_approved = format!(r#"{{"process_id":{id},"phase_status_id":1}}"#);
    assert_eq!(leo.call("POST", "/automations/status", &condition, &to_approved).await.status, 403);
    assert_eq!(script.call("PATCH", "/automations/two", &condition, &described("x")).await.status, 404);
}

#[rstest]
#[case("", "If-Match")]
#[case("x", "If-Match")]
#[case("\"x", "If-Match")]
#[case("\"x\" \"y\"", "If-Match")]
#[case("*, \"x\"", "If-Match")]
#[tokio::test]
async fn a_condition_that_cant_be_read_is_refused_by_its_name(#[case] value: &str, #[case] name: &str) {
    let (_api, script) = begin().await;
    for (method, path, header, name) in [
        ("PATCH", ONE, "if-match", name),
        ("POST", "/automations/status", "if-match", name),
        ("GET", ONE, "if-none-match", "If-None-Match"),
    ] {
        let answer = script.call(method, path, &[(header, value)], &described("x")).await;
        assert_eq!(answer.status, 400, "{method} {path} {value}: {}", answer.body);
        let problem = json_of(&answer);
        assert!(problem["errorDetails"][name][0].is_string(), "{problem}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_writers_who_read_the_same_record_one_wins() {
    const WRITERS: usize = 12;
    let (api, script) = begin().await;
    for round in 0..5 {
        let tag = script.tag().await;
        let writers = (0..WRITERS).map(|n| {
            let (script, tag) = (script.clone(), tag.clone());
            tokio::spawn(async move {
                let body = described(&format!("Round {round}, writer {n}"));
                script.call("PATCH", ONE, &[("if-match", &tag)], &body).await.status
            })
        });
        let mut statuses: Vec<_> = join_all(writers).await.into_iter().map(Result::unwrap).collect();
        statuses.sort_unstable();
        let mut expected = vec![412; WRITERS];
        expected[0] = 200;
        assert_eq!(statuses, expected, "round {round}");
    }
    let changes = api.actions("idea", script.id().await).await;
    assert_eq!(changes.iter().filter(|action| *action == "idea.answer").count(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_of_different_answers_who_ask_for_nothing_keep_what_the_other_wrote() {
    let (_api, script) = begin().await;
    for round in 0..8 {
        let name = format!("Name {round}");
        let renamed = answers("OVR", json!({"OVR-OVERVIEW_NAME": {"value": name}})).to_string();
        let text = described(&format!("Text {round}"));
        let tags = json!({"tags": [format!("t{round}")]}).to_string();
        let path = format!("{ONE}/tags");
        let (a, b, c) = tokio::join!(
            script.call("PATCH", ONE, &[], &renamed),
            script.call("PATCH", ONE, &[], &text),
            script.call("POST", &path, &[], &tags)
        );
        assert_eq!((a.status, b.status, c.status), (200, 200, 200), "{} {} {}", a.body, b.body, c.body);
        let data = json_of(&script.call("GET", ONE, &[], "").await)["data"].clone();
        assert_eq!(data["process_name"], name);
        assert_eq!(data["process_description"], format!("Text {round}"));
        assert_eq!(data["tags"], json!([format!("t{round}")]));
    }
}

#[tokio::test]
async fn a_tag_costs_no_statement() {
    let (api, script) = begin().await;
    let tag = script.tag().await;
    api.hub.clock.set(NOON.plus_minutes(1));
    let before = api.hub.app.store.statement_count();
    assert_eq!(script.get_if(&tag).await.status, 304);
    assert_eq!(script.get_if("\"x\"").await.status, 200);
    assert_eq!(api.hub.app.store.statement_count(), before + 2);
}
