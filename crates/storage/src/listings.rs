//! The Automation Store: which automations are published there, and what people say of them.

use automation_hub_domain::{
    clock::Timestamp,
    id::{CategoryId, IdeaId, UserId},
    idea::SubmissionType,
    page::{Page, PageRequest},
};
use sea_query::{Alias, Expr, ExprTrait, JoinType, Order, Query as Build, SelectStatement};

use crate::{
    Row, Session, StorageError,
    components::{NewReview, Review},
    ideas,
    query::Query,
    users::{clamp, contains_pattern},
    values,
};

#[derive(Clone, Debug)]
pub struct NewListing {
    pub idea: IdeaId,
    /// What it does for whoever uses it, in a few words.
    pub summary: String,
    pub published_by: Option<UserId>,
    pub published_at: Timestamp,
}

/// A published automation as the store shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Listing {
    pub idea: IdeaId,
    pub slug: String,
    pub name: String,
    pub category: CategoryId,
    pub submission_type: SubmissionType,
    pub owner: Option<UserId>,
    pub summary: String,
    pub published_by: Option<UserId>,
    pub published_at: Timestamp,
    /// How many reviews there are, and how many stars they give together.
    pub reviews: i64,
    pub stars: i64,
}

#[derive(Clone, Debug, Default)]
pub struct ListingFilter {
    /// `None` stands for all.
    pub categories: Option<Vec<CategoryId>>,
    /// Part of an automation's name, description or slug.
    pub search: Option<String>,
}

const COLUMNS: &str = "i.id, i.slug, i.name, i.category_id, i.submission_type, i.owner_user_id, l.summary, \
    l.published_by_user_id, l.published_at, \
    (SELECT COUNT(*) FROM store_reviews r WHERE r.tenant_id = l.tenant_id AND r.idea_id = l.idea_id), \
    (SELECT CAST(COALESCE(SUM(r.stars), 0) AS BIGINT) FROM store_reviews r \
    WHERE r.tenant_id = l.tenant_id AND r.idea_id = l.idea_id)";

fn from_row(row: &Row<'_>) -> Result<Listing, StorageError> {
    Ok(Listing {
        idea: row.get(0)?,
        slug: row.get(1)?,
        name: row.get(2)?,
        category: row.get(3)?,
        submission_type: SubmissionType::from_code(row.get(4)?)
            .ok_or_else(|| StorageError::Corrupt("ideas: submission_type".to_owned()))?,
        owner: row.get(5)?,
        summary: row.get(6)?,
        published_by: row.get(7)?,
        published_at: Timestamp::from_millis(row.get(8)?),
        reviews: row.get(9)?,
        stars: row.get(10)?,
    })
}

/// Puts an automation into the store, and says so in its record. False if it is there already.
pub fn publish(session: &mut Session<'_>, new: &NewListing) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let published = session.execute(
        "INSERT INTO store_listings (tenant_id, idea_id, summary, published_by_user_id, published_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, idea_id) DO NOTHING",
        values![tenant, new.idea, &new.summary, new.published_by, new.published_at.millis()],
    )?;
    update_flag(session, new.idea, new.published_at)?;
    Ok(published == 1)
}

/// Takes an automation out of the store; its reviews are kept. Whether it was there.
pub fn withdraw(session: &mut Session<'_>, idea: IdeaId, at: Timestamp) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let removed = session
        .execute("DELETE FROM store_listings WHERE tenant_id = $1 AND idea_id = $2", values![tenant, idea])?;
    update_flag(session, idea, at)?;
    Ok(removed == 1)
}

/// Says in an automation's record whether it is in the store.
fn update_flag(session: &mut Session<'_>, idea: IdeaId, at: Timestamp) -> Result<(), StorageError> {
    ideas::set_wire_integer(session, idea, (ideas::IS_PUBLISHED, at), |s| {
        is_published(s, idea).map(i64::from)
    })
}

