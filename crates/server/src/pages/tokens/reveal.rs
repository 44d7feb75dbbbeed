//! Copying a value again. Only a form reveals it; the page it leads to shows it once, so that reloading spends nothing.

use askama::Template;
use automation_hub_domain::{
    id::TokenId,
    permission::Permission,
    token::{app_key::AppKey, value::TokenValue},
};
use axum::{
    extract::{RawPathParams, State},
    http::{HeaderMap, Method, StatusCode},
    response::Response,
};

use super::{PATH, fresh::Fresh, token_id};
use crate::{
    app::App,
    auth::{actor::Actor, password::Password},
    error::Error,
    pages::{error::PageError, form::Form, html, query::Query, shell::Shell, visit::SignedIn},
    services::{
        handover::{self, About, Handed},
        sign_in,
        tokens::{self, Secrets},
    },
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
    form: Form,
) -> Result<Response, PageError> {
    let actor = &signed_in.actor;
    let token = tokens::find(&app, actor, token_id(&params)?).await?;
    let path = format!("{}{PATH}", signed_in.visit.base());
    let password = form.raw("password");
    let mut actor = actor.clone();
    if !password.is_empty() && sign_in::confirm_password(&app, &actor, Password::typed(password)).await? {
        actor.note_credential_check(app.clock.now());
    }
    match tokens::reveal(&app, &actor, token.id).await {
        Ok(secrets) => {
            let number = hand_over(&app, &actor, token.id, &secrets).await?;
            Ok(html::see_other(&format!("{path}/tokens/{}/copy?shown={number}", token.id)))
        }
        Err(Error::StepUp) => {
            let shell = super::shell(&signed_in.visit)?.below(token.name.clone());
            let action = format!("{path}/tokens/{}/reveal", token.id);
            let is_wrong = !password.is_empty();
            let page = PasswordPage { shell, name: token.name, action, path, is_wrong };
            html::page_with(StatusCode::UNAUTHORIZED, &page)
        }
        Err(error) => Err(error.into()),
    }
}

async fn hand_over(app: &App, actor: &Actor, token: TokenId, secrets: &Secrets) -> Result<i64, Error> {
    let value = secrets.value.as_ref().map(TokenValue::expose).unwrap_or_default();
    let second = secrets.app_key.as_ref().map(|key| AppKey::expose(key).to_owned().into());
    let handed = Handed { value: value.to_owned().into(), second };
    handover::put(app, actor, About::Copy(token), handed).await
}

/// Shows what was revealed just now. Once it was seen, its address leads back to the tokens.
pub async fn show(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    query: Query,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let actor = &signed_in.actor;
    actor.require(Permission::OpenApi)?;
    let path = format!("{}{PATH}", signed_in.visit.base());
    let token = tokens::find(&app, actor, token_id(&params)?).await?;
    let number = query.number("shown").and_then(|number| i64::try_from(number).ok()).unwrap_or_default();
    let handed = match method {
        Method::GET => handover::take(&app, actor, About::Copy(token.id), number).await?,
        _ => None,
    };
    let Some(handed) = handed else { return Ok(html::see_other(&path)) };
    let secrets = Secrets {
        value: TokenValue::from_opened(handed.value.to_string()),
        app_key: handed.second.and_then(|key| AppKey::parse(&key).ok()),
    };
    // It may have been revoked or rotated in between: then this is no value of it any more.
    let is_current = secrets.value.as_ref().is_some_and(|value| value.last_four() == token.last_four);
    if token.revoked_at.is_some() || !is_current {
        return Ok(html::see_other(&path));
    }
    let shell = super::shell(&signed_in.visit)?.below(token.name.clone());
    let fresh = Fresh::new(&app, actor, &headers, &token, &secrets);
    html::page(&RevealPage { shell, name: token.name, fresh, path })
}
