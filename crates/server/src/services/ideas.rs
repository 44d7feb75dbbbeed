//! Submitting ideas.

use automation_hub_domain::{
    id::{CategoryId, PhaseId, StatusId, UserId},
    idea::{HighLevelAssessment, IdeaContent, IdeaName, NewIdea, SubmissionType},
    lifecycle::IDEA_AWAITING_REVIEW,
    permission::Permission,
    user::{Email, User},
};
use automation_hub_storage::{
    Constraint, Session, StorageError, audit,
    categories::CategoryTree,
    ideas::{self, Inserted},
    users,
};
use uuid::Uuid;

use crate::{
    api::automations::record,
    app::App,
    auth::actor::{Actor, Via},
    directory::TenantDirectory,
    error::{Denial, Error, Violations},
};

/// An employee-driven idea as somebody hands it in. Its parts are well-formed; whether they fit what is there is
/// for [`submit_idea`] to say.
#[derive(Clone, Debug)]
pub struct NewSubmission {
    pub name: IdeaName,
    pub description: String,
    pub category: CategoryId,
    pub assessment: HighLevelAssessment,
    /// Who hands it in; the actor if nobody is named.
    pub submitter: Option<Email>,
    pub owner: Option<Email>,
}

/// What came of a submission.
#[derive(Clone, Debug)]
pub struct Submitted {
    pub idea: Inserted,
    pub uuid: Uuid,
    pub name: String,
}

/// Files an idea in Idea, Awaiting Review, and records who did.
pub async fn submit_idea(app: &App, actor: &Actor, submission: NewSubmission) -> Result<Submitted, Error> {
    if actor.user.is_none() && submission.submitter.is_none() {
        return Err(Error::Forbidden(Denial::SubmitterNeeded));
    }
    let now = app.clock.now();
    let uuid = Uuid::new_v4();
    let (actor, shared) = (actor.clone(), app.clone());
    let tenant = actor.tenant_id();
    let (submitted, is_known) = app
        .store
        .write(tenant, move |session| {
            let (directory, is_known) = shared.directories.of_writer(session)?;
            let filing = Filing::check(session, &directory, &actor, &submission)?;
            let new = NewIdea {
                uuid,
                name: submission.name.clone(),
                category: submission.category,
                submission_type: SubmissionType::EmployeeDriven,
                phase: filing.phase,
                status: filing.status,
                submitter: filing.submitter,
                owner: filing.owner,
                content: IdeaContent {
                    description: submission.description.clone(),
                    assessment: Some(submission.assessment),
                    ..IdeaContent::default()
                },
                votes: 0,
                created_at: now,
                updated_at: now,
            };
            let idea = ideas::insert(session, &new, &record::own_members(&new)).map_err(taken)?;
            let name = new.name.as_str();
            let mut event = actor.event(now, "idea.create", ("idea", idea.id.get()), name);
            event.after = Some(after(&new));
            audit::insert(session, &event)?;
            Ok::<_, Error>((Submitted { idea, uuid, name: name.to_owned() }, is_known))
        })
        .await?;
    if !is_known {
        let shared = app.clone();
        let learned =
            app.store.read(tenant, move |s| shared.directories.of(s).map(drop).map_err(Error::from)).await;
        if let Err(error) = learned {
            // The idea is filed all the same; the next one takes longer.
            tracing::warn!(error = &error as &dyn std::error::Error, "the catalogue could not be read");
        }
    }
    Ok(submitted)
}

fn taken(error: StorageError) -> Error {
    match error {
        StorageError::Conflict(Constraint::IdeaName) => {
            Error::Conflict("An idea with this name already exists.".into())
        }
        other => other.into(),
    }
}

fn after(new: &NewIdea) -> String {
    serde_json::json!({
        "name": new.name.as_str(),
        "category": new.category.get(),
        "status": new.status.get(),
        "submitter": new.submitter.get(),
        "owner": new.owner.map(UserId::get),
    })
    .to_string()
}

