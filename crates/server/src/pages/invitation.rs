//! Where an invitation leads: the first password. Its code leaves the address at once, as at the set-up.

use askama::Template;
use axum::{
    extract::{RawPathParams, State},
    http::HeaderMap,
    response::Response,
};

use crate::{
    app::App,
    auth::secret::Secret,
    error::{Error, Violations},
    pages::{
        error::{self, PageError},
        fields::Fields,
        form::Form,
        html,
        sign_in::{client, with_session},
        visit::{Visit, clear_cookie, cookie, set_cookie},
    },
    services::people,
};

const CODE_COOKIE: &str = "__Host-ah-invitation";

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage<'a> {
    visit: &'a Visit,
    csrf_token: String,
    first_name: String,
    email: String,
    fields: Fields,
}

#[derive(Template)]
#[template(path = "invitation_over.html")]
struct OverPage<'a> {
    visit: &'a Visit,
}

/// The link handed over: takes the code out of the address.
pub async fn take_code(visit: Visit, params: RawPathParams) -> Response {
    let mut response = html::see_other(&format!("{}/invitation", visit.base()));
    if let Some((_, code)) = params.iter().find(|(name, _)| *name == "code")
        && let Some(code) = Secret::parse(code)
    {
        set_cookie(response.headers_mut(), CODE_COOKIE, &code.expose());
    }
    response
}

pub async fn show(State(app): State<App>, visit: Visit, headers: HeaderMap) -> Result<Response, PageError> {
    page(&app, &visit, &headers, Violations::default()).await
}

async fn page(
    app: &App,
    visit: &Visit,
    headers: &HeaderMap,
    violations: Violations,
) -> Result<Response, PageError> {
    let user = match code_of(headers) {
        Some(code) => people::invited(app, &visit.tenant, &code).await?,
        None => None,
    };
    let Some(user) = user else {
        let mut response = error::page_of(&Error::NotFound("invitation"), &OverPage { visit })?;
        clear_cookie(response.headers_mut(), CODE_COOKIE);
        return Ok(response);
    };
    let is_refused = !violations.is_empty();
    let page = InvitationPage {
        visit,
        csrf_token: visit.csrf_token(),
        first_name: user.profile.first_name,
        email: user.email.as_str().to_owned(),
        fields: Fields::new(Form::default(), violations),
    };
    if is_refused { error::form_again(&page) } else { html::page(&page) }
}

fn code_of(headers: &HeaderMap) -> Option<Secret> {
    cookie(headers, CODE_COOKIE).and_then(Secret::parse)
}

pub async fn accept(
    State(app): State<App>,
    visit: Visit,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let Some(code) = code_of(&headers) else {
        return page(&app, &visit, &headers, Violations::default()).await;
    };
    let password = form.raw("password");
    match people::accept_invitation(&app, &visit.tenant, &code, password, client(&visit, &headers)).await {
        Ok(secret) => {
            let mut response = with_session(html::see_other(&format!("{}/", visit.base())), &secret);
            clear_cookie(response.headers_mut(), CODE_COOKIE);
            Ok(response)
        }
        Err(Error::Invalid(violations)) => page(&app, &visit, &headers, violations).await,
        Err(Error::NotFound(_)) => page(&app, &visit, &headers, Violations::default()).await,
        Err(error) => Err(error.into()),
    }
}
