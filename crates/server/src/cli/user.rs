//! `automation-hub user`: people created and listed by the operator, and the way back in for those who lost theirs.

use std::{collections::HashMap, io::Read};

use anyhow::bail;
use automation_hub_domain::{
    audit::AuditAction,
    clock::{Clock, Timestamp},
    id::{CategoryId, RoleId, UserId},
    page::PageRequest,
    tenant::Tenant,
    user::{Email, InviteStatus, RoleAssignment, User},
};
use automation_hub_server::{
    auth::{
        origin::PublicOrigin,
        password::{Password, Passwords},
        secret::Secret,
    },
    clock::SystemClock,
    config::Config,
    error::{Error, Violations},
    pages::users::{Standing, roles::Catalogue},
    services::{
        operator,
        people::{self, By, PersonInput},
    },
};
use automation_hub_storage::{
    Session, StorageError, Store, audit,
    links::{self, LinkPurpose},
    roles, sessions,
    users::{self, UserFilter},
};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Global, output, tenant};

#[derive(Subcommand)]
pub(super) enum Action {
    /// Create a person and print a link to set the first password
    #[command(after_help = "Examples:
  automation-hub user create ines.moreau@nordwind.test Ines Moreau --role ah-system-admin
  automation-hub user create robot@nordwind.test Order Robot --password-stdin < secret.txt")]
    Create(Create),
    /// List people with their status and roles
    List(List),
    /// Print a link to set a new password, or set one
    ResetPassword(Reset),
}

#[derive(Args)]
pub(super) struct Create {
    email: String,
    first_name: String,
    last_name: String,
    /// Role by its slug, for all categories; may be given several times
    #[arg(long = "role", value_name = "SLUG", default_value = "ah-standard-user")]
    roles: Vec<String>,
    #[command(flatten)]
    way: Way,
}

#[derive(Args)]
pub(super) struct List {
    /// Tenant by its short names, where there are several
    #[arg(long, value_name = "ORGANISATION/TENANT")]
    tenant: Option<String>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct Reset {
    email: String,
    #[command(flatten)]
    way: Way,
}

/// Said of a link where nobody configured where people find the hub.
const GUESSED_ORIGIN: &str = " It begins with the address configured to listen on: where people reach the hub by another \
    one, set server.public_url.";

/// How the person gets a password, and how that is told.
#[derive(Args)]
struct Way {
    /// Tenant by its short names, where there are several
    #[arg(long, value_name = "ORGANISATION/TENANT")]
    tenant: Option<String>,
    /// Set the password read from standard input in place of printing a link
    #[arg(long)]
    password_stdin: bool,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(global: &Global, action: Action) -> anyhow::Result<()> {
    let (config, store) = tenant::open(global).await?;
    let done = match action {
        Action::Create(create) => create.run(&config, &store).await,
        Action::List(list) => list.run(&store).await,
        Action::ResetPassword(reset) => reset.run(&config, &store).await,
    };
    store.close().await;
    done
}

/// What lets a person in: a password that is set, or the digest of a link by which they set one.
#[derive(Clone)]
enum Entry {
    Password(String),
    Link { digest: [u8; 32], expires_at: Timestamp },
}

impl Way {
    /// The entry, and the link to print where it is one.
    async fn entry(
        &self,
        config: &Config,
        tenant: &Tenant,
        email: &Email,
        now: Timestamp,
    ) -> anyhow::Result<(Entry, Option<String>)> {
        if !self.password_stdin {
            let secret = Secret::draw()?;
            let expires_at = now.plus_hours(config.sessions.invitation_hours);
            let origin = PublicOrigin::new(&config.server);
            let link = format!("{}{}/invitation/{}", origin.own(), tenant.base_path(), secret.expose());
            return Ok((Entry::Link { digest: secret.digest(), expires_at }, Some(link)));
        }
        let mut typed = Zeroizing::new(String::new());
        std::io::stdin().read_to_string(&mut typed)?;
        let password = Password::choose(typed.trim_end_matches(['\r', '\n']), email.as_str())
            .map_err(|error| anyhow::anyhow!("the password: {error}"))?;
        Ok((Entry::Password(Passwords::new(&config.passwords)?.hash(password).await?), None))
    }

    fn tell(&self, config: &Config, email: &Email, id: UserId, link: Option<&str>) -> anyhow::Result<()> {
        if self.json {
            return output::print(json!({ "email": email.as_str(), "id": id.get(), "link": link }));
        }
        match link {
            Some(link) => {
                let origin = if config.server.public_url.is_empty() { GUESSED_ORIGIN } else { "" };
                output::print(format_args!("Hand this link to {email}; it works once.{origin}\n{link}"))
            }
            None => output::print(format_args!("{email} can sign in.")),
        }
    }
}

fn write_entry(
    session: &mut Session<'_>,
    user: UserId,
    entry: &Entry,
    purpose: LinkPurpose,
    now: Timestamp,
) -> Result<(), StorageError> {
    match entry {
        Entry::Password(hash) => users::set_password(session, user, hash, now).map(drop),
        Entry::Link { digest, expires_at } => {
            links::put_link(session, user, purpose, digest, now, *expires_at)
        }
    }
}

fn email(text: &str) -> anyhow::Result<Email> {
    Email::parse(text).map_err(|error| anyhow::anyhow!("{text}: {error}"))
}

fn told(error: Error, email: &Email) -> anyhow::Error {
    match error.itself() {
        Error::Conflict(_) => anyhow::anyhow!("{email} is a person of this tenant already"),
        Error::Invalid(wrong) => output::refusal(wrong),
        _ => error.into(),
    }
}

impl Create {
    async fn run(&self, config: &Config, store: &Store) -> anyhow::Result<()> {
        let now = SystemClock.now();
        let tenant = tenant::chosen(store, self.way.tenant.as_deref()).await?;
        let email = email(&self.email)?;
        let input = PersonInput {
            email: self.email.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            invite_status: Some(InviteStatus::PendingUnsent),
            roles: self.assignments(store, &tenant).await?,
            ..PersonInput::default()
        };
        let (entry, link) = self.way.entry(config, &tenant, &email, now).await?;
        let actor = operator::actor(tenant.clone());
        let write = move |s: &mut Session<'_>| -> Result<UserId, Error> {
            let id =
                people::add(s, By { actor: &actor, invitation: None, now }, &input, Violations::default())?;
            write_entry(s, id, &entry, LinkPurpose::Invitation, now)?;
            if matches!(entry, Entry::Password(_)) {
                users::set_invite_status(s, id, InviteStatus::Active, now)?;
            }
            Ok(id)
        };
        let id = store.write(tenant.id, write).await.map_err(|error| told(error, &email))?;
        self.way.tell(config, &email, id, link.as_deref())
    }

