//! The cost-benefit analysis of an automation, and the baseline of its project plan.

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    cost_benefit::{self, Baseline, FieldValue, Outlook, Plan, Projection, Section, Source},
    flow::{CollaboratorRole, Condition},
    idea::Idea,
    lifecycle::IN_PRODUCTION,
    permission::Permission,
};
use automation_hub_storage::{Session, StorageError, audit, baselines, ideas::IdeaKey, plans};
use jiff::{civil::Date, tz::TimeZone};
use serde_json::json;

use super::{Held, IdeaChoice, RecordVersion, Surroundings, get_visible, parts, require, write};
use crate::{app::App, auth::actor::Actor, error::Error, forms::TenantForms};

const FROZEN: &str = "The baseline of the project plan is set already, and stays as it is for good.";
pub(super) const EASE: &str = "ease_of_implementation";

const MANAGER: Condition = Condition::Collaborator(CollaboratorRole::ProjectManager);
pub const VIEW_COST_BENEFIT: [Condition; 2] = [Condition::Permission(Permission::ViewCostBenefit), MANAGER];
pub const EDIT_COST_BENEFIT: [Condition; 2] = [Condition::Permission(Permission::EditCostBenefit), MANAGER];

/// An automation with its figures.
#[derive(Clone, Debug)]
pub struct Analysis {
    pub idea: Idea,
    pub is_frozen: bool,
    pub plan: Plan,
    pub sections: Vec<Section>,
}

/// What was entered of an automation, and what follows.
struct Planned {
    plan: Plan,
    launch: Option<Timestamp>,
    outlook: Outlook,
}

impl Planned {
    fn of(
        session: &mut Session<'_>,
        actor: &Actor,
        forms: &TenantForms,
        idea: &Idea,
    ) -> Result<Self, StorageError> {
        let plan = plans::find(session, idea.id)?;
        let launch = match plan.launch_date {
            None => audit::first_arrival(session, idea.id, IN_PRODUCTION)?,
            entered => entered,
        };
        let day = launch.and_then(|at| day(&actor.tenant.time_zone, at));
        let outlook = forms.outlook(&idea.content, &plan, day);
        Ok(Self { plan, launch, outlook })
    }
}

/// Which day it is somewhere at an instant.
fn day(zone: &str, at: Timestamp) -> Option<Date> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Some(zone.to_datetime(jiff::Timestamp::from_millisecond(at.millis()).ok()?).date())
}

impl Analysis {
    /// What of the automation has to stay for a change of its plan to be as it was meant.
    pub fn version(&self) -> RecordVersion {
        RecordVersion::with_plan(&self.idea, self.is_frozen)
    }

    pub(super) fn of(
        session: &mut Session<'_>,
        actor: &Actor,
        forms: &TenantForms,
        idea: Idea,
    ) -> Result<Self, Error> {
        let Planned { plan, launch, outlook } = Planned::of(session, actor, forms, &idea)?;
        let figure = |name: &str| outlook.figures.get(name).copied();
        let known = |source| match source {
            Source::Input(name) => {
                forms.input(idea.submission_type, &idea.content, name).map(FieldValue::Number)
            }
            Source::Assumption(name) => forms.assumption(name).map(FieldValue::Number),
            Source::Figure(name) => figure(name).map(FieldValue::Number),
            Source::Label(name) => Some(FieldValue::Text(forms.label(name, figure(name)?)?.to_owned())),
            Source::Truth(name) => {
                Some(FieldValue::Text(if figure(name)? > 0.0 { "Yes" } else { "No" }.to_owned()))
            }
        };
        let baseline = baselines::find(session, idea.id)?;
        let is_frozen = baseline.is_some();
        let chosen_ease = plan.final_ease_of_implementation.clone();
        let projection = Projection { chosen_ease, launch, years: outlook.years.clone(), baseline };
        Ok(Self { sections: cost_benefit::analysis(known, &projection), is_frozen, plan, idea })
    }
}

/// Of an automation whose figures the actor may view.
pub async fn cost_benefit(app: &App, actor: &Actor, key: &str) -> Result<Analysis, Error> {
    let (shared, actor, key) = (app.clone(), actor.clone(), key.to_owned());
    app.store
        .read(actor.tenant_id(), move |s| {
            let idea = get_visible(&shared, s, &actor, IdeaKey::parse(&key))?;
            let around = Surroundings::read(&shared, s)?;
            if !actor.is_impersonal() {
                let path = around.directory.tree().path_ids(idea.category);
                let parts = parts(s, actor.user_id(), &idea)?;
                require(&actor, &path, &parts, &VIEW_COST_BENEFIT)?;
            }
            Analysis::of(s, &actor, &around.forms, idea)
        })
        .await
}

/// An idea held for a change of its plan, of which the caller knows whether it is frozen; and whether it is.
pub(super) fn hold_plan<'s>(
    session: &mut Session<'_>,
    around: &'s Surroundings,
    actor: &Actor,
    choice: &IdeaChoice,
) -> Result<(Held<'s>, bool), Error> {
    let held = Held::find(session, around, actor, choice)?;
    held.require(actor, &EDIT_COST_BENEFIT)?;
    let is_frozen = baselines::find(session, held.idea.id)?.is_some();
    choice.expected.require_plan(&held.idea, is_frozen)?;
    Ok((held, is_frozen))
}

/// Freezes the project plan as it is, once.
pub async fn set_baseline(app: &App, actor: &Actor, choice: IdeaChoice) -> Result<Analysis, Error> {
    let (actor, now) = (actor.clone(), app.clock.now());
    write(app, actor.tenant_id(), move |session, around| {
        let (held, is_frozen) = hold_plan(session, around, &actor, &choice)?;
        if is_frozen {
            return Err(Error::Conflict(FROZEN.into()));
        }
        let Planned { plan, launch, outlook: Outlook { figures, .. } } =
            Planned::of(session, &actor, &around.forms, &held.idea)?;
        let estimated = || Some(around.forms.label(EASE, *figures.get(EASE)?)?.to_owned());
        let ease = plan.final_ease_of_implementation.or_else(estimated);
        let baseline = Baseline { set_at: now, ease, figures, launch };
        baselines::insert(session, held.idea.id, &baseline, actor.user_id())?;
        let idea = ("idea", held.idea.id.get());
        let mut event = actor.event(now, AuditAction::IDEA_SET_BASELINE, idea, &held.idea.name);
        let Baseline { ease, figures, launch, .. } = &baseline;
        event.after = Some(json!({ "ease": ease, "figures": figures, "launch_date": launch }).to_string());
        audit::insert(session, &event)?;
        Analysis::of(session, &actor, &around.forms, held.idea)
    })
    .await
}
