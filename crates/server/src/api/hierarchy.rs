//! `GET /hierarchy`: the category tree; what changes it is in `write`.

pub mod write;

use axum::{extract::State, response::Response};
use utoipa::ToSchema;

use crate::{
    api::{
        conditional::{self, IfNoneMatch},
        envelope::{self, Envelope},
        error::ApiError,
    },
    app::App,
    auth::actor::Actor,
    error::Error,
};

/// The tree as the API document describes it; it is written without such a value.
#[derive(serde::Serialize, ToSchema)]
pub struct Hierarchy {
    levels: Vec<CategoryLevel>,
    /// Those of the top level.
    categories: Vec<CategoryNode>,
}

#[derive(serde::Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the names are those of the wire")]
struct CategoryLevel {
    category_level_id: i64,
    category_level_name: String,
    category_level_slug: String,
}

#[derive(serde::Serialize, ToSchema)]
struct CategoryNode {
    category_id: i64,
    category_name: String,
    category_level_id: i64,
    category_order_number: i64,
    category_is_other: u8,
    /// 0 for an archived one and all below it: nothing can be filed there.
    category_is_active: u8,
    category_scope: i64,
    #[schema(no_recursion)]
    subcategories: Vec<CategoryNode>,
}

/// Levels and categories, nested through `subcategories`. An archived one, and whatever is below one, has
/// `category_is_active` 0.
#[utoipa::path(
    get, path = "/hierarchy", tag = "Categories",
    params(("If-None-Match" = Option<String>, Header, description = "An `ETag` that was sent with it.")),
    responses(
        (
            status = 200, body = Envelope<Hierarchy>,
            headers(("ETag" = String, description = "Changes with anything in the tree; for `If-Match` of `PUT /categories`."))
        ),
        (status = 304, description = "It is as the caller has it.")
    )
)]
pub async fn hierarchy(
    State(app): State<App>,
    actor: Actor,
    IfNoneMatch(known): IfNoneMatch,
) -> Result<Response, ApiError> {
    let shared = app.clone();
    let directory =
        app.store.read(actor.tenant_id(), move |s| shared.directories.of(s).map_err(Error::from)).await?;
    let members = directory.hierarchy();
    let answer = || envelope::success_object(members.len() + 128, |m| m.written(members));
    Ok(conditional::answer(known.as_ref(), directory.tree_version().as_bytes(), answer)?)
}
