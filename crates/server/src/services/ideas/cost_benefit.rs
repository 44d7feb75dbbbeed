//! The cost-benefit analysis of an automation, and the baseline of its project plan.

use automation_hub_domain::{
    audit::AuditAction,
    cost_benefit::{self, Baseline, FieldValue, Section, Source},
    flow::{CollaboratorRole, Condition},
    idea::Idea,
    permission::Permission,
};
use automation_hub_storage::{Session, audit, baselines, ideas::IdeaKey};
use serde_json::json;

use super::{Held, IdeaChoice, Surroundings, get_visible, parts, require, write};
use crate::{app::App, auth::actor::Actor, error::Error, forms::TenantForms};

const FROZEN: &str = "The baseline of the project plan is set already, and stays as it is for good.";
const EASE: &str = "ease_of_implementation";

const MANAGER: Condition = Condition::Collaborator(CollaboratorRole::ProjectManager);
const VIEW: [Condition; 2] = [Condition::Permission(Permission::ViewCostBenefit), MANAGER];
const EDIT: [Condition; 2] = [Condition::Permission(Permission::EditCostBenefit), MANAGER];

/// An automation with its figures.
#[derive(Clone, Debug)]
pub struct Analysis {
    pub idea: Idea,
    pub is_frozen: bool,
    pub sections: Vec<Section>,
}

impl Analysis {
    fn of(session: &mut Session<'_>, forms: &TenantForms, idea: Idea) -> Result<Self, Error> {
        let baseline = baselines::find(session, idea.id)?;
        let figures = idea.content.figures();
        let figure = |name: &str| figures.get(name).copied();
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
        let sections = cost_benefit::analysis(known, baseline.as_ref());
        Ok(Self { is_frozen: baseline.is_some(), sections, idea })
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
                require(&actor, &path, &parts, &VIEW)?;
            }
            Analysis::of(s, &around.forms, idea)
        })
        .await
}

/// Freezes the project plan as it is, once.
pub async fn set_baseline(app: &App, actor: &Actor, choice: IdeaChoice) -> Result<Analysis, Error> {
    let (actor, now) = (actor.clone(), app.clock.now());
    write(app, actor.tenant_id(), move |session, around| {
        let held = Held::find_for(session, around, &actor, &choice, |_| &EDIT)?;
        let figures = held.idea.content.figures();
        let ease = figures.get(EASE).and_then(|ease| around.forms.label(EASE, *ease)).map(str::to_owned);
        let baseline = Baseline { set_at: now, ease, figures };
        if !baselines::insert(session, held.idea.id, &baseline, actor.user_id())? {
            return Err(Error::Conflict(FROZEN.into()));
        }
        let idea = ("idea", held.idea.id.get());
        let mut event = actor.event(now, AuditAction::IDEA_SET_BASELINE, idea, &held.idea.name);
        event.after = Some(json!({ "ease": baseline.ease, "figures": baseline.figures }).to_string());
        audit::insert(session, &event)?;
        Analysis::of(session, &around.forms, held.idea)
    })
    .await
}
