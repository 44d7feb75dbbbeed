//! Signing in and out, and asking for the password again. Browser sessions begin and end here.

use std::{net::IpAddr, sync::Arc};

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    id::{SessionId, UserId},
    tenant::Tenant,
    user::{Email, User},
};
use automation_hub_storage::{
    Session,
    audit::{self, AuditEvent},
    sessions::{self, NewBrowserSession},
    users,
};

use crate::{
    app::App,
    auth::{actor::Actor, password::Password, secret::Secret},
    error::Error,
    middleware::request::RequestContext,
};

/// Where a browser is: what its session shows on the profile.
#[derive(Clone, Debug)]
pub struct Client {
    pub context: RequestContext,
    /// The `User-Agent` header, cut to a length that a list can show.
    pub name: String,
}

impl Client {
    const NAME_LIMIT: usize = 200;

    pub fn new(context: RequestContext, user_agent: &str) -> Self {
        let printable = user_agent.chars().filter(|c| !c.is_control());
        Self { context, name: printable.take(Self::NAME_LIMIT).collect() }
    }

    pub fn address(&self) -> IpAddr {
        self.context.address
    }
}

/// Begins a session if e-mail and password belong together. `None` says that they don't, and nothing more:
/// an unknown address, a wrong password and somebody switched off are one answer and take the same time.
pub async fn sign_in(
    app: &App,
    tenant: &Arc<Tenant>,
    email: &str,
    password: Password,
    client: Client,
) -> Result<Option<Secret>, Error> {
    let now = app.clock.now();
    let attempt = app.throttle.attempt(tenant.id, email, client.address());
    app.throttle.begin(attempt, now).map_err(|retry_after_secs| Error::TooMany { retry_after_secs })?;
    let found = find(app, tenant, email).await?;
    let hash = found.as_ref().and_then(|(_, hash)| hash.clone());
    let matches = app.passwords.verify(password, hash).await?;
    let Some((user, hash)) = found.filter(|_| matches) else { return Ok(None) };
    let secret = Secret::draw()?;
    let begun = begin_session(app, tenant, user.id, hash, secret.digest(), client).await?;
    if !begun {
        return Ok(None);
    }
    app.throttle.forget(attempt);
    Ok(Some(secret))
}

/// The person of an e-mail address who may sign in, and the hash of their password.
async fn find(app: &App, tenant: &Arc<Tenant>, email: &str) -> Result<Option<(User, Option<String>)>, Error> {
    let Ok(email) = Email::parse(email) else { return Ok(None) };
    if !tenant.is_active {
        return Ok(None);
    }
    app.store
        .read(tenant.id, move |s| -> Result<_, Error> {
            let Some(user) = users::find_by_email(s, &email)?.filter(|user| user.is_active) else {
                return Ok(None);
            };
            let hash = users::password_hash(s, user.id)?.flatten();
            Ok(Some((user, hash)))
        })
        .await
}

/// Whether a session began: not if the person was switched off, or got another password, since it was checked.
async fn begin_session(
    app: &App,
    tenant: &Arc<Tenant>,
    user: UserId,
    hash: Option<String>,
    digest: [u8; 32],
    client: Client,
) -> Result<bool, Error> {
    let now = app.clock.now();
    app.store
        .write(tenant.id, move |s| -> Result<_, Error> {
            let is_same = users::password_hash(s, user)?.flatten() == hash;
            let Some(person) = users::find(s, user)?.filter(|person| person.is_active && is_same) else {
                return Ok(false);
            };
            insert_session(s, &person, digest, &client, now)?;
            Ok(true)
        })
        .await
}

