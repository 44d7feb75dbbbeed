//! The Open API's outermost layer: every call, known or not, proves who it is before anything else is told.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use automation_hub_domain::{
    clock::Timestamp,
    id::{TenantId, TokenId},
};
use axum::{
    body::{Body, HttpBody as _},
    extract::Request,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    api::{
        base::Base,
        calls::Call,
        error::ApiError,
        extract,
        recording::Recording,
        router::{Calls, Dispatched},
    },
    app::App,
    auth::{
        actor::{Actor, Via},
        credential::Presented,
        principal::TenantRecord,
        verify::{Alarm, Refusal, Refused, Renewal, Verified},
    },
    error::Error,
    middleware::request::RequestContext,
    services::alarms,
};

/// Tells a caller that its value was rotated away, and until when it still works.
const RETIRING: &str = "x-ah-token-retiring-until";

/// How long an alarm that couldn't be stored waits for the next try.
const RETRY_ALARM: Duration = Duration::from_secs(5);

/// Answers a call: who makes it is settled before the router looks for it.
pub async fn answer(
    app: &App,
    calls: &Calls,
    base: Base,
    context: RequestContext,
    request: Request,
) -> Response {
    answer_admitted(app, (calls, base), context, request, |tenant, now, request| {
        admit(app, tenant, context, now, request)
    })
    .await
}

/// As [`answer`], with another way to tell who makes a call, given the tenant that its address names.
pub async fn answer_admitted(
    app: &App,
    (calls, base): (&Calls, Base),
    context: RequestContext,
    mut request: Request,
    admit: impl FnOnce(Option<&TenantRecord>, Timestamp, &Request) -> Result<Verified, ApiError>,
) -> Response {
    // A preflight carries no credential by definition; answered without any origin it permits nothing.
    if request.method() == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let is_head = request.method() == Method::HEAD;
    let now = app.clock.now();
    let admitted = match addressed(app, base.addressed.as_ref(), context, now) {
        Ok(tenant) => {
            let form = if is_form_with_header(request.headers()) {
                // Boxed, as hardly any request is one, and all would carry the room it takes.
                Box::pin(refuse_token_in_form(app, &mut request)).await
            } else {
                Ok(())
            };
            form.and_then(|()| admit(tenant.as_deref(), now, &request))
        }
        Err(error) => Err(error),
    };
    let mut response = match admitted {
        Ok(verified) => call(app, verified, (calls, &base), context, now, request).await,
        Err(error) => error.respond(context.id),
    };
    if is_head {
        strip_body(&mut response);
    }
    response
}

/// HEAD is answered as GET would be, length included; that of what isn't sent again is not 0.
fn strip_body(response: &mut Response) {
    let body = std::mem::take(response.body_mut());
    if response.status() != StatusCode::NOT_MODIFIED
        && let Some(length) = body.size_hint().exact()
    {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    }
}

/// The tenant that the address of a call names, if it names one.
fn addressed(
    app: &App,
    slugs: Option<&(String, String)>,
    context: RequestContext,
    now: Timestamp,
) -> Result<Option<Arc<TenantRecord>>, ApiError> {
    let find = |(organization, tenant): &(String, String)| {
        let found = app.tenant_by_slugs(organization, tenant);
        found.ok_or_else(|| refuse(app, ApiError::tenant_not_found(), context, now))
    };
    slugs.map(find).transpose()
}

/// Counts a refusal against its address, which is told to wait once there were too many.
fn refuse(app: &App, error: ApiError, context: RequestContext, now: Timestamp) -> ApiError {
    match app.tokens.verifier.count_refusal(context.address, now) {
        Some(retry_after_secs) => Refusal::TooMany { retry_after_secs }.into(),
        None => error,
    }
}

/// Who makes a request, given which tenant its address names.
fn admit(
    app: &App,
    addressed: Option<&TenantRecord>,
    context: RequestContext,
    now: Timestamp,
    request: &Request,
) -> Result<Verified, ApiError> {
    let verified = verify(app, request, context, now)?;
    // The credential decides the tenant; an address that names another one is none of its business.
    if addressed.is_some_and(|tenant| tenant.id != verified.tenant.id) {
        return Err(refuse(app, Refusal::TokenRejected { hint: false }.into(), context, now));
    }
    Ok(verified)
}

