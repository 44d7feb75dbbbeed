//! Submitting ideas, whichever form they come in.

use automation_hub_domain::{
    audit::AuditAction,
    flow::Condition,
    id::{CategoryId, FlowId, UserId},
    idea::{NewIdea, SubmissionType},
    questionnaire::{Column, Question, answer::AnswerError},
};
use automation_hub_storage::{
    Session, audit,
    categories::CategoryTree,
    ideas::{self, Inserted},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    change_request::{Request, may_ask, require_part},
    filling::Filling,
    given::{Given, Inputs, contradiction},
    meets, of_name, require, taken,
};
use crate::{
    app::App,
    auth::{actor::Actor, random},
    error::{Denial, Error},
    forms::{TenantFlow, TenantForms},
    wire,
};

/// Which flow a submission goes into.
#[derive(Clone, Copy, Debug)]
pub enum FlowChoice {
    Id(FlowId),
    Kind(SubmissionType),
    /// By its id; the kind is said too.
    IdOfKind(FlowId, SubmissionType),
}

/// Which required questions have to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// All of the submission form.
    Form,
    /// Those of the overview, which comes first in each form, and what no idea of the flow can be without.
    Overview,
}

impl Completeness {
    /// Whether a question of a form has to be answered if it is required, given the place of its questionnaire.
    pub(super) fn asks(self, place: usize, question: &Question) -> bool {
        // A change request without what it changes is none.
        self == Self::Form || place == 0 || question.typed_column() == Some(Column::Parent)
    }
}

#[derive(Clone, Debug)]
pub struct Submission {
    /// Where none is said, the one for change requests if the answers say what to change, else the employee-driven one.
    pub flow: Option<FlowChoice>,
    pub inputs: Inputs,
    pub completeness: Completeness,
    /// Who owns it, where no answer says so.
    pub owner: Option<UserId>,
}

/// What came of a submission.
#[derive(Clone, Debug)]
pub struct Submitted {
    pub idea: Inserted,
    pub uuid: Uuid,
    pub name: String,
}

/// Files an idea where its flow starts, and records who did.
pub async fn submit(app: &App, actor: &Actor, submission: Submission) -> Result<Submitted, Error> {
    let now = app.clock.now();
    let uuid = random::uuid(app.random.as_ref())?;
    let actor = actor.clone();
    super::write(app, actor.tenant_id(), move |session, around| {
        let (forms, tree) = (&*around.forms, around.directory.tree());
        let unsaid = || FlowChoice::Kind(kind_of(forms, &submission.inputs));
        let flow = find_flow(forms, submission.flow.unwrap_or_else(unsaid))?;
        let answers = submission.inputs.answers(flow);
        let basis = require_permission(&actor, tree, flow, &answers)?;
        let mut filling = Filling::new(&actor, flow, tree, now);
        filling.take(session, &answers)?;
        if let Some(owner) = submission.owner {
            filling.take_owner(session, owner)?;
        }
        let form = forms.named(&flow.flow.form);
        filling.complete(form, submission.completeness, submission.inputs.style());
        // Only now: where the form wants the submitter named, whoever sends it doesn't stand in for one.
        filling.draft.submitter = filling.draft.submitter.or(actor.user_id());
        let new = new_idea(filling, flow, forms, uuid)?;
        if basis == Basis::Part {
            let request = Request { parent: new.content.parent, path: &tree.path_ids(new.category) };
            require_part(session, &actor, flow, &request, &answers)?;
        }
        let inserted = insert(session, &actor, &new, forms);
        let idea = inserted.map_err(|error| of_name(error, flow, &answers))?;
        Ok(Submitted { idea, uuid, name: new.name.as_str().to_owned() })
    })
    .await
}

/// Nothing but a change request is about another automation.
fn kind_of(forms: &TenantForms, inputs: &Inputs) -> SubmissionType {
    let is_about_another = forms.flow_of(SubmissionType::ChangeRequest).is_some_and(|flow| {
        let parent = flow.question_of(Column::Parent);
        parent.is_some_and(|question| inputs.answers(flow).iter().any(|given| given.code == question.code))
    });
    if is_about_another { SubmissionType::ChangeRequest } else { SubmissionType::EmployeeDriven }
}

