//! Moving an idea to another flow. Answers of assessments that both have are kept and shown; all others are kept and
//! hidden, until the idea comes back to a flow that has them.

use std::collections::BTreeSet;

use automation_hub_domain::{
    audit::AuditAction,
    id::{FlowId, StatusId},
    idea::SubmissionType,
    lifecycle::{Phase, Status, is_key},
    permission::Permission,
};

use super::{
    Held, IdeaChoice,
    manage::require_owner,
    require,
    submit::{FlowChoice, find_flow},
    touched, write,
};
use crate::{app::App, auth::actor::Actor, error::Error, forms::TenantFlow};

/// Flow, phase and status as a caller names them.
#[derive(Clone, Debug)]
pub struct NewPlace {
    pub flow: FlowId,
    pub phase: String,
    pub status: String,
}

/// Whoever may change the flow need not be one who may move the idea within it.
const SAME_FLOW: &str = "It is in this flow already. POST /automations/status moves it within the flow.";

pub async fn change_flow(
    app: &App,
    actor: &Actor,
    choice: IdeaChoice,
    to: NewPlace,
) -> Result<StatusId, Error> {
    let now = app.clock.now();
    let actor = actor.clone();
    write(app, actor.tenant_id(), move |session, around| {
        let held = Held::find(session, around, &actor, &choice)?;
        actor.require_in(Permission::ChangeIdeaFlow, &held.path)?;
        choice.expected.require(&held.idea)?;
        let flow = find_flow(&held.around.forms, FlowChoice::Id(to.flow))?;
        require(&actor, &held.path, &[], &flow.flow.permissions.submit)?;
        if flow.kind == held.idea.submission_type {
            return Err(Error::invalid("idea_flow_id", SAME_FLOW));
        }
        let (phase, status) = place(flow, &to)?;
        require_owner(&actor, &held, flow, (phase, status), "status_variable")?;
        let mut after = touched(&held.idea, now);
        after.submission_type = flow.kind;
        after.phase = phase.id;
        after.status = status.id;
        after.content.parent = None;
        // Hidden answers count for nothing.
        let changed = not_shared(held.flow()?, flow);
        held.around.forms.work_out(flow.kind, &mut after.content, Some(&changed));
        held.write(session, (&actor, AuditAction::IDEA_CHANGE_FLOW), &after)?;
        Ok(status.id)
    })
    .await
}

/// Codes of the questions that one of two flows has and the other hasn't.
fn not_shared(one: &TenantFlow, other: &TenantFlow) -> BTreeSet<String> {
    let codes = |flow: &TenantFlow| -> BTreeSet<String> {
        flow.questions().iter().map(|question| question.code.clone()).collect()
    };
    codes(one).symmetric_difference(&codes(other)).cloned().collect()
}

fn place<'f>(flow: &'f TenantFlow, to: &NewPlace) -> Result<(&'f Phase, &'f Status), Error> {
    if flow.kind == SubmissionType::ChangeRequest {
        let message =
            "A change request needs the automation it changes, so nothing can be moved into its flow.";
        return Err(Error::invalid("idea_flow_id", message));
    }
    if !flow.phases.iter().any(|of| is_key(&of.phase.key, &to.phase)) {
        return Err(Error::invalid("phase_variable", "The idea flow has no such phase."));
    }
    let found = flow.find_by_keys(&to.phase, &to.status);
    found.ok_or_else(|| Error::invalid("status_variable", "The phase has no such status in this idea flow."))
}
