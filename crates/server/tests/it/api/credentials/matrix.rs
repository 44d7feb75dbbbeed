//! Every call of the route table under each of its addresses: for whom it is, and that no credential that is
//! refused elsewhere is taken here.

use std::cell::Cell;

use automation_hub_domain::{
    id::{ApplicationId, CategoryId},
    role::{STANDARD_USER, SYSTEM_ADMIN},
    token::value::TokenForm,
};
use automation_hub_server::api::routes::{ROUTES, Route};
use automation_hub_storage::{
    Session, StorageError,
    applications::{self, NewApplication},
    categories::{self, CategoryLevel},
    tokens, users,
};
use axum::http::Method;
use serde_json::{Value, json};

use super::{APP_KEY, AUTHORIZATION, Call, Desk, NEVER_ISSUED, TOKEN_TYPE, asked};
use crate::{
    api::{documents::with_file, media::PNG, node},
    app::{BASE, NOON},
    calls::Issued,
};

/// What a kind of caller gets: what was asked for, or a refusal of this type.
type Outcome = Result<u16, &'static str>;

/// One row for each call: an administrator, a standard user, somebody without a role, and no user at all.
struct Row {
    method: Method,
    path: &'static str,
    outcomes: [Outcome; 4],
}

const COLLABORATORS: &str = "/automations/{id}/collaborators";
pub(super) const IDEA_FLOW: &str = "/automations/{id}/idea-flow";
const BASELINE: &str = "/automations/cba/{id}/project-plan-baseline";
const DENIED: Outcome = Err("permission-missing");
const NO_USER: Outcome = Err("submitter-required");

const fn row(method: Method, path: &'static str, outcomes: [Outcome; 4]) -> Row {
    Row { method, path, outcomes }
}

const ROWS: &[Row] = &[
    row(Method::GET, "/authinfo", [Ok(200), Ok(200), Ok(200), Ok(200)]),
    row(Method::GET, "/hierarchy", [Ok(200), Ok(200), Ok(200), Ok(200)]),
    row(Method::GET, "/appinventory", [Ok(200), Ok(200), Ok(200), Ok(200)]),
    row(Method::PUT, "/appinventory", [Ok(201), DENIED, DENIED, NO_USER]),
    row(Method::DELETE, "/appinventory/{id}", [Ok(200), DENIED, DENIED, NO_USER]),
    row(Method::PUT, "/categories", [Ok(201), DENIED, DENIED, NO_USER]),
    row(Method::GET, "/roles", [Ok(200), DENIED, DENIED, Ok(200)]),
    row(Method::GET, "/users", [Ok(200), DENIED, DENIED, Ok(200)]),
    row(Method::POST, "/adduser", [Ok(201), DENIED, DENIED, Ok(201)]),
    row(Method::POST, "/edituser", [Ok(201), DENIED, DENIED, Ok(201)]),
    row(Method::GET, "/idea-flows", [Ok(200), Ok(200), Ok(200), Ok(200)]),
    row(Method::GET, "/idea-schema", [Ok(200), Ok(200), DENIED, Ok(200)]),
    row(Method::GET, "/questionnaire", [Ok(200), Ok(200), Ok(200), Ok(200)]),
    row(Method::GET, "/automations", [Ok(200), Ok(200), DENIED, NO_USER]),
    row(Method::POST, "/automations", [Ok(201), Ok(201), DENIED, NO_USER]),
    row(Method::GET, "/automations/{id}", [Ok(200), Ok(200), DENIED, NO_USER]),
    row(Method::PATCH, "/automations/{id}", [Ok(200), DENIED, DENIED, NO_USER]),
    row(Method::DELETE, "/automations/{id}", [Ok(200), DENIED, DENIED, NO_USER]),
    row(Method::GET, "/automations/{id}/schema", [Ok(200), Ok(200), DENIED, NO_USER]),
    row(Method::POST, "/automations/status", [Ok(201), DENIED, DENIED, NO_USER]),
    row(Method::POST, "/automations/{id}/idea-flow", [Ok(200), DENIED, DENIED, NO_USER]),
    row(Method::PUT, "/automation/{id}/categories", [Ok(200), DENIED, DENIED, NO_USER]),
    row(Method::POST, "/idea-from-schema", [Ok(201), Ok(201), DENIED, NO_USER]),
    row(Method::GET, "/automations/{id}/documents", [Ok(200), Ok(200), DENIED, NO_USER]),
    row(Method::POST, "/automations/{id}/documents", [Ok(201), DENIED, DENIED, NO_USER]),
    row(Method::GET, "/automations/{id}/media", [Ok(200), Ok(200), DENIED, NO_USER]),
    row(Method::POST, "/automations/{id}/media", [Ok(201), DENIED, DENIED, NO_USER]),
    row(Method::GET, "/automations/{id}/components", [Ok(200), Ok(200), DENIED, NO_USER]),
    row(Method::GET, "/automations/collaborators", [Ok(200), Ok(200), DENIED, Ok(200)]),
    row(Method::GET, "/collaborators", [Ok(200), Ok(200), DENIED, Ok(200)]),
    row(Method::POST, "/automations/{id}/collaborators", [Ok(201), DENIED, DENIED, NO_USER]),
    row(Method::DELETE, "/automations/{id}/collaborators", [Ok(200), DENIED, DENIED, NO_USER]),
    row(Method::POST, "/automations/{id}/tags", [Ok(200), DENIED, DENIED, NO_USER]),
    row(Method::GET, "/cba", [Ok(200), DENIED, DENIED, Ok(200)]),
    row(Method::PUT, "/automations/{id}/cba", [Ok(200), DENIED, DENIED, NO_USER]),
    row(Method::PUT, BASELINE, [Ok(200), DENIED, DENIED, NO_USER]),
    row(Method::GET, "/automationpipeline", [Ok(200), DENIED, DENIED, NO_USER]),
    row(Method::GET, "/auditlogs", [Ok(200), DENIED, DENIED, NO_USER]),
    row(Method::GET, "/components", [Ok(200), Ok(200), Ok(200), Ok(200)]),
    row(Method::GET, "/automation-store", [Ok(200), Ok(200), DENIED, NO_USER]),
    row(Method::GET, "/automation-store/{id}/reviews", [Ok(200), Ok(200), DENIED, NO_USER]),
    row(Method::GET, "/download/file/{file_id}", [Ok(200), Ok(200), DENIED, NO_USER]),
    row(Method::POST, "/automationidea", [Ok(201), Ok(201), DENIED, NO_USER]),
    row(Method::POST, "/coe-automationidea", [Ok(201), DENIED, DENIED, NO_USER]),
    row(Method::POST, "/processmining-idea", [Ok(201), Ok(201), DENIED, NO_USER]),
];

