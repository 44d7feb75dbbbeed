//! Which inventory it is, of all those that a tenant had.

use automation_hub_domain::clock::Timestamp;

use crate::{Row, Session, StorageError, values};

/// Another one after each change. The instant tells apart what a count alone doesn't, in a database that was restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InventoryVersion {
    pub count: i64,
    pub changed_at: Timestamp,
}

impl InventoryVersion {
    fn from_row(row: &Row<'_>) -> Result<Self, StorageError> {
        Ok(Self { count: row.get(0)?, changed_at: Timestamp::from_millis(row.get(1)?) })
    }
}

pub fn version(session: &mut Session<'_>) -> Result<InventoryVersion, StorageError> {
    let id = session.tenant();
    session.one(
        "SELECT inventory_version, inventory_changed_at FROM tenants WHERE id = $1",
        values![id],
        InventoryVersion::from_row,
    )
}

/// As [`version`]. Whoever else wants to change the inventory waits until the transaction ends.
pub fn version_to_change(session: &mut Session<'_>) -> Result<InventoryVersion, StorageError> {
    let id = session.tenant();
    session.one(
        "UPDATE tenants SET inventory_version = inventory_version WHERE id = $1 \
         RETURNING inventory_version, inventory_changed_at",
        values![id],
        InventoryVersion::from_row,
    )
}

/// Belongs to each change.
pub(super) fn touch(session: &mut Session<'_>, at: Timestamp) -> Result<(), StorageError> {
    let id = session.tenant();
    session.execute(
        "UPDATE tenants SET inventory_version = inventory_version + 1, inventory_changed_at = $1 WHERE id = $2",
        values![at.millis(), id],
    )?;
    Ok(())
}
