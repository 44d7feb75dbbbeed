//! `GET /hierarchy`: the category tree.

use axum::{extract::State, response::Response};

use crate::{
    api::{envelope, error::ApiError},
    app::App,
    auth::actor::Actor,
    error::Error,
};

/// Levels and categories, nested through `subcategories`. An archived one has `category_is_active` 0.
#[utoipa::path(get, path = "/hierarchy", tag = "Categories", responses((status = 200, body = Object)))]
pub async fn hierarchy(State(app): State<App>, actor: Actor) -> Result<Response, ApiError> {
    let shared = app.clone();
    let directory =
        app.store.read(actor.tenant_id(), move |s| shared.directories.of(s).map_err(Error::from)).await?;
    let members = directory.hierarchy();
    Ok(envelope::success_object(members.len() + 128, |m| m.written(members)))
}