fn application(name: &str, category: CategoryId) -> NewApplication {
    NewApplication {
        name: name.into(),
        version: "365".into(),
        language: "English".into(),
        comments: String::new(),
        is_thin_client: false,
        is_added_by_end_user: false,
        categories: vec![category],
        created_at: NOON,
    }
}

fn from_schema(number: usize, category: i64) -> Value {
    let rating = |question: u8| json!({"value": format!("ah-answer_option-q1-0-0-{question}-2")});
    json!({"idea_flow_id": 1, "user_inputs": {
        "OVR": {"any": {
            "OVR-OVERVIEW_NAME": {"value": format!("Idea {number}")},
            "OVR-OVERVIEW_DESCRIPTION": {"value": "By hand"},
            "OVR-OVERVIEW_CATEGORY": {"value": category}
        }},
        "Q1": {"any": {
            "Q1-RULES": rating(0), "Q1-INPUT_TYPE": rating(1), "Q1-INPUT_QUALITY": rating(2),
            "Q1-STABILITY": rating(3), "Q1-DOCUMENTATION": rating(4)
        }}
    }})
}

fn bases() -> [String; 3] {
    [
        "/api/v1/openapi".to_owned(),
        "/automationhub_/api/v1/openapi".to_owned(),
        format!("{BASE}/api/v1/openapi"),
    ]
}

/// Whether a call can be made once only of what there is.
pub(super) fn is_used_up(route: &Route) -> bool {
    route.method == Method::DELETE || [BASELINE, IDEA_FLOW].contains(&route.path)
}

/// A desk with an idea and a file to look at, a category to file one under, and an application for each address to
/// delete.
pub(super) struct Matrix {
    pub(super) desk: Desk,
    pub(super) category: CategoryId,
    pub(super) idea: String,
    file: String,
    applications: Vec<ApplicationId>,
    /// Makes names that nobody has had yet.
    next: Cell<usize>,
}

