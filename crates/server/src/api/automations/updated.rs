//! What a change of an idea answers: the record as it is now.

use axum::{body::Body, http::StatusCode, response::Response};

use super::show;
use crate::{
    api::{
        envelope::{self, UPDATED},
        error::ApiError,
    },
    app::App,
    auth::actor::Actor,
};

pub(super) async fn record(app: &App, actor: Actor, key: String) -> Result<Response, ApiError> {
    let shared = app.clone();
    let tenant = actor.tenant_id();
    let body = app.store.read(tenant, move |s| show::read(&shared, s, &actor, (UPDATED, &key))).await?;
    Ok(envelope::json_response(StatusCode::OK, Body::from(body)))
}
