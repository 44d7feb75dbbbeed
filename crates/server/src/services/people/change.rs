//! Changing a person: particulars, roles, invite status, and the switch.

use automation_hub_domain::{
    audit::AuditAction,
    id::{RoleId, UserId},
    permission::Permission,
    role::{ACCOUNT_OWNER, SYSTEM_ADMIN},
    user::{Email, InviteStatus, Profile, RoleAssignment, User},
};
use automation_hub_storage::{
    Session, audit,
    links::{self, LinkPurpose},
    sessions, users,
};
use serde_json::{Map, Value, json};

use super::{
    By,
    input::PersonChange,
    invitation::Invitation,
    require_manageable,
    roles::{Catalogue, everywhere, named},
};
use crate::{
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
};

/// Changes whoever has an address. `mistakes` are those the caller has found in the input already.
pub async fn edit(
    app: &App,
    actor: &Actor,
    email: &str,
    change: PersonChange,
    mistakes: Violations,
) -> Result<UserId, Error> {
    let mut mistakes = mistakes;
    let Some(email) = mistakes.check("email", Email::parse(email)) else {
        return Err(Error::Invalid(mistakes));
    };
    let (by, now) = (actor.clone(), app.clock.now());
    let invitation = Invitation::draw(app)?;
    let id = app
        .store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            let nobody = || Error::NotFound("person").of_field("email");
            let id = users::find_by_email(s, &email)?.ok_or_else(nobody)?.id;
            let user = users::find_to_change(s, id)?.ok_or_else(nobody)?;
            let by = By { actor: &by, invitation: invitation.as_ref(), now };
            Edit { by, user: &user, change: &change }.apply(s, mistakes.clone())?;
            Ok(user.id)
        })
        .await?;
    app.jobs.ring();
    app.person_changed(actor.tenant_id(), id).await?;
    Ok(id)
}

/// Switches a person off or on. Switching off ends their sessions at once.
pub async fn set_active(app: &App, actor: &Actor, id: UserId, is_active: bool) -> Result<(), Error> {
    let change = PersonChange { is_active: Some(is_active), ..PersonChange::default() };
    edit_by_id(app, actor, id, change).await
}

/// Replaces all roles of a person.
pub async fn assign_roles(
    app: &App,
    actor: &Actor,
    id: UserId,
    assignments: Vec<RoleAssignment>,
) -> Result<(), Error> {
    let change = PersonChange { roles: Some(assignments), ..PersonChange::default() };
    edit_by_id(app, actor, id, change).await
}

async fn edit_by_id(app: &App, actor: &Actor, id: UserId, change: PersonChange) -> Result<(), Error> {
    let (by, now) = (actor.clone(), app.clock.now());
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            let user = users::find_to_change(s, id)?.ok_or(Error::NotFound("person"))?;
            let by = By { actor: &by, invitation: None, now };
            Edit { by, user: &user, change: &change }.apply(s, Violations::default())
        })
        .await?;
    app.person_changed(actor.tenant_id(), id).await
}

/// One change of one person, in the transaction that makes it.
struct Edit<'a> {
    by: By<'a>,
    /// As they are before it.
    user: &'a User,
    change: &'a PersonChange,
}

/// What the person is afterwards.
struct Target {
    profile: Profile,
    is_active: bool,
    invite_status: InviteStatus,
    roles: Vec<RoleAssignment>,
}

