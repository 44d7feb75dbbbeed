//! The calls of the Open API, made by people and tokens the way authentication leaves them.
#![expect(clippy::indexing_slicing, reason = "an answer without the member is a failed test")]

mod add_user;
mod answer;
mod audit_logs;
mod automation_store;
mod automations;
mod broken;
mod calls;
mod category_tree;
mod collaborators;
mod components;
mod conditional;
mod conditional_analysis;
mod conditional_lists;
mod cost_benefit;
mod costs;
mod create;
mod credentials;
mod cursor;
mod delete;
mod document;
mod documents;
mod download;
mod edit_user;
mod idea_categories;
mod idea_flow;
mod idea_flows;
mod idea_schema;
mod idempotency;
mod inventory;
mod long_texts;
mod media;
mod pipeline;
mod pointers;
mod questionnaire;
mod selection;
mod status;
mod submit;
mod submit_detailed;
mod tags;
mod tolerance;
mod uploads;

use std::sync::Arc;

use automation_hub_domain::{
    access::Access,
    clock::Timestamp,
    id::{CategoryId, PhaseId, RoleId, TokenId, UserId},
    idea::{HighLevelAssessment, IdeaContent, IdeaName, NewIdea, Rating, SubmissionType},
    lifecycle::IDEA_AWAITING_REVIEW,
    user::RoleAssignment,
};
use automation_hub_server::{
    api::{
        error::ApiError,
        router::{Calls, calls},
    },
    auth::{
        actor::{Actor, Via},
        principal::UserRecord,
    },
    config::Config,
    error::Error,
    middleware::request::RequestId,
    wire,
};
use automation_hub_storage::{
    Session, StorageError,
    audit::{self, AuditEntry},
    categories::{self, CategoryLevel, NewCategory},
    ideas, principals, tenants, users,
};
use axum::{
    body::Body,
    http::{Method, Request, header},
    response::Response,
};
use serde_json::Value;
use uuid::Uuid;

use crate::app::{Answer, NOON, TestHub};

const STANDARD_USER: RoleId = RoleId::new(8);
const SYSTEM_ADMIN: RoleId = RoleId::new(2);

/// A hub with two areas, a category below one of them, and its Open API.
struct Api {
    hub: TestHub,
    calls: Calls,
    finance: CategoryId,
    payables: CategoryId,
    legal: CategoryId,
    archived: CategoryId,
}

/// A failure as authentication sends it on.
fn tell(mut response: Response) -> Response {
    let error = response.extensions_mut().remove::<Arc<ApiError>>();
    error.map_or(response, |error| error.respond(RequestId::next()))
}

pub fn node(name: &str, parent: Option<CategoryId>, order_number: i64) -> NewCategory {
    let level = if parent.is_some() { 2 } else { 1 };
    NewCategory { parent, level, name: name.into(), order_number, is_other: false, is_active: true }
}

impl Api {
    async fn start() -> Self {
        Self::start_with(|_| ()).await
    }

    async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let hub = TestHub::start_with(change).await;
        let (finance, payables, legal, archived) = hub
            .app
            .store
            .write(hub.tenant, |s| -> Result<_, StorageError> {
                let level =
                    CategoryLevel { id: 1, name: "Business Area".into(), slug: "business-area".into() };
                categories::insert_level(s, &level)?;
                let finance = categories::insert(s, &node("Finance", None, 1))?;
                let payables = categories::insert(s, &node("Accounts payable", Some(finance), 1))?;
                let legal = categories::insert(s, &node("Legal", None, 2))?;
                let archived = NewCategory { is_active: false, ..node("Fairs", None, 3) };
                Ok((finance, payables, legal, categories::insert(s, &archived)?))
            })
            .await
            .unwrap();
        let calls = calls();
        Self { hub, calls, finance, payables, legal, archived }
    }

    async fn admin(&self) -> Caller<'_> {
        let id = self.hub.add_user("adam@nordwind.example", &[SYSTEM_ADMIN]).await;
        self.user(id).await
    }

    /// Somebody with the role Standard User, everywhere or in one category.
    async fn standard(&self, email: &str, category: Option<CategoryId>) -> Caller<'_> {
        self.person(email, &[(STANDARD_USER, category)]).await
    }

    /// Somebody with these roles, each everywhere or in one category.
    async fn person(&self, email: &str, roles: &[(RoleId, Option<CategoryId>)]) -> Caller<'_> {
        let id = self.hub.add_user(email, &[]).await;
        let roles: Vec<_> = roles.iter().map(|&(role, category)| RoleAssignment { role, category }).collect();
        self.hub
            .app
            .store
            .write(self.hub.tenant, move |s| users::set_role_assignments(s, id, &roles))
            .await
            .unwrap();
        self.user(id).await
    }

    /// What was done to an object, the oldest first.
    async fn events(&self, object: &'static str, id: i64) -> Vec<AuditEntry> {
        let read = move |s: &mut Session<'_>| audit::list_of_object(s, object, id, 50);
        let mut events = self.hub.app.store.read(self.hub.tenant, read).await.unwrap();
        events.reverse();
        events
    }

    async fn actions(&self, object: &'static str, id: i64) -> Vec<String> {
        self.events(object, id).await.into_iter().map(|event| event.action).collect()
    }

    async fn user(&self, id: UserId) -> Caller<'_> {
        let tenant = self.hub.tenant;
        let principal =
            self.hub.app.store.read(tenant, move |s| principals::find(s, id)).await.unwrap().unwrap();
        self.caller(Some(Arc::new(UserRecord::of(tenant, principal)))).await
    }

    /// Somebody with roles for all categories.
    async fn with_roles(&self, email: &str, roles: &[RoleId]) -> Caller<'_> {
        let id = self.hub.add_user(email, roles).await;
        self.user(id).await
    }

    /// What happened to an idea, newest first: what was done, what was and what is.
    async fn trail(&self, idea: i64) -> Vec<(String, Option<Value>, Option<Value>)> {
        let json = |text: Option<String>| text.map(|text| serde_json::from_str(&text).unwrap());
        let newest_first = self.events("idea", idea).await.into_iter().rev();
        newest_first.map(|event| (event.action, json(event.before), json(event.after))).collect()
    }

    async fn nobody_in_particular(&self) -> Caller<'_> {
        self.caller(None).await
    }

    async fn powerless(&self) -> Caller<'_> {
        let id = self.hub.add_user("paul@nordwind.example", &[]).await;
        let mut caller = self.user(id).await;
        let mut user = UserRecord::clone(caller.actor.user.as_ref().unwrap());
        user.access = Access::default();
        caller.actor.user = Some(Arc::new(user));
        caller
    }

    async fn caller(&self, user: Option<Arc<UserRecord>>) -> Caller<'_> {
        let tenant = self.hub.app.store.read(self.hub.tenant, tenants::get).await.unwrap();
        let actor = Actor {
            tenant: Arc::new(tenant),
            user,
            via: Via::Token(TokenId::new(1)),
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            request_id: RequestId::next(),
            claim: None,
        };
        Caller { api: self, actor }
    }

    /// Stores ideas directly, a second apart.
    async fn add_ideas(&self, submitter: UserId, category: CategoryId, names: &[&str]) {
        self.add(names.iter().zip(0..).map(|(name, at)| idea(name, submitter, category, at)).collect()).await;
    }

    async fn add(&self, ideas: Vec<NewIdea>) {
        let app = self.hub.app.clone();
        let work = move |s: &mut Session<'_>| {
            let forms = app.forms.of(s)?;
            let prepare = |idea: &NewIdea| {
                ideas::PreparedIdea::new(idea.clone(), wire::own_members(idea, &forms)).unwrap()
            };
            let rows: Vec<_> = ideas.iter().map(prepare).collect();
            ideas::insert_many(s, &rows).map_err(Error::from)
        };
        self.hub.app.store.write(self.hub.tenant, work).await.unwrap();
    }
}

