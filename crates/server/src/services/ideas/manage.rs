//! What becomes of an idea after its submission: other answers, another status or category, its end.

use automation_hub_domain::{
    audit::AuditAction,
    flow::{Condition, Place},
    id::{CategoryId, StatusId},
    idea::Idea,
    lifecycle::{Phase, Status, is_key},
    permission::Permission,
    questionnaire::Column,
};
use automation_hub_storage::{Session, audit, ideas};

use super::{
    Held, IdeaChoice,
    change_request::{Request, require_part},
    filling::{Filling, INVALID_CATEGORY},
    given::Given,
    meets, of_name, require, touched, write,
};
use crate::{
    app::App,
    auth::actor::Actor,
    error::{Denial, Error},
    forms::TenantFlow,
};

/// Most characters of the comment on a deletion.
const COMMENT_LIMIT: usize = 3000;

/// Changes the answers given, and none but those.
pub async fn answer(app: &App, actor: &Actor, choice: IdeaChoice, answers: Vec<Given>) -> Result<(), Error> {
    let now = app.clock.now();
    let actor = actor.clone();
    write(app, actor.tenant_id(), move |session, around| {
        let held = Held::find_for(session, around, &actor, &choice, |flow| &flow.flow.permissions.edit)?;
        let flow = held.flow()?;
        let mut filling = Filling::of(&held.idea, &actor, flow, held.tree(), now);
        filling.take(session, &answers)?;
        filling.still_complete(&answers);
        let Filling { draft, violations, changed, .. } = filling;
        violations.into_result()?;
        let before = &held.idea;
        let mut after = touched(before, now);
        after.name = draft.name.map_or_else(|| before.name.clone(), |name| name.as_str().to_owned());
        after.category = draft.category.unwrap_or(before.category);
        after.submitter = draft.submitter.unwrap_or(before.submitter);
        after.owner = draft.owner;
        after.content = draft.content;
        held.around.forms.work_out(before.submission_type, &mut after.content, Some(&changed));
        require_submittable(session, &actor, &held, &after, &answers)?;
        let written = held.write(session, (&actor, AuditAction::IDEA_ANSWER), &after);
        written.map_err(|error| of_name(error, flow, &answers))
    })
    .await
}

/// Nobody files an idea where they don't see it. What is filed elsewhere now, or is about another automation, has to be what
/// its editor could have submitted so: by a role or, as a change request, by a part in what is to be changed now. Whoever
/// edits it by a role may do so anyway.
fn require_submittable(
    session: &mut Session<'_>,
    actor: &Actor,
    held: &Held<'_>,
    after: &Idea,
    answers: &[Given],
) -> Result<(), Error> {
    let (before, parent) = (&held.idea, after.content.parent);
    if after.category == before.category && parent == before.content.parent {
        return Ok(());
    }
    let path = held.tree().path_ids(after.category);
    actor.require_in(Permission::Explore, &path)?;
    let flow = held.flow()?;
    let permissions = &flow.flow.permissions;
    let by_role =
        |path: &[CategoryId], conditions: &[Condition]| meets(actor, path, &[], conditions.iter().copied());
    if by_role(&held.path, &permissions.edit) || by_role(&path, &permissions.submit) {
        return Ok(());
    }
    if flow.question_of(Column::Parent).is_none() {
        return require(actor, &path, &[], &permissions.submit);
    }
    require_part(session, actor, flow, &Request { parent, path: &path }, answers)
}

/// Files an idea under another category.
pub async fn file_under(
    app: &App,
    actor: &Actor,
    choice: IdeaChoice,
    category: CategoryId,
) -> Result<(), Error> {
    let now = app.clock.now();
    let actor = actor.clone();
    write(app, actor.tenant_id(), move |session, around| {
        let held = Held::find_for(session, around, &actor, &choice, |flow| &flow.flow.permissions.edit)?;
        if !held.tree().is_open(category) {
            return Err(Error::invalid("category_id", INVALID_CATEGORY));
        }
        let after = Idea { category, ..touched(&held.idea, now) };
        require_submittable(session, &actor, &held, &after, &[])?;
        held.write(session, (&actor, AuditAction::IDEA_FILE), &after)
    })
    .await
}

/// Where an idea is to go.
#[derive(Clone, Debug)]
pub enum Target {
    /// By its id. Where its variables are given too, they have to be those of the same status.
    Status {
        id: StatusId,
        phase: Option<String>,
        status: Option<String>,
    },
    Variables {
        phase: String,
        status: String,
    },
}

const OTHER_PLACE: &str = "This isn't where phase_status_id leads. Name one place, or send one of the two.";

impl Target {
    /// The member that says where to.
    const fn field(&self) -> &'static str {
        match self {
            Self::Variables { .. } => "status_variable",
            Self::Status { .. } => "phase_status_id",
        }
    }

    fn find<'f>(&self, flow: &'f TenantFlow) -> Result<(&'f Phase, &'f Status), Error> {
        let unknown = || Error::invalid(self.field(), "The idea's flow has no such status.");
        match self {
            Self::Variables { phase, status } => flow.find_by_keys(phase, status).ok_or_else(unknown),
            Self::Status { id, phase, status } => {
                let found = flow.find(*id).ok_or_else(unknown)?;
                require_same(flow, found, phase.as_deref(), status.as_deref())?;
                Ok(found)
            }
        }
    }
}

