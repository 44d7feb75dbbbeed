//! People of a tenant: adding, inviting, switching off and on, roles, and their own passwords.

use automation_hub_domain::{
    clock::Timestamp,
    id::{CategoryId, RoleId, UserId},
    permission::Permission,
    role::{ACCOUNT_OWNER, STANDARD_USER, SYSTEM_ADMIN},
    tenant::Tenant,
    text,
    user::{Email, InviteStatus, NewUser, Profile, RoleAssignment, User},
};
use automation_hub_storage::{
    Constraint, Session, StorageError, audit, categories,
    links::{self, LinkPurpose},
    roles, sessions, users,
};
use serde_json::json;

use crate::{
    app::App,
    auth::{
        actor::Actor,
        password::{Password, PasswordError},
        secret::Secret,
    },
    error::{Denial, Error, Violations},
    services::sign_in::{Client, check_own_password, insert_session, own_event},
};

/// Somebody to be added, as typed.
#[derive(Clone, Debug, Default)]
pub struct PersonInput {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub job_title: String,
    pub department: String,
    pub business_unit: String,
    pub location: String,
    pub roles: Vec<RoleAssignment>,
}

/// Adds a person, who can't sign in before being invited.
pub async fn create(app: &App, actor: &Actor, input: &PersonInput) -> Result<UserId, Error> {
    actor.require_session()?;
    actor.require(Permission::ManageUsers)?;
    let mut new = check(input, app.clock.now())?;
    new.invite_status = InviteStatus::NotInvited;
    let roles = if input.roles.is_empty() { vec![everywhere(STANDARD_USER)] } else { input.roles.clone() };
    if roles != [everywhere(STANDARD_USER)] {
        actor.require(Permission::ManageUserRoles)?;
    }
    let event = actor.event(new.created_at, "user.create", ("user", 0), &new.profile.full_name());
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            let id = match users::insert(s, &new) {
                Err(StorageError::Conflict(Constraint::UserEmail)) => {
                    return Err(Error::invalid("email", "Somebody with this address is here already."));
                }
                inserted => inserted?,
            };
            check_assignments(s, &roles)?;
            users::set_role_assignments(s, id, &roles)?;
            let mut event = event.clone();
            event.object_id = id.get();
            event.after = Some(json!({ "email": new.email.as_str(), "roles": named(&roles) }).to_string());
            audit::insert(s, &event)?;
            Ok(id)
        })
        .await
}

const fn everywhere(role: RoleId) -> RoleAssignment {
    RoleAssignment { role, category: None }
}

fn check(input: &PersonInput, now: Timestamp) -> Result<NewUser, Error> {
    let mut wrong = Violations::default();
    let email = wrong.check("email", Email::parse(&input.email));
    let mut line = |field, typed| wrong.check(field, text::line(typed, Profile::FIELD_LIMIT));
    let first_name = line("first_name", &input.first_name);
    let last_name = line("last_name", &input.last_name);
    let mut optional = |field, typed| -> Option<String> {
        let checked = wrong.check(field, text::optional_line(typed, Profile::FIELD_LIMIT));
        checked.filter(|text| !text.is_empty()).map(ToOwned::to_owned)
    };
    let job_title = optional("job_title", &input.job_title);
    let department = optional("department", &input.department);
    let business_unit = optional("business_unit", &input.business_unit);
    let location = optional("location", &input.location);
    let (Some(email), Some(first_name), Some(last_name), true) =
        (email, first_name, last_name, wrong.is_empty())
    else {
        return Err(Error::Invalid(wrong));
    };
    let names = (first_name.to_owned(), last_name.to_owned());
    let profile =
        Profile { first_name: names.0, last_name: names.1, job_title, department, business_unit, location };
    Ok(NewUser {
        email,
        profile,
        is_active: true,
        invite_status: InviteStatus::NotInvited,
        password_hash: None,
        created_at: now,
    })
}

