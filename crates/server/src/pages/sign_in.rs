//! Signing in and out, and the page that asks for the password once more.

use askama::Template;
use axum::{
    extract::{FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::{
    app::App,
    auth::{password::Password, secret::Secret},
    error::Error,
    pages::{
        error::{self, PageError},
        form::Form,
        format, html,
        query::Query,
        visit::{SESSION_COOKIE, SignedIn, VISIT_COOKIE, Visit, clear_cookie, set_cookie},
    },
    services::sign_in::{self, Client},
};

const MISMATCH: &str = "E-mail and password don’t match. Check both, then try again.";

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage<'a> {
    visit: &'a Visit,
    csrf_token: String,
    next: String,
    email: &'a str,
    /// What went wrong, under the password.
    failure: Option<String>,
    /// Why somebody who was signed in has to do it again.
    ended: Option<String>,
    has_other_tenants: bool,
    needs_https: bool,
}

impl<'a> SignInPage<'a> {
    fn new(app: &App, visit: &'a Visit, headers: &HeaderMap, next: &str) -> Self {
        Self {
            visit,
            csrf_token: visit.csrf_token(),
            next: next.to_owned(),
            email: "",
            failure: None,
            ended: None,
            has_other_tenants: app.tenants().iter().filter(|tenant| tenant.is_active).count() > 1,
            needs_https: app.public_origin.needs_https(headers),
        }
    }
}

pub async fn show(
    State(app): State<App>,
    visit: Visit,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let next = own_path(&visit.base(), query.text("next"));
    if visit.actor.is_some() {
        return Ok(html::see_other(&next));
    }
    let idle = app.config.sessions.idle_minutes;
    let ended = match query.text("ended") {
        "page" => Some(format!(
            "Your session has ended, as it does after {idle}\u{a0}minutes without a request. Sign in to go on where you were."
        )),
        "form" => Some(
            "You were signed out before this was saved, so nothing was changed. Sign in to get back to the page, then send it again."
                .to_owned(),
        ),
        _ => None,
    };
    html::page(&SignInPage { ended, ..SignInPage::new(&app, &visit, &headers, &next) })
}

/// What a page's script asks before a form is sent late: whether the session lasts, and what forms carry in it.
pub async fn session(visit: Visit) -> Result<Response, PageError> {
    let actor = visit.actor.as_ref().ok_or(Error::SignedOut)?;
    let left = visit.session_left.ok_or(Error::SignedOut)?;
    let state = serde_json::json!({
        "user": actor.user()?.id.get(),
        "csrf_token": visit.csrf_token(),
        "idle_secs": left.idle_secs,
        "at_most_secs": left.at_most_secs,
    });
    Ok(html::json(&state))
}

pub async fn submit(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let next = own_path(&visit.base(), form.text("next"));
    let email = form.text("email");
    let password = Password::typed(form.raw("password"));
    let signed_in = sign_in::sign_in(&app, &visit.tenant, email, password, client(&visit, &headers)).await;
    let refusal = match signed_in {
        Ok(Some(secret)) => {
            // The browser gets a session of its own each time: one it came with may be somebody else's.
            if let Some(actor) = &visit.actor {
                sign_in::sign_out(&app, actor).await?;
            }
            return Ok(with_session(html::see_other(&next), &secret));
        }
        Ok(None) => Error::invalid("password", MISMATCH),
        Err(error) => error,
    };
    let Some(failure) = told_below(&refusal) else { return Err(refusal.into()) };
    let page = SignInPage { email, failure: Some(failure), ..SignInPage::new(&app, &visit, &headers, &next) };
    error::page_of(&refusal, &page)
}

/// What the session shows of this browser.
pub fn client(visit: &Visit, headers: &HeaderMap) -> Client {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    Client::new(visit.context, agent)
}

/// Gives the browser its session.
pub fn with_session(mut response: Response, secret: &Secret) -> Response {
    set_cookie(response.headers_mut(), SESSION_COOKIE, &secret.expose());
    clear_cookie(response.headers_mut(), VISIT_COOKIE);
    response
}

/// What the form itself says below the password; other failures have their page.
fn told_below(refusal: &Error) -> Option<String> {
    match refusal {
        Error::Invalid(violations) => violations.of("password").map(ToOwned::to_owned),
        Error::TooMany { retry_after_secs } => {
            Some(format!("Too many tries. Wait {}, then try again.", format::wait(*retry_after_secs)))
        }
        _ => None,
    }
}

/// Ends the session. A browser whose session ended before is where it wanted to be.
pub async fn sign_out(State(app): State<App>, visit: Visit, request: Request) -> Result<Response, Response> {
    let mut response = html::see_other(&format!("{}/sign-in", visit.base()));
    if let Some(actor) = &visit.actor {
        Form::from_request(request, &app).await?;
        let ended = sign_in::sign_out(&app, actor).await;
        ended.map_err(|error| PageError::from(error).into_response())?;
    }
    clear_cookie(response.headers_mut(), SESSION_COOKIE);
    // What the browser kept of this session's pages goes too.
    response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    Ok(response)
}

#[derive(Template)]
#[template(path = "confirm_password.html")]
struct ConfirmPage<'a> {
    visit: &'a Visit,
    csrf_token: String,
    next: String,
    name: String,
    email: &'a str,
    failure: Option<String>,
}

impl<'a> ConfirmPage<'a> {
    fn new(signed_in: &'a SignedIn, next: String) -> Result<Self, Error> {
        let user = signed_in.actor.user()?;
        Ok(Self {
            visit: &signed_in.visit,
            csrf_token: signed_in.visit.csrf_token(),
            next,
            name: user.full_name(),
            email: &user.email,
            failure: None,
        })
    }
}

pub async fn show_confirm(signed_in: SignedIn, query: Query) -> Result<Response, PageError> {
    let next = own_path(&signed_in.visit.base(), query.text("next"));
    html::page(&ConfirmPage::new(&signed_in, next)?)
}

pub async fn confirm(State(app): State<App>, signed_in: SignedIn, form: Form) -> Result<Response, PageError> {
    let next = own_path(&signed_in.visit.base(), form.text("next"));
    let password = Password::typed(form.raw("password"));
    let refusal = match sign_in::confirm_password(&app, &signed_in.actor, password).await {
        Ok(true) => return Ok(html::see_other(&next)),
        Ok(false) => Error::invalid("password", "This isn’t your password. Try again."),
        Err(error) => error,
    };
    let Some(failure) = told_below(&refusal) else { return Err(refusal.into()) };
    let page = ConfirmPage { failure: Some(failure), ..ConfirmPage::new(&signed_in, next)? };
    error::page_of(&refusal, &page)
}

/// Where to go next: a page of the tenant with this base path, or its Home. Whatever else stands there, such as another host's
/// address or a way out of the tenant's own, came from somebody else.
pub fn own_path(base: &str, next: &str) -> String {
    let home = format!("{base}/");
    let Some(rest) = next.strip_prefix(base) else { return home };
    let path = rest.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    let is_own = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains("..")
        && !path.contains("%2e")
        && !path.starts_with("/sign-")
        && rest.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_own { next.to_owned() } else { home }
}