impl Matrix {
    pub(super) async fn start() -> Self {
        let desk = Desk::start().await;
        let (category, applications) = desk
            .hub
            .app
            .store
            .write(desk.hub.tenant, |s| -> Result<_, StorageError> {
                let level =
                    CategoryLevel { id: 1, name: "Business Area".into(), slug: "business-area".into() };
                categories::insert_level(s, &level)?;
                let category = categories::insert(s, &node("Finance", None, 1))?;
                let insert = |name| applications::insert(s, &application(name, category));
                let applications = ["Excel", "Word", "Outlook"].map(insert);
                Ok((category, applications.into_iter().collect::<Result<Vec<_>, _>>()?))
            })
            .await
            .unwrap();
        let (idea, file) = (String::new(), String::new());
        let mut matrix = Self { desk, category, idea, file, applications, next: Cell::new(0) };
        matrix.replace().await;
        matrix
    }

    /// An idea that nobody has had yet.
    fn submission(&self, call: Call) -> Call {
        let mut body = self.body("/automationidea");
        // Without an owner nobody could approve it.
        body["owner"] = "ana@nordwind.example".into();
        call.by(Method::POST)
            .at("/api/v1/openapi/automationidea")
            .sending("application/json", body.to_string())
    }

    /// What a call of the route takes.
    pub(super) fn body(&self, path: &str) -> Value {
        let number = self.next.replace(self.next.get() + 1);
        let category = self.category.get();
        match path {
            "/adduser" => json!({"user_email": format!("p{number}@nordwind.example"), "user_first_name": "P",
                "user_last_name": "Q"}),
            "/edituser" => json!({"user_email": "ana@nordwind.example", "user_location": "Bremen"}),
            "/appinventory" => json!([{"application_name": "Jira", "application_version": "Cloud",
                "application_language": "English", "categoryIds": [category]}]),
            "/categories" => {
                json!({"categories": [{"category_id": category, "category_order_number": number}]})
            }
            "/automations/{id}" => {
                json!({"user_inputs": {"OVR": {"any": {"OVR-OVERVIEW_PAIN_POINTS": {"value": "Slow"}}}}})
            }
            "/automations/status" => {
                json!({"process_id": self.idea.parse::<i64>().unwrap(), "phase_status_id": 47})
            }
            IDEA_FLOW => {
                json!({"idea_flow_id": 4, "phase_variable": "IDEA", "status_variable": "AWAITING_REVIEW"})
            }
            "/automation/{id}/categories" => json!({"category_id": category}),
            "/automations/{id}/collaborators" => {
                let role = [13, 16, 17, 18][number % 4];
                json!({"collaborators": [{"user_email": "ana@nordwind.example", "role_id": role}]})
            }
            "/automations/{id}/cba" => {
                json!({"one_time_costs": [{"description": "Training", "amount": number}]})
            }
            "/automations/{id}/tags" => json!({"tags": ["Quick win"]}),
            "/idea-from-schema" => from_schema(number, category),
            "/coe-automationidea" => json!({"process_name": format!("Idea {number}"),
                "process_description": "By hand", "category_id": category, "process_pain_points": "Slow",
                "process_negative_impact": "Late", "automation_goal": "automation-goal-cost",
                "task_stability": "task-stability-no-change-expected",
                "application_stability": "application-stability-no-change-expected"}),
            "/automations/{id}/documents" | "/automations/{id}/media" => with_file("a.png", "image/png", PNG),
            _ => json!({"process_name": format!("Idea {number}"), "process_description": "By hand",
                "category_id": category, "rules": 5, "input_type": 4, "input_quality": 3, "stability": 2,
                "documentation": 1}),
        }
    }

    /// Makes an idea with a file: the first, or another one where the last was deleted.
    pub(super) async fn replace(&mut self) {
        let made = self.desk.accepted(&self.submission(self.desk.call())).await;
        self.idea = made.json()["data"]["process_id"].to_string();
        let path = format!("/api/v1/openapi/automations/{}/documents", self.idea);
        let document = with_file("plan.txt", "text/plain", b"a plan").to_string();
        let call = self.desk.call().by(Method::POST).at(path).sending("application/json", document);
        self.file = self.desk.accepted(&call).await.json()["data"]["file_id"].to_string();
    }