/// Roles and categories have to be the tenant's own.
fn check_assignments(s: &mut Session<'_>, assignments: &[RoleAssignment]) -> Result<(), Error> {
    let known = roles::list(s)?;
    let tree = categories::tree(s)?;
    let is_known = |one: &RoleAssignment| {
        known.iter().any(|role| role.id == one.role && role.is_active)
            && one.category.is_none_or(|category| tree.find(category).is_some())
    };
    if assignments.iter().all(is_known) {
        Ok(())
    } else {
        Err(Error::invalid("role", "Choose roles and categories of the lists."))
    }
}

fn named(assignments: &[RoleAssignment]) -> Vec<serde_json::Value> {
    let one =
        |a: &RoleAssignment| json!({ "role": a.role.get(), "category": a.category.map(CategoryId::get) });
    assignments.iter().map(one).collect()
}

/// Makes the one link by which somebody sets their first password. An earlier link stops working.
pub async fn invite(app: &App, actor: &Actor, id: UserId) -> Result<Secret, Error> {
    actor.require_session()?;
    actor.require(Permission::ManageUsers)?;
    let secret = Secret::draw()?;
    let digest = secret.digest();
    let now = app.clock.now();
    let expires_at = now.plus_hours(app.config.sessions.invitation_hours);
    let writer = actor.clone();
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            let user = manageable(s, &writer, id)?;
            if !user.is_active || user.invite_status == InviteStatus::Active {
                return Err(Error::Conflict(
                    "Only active people who haven’t signed in yet are invited.".into(),
                ));
            }
            links::put_link(s, id, LinkPurpose::Invitation, &digest, now, expires_at)?;
            users::set_invite_status(s, id, InviteStatus::Pending, now)?;
            audit::insert(s, &writer.event(now, "user.invite", ("user", id.get()), &user.full_name()))?;
            Ok(())
        })
        .await?;
    Ok(secret)
}

/// The person, if the actor may act on them: whoever can't give roles can't get at somebody with more rights
/// either, by inviting them and keeping the link, or by switching them off.
fn manageable(s: &mut Session<'_>, actor: &Actor, id: UserId) -> Result<User, Error> {
    let user = users::find(s, id)?.ok_or(Error::NotFound("person"))?;
    let has_more = users::access(s, id)?.permissions().iter().any(|permission| !actor.may(permission));
    if has_more && !actor.may(Permission::ManageUserRoles) {
        return Err(Error::Forbidden(Denial::Permission(Permission::ManageUserRoles)));
    }
    Ok(user)
}

/// Switches a person off or on. Switching off ends their sessions at once.
pub async fn set_active(app: &App, actor: &Actor, id: UserId, is_active: bool) -> Result<(), Error> {
    actor.require_session()?;
    actor.require(Permission::ManageUsers)?;
    if !is_active && actor.user_id() == Some(id) {
        return Err(Error::Conflict("You can’t deactivate yourself. Ask another System Admin.".into()));
    }
    let now = app.clock.now();
    let action = if is_active { "user.activate" } else { "user.deactivate" };
    let writer = actor.clone();
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            let user = manageable(s, &writer, id)?;
            if user.is_active == is_active {
                return Ok(());
            }
            users::set_active(s, id, is_active, now)?;
            if !is_active {
                keep_administrators(s)?;
                sessions::delete_of_user(s, id, None)?;
            }
            audit::insert(s, &writer.event(now, action, ("user", id.get()), &user.full_name()))?;
            Ok(())
        })
        .await?;
    app.person_changed(actor.tenant_id(), id).await
}

/// Somebody has to be left who can do what only these two roles can.
fn keep_administrators(s: &mut Session<'_>) -> Result<(), Error> {
    for (role, refusal) in [
        (SYSTEM_ADMIN, "This is the last System Admin. Give the role to somebody else first."),
        (ACCOUNT_OWNER, "This is the last Account Owner. Give the role to somebody else first."),
    ] {
        if users::count_holders(s, role)? == 0 {
            return Err(Error::Conflict(refusal.into()));
        }
    }
    Ok(())
}

