//! Failures as pages tell them: what happened, what to do, and the request id to quote. Together with
//! `api/error.rs` the only place that names a status for a failure.

use std::{borrow::Cow, sync::Arc};

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    app::App,
    error::{Denial, Error},
    middleware::request::RequestId,
    pages::{
        html,
        shell::{Section, Shell},
        visit::Visit,
    },
};

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
pub fn respond(app: &App, visit: Option<&Visit>, error: &Error, request_id: RequestId) -> Response {
    if let (Error::StepUp, Some(visit)) = (error, visit) {
        return to_credential_check(visit);
    }
    let told = tell(error);
    let shell = visit.and_then(|visit| Shell::of(app, visit, Section::Error));
    let id = request_id.to_string();
    let page = match &shell {
        Some(shell) => html::page_with(told.status, &ErrorPage { shell, told: &told, request_id: id }),
        None => html::page_with(told.status, &ErrorGate { told: &told, request_id: id }),
    };
    let mut response = page.unwrap_or_else(|_| told.status.into_response());
    if let Error::TooMany { retry_after_secs } = error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*retry_after_secs));
    }
    response
}

/// Asks for the password, then comes back to the page.
fn to_credential_check(visit: &Visit) -> Response {
    let path = visit.uri.path_and_query().map_or("", |path| path.as_str());
    let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    html::see_other(&format!("{}/confirm-password?next={next}", visit.base()))
}

fn tell(error: &Error) -> Told {
    let told =
        |status, title: &'static str, text: Cow<'static, str>| Told { status, title: title.into(), text };
    match error {
        Error::NotFound(what) => Told {
            status: StatusCode::NOT_FOUND,
            title: format!("There is no such {what}").into(),
            text: "It may have been removed, or the address has a typing error.".into(),
        },
        Error::Forbidden(denial) => told(StatusCode::FORBIDDEN, "You can't do this", denial_text(*denial)),
        Error::SignedOut | Error::StepUp => {
            told(StatusCode::UNAUTHORIZED, "You are signed out", "Sign in, then repeat the step.".into())
        }
        Error::Invalid(violations) => {
            let text = violations.iter().map(|v| format!("{}: {}", v.field, v.message)).collect::<Vec<_>>();
            told(StatusCode::UNPROCESSABLE_ENTITY, "Something needs another look", text.join(" ").into())
        }
        Error::Conflict(message) => {
            told(StatusCode::CONFLICT, "This clashes with what is there", message.clone())
        }
        Error::Stale => told(
            StatusCode::PRECONDITION_FAILED,
            "Somebody else changed this meanwhile",
            "Nothing was saved. Go back, reload the page, and make the change again.".into(),
        ),
        Error::TooMany { retry_after_secs } => told(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many tries",
            format!("Wait {retry_after_secs} seconds, then try again.").into(),
        ),
        Error::Unavailable(cause) => {
            tracing::error!(error = cause.as_ref() as &dyn std::error::Error, "page unavailable");
            told(
                StatusCode::SERVICE_UNAVAILABLE,
                "The hub can't do this now",
                "Nothing was changed. Try again in a few seconds.".into(),
            )
        }
        Error::Internal(cause) => {
            tracing::error!(error = cause.as_ref() as &dyn std::error::Error, "page failed");
            told(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The hub failed at this",
                "Nothing was changed. Try again, or quote the request below when asking for help.".into(),
            )
        }
    }
}

fn denial_text(denial: Denial) -> Cow<'static, str> {
    match denial {
        Denial::Permission(permission) => {
            format!("Your roles lack “{permission}”. A System Admin can give it to you.").into()
        }
        Denial::UserNeeded | Denial::SubmitterNeeded => "This needs an acting person.".into(),
        Denial::SessionNeeded => "Only a person signed in to these pages can do this.".into(),
        Denial::Origin => {
            "The form wasn't sent from a page of this hub, or its page is too old. Reload it and try again."
                .into()
        }
    }
}
