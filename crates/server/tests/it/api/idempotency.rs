//! `Idempotency-Key`: a POST that is sent again changes nothing again.

use std::{sync::Arc, time::Duration};

use automation_hub_domain::{clock::Timestamp, id::TokenId, token::value::TokenForm};
use automation_hub_server::{app::App, error::Error, listen, router::router, services::upkeep};
use automation_hub_storage::{
    Session, StorageError,
    audit::{self, AuditEvent},
    idempotency::{self, Claim, Found, Term},
};
use axum::{body::Body, http::Request};
use futures_util::{future::join_all, poll};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use super::{Api, SYSTEM_ADMIN, conditional::begin, documents};
use crate::{
    app::NOON,
    calls::{RawAnswer, Script},
};

const PATH: &str = "/automationidea";
const KEY: &str = "8e03978e-40d5-43dd-bc93-6894a57f9324";

impl Api {
    fn submission(&self, name: &str) -> String {
        json!({
            "process_name": name, "process_description": "By hand", "category_id": self.payables.get(),
            "rules": 5, "input_type": 4, "input_quality": 3, "stability": 4, "documentation": 5
        })
        .to_string()
    }

    /// Somebody else's request with the key, which is being carried out; what it finds instead, if it can't be.
    async fn claim(&self, token: TokenId, key: &str) -> (Arc<Claim>, Found) {
        let claim = Arc::new(Claim { token, key: key.to_owned(), holder: [9; 16] });
        let wanted = Arc::clone(&claim);
        let term = Term { now: NOON, leased_until: NOON.plus_minutes(1), forgotten: NOON.plus_hours(-24) };
        let write = move |s: &mut Session<'_>| idempotency::claim(s, &wanted, term);
        (claim, self.hub.app.store.write(self.hub.tenant, write).await.unwrap())
    }

    async fn names_of_all(&self) -> Vec<String> {
        self.admin_of("eva@nordwind.example").await.names("/automations").await
    }

    async fn admin_of(&self, email: &str) -> super::Caller<'_> {
        self.with_roles(email, &[SYSTEM_ADMIN]).await
    }

    async fn keys(&self) -> i64 {
        let count =
            |s: &mut Session<'_>| s.one("SELECT COUNT(*) FROM idempotency_keys", &[], |row| row.get(0));
        self.hub.app.store.read(self.hub.tenant, count).await.unwrap()
    }
}

impl Script {
    async fn post(&self, path: &str, key: &str, body: &str) -> RawAnswer {
        self.call("POST", path, &[("idempotency-key", key)], body).await
    }
}

fn json_of(answer: &RawAnswer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

fn assert_refused(answer: &RawAnswer, status: u16, kind: &str) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(json_of(answer)["type"], kind, "{}", answer.body);
}

/// The fields of the head that say something about the answer.
fn told(answer: &RawAnswer) -> Vec<(&str, Option<&str>)> {
    ["content-type", "cache-control", "etag", "content-length"].map(|name| (name, answer.header(name))).into()
}

#[tokio::test]
async fn a_request_sent_again_is_answered_as_before_and_changes_nothing_again() {
    let (api, script) = begin().await;
    let tags = json!({"tags": ["a"]}).to_string();
    let document = documents::with_file("plan.pdf", "application/pdf", &vec![b'x'; 100_000]).to_string();
    for (path, key, body, status) in [
        (PATH, "one", api.submission("Two"), 201),
        ("/automations/one/tags", "two", tags, 200),
        ("/automations/one/documents", "three", document, 201),
    ] {
        let first = script.post(path, key, &body).await;
        assert_eq!((first.status, first.header("idempotency-replayed")), (status, None), "{}", first.body);
        api.hub.clock.set(NOON.plus_hours(23));
        // All addresses of a call are one.
        let elsewhere = format!("/nordwind/production/automationhub_/api/v1/openapi{path}");
        for path in [path, &elsewhere] {
            let again = script.post(path, key, &body).await;
            assert_eq!((again.status, &again.body), (status, &first.body), "{path}");
            assert_eq!(again.header("idempotency-replayed"), Some("true"));
            assert_eq!(told(&again), told(&first));
        }
        api.hub.clock.set(NOON);
    }
    assert_eq!(api.names_of_all().await, ["Two", "One"]);
    let record = json_of(&script.call("GET", "/automations/one", &[], "").await)["data"].clone();
    assert_eq!(record["process_num_documents"], 1);
    let trail = api.actions("idea", record["process_id"].as_i64().unwrap()).await;
    assert_eq!(trail.iter().filter(|action| *action == "idea.tag").count(), 1);
}

