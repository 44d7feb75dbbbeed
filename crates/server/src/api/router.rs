//! Every call of the Open API, the way to it, and the document that describes it: one list.
//!
//! Calls are many and their paths are few, so they get a table of their own: it knows which row of the route table a
//! call is before anything of the request is read, and costs a fraction of a general router.

use std::{collections::BTreeMap, future::ready, pin::Pin, sync::Arc};

use axum::{
    extract::Request,
    handler::Handler,
    http::{HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;
use utoipa::{OpenApi as _, openapi::OpenApi};
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouter},
    routes,
};

use crate::{
    api::{
        applications, audit_logs, auth_info, automation_store,
        automations::{
            answer, categories, collaborators, create, delete, documents, idea_flow, list, media, pipeline,
            show, status, submit, tags,
        },
        components, cost_benefit,
        document::{self, Document},
        download,
        error::ApiError,
        extract::PathPart,
        hierarchy, idea_flows, idea_schema,
        idempotency::{self, Keyed},
        questionnaire,
        routes::Route,
        users,
    },
    app::App,
    auth::actor::Actor,
    error::Error,
};

pub(super) type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;
pub(super) type Endpoint = Arc<dyn Fn(Request, App) -> Answering + Send + Sync>;

/// What answers a call, and what describes it: a description is large, and few ask for it.
struct Call {
    endpoint: Endpoint,
    describe: fn() -> UtoipaMethodRouter<App>,
}

macro_rules! call {
    ($($handler:ident)::+) => {
        Call { endpoint: endpoint($($handler)::+), describe: || routes!($($handler)::+) }
    };
}

fn all() -> Vec<Call> {
    vec![
        call!(auth_info::auth_info),
        call!(hierarchy::hierarchy),
        call!(applications::list_applications),
        call!(applications::write::save_applications),
        call!(applications::write::delete_application),
        call!(hierarchy::write::save_categories),
        call!(users::list_roles),
        call!(users::list_users),
        call!(users::write::add_user),
        call!(users::write::edit_user),
        call!(idea_flows::list_idea_flows),
        call!(idea_schema::idea_schema),
        call!(questionnaire::list_questions),
        call!(list::list_automations),
        call!(create::create_automation),
        call!(show::get_automation),
        call!(answer::answer_idea),
        call!(delete::delete_idea),
        call!(idea_schema::automation_schema),
        call!(status::move_idea),
        call!(idea_flow::change_idea_flow),
        call!(categories::file_idea),
        call!(create::create_idea_from_schema),
        call!(submit::submit_idea),
        call!(submit::submit_coe_idea),
        call!(submit::submit_mining_idea),
        call!(documents::list_documents),
        call!(documents::add_document),
        call!(media::list_media),
        call!(media::add_media),
        call!(download::download_file),
        call!(collaborators::list_collaborators),
        call!(collaborators::list_collaborators_of),
        call!(collaborators::add_collaborators),
        call!(collaborators::remove_collaborators),
        call!(tags::set_tags),
        call!(cost_benefit::get_cost_benefit),
        call!(cost_benefit::enter_costs),
        call!(cost_benefit::set_project_plan_baseline),
        call!(pipeline::list_pipeline),
        call!(audit_logs::list_audit_logs),
        call!(components::list_components),
        call!(components::list_automation_components),
        call!(automation_store::list_store),
        call!(automation_store::list_store_reviews),
    ]
}

fn endpoint<H, T>(handler: H) -> Endpoint
where
    H: Handler<T, App, Future = Answering> + Sync,
    T: 'static,
{
    Arc::new(move |request, app| handler.clone().call(request, app))
}

/// The calls by their paths, relative to the base path.
pub struct Calls(matchit::Router<Vec<(&'static Route, Endpoint)>>);

/// A call that is on its way to its answer.
pub struct Dispatched {
    /// The row of the route table it turned out to be: `/automations/{id}`; empty for a call that doesn't exist.
    pub route: &'static str,
    pub answering: Answering,
}

impl Dispatched {
    fn refused(route: &'static str, refusal: impl IntoResponse) -> Self {
        Self { route, answering: Box::pin(ready(refusal.into_response())) }
    }
}

/// All calls.
pub fn calls() -> Calls {
    let mut by_path = BTreeMap::<&str, Vec<_>>::new();
    for Call { endpoint, describe } in all() {
        // A call without a row in the route table is nobody's.
        if let Some(route) = Route::of(&describe().1) {
            by_path.entry(route.path).or_default().push((route, endpoint));
        }
    }
    let mut calls = matchit::Router::new();
    for (path, methods) in by_path {
        let inserted = calls.insert(path, methods);
        debug_assert!(inserted.is_ok(), "{path}: {inserted:?}");
    }
    Calls(calls)
}

/// The document that describes all calls.
pub fn document() -> OpenApi {
    let described = all().into_iter().map(|call| (call.describe)());
    // As in `calls`: what has no row isn't called.
    let described = described.filter(|docs| Route::of(&docs.1).is_some());
    let router = OpenApiRouter::with_openapi(Document::openapi());
    let mut document = described.fold(router, OpenApiRouter::routes).into_openapi();
    document::complete(&mut document);
    document
}

impl Calls {
    /// Has a call answered, if its row of the route table lets the actor make it. The path is relative to the base path.
    /// Nothing is waited for yet: whoever waits holds only what is needed for that.
    pub fn dispatch(&self, app: &App, actor: Actor, path: &str, mut request: Request) -> Dispatched {
        let Ok(found) = self.0.at(path) else {
            return Dispatched::refused("", ApiError::route_not_found());
        };
        // What answers GET answers HEAD.
        let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
        let Some((route, endpoint)) = found.value.iter().find(|(route, _)| route.method == *method) else {
            return Dispatched::refused("", other_methods(found.value.iter().map(|(route, _)| *route)));
        };
        if let Err(error) = route.check(&actor) {
            return Dispatched::refused(route.path, ApiError::from(error));
        }
        if let Err(refusal) = route.check_condition(request.headers()) {
            return Dispatched::refused(route.path, refusal);
        }
        if let Some((_, part)) = found.params.iter().last() {
            let Ok(part) = percent_decode_str(part).decode_utf8() else {
                return Dispatched::refused(route.path, ApiError::from(Error::NotFound("record")));
            };
            request.extensions_mut().insert(PathPart(part.into_owned()));
        }
        let key = if route.method == Method::POST { idempotency::key(request.headers()) } else { Ok(None) };
        let answering = match key {
            Ok(None) => {
                request.extensions_mut().insert(actor);
                endpoint(request, app.clone())
            }
            Ok(Some(key)) => {
                let keyed = Keyed { app: app.clone(), actor, key, path: path.to_owned(), request };
                Box::pin(idempotency::answer(keyed, Arc::clone(endpoint)))
            }
            Err(error) => return Dispatched::refused(route.path, ApiError::from(error)),
        };
        Dispatched { route: route.path, answering }
    }
}

fn other_methods<'r>(routes: impl Iterator<Item = &'r Route>) -> Response {
    let mut response = ApiError::method_not_allowed().into_response();
    let methods: Vec<_> = routes.map(|route| route.method.as_str()).collect();
    let mut allowed = methods.join(",");
    if methods.contains(&"GET") {
        allowed.push_str(",HEAD");
    }
    if let Ok(allowed) = HeaderValue::try_from(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}