    /// Puts something in place of what was deleted or can be done once only.
    pub(super) async fn restore(&mut self, path: &str) {
        match path {
            "/automations/{id}" | BASELINE | IDEA_FLOW => self.replace().await,
            "/appinventory/{id}" => self.add_application().await,
            COLLABORATORS => {
                let body = self.body(path).to_string();
                let path = format!("/api/v1/openapi{}", path.replace("{id}", &self.idea));
                let call = self.desk.call().by(Method::POST).at(path).sending("application/json", body);
                drop(self.desk.accepted(&call).await);
            }
            _ => {}
        }
    }

    /// One in place of all there are.
    async fn add_application(&mut self) {
        let number = self.next.replace(self.next.get() + 1);
        let new = application(&format!("Tool {number}"), self.category);
        let insert = move |s: &mut Session<'_>| applications::insert(s, &new);
        let hub = &self.desk.hub;
        self.applications = vec![hub.app.store.write(hub.tenant, insert).await.unwrap()];
    }

    /// This caller's call of a route.
    pub(super) fn call(&self, route: &Route, base: &str, call: Call) -> Call {
        let id = match route.path {
            "/appinventory/{id}" => self.application().to_string(),
            _ => self.idea.clone(),
        };
        let call = match route.method {
            Method::DELETE if route.path == COLLABORATORS => {
                let all = json!({"collaborators": [{"user_email": "ana@nordwind.example"}]});
                call.sending("application/json", all.to_string())
            }
            Method::POST | Method::PUT | Method::PATCH => {
                call.sending("application/json", self.body(route.path).to_string())
            }
            _ => call,
        };
        let path = route.path.replace("{id}", &id).replace("{file_id}", &self.file) + &asked(route.path, &id);
        call.by(route.method.clone()).at(format!("{base}{path}"))
    }

    /// Another one for each of the addresses in turn.
    fn application(&self) -> ApplicationId {
        let number = self.next.replace(self.next.get() + 1);
        self.applications[number % self.applications.len()]
    }

    /// Makes the call under each base path.
    async fn refused_everywhere(&self, state: &str, call: &Call, status: u16, kind: &str) {
        for route in ROUTES {
            for base in bases() {
                let call = self.call(route, &base, call.clone());
                let answer = self.desk.send(&call).await;
                let told = (answer.status.as_u16(), answer.json()["type"].clone());
                assert_eq!(told, (status, kind.into()), "{state}: {} {}", call.method, call.path);
            }
        }
        assert_eq!(self.ideas_made().await, 1, "{state}: nothing was done");
    }

    async fn ideas_made(&self) -> u64 {
        let answer = self.desk.accepted(&self.desk.call().at("/api/v1/openapi/automations")).await;
        answer.json()["data"]["totalItems"].as_u64().unwrap()
    }

    /// How many changes the audit trail knows so far.
    async fn changes(&self) -> i64 {
        let count = |s: &mut Session<'_>| s.one("SELECT COUNT(*) FROM audit_events", &[], |row| row.get(0));
        self.desk.hub.app.store.read(self.desk.hub.tenant, count).await.unwrap()
    }

    async fn person(&self, email: &str, roles: &[automation_hub_domain::id::RoleId]) -> Issued {
        let user = self.desk.hub.add_user(email, roles).await;
        self.desk.hub.issue(Some(user), TokenForm::Uuid, None).await
    }
}

#[tokio::test]
async fn each_call_is_for_those_its_row_says_under_every_address() {
    let mut matrix = Matrix::start().await;
    let callers = [
        matrix.person("ines@nordwind.example", &[SYSTEM_ADMIN]).await,
        matrix.person("omar@nordwind.example", &[STANDARD_USER]).await,
        matrix.person("paul@nordwind.example", &[]).await,
        matrix.desk.hub.issue(None, TokenForm::Prefixed, None).await,
    ];
    for route in ROUTES {
        let row = ROWS.iter().find(|row| row.method == route.method && row.path == route.path);
        let row = row.unwrap_or_else(|| panic!("{} {} has no row", route.method, route.path));
        for (token, outcome) in callers.iter().zip(row.outcomes) {
            for base in bases() {
                let call = matrix.call(route, &base, Call::of(token));
                match outcome {
                    Ok(status) => assert_eq!(matrix.desk.accepted(&call).await.status, status, "{call:?}"),
                    Err(kind) => drop(matrix.desk.refused(&call, 403, kind).await),
                }
                if outcome.is_ok() && is_used_up(route) {
                    matrix.restore(route.path).await;
                }
            }
        }
    }
    assert_eq!(ROWS.len(), ROUTES.len(), "a row without a call");
}