pub fn is_published(session: &mut Session<'_>, idea: IdeaId) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let found = session.optional(
        "SELECT 1 FROM store_listings WHERE tenant_id = $1 AND idea_id = $2",
        values![tenant, idea],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

fn column(table: &str, name: &str) -> Expr {
    Expr::col((Alias::new(table), Alias::new(name)))
}

fn select(tenant: i64, filter: &ListingFilter, columns: &'static str) -> SelectStatement {
    let mut select = Build::select();
    select
        .expr(Expr::cust(columns))
        .from_as("store_listings", "l")
        .join_as(
            JoinType::InnerJoin,
            "ideas",
            "i",
            column("i", "tenant_id")
                .equals((Alias::new("l"), Alias::new("tenant_id")))
                .and(column("i", "id").equals((Alias::new("l"), Alias::new("idea_id")))),
        )
        .and_where(column("l", "tenant_id").eq(tenant))
        .and_where(Expr::cust("i.is_deleted = 0"));
    if let Some(categories) = &filter.categories {
        let ids: Vec<i64> = categories.iter().map(|id| id.get()).collect();
        select.and_where(if ids.is_empty() {
            Expr::cust("1 = 0")
        } else {
            column("i", "category_id").is_in(ids)
        });
    }
    if let Some(search) = &filter.search {
        let pattern = sea_query::LikeExpr::new(contains_pattern(&search.replace('-', " "))).escape('\\');
        select.and_where(column("i", "search_key").like(pattern));
    }
    select
}

/// Published automations, the newest in the store first.
pub fn list(
    session: &mut Session<'_>,
    filter: &ListingFilter,
    request: PageRequest,
) -> Result<Page<Listing>, StorageError> {
    let tenant = session.tenant().get();
    let query = Query::render(session.engine(), &select(tenant, filter, "COUNT(*)"));
    let total: i64 = session.one(&query.sql, &query.values()?, |row| row.get(0))?;
    let mut page = select(tenant, filter, COLUMNS);
    page.order_by((Alias::new("l"), Alias::new("published_at")), Order::Desc)
        .order_by((Alias::new("l"), Alias::new("idea_id")), Order::Desc)
        .limit(request.limit)
        .offset(request.offset);
    let query = Query::render(session.engine(), &page);
    let items = session.all(&query.sql, &query.values()?, from_row)?;
    Ok(Page { items, total: u64::try_from(total).unwrap_or_default(), request })
}

/// Writes somebody's review of an automation, in the place of an earlier one of theirs.
pub fn put_review(session: &mut Session<'_>, idea: IdeaId, new: &NewReview) -> Result<i64, StorageError> {
    let tenant = session.tenant();
    session.one(
        "INSERT INTO store_reviews (tenant_id, idea_id, user_id, stars, comment, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (tenant_id, idea_id, user_id) DO UPDATE \
         SET stars = excluded.stars, comment = excluded.comment, updated_at = excluded.updated_at RETURNING id",
        values![tenant, idea, new.user, new.stars.get(), &new.comment, new.at.millis()],
        |row| row.get(0),
    )
}

/// Reviews of an automation that is published, the newest first; none of one that isn't.
pub fn list_reviews(
    session: &mut Session<'_>,
    idea: IdeaId,
    request: PageRequest,
) -> Result<Page<Review>, StorageError> {
    let tenant = session.tenant();
    if !is_published(session, idea)? {
        return Ok(Page { items: Vec::new(), total: 0, request });
    }
    let total: i64 = session.one(
        "SELECT COUNT(*) FROM store_reviews WHERE tenant_id = $1 AND idea_id = $2",
        values![tenant, idea],
        |row| row.get(0),
    )?;
    let items = session.all(
        "SELECT id, user_id, stars, comment, created_at, updated_at FROM store_reviews \
         WHERE tenant_id = $1 AND idea_id = $2 ORDER BY updated_at DESC, id DESC LIMIT $3 OFFSET $4",
        values![tenant, idea, clamp(request.limit), clamp(request.offset)],
        crate::components::review_from_row,
    )?;
    Ok(Page { items, total: u64::try_from(total).unwrap_or_default(), request })
}
