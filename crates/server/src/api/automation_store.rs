//! `GET /automation-store` and `GET /automation-store/{id}/reviews`.

use automation_hub_domain::{
    id::UserId,
    review::{Stars, mean_stars},
};
use automation_hub_storage::{Session, listings::Listing};
use axum::{extract::State, response::Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        envelope::{self, Envelope},
        error::ApiError,
        extract::{PathPart, Query},
        paging::{PageQuery, Paging},
        people::{People, PersonEntry},
    },
    app::App,
    auth::actor::Actor,
    directory::TenantDirectory,
    error::Error,
    services::store_listings::{self, Signed},
};

#[derive(Serialize, ToSchema)]
pub struct StorePage {
    #[serde(flatten)]
    paging: Paging,
    automations: Vec<StoreEntry>,
}

#[derive(Serialize, ToSchema)]
struct StoreEntry {
    process_id: i64,
    process_slug: String,
    process_name: String,
    /// 1 to 8.
    process_submission_type: i64,
    /// Always 1.
    process_is_published: u8,
    category_id: i64,
    category_name: String,
    owner: Option<PersonEntry>,
    /// What it does for whoever uses it.
    store_summary: String,
    /// Mean number of stars, 1 to 5.
    store_rating: Option<f64>,
    store_num_reviews: i64,
    published_by: Option<PersonEntry>,
    store_published_epoch: i64,
}

fn entry(listing: Listing, directory: &TenantDirectory, people: &People) -> StoreEntry {
    let category = directory.tree().find(listing.category);
    StoreEntry {
        process_id: listing.idea.get(),
        process_slug: listing.slug,
        process_name: listing.name,
        process_submission_type: listing.submission_type.code(),
        process_is_published: 1,
        category_id: listing.category.get(),
        category_name: category.map(|node| node.name.clone()).unwrap_or_default(),
        owner: listing.owner.and_then(|id| people.entry(id)),
        store_summary: listing.summary,
        store_rating: mean_stars(listing.stars, listing.reviews),
        store_num_reviews: listing.reviews,
        published_by: listing.published_by.and_then(|id| people.entry(id)),
        store_published_epoch: listing.published_at.millis(),
    }
}

/// Automations published in the Automation Store, the newest there first.
#[utoipa::path(
    get, path = "/automation-store", tag = "Automation Store",
    params(
        ("search" = Option<String>, Query, description = "Part of name, description or slug; `s` means the same."),
        PageQuery,
    ),
    responses((status = 200, body = Envelope<StorePage>))
)]
pub async fn list_store(State(app): State<App>, actor: Actor, query: Query) -> Result<Response, ApiError> {
    let request = query.page_alone()?;
    let search = query.text(&["search", "s"]).map(str::to_owned);
    let page = store_listings::list(&app, &actor, search, request).await?;
    let named: Vec<UserId> =
        page.items.iter().flat_map(|listing| [listing.owner, listing.published_by]).flatten().collect();
    let shared = app.clone();
    let read = move |s: &mut Session<'_>| -> Result<_, Error> {
        Ok((shared.directories.of(s)?, People::read(s, named.iter().copied())?))
    };
    let (directory, people) = app.store.read(actor.tenant_id(), read).await?;
    envelope::success(StorePage {
        paging: Paging::of(request, page.total),
        automations: page.items.into_iter().map(|listing| entry(listing, &directory, &people)).collect(),
    })
}

#[derive(Serialize, ToSchema)]
pub struct ReviewPage {
    #[serde(flatten)]
    paging: Paging,
    reviews: Vec<ReviewEntry>,
}

#[derive(Serialize, ToSchema)]
struct ReviewEntry {
    review_id: i64,
    /// 1 to 5.
    review_rating: i64,
    review_comment: String,
    user: Option<PersonEntry>,
    review_created_epoch: i64,
    review_updated_epoch: i64,
}

impl From<Signed> for ReviewEntry {
    fn from(Signed { review, user }: Signed) -> Self {
        Self {
            review_id: review.id,
            review_rating: Stars::get(review.stars),
            review_comment: review.comment,
            user: user.as_ref().map(PersonEntry::from),
            review_created_epoch: review.created_at.millis(),
            review_updated_epoch: review.updated_at.millis(),
        }
    }
}

/// What people say of a published automation, the newest first. Of one that isn't published there is nothing.
#[utoipa::path(
    get, path = "/automation-store/{id}/reviews", tag = "Automation Store",
    params(
        ("id" = String, Path, description = "`process_id` or `process_slug`."),
        PageQuery,
    ),
    responses((status = 200, body = Envelope<ReviewPage>), (status = 404))
)]
pub async fn list_store_reviews(
    State(app): State<App>,
    actor: Actor,
    PathPart(key): PathPart,
    query: Query,
) -> Result<Response, ApiError> {
    let request = query.page_alone()?;
    let page = store_listings::list_reviews(&app, &actor, &key, request).await?;
    envelope::success(ReviewPage {
        paging: Paging::of(request, page.total),
        reviews: page.items.into_iter().map(ReviewEntry::from).collect(),
    })
}
