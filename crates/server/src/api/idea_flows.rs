//! `GET /idea-flows`: the flows of a tenant with their phases and statuses.

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        envelope::{self, Envelope},
        error::ApiError,
    },
    app::App,
    auth::actor::Actor,
    error::Error,
    forms::TenantFlow,
    json::{self, Members},
};

/// A flow as the API document describes it; it is written without such a value. Each phase has a member of its own,
/// named by its variable, with one member for each status.
#[derive(Serialize, ToSchema)]
pub struct IdeaFlowEntry {
    #[serde(rename = "Idea flow ID")]
    id: i64,
    #[serde(rename = "Idea flow name")]
    name: String,
    /// `employee-driven`, `business-process` and so on.
    #[serde(rename = "Idea flow type")]
    kind: String,
    #[serde(flatten)]
    phases: BTreeMap<String, BTreeMap<String, FlowStatus>>,
}

#[derive(Serialize, ToSchema)]
struct FlowStatus {
    phase_variable: String,
    status_variable: String,
    /// For people.
    status_value: String,
}

/// The idea flows with their phases and statuses.
#[utoipa::path(
    get, path = "/idea-flows", tag = "Idea flows",
    responses((status = 200, body = Envelope<Vec<IdeaFlowEntry>>))
)]
pub async fn list_idea_flows(State(app): State<App>, actor: Actor) -> Result<Response, ApiError> {
    let shared = app.clone();
    let forms = app.store.read(actor.tenant_id(), move |s| shared.forms.of(s).map_err(Error::from)).await?;
    Ok(envelope::success_array(forms.flows(), |buffer, flow| json::object(buffer, |m| write(m, flow))))
}

fn write(m: &mut Members<'_>, flow: &TenantFlow) {
    m.integer("Idea flow ID", flow.id.get());
    m.text("Idea flow name", &flow.flow.name);
    m.text("Idea flow type", flow.kind.key());
    for of in &flow.phases {
        m.object(&of.phase.key, |m| {
            for status in &of.statuses {
                m.object(&status.key, |m| {
                    m.text("phase_variable", &of.phase.key);
                    m.text("status_variable", &status.key);
                    m.text("status_value", &status.name);
                });
            }
        });
    }
}