fn idea(name: &str, submitter: UserId, category: CategoryId, second: i64) -> NewIdea {
    let at = Timestamp::from_millis(NOON.millis() + second * 1000);
    NewIdea {
        uuid: Uuid::new_v4(),
        name: IdeaName::parse(name).unwrap(),
        category,
        submission_type: SubmissionType::EmployeeDriven,
        phase: PhaseId::new(1),
        status: IDEA_AWAITING_REVIEW,
        submitter,
        owner: None,
        content: IdeaContent {
            description: r#"{"blocks":[{"text":"Create accounts"}],"entityMap":{}}"#.into(),
            assessment: HighLevelAssessment::new([2, 1, 3, 2, 5].map(Rating::new)),
            idea_score: Some(52.0),
            benefit_hours: Some(1240.0),
            ..IdeaContent::default()
        },
        votes: 3,
        created_at: at,
        updated_at: at,
    }
}

/// Somebody whose token was accepted.
struct Caller<'a> {
    api: &'a Api,
    actor: Actor,
}

impl Caller<'_> {
    fn id(&self) -> UserId {
        self.actor.user_id().unwrap()
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "application/json", Body::empty()).await
    }

    /// The `data` of a call that has to succeed.
    async fn data(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let mut json = answer.json();
        assert_eq!((&json["message"], &json["statusCode"]), (&"Success".into(), &200.into()));
        json["data"].take()
    }

    /// The names a list shows.
    async fn names(&self, path: &str) -> Vec<String> {
        let data = self.data(path).await;
        let name = |process: &Value| process["process_name"].as_str().unwrap().to_owned();
        data["processes"].as_array().unwrap().iter().map(name).collect()
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, body).await
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send(method, path, "application/json", Body::from(body.to_string())).await
    }

    /// The answer to a submission that has to succeed.
    async fn submitted(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 201, "{path}: {}", answer.text());
        let mut json = answer.json();
        assert_eq!((&json["message"], &json["statusCode"]), (&"Resource Created".into(), &201.into()));
        json["data"].take()
    }

    /// The record after a change that has to succeed.
    async fn changed(&self, method: Method, path: &str, body: &Value) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let mut json = answer.json();
        assert_eq!((&json["message"], &json["statusCode"]), (&"Resource Updated".into(), &200.into()));
        json["data"].take()
    }

    async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, "application/json", Body::from(body.to_string())).await
    }

    async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, "application/json", Body::empty()).await
    }

    async fn send(&self, method: Method, path: &str, content_type: &str, body: Body) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, content_type)
            .header(header::HOST, "127.0.0.1:8080")
            .body(body)
            .unwrap();
        Answer::of(self.answer(request).await).await
    }

    async fn answer(&self, request: Request<Body>) -> Response {
        let Api { hub, calls, .. } = self.api;
        let path = request.uri().path().to_owned();
        tell(calls.dispatch(&hub.app, self.actor.clone(), &path, request).answering.await)
    }
}

/// A failure tells the same in both of its forms.
fn assert_problem(answer: &Answer, status: u16, kind: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let json = answer.json();
    assert_eq!((&json["statusCode"], &json["status"]), (&status.into(), &status.into()));
    assert_eq!(json["type"], kind);
    assert_eq!(json["message"], json["detail"]);
    assert!(json["errorDetails"].is_object());
    assert!(json.get("data").is_none());
}
