//! The page of the first start. Its code comes by the address once, moves into a cookie, and is gone from there.

use std::{borrow::Cow, sync::Arc};

use askama::Template;
use automation_hub_domain::text;
use automation_hub_storage::Engine;
use axum::{
    extract::{RawPathParams, Request, State},
    http::{HeaderMap, header},
    middleware::Next,
    response::Response,
};

use crate::{
    app::App,
    auth::secret::Secret,
    error::{Denial, Error},
    middleware::request::RequestContext,
    pages::{
        error::{self, PageError},
        fields::{Fields, Titles},
        form::{Form, FormKey},
        format, html,
        sign_in::with_session,
        visit::{VISIT_COOKIE, clear_cookie, cookie, set_cookie},
    },
    services::{
        setup::{self, SetupInput},
        sign_in::Client,
        tenants::{self, CURRENCIES, TenantInput},
    },
};

const FIELDS: Titles = &[
    ("company", "Company", "company"),
    ("company_slug", "Short name in addresses", "company_slug"),
    ("tenant", "Tenant", "tenant"),
    ("tenant_slug", "Short name of the tenant", "tenant_slug"),
    ("first_name", "First name", "first_name"),
    ("last_name", "Last name", "last_name"),
    ("email", "E-mail", "email"),
    ("password", "Password", "password"),
    ("currency", "Currency", "currency"),
    ("time_zone", "Time zone", "time_zone"),
];

const CODE_COOKIE: &str = "__Host-ah-setup";
const PATH: &str = "/set-up";
/// Clocks further apart than this weren't set by a time server.
const CLOCK_TOLERANCE_MILLIS: i64 = 1000;

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    csrf_token: String,
    fields: Fields,
    host: String,
    /// Where people will work, by what is typed so far.
    address: String,
    currencies: &'static [(&'static str, &'static str)],
    time_zones: Vec<String>,
    checks: Vec<Check>,
}

#[derive(Template)]
#[template(path = "setup_code.html")]
struct CodePage {
    csrf_token: String,
    is_wrong: bool,
}

impl CodePage {
    fn wrong(key: &FormKey) -> Self {
        Self { csrf_token: key.csrf_token(), is_wrong: true }
    }
}

#[derive(Template)]
#[template(path = "setup_elsewhere.html")]
struct ElsewherePage;

/// Something the server found out about itself.
struct Check {
    is_fine: bool,
    title: &'static str,
    text: Cow<'static, str>,
}

/// Opens the page only while there is something to set up, and only to this machine unless configured.
pub async fn guard(
    State(app): State<App>,
    context: RequestContext,
    mut request: Request,
    next: Next,
) -> Response {
    match setup::is_open(&app).await {
        Ok(true) => {}
        Ok(false) => return error::respond(None, &Error::NotFound("page"), context.id),
        Err(failure) => return error::respond(None, &failure, context.id),
    }
    let is_here = context.address.is_loopback() && !is_forwarded(request.headers());
    if !app.config.server.setup_from_anywhere && !is_here {
        let page = error::page_of(&Error::Forbidden(Denial::Origin), &ElsewherePage);
        return page.unwrap_or_else(|_| error::respond(None, &Error::NotFound("page"), context.id));
    }
    let known = cookie(request.headers(), VISIT_COOKIE).and_then(Secret::parse);
    let is_fresh = known.is_none();
    let key = match known.map_or_else(Secret::draw, Ok) {
        Ok(key) => Arc::new(key),
        Err(failure) => return error::respond(None, &failure, context.id),
    };
    request.extensions_mut().insert(FormKey(Arc::clone(&key)));
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<Arc<Error>>() {
        response = error::respond(None, &failure, context.id);
    }
    if is_fresh {
        set_cookie(response.headers_mut(), VISIT_COOKIE, &key.expose());
    }
    response
}

/// Whether a proxy passed the request on: then this machine is only its last stop.
fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-real-ip"].iter().any(|name| headers.contains_key(*name))
}

/// The printed link: takes the code out of the address. A link that was cut short has none.
pub async fn take_code(key: FormKey, params: RawPathParams) -> Result<Response, PageError> {
    let given = params.iter().find(|(name, _)| *name == "code").and_then(|(_, code)| Secret::parse(code));
    // A code that is kept already stays: it may be the right one.
    let Some(code) = given else { return error::form_again(&CodePage::wrong(&key)) };
    let mut response = html::see_other(PATH);
    set_cookie(response.headers_mut(), CODE_COOKIE, &code.expose());
    Ok(response)
}

pub async fn show(State(app): State<App>, key: FormKey, headers: HeaderMap) -> Result<Response, PageError> {
    let Some(code) = code_of(&headers) else {
        return html::page(&CodePage { csrf_token: key.csrf_token(), is_wrong: false });
    };
    if setup::check_code(&app, &code).await? {
        let mut fields = Fields::default();
        fields.set("currency", "EUR");
        fields.set("time_zone", "UTC");
        return html::page(&setup_page(&app, &key, &headers, fields).await?);
    }
    wrong_code(&key)
}

fn code_of(headers: &HeaderMap) -> Option<Secret> {
    cookie(headers, CODE_COOKIE).and_then(Secret::parse)
}

