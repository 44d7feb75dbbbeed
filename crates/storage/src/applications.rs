//! The application inventory of a tenant: what its people work with, and in which categories.

mod change;

use std::collections::HashMap;

use automation_hub_domain::{
    clock::Timestamp,
    id::{ApplicationId, CategoryId},
    page::{Page, PageRequest},
    text,
};

pub use change::{ApplicationChange, delete, update};

use crate::{
    Constraint, Row, Session, StorageError,
    users::{clamp, contains_pattern},
    values,
};

/// An entry that doesn't exist yet. Two with the same name and version, ignoring case and blanks, are one.
#[derive(Clone, Debug)]
pub struct NewApplication {
    pub name: String,
    pub version: String,
    pub language: String,
    pub comments: String,
    pub is_thin_client: bool,
    pub is_added_by_end_user: bool,
    pub categories: Vec<CategoryId>,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    pub id: ApplicationId,
    pub name: String,
    pub version: String,
    pub language: String,
    pub comments: String,
    /// Name and version in lower case, joined by hyphens.
    pub code: String,
    pub is_thin_client: bool,
    pub is_active: bool,
    pub is_added_by_end_user: bool,
    pub categories: Vec<CategoryId>,
    pub created_at: Timestamp,
}

pub fn insert(session: &mut Session<'_>, new: &NewApplication) -> Result<ApplicationId, StorageError> {
    try_insert(session, new)?.ok_or(StorageError::Conflict(Constraint::ApplicationKey))
}

/// None if there is such an entry already.
fn try_insert(
    session: &mut Session<'_>,
    new: &NewApplication,
) -> Result<Option<ApplicationId>, StorageError> {
    let tenant = session.tenant();
    let keys = Keys::of(&new.name, &new.version);
    let id = session.optional(
        "INSERT INTO applications (tenant_id, name, version, language, comments, code, entry_key, is_thin_client, \
         is_added_by_end_user, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (tenant_id, entry_key) DO NOTHING RETURNING id",
        values![
            tenant,
            &new.name,
            &new.version,
            &new.language,
            &new.comments,
            &keys.code,
            &keys.entry,
            new.is_thin_client,
            new.is_added_by_end_user,
            new.created_at.millis()
        ],
        |row| row.get(0).map(ApplicationId::new),
    )?;
    if let Some(id) = id {
        insert_categories(session, id, &new.categories)?;
    }
    Ok(id)
}

/// The entry with this name and version, made if there is none.
pub fn find_or_insert(
    session: &mut Session<'_>,
    new: &NewApplication,
) -> Result<ApplicationId, StorageError> {
    if let Some(found) = find_entry(session, &new.name, &new.version)? {
        return Ok(found.id);
    }
    if let Some(id) = try_insert(session, new)? {
        return Ok(id);
    }
    // Somebody else made it in between.
    find_entry(session, &new.name, &new.version)?.map(|found| found.id).ok_or(StorageError::Busy)
}

/// Which of some ids are entries that can be used.
pub fn list_usable(
    session: &mut Session<'_>,
    ids: &[ApplicationId],
) -> Result<Vec<ApplicationId>, StorageError> {
    let tenant = session.tenant();
    let mut usable = Vec::with_capacity(ids.len());
    for &id in ids {
        usable.extend(session.optional(
            "SELECT id FROM applications WHERE tenant_id = $1 AND id = $2 AND is_active = 1",
            values![tenant, id],
            |row| row.get::<ApplicationId>(0),
        )?);
    }
    Ok(usable)
}

/// What is made of name and version.
struct Keys {
    /// Two entries equal in it are one.
    entry: String,
    code: String,
}

impl Keys {
    fn of(name: &str, version: &str) -> Self {
        let (name, version) = (text::fold(name), text::fold(version));
        Self {
            code: format!("{name} {version}").trim().replace(' ', "-"),
            entry: format!("{name}\n{version}"),
        }
    }
}

fn insert_categories(
    session: &mut Session<'_>,
    id: ApplicationId,
    categories: &[CategoryId],
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    for &category in categories {
        session.execute(
            "INSERT INTO application_categories (tenant_id, application_id, category_id) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant_id, application_id, category_id) DO NOTHING",
            values![tenant, id, category],
        )?;
    }
    Ok(())
}