impl Edit<'_> {
    fn apply(&self, s: &mut Session<'_>, mistakes: Violations) -> Result<(), Error> {
        let held = users::role_assignments(s, &[self.user.id])?.into_iter().map(|(_, one)| one);
        let held: Vec<_> = held.collect();
        let target = self.check(s, &held, mistakes)?;
        self.set_profile(s, &target)?;
        self.set_invite_status(s, &target)?;
        self.set_active(s, &target)?;
        self.set_roles(s, &held, &target.roles)?;
        self.keep_administrators(s, &held, &target)
    }

    fn check(
        &self,
        s: &mut Session<'_>,
        held: &[RoleAssignment],
        mistakes: Violations,
    ) -> Result<Target, Error> {
        let mut wrong = mistakes;
        let profile = self.change.check(&mut wrong, &self.user.profile);
        let mut standing = self.change.standing(&mut wrong, self.user);
        if let (Some((_, after)), None) = (&mut standing, self.by.invitation)
            && *after != self.user.invite_status
        {
            *after = after.without_mail();
        }
        let is_same = profile.as_ref() == Some(&self.user.profile)
            && standing == Some((self.user.is_active, self.user.invite_status));
        if self.change.is_about_the_person() {
            self.require_administrator()?;
        }
        if !is_same {
            require_manageable(s, self.by.actor, self.user.id)?;
        }
        if let Some(roles) = &self.change.roles {
            Catalogue::load(s)?.check_change(self.by.actor, held, roles, &mut wrong)?;
        }
        let (profile, (is_active, invite_status)) = wrong.complete(profile.zip(standing))?;
        if self.user.is_active && !is_active && self.by.actor.user_id() == Some(self.user.id) {
            let refusal = Error::Conflict("You can’t deactivate yourself. Ask another System Admin.".into());
            return Err(refusal.of_field("is_active"));
        }
        let roles = self.change.roles.as_deref().unwrap_or(held).to_vec();
        Ok(Target { profile, is_active, invite_status, roles })
    }

    /// The mirrored API asks for Manage User Roles even where only a name changes, its pages for Manage Users.
    fn require_administrator(&self) -> Result<(), Error> {
        let may_give_roles = self.by.actor.require_if_personal(Permission::ManageUserRoles);
        may_give_roles.or_else(|_| self.by.actor.require(Permission::ManageUsers))
    }

    fn set_profile(&self, s: &mut Session<'_>, target: &Target) -> Result<(), Error> {
        if target.profile == self.user.profile {
            return Ok(());
        }
        users::update_profile(s, self.user.id, &self.user.email, &target.profile, self.by.now)?;
        let (before, after) = differences(&self.user.profile, &target.profile);
        self.record(s, AuditAction::USER_EDIT, Some(before), Some(after))
    }

    fn set_invite_status(&self, s: &mut Session<'_>, target: &Target) -> Result<(), Error> {
        let (before, after) = (self.user.invite_status, target.invite_status);
        if before == after {
            return Ok(());
        }
        users::set_invite_status(s, self.user.id, after, self.by.now)?;
        if after == InviteStatus::NotInvited {
            links::delete_links(s, self.user.id, LinkPurpose::Invitation)?;
        }
        if let (InviteStatus::Pending, Some(invitation)) = (after, self.by.invitation) {
            invitation.enqueue(s, self.user.id, self.by.now)?;
            return self.record(s, AuditAction::USER_INVITE, None, None);
        }
        let status = |status: InviteStatus| json!({ "invite_status": status.code() });
        self.record(s, AuditAction::USER_EDIT, Some(status(before)), Some(status(after)))
    }

    fn set_active(&self, s: &mut Session<'_>, target: &Target) -> Result<(), Error> {
        if target.is_active == self.user.is_active {
            return Ok(());
        }
        users::set_active(s, self.user.id, target.is_active, self.by.now)?;
        if !target.is_active {
            sessions::delete_of_user(s, self.user.id, None)?;
        }
        let action = if target.is_active { AuditAction::USER_ACTIVATE } else { AuditAction::USER_DEACTIVATE };
        self.record(s, action, None, None)
    }

    fn set_roles(
        &self,
        s: &mut Session<'_>,
        held: &[RoleAssignment],
        roles: &[RoleAssignment],
    ) -> Result<(), Error> {
        let is_within =
            |some: &[RoleAssignment], all: &[RoleAssignment]| some.iter().all(|one| all.contains(one));
        if is_within(held, roles) && is_within(roles, held) {
            return Ok(());
        }
        users::set_role_assignments(s, self.user.id, roles)?;
        let object = |roles: &[RoleAssignment]| json!({ "roles": named(roles) });
        self.record(s, AuditAction::USER_ASSIGN_ROLES, Some(object(held)), Some(object(roles)))
    }

    /// Somebody has to be left who can do what only these two roles can. Looked at last: all who change a person
    /// wait for one another, so that two administrators can't take each other's role at the same moment.
    fn keep_administrators(
        &self,
        s: &mut Session<'_>,
        held: &[RoleAssignment],
        target: &Target,
    ) -> Result<(), Error> {
        let counted = self.user.is_active && self.user.invite_status == InviteStatus::Active;
        let loses = |role: RoleId| {
            held.contains(&everywhere(role))
                && !(target.is_active && target.roles.contains(&everywhere(role)))
        };
        for (role, refusal) in [
            (SYSTEM_ADMIN, "This is the last System Admin. Give the role to somebody else first."),
            (ACCOUNT_OWNER, "This is the last Account Owner. Give the role to somebody else first."),
        ] {
            if counted && loses(role) && users::count_holders(s, role)? == 0 {
                let field = if target.is_active { "roles" } else { "is_active" };
                return Err(Error::Conflict(refusal.into()).of_field(field));
            }
        }
        Ok(())
    }

    fn record(
        &self,
        s: &mut Session<'_>,
        action: AuditAction,
        before: Option<Value>,
        after: Option<Value>,
    ) -> Result<(), Error> {
        let object = ("user", self.user.id.get());
        let mut event = self.by.actor.event(self.by.now, action, object, &self.user.full_name());
        event.before = before.map(|value| value.to_string());
        event.after = after.map(|value| value.to_string());
        Ok(audit::insert(s, &event)?)
    }
}

/// The particulars that change, as they were and as they are then.
fn differences(before: &Profile, after: &Profile) -> (Value, Value) {
    let members = |profile: &Profile| {
        [
            ("first_name", json!(profile.first_name)),
            ("last_name", json!(profile.last_name)),
            ("job_title", json!(profile.job_title)),
            ("department", json!(profile.department)),
            ("business_unit", json!(profile.business_unit)),
            ("location", json!(profile.location)),
        ]
    };
    let (mut was, mut is) = (Map::new(), Map::new());
    for ((name, old), (_, new)) in members(before).into_iter().zip(members(after)) {
        if old != new {
            was.insert(name.to_owned(), old);
            is.insert(name.to_owned(), new);
        }
    }
    (was.into(), is.into())
}
