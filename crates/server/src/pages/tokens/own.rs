//! The tokens that act as a person, for their profile: seen and revoked without any permission.

use askama::Template;
use automation_hub_storage::tokens::Token;
use axum::{
    extract::{RawPathParams, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};

use super::{
    confirm, done,
    row::{Row, Writer},
    token_id,
};
use crate::{
    app::App,
    error::Error,
    pages::{error::PageError, form::Form, visit::SignedIn},
    services::tokens,
};

/// The section a profile page includes.
#[derive(Template)]
#[template(path = "tokens/own.html")]
pub struct OwnTokens {
    base: String,
    rows: Vec<Row>,
}

impl OwnTokens {
    pub async fn of(app: &App, signed_in: &SignedIn) -> Result<Self, Error> {
        let actor = &signed_in.actor;
        let writer = Writer::new(actor, app.clock.now());
        let row = |token: Token| writer.row(token, None);
        let rows = tokens::list_own(app, actor).await?.into_iter().map(row).collect();
        Ok(Self { base: signed_in.visit.base(), rows })
    }
}

pub async fn show_revoke(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let token = tokens::find_own(&app, &signed_in.actor, token_id(&params)?).await?;
    let back = format!("{}/profile", signed_in.visit.base());
    let calls = tokens::own_calls(&app, &signed_in.actor, token.id).await?;
    let confirm = confirm::revocation(&app, &signed_in, back, &token, calls);
    confirm::respond(&signed_in, &headers, StatusCode::OK, confirm)
}

pub async fn revoke(
    State(app): State<App>,
    signed_in: SignedIn,
    params: RawPathParams,
    headers: HeaderMap,
    _form: Form,
) -> Result<Response, PageError> {
    let token = tokens::find_own(&app, &signed_in.actor, token_id(&params)?).await?;
    tokens::revoke(&app, &signed_in.actor, token.id).await?;
    Ok(done(&headers, &format!("{}/profile", signed_in.visit.base())))
}
