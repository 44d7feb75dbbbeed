//! What the file store holds: the rows that make its objects visible, and notes of those that nothing names yet.

use automation_hub_domain::{clock::Timestamp, id::FileId};

use crate::{Row, Session, StorageError, System, users::clamp, values};

/// A whole object of the store that is about to become a file.
#[derive(Clone, Debug)]
pub struct NewFile {
    pub object: String,
    pub name: String,
    pub media_type: String,
    pub size: u64,
    /// SHA-256 of its bytes.
    pub digest: [u8; 32],
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub id: FileId,
    pub object: String,
    pub name: String,
    pub media_type: String,
    pub size: u64,
    pub digest: Vec<u8>,
    pub created_at: Timestamp,
}

/// Notes an object before its first byte is written, so that it is found should nothing come of it.
pub fn note_object(session: &mut Session<'_>, object: &str, now: Timestamp) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "INSERT INTO loose_objects (object, tenant_id, noted_at) VALUES ($1, $2, $3)",
        values![object, tenant, now.millis()],
    )?;
    Ok(())
}

/// Makes a noted object a file. `None` if it has been given up meanwhile: then it is going to be removed.
pub fn keep(session: &mut Session<'_>, new: &NewFile) -> Result<Option<FileId>, StorageError> {
    let tenant = session.tenant();
    let noted = session.execute(
        "DELETE FROM loose_objects WHERE tenant_id = $1 AND object = $2 AND is_condemned = 0",
        values![tenant, &new.object],
    )?;
    if noted == 0 {
        return Ok(None);
    }
    session
        .one(
            "INSERT INTO files (tenant_id, object, name, media_type, size, digest, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            values![
                tenant,
                &new.object,
                &new.name,
                &new.media_type,
                clamp(new.size),
                &new.digest,
                new.created_at.millis()
            ],
            |row| row.get(0),
        )
        .map(Some)
}

pub fn find(session: &mut Session<'_>, id: FileId) -> Result<Option<StoredFile>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "SELECT id, object, name, media_type, size, digest, created_at FROM files \
         WHERE tenant_id = $1 AND id = $2",
        values![tenant, id],
        from_row,
    )
}

fn from_row(row: &Row<'_>) -> Result<StoredFile, StorageError> {
    Ok(StoredFile {
        id: row.get(0)?,
        object: row.get(1)?,
        name: row.get(2)?,
        media_type: row.get(3)?,
        size: u64::try_from(row.get::<i64>(4)?).unwrap_or_default(),
        digest: row.get(5)?,
        created_at: Timestamp::from_millis(row.get(6)?),
    })
}

/// Gives up all objects noted before an instant, and answers what is given up in all: to be removed from the
/// store and then [forgotten](forget_object). From here on none of them can become a file.
pub fn condemn(
    session: &mut Session<'_>,
    noted_before: Timestamp,
    limit: u64,
) -> Result<Vec<String>, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE loose_objects SET is_condemned = 1 WHERE tenant_id = $1 AND noted_at < $2 AND is_condemned = 0",
        values![tenant, noted_before.millis()],
    )?;
    session.all(
        "SELECT object FROM loose_objects WHERE tenant_id = $1 AND is_condemned = 1 ORDER BY noted_at LIMIT $2",
        values![tenant, clamp(limit)],
        |row| row.get(0),
    )
}

/// As [`condemn`] for one object, whose writer believes that nothing comes of it. False if it became a file all
/// the same.
pub fn condemn_object(session: &mut Session<'_>, object: &str) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE loose_objects SET is_condemned = 1 WHERE tenant_id = $1 AND object = $2",
        values![tenant, object],
    )?;
    Ok(changed == 1)
}

/// The store no longer holds it.
pub fn forget_object(session: &mut Session<'_>, object: &str) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM loose_objects WHERE tenant_id = $1 AND object = $2 AND is_condemned = 1",
        values![tenant, object],
    )?;
    Ok(())
}

/// Objects that files of any tenant name, in their order, after one of them: what a backup has to hold.
pub fn list_objects(
    system: &mut System<'_>,
    after: &str,
    limit: u64,
) -> Result<Vec<(String, u64)>, StorageError> {
    system.all(
        "SELECT object, size FROM files WHERE object > $1 ORDER BY object LIMIT $2",
        values![after, clamp(limit)],
        |row| Ok((row.get(0)?, u64::try_from(row.get::<i64>(1)?).unwrap_or_default())),
    )
}
