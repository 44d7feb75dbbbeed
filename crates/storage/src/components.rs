//! The catalogue of reusable components: what each is, its versions, and where it is used.

mod list;
mod reviews;
mod versions;

use automation_hub_domain::{
    clock::Timestamp,
    component::{ComponentStatus, ComponentType, ComponentUse},
    id::{ApplicationId, CategoryId, ComponentId, IdeaId, UserId},
    text,
};

pub use list::{ComponentFilter, Sight, find, list};
pub(crate) use reviews::from_row as review_from_row;
pub use reviews::{NewReview, Review, list_reviews, put_review};
pub use versions::{
    NewVersion, Version, VersionContent, add_downloads, find_version_of_file, insert_version, list_versions,
    set_version_status,
};

use crate::{Constraint, Row, Session, StorageError, values};

/// A component that doesn't exist yet; its first version comes with it.
#[derive(Clone, Debug)]
pub struct NewComponent {
    pub name: String,
    pub summary: String,
    pub description: String,
    pub component_type: ComponentType,
    pub category: CategoryId,
    pub applications: Vec<ApplicationId>,
    pub benefits: String,
    pub dependencies: String,
    pub compatibility: String,
    pub author: UserId,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    pub id: ComponentId,
    pub name: String,
    pub summary: String,
    pub description: String,
    pub component_type: ComponentType,
    pub category: CategoryId,
    pub applications: Vec<ApplicationId>,
    pub benefits: String,
    pub dependencies: String,
    pub compatibility: String,
    pub author: UserId,
    /// Of its versions: published if one is, else that of the newest.
    pub status: ComponentStatus,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// How many reviews there are, and how many stars they give together.
    pub reviews: i64,
    pub stars: i64,
}

const COLUMNS: &str = "c.id, c.name, c.summary, c.description, c.component_type, c.category_id, c.benefits, \
    c.dependencies, c.compatibility, c.author_user_id, c.status, c.created_at, c.updated_at, \
    (SELECT COUNT(*) FROM component_reviews r WHERE r.tenant_id = c.tenant_id AND r.component_id = c.id), \
    (SELECT CAST(COALESCE(SUM(r.stars), 0) AS BIGINT) FROM component_reviews r \
    WHERE r.tenant_id = c.tenant_id AND r.component_id = c.id)";

fn from_row(row: &Row<'_>) -> Result<Component, StorageError> {
    let corrupt = |column: &str| StorageError::Corrupt(format!("components: {column}"));
    Ok(Component {
        id: row.get(0)?,
        name: row.get(1)?,
        summary: row.get(2)?,
        description: row.get(3)?,
        component_type: ComponentType::from_key(row.get(4)?).ok_or_else(|| corrupt("component_type"))?,
        category: row.get(5)?,
        applications: Vec::new(),
        benefits: row.get(6)?,
        dependencies: row.get(7)?,
        compatibility: row.get(8)?,
        author: row.get(9)?,
        status: ComponentStatus::from_key(row.get(10)?).ok_or_else(|| corrupt("status"))?,
        created_at: Timestamp::from_millis(row.get(11)?),
        updated_at: Timestamp::from_millis(row.get(12)?),
        reviews: row.get(13)?,
        stars: row.get(14)?,
    })
}

/// Adds a component without versions: its first one follows in the same transaction.
pub fn insert(session: &mut Session<'_>, new: &NewComponent) -> Result<ComponentId, StorageError> {
    let tenant = session.tenant();
    let id = session.one(
        "INSERT INTO components (tenant_id, name, name_key, summary, description, component_type, category_id, \
         benefits, dependencies, compatibility, author_user_id, status, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13) RETURNING id",
        values![
            tenant,
            &new.name,
            &text::fold(&new.name),
            &new.summary,
            &new.description,
            new.component_type.key(),
            new.category,
            &new.benefits,
            &new.dependencies,
            &new.compatibility,
            new.author,
            ComponentStatus::Draft.key(),
            new.created_at.millis()
        ],
        |row| row.get(0),
    )?;
    let mut applications = new.applications.clone();
    applications.sort_unstable();
    applications.dedup();
    for application in applications {
        let linked = session.execute(
            "INSERT INTO component_applications (tenant_id, component_id, application_id) \
             SELECT $1, $2, a.id FROM applications a WHERE a.tenant_id = $1 AND a.id = $3",
            values![tenant, id, application],
        )?;
        if linked == 0 {
            return Err(StorageError::Conflict(Constraint::Reference));
        }
    }
    Ok(id)
}

/// Says that an automation uses a component, or that it was built for it. Both have to be of the tenant.
pub fn link(
    session: &mut Session<'_>,
    id: ComponentId,
    idea: IdeaId,
    component_use: ComponentUse,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    let linked = session.execute(
        "INSERT INTO component_ideas (tenant_id, idea_id, component_id, component_use) \
         SELECT $1, i.id, c.id, $2 FROM ideas i JOIN components c ON c.tenant_id = i.tenant_id \
         WHERE i.tenant_id = $1 AND i.id = $3 AND c.id = $4 \
         ON CONFLICT (tenant_id, idea_id, component_id) DO UPDATE SET component_use = excluded.component_use",
        values![tenant, component_use.key(), idea, id],
    )?;
    if linked == 0 { Err(StorageError::Conflict(Constraint::Reference)) } else { Ok(()) }
}

/// Takes a link back. Whether there was one.
pub fn unlink(session: &mut Session<'_>, id: ComponentId, idea: IdeaId) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let removed = session.execute(
        "DELETE FROM component_ideas WHERE tenant_id = $1 AND idea_id = $2 AND component_id = $3",
        values![tenant, idea, id],
    )?;
    Ok(removed == 1)
}
