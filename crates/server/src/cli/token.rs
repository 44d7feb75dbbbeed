//! `automation-hub token`: Open API tokens in the operator's hands, beside a running server or without one.

use std::io::Read;

use anyhow::{Context, bail};
use automation_hub_domain::{
    clock::{Clock, Timestamp},
    id::TokenId,
    page::{Direction, PageRequest},
    tenant::Tenant,
    token::{app_key::AppKey, value::TokenValue},
    user::Email,
};
use automation_hub_server::{
    auth::random,
    clock::SystemClock,
    config::Config,
    error::Error,
    keys::Keys,
    services::tokens::{self as service, AppKeyInput, OperatorTokens, Secrets, TokenInput},
};
use automation_hub_storage::{
    Store,
    tokens::{self, StateFilter, Token, TokenFilter, TokenSort},
    users,
};
use clap::{ArgGroup, Args, Subcommand};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{Global, output, tenant};

#[derive(Subcommand)]
pub(super) enum Action {
    /// Create a token and print its value, this once
    #[command(after_help = "Examples:
  automation-hub token create \"Nightly export\" --user ines.moreau@nordwind.test
  automation-hub token create \"SAP intake\" --tenant-level --expires-days 365 --generate-app-key --json")]
    Create(Create),
    /// List tokens, without their values
    List(List),
    /// End a token for good
    #[command(after_help = "Examples:
  automation-hub token revoke 17
  automation-hub token revoke --name \"Nightly export\"")]
    Revoke(Revoke),
}

#[derive(Args)]
#[command(group = ArgGroup::new("whose").required(true), group = ArgGroup::new("end"), group = ArgGroup::new("key"))]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct Create {
    /// Name by which people know the token
    name: String,
    /// Person the token acts as, by e-mail address
    #[arg(long, value_name = "E-MAIL", group = "whose")]
    user: Option<String>,
    /// Have it act as nobody, for the tenant
    #[arg(long, group = "whose")]
    tenant_level: bool,
    /// Days it works, up to the end of the last one in UTC
    #[arg(long, value_name = "DAYS", group = "end", default_value_t = 90, allow_negative_numbers = true, value_parser = clap::value_parser!(u16).range(1..=3650))]
    expires_days: u16,
    /// Have it work until it is revoked, where the tenant allows that
    #[arg(long, group = "end")]
    never_expires: bool,
    /// Demand the app key read from standard input with each call
    #[arg(long, group = "key")]
    app_key_stdin: bool,
    /// Demand an app key with each call, and print it, this once
    #[arg(long, group = "key")]
    generate_app_key: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
}

#[derive(Args)]
#[command(group = ArgGroup::new("which").required(true))]
pub(super) struct Revoke {
    /// Its number in the list
    #[arg(group = "which")]
    id: Option<i64>,
    /// Its name, where only one token has it
    #[arg(long, group = "which")]
    name: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Whose tokens, and how the result is told.
#[derive(Args)]
struct Place {
    /// Tenant by its short names, where there are several
    #[arg(long, value_name = "ORGANISATION/TENANT")]
    tenant: Option<String>,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(global: &Global, action: Action) -> anyhow::Result<()> {
    let (config, store) = tenant::open(global).await?;
    let done = match action {
        Action::Create(create) => create.run(&config, &store).await,
        Action::List(list) => list.run(&store).await,
        Action::Revoke(revoke) => revoke.run(&store).await,
    };
    store.close().await;
    done
}

impl Create {
    async fn run(&self, config: &Config, store: &Store) -> anyhow::Result<()> {
        let now = SystemClock.now();
        let tenant = tenant::chosen(store, self.place.tenant.as_deref()).await?;
        if let Some(user) = &self.user {
            expect_person(store, &tenant, user).await?;
        }
        let input = self.input(now)?;
        let keys = Keys::join(config, store).await?;
        let tokens = OperatorTokens::new(store.clone(), &keys, tenant.clone());
        let (token, secrets) = tokens.create(input, now).await.map_err(|error| self.in_flags(error))?;
        self.tell(&tenant, &token, &secrets, now)
    }

    fn input(&self, now: Timestamp) -> anyhow::Result<TokenInput> {
        let app_key = self.app_key()?;
        let last_day = jiff::Timestamp::from_millisecond(now.plus_days(self.expires_days.into()).millis())?;
        Ok(TokenInput {
            name: self.name.clone(),
            user: self.user.clone().unwrap_or_default(),
            expires_in: if self.never_expires { "never".to_owned() } else { String::new() },
            expires_on: if self.never_expires { String::new() } else { last_day.strftime("%F").to_string() },
            app_key_input: if app_key.is_some() { AppKeyInput::Replace } else { AppKeyInput::Keep },
            app_key: app_key.map(|key| key.to_string()).unwrap_or_default(),
            is_active: true,
            ..TokenInput::default()
        })
    }

    fn app_key(&self) -> anyhow::Result<Option<Zeroizing<String>>> {
        if self.app_key_stdin {
            let mut typed = Zeroizing::new(String::new());
            std::io::stdin().read_to_string(&mut typed)?;
            return Ok(Some(Zeroizing::new(typed.trim_end_matches(['\r', '\n']).to_owned())));
        }
        if !self.generate_app_key {
            return Ok(None);
        }
        let mut random = Zeroizing::new([0; 32]);
        random::fill(random.as_mut_slice())?;
        Ok(Some(Zeroizing::new(AppKey::from_random(&random).expose().to_owned())))
    }

    /// What is wrong, by the flags that say it.
    fn in_flags(&self, error: Error) -> anyhow::Error {
        let Error::Invalid(violations) = error else { return error.into() };
        let end = if self.never_expires { "--never-expires" } else { "--expires-days" };
        output::refusal(&violations.renamed(|field| match field {
            "name" => "NAME".into(),
            "user" => "--user".into(),
            "expires_on" => end.into(),
            _ => "the app key".into(),
        }))
    }

