//! Brings the search keys that an older version made up to this one's rule, in portions. Until an idea's turn comes it is
//! found by its old key; the index follows as it does after any change.

use std::ops::ControlFlow;

use automation_hub_domain::id::{IdeaId, TenantId};

use super::{
    content, indexing,
    search::{self, RULE},
};
use crate::{Row, StorageError, System, values};

/// How many ideas are looked at in one transaction, and about how many bytes of keys: others' writes wait for it.
const PORTION: i64 = 500;
const BYTES: usize = 4 * 1024 * 1024;

/// What an idea's search key is made of, and what it is now.
struct KeyedRow {
    id: i64,
    tenant: TenantId,
    old_key: String,
    new_key: String,
}

impl KeyedRow {
    fn from_row(row: &Row<'_>) -> Result<Self, StorageError> {
        let (id, old_key): (_, String) = (row.get(0)?, row.get(2)?);
        let new_key = match content::description(row.get(5)?) {
            Ok(description) => search::search_key(row.get(3)?, row.get(4)?, &description),
            // One that can't be read must not keep all others from being found.
            Err(error) => {
                tracing::warn!(idea = id, %error, "an idea keeps its old search key");
                old_key.clone()
            }
        };
        Ok(Self { id, tenant: row.get(1)?, old_key, new_key })
    }
}

/// Whether there may be keys by an older rule. Those by a newer one are left alone.
pub(crate) fn is_behind(system: &mut System<'_>) -> Result<bool, StorageError> {
    Ok(after_idea(system)?.is_some())
}

fn after_idea(system: &mut System<'_>) -> Result<Option<i64>, StorageError> {
    system.optional("SELECT after_idea FROM search_keys WHERE rule < $1", values![RULE], |row| row.get(0))
}

/// Makes some keys anew, and tells whether all are by this version's rule now. How far it came is written along with
/// them, so it may be broken off at any moment. Whoever writes an idea meanwhile does so by the new rule already.
pub(crate) fn rekey_portion(system: &mut System<'_>) -> Result<bool, StorageError> {
    let Some(after) = after_idea(system)? else { return Ok(true) };
    let (mut rows, mut bytes) = (Vec::new(), 0);
    system.each_until(
        "SELECT id, tenant_id, search_key, name, slug, content FROM ideas \
         WHERE id > $1 AND is_deleted = 0 ORDER BY id LIMIT $2",
        values![after, PORTION],
        |row| {
            let row = KeyedRow::from_row(row)?;
            bytes += row.old_key.len() + row.new_key.len();
            rows.push(row);
            Ok(if bytes < BYTES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
        },
    )?;
    let Some(last) = rows.last() else {
        system.execute("UPDATE search_keys SET rule = $1, after_idea = 0", values![RULE])?;
        return Ok(true);
    };
    system.execute("UPDATE search_keys SET after_idea = $1", values![last.id])?;
    for row in rows.iter().filter(|row| row.new_key != row.old_key) {
        rekey(system, row)?;
    }
    Ok(false)
}

/// Nobody sees a change of the idea in this, so its version stays. That the key is the one which was read tells that
/// nobody else has written one of something newer.
fn rekey(system: &mut System<'_>, row: &KeyedRow) -> Result<(), StorageError> {
    indexing::note_change(&mut system.tenant(row.tenant), IdeaId::new(row.id), &row.new_key)?;
    system.put_off(
        "UPDATE ideas SET search_key = $1 WHERE id = $2 AND search_key = $3 AND is_deleted = 0",
        values![&row.new_key, row.id, &row.old_key],
    )
}
