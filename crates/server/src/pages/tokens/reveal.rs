//! Copying a value again. Only a form gets here: the value is in no list and behind no link.

use askama::Template;
use axum::{
    extract::{RawPathParams, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{PATH, fresh::Fresh, token_id};
use crate::{
    app::App,
    auth::password::Password,
    error::Error,
    pages::{error::PageError, form::Form, html, shell::Shell, visit::SignedIn},
    services::{sign_in, tokens},
};

#[derive(Template)]
#[template(path = "tokens/reveal.html")]
struct RevealPage {
    shell: Shell,
    name: String,
    fresh: Fresh,
    path: String,
}

/// Asks for the password, then goes on with the same form.
#[derive(Template)]
#[template(path = "tokens/reveal_password.html")]
struct PasswordPage {
    shell: Shell,
    name: String,
    action: String,
    path: String,
    is_wrong: bool,
}

pub async fn reveal(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, PageError> {
    let actor = &signed_in.actor;
    let token = tokens::find(&app, actor, token_id(&params)?).await?;
    let path = format!("{}{PATH}", signed_in.visit.base());
    let shell = super::shell(&signed_in.visit)?.below(token.name.clone());
    let password = form.raw("password");
    let mut actor = actor.clone();
    if !password.is_empty() && sign_in::confirm_password(&app, &actor, Password::typed(password)).await? {
        actor.note_credential_check(app.clock.now());
    }
    match tokens::reveal(&app, &actor, token.id).await {
        Ok(secrets) => {
            let fresh = Fresh::new(&app, &actor, &headers, &token, &secrets);
            html::page(&RevealPage { shell, name: token.name, fresh, path })
        }
        Err(Error::StepUp) => {
            let action = format!("{path}/tokens/{}/reveal", token.id);
            let is_wrong = !password.is_empty();
            let page = PasswordPage { shell, name: token.name, action, path, is_wrong };
            html::page_with(StatusCode::UNAUTHORIZED, &page)
        }
        Err(error) => Err(error.into()),
    }
}
