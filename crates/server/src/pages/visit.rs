//! A browser on a tenant's pages: found by its cookie, before any handler runs.

use std::sync::Arc;

use automation_hub_domain::{clock::Timestamp, id::TenantId};
use automation_hub_storage::{principals, sessions};
use axum::{
    extract::{FromRequestParts, RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    api::error::ApiError,
    app::App,
    auth::{
        actor::{Actor, Via},
        credential::TOKEN_TYPE,
        principal::{TenantRecord, UserRecord},
        secret::Secret,
    },
    error::{Denial, Error},
    middleware::request::RequestContext,
    pages::{
        error::{self, PageError},
        html::{self, see_other},
        shell::Theme,
    },
};

pub const SESSION_COOKIE: &str = "__Host-ah-session";
/// Binds the hidden field of sign-in forms to the browser, before there is a session.
pub const VISIT_COOKIE: &str = "__Host-ah-visit";
/// `off` where the reader wants no single keys.
pub const KEYS_COOKIE: &str = "ah-keys";
pub const KEYS_OFF: &str = "off";

/// Writing down each request would cost a write each; a minute is exact enough for 30 idle ones.
const TOUCH_MILLIS: i64 = 60_000;

/// One request of a browser to a tenant's pages.
#[derive(Clone, Debug)]
pub struct Visit {
    pub tenant: Arc<TenantRecord>,
    pub actor: Option<Actor>,
    /// What the hidden field of forms is derived from: the session's secret, or the visit's.
    pub secret: Arc<Secret>,
    pub theme: Theme,
    /// Whether single keys act (WCAG 2.1.4).
    pub has_keys: bool,
    pub context: RequestContext,
    /// How long the session lasts without another request, and at most.
    pub session_left: Option<SessionLeft>,
    /// The browser came with a session that has ended.
    pub has_ended: bool,
    /// The page asked for, to come back to after signing in; of a form, the page it stood on.
    pub uri: Uri,
}

#[derive(Clone, Copy, Debug)]
pub struct SessionLeft {
    pub idle_secs: i64,
    pub at_most_secs: i64,
}

impl Visit {
    pub fn base(&self) -> String {
        self.tenant.base_path()
    }

    pub fn csrf_token(&self) -> String {
        self.secret.csrf_token()
    }
}

/// Finds tenant and session of a page's address, and shows failures within the shell.
pub async fn recognise(
    State(app): State<App>,
    params: RawPathParams,
    context: RequestContext,
    mut request: Request,
    next: Next,
) -> Response {
    let slug = |name: &str| params.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned());
    let (Some(organization), Some(tenant)) = (slug("org"), slug("tenant")) else {
        return error::respond(None, &Error::NotFound("page"), context.id);
    };
    let Some(tenant) = app.tenant_by_slugs(&organization, &tenant) else {
        return error::respond(None, &Error::NotFound("tenant"), context.id);
    };
    // A script with a token took a page for a call: a way to sign in is no answer to it.
    if request.headers().contains_key(TOKEN_TYPE) {
        return ApiError::from(Denial::SessionNeeded).respond(context.id);
    }
    let uri = page_of(&request);
    let (visit, fresh) = match visit(&app, tenant, request.headers(), uri, context).await {
        Ok(found) => found,
        Err(failure) => return error::respond(None, &failure, context.id),
    };
    request.extensions_mut().insert(visit.clone());
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<Arc<Error>>() {
        response = error::respond(Some(&visit), &failure, context.id);
    }
    if fresh && visit.actor.is_none() {
        set_cookie(response.headers_mut(), VISIT_COOKIE, &visit.secret.expose());
    }
    response
}

/// An address that can be asked for again: a form's own can't be.
fn page_of(request: &Request) -> Uri {
    if request.method().is_safe() {
        return request.uri().clone();
    }
    let referer = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    referer.and_then(|referer| referer.parse().ok()).unwrap_or_default()
}

/// The visit of an address that no route knows, if it lies below a tenant's base.
pub async fn find(app: &App, headers: &HeaderMap, uri: Uri, context: RequestContext) -> Option<Visit> {
    let mut parts = uri.path().trim_start_matches('/').split('/');
    let tenant = app.tenant_by_slugs(parts.next()?, parts.next()?)?;
    if !uri.path().starts_with(&tenant.base_path()) {
        return None;
    }
    visit(app, tenant, headers, uri, context).await.ok().map(|(visit, _)| visit)
}

/// The visit, and whether its secret was drawn just now.
async fn visit(
    app: &App,
    tenant: Arc<TenantRecord>,
    headers: &HeaderMap,
    uri: Uri,
    context: RequestContext,
) -> Result<(Visit, bool), Error> {
    let theme = Theme::of(cookie(headers, Theme::COOKIE));
    let has_keys = cookie(headers, KEYS_COOKIE) != Some(KEYS_OFF);
    let session = cookie(headers, SESSION_COOKIE).and_then(Secret::parse);
    let has_ended = session.is_some();
    let visit = |secret, actor, session_left, has_ended| Visit {
        tenant: Arc::clone(&tenant),
        actor,
        secret: Arc::new(secret),
        theme,
        has_keys,
        context,
        session_left,
        has_ended,
        uri: uri.clone(),
    };
    if let Some(secret) = session
        && let Some((actor, left)) = find_actor(app, &tenant, &secret, context).await?
    {
        return Ok((visit(secret, Some(actor), Some(left), false), false));
    }
    let known = cookie(headers, VISIT_COOKIE).and_then(Secret::parse);
    let fresh = known.is_none();
    let secret = match known {
        Some(secret) => secret,
        None => Secret::draw()?,
    };
    Ok((visit(secret, None, None, has_ended), fresh))
}

