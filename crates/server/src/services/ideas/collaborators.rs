//! Who works on an automation beside its submitter and owner.

use std::collections::BTreeSet;

use automation_hub_domain::{
    audit::AuditAction,
    collaborator::{AutomationRole, Collaborator, PROCESS_OWNER, SUBMITTER},
    flow::CollaboratorRole,
    id::{CategoryId, RoleId, UserId},
    permission::Permission,
    user::{Email, User},
};
use automation_hub_storage::{Session, audit, collaborators, ideas::IdeaKey, users};
use serde_json::json;

use super::{Held, IdeaChoice, Surroundings, get_visible, given::contradiction, require, write};
use crate::{
    app::App,
    auth::actor::Actor,
    directory::TenantDirectory,
    error::{Error, Violations},
};

/// How a body names somebody.
#[derive(Clone, Debug)]
pub enum PersonKey {
    Email(String),
    Id(UserId),
}

#[derive(Clone, Debug)]
pub enum RoleKey {
    Id(RoleId),
    Slug(String),
}

/// Somebody to add or to remove.
#[derive(Clone, Debug)]
pub struct Named {
    /// The path to it in the body: `collaborators/0`.
    pub at: String,
    /// None where it couldn't be read.
    pub person: Option<PersonKey>,
    /// The id of whoever is named by an address, where it is said too: an entry may be sent back as it was read.
    pub user_id: Option<UserId>,
    /// None stands for all the person has, where somebody is removed; or it couldn't be read.
    pub role: Option<RoleKey>,
    /// What the role that is named by its id is called, where it is said too.
    pub role_slug: Option<String>,
    /// Whether person and role could both be read. Of another one its parts are judged, and not what they mean together.
    pub is_whole: bool,
}

impl Named {
    fn person_field(&self) -> String {
        let name = match self.person {
            Some(PersonKey::Email(_)) | None => "user_email",
            Some(PersonKey::Id(_)) => "user_id",
        };
        format!("{}/{name}", self.at)
    }

    fn role_field(&self) -> String {
        let name = match self.role {
            Some(RoleKey::Slug(_)) => "role_slug",
            Some(RoleKey::Id(_)) | None => "role_id",
        };
        format!("{}/{name}", self.at)
    }
}

/// Somebody with a role in an automation.
#[derive(Clone, Debug)]
pub struct Member {
    pub user: User,
    pub role: AutomationRole,
}

/// The people of an automation the actor may view: its submitter and owner, then those that were added.
pub async fn list_collaborators(app: &App, actor: &Actor, key: &str) -> Result<Vec<Member>, Error> {
    let (shared, actor, key) = (app.clone(), actor.clone(), key.to_owned());
    app.store
        .read(actor.tenant_id(), move |s| {
            let idea = get_visible(&shared, s, &actor, IdeaKey::parse(&key))?;
            let of_idea = [(Some(idea.submitter), SUBMITTER), (idea.owner, PROCESS_OWNER)];
            let of_idea =
                of_idea.into_iter().filter_map(|(user, role)| Some(Collaborator { user: user?, role }));
            let added = collaborators::list(s, idea.id)?;
            let directory = shared.directories.of(s)?;
            let mut members = Vec::with_capacity(added.len() + 2);
            for one in of_idea.chain(added) {
                let role = directory.automation_role(one.role).cloned();
                if let (Some(user), Some(role)) = (users::find(s, one.user)?, role) {
                    members.push(Member { user, role });
                }
            }
            Ok(members)
        })
        .await
}

/// The automation whose people are to change. What is `wrong` with the body by itself is told before that there is none, or
/// none for the actor.
fn held<'s>(
    session: &mut Session<'_>,
    around: &'s Surroundings,
    actor: &Actor,
    choice: &IdeaChoice,
    wrong: &Violations,
) -> Result<Held<'s>, Error> {
    let held = Held::find_for(session, around, actor, choice, |flow| &flow.flow.permissions.edit);
    match held {
        Err(Error::NotFound(_) | Error::Forbidden(_) | Error::Stale) if !wrong.is_empty() => {
            Err(Error::Invalid(wrong.clone()))
        }
        held => held,
    }
}

/// Adds people to an automation the actor may edit: all of them or, if anything is wrong, none. `wrong` is what the caller
/// has found in the input already.
pub async fn add_collaborators(
    app: &App,
    actor: &Actor,
    choice: IdeaChoice,
    named: Vec<Named>,
    wrong: Violations,
) -> Result<(), Error> {
    let (actor, now) = (actor.clone(), app.clock.now());
    write(app, actor.tenant_id(), move |session, around| {
        let held = held(session, around, &actor, &choice, &wrong)?;
        let mut violations = wrong.clone();
        let mut present: BTreeSet<_> = collaborators::list(session, held.idea.id)?.into_iter().collect();
        let mut added = Vec::new();
        for one in &named {
            let user = find_person(session, one, &mut violations)?;
            let role = find_role(&around.directory, one, &mut violations);
            let Some(user) = user else { continue };
            if !user.is_active {
                violations.add(one.person_field(), "This person is deactivated.");
            } else if !sees(session, user.id, &held.path)? {
                violations.add(one.person_field(), "This person doesn't see the category of the automation.");
            } else if let Some(role) = role {
                let new = Collaborator { user: user.id, role: role.id };
                if present.insert(new) {
                    added.push(new);
                } else {
                    violations.add(one.person_field(), "This person has this role already.");
                }
            }
        }
        violations.into_result()?;
        require_for_managers(&actor, &held, &added)?;
        collaborators::add(session, held.idea.id, &added, now)?;
        let idea = ("idea", held.idea.id.get());
        let mut event = actor.event(now, AuditAction::IDEA_ADD_COLLABORATORS, idea, &held.idea.name);
        event.after = Some(recorded(&added));
        Ok(audit::insert(session, &event)?)
    })
    .await
}

