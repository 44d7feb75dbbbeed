//! Changing and deleting entries of the inventory.

use automation_hub_domain::{
    clock::Timestamp,
    id::{ApplicationId, CategoryId},
};

use super::{Application, Keys, insert_categories, version::touch};
use crate::{Session, StorageError, values};

/// What an entry is to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationChange {
    pub name: String,
    pub version: String,
    pub language: String,
    pub comments: String,
    pub is_thin_client: bool,
    pub is_active: bool,
    /// Each once, in the order of their ids.
    pub categories: Vec<CategoryId>,
}

impl From<&Application> for ApplicationChange {
    fn from(entry: &Application) -> Self {
        Self {
            name: entry.name.clone(),
            version: entry.version.clone(),
            language: entry.language.clone(),
            comments: entry.comments.clone(),
            is_thin_client: entry.is_thin_client,
            is_active: entry.is_active,
            categories: entry.categories.clone(),
        }
    }
}

/// Whether there is such an entry.
pub fn update(
    session: &mut Session<'_>,
    id: ApplicationId,
    change: &ApplicationChange,
    at: Timestamp,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let keys = Keys::of(&change.name, &change.version);
    let changed = session.execute(
        "UPDATE applications SET name = $1, version = $2, language = $3, comments = $4, code = $5, entry_key = $6, \
         is_thin_client = $7, is_active = $8 WHERE tenant_id = $9 AND id = $10",
        values![
            &change.name,
            &change.version,
            &change.language,
            &change.comments,
            &keys.code,
            &keys.entry,
            change.is_thin_client,
            change.is_active,
            tenant,
            id
        ],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    delete_categories(session, id)?;
    insert_categories(session, id, &change.categories)?;
    touch(session, at)?;
    Ok(true)
}

fn delete_categories(session: &mut Session<'_>, id: ApplicationId) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM application_categories WHERE tenant_id = $1 AND application_id = $2",
        values![tenant, id],
    )?;
    Ok(())
}

/// Whether there was such an entry. One that ideas name conflicts with [`Constraint::Reference`]; ideas that are
/// deleted don't count.
///
/// [`Constraint::Reference`]: crate::Constraint::Reference
pub fn delete(session: &mut Session<'_>, id: ApplicationId, at: Timestamp) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM idea_applications WHERE tenant_id = $1 AND application_id = $2 \
         AND idea_id IN (SELECT i.id FROM ideas i WHERE i.tenant_id = $1 AND i.is_deleted = 1)",
        values![tenant, id],
    )?;
    delete_categories(session, id)?;
    let deleted =
        session.execute("DELETE FROM applications WHERE tenant_id = $1 AND id = $2", values![tenant, id])?;
    if deleted == 0 {
        return Ok(false);
    }
    touch(session, at)?;
    Ok(true)
}