/// What people call an entry.
pub fn find_name(session: &mut Session<'_>, id: ApplicationId) -> Result<Option<String>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "SELECT name FROM applications WHERE tenant_id = $1 AND id = $2",
        values![tenant, id],
        |row| row.get(0),
    )
}

const COLUMNS: &str = "SELECT id, name, version, language, comments, code, is_thin_client, is_active, \
    is_added_by_end_user, created_at FROM applications ";

fn from_row(row: &Row<'_>) -> Result<Application, StorageError> {
    Ok(Application {
        id: row.get(0)?,
        name: row.get(1)?,
        version: row.get(2)?,
        language: row.get(3)?,
        comments: row.get(4)?,
        code: row.get(5)?,
        is_thin_client: row.get(6)?,
        is_active: row.get(7)?,
        is_added_by_end_user: row.get(8)?,
        categories: Vec::new(),
        created_at: Timestamp::from_millis(row.get(9)?),
    })
}

pub fn find(session: &mut Session<'_>, id: ApplicationId) -> Result<Option<Application>, StorageError> {
    let tenant = session.tenant();
    let sql = [COLUMNS, "WHERE tenant_id = $1 AND id = $2"].concat();
    first(session, &sql, values![tenant, id])
}

/// The entry with this name and version, ignoring case and outer blanks.
pub fn find_entry(
    session: &mut Session<'_>,
    name: &str,
    version: &str,
) -> Result<Option<Application>, StorageError> {
    let tenant = session.tenant();
    let sql = [COLUMNS, "WHERE tenant_id = $1 AND entry_key = $2"].concat();
    first(session, &sql, values![tenant, &Keys::of(name, version).entry])
}

fn first(
    session: &mut Session<'_>,
    sql: &str,
    values: &[crate::Value<'_>],
) -> Result<Option<Application>, StorageError> {
    let mut found: Vec<_> = session.optional(sql, values, from_row)?.into_iter().collect();
    fill_categories(session, &mut found)?;
    Ok(found.pop())
}

/// The inventory by name and version.
pub fn list(session: &mut Session<'_>, request: PageRequest) -> Result<Page<Application>, StorageError> {
    search(session, "", request)
}

const FILTER: &str = "WHERE tenant_id = $1 AND ($2 = '' OR code LIKE $2 ESCAPE '\\') ";

/// As [`list`] of those that have a text in name and version, hyphens being as good as blanks.
pub fn search(
    session: &mut Session<'_>,
    text: &str,
    request: PageRequest,
) -> Result<Page<Application>, StorageError> {
    let tenant = session.tenant();
    let pattern = contains_pattern(text).replace(' ', "-");
    let total: i64 = session.one(
        &["SELECT COUNT(*) FROM applications ", FILTER].concat(),
        values![tenant, &pattern],
        |row| row.get(0),
    )?;
    let mut items = session.all(
        &[COLUMNS, FILTER, "ORDER BY entry_key, id LIMIT $3 OFFSET $4"].concat(),
        values![tenant, &pattern, clamp(request.limit), clamp(request.offset)],
        from_row,
    )?;
    fill_categories(session, &mut items)?;
    Ok(Page { items, total: u64::try_from(total).unwrap_or_default(), request })
}

fn fill_categories(session: &mut Session<'_>, items: &mut [Application]) -> Result<(), StorageError> {
    let (Some(first), Some(last)) =
        (items.iter().map(|item| item.id).min(), items.iter().map(|item| item.id).max())
    else {
        return Ok(());
    };
    let tenant = session.tenant();
    let mut categories: HashMap<ApplicationId, Vec<CategoryId>> = HashMap::new();
    session.each(
        "SELECT application_id, category_id FROM application_categories \
         WHERE tenant_id = $1 AND application_id BETWEEN $2 AND $3 ORDER BY application_id, category_id",
        values![tenant, first, last],
        |row| {
            categories.entry(row.get(0)?).or_default().push(row.get(1)?);
            Ok(())
        },
    )?;
    for item in items {
        item.categories = categories.remove(&item.id).unwrap_or_default();
    }
    Ok(())
}
