//! Add Token and Edit Token: one form, as a page of its own or in the console's dialog.

use askama::Template;
use automation_hub_domain::{id::TokenId, permission::Permission, token::TokenType, user::User};
use automation_hub_storage::{
    Session,
    chunk::Start,
    tokens::Token,
    users::{self, UserFilter},
};
use axum::{
    extract::{RawPathParams, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    PATH, done,
    notice::{Done, list_after},
    token_id, words,
};
use crate::{
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    pages::{error::PageError, form::Form, html, shell::Shell, visit::SignedIn},
    services::tokens::{self, AppKeyInput, Draft, TokenInput, end_of},
};

#[derive(Template)]
#[template(path = "tokens/form_page.html")]
struct FormPage {
    shell: Shell,
    form: FormView,
    in_dialog: bool,
}

#[derive(Template)]
#[template(path = "tokens/form.html")]
struct FormPart {
    form: FormView,
    in_dialog: bool,
}

/// Fields in their order, by their names in the form and as people call them.
const FIELDS: [(&str, &str, &str); 7] = [
    ("name", "Token Name", "token-name"),
    ("token", "Token", "token-value"),
    ("user", "User", "token-user"),
    ("expires_on", "Expires", "token-expires"),
    ("app_key_change", "App Key", "token-app-key-change"),
    ("app_key", "App Key", "token-app-key"),
    ("password", "Your password", "token-password"),
];

struct FormView {
    path: String,
    action: String,
    title: &'static str,
    csrf_token: String,
    draft: Option<i64>,
    revision: Option<i64>,
    value: String,
    input: TokenInput,
    violations: Violations,
    /// Who the User field names, once it names somebody.
    user_name: Option<String>,
    /// None while the User field names nobody.
    kind: Option<TokenType>,
    creator_email: String,
    presets: Vec<Preset>,
    until: String,
    allows_never: bool,
    has_app_key: bool,
    needs_password: bool,
    people: Vec<(String, String)>,
    /// Who was found by what is typed in User, where a search was asked for: without scripts.
    found: Option<Vec<(String, String)>>,
    /// What somebody else saved meanwhile, beside what is typed here.
    theirs: Option<Vec<(&'static str, String)>>,
}

struct Preset {
    value: &'static str,
    title: &'static str,
    /// What the date field shows when this is chosen.
    date: String,
    until: String,
    is_chosen: bool,
    is_allowed: bool,
}

impl FormView {
    fn error(&self, field: &str) -> Option<&str> {
        self.violations.of(field)
    }

    /// The fields to look at again, each with the place it is found at.
    fn wrong_fields(&self) -> Vec<(&'static str, &'static str)> {
        let is_wrong = |field: &str| self.violations.of(field).is_some();
        FIELDS.iter().filter(|(field, ..)| is_wrong(field)).map(|(_, title, id)| (*title, *id)).collect()
    }

    /// Where the focus belongs: into the first field to look at again, or the first of all.
    fn has_focus(&self, id: &str) -> bool {
        let usual = if self.found.is_some() { "token-user" } else { "token-name" };
        self.wrong_fields().first().map_or(usual, |(_, first)| *first) == id
    }

    fn is_kind(&self, key: &str) -> bool {
        self.kind.is_some_and(|kind| kind.key() == key)
    }
}

/// Everything a form is made of but what was typed.
struct Maker<'a> {
    app: &'a App,
    actor: &'a Actor,
    base: String,
    csrf_token: String,
}

impl<'a> Maker<'a> {
    fn new(app: &'a App, signed_in: &'a SignedIn) -> Self {
        let visit = &signed_in.visit;
        Self { app, actor: &signed_in.actor, base: visit.base(), csrf_token: visit.csrf_token() }
    }

    async fn form(
        &self,
        of: Of<'_>,
        mut input: TokenInput,
        violations: Violations,
    ) -> Result<FormView, Error> {
        let user = self.user(&input.user).await?;
        if let Some(user) = &user {
            user.email.as_str().clone_into(&mut input.user);
        }
        let people = self.people().await?;
        let path = format!("{}{PATH}", self.base);
        let (action, title, draft, revision, value, has_app_key) = match of {
            Of::New(draft) => {
                let value = draft.value.expose().to_owned();
                (format!("{path}/tokens"), "Add Token", Some(draft.id), None, value, false)
            }
            Of::Old(token, revision) => {
                let value = words::dots(token);
                let action = format!("{path}/tokens/{}/edit", token.id);
                (action, "Edit Token", None, Some(revision), value, token.has_app_key)
            }
        };
        let creator = match of {
            Of::New(_) => self.actor.user()?.email.clone(),
            Of::Old(token, _) => token.creator.as_ref().map(|by| by.email.clone()).unwrap_or_default(),
        };
        let allows_never = self.actor.tenant.settings.allows_never_expiring;
        Ok(FormView {
            path,
            action,
            title,
            csrf_token: self.csrf_token.clone(),
            draft,
            revision,
            value,
            kind: kind(&input.user, user.is_some(), &creator),
            creator_email: creator,
            user_name: user.map(|user| user.full_name()),
            presets: self.presets(&input, allows_never),
            until: until(&input),
            allows_never,
            has_app_key,
            needs_password: self.actor.require_fresh_credential(self.app.clock.now()).is_err(),
            people,
            found: None,
            theirs: None,
            input,
            violations,
        })
    }

    /// The form as typed, with who is found by what stands in User, or with whom was picked among them.
    async fn searched(&self, of: Of<'_>, mut input: TokenInput, form: &Form) -> Result<FormView, Error> {
        let picked = form.text("pick");
        if !picked.is_empty() {
            picked.clone_into(&mut input.user);
            return self.form(of, input, Violations::default()).await;
        }
        let search: String = input.user.chars().take(tokens::SEARCH_LIMIT).collect();
        let found = self.find_people(Some(search), FOUND_LIMIT).await?;
        let view = self.form(of, input, Violations::default()).await?;
        Ok(FormView { found: Some(found), ..view })
    }

    fn presets(&self, input: &TokenInput, allows_never: bool) -> Vec<Preset> {
        let now = self.app.clock.now();
        let preset = |(value, title, days): &(&'static str, &'static str, Option<i64>)| {
            let end = days.map(|days| end_of(now.plus_days(days)));
            Preset {
                value,
                title,
                date: end.map(tokens::last_day).unwrap_or_default(),
                until: end.map(words::expiry_instant).unwrap_or_default(),
                is_chosen: input.expires_in == *value,
                is_allowed: days.is_some() || allows_never,
            }
        };
        PRESETS.iter().map(preset).collect()
    }

    async fn user(&self, text: &str) -> Result<Option<User>, Error> {
        let (tenant, text) = (self.actor.tenant_id(), text.to_owned());
        self.app.store.read(tenant, move |s| tokens::find_user(s, &text)).await
    }

    /// Offered where no script runs.
    async fn people(&self) -> Result<Vec<(String, String)>, Error> {
        self.find_people(None, OFFERED).await
    }

    async fn find_people(&self, search: Option<String>, limit: u64) -> Result<Vec<(String, String)>, Error> {
        let filter = UserFilter { search, is_active: Some(true), ..UserFilter::default() };
        let work = move |s: &mut Session<'_>| users::chunk(s, &filter, &Start::Offset(0), limit);
        let found = self.app.store.scan(self.actor.tenant_id(), work).await?;
        Ok(found.items.into_iter().map(|user| (user.email.as_str().to_owned(), user.full_name())).collect())
    }
}

/// How many people are offered where no script searches them.
const OFFERED: u64 = 200;

const PRESETS: [(&str, &str, Option<i64>); 4] = [
    ("30", "30 days", Some(30)),
    ("90", "90 days", Some(90)),
    ("365", "1 year", Some(365)),
    ("never", "Never", None),
];

/// As many as a person reads through.
const FOUND_LIMIT: u64 = 20;

/// Asked by a form without scripts: who goes by this name?
fn is_search(form: &Form) -> bool {
    form.is_ticked("find") || form.is_ticked("pick")
}

#[derive(Clone, Copy)]
enum Of<'a> {
    New(&'a Draft),
    /// The revision is the one the form says it was made on.
    Old(&'a Token, i64),
}

fn kind(user: &str, is_known: bool, creator: &str) -> Option<TokenType> {
    match user.trim() {
        "" => Some(TokenType::TenantLevel),
        _ if !is_known => None,
        user if user.eq_ignore_ascii_case(creator) => Some(TokenType::Personal),
        _ => Some(TokenType::UserAssigned),
    }
}

fn until(input: &TokenInput) -> String {
    if input.expires_in == "never" || input.expires_on.is_empty() {
        return "Never expires.".to_owned();
    }
    let day = input.expires_on.parse::<jiff::civil::Date>().ok();
    day.map_or_else(String::new, |day| format!("Until {}, 23:59 UTC.", day.strftime("%-d %B %Y")))
}

pub async fn show_new(
    State(app): State<App>,
    signed_in: SignedIn,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    signed_in.actor.require(Permission::OpenApi)?;
    let draft = tokens::begin(&app, &signed_in.actor).await?;
    let date = tokens::last_day(end_of(app.clock.now().plus_days(90)));
    let input = TokenInput {
        expires_in: "90".to_owned(),
        expires_on: date.clone(),
        expires_on_shown: date,
        is_active: true,
        ..TokenInput::default()
    };
    let form = Maker::new(&app, &signed_in).form(Of::New(&draft), input, Violations::default()).await?;
    respond(&signed_in, &headers, StatusCode::OK, form)
}

pub async fn create(
    State(app): State<App>,
    signed_in: SignedIn,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let draft = form.text("draft").parse().unwrap_or_default();
    let input = read(&form);
    if is_search(&form) {
        let draft = tokens::reopen(&app, &signed_in.actor, draft).await?;
        let view = Maker::new(&app, &signed_in).searched(Of::New(&draft), input, &form).await?;
        return respond(&signed_in, &headers, StatusCode::OK, view);
    }
    match tokens::create(&app, &signed_in.actor, draft, input.clone()).await {
        Ok(_) => Ok(done(&headers, &format!("{}{PATH}", signed_in.visit.base()))),
        Err(Error::Invalid(violations)) => {
            let draft = tokens::reopen(&app, &signed_in.actor, draft).await?;
            let view = Maker::new(&app, &signed_in).form(Of::New(&draft), input, violations).await?;
            respond(&signed_in, &headers, StatusCode::UNPROCESSABLE_ENTITY, view)
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn show_edit(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let token = find_live(&app, &signed_in.actor, token_id(&params)?).await?;
    let maker = Maker::new(&app, &signed_in);
    let form =
        maker.form(Of::Old(&token, token.revision), TokenInput::of(&token), Violations::default()).await?;
    respond(&signed_in, &headers, StatusCode::OK, form)
}

pub async fn edit(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let actor = &signed_in.actor;
    let id = token_id(&params)?;
    let revision = form.text("revision").parse().unwrap_or_default();
    let input = read(&form);
    if is_search(&form) {
        let token = find_live(&app, actor, id).await?;
        let view = Maker::new(&app, &signed_in).searched(Of::Old(&token, revision), input, &form).await?;
        return respond(&signed_in, &headers, StatusCode::OK, view);
    }
    let failure = match tokens::edit(&app, actor, id, revision, input.clone()).await {
        Ok(()) => return Ok(done(&headers, &list_after(&signed_in.visit, Done::Saved, id))),
        Err(failure) => failure,
    };
    let maker = Maker::new(&app, &signed_in);
    let token = find_live(&app, actor, id).await?;
    let (status, view) = match failure {
        Error::Invalid(violations) => {
            let view = maker.form(Of::Old(&token, revision), input, violations).await?;
            (StatusCode::UNPROCESSABLE_ENTITY, view)
        }
        // Saving again keeps what was changed here: it is made on what stands there now.
        Error::Stale => {
            let (of, input) = (Of::Old(&token, token.revision), input.on_top_of(&token));
            let mut view = maker.form(of, input, Violations::default()).await?;
            view.theirs = Some(words::facts(&token));
            (StatusCode::PRECONDITION_FAILED, view)
        }
        other => return Err(other.into()),
    };
    respond(&signed_in, &headers, status, view)
}

async fn find_live(app: &App, actor: &Actor, id: TokenId) -> Result<Token, Error> {
    let token = tokens::find(app, actor, id).await?;
    if token.revoked_at.is_some() { Err(Error::NotFound("token")) } else { Ok(token) }
}

/// Whatever else was sent, a token value among it, isn't looked at.
fn read(form: &Form) -> TokenInput {
    let shown = |field| form.all(field).next();
    TokenInput {
        name: form.raw("name").to_owned(),
        name_shown: shown("name_shown").map(str::to_owned),
        user: form.text("user").to_owned(),
        user_shown: shown("user_shown").map(str::to_owned),
        expires_in: form.text("expires_in").to_owned(),
        expires_on: form.text("expires_on").to_owned(),
        expires_on_shown: form.text("expires_on_shown").to_owned(),
        app_key: form.raw("app_key").to_owned(),
        app_key_input: AppKeyInput::from_key(form.text("app_key_change")),
        is_active: form.is_ticked("active"),
        is_active_shown: shown("active_shown").map(|value| value == "1"),
        password: form.raw("password").to_owned(),
    }
}

fn respond(
    signed_in: &SignedIn,
    headers: &HeaderMap,
    status: StatusCode,
    form: FormView,
) -> Result<Response, PageError> {
    if html::is_htmx(headers) {
        return html::page_with(status, &FormPart { form, in_dialog: true });
    }
    let shell = super::shell(&signed_in.visit)?.below(form.title);
    html::page_with(status, &FormPage { shell, form, in_dialog: false })
}