/// Replaces all roles of a person.
pub async fn assign_roles(
    app: &App,
    actor: &Actor,
    id: UserId,
    assignments: Vec<RoleAssignment>,
) -> Result<(), Error> {
    actor.require_session()?;
    actor.require(Permission::ManageUserRoles)?;
    let now = app.clock.now();
    let writer = actor.clone();
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            let user = users::find(s, id)?.ok_or(Error::NotFound("person"))?;
            check_assignments(s, &assignments)?;
            let held = users::role_assignments(s, &[id])?.into_iter().map(|(_, one)| one);
            let before: Vec<_> = held.collect();
            users::set_role_assignments(s, id, &assignments)?;
            let loses = |role| before.contains(&everywhere(role)) && !assignments.contains(&everywhere(role));
            if loses(SYSTEM_ADMIN) || loses(ACCOUNT_OWNER) {
                keep_administrators(s)?;
            }
            let mut event = writer.event(now, "user.assign-roles", ("user", id.get()), &user.full_name());
            event.before = Some(json!({ "roles": named(&before) }).to_string());
            event.after = Some(json!({ "roles": named(&assignments) }).to_string());
            Ok(audit::insert(s, &event)?)
        })
        .await?;
    app.person_changed(actor.tenant_id(), id).await
}

/// Whom a working invitation is for.
pub async fn invited(app: &App, tenant: &Tenant, code: &Secret) -> Result<Option<User>, Error> {
    if !tenant.is_active {
        return Ok(None);
    }
    let (digest, now) = (code.digest(), app.clock.now());
    app.store
        .read(tenant.id, move |s| -> Result<_, Error> {
            let Some(id) = links::find_link(s, &digest, now)? else { return Ok(None) };
            Ok(users::find(s, id)?.filter(|user| user.is_active))
        })
        .await
}

/// Sets the first password of whom the invitation is for, uses it up, and signs them in.
pub async fn accept_invitation(
    app: &App,
    tenant: &Tenant,
    code: &Secret,
    password: &str,
    client: Client,
) -> Result<Secret, Error> {
    let user = invited(app, tenant, code).await?.ok_or(Error::NotFound("invitation"))?;
    let password = choose(password, user.email.as_str())?;
    let hash = app.passwords.hash(password).await?;
    let secret = Secret::draw()?;
    let (code, digest, now) = (code.digest(), secret.digest(), app.clock.now());
    app.store
        .write(tenant.id, move |s| -> Result<_, Error> {
            let id = links::use_link(s, &code, now)?.ok_or(Error::NotFound("invitation"))?;
            let user =
                users::find(s, id)?.filter(|user| user.is_active).ok_or(Error::NotFound("invitation"))?;
            users::set_password(s, id, &hash, now)?;
            sessions::delete_of_user(s, id, None)?;
            audit::insert(s, &own_event(&user, &client, now, "user.change-password", ("user", id.get())))?;
            insert_session(s, &user, digest, &client, now)?;
            Ok(())
        })
        .await?;
    Ok(secret)
}

/// Changes the actor's own password and ends their other sessions.
pub async fn change_password(app: &App, actor: &Actor, current: Password, new: &str) -> Result<(), Error> {
    let session = actor.require_session()?;
    let user = actor.user()?.id;
    let new = choose(new, &actor.user()?.email)?;
    let Some(old_hash) = check_own_password(app, actor, current).await? else {
        return Err(Error::invalid("current", "This isn’t your password. Try again."));
    };
    let hash = app.passwords.hash(new).await?;
    let now = app.clock.now();
    let event = actor.event(now, "user.change-password", ("user", user.get()), &actor.name());
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            if users::password_hash(s, user)?.flatten().as_ref() != Some(&old_hash) {
                return Err(Error::Stale);
            }
            users::set_password(s, user, &hash, now)?;
            sessions::delete_of_user(s, user, Some(session))?;
            sessions::touch_credential_check(s, session, now)?;
            Ok(audit::insert(s, &event)?)
        })
        .await
}

fn choose(password: &str, email: &str) -> Result<Password, Error> {
    Password::choose(password, email)
        .map_err(|error: PasswordError| Error::invalid("password", error.to_string()))
}