pub(super) fn find_flow(forms: &TenantForms, choice: FlowChoice) -> Result<&TenantFlow, Error> {
    let found = match choice {
        FlowChoice::Id(id) | FlowChoice::IdOfKind(id, _) => forms.flow(id),
        FlowChoice::Kind(kind) => forms.flow_of(kind),
    };
    let found = found.ok_or_else(|| Error::invalid("idea_flow_id", "There is no such idea flow."))?;
    match choice {
        FlowChoice::IdOfKind(_, kind) if kind != found.kind => {
            Err(Error::invalid("process_submission_type", contradiction("idea_flow_id")))
        }
        _ => Ok(found),
    }
}

/// What lets somebody submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Basis {
    Role,
    /// Their part in what a change request is about, if they have one: that is seen once it is known what it is about.
    Part,
}

/// A tenant-level token may submit for whoever it names; a person only where a role of theirs allows it, or their part in
/// what a change request is about. Whoever can't have either learns no more about the input.
fn require_permission(
    actor: &Actor,
    tree: &CategoryTree,
    flow: &TenantFlow,
    answers: &[Given],
) -> Result<Basis, Error> {
    let given = |column| {
        let code = &flow.question_of(column)?.code;
        answers.iter().find(|given| given.code == *code)?.value.as_ref()
    };
    if actor.user.is_none() {
        let is_named = given(Column::Submitter).is_some_and(|value| match value {
            Value::String(address) => !address.trim().is_empty(),
            other => !other.is_null(),
        });
        return if is_named { Ok(Basis::Role) } else { Err(Error::Forbidden(Denial::SubmitterNeeded)) };
    }
    let conditions = &flow.flow.permissions.submit;
    let category = given(Column::Category).and_then(Value::as_i64).map(CategoryId::new);
    let path = category.filter(|&id| tree.find(id).is_some()).map(|category| tree.path_ids(category));
    let is_permitted = match &path {
        Some(path) => meets(actor, path, &[], conditions.iter().copied()),
        None => may_submit(actor, flow),
    };
    if is_permitted {
        return Ok(Basis::Role);
    }
    if may_ask(actor, flow, path.as_deref()) {
        return Ok(Basis::Part);
    }
    require(actor, &path.unwrap_or_default(), &[], conditions).map(|()| Basis::Role)
}

/// Whether a role lets somebody submit into a flow, in whichever category. A tenant-level token stands for anybody.
pub(crate) fn may_submit(actor: &Actor, flow: &TenantFlow) -> bool {
    let Some(user) = &actor.user else { return true };
    let mut conditions = flow.flow.permissions.submit.iter();
    conditions.any(
        |condition| matches!(condition, Condition::Permission(permission) if user.access.holds(*permission)),
    )
}

/// Fails with all that is wrong, or with what no idea can be without.
fn new_idea(
    mut filling: Filling<'_>,
    flow: &TenantFlow,
    forms: &TenantForms,
    uuid: Uuid,
) -> Result<NewIdea, Error> {
    let draft = filling.draft;
    let (Some(name), Some(category)) = (draft.name, draft.category) else {
        if filling.violations.is_empty() {
            filling.violations.add("process_name", AnswerError::Missing.to_string());
        }
        return Err(Error::Invalid(filling.violations));
    };
    filling.violations.into_result()?;
    let (phase, status) = flow.start().ok_or_else(|| Error::internal("a flow without its start"))?;
    let mut content = draft.content;
    forms.work_out(flow.kind, &mut content, None);
    Ok(NewIdea {
        uuid,
        name,
        category,
        submission_type: flow.kind,
        phase: phase.id,
        status: status.id,
        submitter: draft.submitter.ok_or(Error::Forbidden(Denial::SubmitterNeeded))?,
        owner: draft.owner,
        content,
        votes: 0,
        created_at: filling.now,
        updated_at: filling.now,
    })
}

fn insert(
    session: &mut Session<'_>,
    actor: &Actor,
    new: &NewIdea,
    forms: &TenantForms,
) -> Result<Inserted, Error> {
    let idea = ideas::insert(session, new, &wire::own_members(new, forms)).map_err(taken)?;
    let mut event =
        actor.event(new.created_at, AuditAction::IDEA_CREATE, ("idea", idea.id.get()), new.name.as_str());
    let after = serde_json::json!({
        "name": new.name.as_str(),
        "category": new.category.get(),
        "submission_type": new.submission_type.code(),
        "status": new.status.get(),
        "submitter": new.submitter.get(),
        "owner": new.owner.map(UserId::get),
    });
    event.after = Some(after.to_string());
    audit::insert(session, &event)?;
    Ok(idea)
}
