//! Change requests: whoever has a part in an automation may ask for a change of it, where that automation is filed.

use automation_hub_domain::{
    flow::Condition,
    id::{CategoryId, IdeaId},
    permission::Permission,
    questionnaire::Column,
};
use automation_hub_storage::{
    Session,
    ideas::{self, IdeaKey},
};

use super::{given::Given, parts, require};
use crate::{
    auth::actor::Actor,
    error::{Error, Violations},
    forms::TenantFlow,
};

const FILED_ELSEWHERE: &str = "Without the permission to submit change requests here, one is filed where the automation to be changed is, or below.";

/// What somebody asks to change, and where the request is filed: in a category with this path.
pub(super) struct Request<'r> {
    pub(super) parent: Option<IdeaId>,
    pub(super) path: &'r [CategoryId],
}

/// Whether a part in some automation could let somebody submit, in a category with this path or in whichever.
pub(super) fn may_ask(actor: &Actor, flow: &TenantFlow, path: Option<&[CategoryId]>) -> bool {
    let Some(user) = &actor.user else { return false };
    let is_seen = path.map_or_else(
        || user.access.holds(Permission::Explore),
        |path| user.access.holds_in(Permission::Explore, path),
    );
    let mut conditions = flow.flow.permissions.submit.iter();
    is_seen && conditions.any(|condition| matches!(condition, Condition::Collaborator(_)))
}

/// Fails unless somebody's part in what is to be changed lets them submit, where it is filed or below.
pub(super) fn require_part(
    session: &mut Session<'_>,
    actor: &Actor,
    flow: &TenantFlow,
    request: &Request<'_>,
    answers: &[Given],
) -> Result<(), Error> {
    let parent = match request.parent {
        Some(id) => ideas::find(session, IdeaKey::Id(id))?,
        None => None,
    };
    let parts = match &parent {
        Some(parent) => parts(session, actor.user_id(), parent)?,
        None => Vec::new(),
    };
    require(actor, request.path, &parts, &flow.flow.permissions.submit)?;
    if parent.is_some_and(|parent| request.path.contains(&parent.category)) {
        return Ok(());
    }
    let mut violations = Violations::default();
    violations.add_at(place(flow, answers), FILED_ELSEWHERE);
    violations.into_result()
}

/// The answer that says where a request is filed, or else the one that says what it is about.
fn place(flow: &TenantFlow, answers: &[Given]) -> (String, Option<String>) {
    let given = |column| {
        let code = &flow.question_of(column)?.code;
        answers.iter().find(|given| given.code == *code)
    };
    match given(Column::Category).or_else(|| given(Column::Parent)) {
        Some(given) => (given.field.clone(), Some(given.pointer())),
        None => ("category_id".to_owned(), None),
    }
}
