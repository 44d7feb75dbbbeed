//! What is to be done after the answer: rows that stand in the transaction of the change that asks for them. Whoever
//! works on one holds a lease; when it runs out, as nobody said how it went, the job is due again.

use automation_hub_domain::{
    clock::Timestamp,
    id::{JobId, TenantId},
};

use crate::{Row, Session, StorageError, System, values};

/// A job that doesn't exist yet, due at once.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub name: &'static str,
    /// JSON. Never a secret that isn't sealed.
    pub payload: String,
    pub created_at: Timestamp,
}

/// A job somebody works on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    pub tenant: TenantId,
    pub name: String,
    pub payload: String,
    /// How many have begun it, this one included.
    pub attempts: i64,
    pub created_at: Timestamp,
}

/// Proves that nobody else has claimed the job since.
pub type Lease = [u8; 16];

pub fn insert(session: &mut Session<'_>, new: &NewJob) -> Result<JobId, StorageError> {
    let tenant = session.tenant();
    session.one(
        "INSERT INTO jobs (tenant_id, name, payload, created_at, due_at) VALUES ($1, $2, $3, $4, $4) RETURNING id",
        values![tenant, new.name, &new.payload, new.created_at.millis()],
        |row| row.get(0),
    )
}

/// Whether [`claim`] would find any. Reading is cheaper than trying.
pub fn is_any_due(system: &mut System<'_>, at: Timestamp) -> Result<bool, StorageError> {
    let found =
        system.optional("SELECT 1 FROM jobs WHERE due_at <= $1 LIMIT 1", values![at.millis()], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Takes the job that has been due for longest, of whatever tenant, until an instant. Of several that ask at the same
/// moment one gets it; the others may find nothing although more is due, and ask again.
pub fn claim(
    system: &mut System<'_>,
    lease: &Lease,
    at: Timestamp,
    until: Timestamp,
) -> Result<Option<Job>, StorageError> {
    system.optional(
        "UPDATE jobs SET lease = $1, due_at = $2, attempts = attempts + 1 \
         WHERE id = (SELECT j.id FROM jobs j WHERE j.due_at <= $3 ORDER BY j.due_at, j.id LIMIT 1) AND due_at <= $3 \
         RETURNING id, tenant_id, name, payload, attempts, created_at",
        values![&lease[..], until.millis(), at.millis()],
        from_row,
    )
}

fn from_row(row: &Row<'_>) -> Result<Job, StorageError> {
    Ok(Job {
        id: row.get(0)?,
        tenant: row.get(1)?,
        name: row.get(2)?,
        payload: row.get(3)?,
        attempts: row.get(4)?,
        created_at: Timestamp::from_millis(row.get(5)?),
    })
}

/// Done, or given up. Whether the lease still held.
pub fn delete(session: &mut Session<'_>, id: JobId, lease: &Lease) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let deleted = session.execute(
        "DELETE FROM jobs WHERE tenant_id = $1 AND id = $2 AND lease = $3",
        values![tenant, id, &lease[..]],
    )?;
    Ok(deleted == 1)
}

/// To be tried again later. Whether the lease still held.
pub fn postpone(
    session: &mut Session<'_>,
    id: JobId,
    lease: &Lease,
    due_at: Timestamp,
    error: &str,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE jobs SET due_at = $1, last_error = $2, lease = NULL WHERE tenant_id = $3 AND id = $4 AND lease = $5",
        values![due_at.millis(), error, tenant, id, &lease[..]],
    )?;
    Ok(changed == 1)
}

/// How many of a tenant wait or are being worked on.
pub fn count(session: &mut Session<'_>) -> Result<i64, StorageError> {
    let tenant = session.tenant();
    session.one("SELECT COUNT(*) FROM jobs WHERE tenant_id = $1", values![tenant], |row| row.get(0))
}