    async fn assignments(&self, store: &Store, tenant: &Tenant) -> anyhow::Result<Vec<RoleAssignment>> {
        let known = store.read(tenant.id, roles::list).await?;
        let find = |slug: &String| -> anyhow::Result<RoleId> {
            if let Some(role) = known.iter().find(|role| role.slug == *slug) {
                return Ok(role.id);
            }
            let slugs: Vec<_> = known.iter().map(|role| role.slug.as_str()).collect();
            bail!("there is no role {slug}; there are {}", slugs.join(", "))
        };
        self.roles.iter().map(|slug| Ok(RoleAssignment { role: find(slug)?, category: None })).collect()
    }
}

/// A person with the roles they hold.
type Holder = (User, Vec<RoleAssignment>);

impl List {
    async fn run(&self, store: &Store) -> anyhow::Result<()> {
        let tenant = tenant::chosen(store, self.tenant.as_deref()).await?;
        let (people, catalogue) = store.scan(tenant.id, everybody).await?;
        if self.json {
            return output::print(
                people.iter().map(|holder| described(holder, &catalogue)).collect::<Value>(),
            );
        }
        let row = |(user, held): &Holder| {
            let roles: Vec<_> = held.iter().map(|one| role_words(*one, &catalogue)).collect();
            let status = Standing::of(user).title().to_owned();
            [user.email.as_str().to_owned(), user.full_name(), status, roles.join(", ")]
        };
        output::table(["E-mail", "Name", "Status", "Roles"], people.iter().map(row).collect())
    }
}

/// Everybody of a tenant by name, and what puts their roles into words.
fn everybody(s: &mut Session<'_>) -> Result<(Vec<Holder>, Catalogue), Error> {
    let everything = PageRequest { offset: 0, limit: u64::MAX };
    let people = users::list(s, &UserFilter::default(), everything)?.items;
    let ids: Vec<_> = people.iter().map(|user| user.id).collect();
    let mut held: HashMap<UserId, Vec<RoleAssignment>> = HashMap::new();
    for (user, assignment) in users::role_assignments(s, &ids)? {
        held.entry(user).or_default().push(assignment);
    }
    let with_roles = |user: User| {
        let roles = held.remove(&user.id).unwrap_or_default();
        (user, roles)
    };
    Ok((people.into_iter().map(with_roles).collect(), Catalogue::load(s)?))
}

fn slug(role: RoleId, catalogue: &Catalogue) -> Option<&str> {
    catalogue.roles.iter().find(|one| one.id == role).map(|role| role.slug.as_str())
}

/// The role as `--role` takes it, and where it holds.
fn role_words(held: RoleAssignment, catalogue: &Catalogue) -> String {
    let slug = slug(held.role, catalogue).unwrap_or_default();
    match held.category {
        Some(_) => format!("{slug} in {}", catalogue.name(held).scope()),
        None => slug.to_owned(),
    }
}

fn described((user, held): &Holder, catalogue: &Catalogue) -> Value {
    let role = |one: &RoleAssignment| json!({ "role": slug(one.role, catalogue), "category_id": one.category.map(CategoryId::get) });
    json!({
        "id": user.id.get(),
        "email": user.email.as_str(),
        "name": user.full_name(),
        "status": Standing::of(user).key(),
        "roles": held.iter().map(role).collect::<Value>(),
    })
}

impl Reset {
    async fn run(&self, config: &Config, store: &Store) -> anyhow::Result<()> {
        let now = SystemClock.now();
        let tenant = tenant::chosen(store, self.way.tenant.as_deref()).await?;
        let email = email(&self.email)?;
        let key = email.clone();
        let Some(user) = store.read(tenant.id, move |s| users::find_by_email(s, &key)).await? else {
            bail!("there is no person {email}");
        };
        let (entry, link) = self.way.entry(config, &tenant, &email, now).await?;
        let (id, name) = (user.id, user.full_name());
        let write = move |s: &mut Session<'_>| -> Result<(), StorageError> {
            write_entry(s, id, &entry, LinkPurpose::PasswordReset, now)?;
            // Whoever knew the old password is signed out with it.
            if matches!(entry, Entry::Password(_)) {
                sessions::delete_of_user(s, id, None)?;
            }
            audit::insert(
                s,
                &operator::event(now, AuditAction::USER_RESET_PASSWORD, ("user", id.get()), &name),
            )
        };
        store.write(tenant.id, write).await?;
        self.way.tell(config, &email, id, link.as_deref())
    }
}
