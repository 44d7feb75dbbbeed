//! `automation-hub tenant`: tenants founded and listed by the operator.

use anyhow::{Context, bail};
use automation_hub_domain::{
    clock::{Clock, Timestamp},
    tenant::{NewTenant, Slug, Tenant},
    text,
};
use automation_hub_server::{
    clock::SystemClock,
    config::Config,
    error::Error,
    services::{operator, setup},
};
use automation_hub_storage::{Store, System, audit, links, tenants};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Global, folder, hub, output};

#[derive(Subcommand)]
pub(super) enum Action {
    /// Found a tenant and print its Tenant ID
    #[command(after_help = "Example:
  automation-hub tenant create \"Nordwind Group\" Production --currency EUR --time-zone Europe/Copenhagen")]
    Create(Create),
    /// List all tenants
    List(List),
}

#[derive(Args)]
pub(super) struct Create {
    /// Name of the organisation
    organization: String,
    /// Name of the tenant, such as "Production"
    tenant: String,
    /// Short name of the organisation in addresses; made of its name where absent
    #[arg(long, value_name = "SLUG")]
    organization_slug: Option<String>,
    /// Short name of the tenant in addresses; made of its name where absent
    #[arg(long, value_name = "SLUG")]
    tenant_slug: Option<String>,
    /// ISO 4217 code
    #[arg(long, default_value = "EUR")]
    currency: String,
    /// IANA name
    #[arg(long, default_value = "Etc/UTC")]
    time_zone: String,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct List {
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(global: &Global, action: Action) -> anyhow::Result<()> {
    let (_, store) = open(global).await?;
    let done = match action {
        Action::Create(create) => create.run(&store).await,
        Action::List(list) => list.run(&store).await,
    };
    store.close().await;
    done
}

/// The database for a command that reads or changes it, brought to this version.
pub(super) async fn open(global: &Global) -> anyhow::Result<(Config, Store)> {
    let config = global.load(Vec::new())?;
    automation_hub_server::logging::start(&config.log);
    folder::prepare(&config.storage.data_dir)?;
    let store = hub::open_store(&config).await?;
    store.migrate().await.context("the database can't be brought to this version")?;
    Ok((config, store))
}

impl Create {
    async fn run(&self, store: &Store) -> anyhow::Result<()> {
        let new = self.checked(SystemClock.now())?;
        let tenant = store.system().write(move |s| found(s, &new)).await?;
        if self.json {
            return output::print(described(&tenant));
        }
        output::print(format_args!("Tenant ID  {}\nAddress    {}/", tenant.uuid, tenant.base_path()))
    }

    fn checked(&self, now: Timestamp) -> anyhow::Result<NewTenant> {
        let name = |what: &str, given: &str| match text::line(given, 100) {
            Ok(name) => Ok(name.to_owned()),
            Err(error) => bail!("{what}: {error}"),
        };
        let slug = |what: &str, given: Option<&String>, name: &str| {
            let made = || text::slug(name).chars().filter(char::is_ascii).take(50).collect();
            let slug = given.cloned().unwrap_or_else(made);
            Slug::parse(&slug).map_err(|error| anyhow::anyhow!("{what} “{slug}”: {error}"))
        };
        let is_currency = self.currency.len() == 3 && self.currency.bytes().all(|b| b.is_ascii_uppercase());
        if !is_currency {
            bail!("--currency {}: three capital letters are needed, such as EUR", self.currency);
        }
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            bail!("--time-zone {}: an IANA name is needed, such as Europe/Copenhagen", self.time_zone);
        }
        Ok(NewTenant {
            uuid: Uuid::new_v4(),
            organization_slug: slug(
                "--organization-slug",
                self.organization_slug.as_ref(),
                &self.organization,
            )?,
            organization_name: name("the organisation's name", &self.organization)?,
            tenant_slug: slug("--tenant-slug", self.tenant_slug.as_ref(), &self.tenant)?,
            tenant_name: name("the tenant's name", &self.tenant)?,
            currency: self.currency.clone(),
            time_zone: self.time_zone.clone(),
            created_at: now,
        })
    }
}

fn found(system: &mut System<'_>, new: &NewTenant) -> Result<Tenant, Error> {
    let (organization, tenant) = (new.organization_slug.as_str(), new.tenant_slug.as_str());
    if tenants::find_by_slugs(system, organization, tenant)?.is_some() {
        return Err(Error::Conflict("there is a tenant with these short names already".into()));
    }
    let id = tenants::insert(system, new)?;
    let session = &mut system.tenant(id);
    setup::insert_category_levels(session)?;
    let tenant = tenants::get(session)?;
    let event = operator::event(new.created_at, "tenant.create", ("tenant", id.get()), &tenant.tenant_name);
    audit::insert(session, &event)?;
    links::complete_setup(system, new.created_at, false)?;
    Ok(tenant)
}

impl List {
    async fn run(&self, store: &Store) -> anyhow::Result<()> {
        let all = store.system().read(tenants::list).await?;
        if self.json {
            return output::print(all.iter().map(described).collect::<Value>());
        }
        for tenant in all {
            let state = if tenant.is_active { "" } else { "  inactive" };
            output::print(format_args!(
                "{}  {}/{}  {} / {}{state}",
                tenant.uuid,
                tenant.organization_slug,
                tenant.tenant_slug,
                tenant.organization_name,
                tenant.tenant_name
            ))?;
        }
        Ok(())
    }
}

fn described(tenant: &Tenant) -> Value {
    json!({
        "tenant_id": tenant.uuid.to_string(),
        "organization": tenant.organization_slug.as_str(),
        "organization_name": tenant.organization_name,
        "tenant": tenant.tenant_slug.as_str(),
        "tenant_name": tenant.tenant_name,
        "is_active": tenant.is_active,
    })
}

/// The tenant a command is about: by its short names, or the only one there is.
pub(super) async fn chosen(store: &Store, names: Option<&str>) -> anyhow::Result<Tenant> {
    let all = store.system().read(tenants::list).await?;
    let is_named = |tenant: &&Tenant| {
        names.is_none_or(|names| names == format!("{}/{}", tenant.organization_slug, tenant.tenant_slug))
    };
    let mut found = all.iter().filter(is_named);
    match (found.next(), found.next(), names) {
        (Some(tenant), None, _) => Ok(tenant.clone()),
        (Some(_), Some(_), _) => {
            bail!("there are several tenants: name one with --tenant ORGANISATION/TENANT")
        }
        (None, _, Some(names)) => bail!("there is no tenant {names}"),
        (None, _, None) => bail!("there is no tenant yet: automation-hub tenant create founds one"),
    }
}
