//! One's own page: who one is here, the roles one holds, the look, and the browsers one is signed in with.

use askama::Template;
use automation_hub_domain::id::SessionId;
use automation_hub_storage::sessions::{self, BrowserSession};
use axum::{
    extract::{RawPathParams, State},
    response::Response,
};

use crate::{
    app::App,
    auth::principal::UserRecord,
    error::Error,
    pages::{
        error::PageError,
        form::Form,
        format::{Format, Moment},
        html,
        query::Query,
        shell::{Section, Shell, Theme},
        tokens::own::OwnTokens,
        users::roles::{RoleName, role_names},
        visit::{KEYS_COOKIE, KEYS_OFF, SignedIn, clear_cookie, set_lasting_cookie},
    },
    services::sign_in,
};

const YEAR_SECS: u32 = 365 * 24 * 60 * 60;

#[derive(Template)]
#[template(path = "profile.html")]
struct ProfilePage<'a> {
    shell: Shell,
    user: &'a UserRecord,
    roles: Vec<RoleName>,
    theme: Theme,
    tokens: OwnTokens,
    sessions: Vec<SessionRow>,
    /// What was done just now.
    done: Option<&'static str>,
}

struct SessionRow {
    id: SessionId,
    is_this: bool,
    client: String,
    address: String,
    begun: Moment,
    last_seen: Moment,
}

pub async fn show(State(app): State<App>, signed_in: SignedIn, query: Query) -> Result<Response, PageError> {
    let user = signed_in.actor.user()?;
    let this = signed_in.actor.require_session()?;
    let format = Format::of(&signed_in.visit.tenant, app.clock.now());
    let (now, limits, id) = (app.clock.now(), app.session_limits(), user.id);
    let (roles, browsers) = app
        .store
        .read(signed_in.actor.tenant_id(), move |s| -> Result<_, Error> {
            Ok((role_names(s, id)?, sessions::list_of_user(s, id)?))
        })
        .await?;
    let is_open = |one: &BrowserSession| !limits.has_ended(one.last_seen_at, one.created_at, now);
    let rows = browsers.into_iter().filter(is_open).map(|one| row(one, this, &format)).collect();
    html::page(&ProfilePage {
        shell: Shell::of(&signed_in.visit, Section::Profile).ok_or(Error::SignedOut)?,
        user,
        roles,
        theme: signed_in.visit.theme,
        tokens: OwnTokens::of(&app, &signed_in).await?,
        sessions: rows,
        done: match query.text("done") {
            "password" => Some("Password changed. Your other browsers are signed out."),
            "session" => Some("That browser is signed out."),
            "sessions" => Some("All other browsers are signed out."),
            "theme" | "keys" => Some("Saved."),
            _ => None,
        },
    })
}

fn row(session: BrowserSession, this: SessionId, format: &Format) -> SessionRow {
    SessionRow {
        id: session.id,
        is_this: session.id == this,
        client: browser_name(&session.client),
        address: session.address,
        begun: format.ago(session.created_at),
        last_seen: format.ago(session.last_seen_at),
    }
}

/// "Firefox on Linux" of the long line browsers describe themselves with; what isn't known stays as sent.
fn browser_name(client: &str) -> String {
    // The order counts: each names those after it too.
    let browsers = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| client.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ if client.is_empty() => "Unknown client".to_owned(),
        _ => client.to_owned(),
    }
}

/// Signs out one browser; this one is what "Sign out" is for, and goes the same way.
pub async fn end_session(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    _form: Form,
) -> Result<Response, PageError> {
    let id = params.iter().find(|(name, _)| *name == "id").and_then(|(_, id)| id.parse().ok());
    let id = id.map(SessionId::new).ok_or(Error::NotFound("session"))?;
    sign_in::end_session(&app, &signed_in.actor, id).await?;
    Ok(back(&signed_in, "session"))
}

pub async fn end_other_sessions(
    State(app): State<App>,
    signed_in: SignedIn,
    _form: Form,
) -> Result<Response, PageError> {
    sign_in::end_other_sessions(&app, &signed_in.actor).await?;
    Ok(back(&signed_in, "sessions"))
}

pub async fn choose_theme(signed_in: SignedIn, form: Form) -> Response {
    let mut response = back(&signed_in, "theme");
    match Theme::of(Some(form.text("theme"))).attribute() {
        Some(theme) => set_lasting_cookie(response.headers_mut(), Theme::COOKIE, theme, YEAR_SECS),
        None => clear_cookie(response.headers_mut(), Theme::COOKIE),
    }
    response
}

pub async fn choose_keys(signed_in: SignedIn, form: Form) -> Response {
    let mut response = back(&signed_in, "keys");
    if form.is_ticked("keys") {
        clear_cookie(response.headers_mut(), KEYS_COOKIE);
    } else {
        set_lasting_cookie(response.headers_mut(), KEYS_COOKIE, KEYS_OFF, YEAR_SECS);
    }
    response
}

fn back(signed_in: &SignedIn, done: &str) -> Response {
    html::see_other(&format!("{}/profile?done={done}", signed_in.visit.base()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_by_their_names() {
        for (client, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126",
                "Edge on Windows",
            ),
            ("curl/8.5.0", "curl/8.5.0"),
            ("", "Unknown client"),
        ] {
            assert_eq!(browser_name(client), name);
        }
    }
}
