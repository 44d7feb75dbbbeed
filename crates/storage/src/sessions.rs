//! Browser sessions. A session is found by the digest of its secret; the secret itself is only in the cookie.

use automation_hub_domain::{
    clock::Timestamp,
    id::{SessionId, UserId},
};

use crate::{Row, Session, StorageError, values};

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserSession {
    pub id: SessionId,
    pub user: UserId,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    /// When the password (or another credential) was last asked for.
    pub credential_checked_at: Timestamp,
    pub address: String,
    pub client: String,
}

#[derive(Clone, Debug)]
pub struct NewBrowserSession {
    pub user: UserId,
    pub digest: [u8; 32],
    pub created_at: Timestamp,
    pub address: String,
    pub client: String,
}

const COLUMNS: &str = "id, user_id, created_at, last_seen_at, credential_checked_at, address, client";

fn from_row(row: &Row<'_>) -> Result<BrowserSession, StorageError> {
    Ok(BrowserSession {
        id: SessionId::new(row.get(0)?),
        user: UserId::new(row.get(1)?),
        created_at: Timestamp::from_millis(row.get(2)?),
        last_seen_at: Timestamp::from_millis(row.get(3)?),
        credential_checked_at: Timestamp::from_millis(row.get(4)?),
        address: row.get(5)?,
        client: row.get(6)?,
    })
}

fn select(rest: &str) -> String {
    ["SELECT ", COLUMNS, " FROM sessions ", rest].concat()
}

pub fn insert(session: &mut Session<'_>, new: &NewBrowserSession) -> Result<SessionId, StorageError> {
    let tenant = session.tenant();
    session.one(
        "INSERT INTO sessions (tenant_id, user_id, digest, created_at, last_seen_at, credential_checked_at, \
         address, client) VALUES ($1, $2, $3, $4, $4, $4, $5, $6) RETURNING id",
        values![tenant, new.user, &new.digest[..], new.created_at.millis(), &new.address, &new.client],
        |row| row.get(0).map(SessionId::new),
    )
}

pub fn find_by_digest(
    session: &mut Session<'_>,
    digest: &[u8; 32],
) -> Result<Option<BrowserSession>, StorageError> {
    let tenant = session.tenant();
    session.optional(&select("WHERE digest = $1 AND tenant_id = $2"), values![&digest[..], tenant], from_row)
}

/// A person's sessions, the most recently used first.
pub fn list_of_user(session: &mut Session<'_>, user: UserId) -> Result<Vec<BrowserSession>, StorageError> {
    let tenant = session.tenant();
    session.all(
        &select("WHERE tenant_id = $1 AND user_id = $2 ORDER BY last_seen_at DESC, id DESC"),
        values![tenant, user],
        from_row,
    )
}

pub fn touch(session: &mut Session<'_>, id: SessionId, at: Timestamp) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE sessions SET last_seen_at = $1 WHERE tenant_id = $2 AND id = $3",
        values![at.millis(), tenant, id],
    )?;
    Ok(())
}

pub fn touch_credential_check(
    session: &mut Session<'_>,
    id: SessionId,
    at: Timestamp,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE sessions SET credential_checked_at = $1 WHERE tenant_id = $2 AND id = $3",
        values![at.millis(), tenant, id],
    )?;
    Ok(())
}

/// Ends one of the person's own sessions. Whether there was one.
pub fn delete(session: &mut Session<'_>, user: UserId, id: SessionId) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let deleted = session.execute(
        "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND id = $3",
        values![tenant, user, id],
    )?;
    Ok(deleted == 1)
}

/// Ends all sessions of a person, but for one where given.
pub fn delete_of_user(
    session: &mut Session<'_>,
    user: UserId,
    except: Option<SessionId>,
) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND id <> $3",
        values![tenant, user, except.map_or(0, SessionId::get)],
    )
}

/// Ends sessions last seen, or begun, before these instants.
pub fn delete_ended(
    session: &mut Session<'_>,
    seen_before: Timestamp,
    begun_before: Timestamp,
) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM sessions WHERE tenant_id = $1 AND (last_seen_at < $2 OR created_at < $3)",
        values![tenant, seen_before.millis(), begun_before.millis()],
    )
}