#[tokio::test]
async fn the_same_key_with_another_request_is_refused() {
    let (api, script) = begin().await;
    let body = api.submission("Two");
    assert_eq!(script.post(PATH, KEY, &body).await.status, 201);
    let file = documents::with_file("plan.pdf", "application/pdf", &vec![b'x'; 3_000_000]).to_string();
    for (path, body) in [
        (PATH, api.submission("Three")),
        (PATH, format!("{body} ")),
        (PATH, String::new()),
        ("/automationidea?x=1", body.clone()),
        ("/coe-automationidea", body.clone()),
        ("/automations/one/documents", file),
    ] {
        assert_refused(&script.post(path, KEY, &body).await, 422, "idempotency-key-reused");
    }
    assert_eq!(script.post(PATH, KEY, &body).await.header("idempotency-replayed"), Some("true"));
    assert_eq!(api.names_of_all().await, ["Two", "One"]);
}

#[tokio::test]
async fn a_key_means_something_only_beside_its_token() {
    let (api, script) = begin().await;
    let eva = api.admin_of("eva@nordwind.example").await.id();
    let other = Script { token: api.hub.issue(Some(eva), TokenForm::Uuid, None).await, ..script.clone() };
    assert_eq!(script.post(PATH, KEY, &api.submission("Two")).await.status, 201);
    let answer = other.post(PATH, KEY, &api.submission("Three")).await;
    assert_eq!((answer.status, answer.header("idempotency-replayed")), (201, None), "{}", answer.body);
    let answer = other.call("GET", "/automations/three", &[], "").await;
    assert_eq!(answer.status, 200, "it was carried out");
}

#[rstest]
#[case("")]
#[case("two words")]
#[case("schlüssel")]
#[case("\u{7f}")]
#[case(&"k".repeat(256))]
#[tokio::test]
async fn a_key_that_is_none_is_refused_by_its_name(#[case] key: &str) {
    let (api, script) = begin().await;
    let answer = script.post(PATH, key, &api.submission("Two")).await;
    if key == "\u{7f}" {
        assert_eq!(answer.status, 400, "no header may hold it");
        return;
    }
    assert_refused(&answer, 400, "invalid-input");
    assert!(json_of(&answer)["errorDetails"]["Idempotency-Key"][0].is_string(), "{}", answer.body);
}

#[tokio::test]
async fn the_longest_key_is_taken_and_two_are_not() {
    let (api, script) = begin().await;
    let key = "~".repeat(255);
    assert_eq!(script.post(PATH, &key, &api.submission("Two")).await.status, 201);
    let twice = [("idempotency-key", "a"), ("idempotency-key", "a")];
    let answer = script.call("POST", PATH, &twice, &api.submission("Three")).await;
    assert_refused(&answer, 400, "invalid-input");
}

#[tokio::test]
async fn what_changed_nothing_leaves_the_key_free() {
    let (api, script) = begin().await;
    let refused = script.post(PATH, KEY, "{}").await;
    assert_refused(&refused, 400, "invalid-input");
    assert_refused(&script.post(PATH, KEY, &api.submission("One")).await, 409, "conflict");
    api.hub.random.break_down(true);
    assert_refused(&script.post(PATH, KEY, &api.submission("Two")).await, 503, "unavailable");
    assert_eq!(api.keys().await, 0);
    api.hub.random.break_down(false);
    let answer = script.post(PATH, KEY, &api.submission("Two")).await;
    assert_eq!((answer.status, answer.header("idempotency-replayed")), (201, None), "{}", answer.body);
}

#[tokio::test]
async fn other_methods_and_requests_without_a_key_take_no_notice() {
    let (api, script) = begin().await;
    let keyed = [("idempotency-key", "two words")];
    assert_eq!(script.call("GET", "/automations/one", &keyed, "").await.status, 200);
    let category = json!({"category_id": api.legal.get()}).to_string();
    for _ in 0..2 {
        let answer = script.call("PUT", "/automation/one/categories", &keyed, &category).await;
        assert_eq!((answer.status, answer.header("idempotency-replayed")), (200, None), "{}", answer.body);
    }
    assert_eq!(script.call("POST", PATH, &[], &api.submission("Two")).await.status, 201);
    assert_eq!(api.keys().await, 0);
}

#[tokio::test]
async fn while_the_first_is_being_carried_out_others_are_told_to_come_back() {
    let (api, script) = begin().await;
    assert_eq!(api.claim(script.token.id, KEY).await.1, Found::Free);
    let body = api.submission("Two");
    let answer = script.post(PATH, KEY, &body).await;
    assert_refused(&answer, 409, "idempotency-key-in-use");
    assert_eq!(answer.header("retry-after"), Some("2"));
    // Whoever was at it is gone, and changed nothing.
    api.hub.clock.set(NOON.plus_minutes(1));
    assert_eq!(script.post(PATH, KEY, &body).await.status, 201);
    assert_eq!(script.post(PATH, KEY, &body).await.header("idempotency-replayed"), Some("true"));
}

