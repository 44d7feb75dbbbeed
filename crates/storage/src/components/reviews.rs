//! What people say of components: one review each.

use automation_hub_domain::{
    clock::Timestamp,
    id::{ComponentId, UserId},
    page::{Page, PageRequest},
    review::Stars,
};

use crate::{Row, Session, StorageError, users::clamp, values};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub id: i64,
    pub user: UserId,
    pub stars: Stars,
    pub comment: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What somebody says, before it is kept.
#[derive(Clone, Debug)]
pub struct NewReview {
    pub user: UserId,
    pub stars: Stars,
    pub comment: String,
    pub at: Timestamp,
}

pub(crate) fn from_row(row: &Row<'_>) -> Result<Review, StorageError> {
    Ok(Review {
        id: row.get(0)?,
        user: row.get(1)?,
        stars: Stars::new(row.get(2)?).ok_or_else(|| StorageError::Corrupt("reviews: stars".to_owned()))?,
        comment: row.get(3)?,
        created_at: Timestamp::from_millis(row.get(4)?),
        updated_at: Timestamp::from_millis(row.get(5)?),
    })
}

/// Writes somebody's review, in the place of an earlier one of theirs.
pub fn put_review(
    session: &mut Session<'_>,
    component: ComponentId,
    new: &NewReview,
) -> Result<i64, StorageError> {
    let tenant = session.tenant();
    session.one(
        "INSERT INTO component_reviews (tenant_id, component_id, user_id, stars, comment, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (tenant_id, component_id, user_id) DO UPDATE \
         SET stars = excluded.stars, comment = excluded.comment, updated_at = excluded.updated_at RETURNING id",
        values![tenant, component, new.user, new.stars.get(), &new.comment, new.at.millis()],
        |row| row.get(0),
    )
}

/// Reviews of a component, the newest first.
pub fn list_reviews(
    session: &mut Session<'_>,
    component: ComponentId,
    request: PageRequest,
) -> Result<Page<Review>, StorageError> {
    let tenant = session.tenant();
    let total: i64 = session.one(
        "SELECT COUNT(*) FROM component_reviews WHERE tenant_id = $1 AND component_id = $2",
        values![tenant, component],
        |row| row.get(0),
    )?;
    let items = session.all(
        "SELECT id, user_id, stars, comment, created_at, updated_at FROM component_reviews \
         WHERE tenant_id = $1 AND component_id = $2 ORDER BY updated_at DESC, id DESC LIMIT $3 OFFSET $4",
        values![tenant, component, clamp(request.limit), clamp(request.offset)],
        from_row,
    )?;
    Ok(Page { items, total: u64::try_from(total).unwrap_or_default(), request })
}
