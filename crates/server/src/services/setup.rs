//! The first start: a one-time code proves that whoever sets the hub up can see the server's own output.

use automation_hub_domain::{
    clock::Timestamp,
    id::TenantId,
    role::{ACCOUNT_OWNER, SYSTEM_ADMIN},
    tenant::{NewTenant, Slug},
    text,
    user::{Email, InviteStatus, NewUser, Profile, RoleAssignment},
};
use automation_hub_storage::{
    Session, System, audit,
    categories::{self, CategoryLevel},
    links, tenants, users,
};
use uuid::Uuid;

use crate::{
    app::App,
    auth::{password::Password, secret::Secret},
    error::{Error, Violations},
    services::sign_in::{Client, insert_session, own_event},
};

const CODE_HOURS: i64 = 24;
const WRONG_CODES: i64 = 10;
/// What the levels of the category tree are called until somebody renames them.
const CATEGORY_LEVELS: [(&str, &str); 3] =
    [("Business Area", "business-area"), ("Category", "category"), ("Sub-category", "sub-category")];

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
    Ok(!tenants::list(s)?.is_empty())
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
    pub organization_name: String,
    pub organization_slug: String,
    pub tenant_name: String,
    pub tenant_slug: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub password: String,
    pub currency: String,
    pub time_zone: String,
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
    let id = tenants::insert(s, tenant)?;
    let s = &mut s.tenant(id);
    insert_category_levels(s)?;
    let user = users::insert(s, owner)?;
    let everywhere = |role| RoleAssignment { role, category: None };
    users::set_role_assignments(s, user, &[everywhere(ACCOUNT_OWNER), everywhere(SYSTEM_ADMIN)])?;
    let user = users::find(s, user)?.ok_or(Error::NotFound("user"))?;
    let mut event = own_event(&user, client, now, "tenant.create", ("tenant", id.get()));
    event.object_name.clone_from(&tenant.tenant_name);
    audit::insert(s, &event)?;
    audit::insert(s, &own_event(&user, client, now, "user.create", ("user", user.id.get())))?;
    insert_session(s, &user, session, client, now)?;
    Ok(id)
}

/// The levels a tenant's category tree starts with.
pub fn insert_category_levels(s: &mut Session<'_>) -> Result<(), Error> {
    for (id, (name, slug)) in (1..).zip(CATEGORY_LEVELS) {
        categories::insert_level(s, &CategoryLevel { id, name: name.to_owned(), slug: slug.to_owned() })?;
    }
    Ok(())
}

/// All that is wrong is told at once, so both halves are looked at before either is refused.
fn check(app: &App, input: &SetupInput) -> Result<Foundation, Error> {
    let now = app.clock.now();
    let mut wrong = Violations::default();
    let tenant = check_tenant(&mut wrong, input, now)?;
    let owner = check_owner(&mut wrong, input, now);
    match (tenant, owner) {
        (Some(tenant), Some((owner, password))) => Ok(Foundation { tenant, owner, password }),
        _ => Err(Error::Invalid(wrong)),
    }
}

fn check_tenant(
    wrong: &mut Violations,
    input: &SetupInput,
    created_at: Timestamp,
) -> Result<Option<NewTenant>, Error> {
    const NAME_LIMIT: usize = 100;
    let organization_name = wrong.check("company", text::line(&input.organization_name, NAME_LIMIT));
    let tenant_name = wrong.check("tenant", text::line(&input.tenant_name, NAME_LIMIT));
    let organization_slug = short_name(wrong, "company_slug", &input.organization_slug, organization_name);
    let tenant_slug = short_name(wrong, "tenant_slug", &input.tenant_slug, tenant_name);
    let currency = wrong.check("currency", listed(CURRENCIES.iter().map(|c| c.0), &input.currency));
    let time_zone = wrong.check("time_zone", listed(time_zones().iter(), &input.time_zone));
    let names = (organization_name.zip(organization_slug), tenant_name.zip(tenant_slug));
    let ((Some(organization), Some(tenant)), Some((currency, time_zone))) = (names, currency.zip(time_zone))
    else {
        return Ok(None);
    };
    Ok(Some(NewTenant {
        uuid: random_uuid()?,
        organization_slug: organization.1,
        organization_name: organization.0.to_owned(),
        tenant_slug: tenant.1,
        tenant_name: tenant.0.to_owned(),
        currency,
        time_zone,
        created_at,
    }))
}

fn check_owner(
    wrong: &mut Violations,
    input: &SetupInput,
    created_at: Timestamp,
) -> Option<(NewUser, Password)> {
    let first_name = wrong.check("first_name", text::line(&input.first_name, Profile::FIELD_LIMIT));
    let last_name = wrong.check("last_name", text::line(&input.last_name, Profile::FIELD_LIMIT));
    let email = wrong.check("email", Email::parse(&input.email));
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

/// The short name typed, or one made of the name.
fn short_name(wrong: &mut Violations, field: &'static str, typed: &str, name: Option<&str>) -> Option<Slug> {
    if !typed.trim().is_empty() {
        return wrong.check(field, Slug::parse(typed));
    }
    let suggested = text::ascii_slug(name?);
    if suggested.is_empty() {
        wrong.add(field, "Type a short name of a-z and 0-9; none can be made of this name.");
        return None;
    }
    wrong.check(field, Slug::parse(suggested.get(..50).unwrap_or(&suggested).trim_end_matches('-')))
}

fn listed<T: AsRef<str>>(known: impl Iterator<Item = T>, chosen: &str) -> Result<String, &'static str> {
    let mut known = known;
    if known.any(|one| one.as_ref() == chosen) {
        Ok(chosen.to_owned())
    } else {
        Err("Choose one of the list.")
    }
}

fn random_uuid() -> Result<Uuid, Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Error::Unavailable(error.to_string().into()))?;
    Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
}

/// Currencies to choose from, by ISO 4217 code.
pub const CURRENCIES: [(&str, &str); 30] = [
    ("EUR", "Euro"),
    ("USD", "US dollar"),
    ("GBP", "Pound sterling"),
    ("AED", "UAE dirham"),
    ("AUD", "Australian dollar"),
    ("BRL", "Brazilian real"),
    ("CAD", "Canadian dollar"),
    ("CHF", "Swiss franc"),
    ("CNY", "Yuan"),
    ("CZK", "Czech koruna"),
    ("DKK", "Danish krone"),
    ("HKD", "Hong Kong dollar"),
    ("HUF", "Forint"),
    ("IDR", "Rupiah"),
    ("ILS", "New shekel"),
    ("INR", "Indian rupee"),
    ("JPY", "Yen"),
    ("KRW", "Won"),
    ("MXN", "Mexican peso"),
    ("MYR", "Ringgit"),
    ("NOK", "Norwegian krone"),
    ("NZD", "New Zealand dollar"),
    ("PLN", "Złoty"),
    ("RON", "Romanian leu"),
    ("SAR", "Saudi riyal"),
    ("SEK", "Swedish krona"),
    ("SGD", "Singapore dollar"),
    ("THB", "Baht"),
    ("TRY", "Turkish lira"),
    ("ZAR", "Rand"),
];

/// The names of all time zones, UTC first.
pub fn time_zones() -> Vec<String> {
    let zones = jiff::tz::db().available().map(|name| name.to_string());
    let mut places: Vec<_> = zones.filter(|name| name.contains('/') && !name.starts_with("Etc/")).collect();
    places.insert(0, "UTC".to_owned());
    places
}
