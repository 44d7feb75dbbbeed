//! `automation-hub user`: people created by the operator, and the way back in for those who lost theirs.

use std::io::Read;

use anyhow::bail;
use automation_hub_domain::{
    audit::AuditAction,
    clock::{Clock, Timestamp},
    id::{RoleId, UserId},
    tenant::Tenant,
    user::{Email, InviteStatus, RoleAssignment},
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
    services::{
        operator,
        people::{self, By, PersonInput},
    },
};
use automation_hub_storage::{
    Session, StorageError, Store, audit,
    links::{self, LinkPurpose},
    roles, sessions, users,
};
use clap::{Args, Subcommand};
use serde_json::json;
use zeroize::Zeroizing;

use super::{Global, output, tenant};

#[derive(Subcommand)]
pub(super) enum Action {
    /// Create a person and print a link to set the first password
    #[command(after_help = "Examples:
  automation-hub user create ines.moreau@nordwind.test Ines Moreau --role ah-system-admin
  automation-hub user create robot@nordwind.test Order Robot --password-stdin < secret.txt")]
    Create(Create),
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
    match error {
        Error::Conflict(_) => anyhow::anyhow!("{email} is a person of this tenant already"),
        Error::Invalid(wrong) => output::refusal(&wrong),
        error => error.into(),
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
