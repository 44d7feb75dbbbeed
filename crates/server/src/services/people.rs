//! People of a tenant: adding, changing, inviting, switching off and on, roles, and their own passwords. Pages, Open
//! API and command line have these rules in common.

mod change;
mod input;
mod invitation;
mod password;
mod roles;

use automation_hub_domain::{
    audit::AuditAction, clock::Timestamp, id::UserId, permission::Permission, user::InviteStatus,
};
use automation_hub_storage::{Constraint, Session, StorageError, audit, users};
use serde_json::json;

pub use change::{assign_roles, edit, set_active};
pub use input::{PersonChange, PersonInput};
pub use invitation::{Invitation, Invited, Way, accept_invitation, invite, invited};
pub use password::change_password;

use crate::{
    app::App,
    auth::actor::Actor,
    error::{Denial, Error, Violations},
    services::people::roles::{Catalogue, named},
};

/// Adds a person. `mistakes` are those the caller has found in the input already, so that one answer names all.
pub async fn create(
    app: &App,
    actor: &Actor,
    input: PersonInput,
    mistakes: Violations,
) -> Result<UserId, Error> {
    let (actor, now) = (actor.clone(), app.clock.now());
    let invitation = Invitation::draw(app)?;
    let id = app
        .store
        .write(actor.tenant_id(), move |s| {
            let by = By { actor: &actor, invitation: invitation.as_ref(), now };
            add(s, by, &input, mistakes.clone())
        })
        .await?;
    app.jobs.ring();
    Ok(id)
}

/// Who changes people, and when.
#[derive(Clone, Copy)]
pub struct By<'a> {
    pub actor: &'a Actor,
    /// To be sent, if that is asked for. None where no mail is sent.
    pub invitation: Option<&'a Invitation>,
    pub now: Timestamp,
}

/// As [`create`], in a transaction that does more.
pub fn add(
    s: &mut Session<'_>,
    by: By<'_>,
    input: &PersonInput,
    mistakes: Violations,
) -> Result<UserId, Error> {
    let By { actor, invitation, now } = by;
    actor.require_if_personal(Permission::ManageUsers)?;
    let mut wrong = mistakes;
    let mut new = input.check(&mut wrong, now);
    if let (Some(new), None) = (&mut new, invitation) {
        new.invite_status = new.invite_status.without_mail();
    }
    let roles = Catalogue::load(s)?.of_new(actor, &input.roles, &mut wrong)?;
    let new = wrong.complete(new)?;
    let id = users::insert(s, &new).map_err(taken)?;
    users::set_role_assignments(s, id, &roles)?;
    let mut event = actor.event(now, AuditAction::USER_CREATE, ("user", id.get()), &new.profile.full_name());
    event.after = Some(json!({ "email": new.email.as_str(), "roles": named(&roles) }).to_string());
    audit::insert(s, &event)?;
    if let (InviteStatus::Pending, Some(invitation)) = (new.invite_status, invitation) {
        invitation.enqueue(s, id, now)?;
        audit::insert(
            s,
            &actor.event(now, AuditAction::USER_INVITE, ("user", id.get()), &new.profile.full_name()),
        )?;
    }
    Ok(id)
}

fn taken(error: StorageError) -> Error {
    match error {
        StorageError::Conflict(Constraint::UserEmail) => {
            Error::Conflict("Somebody with this address is here already.".into()).of_field("email")
        }
        other => other.into(),
    }
}

/// Fails unless the actor may act on a person: whoever can't give roles can't get at somebody with more rights
/// either, by inviting them and keeping the link, or by switching them off.
fn require_manageable(s: &mut Session<'_>, actor: &Actor, id: UserId) -> Result<(), Error> {
    if actor.require_at(Permission::ManageUserRoles, None).is_ok() {
        return Ok(());
    }
    let held: Vec<_> = users::role_assignments(s, &[id])?.into_iter().map(|(_, one)| one).collect();
    if Catalogue::load(s)?.covers(actor, &held) {
        Ok(())
    } else {
        Err(Error::Forbidden(Denial::Permission(Permission::ManageUserRoles)))
    }
}
