//! Versions of components: each with its content, where it stands, and how often it was taken.

use automation_hub_domain::{
    clock::Timestamp,
    component::ComponentStatus,
    id::{ComponentId, FileId, UserId},
};
use sea_query::{Expr, ExprTrait, Order, Query as Build};

use crate::{Row, Session, StorageError, query::Query, values};

/// Where a version's content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionContent {
    File(FileId),
    Link(String),
}

#[derive(Clone, Debug)]
pub struct NewVersion {
    pub component: ComponentId,
    /// What people call it: `1.2.0`.
    pub name: String,
    pub content: VersionContent,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub component: ComponentId,
    /// Counted from 1.
    pub number: i64,
    pub name: String,
    pub status: ComponentStatus,
    pub content: VersionContent,
    /// Who took it for review.
    pub curator: Option<UserId>,
    pub downloads: i64,
    pub created_at: Timestamp,
    pub published_at: Option<Timestamp>,
}

const COLUMNS: &str =
    "component_id, number, name, status, file_id, link, curator_user_id, downloads, created_at, published_at";

fn from_row(row: &Row<'_>) -> Result<Version, StorageError> {
    let corrupt = |column: &str| StorageError::Corrupt(format!("component_versions: {column}"));
    let content = match (row.get::<Option<FileId>>(4)?, row.get::<Option<String>>(5)?) {
        (Some(file), None) => VersionContent::File(file),
        (None, Some(link)) => VersionContent::Link(link),
        _ => return Err(corrupt("not one of file and link")),
    };
    Ok(Version {
        component: row.get(0)?,
        number: row.get(1)?,
        name: row.get(2)?,
        status: ComponentStatus::from_key(row.get(3)?).ok_or_else(|| corrupt("status"))?,
        content,
        curator: row.get(6)?,
        downloads: row.get(7)?,
        created_at: Timestamp::from_millis(row.get(8)?),
        published_at: row.get::<Option<i64>>(9)?.map(Timestamp::from_millis),
    })
}

/// Adds the next version, as a draft, and answers its number. The component's row is locked first, so that two
/// can't get the same one.
pub fn insert_version(session: &mut Session<'_>, new: &NewVersion) -> Result<i64, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE components SET updated_at = $1 WHERE tenant_id = $2 AND id = $3",
        values![new.created_at.millis(), tenant, new.component],
    )?;
    let (file, link) = match &new.content {
        VersionContent::File(file) => (Some(*file), None),
        VersionContent::Link(link) => (None, Some(link.as_str())),
    };
    let number = session.one(
        "INSERT INTO component_versions (tenant_id, component_id, number, name, status, file_id, link, created_at) \
         VALUES ($1, $2, (SELECT COALESCE(MAX(v.number), 0) + 1 FROM component_versions v \
         WHERE v.tenant_id = $1 AND v.component_id = $2), $3, $4, $5, $6, $7) RETURNING number",
        values![
            tenant,
            new.component,
            &new.name,
            ComponentStatus::Draft.key(),
            file,
            link,
            new.created_at.millis()
        ],
        |row| row.get(0),
    )?;
    update_status(session, new.component, new.created_at)?;
    Ok(number)
}

/// Moves a version on, if it still stands where the caller has seen it. Whether it did.
pub fn set_version_status(
    session: &mut Session<'_>,
    version: &Version,
    status: ComponentStatus,
    curator: Option<UserId>,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let published_at = (status == ComponentStatus::Published)
        .then_some(now.millis())
        .or_else(|| version.published_at.map(Timestamp::millis));
    let changed = session.execute(
        "UPDATE component_versions SET status = $1, curator_user_id = $2, published_at = $3 \
         WHERE tenant_id = $4 AND component_id = $5 AND number = $6 AND status = $7",
        values![
            status.key(),
            curator,
            published_at,
            tenant,
            version.component,
            version.number,
            version.status.key()
        ],
    )?;
    if changed == 1 {
        update_status(session, version.component, now)?;
    }
    Ok(changed == 1)
}

fn update_status(
    session: &mut Session<'_>,
    component: ComponentId,
    now: Timestamp,
) -> Result<(), StorageError> {
    let versions = list_versions(session, &[component])?;
    let is_published = versions.iter().any(|version| version.status == ComponentStatus::Published);
    let newest = versions.last().map_or(ComponentStatus::Draft, |version| version.status);
    let status = if is_published { ComponentStatus::Published } else { newest };
    let tenant = session.tenant();
    session.execute(
        "UPDATE components SET status = $1, updated_at = $2 WHERE tenant_id = $3 AND id = $4",
        values![status.key(), now.millis(), tenant, component],
    )?;
    Ok(())
}

/// Versions of some components, each component's in their order.
pub fn list_versions(
    session: &mut Session<'_>,
    components: &[ComponentId],
) -> Result<Vec<Version>, StorageError> {
    if components.is_empty() {
        return Ok(Vec::new());
    }
    let mut statement = Build::select();
    statement
        .expr(Expr::cust(COLUMNS))
        .from("component_versions")
        .and_where(Expr::col("tenant_id").eq(session.tenant().get()))
        .and_where(Expr::col("component_id").is_in(components.iter().map(|id| id.get())))
        .order_by("component_id", Order::Asc)
        .order_by("number", Order::Asc);
    let query = Query::render(session.engine(), &statement);
    session.all(&query.sql, &query.values()?, from_row)
}

/// The version whose content a file is.
pub fn find_version_of_file(
    session: &mut Session<'_>,
    file: FileId,
) -> Result<Option<Version>, StorageError> {
    let tenant = session.tenant();
    let sql = ["SELECT ", COLUMNS, " FROM component_versions WHERE tenant_id = $1 AND file_id = $2"].concat();
    session.optional(&sql, values![tenant, file], from_row)
}

/// Counts how often somebody took a version's file.
pub fn add_downloads(session: &mut Session<'_>, file: FileId, times: i64) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE component_versions SET downloads = downloads + $1 WHERE tenant_id = $2 AND file_id = $3",
        values![times, tenant, file],
    )?;
    Ok(())
}
