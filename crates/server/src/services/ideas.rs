//! Ideas: submitting, answering, moving, filing, deleting. Each use case checks, writes and records in one
//! transaction.

mod access;
mod change_request;
mod choice;
mod collaborators;
mod cost_benefit;
mod costs;
mod difference;
mod filling;
mod flow;
mod given;
mod manage;
mod new_applications;
mod submit;
mod tags;

use std::sync::Arc;

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    collaborator::AutomationRole,
    flow::{CollaboratorRole, Condition},
    id::{CategoryId, TenantId, UserId},
    idea::Idea,
    permission::Permission,
    questionnaire::Column,
};
use automation_hub_storage::{
    Constraint, Session, StorageError, audit,
    categories::CategoryTree,
    ideas::{self, IdeaKey},
    tenants,
};

use crate::{
    app::App,
    auth::actor::Actor,
    directory::TenantDirectory,
    error::{Denial, Error},
    forms::{FormVersions, TenantFlow, TenantForms},
    wire,
};

pub use access::require_editable;
pub(crate) use access::{get_editable, get_visible};
pub use choice::{Expected, IdeaChoice, RecordVersion};
pub use collaborators::{
    Member, Named, PersonKey, RoleKey, add_collaborators, list_collaborators, remove_collaborators,
};
pub use cost_benefit::{Analysis, EDIT_COST_BENEFIT, VIEW_COST_BENEFIT, cost_benefit, set_baseline};
pub(crate) use costs::put_plan;
pub use costs::{Entered, enter_costs};
pub use filling::{INVALID_CATEGORY, MISSING_SELECTION};
pub use flow::{NewPlace, change_flow};
pub use given::{Given, Inputs, contradiction};
pub use manage::{Target, answer, delete, file_under, move_to};
pub use new_applications::UNKNOWN_IDS;
pub(crate) use submit::may_submit;
pub use submit::{Completeness, FlowChoice, Submission, Submitted, submit};
pub use tags::set_tags;

/// What an idea is called where it isn't found.
const AUTOMATION: &str = "automation";

fn taken(error: StorageError) -> Error {
    match error {
        StorageError::Conflict(Constraint::IdeaName) => {
            Error::Conflict("An idea with this name already exists.".into())
        }
        other => other.into(),
    }
}

/// A conflict that an answer caused, said of that answer: nothing but the name can be taken.
fn of_name(error: Error, flow: &TenantFlow, answers: &[Given]) -> Error {
    let code = flow.question_of(Column::Name).map(|question| &question.code);
    let named = answers.iter().find(|given| Some(&given.code) == code);
    match (&error, named) {
        (Error::Conflict(_), Some(given)) => {
            error.of_field_at((given.field.clone().into(), Some(given.pointer())))
        }
        _ => error,
    }
}

/// Whether one of the conditions holds for an actor, given the categories an idea lies in and what they are to it.
fn meets(
    actor: &Actor,
    path: &[CategoryId],
    parts: &[CollaboratorRole],
    conditions: impl IntoIterator<Item = Condition>,
) -> bool {
    conditions.into_iter().any(|condition| match condition {
        Condition::Permission(permission) => {
            actor.user.as_ref().is_some_and(|user| user.access.holds_in(permission, path))
        }
        Condition::Collaborator(role) => parts.contains(&role),
    })
}

/// As [`meets`], refusing whoever doesn't. What is missing is named by the first permission that would do.
fn require(
    actor: &Actor,
    path: &[CategoryId],
    parts: &[CollaboratorRole],
    conditions: &[Condition],
) -> Result<(), Error> {
    if meets(actor, path, parts, conditions.iter().copied()) {
        return Ok(());
    }
    let missing = conditions.iter().find_map(|condition| match condition {
        Condition::Permission(permission) => Some(*permission),
        Condition::Collaborator(_) => None,
    });
    Err(Error::Forbidden(Denial::Permission(missing.unwrap_or(Permission::EditAnyIdea))))
}

/// What somebody is to an idea, as far as flows know of it.
fn parts(
    session: &mut Session<'_>,
    user: Option<UserId>,
    idea: &Idea,
) -> Result<Vec<CollaboratorRole>, StorageError> {
    let Some(user) = user else { return Ok(Vec::new()) };
    let submits = (idea.submitter == user).then_some(CollaboratorRole::Submitter);
    let owns = (idea.owner == Some(user)).then_some(CollaboratorRole::ProcessOwner);
    let added = automation_hub_storage::collaborators::roles_of(session, idea.id, user)?;
    let added = added.iter().filter_map(AutomationRole::part);
    Ok(submits.into_iter().chain(owns).chain(added).collect())
}

/// What a tenant's submissions and changes are judged by, as the writing session sees it.
struct Surroundings {
    directory: TenantDirectory,
    forms: Arc<TenantForms>,
    is_known: bool,
}

