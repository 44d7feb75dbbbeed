//! People of a tenant: adding, changing, inviting, switching off and on, roles, and their own passwords. Pages, Open
//! API and command line have these rules in common.

mod change;
mod input;
mod invitation;
mod password;
mod roles;

use automation_hub_domain::{clock::Timestamp, id::UserId, permission::Permission};
use automation_hub_storage::{Constraint, Session, StorageError, audit, users};
use serde_json::json;

pub use change::{assign_roles, edit, set_active};
pub use input::{PersonChange, PersonInput};
pub use invitation::{accept_invitation, invite, invited};
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
    let (by, now) = (actor.clone(), app.clock.now());
    app.store.write(actor.tenant_id(), move |s| add(s, &by, &input, mistakes.clone(), now)).await
}

/// As [`create`], in a transaction that does more.
pub fn add(
    s: &mut Session<'_>,
    actor: &Actor,
    input: &PersonInput,
    mistakes: Violations,
    now: Timestamp,
) -> Result<UserId, Error> {
    actor.require_if_personal(Permission::ManageUsers)?;
    let mut wrong = mistakes;
    let new = input.check(&mut wrong, now);
    let roles = Catalogue::load(s)?.of_new(actor, &input.roles, &mut wrong)?;
    let new = wrong.complete(new)?;
    let id = users::insert(s, &new).map_err(taken)?;
    users::set_role_assignments(s, id, &roles)?;
    let mut event = actor.event(now, "user.create", ("user", id.get()), &new.profile.full_name());
    event.after = Some(json!({ "email": new.email.as_str(), "roles": named(&roles) }).to_string());
    audit::insert(s, &event)?;
    Ok(id)
}

fn taken(error: StorageError) -> Error {
    match error {
        StorageError::Conflict(Constraint::UserEmail) => {
            Error::Conflict("Somebody with this address is here already.".into())
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
