//! Failures as pages tell them: what happened, what to do, and the request id to quote. Together with
//! `api/error.rs` the only place that names a status for a failure; pages that show a refusal within a form of
//! their own get its status here.

use std::{borrow::Cow, sync::Arc};

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    error::{Denial, Error},
    middleware::request::RequestId,
    pages::{
        format, html,
        shell::{Section, Shell},
        visit::Visit,
    },
};

/// What is unavailable is asked for again after this long.
const UNAVAILABLE_SECS: u32 = 5;

/// A failure on its way to a page. Handlers return it; [`crate::pages::visit::recognise`] shows it.
#[derive(Debug)]
pub struct PageError(Arc<Error>);

impl<E: Into<Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        Self(Arc::new(error.into()))
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    shell: &'a Shell,
    told: &'a Told,
    request_id: String,
}

#[derive(Template)]
#[template(path = "error_gate.html")]
struct ErrorGate<'a> {
    told: &'a Told,
    request_id: String,
}

struct Told {
    status: StatusCode,
    title: Cow<'static, str>,
    text: Cow<'static, str>,
}

/// The page of a failure, within the shell where the browser is signed in.
pub fn respond(visit: Option<&Visit>, error: &Error, request_id: RequestId) -> Response {
    if let (Error::StepUp, Some(visit)) = (error, visit) {
        return to_credential_check(visit);
    }
    with_wait(show(visit, &tell(error), request_id), error)
}

/// The page of an address that takes no such request.
pub fn wrong_method(visit: Option<&Visit>, request_id: RequestId) -> Response {
    let told = Told {
        status: StatusCode::METHOD_NOT_ALLOWED,
        title: "This address is no page to open".into(),
        text: "It belongs to a form. Nothing was changed. Open the page that the form stands on.".into(),
    };
    show(visit, &told, request_id)
}

fn show(visit: Option<&Visit>, told: &Told, request_id: RequestId) -> Response {
    let shell = visit.and_then(|visit| Shell::of(visit, Section::Error));
    let request_id = request_id.to_string();
    let page = match &shell {
        Some(shell) => html::page_with(told.status, &ErrorPage { shell, told, request_id }),
        None => html::page_with(told.status, &ErrorGate { told, request_id }),
    };
    page.unwrap_or_else(|_| told.status.into_response())
}

/// A failure that a page of its own explains better than the general one.
pub fn page_of(error: &Error, template: &impl Template) -> Result<Response, PageError> {
    Ok(with_wait(html::page_with(status(error), template)?, error))
}

/// A form shown once more, with what is wrong beside its fields.
pub fn form_again(template: &impl Template) -> Result<Response, PageError> {
    html::page_with(StatusCode::UNPROCESSABLE_ENTITY, template)
}

fn with_wait(mut response: Response, error: &Error) -> Response {
    let retry_after_secs = match error {
        Error::TooMany { retry_after_secs } => *retry_after_secs,
        Error::Unavailable(_) => UNAVAILABLE_SECS,
        _ => return response,
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_secs));
    response
}

fn status(error: &Error) -> StatusCode {
    match error {
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::Forbidden(_) => StatusCode::FORBIDDEN,
        Error::SignedOut | Error::StepUp => StatusCode::UNAUTHORIZED,
        Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Conflict(_) => StatusCode::CONFLICT,
        Error::OfField { error, .. } => status(error),
        Error::Stale => StatusCode::PRECONDITION_FAILED,
        Error::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Asks for the password, then comes back to the page.
fn to_credential_check(visit: &Visit) -> Response {
    let path = visit.uri.path_and_query().map_or("", |path| path.as_str());
    let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    html::see_other(&format!("{}/confirm-password?next={next}", visit.base()))
}

fn tell(error: &Error) -> Told {
    let error = error.itself();
    log(error);
    let (title, text): (Cow<'static, str>, Cow<'static, str>) = match error {
        Error::NotFound(what) => (
            format!("There is no such {what}").into(),
            "It may have been removed, or the address has a typing error.".into(),
        ),
        Error::Forbidden(denial) => ("You can’t do this".into(), denial_text(*denial)),
        Error::SignedOut | Error::StepUp => {
            ("You are signed out".into(), "Sign in, then repeat the step.".into())
        }
        Error::Invalid(violations) => {
            let text = violations.iter().map(|v| format!("{}: {}", v.field, v.message)).collect::<Vec<_>>();
            ("Something needs another look".into(), text.join(" ").into())
        }
        Error::Conflict(message) => ("This clashes with what is there".into(), message.clone()),
        // Only the failure itself is looked at.
        Error::OfField { .. } => return tell(error.itself()),
        Error::Stale => (
            "Somebody else changed this meanwhile".into(),
            "Nothing was saved. Go back, reload the page, and make the change again.".into(),
        ),
        Error::TooLarge { limit_bytes } => (
            "This form is too large".into(),
            format!(
                "Nothing was changed. A form holds at most {} bytes. Go back, shorten what you typed, and send it again.",
                format::count(u64::try_from(*limit_bytes).unwrap_or(u64::MAX))
            )
            .into(),
        ),
        Error::TooMany { retry_after_secs } => (
            "Too many tries".into(),
            format!("Wait {}, then try again.", format::wait(*retry_after_secs)).into(),
        ),
        Error::Unavailable(_) => {
            ("The hub can’t do this now".into(), "Nothing was changed. Try again in a few seconds.".into())
        }
        Error::Internal(_) => (
            "The hub failed at this".into(),
            "Nothing was changed. Try again, or quote the request below when asking for help.".into(),
        ),
    };
    Told { status: status(error), title, text }
}

/// What the browser isn't told: the causes of a failure that is ours.
fn log(error: &Error) {
    match error {
        Error::Unavailable(cause) => {
            tracing::error!(error = cause.as_ref() as &dyn std::error::Error, "page unavailable");
        }
        Error::Internal(cause) => {
            tracing::error!(error = cause.as_ref() as &dyn std::error::Error, "page failed");
        }
        _ => {}
    }
}

fn denial_text(denial: Denial) -> Cow<'static, str> {
    match denial {
        Denial::Permission(permission) => {
            format!("Your roles lack “{permission}”. A System Admin can give it to you.").into()
        }
        Denial::Flow => "Your roles don’t let you submit this.".into(),
        Denial::UserNeeded | Denial::SubmitterNeeded => "This needs an acting person.".into(),
        Denial::SessionNeeded => "Only a person signed in to these pages can do this.".into(),
        Denial::Origin => {
            "The form wasn’t sent from a page of this hub, or its page is too old. Reload it and try again."
                .into()
        }
    }
}
