//! Inviting people, and what an invitation lets them do: set their first password.

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    id::UserId,
    permission::Permission,
    tenant::Tenant,
    user::{InviteStatus, User},
};
use automation_hub_storage::{
    Session, audit,
    links::{self, LinkPurpose},
    sessions, users,
};

use super::{password::choose, require_manageable};
use crate::{
    app::App,
    auth::{actor::Actor, secret::Secret, vault::Vault},
    error::Error,
    jobs::{self, invitation_mail::InvitationMail},
    services::sign_in::{Client, insert_session, own_event},
};

/// A link drawn for a mail that may have to be sent.
pub struct Invitation {
    code: Secret,
    vault: Vault,
    hours: i64,
}

impl Invitation {
    /// None where no mail server is configured.
    pub(super) fn draw(app: &App) -> Result<Option<Self>, Error> {
        if app.mailer.is_none() {
            return Ok(None);
        }
        let hours = app.config.sessions.invitation_hours;
        Ok(Some(Self { code: Secret::draw()?, vault: app.vault.clone(), hours }))
    }

    /// Makes the link the person's only one, and has it sent.
    pub(super) fn enqueue(&self, s: &mut Session<'_>, user: UserId, now: Timestamp) -> Result<(), Error> {
        let expires_at = now.plus_hours(self.hours);
        links::put_link(s, user, LinkPurpose::Invitation, &self.code.digest(), now, expires_at)?;
        jobs::enqueue(s, &InvitationMail::seal(s, &self.vault, user, &self.code)?, now)?;
        Ok(())
    }
}

/// How somebody gets their link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By mail, if the hub sends any; else from whoever invites them.
    Mail,
    /// From whoever invites them.
    Link,
}

pub enum Invited {
    ByMail,
    /// To be handed over: it is shown once.
    ByLink(Secret),
}

/// Makes the one link by which somebody sets their first password. An earlier link stops working.
pub async fn invite(app: &App, actor: &Actor, id: UserId, way: Way) -> Result<Invited, Error> {
    actor.require_session()?;
    actor.require(Permission::ManageUsers)?;
    let invitation = if way == Way::Mail { Invitation::draw(app)? } else { None };
    let by_link = if invitation.is_none() { Some(Secret::draw()?) } else { None };
    let digest = by_link.as_ref().map(Secret::digest);
    let now = app.clock.now();
    let expires_at = now.plus_hours(app.config.sessions.invitation_hours);
    let writer = actor.clone();
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            let user = users::find_to_change(s, id)?.ok_or(Error::NotFound("person"))?;
            require_manageable(s, &writer, id)?;
            if !user.is_active || user.invite_status == InviteStatus::Active {
                return Err(Error::Conflict(
                    "Only active people who haven’t signed in yet are invited.".into(),
                ));
            }
            if let Some(digest) = &digest {
                links::put_link(s, id, LinkPurpose::Invitation, digest, now, expires_at)?;
                users::set_invite_status(s, id, InviteStatus::PendingUnsent, now)?;
            }
            if let Some(invitation) = &invitation {
                invitation.enqueue(s, id, now)?;
                users::set_invite_status(s, id, InviteStatus::Pending, now)?;
            }
            audit::insert(
                s,
                &writer.event(now, AuditAction::USER_INVITE, ("user", id.get()), &user.full_name()),
            )?;
            Ok(())
        })
        .await?;
    app.jobs.ring();
    Ok(by_link.map_or(Invited::ByMail, Invited::ByLink))
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
            audit::insert(
                s,
                &own_event(&user, &client, now, AuditAction::USER_CHANGE_PASSWORD, ("user", id.get())),
            )?;
            insert_session(s, &user, digest, &client, now)?;
            Ok(())
        })
        .await?;
    Ok(secret)
}
