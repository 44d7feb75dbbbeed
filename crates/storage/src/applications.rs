//! The application inventory of a tenant: what its people work with, and in which categories.

mod change;
mod version;

use std::collections::HashMap;

use automation_hub_domain::{
    clock::Timestamp,
    id::{ApplicationId, CategoryId},
    page::{Page, PageRequest},
    text,
};

pub use change::{ApplicationChange, delete, update};
use sea_query::{Expr, ExprTrait, Order, Query as Build};
pub use version::{InventoryVersion, version, version_to_change};

use crate::{
    Constraint, Row, Session, StorageError, Value,
    chunk::{Chunk, Position, Start},
    query::{NAMED_IDS, Query},
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
        version::touch(session, new.created_at)?;
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
    // First, as all who change the inventory do: of two who hold what the other waits for one would have to begin anew.
    version_to_change(session)?;
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
    is_added_by_end_user, created_at, entry_key FROM applications ";
/// The column by which lists are sorted.
const KEY: usize = 10;

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
    values: &[Value<'_>],
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
const FROM_OFFSET: &str = "ORDER BY entry_key, id LIMIT $3 OFFSET $4";
const AFTER: &str = "AND (entry_key, id) > ($3, $4) ORDER BY entry_key, id LIMIT $5";

/// As [`list`] of those that have a text in name and version, hyphens being as good as blanks.
pub fn search(
    session: &mut Session<'_>,
    text: &str,
    request: PageRequest,
) -> Result<Page<Application>, StorageError> {
    let total = count(session, text)?;
    let items = chunk(session, text, &Start::Offset(request.offset), request.limit)?.items;
    Ok(Page { items, total, request })
}

/// How many entries have a text in name and version.
pub fn count(session: &mut Session<'_>, text: &str) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    let total: i64 = session.one(
        &["SELECT COUNT(*) FROM applications ", FILTER].concat(),
        values![tenant, &pattern(text)],
        |row| row.get(0),
    )?;
    Ok(u64::try_from(total).unwrap_or_default())
}

fn pattern(text: &str) -> String {
    contains_pattern(text).replace(' ', "-")
}

/// As [`search`], not counting how many there are in all.
pub fn chunk(
    session: &mut Session<'_>,
    text: &str,
    start: &Start,
    limit: u64,
) -> Result<Chunk<Application>, StorageError> {
    let pattern = pattern(text);
    let mut values = values![session.tenant(), &pattern].to_vec();
    let rest = match start {
        Start::Offset(offset) => {
            values.extend_from_slice(values![clamp(limit), clamp(*offset)]);
            FROM_OFFSET
        }
        Start::After(Position { key, id }) => {
            values.extend_from_slice(values![key, *id, clamp(limit)]);
            AFTER
        }
    };
    let mut chunk = Chunk::default();
    session.each(&[COLUMNS, FILTER, rest].concat(), &values, |row| {
        let entry = from_row(row)?;
        let position = Position { key: row.get(KEY)?, id: entry.id.get() };
        chunk.push(entry, position);
        Ok(())
    })?;
    fill_categories(session, &mut chunk.items)?;
    Ok(chunk)
}

/// Looks at the categories of these entries only: sorted by name, their ids may lie anywhere in the inventory.
fn fill_categories(session: &mut Session<'_>, items: &mut [Application]) -> Result<(), StorageError> {
    for items in items.chunks_mut(NAMED_IDS) {
        let mut select = Build::select();
        select
            .columns(["application_id", "category_id"])
            .from("application_categories")
            .and_where(Expr::col("tenant_id").eq(session.tenant().get()))
            .and_where(Expr::col("application_id").is_in(items.iter().map(|item| item.id.get())))
            .order_by("application_id", Order::Asc)
            .order_by("category_id", Order::Asc);
        let query = Query::render(session.engine(), &select);
        let mut categories: HashMap<ApplicationId, Vec<CategoryId>> = HashMap::new();
        session.each(&query.sql, &query.values()?, |row| {
            categories.entry(row.get(0)?).or_default().push(row.get(1)?);
            Ok(())
        })?;
        for item in items {
            item.categories = categories.remove(&item.id).unwrap_or_default();
        }
    }
    Ok(())
}