fn wrong_code(key: &FormKey) -> Result<Response, PageError> {
    let mut response = error::form_again(&CodePage::wrong(key))?;
    // So that a wrong code is counted once, not with each look at the page.
    clear_cookie(response.headers_mut(), CODE_COOKIE);
    Ok(response)
}

/// The code, typed or pasted, alone or with the link around it.
pub async fn submit_code(State(app): State<App>, key: FormKey, form: Form) -> Result<Response, PageError> {
    let typed = form.text("code").rsplit('/').next().unwrap_or_default();
    // What isn't even a code counts as a wrong one.
    let code = Secret::parse(typed).map_or_else(Secret::draw, Ok)?;
    if !setup::check_code(&app, &code).await? {
        return wrong_code(&key);
    }
    let mut response = html::see_other(PATH);
    set_cookie(response.headers_mut(), CODE_COOKIE, &code.expose());
    Ok(response)
}

pub async fn finish(
    State(app): State<App>,
    key: FormKey,
    context: RequestContext,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let Some(code) = code_of(&headers) else { return wrong_code(&key) };
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let finished = setup::finish(&app, &code, &input(&form), Client::new(context, agent)).await;
    match finished {
        Ok((base, secret)) => {
            let mut response = with_session(html::see_other(&format!("{base}/")), &secret);
            clear_cookie(response.headers_mut(), CODE_COOKIE);
            Ok(response)
        }
        Err(Error::Invalid(violations)) => {
            let violations = violations.renamed(|field| match field {
                "organization" => "company".into(),
                "organization_slug" => "company_slug".into(),
                other => other.to_owned().into(),
            });
            let page = setup_page(&app, &key, &headers, Fields::new(form, violations)).await?;
            error::form_again(&page)
        }
        Err(error) => Err(error.into()),
    }
}

fn input(form: &Form) -> SetupInput {
    let text = |name: &str| form.text(name).to_owned();
    SetupInput {
        tenant: TenantInput {
            organization: text("company"),
            organization_slug: text("company_slug"),
            tenant: text("tenant"),
            tenant_slug: text("tenant_slug"),
            currency: text("currency"),
            time_zone: text("time_zone"),
        },
        first_name: text("first_name"),
        last_name: text("last_name"),
        email: text("email"),
        password: form.raw("password").to_owned(),
    }
}

async fn setup_page(
    app: &App,
    key: &FormKey,
    headers: &HeaderMap,
    fields: Fields,
) -> Result<SetupPage, Error> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    Ok(SetupPage {
        csrf_token: key.csrf_token(),
        address: address(&host, &fields),
        fields: fields.titled(FIELDS),
        host,
        currencies: &CURRENCIES,
        time_zones: tenants::time_zones(),
        checks: checks(app).await?,
    })
}

fn address(host: &str, fields: &Fields) -> String {
    let part = |name: &str, fallback: &str| {
        let typed = fields.value(&format!("{name}_slug")).to_owned();
        let made = text::ascii_slug(fields.value(name));
        [typed, made].into_iter().find(|slug| !slug.is_empty()).unwrap_or_else(|| fallback.to_owned())
    };
    format!("{host}/{}/{}/…", part("company", "company"), part("tenant", "tenant"))
}

/// What the page says of the server: each line is looked up while it is shown.
async fn checks(app: &App) -> Result<Vec<Check>, Error> {
    let clock = setup::clock_difference_millis(app).await?;
    let secure = app.config.server.public_url.starts_with("https://");
    let checks = [
        Some(database_check(app)),
        Some(keys_check(app)),
        clock.map(clock_check),
        Some(mail_check(app)),
        (!secure).then(|| Check {
            is_fine: false,
            title: "Plain HTTP",
            text: "Fine on this machine. Put TLS in front before others use it.".into(),
        }),
    ];
    Ok(checks.into_iter().flatten().collect())
}

/// The page itself was read from it.
fn database_check(app: &App) -> Check {
    let text = match app.store.engine() {
        Engine::Sqlite => "Embedded SQLite, written to disk on every change.",
        Engine::Postgres => "PostgreSQL.",
    };
    Check { is_fine: true, title: "Database ready", text: text.into() }
}

fn keys_check(app: &App) -> Check {
    match app.keys.check_files() {
        Ok(()) => Check {
            is_fine: true,
            title: "Secret keys made",
            text: "Readable by the server only. Back them up apart from the database: without the pepper no token works."
                .into(),
        },
        Err(error) => {
            Check { is_fine: false, title: "Secret keys need a look", text: format!("{error}.").into() }
        }
    }
}

fn mail_check(app: &App) -> Check {
    if app.mailer.is_some() {
        let text = "Invitations go out by mail.".into();
        return Check { is_fine: true, title: "Mail server set", text };
    }
    Check { is_fine: false, title: "No mail server", text: "Invitations show a link to hand over.".into() }
}

fn clock_check(difference_millis: i64) -> Check {
    let apart = difference_millis.abs();
    if apart < CLOCK_TOLERANCE_MILLIS {
        let text = format!("with the database, within {}\u{a0}ms.", apart.max(1));
        return Check { is_fine: true, title: "Clock agrees", text: text.into() };
    }
    let seconds = format::count(apart.unsigned_abs().div_ceil(1000));
    let text = format!("{seconds}\u{a0}s from the database’s. Set both by the same time server.");
    Check { is_fine: false, title: "Clock differs", text: text.into() }
}