#[tokio::test]
async fn what_was_carried_out_before_a_crash_isnt_carried_out_again() {
    let (api, script) = begin().await;
    let (claim, _) = api.claim(script.token.id, KEY).await;
    let change = move |s: &mut Session<'_>| -> Result<(), StorageError> {
        audit::insert(s, &event(Arc::clone(&claim)))
    };
    api.hub.app.store.write(api.hub.tenant, change).await.unwrap();
    let body = api.submission("Two");
    assert_refused(&script.post(PATH, KEY, &body).await, 409, "idempotency-key-in-use");
    api.hub.clock.set(NOON.plus_minutes(1));
    for _ in 0..2 {
        assert_refused(&script.post(PATH, KEY, &body).await, 409, "idempotency-answer-lost");
    }
    assert_eq!(api.names_of_all().await, ["One"]);
    api.hub.clock.set(NOON.plus_hours(24));
    assert_eq!(script.post(PATH, KEY, &body).await.status, 201);
}

fn event(claim: Arc<Claim>) -> AuditEvent {
    AuditEvent {
        happened_at: NOON,
        actor_user: None,
        actor_token: Some(claim.token),
        actor_name: String::new(),
        action: automation_hub_domain::audit::AuditAction::IDEA_TAG,
        object_type: "idea",
        object_id: 1,
        object_name: "One".into(),
        before: None,
        after: None,
        address: String::new(),
        request_id: String::new(),
        claim: Some(claim),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_come_at_once_one_is_carried_out() {
    let (api, script) = begin().await;
    for round in 0..3 {
        let (key, body) = (format!("round-{round}"), api.submission(&format!("Round {round}")));
        let all = (0..12).map(|_| {
            let (script, key, body) = (script.clone(), key.clone(), body.clone());
            tokio::spawn(async move { script.post(PATH, &key, &body).await })
        });
        let answers: Vec<_> = join_all(all).await.into_iter().map(Result::unwrap).collect();
        let first: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 201 && answer.header("idempotency-replayed").is_none())
            .collect();
        assert_eq!(first.len(), 1, "round {round}");
        for answer in &answers {
            match answer.status {
                201 => assert_eq!(answer.body, first[0].body),
                _ => assert_refused(answer, 409, "idempotency-key-in-use"),
            }
        }
        assert_eq!(script.post(PATH, &key, &body).await.body, first[0].body);
    }
    assert_eq!(api.names_of_all().await.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_up_finds_the_answer_when_they_ask_again() {
    let (api, script) = begin().await;
    let body = api.submission("Two");
    let mut request: Request<Body> = script.token.request(&format!("/api/v1/openapi{PATH}"));
    *request.method_mut() = axum::http::Method::POST;
    request.headers_mut().insert("content-type", "application/json".parse().unwrap());
    request.headers_mut().insert("idempotency-key", KEY.parse().unwrap());
    *request.body_mut() = Body::from(body.clone());
    {
        let mut call = Box::pin(api.hub.router.clone().oneshot(request));
        // It has begun, and nobody waits for it any more.
        assert!(poll!(&mut call).is_pending());
    }
    let answered = async {
        loop {
            let answer = script.post(PATH, KEY, &body).await;
            if answer.status != 409 {
                return answer;
            }
        }
    };
    let answer = tokio::time::timeout(Duration::from_mins(1), answered).await.unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(api.names_of_all().await, ["Two", "One"]);
}

#[tokio::test]
async fn another_node_knows_the_answer_too() {
    let (api, script) = begin().await;
    let first = script.post(PATH, KEY, &api.submission("Two")).await;
    let (keys, config) = (api.hub.app.keys.clone(), api.hub.app.config.clone());
    let clock = Arc::clone(&api.hub.app.clock);
    let app = App::with_store(api.hub.database.store.clone(), keys, config, clock).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other = Script { address: listener.local_addr().unwrap(), ..script };
    tokio::spawn(async move {
        listen::serve(listener, router(app.clone()), &app.config, std::future::pending()).await
    });
    let again = other.post(PATH, KEY, &api.submission("Two")).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
}

#[tokio::test]
async fn after_a_day_an_answer_is_forgotten() {
    let (api, script) = begin().await;
    assert_eq!(script.post(PATH, KEY, &api.submission("Two")).await.status, 201);
    let sweep = async |now: Timestamp| -> Result<i64, Error> {
        api.hub.clock.set(now);
        upkeep::sweep(&api.hub.app).await?;
        Ok(api.keys().await)
    };
    assert_eq!(sweep(NOON.plus_hours(24)).await.unwrap(), 1);
    assert_eq!(sweep(NOON.plus_hours(24).plus_minutes(1)).await.unwrap(), 0);
    let answer = script.post(PATH, KEY, &api.submission("Three")).await;
    assert_eq!((answer.status, answer.header("idempotency-replayed")), (201, None), "{}", answer.body);
}
