//! Entering what an automation costs and when it goes live.

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    cost_benefit::{Plan, PlanChange},
    idea::{CostSummary, Idea, IdeaContent},
};
use automation_hub_storage::{
    Session, StorageError,
    ideas::{self, IdeaKey},
    plans,
};
use serde_json::{Map, Value};

use super::{
    AUTOMATION, IdeaChoice,
    cost_benefit::{Analysis, EASE, hold_plan},
    difference, touched, write,
};
use crate::{
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    forms::TenantForms,
};

const FINAL_EASE: &str = "final_ease_of_implementation";
const FROZEN: &str = "The baseline of the project plan is set, so this stays as it is.";

/// What somebody enters, and what is wrong with it by itself.
#[derive(Clone, Debug)]
pub struct Entered {
    pub change: PlanChange,
    pub violations: Violations,
}

/// Puts what is entered in place of what was, all of it or nothing.
pub async fn enter_costs(
    app: &App,
    actor: &Actor,
    choice: IdeaChoice,
    entered: Entered,
) -> Result<Analysis, Error> {
    let (actor, now) = (actor.clone(), app.clock.now());
    write(app, actor.tenant_id(), move |session, around| {
        let (held, is_frozen) = hold_plan(session, around, &actor, &choice)?;
        let before = plans::find(session, held.idea.id)?;
        let after = entered.change.of(&before);
        let mut violations = entered.violations.clone();
        if after.final_ease_of_implementation != before.final_ease_of_implementation {
            check_ease(&around.forms, is_frozen, &after, &mut violations);
        }
        violations.into_result()?;
        let Some(change) = difference::between(&members(&before)?, &members(&after)?) else {
            return Analysis::of(session, &actor, &around.forms, held.idea);
        };
        let idea = put_plan(session, &around.forms, &held.idea, &after, now)?;
        held.record(session, (&actor, AuditAction::IDEA_ENTER_COSTS), &idea, change)?;
        let idea = ideas::find(session, IdeaKey::Id(idea.id))?.ok_or(Error::NotFound(AUTOMATION))?;
        Analysis::of(session, &actor, &around.forms, idea)
    })
    .await
}

/// Puts a plan in place of the one an automation had, which is held for a change. It is the automation as it has to be
/// written then.
pub(crate) fn put_plan(
    session: &mut Session<'_>,
    forms: &TenantForms,
    idea: &Idea,
    plan: &Plan,
    at: Timestamp,
) -> Result<Idea, StorageError> {
    plans::set(session, idea.id, plan, at)?;
    let mut planned = touched(idea, at);
    planned.content.costs = summary(forms, &idea.content, plan);
    Ok(planned)
}

/// The ease that is chosen is one of those the formulas have a word for, and isn't frozen yet.
fn check_ease(forms: &TenantForms, is_frozen: bool, after: &Plan, violations: &mut Violations) {
    if is_frozen {
        violations.add(FINAL_EASE, FROZEN);
        return;
    }
    let labels = forms.labels(EASE);
    let chosen = after.final_ease_of_implementation.as_deref();
    if chosen.is_some_and(|chosen| !labels.contains(&chosen)) {
        violations.add(FINAL_EASE, format!("One of these words is needed: {}.", labels.join(", ")));
    }
}

fn members(plan: &Plan) -> Result<Map<String, Value>, Error> {
    match serde_json::to_value(plan).map_err(Error::internal)? {
        Value::Object(members) => Ok(members),
        _ => Ok(Map::new()),
    }
}

/// What the record shows of a plan.
fn summary(forms: &TenantForms, content: &IdeaContent, plan: &Plan) -> CostSummary {
    let software = plan.rpa_software();
    CostSummary {
        running: forms.outlook(content, plan, None).figures.get("running_cost").copied(),
        software_vendor: software.and_then(|row| row.vendor.clone()),
        software: software.and_then(|row| row.description.clone().or_else(|| row.license_type.clone())),
    }
}