#[tokio::test]
async fn a_tenant_level_token_may_submit_for_somebody_it_names() {
    let matrix = Matrix::start().await;
    let token = matrix.desk.hub.issue(None, TokenForm::Uuid, None).await;
    let mut call = matrix.submission(Call::of(&token));
    let answer = matrix.desk.refused(&call, 403, "submitter-required").await;
    assert!(answer.text().contains("submitter"));
    call.body = call.body.replacen('{', r#"{"submitter": "ana@nordwind.example","#, 1);
    assert_eq!(matrix.desk.accepted(&call).await.status, 201);
    let info = matrix.desk.accepted(&Call::of(&token)).await;
    assert_eq!(info.json()["data"]["user"], json!(null));
}

#[tokio::test]
async fn what_the_caller_sends_wrong_is_refused_by_every_call() {
    let matrix = Matrix::start().await;
    let desk = &matrix.desk;
    let good = desk.call();
    let value = desk.token.value.clone();
    for (state, call, status, kind) in [
        ("nothing", Call::bare(), 401, "credentials-missing"),
        ("another scheme", good.clone().with(AUTHORIZATION, "Basic eDp5"), 401, "credentials-missing"),
        ("no scheme", good.clone().with(AUTHORIZATION, &value), 401, "credentials-missing"),
        ("malformed", good.clone().with(AUTHORIZATION, "Bearer x"), 401, "token-rejected"),
        ("never issued", desk.call_with_value(NEVER_ISSUED), 401, "token-rejected"),
        ("of another tenant", desk.call_with_value(&desk.witness.value), 401, "token-rejected"),
        ("in capitals", desk.call_with_value(&value.to_uppercase()), 401, "token-rejected"),
        ("twice", good.clone().and(AUTHORIZATION, desk.token.credential()), 400, "invalid-request"),
        ("no type", good.clone().without(TOKEN_TYPE), 401, "token-type-missing"),
        ("another type", good.clone().with(TOKEN_TYPE, "jwt"), 401, "token-type-unknown"),
        ("type twice", good.and(TOKEN_TYPE, "openapi-token"), 400, "invalid-request"),
    ] {
        matrix.refused_everywhere(state, &call, status, kind).await;
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_token_is_refused_by_every_call() {
    let matrix = Matrix::start().await;
    let (desk, hub) = (&matrix.desk, &matrix.desk.hub);
    let ana = Some(desk.ana);
    let [inactive, revoked, keyed, of_inactive] = [
        hub.issue(ana, TokenForm::Uuid, None).await,
        hub.issue(ana, TokenForm::Uuid, None).await,
        hub.issue(ana, TokenForm::Uuid, Some("correct-app-key")).await,
        matrix.person("omar@nordwind.example", &[STANDARD_USER]).await,
    ];
    let id = inactive.id;
    desk.write(move |s| Ok(tokens::set_active(s, id, false, None, NOON)?)).await;
    let id = revoked.id;
    desk.write(move |s| Ok(tokens::revoke(s, id, None, NOON)?)).await;
    let omar = hub.app.store.read(hub.tenant, |s| {
        users::find_by_email(s, &automation_hub_domain::user::Email::parse("omar@nordwind.example").unwrap())
    });
    let omar = omar.await.unwrap().unwrap().id;
    desk.write(move |s| Ok(users::set_active(s, omar, false, NOON)?)).await;
    hub.app.person_changed(hub.tenant, omar).await.unwrap();
    for token in [&inactive, &revoked] {
        hub.token_changed(token.id).await;
    }
    for (state, call, kind) in [
        ("inactive", Call::of(&inactive), "token-inactive"),
        ("revoked", Call::of(&revoked), "token-rejected"),
        ("no app key", Call::of(&keyed).without(APP_KEY), "app-key-required"),
        ("user inactive", Call::of(&of_inactive), "user-inactive"),
    ] {
        matrix.refused_everywhere(state, &call, 401, kind).await;
    }
    for route in ROUTES {
        let keyed = hub.issue(ana, TokenForm::Uuid, Some("correct-app-key")).await;
        for base in bases() {
            let call = matrix.call(route, &base, Call::of(&keyed).with(APP_KEY, "wrong-app-key"));
            desk.refused(&call, 401, "app-key-rejected").await;
        }
    }
    hub.clock.set(NOON.plus_days(90));
    for route in ROUTES {
        for base in bases() {
            let answer = desk.send(&matrix.call(route, &base, desk.call())).await;
            assert_eq!(answer.json()["type"], "token-expired", "{} {}", route.method, route.path);
        }
    }
}

#[tokio::test]
async fn every_call_that_takes_a_body_refuses_one_that_it_cannot_read_and_ignores_members_it_does_not_know() {
    let mut matrix = Matrix::start().await;
    let token = matrix.person("mia@nordwind.example", &[SYSTEM_ADMIN]).await;
    for route in ROUTES {
        let call = matrix.call(route, "/api/v1/openapi", Call::of(&token));
        // To freeze a plan takes nothing, so nothing is read.
        if call.body.is_empty() || route.path == BASELINE {
            continue;
        }
        let member_more = |member: &str| call.body.replacen('{', &format!("{{{member}, "), 1);
        let json = "application/json";
        for (state, media_type, body, status, kind) in [
            ("truncated", json, call.body[..call.body.len() - 1].to_owned(), 400, "malformed-body"),
            ("a member twice", json, member_more(r#""x": 1, "x": 2"#), 400, "malformed-body"),
            ("another media type", "text/plain", call.body.clone(), 415, "media-type-unsupported"),
        ] {
            let answer = matrix.desk.send(&call.clone().sending(media_type, body)).await;
            let told = (answer.status.as_u16(), answer.json()["type"].clone());
            assert_eq!(told, (status, kind.into()), "{state}: {} {}", call.method, call.path);
        }
        let unknown = call.clone().sending(json, member_more(r#""x": {"y": [1]}"#));
        let answer = matrix.desk.send(&unknown).await;
        assert!(answer.status.is_success(), "{} {}: {}", call.method, call.path, answer.text());
        matrix.restore(route.path).await;
    }
}

#[tokio::test]
async fn every_post_that_is_sent_again_with_its_key_is_answered_as_before_and_done_once() {
    let mut matrix = Matrix::start().await;
    let token = matrix.person("mia@nordwind.example", &[SYSTEM_ADMIN]).await;
    for route in ROUTES.iter().filter(|route| route.method == Method::POST) {
        // One that stands nowhere yet where the call would have it.
        matrix.replace().await;
        let call = matrix.call(route, "/api/v1/openapi", Call::of(&token));
        let call = call.with("idempotency-key", route.path);
        let before = matrix.changes().await;
        let first = matrix.desk.accepted(&call).await;
        let after = matrix.changes().await;
        assert!(after > before, "{}: nothing was done", route.path);
        let again = matrix.desk.accepted(&call).await;
        assert_eq!((again.status, again.text()), (first.status, first.text()), "{}", route.path);
        assert_eq!(again.header("idempotency-replayed"), "true", "{}", route.path);
        assert_eq!(matrix.changes().await, after, "{}", route.path);
    }
}

#[tokio::test]
async fn another_method_is_told_which_there_are() {
    let matrix = Matrix::start().await;
    for route in ROUTES {
        for base in bases() {
            for method in
                [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE]
            {
                let path = matrix.call(route, &base, matrix.desk.call()).path;
                let taken = |method: &Method| {
                    ROUTES.iter().any(|other| other.path == route.path && other.method == *method)
                };
                if taken(&method) || method == Method::HEAD && taken(&Method::GET) {
                    continue;
                }
                let call = matrix.desk.call().by(method.clone()).at(path);
                let answer = matrix.desk.send(&call).await;
                assert_eq!(answer.status, 405, "{call:?}");
                let allow: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
                assert!(allow.contains(&route.method.as_str()), "{call:?}: {allow:?}");
                assert!(!allow.contains(&method.as_str()), "{call:?}: {allow:?}");
                if method != Method::HEAD {
                    let answer = matrix.desk.refused(&call, 405, "method-not-allowed").await;
                    assert_eq!(answer.json()["message"], "This call doesn't take this method.");
                }
            }
        }
    }
}
