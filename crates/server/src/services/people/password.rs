//! Changing one's own password.

use automation_hub_domain::audit::AuditAction;
use automation_hub_storage::{audit, sessions, users};

use crate::{
    app::App,
    auth::{
        actor::Actor,
        password::{Password, PasswordError},
    },
    error::Error,
    services::sign_in::check_own_password,
};

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
    let event = actor.event(now, AuditAction::USER_CHANGE_PASSWORD, ("user", user.get()), &actor.name());
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

pub(super) fn choose(password: &str, email: &str) -> Result<Password, Error> {
    Password::choose(password, email)
        .map_err(|error: PasswordError| Error::invalid("password", error.to_string()))
}
