//! Inviting people, and what an invitation lets them do: set their first password.

use automation_hub_domain::{
    id::UserId,
    permission::Permission,
    tenant::Tenant,
    user::{InviteStatus, User},
};
use automation_hub_storage::{
    audit,
    links::{self, LinkPurpose},
    sessions, users,
};

use super::{password::choose, require_manageable};
use crate::{
    app::App,
    auth::{actor::Actor, secret::Secret},
    error::Error,
    services::sign_in::{Client, insert_session, own_event},
};

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
            let user = users::find(s, id)?.ok_or(Error::NotFound("person"))?;
            require_manageable(s, &writer, id)?;
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
