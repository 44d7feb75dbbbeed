//! Changing and deleting entries of the inventory.

use automation_hub_domain::id::{ApplicationId, CategoryId};

use super::{Keys, insert_categories};
use crate::{Session, StorageError, values};

/// What an entry is to hold.
#[derive(Clone, Debug)]
pub struct ApplicationChange {
    pub name: String,
    pub version: String,
    pub language: String,
    pub comments: String,
    pub is_thin_client: bool,
    pub is_active: bool,
    pub categories: Vec<CategoryId>,
}

/// Whether there is such an entry.
pub fn update(
    session: &mut Session<'_>,
    id: ApplicationId,
    change: &ApplicationChange,
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
pub fn delete(session: &mut Session<'_>, id: ApplicationId) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM idea_applications WHERE tenant_id = $1 AND application_id = $2 \
         AND idea_id IN (SELECT i.id FROM ideas i WHERE i.tenant_id = $1 AND i.is_deleted = 1)",
        values![tenant, id],
    )?;
    delete_categories(session, id)?;
    let deleted =
        session.execute("DELETE FROM applications WHERE tenant_id = $1 AND id = $2", values![tenant, id])?;
    Ok(deleted == 1)
}