/// Takes people off an automation the actor may edit: all of them or, if anything is wrong, none. `wrong` is what the caller
/// has found in the input already.
pub async fn remove_collaborators(
    app: &App,
    actor: &Actor,
    choice: IdeaChoice,
    named: Vec<Named>,
    wrong: Violations,
) -> Result<(), Error> {
    let (actor, now) = (actor.clone(), app.clock.now());
    write(app, actor.tenant_id(), move |session, around| {
        let held = held(session, around, &actor, &choice, &wrong)?;
        let mut violations = wrong.clone();
        let mut present: BTreeSet<_> = collaborators::list(session, held.idea.id)?.into_iter().collect();
        let mut removed = Vec::new();
        for one in &named {
            let user = find_person(session, one, &mut violations)?;
            let role = match one.role {
                None => Some(None),
                Some(_) => find_role(&around.directory, one, &mut violations).map(Some),
            };
            let (Some(user), Some(role), true) = (user, role, one.is_whole) else { continue };
            let is_meant =
                |held: &Collaborator| held.user == user.id && role.is_none_or(|role| held.role == role.id);
            let meant: Vec<_> = present.extract_if(.., |held| is_meant(held)).collect();
            if meant.is_empty() {
                let message = match role {
                    Some(_) => "This person doesn't have this role.",
                    None => "This person is no collaborator.",
                };
                violations.add(one.person_field(), message);
            }
            removed.extend(meant);
        }
        violations.into_result()?;
        require_for_managers(&actor, &held, &removed)?;
        collaborators::remove(session, held.idea.id, &removed, now)?;
        let idea = ("idea", held.idea.id.get());
        let mut event = actor.event(now, AuditAction::IDEA_REMOVE_COLLABORATORS, idea, &held.idea.name);
        event.before = Some(recorded(&removed));
        Ok(audit::insert(session, &event)?)
    })
    .await
}

/// Who manages a project enters its costs and carries it to production, so a part in the automation isn't enough to name
/// them, or to take that from them: it takes what lets a role edit it.
fn require_for_managers(actor: &Actor, held: &Held<'_>, changed: &[Collaborator]) -> Result<(), Error> {
    let manages = |one: &Collaborator| {
        let role = held.around.directory.automation_role(one.role);
        role.and_then(AutomationRole::part) == Some(CollaboratorRole::ProjectManager)
    };
    if changed.iter().any(manages) {
        return require(actor, &held.path, &[], &held.flow()?.flow.permissions.edit);
    }
    Ok(())
}

fn find_person(
    session: &mut Session<'_>,
    named: &Named,
    violations: &mut Violations,
) -> Result<Option<User>, Error> {
    let (found, missing) = match &named.person {
        None => return Ok(None),
        Some(PersonKey::Id(id)) => (users::find(session, *id)?, "There is no such person."),
        Some(PersonKey::Email(text)) => {
            let Some(email) = violations.check(named.person_field(), Email::parse(text)) else {
                return Ok(None);
            };
            (users::find_by_email(session, &email)?, "Nobody has this address.")
        }
    };
    let Some(found) = found else {
        violations.add(named.person_field(), missing);
        return Ok(None);
    };
    if named.user_id.is_some_and(|id| id != found.id) {
        violations.add(format!("{}/user_id", named.at), contradiction("user_email"));
    }
    Ok(Some(found))
}

fn find_role<'d>(
    directory: &'d TenantDirectory,
    named: &Named,
    violations: &mut Violations,
) -> Option<&'d AutomationRole> {
    let mut roles = directory.automation_roles().iter();
    let found = match named.role.as_ref()? {
        RoleKey::Id(id) => roles.find(|role| role.id == *id),
        RoleKey::Slug(text) => roles.find(|role| role.is_called(text)),
    };
    match found {
        None => violations.add(named.role_field(), "There is no such collaborator role."),
        Some(role) if named.role_slug.as_ref().is_some_and(|slug| !role.is_called(slug)) => {
            violations.add(format!("{}/role_slug", named.at), contradiction("role_id"));
        }
        Some(role) if role.is_of_idea() => violations
            .add(named.role_field(), "Who submits and who owns an automation is said by its own answers."),
        Some(role) => return Some(role),
    }
    None
}

/// Whether somebody may view what lies in a category, given with all its ancestors.
fn sees(session: &mut Session<'_>, user: UserId, path: &[CategoryId]) -> Result<bool, Error> {
    Ok(users::access(session, user)?.holds_in(Permission::Explore, path))
}

fn recorded(collaborators: &[Collaborator]) -> String {
    let each = |one: &Collaborator| json!({ "user": one.user.get(), "role": one.role.get() });
    json!({ "collaborators": collaborators.iter().map(each).collect::<Vec<_>>() }).to_string()
}