impl Surroundings {
    fn read(app: &App, session: &mut Session<'_>) -> Result<Self, Error> {
        if let Some(last) = Self::last(app, session.tenant())
            && tenants::has_versions(session, last.directory.versions(), last.forms.versions().forms)?
        {
            return Ok(last);
        }
        let (versions, forms) = tenants::all_versions(session)?;
        let (directory, knows_names) = app.directories.of_writer(session, versions)?;
        let versions = FormVersions { catalogue: versions.catalogue, forms };
        let (forms, knows_forms) = app.forms.of_writer(session, versions)?;
        Ok(Self { directory, forms, is_known: knows_names && knows_forms })
    }

    /// As they were last seen, which holds nearly always.
    fn last(app: &App, tenant: TenantId) -> Option<Self> {
        let directory = app.directories.last(tenant)?;
        let forms = app.forms.last(tenant)?;
        let is_of_one_moment = forms.versions().catalogue == directory.versions().catalogue;
        is_of_one_moment.then_some(Self { directory, forms, is_known: true })
    }
}

/// Does something in one transaction. What had to be read for it is kept for the next once it is certain.
async fn write<T: Send + 'static>(
    app: &App,
    tenant: TenantId,
    mut work: impl FnMut(&mut Session<'_>, &Surroundings) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let shared = app.clone();
    let (done, is_known) = app
        .store
        .write(tenant, move |session| {
            let around = Surroundings::read(&shared, session)?;
            Ok::<_, Error>((work(session, &around)?, around.is_known))
        })
        .await?;
    if !is_known {
        learn(app, tenant).await;
    }
    Ok(done)
}

async fn learn(app: &App, tenant: TenantId) {
    let shared = app.clone();
    let read = move |s: &mut Session<'_>| -> Result<(), Error> {
        shared.directories.of(s)?;
        shared.forms.of(s)?;
        Ok(())
    };
    if let Err(error) = app.store.read(tenant, read).await {
        // What was to be done is done all the same; the next one takes longer.
        tracing::warn!(error = &error as &dyn std::error::Error, "the catalogue could not be read");
    }
}

/// An idea held for a change, and what the change is judged by.
struct Held<'s> {
    idea: Idea,
    around: &'s Surroundings,
    path: Vec<CategoryId>,
    parts: Vec<CollaboratorRole>,
}

impl<'s> Held<'s> {
    /// Fails where there is no such idea, or where the actor doesn't see it.
    fn find(
        session: &mut Session<'_>,
        around: &'s Surroundings,
        actor: &Actor,
        choice: &IdeaChoice,
    ) -> Result<Self, Error> {
        let key = IdeaKey::parse(&choice.key);
        let idea = ideas::find_to_change(session, key)?.ok_or(Error::NotFound(AUTOMATION))?;
        let path = around.directory.tree().path_ids(idea.category);
        let parts = parts(session, actor.user_id(), &idea)?;
        actor.require_in(Permission::Explore, &path)?;
        Ok(Self { idea, around, path, parts })
    }

    fn tree(&self) -> &'s CategoryTree {
        self.around.directory.tree()
    }

    fn flow(&self) -> Result<&'s TenantFlow, Error> {
        self.around.forms.flow_of(self.idea.submission_type).ok_or(Error::NotFound("idea flow"))
    }

    fn require(&self, actor: &Actor, conditions: &[Condition]) -> Result<(), Error> {
        require(actor, &self.path, &self.parts, conditions)
    }

    /// As [`Held::find`] for who meets one of some conditions, and knows the idea as it is.
    fn find_for(
        session: &mut Session<'_>,
        around: &'s Surroundings,
        actor: &Actor,
        choice: &IdeaChoice,
        conditions: impl FnOnce(&TenantFlow) -> &[Condition],
    ) -> Result<Self, Error> {
        let held = Self::find(session, around, actor, choice)?;
        held.require(actor, conditions(held.flow()?))?;
        choice.expected.require(&held.idea)?;
        Ok(held)
    }

    /// Writes what became of the idea, with its event. Nothing is written where nothing changed.
    fn write(
        &self,
        session: &mut Session<'_>,
        (actor, action): (&Actor, AuditAction),
        after: &Idea,
    ) -> Result<(), Error> {
        match difference::of(&self.idea, after) {
            Some(change) => self.record(session, (actor, action), after, change),
            None => Ok(()),
        }
    }

    /// Writes what became of the idea, and what changed by that as an event.
    fn record(
        &self,
        session: &mut Session<'_>,
        (actor, action): (&Actor, AuditAction),
        after: &Idea,
        (before_change, after_change): (String, String),
    ) -> Result<(), Error> {
        let wire = wire::own_members(after, &self.around.forms);
        ideas::update(session, &self.idea, after, &wire).map_err(taken)?;
        let mut event = actor.event(after.updated_at, action, ("idea", after.id.get()), &after.name);
        event.before = Some(before_change);
        event.after = Some(after_change);
        audit::insert(session, &event)?;
        Ok(())
    }
}

/// The same idea, changed at an instant.
fn touched(idea: &Idea, at: Timestamp) -> Idea {
    Idea { updated_at: at, ..idea.clone() }
}
