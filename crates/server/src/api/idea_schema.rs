//! `GET /idea-schema` and `GET /automations/{id}/schema`: a form as a JSON schema with a template, or with answers.

mod answers;
mod write;

use std::collections::HashSet;

use automation_hub_domain::{
    id::{ApplicationId, FlowId},
    idea::SubmissionType,
    page::PageRequest,
    permission::Permission,
};
use automation_hub_storage::{
    Session, StorageError,
    applications::{self, Application},
    ideas::{self, IdeaKey},
};
use axum::{body::Body, extract::State, http::StatusCode, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        envelope,
        error::ApiError,
        extract::{PathPart, Query},
    },
    app::App,
    auth::actor::Actor,
    error::{Denial, Error, Violations},
    services::ideas::{FlowChoice, may_submit},
};

use answers::Answered;
use write::Form;

/// A form as the API document describes it; it is written without such a value.
#[derive(Serialize, ToSchema)]
pub struct IdeaSchema {
    /// `success`.
    status: String,
    data: IdeaSchemaData,
}

#[derive(Serialize, ToSchema)]
struct IdeaSchemaData {
    /// `object`.
    r#type: String,
    properties: IdeaSchemaProperties,
    /// Assessment, section, question, answer.
    #[schema(value_type = Object)]
    user_inputs: serde_json::Value,
}

#[derive(Serialize, ToSchema)]
struct IdeaSchemaProperties {
    /// A JSON schema: assessments, in them sections, in them questions.
    #[schema(value_type = Object)]
    schema: serde_json::Value,
}

pub(super) const UNKNOWN_SOURCE: &str = "Either COE or EMPLOYEE is needed.";

/// The flow that clients mean who know no flows yet.
pub(super) fn flow_of_source(source: &str) -> Option<FlowChoice> {
    match source.to_ascii_uppercase().as_str() {
        "COE" => Some(FlowChoice::Kind(SubmissionType::CoeDriven)),
        "EMPLOYEE" => Some(FlowChoice::Kind(SubmissionType::EmployeeDriven)),
        _ => None,
    }
}

/// The submission form of a flow as a JSON schema, and a template for `POST /idea-from-schema`.
#[utoipa::path(
    get, path = "/idea-schema", tag = "Idea flows",
    params(
        ("idea_flow_id" = Option<i64>, Query, description = "As `GET /idea-flows` shows it."),
        ("source_type" = Option<String>, Query, pattern = "^(COE|EMPLOYEE)$", description = "`COE` or `EMPLOYEE`, where no flow is given; \
            `EMPLOYEE` unless given."),
    ),
    responses((status = 200, body = IdeaSchema), (status = 404))
)]
pub async fn idea_schema(State(app): State<App>, actor: Actor, query: Query) -> Result<Response, ApiError> {
    let choice = choice(&query)?;
    let shared = app.clone();
    let tenant = actor.tenant_id();
    let work = move |s: &mut Session<'_>| -> Result<_, Error> {
        let forms = shared.forms.of(s)?;
        let flow = match choice {
            FlowChoice::Id(id) | FlowChoice::IdOfKind(id, _) => forms.flow(id),
            FlowChoice::Kind(kind) => forms.flow_of(kind),
        };
        let flow = flow.ok_or(Error::NotFound("idea flow"))?;
        if !may_submit(&actor, flow) {
            return Err(Error::Forbidden(Denial::Flow));
        }
        let asked = forms.named(&flow.flow.form).collect();
        Ok(Form { flow, asked, inventory: inventory(s, &HashSet::new())?, answers: None }.write())
    };
    Ok(answer(app.store.scan(tenant, work).await?))
}

fn choice(query: &Query) -> Result<FlowChoice, Error> {
    let mut violations = Violations::default();
    let flow = query.integer(&["idea_flow_id"], &mut violations).map(|id| FlowChoice::Id(FlowId::new(id)));
    let source = query.text(&["source_type"]).map(flow_of_source);
    if flow.is_none() && source.is_some_and(|source| source.is_none()) {
        violations.add("source_type", UNKNOWN_SOURCE);
    }
    violations.into_result()?;
    let usual = FlowChoice::Kind(SubmissionType::EmployeeDriven);
    Ok(flow.or(source.flatten()).unwrap_or(usual))
}

/// All assessments of an automation's flow as a JSON schema, and its answers so far.
#[utoipa::path(
    get, path = "/automations/{id}/schema", tag = "Idea flows",
    params(("id" = String, Path, description = "`process_id` or `process_slug`.")),
    responses((status = 200, body = IdeaSchema), (status = 404))
)]
pub async fn automation_schema(
    State(app): State<App>,
    actor: Actor,
    PathPart(key): PathPart,
) -> Result<Response, ApiError> {
    let shared = app.clone();
    let tenant = actor.tenant_id();
    let work = move |s: &mut Session<'_>| -> Result<_, Error> {
        let idea = ideas::find(s, IdeaKey::parse(&key))?.ok_or(Error::NotFound("automation"))?;
        let directory = shared.directories.of(s)?;
        actor.require_in(Permission::Explore, &directory.tree().path_ids(idea.category))?;
        let forms = shared.forms.of(s)?;
        let flow = forms.flow_of(idea.submission_type).ok_or(Error::NotFound("idea flow"))?;
        let asked = forms.named(&flow.flow.assessments).collect();
        let inventory = inventory(s, &flow.applications_of(&idea.content))?;
        let answers = Some(Answered::read(s, &idea)?);
        Ok(Form { flow, asked, inventory, answers }.write())
    };
    Ok(answer(app.store.scan(tenant, work).await?))
}

fn answer(body: Vec<u8>) -> Response {
    envelope::json_response(StatusCode::OK, Body::from(body))
}

/// All entries that can be chosen, and those that are named already.
fn inventory(
    session: &mut Session<'_>,
    named: &HashSet<ApplicationId>,
) -> Result<Vec<Application>, StorageError> {
    let all = applications::list(session, PageRequest { offset: 0, limit: u64::MAX })?;
    Ok(all.items.into_iter().filter(|entry| entry.is_active || named.contains(&entry.id)).collect())
}
