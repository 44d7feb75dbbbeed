//! The first start: a one-time code proves that whoever sets the hub up can see the server's own output.

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    id::TenantId,
    role::{ACCOUNT_OWNER, SYSTEM_ADMIN},
    tenant::NewTenant,
    text,
    user::{Email, InviteStatus, NewUser, Profile, RoleAssignment},
};
use automation_hub_storage::{System, audit, links, tenants as stored, users};

use crate::{
    app::App,
    auth::{password::Password, secret::Secret},
    error::{Error, Violations},
    services::{
        sign_in::{Client, insert_session, own_event},
        tenants::{self, TenantInput},
    },
};

const CODE_HOURS: i64 = 24;
const WRONG_CODES: i64 = 10;

/// A fresh set-up link below the origin given, in place of any earlier one; none once the hub is set up.
pub async fn prepare(app: &App, origin: &str) -> Result<Option<String>, Error> {
    let code = Secret::draw()?;
    let digest = code.digest();
    let expires_at = app.clock.now().plus_hours(CODE_HOURS);
    let is_open = app
        .store
        .system()
        .write(move |s| {
            if has_tenants(s)? {
                return Ok(false);
            }
            links::put_setup_code(s, &digest, expires_at).map_err(Error::from)
        })
        .await?;
    Ok(is_open.then(|| format!("{}/set-up/{}", origin.trim_end_matches('/'), code.expose())))
}

/// A tenant founded on the command line needs no set-up, whatever became of the code.
fn has_tenants(s: &mut System<'_>) -> Result<bool, Error> {
    Ok(!stored::list(s)?.is_empty())
}

/// Whether there is still something to set up.
pub async fn is_open(app: &App) -> Result<bool, Error> {
    app.store
        .system()
        .read(|s| {
            let is_incomplete = links::setup(s)?.is_some_and(|setup| setup.completed_at.is_none());
            Ok(is_incomplete && !has_tenants(s)?)
        })
        .await
}

/// How far the database's clock is ahead of ours; none where it has no clock of its own.
pub async fn clock_difference_millis(app: &App) -> Result<Option<i64>, Error> {
    let before = app.clock.now();
    let theirs = app.store.database_time().await?;
    let way_back = app.clock.now().since(before) / 2;
    Ok(theirs.map(|theirs| theirs.since(before) - way_back))
}

/// Whether this is the code. A wrong one counts; after ten only a restart helps.
pub async fn check_code(app: &App, code: &Secret) -> Result<bool, Error> {
    let digest = code.digest();
    let now = app.clock.now();
    app.store
        .system()
        .write(move |s| {
            let Some(setup) = links::setup(s)?.filter(|setup| setup.completed_at.is_none()) else {
                return Err(Error::NotFound("page"));
            };
            if setup.failures >= WRONG_CODES {
                return Err(too_many(setup.expires_at, now));
            }
            let is_right = setup.digest.as_deref() == Some(&digest[..])
                && setup.expires_at.is_some_and(|expires_at| now < expires_at);
            if !is_right {
                links::count_setup_failure(s)?;
            }
            Ok(is_right)
        })
        .await
}

fn too_many(expires_at: Option<Timestamp>, now: Timestamp) -> Error {
    let left = expires_at.map_or(0, |expires_at| expires_at.since(now) / 1000);
    Error::TooMany { retry_after_secs: u32::try_from(left.max(1)).unwrap_or(u32::MAX) }
}

/// What the set-up page asks for, as typed. No `Debug`: the password would be in it.
#[derive(Clone, Default)]
pub struct SetupInput {
    pub tenant: TenantInput,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub password: String,
}

/// The same, checked.
struct Foundation {
    tenant: NewTenant,
    owner: NewUser,
    password: Password,
}

/// Founds the organisation, its tenant and its first administrator, and signs them in. The base path of the
/// tenant, and the session's secret.
pub async fn finish(
    app: &App,
    code: &Secret,
    input: &SetupInput,
    client: Client,
) -> Result<(String, Secret), Error> {
    // The code first: to nobody else the page shows what it knows of the server.
    if !check_code(app, code).await? {
        return Err(Error::NotFound("page"));
    }
    let foundation = check(app, input)?;
    let mut owner = foundation.owner;
    owner.password_hash = Some(app.passwords.hash(foundation.password).await?);
    let tenant = foundation.tenant;
    let base =
        format!("/{}/{}/automationhub_", tenant.organization_slug.as_str(), tenant.tenant_slug.as_str());
    let secret = Secret::draw()?;
    let (code, digest) = (code.digest(), secret.digest());
    let id = app.store.system().write(move |s| found(s, &code, &tenant, &owner, digest, &client)).await?;
    app.tenant_changed(id).await?;
    Ok((base, secret))
}

/// All or nothing: whoever comes second, with the same code at the same moment, finds the page gone.
fn found(
    s: &mut System<'_>,
    code: &[u8; 32],
    tenant: &NewTenant,
    owner: &NewUser,
    session: [u8; 32],
    client: &Client,
) -> Result<TenantId, Error> {
    let now = owner.created_at;
    if !links::claim_setup(s, code, now)? {
        return Err(Error::NotFound("page"));
    }
    let id = tenants::found(s, tenant)?;
    let s = &mut s.tenant(id);
    let user = users::insert(s, owner)?;
    let everywhere = |role| RoleAssignment { role, category: None };
    users::set_role_assignments(s, user, &[everywhere(ACCOUNT_OWNER), everywhere(SYSTEM_ADMIN)])?;
    let user = users::find(s, user)?.ok_or(Error::NotFound("user"))?;
    let mut event = own_event(&user, client, now, AuditAction::TENANT_CREATE, ("tenant", id.get()));
    event.object_name.clone_from(&tenant.tenant_name);
    audit::insert(s, &event)?;
    audit::insert(s, &own_event(&user, client, now, AuditAction::USER_CREATE, ("user", user.id.get())))?;
    insert_session(s, &user, session, client, now)?;
    Ok(id)
}

/// All that is wrong is told at once, so both halves are looked at before either is refused.
fn check(app: &App, input: &SetupInput) -> Result<Foundation, Error> {
    let now = app.clock.now();
    let mut wrong = Violations::default();
    let tenant = tenants::check(&mut wrong, &input.tenant, now)?;
    let owner = check_owner(&mut wrong, input, now);
    match (tenant, owner) {
        (Some(tenant), Some((owner, password))) => Ok(Foundation { tenant, owner, password }),
        _ => Err(Error::Invalid(wrong)),
    }
}

fn check_owner(
    wrong: &mut Violations,
    input: &SetupInput,
    created_at: Timestamp,
) -> Option<(NewUser, Password)> {
    let first_name = wrong.check("first_name", text::line(&input.first_name, Profile::FIELD_LIMIT));
    let last_name = wrong.check("last_name", text::line(&input.last_name, Profile::FIELD_LIMIT));
    let email = wrong.check("email", Email::of_new(&input.email));
    let password = wrong.check("password", Password::choose(&input.password, &input.email));
    let (first_name, last_name) = (first_name?.to_owned(), last_name?.to_owned());
    let owner = NewUser {
        email: email?,
        profile: Profile { first_name, last_name, ..Profile::default() },
        is_active: true,
        invite_status: InviteStatus::Active,
        password_hash: None,
        created_at,
    };
    Some((owner, password?))
}