/// Stores a session and its audit event. Part of the transaction that proved who the person is.
pub(crate) fn insert_session(
    s: &mut Session<'_>,
    user: &User,
    digest: [u8; 32],
    client: &Client,
    now: Timestamp,
) -> Result<SessionId, Error> {
    let new = NewBrowserSession {
        user: user.id,
        digest,
        created_at: now,
        address: client.address().to_string(),
        client: client.name.clone(),
    };
    let id = sessions::insert(s, &new)?;
    users::touch_sign_in(s, user.id, now)?;
    audit::insert(s, &own_event(user, client, now, AuditAction::SESSION_CREATE, ("session", id.get())))?;
    Ok(id)
}

/// An audit event of somebody who acts for themselves before there is a session.
pub(crate) fn own_event(
    user: &User,
    client: &Client,
    now: Timestamp,
    action: AuditAction,
    object: (&'static str, i64),
) -> AuditEvent {
    AuditEvent {
        happened_at: now,
        actor_user: Some(user.id),
        actor_token: None,
        actor_name: user.full_name(),
        action,
        object_type: object.0,
        object_id: object.1,
        object_name: user.full_name(),
        before: None,
        after: None,
        address: client.address().to_string(),
        request_id: client.context.id.to_string(),
        claim: None,
    }
}

/// Ends the actor's own session.
pub async fn sign_out(app: &App, actor: &Actor) -> Result<(), Error> {
    let session = actor.require_session()?;
    match end_session(app, actor, session).await {
        // Ended elsewhere at the same moment.
        Err(Error::NotFound(_)) => Ok(()),
        ended => ended,
    }
}

/// Ends one of the actor's sessions, this one or another.
pub async fn end_session(app: &App, actor: &Actor, session: SessionId) -> Result<(), Error> {
    actor.require_session()?;
    let user = actor.user()?.id;
    let event =
        actor.event(app.clock.now(), AuditAction::SESSION_DELETE, ("session", session.get()), &actor.name());
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            if !sessions::delete(s, user, session)? {
                return Err(Error::NotFound("session"));
            }
            Ok(audit::insert(s, &event)?)
        })
        .await
}

/// Ends all of the actor's sessions but this one. How many there were.
pub async fn end_other_sessions(app: &App, actor: &Actor) -> Result<u64, Error> {
    let this = actor.require_session()?;
    let user = actor.user()?.id;
    let mut event =
        actor.event(app.clock.now(), AuditAction::SESSION_DELETE, ("user", user.get()), &actor.name());
    event.after = Some(serde_json::json!({ "ended": "all others" }).to_string());
    app.store
        .write(actor.tenant_id(), move |s| -> Result<_, Error> {
            let ended = sessions::delete_of_user(s, user, Some(this))?;
            audit::insert(s, &event)?;
            Ok(ended)
        })
        .await
}

/// Asks for the password of who is signed in. Whether it was right; then the next five minutes are covered.
pub async fn confirm_password(app: &App, actor: &Actor, password: Password) -> Result<bool, Error> {
    let session = actor.require_session()?;
    if check_own_password(app, actor, password).await?.is_none() {
        return Ok(false);
    }
    let now = app.clock.now();
    app.store
        .write(actor.tenant_id(), move |s| {
            sessions::touch_credential_check(s, session, now).map_err(Error::from)
        })
        .await?;
    Ok(true)
}

/// The hash of the actor's password if it is the one typed. Guessing is slowed down as at the sign-in.
pub(crate) async fn check_own_password(
    app: &App,
    actor: &Actor,
    password: Password,
) -> Result<Option<String>, Error> {
    let user = Arc::clone(actor.user()?);
    let attempt = app.throttle.attempt(user.tenant, &user.email, actor.address);
    let begun = app.throttle.begin(attempt, app.clock.now());
    begun.map_err(|retry_after_secs| Error::TooMany { retry_after_secs })?;
    let read = app.store.read(user.tenant, move |s| users::password_hash(s, user.id).map_err(Error::from));
    let hash = read.await?.flatten();
    if !app.passwords.verify(password, hash.clone()).await? {
        return Ok(None);
    }
    app.throttle.forget(attempt);
    Ok(hash)
}
