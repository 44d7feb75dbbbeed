//! Founding a tenant, whoever does it: the set-up page, the operator or the demo.

use automation_hub_domain::{
    clock::Timestamp,
    id::TenantId,
    tenant::{NewTenant, Slug},
    text,
};
use automation_hub_storage::{
    System,
    categories::{self, CategoryLevel},
    tenants,
};

use crate::{
    auth::random,
    error::{Error, Violations},
};

/// What the levels of the category tree are called until somebody renames them.
const CATEGORY_LEVELS: [(&str, &str); 3] =
    [("Business Area", "business-area"), ("Category", "category"), ("Sub-category", "sub-category")];
const NAME_LIMIT: usize = 100;
const SLUG_LIMIT: usize = 50;

/// A tenant to be, as typed. Fields are told by the names they have here.
#[derive(Clone, Debug, Default)]
pub struct TenantInput {
    pub organization: String,
    /// Made of the name where it is empty.
    pub organization_slug: String,
    pub tenant: String,
    /// Made of the name where it is empty.
    pub tenant_slug: String,
    pub currency: String,
    pub time_zone: String,
}

/// The same, checked; none, with all that is wrong noted.
pub fn check(
    wrong: &mut Violations,
    input: &TenantInput,
    created_at: Timestamp,
) -> Result<Option<NewTenant>, Error> {
    let organization = wrong.check("organization", text::line(&input.organization, NAME_LIMIT));
    let tenant = wrong.check("tenant", text::line(&input.tenant, NAME_LIMIT));
    let organization_slug = short_name(wrong, "organization_slug", &input.organization_slug, organization);
    let tenant_slug = short_name(wrong, "tenant_slug", &input.tenant_slug, tenant);
    let currency = wrong.check("currency", currency(&input.currency));
    let time_zone = wrong.check("time_zone", time_zone(&input.time_zone));
    let names = (organization.zip(organization_slug), tenant.zip(tenant_slug));
    let ((Some(organization), Some(tenant)), Some((currency, time_zone))) = (names, currency.zip(time_zone))
    else {
        return Ok(None);
    };
    Ok(Some(NewTenant {
        uuid: uuid::Builder::from_random_bytes(random::draw()?).into_uuid(),
        organization_slug: organization.1,
        organization_name: organization.0.to_owned(),
        tenant_slug: tenant.1,
        tenant_name: tenant.0.to_owned(),
        currency: currency.to_owned(),
        time_zone: time_zone.to_owned(),
        created_at,
    }))
}

/// Stores the tenant with all it starts with. Who founded it is for the caller to record.
pub fn found(system: &mut System<'_>, new: &NewTenant) -> Result<TenantId, Error> {
    let (organization, tenant) = (new.organization_slug.as_str(), new.tenant_slug.as_str());
    if tenants::find_by_slugs(system, organization, tenant)?.is_some() {
        return Err(Error::Conflict("there is a tenant with these short names already".into()));
    }
    let id = tenants::insert(system, new)?;
    let session = &mut system.tenant(id);
    for (level, (name, slug)) in (1..).zip(CATEGORY_LEVELS) {
        let level = CategoryLevel { id: level, name: name.to_owned(), slug: slug.to_owned() };
        categories::insert_level(session, &level)?;
    }
    Ok(id)
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
    let cut = suggested.get(..SLUG_LIMIT).unwrap_or(&suggested).trim_end_matches('-');
    wrong.check(field, Slug::parse(cut))
}

fn currency(chosen: &str) -> Result<&str, String> {
    if CURRENCIES.iter().any(|(code, _)| *code == chosen) {
        return Ok(chosen);
    }
    let codes = CURRENCIES.map(|(code, _)| code);
    Err(format!("One of these is needed: {}.", codes.join(", ")))
}

fn time_zone(chosen: &str) -> Result<&str, &'static str> {
    if time_zones().iter().any(|name| name == chosen) {
        return Ok(chosen);
    }
    Err("UTC or the name of a place is needed, such as Europe/Copenhagen.")
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