fn verify(
    app: &App,
    request: &Request,
    context: RequestContext,
    now: Timestamp,
) -> Result<Verified, ApiError> {
    let presented = Presented::of(request.headers(), request.uri().query());
    let verified = app.tokens.verifier.verify(&presented, context.address, now);
    verified.map_err(|refused| count_and_raise(app, refused, context, now))
}

/// Counts a refusal for its token and raises its alarm.
#[cold]
fn count_and_raise(app: &App, refused: Refused, context: RequestContext, now: Timestamp) -> ApiError {
    if let Some((tenant, token)) = refused.token {
        app.calls.refused(tenant, token, now);
    }
    if let Some(alarm) = refused.alarm {
        raise(app, alarm, context, now);
    }
    refused.refusal.into()
}

/// What must be acted on although the caller isn't told. Stored by a task of its own: a refusal waits for nothing.
fn raise(app: &App, alarm: Alarm, context: RequestContext, now: Timestamp) {
    if !app.alarms.is_news(alarm, now) {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        while let Err(error) = alarms::record(&app, alarm, context).await {
            tracing::error!(error = &error as &dyn std::error::Error, ?alarm, "an alarm could not be stored");
            // A suspension that isn't stored ends with the next look at the token's row.
            if !matches!(error, Error::Unavailable(_)) {
                break;
            }
            tokio::time::sleep(RETRY_ALARM).await;
        }
    });
}

/// Moves a row to the current pepper, in the background: the call that showed it waits for nothing.
fn renew(app: &App, tenant: TenantId, token: TokenId, renewal: Renewal) {
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = crate::services::renewal::renew(&app, tenant, token, renewal).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a token could not be moved to the current pepper"
            );
        }
    });
}

fn is_form_with_header(headers: &HeaderMap) -> bool {
    let is_form = headers.get(header::CONTENT_TYPE).is_some_and(|value| {
        let media_type = value.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default();
        media_type.trim_ascii().eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    });
    is_form && headers.contains_key(header::AUTHORIZATION)
}

/// RFC 6750 lets a form carry the token; beside the header it makes the request ambiguous.
async fn refuse_token_in_form(app: &App, request: &mut Request) -> Result<(), ApiError> {
    let body = std::mem::take(request.body_mut());
    let bytes = extract::read_body(body, &app.config.server).await?;
    if form_urlencoded::parse(&bytes).any(|(name, _)| name == "access_token") {
        return Err(Refusal::InvalidRequest("An access token").into());
    }
    *request.body_mut() = Body::from(bytes);
    Ok(())
}

/// Lets an admitted call through, and writes down that it was made.
fn call(
    app: &App,
    verified: Verified,
    (calls, base): (&Calls, &Base),
    context: RequestContext,
    now: Timestamp,
    mut request: Request,
) -> impl Future<Output = Response> + Send {
    #[expect(clippy::disallowed_methods, reason = "measures how long the call takes")]
    let begun = Instant::now();
    let call = Call::begin(now, &verified, context, &request);
    let recording = Recording::begin(verified.tenant.settings.kept_contents, &mut request);
    let retiring = verified.retiring_until;
    if let Some(renewal) = verified.renewal {
        renew(app, verified.tenant.id, verified.token, *renewal);
    }
    let actor = Actor {
        tenant: verified.tenant,
        user: verified.user,
        via: Via::Token(verified.token),
        address: context.address,
        request_id: context.id,
        claim: None,
    };
    let uri = request.uri().clone();
    let Dispatched { route, answering } = calls.dispatch(app, actor, base.call(uri.path()), request);
    // Only what is needed at the end waits with it: each step up copies what waits.
    async move {
        let mut response = answering.await;
        if let Some(error) = response.extensions_mut().remove::<Arc<ApiError>>() {
            response = put_in_envelope(&error, response.headers_mut(), context);
        }
        if let Some(until) = retiring
            && let Ok(value) = HeaderValue::try_from(until.millis().to_string())
        {
            response.headers_mut().insert(RETIRING, value);
        }
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        let call = call.end(route, response.status(), begun.elapsed());
        let Some(recording) = recording else {
            app.calls.record(call);
            return response;
        };
        let app = app.clone();
        recording.follow(response, move |content| app.calls.record(call.with_content(content)))
    }
}

/// The answer to a failure, with what was said on the way of which methods a path takes.
#[cold]
fn put_in_envelope(error: &ApiError, told: &mut HeaderMap, context: RequestContext) -> Response {
    let mut response = error.respond(context.id);
    if let Some(allow) = told.remove(header::ALLOW) {
        response.headers_mut().insert(header::ALLOW, allow);
    }
    response
}
