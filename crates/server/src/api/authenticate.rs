//! The Open API's outermost layer: every call, known or not, proves who it is before anything else is told.

use std::{net::IpAddr, sync::Arc, time::Instant};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use tower::ServiceExt as _;

use crate::{
    api::{base::Base, calls::Call, error::ApiError, extract, routes::CalledRoute},
    app::App,
    auth::{
        actor::{Actor, Via},
        credential::Presented,
        snapshot::TokenRecord,
        verify::{Alarm, Refusal, Renewal, Verified},
    },
    middleware::request::RequestContext,
};

/// Tells a caller that its value was rotated away, and until when it still works.
const RETIRING: &str = "x-ah-token-retiring-until";

/// Answers a call: who makes it is settled before the router looks for it.
pub async fn answer(
    app: &App,
    calls: Router,
    base: Base,
    context: RequestContext,
    request: Request,
) -> Response {
    // A preflight carries no credential by definition; answered without any origin it permits nothing.
    if request.method() == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let is_head = request.method() == Method::HEAD;
    let mut response = match admit(app, base.addressed, context, request).await {
        Ok((verified, request)) => call(app, verified, (calls, base.call), context, request).await,
        Err(error) => error.respond(context.id),
    };
    if is_head {
        *response.body_mut() = Body::empty();
    }
    response
}

async fn admit(
    app: &App,
    addressed: Option<(String, String)>,
    context: RequestContext,
    request: Request,
) -> Result<(Verified, Request), ApiError> {
    let found = |(organization, tenant): (String, String)| {
        app.tenant_by_slugs(&organization, &tenant).ok_or_else(ApiError::tenant_not_found)
    };
    let addressed = addressed.map(found).transpose()?;
    let request = refuse_token_in_form(app, request).await?;
    let verified = verify(app, request.headers(), request.uri().query(), context.address)?;
    // The credential decides the tenant; an address that names another one is none of its business.
    if addressed.is_some_and(|tenant| tenant.id != verified.tenant.id) {
        return Err(Refusal::TokenRejected { hint: false }.into());
    }
    Ok((verified, request))
}

fn verify(
    app: &App,
    headers: &HeaderMap,
    query: Option<&str>,
    address: IpAddr,
) -> Result<Verified, ApiError> {
    let now = app.clock.now();
    app.tokens.verifier.verify(&Presented::of(headers, query), address, now).map_err(|refused| {
        if let Some((tenant, token)) = refused.token {
            app.calls.refused(tenant, token, now);
        }
        if let Some(alarm) = refused.alarm {
            raise(app, alarm);
        }
        refused.refusal.into()
    })
}

/// What must be acted on although the caller isn't told. Stored by a task of its own: a refusal waits for nothing.
fn raise(app: &App, alarm: Alarm) {
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = crate::services::alarms::record(&app, alarm).await {
            tracing::error!(error = &error as &dyn std::error::Error, ?alarm, "an alarm could not be stored");
        }
    });
}

/// Moves a row to the current pepper, in the background: the call that showed it waits for nothing.
fn renew(app: &App, token: &TokenRecord, renewal: Renewal) {
    let (app, tenant, id) = (app.clone(), token.tenant, token.id);
    tokio::spawn(async move {
        if let Err(error) = crate::services::renewal::renew(&app, tenant, id, renewal).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a token could not be moved to the current pepper"
            );
        }
    });
}

/// RFC 6750 lets a form carry the token; beside the header it makes the request ambiguous.
async fn refuse_token_in_form(app: &App, request: Request) -> Result<Request, ApiError> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    let is_form = content_type.is_some_and(|value| {
        let media_type = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        media_type.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    });
    if !is_form || !request.headers().contains_key(header::AUTHORIZATION) {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    let bytes = extract::read_body(body, app.config.server.body_limit_bytes).await?;
    if form_urlencoded::parse(&bytes).any(|(name, _)| name == "access_token") {
        return Err(Refusal::InvalidRequest("An access token").into());
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Lets an admitted call through, and writes down that it was made.
async fn call(
    app: &App,
    verified: Verified,
    (calls, path): (Router, PathAndQuery),
    context: RequestContext,
    mut request: Request,
) -> Response {
    #[expect(clippy::disallowed_methods, reason = "measures how long the call takes")]
    let begun = Instant::now();
    let call = Call::begin(app.clock.now(), &verified.token, context, &request);
    let route = CalledRoute::default();
    *request.uri_mut() = Uri::from(path);
    let retiring = verified.retiring_until;
    if let Some(renewal) = verified.renewal {
        renew(app, &verified.token, renewal);
    }
    request.extensions_mut().insert(Actor {
        tenant: verified.tenant,
        user: verified.user,
        via: Via::Token(verified.token.id),
        address: context.address,
        request_id: context.id,
    });
    request.extensions_mut().insert(route.clone());
    let mut response = match calls.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if let Some(error) = response.extensions_mut().remove::<Arc<ApiError>>() {
        // The router knows which methods a route takes, and has already said so.
        let allow = response.headers_mut().remove(header::ALLOW);
        response = error.respond(context.id);
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
    }
    if let Some(until) = retiring
        && let Ok(value) = HeaderValue::try_from(until.millis().to_string())
    {
        response.headers_mut().insert(RETIRING, value);
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    app.calls.record(call.end(route.path(), response.status(), begun.elapsed()));
    response
}