/// Of two places in one body nobody can tell which one is meant.
fn require_same(
    flow: &TenantFlow,
    (in_phase, found): (&Phase, &Status),
    phase: Option<&str>,
    status: Option<&str>,
) -> Result<(), Error> {
    if phase.is_some_and(|phase| !is_key(&in_phase.key, phase)) {
        return Err(Error::invalid("phase_variable", OTHER_PLACE));
    }
    let leads_there =
        |status| flow.find_by_keys(&in_phase.key, status).is_some_and(|(_, of)| of.id == found.id);
    if status.is_none_or(leads_there) { Ok(()) } else { Err(Error::invalid("status_variable", OTHER_PLACE)) }
}

/// Moves an idea to a status of its flow: along a transition, or by force where that is permitted.
pub async fn move_to(app: &App, actor: &Actor, choice: IdeaChoice, target: Target) -> Result<(), Error> {
    let now = app.clock.now();
    let actor = actor.clone();
    write(app, actor.tenant_id(), move |session, around| {
        let held = Held::find(session, around, &actor, &choice)?;
        let flow = held.flow()?;
        may_move_at_all(&actor, &held, flow)?;
        // Whether it may go there depends on where it is: that it is there comes first.
        choice.expected.require(&held.idea)?;
        let (phase, status) = target.find(flow)?;
        require_way(&actor, &held, flow, (phase, status))?;
        require_owner(&actor, &held, flow, (phase, status), target.field())?;
        let after = Idea { phase: phase.id, status: status.id, ..touched(&held.idea, now) };
        held.write(session, (&actor, AuditAction::IDEA_MOVE), &after)
    })
    .await
}

/// Whoever may not move the idea anywhere learns nothing of where it could go.
fn may_move_at_all(actor: &Actor, held: &Held<'_>, flow: &TenantFlow) -> Result<(), Error> {
    let all = flow.phases.iter().flat_map(|of| of.statuses.iter().map(move |status| (&of.phase, status)));
    let mut outcomes = all.map(|place| require_way(actor, held, flow, place));
    match outcomes.find(Result::is_ok) {
        Some(_) => Ok(()),
        None => Err(Error::Forbidden(Denial::Permission(Permission::UpdatePhaseAndStatus))),
    }
}

fn require_way(
    actor: &Actor,
    held: &Held<'_>,
    flow: &TenantFlow,
    to: (&Phase, &Status),
) -> Result<(), Error> {
    let from = flow.find(held.idea.status);
    let along = from.is_some_and(|from| {
        meets(actor, &held.path, &held.parts, flow.flow.conditions(place_of(from), place_of(to)))
    });
    if along { Ok(()) } else { held.require(actor, &flow.flow.permissions.force) }
}

fn place_of<'k>((phase, status): (&'k Phase, &'k Status)) -> Place<'k> {
    Place { phase: &phase.key, status: &status.key }
}

/// Where a flow asks for a process owner, only force does without one. Is told at the member that says where to.
pub(super) fn require_owner(
    actor: &Actor,
    held: &Held<'_>,
    flow: &TenantFlow,
    to: (&Phase, &Status),
    field: &'static str,
) -> Result<(), Error> {
    let is_by_force = || held.require(actor, &flow.flow.permissions.force).is_ok();
    if held.idea.owner.is_some() || !flow.flow.needs_owner_in(place_of(to)) || is_by_force() {
        return Ok(());
    }
    Err(Error::invalid(field, "A process owner has to be named first."))
}

/// Hides an idea for good and frees its name.
pub async fn delete(
    app: &App,
    actor: &Actor,
    choice: IdeaChoice,
    comment: Option<String>,
) -> Result<Idea, Error> {
    let length = comment.as_deref().unwrap_or_default().chars().count();
    if length > COMMENT_LIMIT {
        let message = format!("At most {COMMENT_LIMIT} characters; this has {length}.");
        return Err(Error::invalid("comment", message));
    }
    let now = app.clock.now();
    let actor = actor.clone();
    write(app, actor.tenant_id(), move |session, around| {
        let held = Held::find_for(session, around, &actor, &choice, |flow| &flow.flow.permissions.delete)?;
        ideas::delete(session, &held.idea, now)?;
        let name = &held.idea.name;
        let mut event = actor.event(now, AuditAction::IDEA_DELETE, ("idea", held.idea.id.get()), name);
        event.before = Some(serde_json::json!({"name": name, "status": held.idea.status.get()}).to_string());
        event.after = comment.as_ref().map(|comment| serde_json::json!({"comment": comment}).to_string());
        audit::insert(session, &event)?;
        Ok(held.idea)
    })
    .await
}
