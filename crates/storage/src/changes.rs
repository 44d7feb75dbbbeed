//! What servers keep in memory and has changed: noted in the transaction of each change of a token, of a person's
//! rights or of a tenant, and followed by every server on the database, whichever process made the change.

use automation_hub_domain::id::{TenantId, TokenId, UserId};

use crate::{Row, Session, StorageError, System, values};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    Tenant,
    User(UserId),
    Token(TokenId),
}

/// The last change of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub number: i64,
    pub tenant: TenantId,
    pub changed: Changed,
}

/// The number of the newest change, 0 where nothing has changed yet.
pub fn latest(system: &mut System<'_>) -> Result<i64, StorageError> {
    system.one("SELECT COALESCE(MAX(number), 0) FROM changes", values![], |row| row.get(0))
}

/// Changes after a number, the oldest first.
pub fn list_after(system: &mut System<'_>, number: i64, limit: i64) -> Result<Vec<Change>, StorageError> {
    system.all(
        "SELECT kind, object_id, tenant_id, number FROM changes WHERE number > $1 ORDER BY number LIMIT $2",
        values![number, limit],
        from_row,
    )
}

fn from_row(row: &Row<'_>) -> Result<Change, StorageError> {
    let changed = match row.get::<&str>(0)? {
        TENANT => Changed::Tenant,
        USER => Changed::User(row.get(1)?),
        TOKEN => Changed::Token(row.get(1)?),
        kind => return Err(StorageError::Corrupt(format!("changes: kind {kind}"))),
    };
    Ok(Change { number: row.get(3)?, tenant: row.get(2)?, changed })
}

const TENANT: &str = "tenant";
const USER: &str = "user";
const TOKEN: &str = "token";

/// Called in the transaction of the change, by the function that makes it.
pub(crate) fn note(session: &mut Session<'_>, changed: Changed) -> Result<(), StorageError> {
    let tenant = session.tenant();
    let number: i64 = session.one(
        "INSERT INTO change_counter (id, number) VALUES (1, 1) \
         ON CONFLICT (id) DO UPDATE SET number = change_counter.number + 1 RETURNING number",
        values![],
        |row| row.get(0),
    )?;
    let (kind, object) = match changed {
        Changed::Tenant => (TENANT, tenant.get()),
        Changed::User(id) => (USER, id.get()),
        Changed::Token(id) => (TOKEN, id.get()),
    };
    session.put_off(
        "INSERT INTO changes (kind, object_id, tenant_id, number) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (kind, object_id) DO UPDATE SET number = excluded.number",
        values![kind, object, tenant, number],
    )
}

/// As [`note`], where the statement may have found nothing to change. Whether it had.
pub(crate) fn note_if(session: &mut Session<'_>, rows: u64, changed: Changed) -> Result<bool, StorageError> {
    if rows == 1 {
        note(session, changed)?;
    }
    Ok(rows == 1)
}