    fn tell(&self, tenant: &Tenant, token: &Token, secrets: &Secrets, now: Timestamp) -> anyhow::Result<()> {
        let value = secrets.value.as_ref().map(TokenValue::expose).context("the token has no value")?;
        // One that was read from standard input is known to whoever typed it.
        let app_key = secrets.app_key.as_ref().filter(|_| self.generate_app_key).map(AppKey::expose);
        if self.place.json {
            let mut told = described(token, tenant, now);
            told.insert("tenant_id".to_owned(), json!(tenant.uuid.to_string()));
            told.insert("token".to_owned(), json!(value));
            told.insert("app_key".to_owned(), json!(app_key));
            return output::print(Value::Object(told));
        }
        output::print(format_args!("Token          {value}"))?;
        if let Some(app_key) = app_key {
            output::print(format_args!("App Key        {app_key}"))?;
        }
        output::print(format_args!("Authorization  Bearer {}/{value}", tenant.uuid))?;
        output::print("Keep it now: this is shown once. A running server accepts it within a second.")
    }
}

async fn expect_person(store: &Store, tenant: &Tenant, text: &str) -> anyhow::Result<()> {
    let email = Email::parse(text).map_err(|error| anyhow::anyhow!("--user {text}: {error}"))?;
    match store.read(tenant.id, move |s| users::find_by_email(s, &email)).await? {
        Some(_) => Ok(()),
        None => bail!("--user {text}: there is no such person"),
    }
}

/// All tokens of the tenant that aren’t revoked.
async fn present(store: &Store, tenant: &Tenant, now: Timestamp) -> anyhow::Result<Vec<Token>> {
    let filter = TokenFilter { state: StateFilter::All, ..TokenFilter::default() };
    let everything = PageRequest { offset: 0, limit: u64::MAX };
    let sort = (TokenSort::Created, Direction::Ascending);
    Ok(store.scan(tenant.id, move |s| tokens::list(s, &filter, sort, (everything, None), now)).await?)
}

fn described(token: &Token, tenant: &Tenant, now: Timestamp) -> Map<String, Value> {
    let members = [
        ("id", json!(token.id.get())),
        ("name", json!(token.name)),
        ("type", json!(token.token_type().key())),
        ("user", json!(token.user.as_ref().map(|user| &user.email))),
        ("last_four", json!(token.last_four)),
        ("has_app_key", json!(token.has_app_key)),
        ("state", json!(state(token, tenant, now))),
        ("created_at", json!(instant(Some(token.created_at)))),
        ("expires_at", json!(instant(token.expires_at))),
        ("last_used_at", json!(instant(token.last_used_at))),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn state(token: &Token, tenant: &Tenant, now: Timestamp) -> String {
    let state = token.state(tenant.settings.allows_never_expiring, now);
    state.map_or_else(|| "Revoked".to_owned(), |state| state.to_string())
}

fn instant(at: Option<Timestamp>) -> Option<String> {
    at.and_then(|at| jiff::Timestamp::from_millisecond(at.millis()).ok()).map(|at| at.to_string())
}

impl List {
    async fn run(&self, store: &Store) -> anyhow::Result<()> {
        let now = SystemClock.now();
        let tenant = tenant::chosen(store, self.place.tenant.as_deref()).await?;
        let present = present(store, &tenant, now).await?;
        if self.place.json {
            let all = present.iter().map(|token| described(token, &tenant, now));
            return output::print(all.map(Value::Object).collect::<Value>());
        }
        let row = |token: &Token| {
            let user = token.user.as_ref().map_or("Tenant level", |user| user.email.as_str());
            [
                token.id.to_string(),
                token.name.clone(),
                format!("…{}", token.last_four),
                user.to_owned(),
                instant(token.expires_at).unwrap_or_else(|| "never".to_owned()),
                if token.has_app_key { "yes" } else { "no" }.to_owned(),
                state(token, &tenant, now),
            ]
        };
        let headings = ["Number", "Token Name", "Token", "User", "Expires", "App Key", "State"];
        output::table(headings, present.iter().map(row).collect())
    }
}

impl Revoke {
    async fn run(&self, store: &Store) -> anyhow::Result<()> {
        let now = SystemClock.now();
        let tenant = tenant::chosen(store, self.place.tenant.as_deref()).await?;
        let id = self.chosen(store, &tenant, now).await?;
        let token = match service::revoke_as_operator(store, &tenant, id, now).await {
            Err(Error::NotFound(_)) => bail!("there is no token {id}"),
            done => done?,
        };
        if self.place.json {
            return output::print(
                json!({ "id": id.get(), "name": token.name, "revoked_at": instant(Some(now)) }),
            );
        }
        output::print(format_args!("{} is revoked. A running server refuses it within a second.", token.name))
    }

    async fn chosen(&self, store: &Store, tenant: &Tenant, now: Timestamp) -> anyhow::Result<TokenId> {
        let name = match (self.id, &self.name) {
            (Some(id), _) => return Ok(TokenId::new(id)),
            (None, name) => name.as_deref().unwrap_or_default(),
        };
        let present = present(store, tenant, now).await?;
        let named: Vec<_> = present.iter().filter(|token| token.name == name).map(|token| token.id).collect();
        match named.as_slice() {
            [id] => Ok(*id),
            [] => bail!("there is no token “{name}”"),
            several => {
                let ids: Vec<_> = several.iter().map(ToString::to_string).collect();
                bail!("several tokens are called “{name}”: revoke one by its number, of {}", ids.join(", "))
            }
        }
    }
}