async fn find_actor(
    app: &App,
    tenant: &Arc<TenantRecord>,
    secret: &Secret,
    context: RequestContext,
) -> Result<Option<(Actor, SessionLeft)>, Error> {
    let digest = secret.digest();
    let found = app
        .store
        .read(tenant.id, move |s| -> Result<_, Error> {
            let Some(session) = sessions::find_by_digest(s, &digest)? else { return Ok(None) };
            let user = principals::find(s, session.user)?;
            Ok(user.map(|user| (session, UserRecord::of(s.tenant(), user))))
        })
        .await?;
    let Some((session, user)) = found else { return Ok(None) };
    let now = app.clock.now();
    let limits = app.session_limits();
    let ended = limits.has_ended(session.last_seen_at, session.created_at, now);
    if ended || !user.is_active || !tenant.is_active {
        return Ok(None);
    }
    let mut last_seen_at = session.last_seen_at;
    if now.since(last_seen_at) > TOUCH_MILLIS {
        touch(app, tenant.id, session.id, now).await?;
        last_seen_at = now;
    }
    let left = SessionLeft {
        idle_secs: last_seen_at.plus_minutes(limits.idle_minutes).since(now) / 1000,
        at_most_secs: session.created_at.plus_hours(limits.absolute_hours).since(now) / 1000,
    };
    let via = Via::Session { id: session.id, credential_checked_at: session.credential_checked_at };
    let actor = Actor {
        tenant: Arc::clone(tenant),
        user: Some(Arc::new(user)),
        via,
        address: context.address,
        request_id: context.id,
        claim: None,
    };
    Ok(Some((actor, left)))
}

async fn touch(
    app: &App,
    tenant: TenantId,
    session: automation_hub_domain::id::SessionId,
    now: Timestamp,
) -> Result<(), Error> {
    app.store.write(tenant, move |s| sessions::touch(s, session, now).map_err(Error::from)).await
}

/// A request of somebody signed in. Others are led to the sign-in page, and back afterwards.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub visit: Visit,
    pub actor: Actor,
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let visit = parts.extensions.get::<Visit>().cloned();
        let Some(visit) = visit else { return Err(PageError::from(Error::SignedOut).into_response()) };
        match visit.actor.clone() {
            Some(actor) => Ok(Self { visit, actor }),
            // What was typed stays where it is: the page's script offers to sign in beside it.
            None if html::is_htmx(&parts.headers) && !parts.method.is_safe() => {
                Err(PageError::from(Error::SignedOut).into_response())
            }
            None if html::is_htmx(&parts.headers) => {
                Err(html::leave_for(&sign_in_path(&visit, &parts.method)))
            }
            None => Err(see_other(&sign_in_path(&visit, &parts.method))),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let visit = parts.extensions.get::<Self>().cloned();
        visit.ok_or_else(|| PageError::from(Error::NotFound("page")).into_response())
    }
}

/// Leads back to the page asked for, or to that of the form that wasn't taken; says why one has to sign in.
fn sign_in_path(visit: &Visit, method: &Method) -> String {
    let path = visit.uri.path_and_query().map_or("", |path| path.as_str());
    let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let why = match (method.is_safe(), visit.has_ended) {
        (false, _) => "&ended=form",
        (true, true) => "&ended=page",
        (true, false) => "",
    };
    format!("{}/sign-in?next={next}{why}", visit.base())
}

/// The value of a cookie, if it stands there exactly once.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE);
    let mut values =
        lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(';')).filter_map(
            |pair| {
                let (key, value) = pair.trim().split_once('=')?;
                (key == name).then_some(value)
            },
        );
    let value = values.next();
    if values.next().is_some() { None } else { value }
}

/// Sets a cookie that only this host gets back, only over a secure way, and no script can read.
pub fn set_cookie(headers: &mut HeaderMap, name: &str, value: &str) {
    append_cookie(headers, &format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"));
}

/// As [`set_cookie`], kept beyond the browser's end.
pub fn set_lasting_cookie(headers: &mut HeaderMap, name: &str, value: &str, max_age_secs: u32) {
    let attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";
    append_cookie(headers, &format!("{name}={value}; {attributes}; Max-Age={max_age_secs}"));
}

pub fn clear_cookie(headers: &mut HeaderMap, name: &str) {
    append_cookie(headers, &format!("{name}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
}

fn append_cookie(headers: &mut HeaderMap, cookie: &str) {
    if let Ok(value) = HeaderValue::try_from(cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}
