//! `PUT /categories`.

use automation_hub_domain::id::CategoryId;
use axum::{extract::State, response::Response};
use serde_json::{Value, value::RawValue};
use utoipa::ToSchema;

use super::Hierarchy;
use crate::{
    api::{
        conditional::{self, IfMatch},
        envelope::{self, Envelope},
        error::ApiError,
        extract::JsonObject,
        fields::{Fields, REQUIRED, REQUIRED_MESSAGE},
    },
    app::App,
    auth::actor::Actor,
    error::{Error, Violations},
    services::{
        categories::{self, CategoryRow, LEVELS, LevelRow, TreeChange},
        expected::ExpectedList,
    },
};

/// What of the tree is to change: one of the two members at least.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body, whose fields are read one by one to name all that is wrong"
)]
pub struct CategoriesRequest {
    levels: Option<Vec<LevelRequest>>,
    categories: Option<Vec<CategoryRequest>>,
}

#[derive(ToSchema)]
#[expect(dead_code, clippy::struct_field_names, reason = "describes a part of the body")]
struct LevelRequest {
    /// Of a level that there is, or the next number.
    #[schema(minimum = 1, maximum = 5)]
    category_level_id: i64,
    #[schema(format = "line", max_length = 100)]
    category_level_name: String,
    #[schema(format = "optional-line", max_length = 100)]
    category_level_slug: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the body")]
struct CategoryRequest {
    /// None for one to be added.
    category_id: Option<i64>,
    /// Required where one is added.
    #[schema(format = "line", max_length = 100)]
    category_name: Option<String>,
    /// At the top of the body, 1 takes a category there.
    #[schema(minimum = 1, maximum = 5)]
    category_level_id: Option<i64>,
    #[schema(minimum = 0, maximum = 2_147_483_647)]
    category_order_number: Option<i64>,
    #[schema(minimum = 0, maximum = 1)]
    category_is_other: Option<u8>,
    /// 0 archives it and all below it. Of what shows 0 already it changes nothing.
    #[schema(minimum = 0, maximum = 1)]
    category_is_active: Option<u8>,
    /// Those to stand below it. What stands there already stays.
    #[schema(no_recursion)]
    subcategories: Option<Vec<CategoryRequest>>,
}

/// Adds, renames, moves, orders and archives categories, and names levels: all of it or nothing. What is left out
/// stays. Answers the whole tree. A tree that was read before is best sent back with its `ETag` in `If-Match`.
#[utoipa::path(
    put, path = "/categories", tag = "Categories", request_body = CategoriesRequest,
    params(IfMatch),
    responses(
        (
            status = 201, description = "Resource Updated.", body = Envelope<Hierarchy>,
            headers(("ETag" = String, description = "Of the tree as it is answered."))
        ),
        (status = 412)
    )
)]
pub async fn save_categories(
    State(app): State<App>,
    actor: Actor,
    expected: ExpectedList,
    JsonObject(body): JsonObject,
) -> Result<Response, ApiError> {
    let mut wrong = Violations::default();
    let change = change(&mut Fields::of(&body, &mut wrong));
    categories::save(&app, &actor, change, expected, wrong).await.map_err(refused)?;
    let shared = app.clone();
    let read = app.store.read(actor.tenant_id(), move |s| shared.directories.of(s).map_err(Error::from));
    let directory = read.await?;
    let tree = RawValue::from_string(format!("{{{}}}", directory.hierarchy())).map_err(Error::internal)?;
    Ok(conditional::tagged(envelope::updated(tree)?, directory.tree_version().as_bytes())?)
}

fn refused(error: Error) -> ApiError {
    let Error::Invalid(wrong) = error else { return error.into() };
    let wrong = wrong.first_of_each();
    if wrong.iter().any(|violation| violation.message == REQUIRED) {
        ApiError::invalid(REQUIRED_MESSAGE, wrong)
    } else {
        Error::Invalid(wrong).into()
    }
}

fn change(body: &mut Fields<'_, '_>) -> TreeChange {
    if !body.is_given("levels") {
        body.require("categories");
    }
    let levels = body.items("levels").unwrap_or_default();
    let categories = body.items("categories").unwrap_or_default();
    TreeChange {
        levels: levels.iter().map(|(at, item)| level(item, at, body.violations())).collect(),
        categories: categories.iter().map(|(at, item)| category(item, at, body.violations())).collect(),
    }
}

fn level(item: &Value, at: &str, wrong: &mut Violations) -> LevelRow {
    let Some(mut fields) = Fields::of_item(item, at, wrong) else {
        return LevelRow { at: at.to_owned(), id: None, name: None, slug: None };
    };
    LevelRow {
        at: at.to_owned(),
        id: fields.required_integer("category_level_id"),
        name: fields.required_line("category_level_name", 100).map(ToOwned::to_owned),
        slug: fields.limited_text("category_level_slug", 100).map(ToOwned::to_owned),
    }
}

fn category(item: &Value, at: &str, wrong: &mut Violations) -> CategoryRow {
    let row = CategoryRow { at: at.to_owned(), ..CategoryRow::default() };
    let Some(mut fields) = Fields::of_item(item, at, wrong) else { return row };
    let id = fields.integer("category_id").map(CategoryId::new);
    let is_new = !fields.is_given("category_id");
    let name = (is_new || fields.is_given("category_name"))
        .then(|| fields.required_line("category_name", 100))
        .flatten();
    let below = fields.items("subcategories").unwrap_or_default();
    CategoryRow {
        id,
        name: name.map(ToOwned::to_owned),
        level: fields.integer_within("category_level_id", 1..=LEVELS),
        order_number: fields.integer_within("category_order_number", 0..=i64::from(i32::MAX)),
        is_other: fields.flag("category_is_other"),
        is_active: fields.flag("category_is_active"),
        below: below.iter().map(|(at, item)| category(item, at, fields.violations())).collect(),
        ..row
    }
}
