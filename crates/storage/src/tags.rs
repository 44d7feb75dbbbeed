//! Tags: remembered once set, and shown in records from a column beside the idea.

use automation_hub_domain::{clock::Timestamp, id::IdeaId, tag::Tag};

use crate::{Session, StorageError, values};

/// The tags of an idea, as they were given.
pub fn list(session: &mut Session<'_>, idea: IdeaId) -> Result<Vec<String>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT t.name FROM idea_tags i JOIN tags t ON t.tenant_id = i.tenant_id AND t.id = i.tag_id \
         WHERE i.tenant_id = $1 AND i.idea_id = $2 ORDER BY i.position",
        values![tenant, idea],
        |row| row.get(0),
    )
}

/// Replaces the tags of an idea that is held for a change. A tag that the tenant knows keeps its spelling; of equal
/// ones the first counts. What the idea's tags are now.
pub fn set(
    session: &mut Session<'_>,
    idea: IdeaId,
    tags: &[Tag],
    at: Timestamp,
) -> Result<Vec<String>, StorageError> {
    let tenant = session.tenant();
    session.execute("DELETE FROM idea_tags WHERE tenant_id = $1 AND idea_id = $2", values![tenant, idea])?;
    // In the order of their keys, so that two transactions can't wait for each other's new tags.
    let mut new: Vec<_> = (1_i64..).zip(tags).map(|(position, tag)| (tag.key(), position, tag)).collect();
    new.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    for (key, position, tag) in &new {
        session.execute(
            "INSERT INTO tags (tenant_id, name, name_key) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant_id, name_key) DO NOTHING",
            values![tenant, tag.as_str(), key],
        )?;
        session.execute(
            "INSERT INTO idea_tags (tenant_id, idea_id, tag_id, position) \
             SELECT tenant_id, $1, id, $2 FROM tags WHERE tenant_id = $3 AND name_key = $4 \
             ON CONFLICT (tenant_id, idea_id, tag_id) DO NOTHING",
            values![idea, *position, tenant, key],
        )?;
    }
    let names = list(session, idea)?;
    let shown = serde_json::to_string(&names).map_err(StorageError::driver)?;
    session.execute(
        "UPDATE ideas SET tags = $1, updated_at = $2, version = version + 1 WHERE tenant_id = $3 AND id = $4",
        values![&shown, at.millis(), tenant, idea],
    )?;
    Ok(names)
}