/// What a submission refers to. Where a part is missing or malformed, the others can still be looked at.
#[derive(Clone, Debug, Default)]
pub struct References {
    pub category: Option<CategoryId>,
    pub submitter: Option<Email>,
    pub owner: Option<Email>,
}

/// What is wrong with the references of a submission that is refused for other reasons already.
pub async fn find_violations(
    app: &App,
    actor: &Actor,
    references: References,
    mut known: Violations,
) -> Result<Violations, Error> {
    let (actor, shared) = (actor.clone(), app.clone());
    app.store
        .read(actor.tenant_id(), move |session| {
            let directory = shared.directories.of(session)?;
            Found::look_up(session, &directory, &actor, &references, &mut known)?;
            Ok(std::mem::take(&mut known))
        })
        .await
}

/// The people that references lead to.
struct Found {
    submitter: Option<User>,
    owner: Option<User>,
}

impl Found {
    fn look_up(
        session: &mut Session<'_>,
        directory: &TenantDirectory,
        actor: &Actor,
        references: &References,
        violations: &mut Violations,
    ) -> Result<Self, Error> {
        let tree = directory.tree();
        // Whoever may not file here learns no more about the input.
        require_permission(actor, tree, references.category)?;
        if references.category.is_some_and(|id| !tree.is_open(id)) {
            violations.add("category_id", "Invalid Category Id.");
        }
        let submitter = person(session, references.submitter.as_ref(), "submitter", violations)?;
        let owner = person(session, references.owner.as_ref(), "owner", violations)?;
        if submitter.as_ref().is_some_and(|user| !user.is_active) {
            violations.add("submitter", "The submitter is deactivated.");
        }
        Ok(Self { submitter, owner })
    }
}

/// Where an idea goes and whose it is, once all of that is known to be allowed.
struct Filing {
    phase: PhaseId,
    status: StatusId,
    submitter: UserId,
    owner: Option<UserId>,
}

impl Filing {
    fn check(
        session: &mut Session<'_>,
        directory: &TenantDirectory,
        actor: &Actor,
        new: &NewSubmission,
    ) -> Result<Self, Error> {
        let references = References {
            category: Some(new.category),
            submitter: new.submitter.clone(),
            owner: new.owner.clone(),
        };
        let mut violations = Violations::default();
        let found = Found::look_up(session, directory, actor, &references, &mut violations)?;
        violations.into_result()?;
        let submitter = found.submitter.map(|user| user.id).or_else(|| actor.user_id());
        let status = IDEA_AWAITING_REVIEW;
        Ok(Self {
            phase: directory.phase_of(status).ok_or(Error::NotFound("status"))?,
            status,
            submitter: submitter.ok_or(Error::Forbidden(Denial::SubmitterNeeded))?,
            owner: found.owner.map(|user| user.id),
        })
    }
}

/// A tenant-level token may submit for whoever it names; a person only where a role of theirs allows it.
fn require_permission(actor: &Actor, tree: &CategoryTree, category: Option<CategoryId>) -> Result<(), Error> {
    if actor.user.is_none() && matches!(actor.via, Via::Token(_) | Via::Operator) {
        return Ok(());
    }
    match category.filter(|&id| tree.find(id).is_some()) {
        Some(category) => actor.require_in(Permission::SubmitEmployeeIdea, &tree.path_ids(category)),
        None => actor.require(Permission::SubmitEmployeeIdea),
    }
}

fn person(
    session: &mut Session<'_>,
    email: Option<&Email>,
    field: &'static str,
    violations: &mut Violations,
) -> Result<Option<User>, Error> {
    let Some(email) = email else { return Ok(None) };
    let user = users::find_by_email(session, email)?;
    if user.is_none() {
        violations.add(field, format!("Cannot identify {field} by email"));
    }
    Ok(user)
}
