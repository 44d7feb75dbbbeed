//! `automation-hub tenant`: tenants founded and listed by the operator.

use std::collections::BTreeSet;

use anyhow::{Context, bail};
use automation_hub_domain::{
    audit::AuditAction,
    clock::{Clock, Timestamp},
    tenant::{NewTenant, Tenant},
};
use automation_hub_server::{
    clock::SystemClock,
    config::Config,
    error::{Error, Violations},
    services::{
        operator,
        tenants::{self as service, TenantInput},
    },
};
use automation_hub_storage::{Store, System, audit, links, tenants};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

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
    /// Short name of the organisation in addresses; made of its name where absent, unless it has one already
    #[arg(long, value_name = "SLUG")]
    organization_slug: Option<String>,
    /// Short name of the tenant in addresses; made of its name where absent
    #[arg(long, value_name = "SLUG")]
    tenant_slug: Option<String>,
    /// ISO 4217 code
    #[arg(long, default_value = "EUR")]
    currency: String,
    /// UTC, or a place by its IANA name
    #[arg(long, default_value = "UTC")]
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
    let (_, store) = match action {
        Action::Create(_) => open_or_make(global).await?,
        Action::List(_) => open(global).await?,
    };
    let done = match action {
        Action::Create(create) => create.run(&store).await,
        Action::List(list) => list.run(&store).await,
    };
    store.close().await;
    done
}

/// The database for a command that reads or changes what is there, brought to this version.
pub(super) async fn open(global: &Global) -> anyhow::Result<(Config, Store)> {
    hub::expect_database(&global.load(Vec::new())?)?;
    open_or_make(global).await
}

async fn open_or_make(global: &Global) -> anyhow::Result<(Config, Store)> {
    let config = global.load(Vec::new())?;
    automation_hub_server::logging::start(&config.log);
    folder::prepare(&config.storage.data_dir)?;
    let store = hub::open_store(&config).await?;
    store.migrate().await.context("the database can't be brought to this version")?;
    Ok((config, store))
}

impl Create {
    async fn run(&self, store: &Store) -> anyhow::Result<()> {
        let organization_slug = match &self.organization_slug {
            Some(slug) => slug.clone(),
            None => self.known_slug(store).await?,
        };
        let new = self.checked(organization_slug, SystemClock.now())?;
        let tenant = store.system().write(move |s| found(s, &new)).await?;
        if self.json {
            return output::print(described(&tenant));
        }
        output::print(format_args!("Tenant ID  {}\nAddress    {}/", tenant.uuid, tenant.base_path()))
    }

    /// The short name that an organisation of this name goes by; empty where there is none.
    async fn known_slug(&self, store: &Store) -> anyhow::Result<String> {
        let all = store.system().read(tenants::list).await?;
        let known = all.into_iter().filter(|tenant| tenant.organization_name == self.organization.trim());
        let slugs: BTreeSet<String> =
            known.map(|tenant| tenant.organization_slug.as_str().to_owned()).collect();
        if slugs.len() > 1 {
            let slugs = slugs.into_iter().collect::<Vec<_>>().join(", ");
            bail!("several organisations have this name: choose one of {slugs} with --organization-slug");
        }
        Ok(slugs.into_iter().next().unwrap_or_default())
    }

    fn checked(&self, organization_slug: String, now: Timestamp) -> anyhow::Result<NewTenant> {
        let input = TenantInput {
            organization: self.organization.clone(),
            organization_slug,
            tenant: self.tenant.clone(),
            tenant_slug: self.tenant_slug.clone().unwrap_or_default(),
            currency: self.currency.clone(),
            time_zone: self.time_zone.clone(),
        };
        let mut wrong = Violations::default();
        let new = service::check(&mut wrong, &input, now)?;
        let argument = |field: &str| match field {
            "organization" | "tenant" => field.to_uppercase().into(),
            option => format!("--{}", option.replace('_', "-")).into(),
        };
        new.ok_or_else(|| output::refusal(&wrong.renamed(argument)))
    }
}

fn found(system: &mut System<'_>, new: &NewTenant) -> Result<Tenant, Error> {
    let id = service::found(system, new)?;
    let session = &mut system.tenant(id);
    let tenant = tenants::get(session)?;
    let event = operator::event(
        new.created_at,
        AuditAction::TENANT_CREATE,
        ("tenant", id.get()),
        &tenant.tenant_name,
    );
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
        let row = |tenant: Tenant| {
            [
                tenant.uuid.to_string(),
                short_names(&tenant),
                tenant.organization_name,
                tenant.tenant_name,
                if tenant.is_active { "yes" } else { "no" }.to_owned(),
            ]
        };
        let headings = ["Tenant ID", "Address", "Organisation", "Tenant", "Active"];
        output::table(headings, all.into_iter().map(row).collect())
    }
}

/// `nordwind/production`, as `--tenant` takes it.
pub(super) fn short_names(tenant: &Tenant) -> String {
    format!("{}/{}", tenant.organization_slug, tenant.tenant_slug)
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
    let is_named = |tenant: &&Tenant| names.is_none_or(|names| names == short_names(tenant));
    let mut found = all.iter().filter(is_named);
    match (found.next(), found.next(), names) {
        (Some(tenant), None, _) => Ok(tenant.clone()),
        (Some(_), Some(_), _) => {
            bail!("there are several tenants: name one with --tenant ORGANISATION/TENANT")
        }
        (None, _, Some(names)) => bail!(
            "there is no tenant {names}: --tenant takes ORGANISATION/TENANT, as `tenant list` shows them"
        ),
        (None, _, None) => bail!("there is no tenant yet: automation-hub tenant create founds one"),
    }
}
