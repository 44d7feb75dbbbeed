//! One-time links: the set-up code of a fresh installation, invitations and password resets.

use automation_hub_domain::{clock::Timestamp, id::UserId};

use crate::{Session, StorageError, System, values};

/// The state of the installation's set-up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    pub digest: Option<Vec<u8>>,
    pub expires_at: Option<Timestamp>,
    pub failures: i64,
    pub completed_at: Option<Timestamp>,
    pub is_demo: bool,
}

pub fn setup(system: &mut System<'_>) -> Result<Option<Setup>, StorageError> {
    system.optional(
        "SELECT setup_digest, setup_expires_at, setup_failures, completed_at, is_demo FROM installation WHERE id = 1",
        values![],
        |row| {
            Ok(Setup {
                digest: row.get(0)?,
                expires_at: row.get::<Option<i64>>(1)?.map(Timestamp::from_millis),
                failures: row.get(2)?,
                completed_at: row.get::<Option<i64>>(3)?.map(Timestamp::from_millis),
                is_demo: row.get(4)?,
            })
        },
    )
}

/// Marks the database as a server's own, which waits to be set up if it wasn't already.
pub fn put_installation(system: &mut System<'_>) -> Result<(), StorageError> {
    system.execute("INSERT INTO installation (id) VALUES (1) ON CONFLICT (id) DO NOTHING", values![])?;
    Ok(())
}

/// Puts a fresh set-up code in place of any earlier one, unless set-up is complete. Whether it did.
pub fn put_setup_code(
    system: &mut System<'_>,
    digest: &[u8; 32],
    expires_at: Timestamp,
) -> Result<bool, StorageError> {
    let changed = system.execute(
        "INSERT INTO installation (id, setup_digest, setup_expires_at) VALUES (1, $1, $2) \
         ON CONFLICT (id) DO UPDATE SET setup_digest = excluded.setup_digest, \
         setup_expires_at = excluded.setup_expires_at, setup_failures = 0 \
         WHERE installation.completed_at IS NULL",
        values![&digest[..], expires_at.millis()],
    )?;
    Ok(changed == 1)
}

/// Counts a wrong code. How many there have been since the code was made.
pub fn count_setup_failure(system: &mut System<'_>) -> Result<i64, StorageError> {
    let failures = system.optional(
        "UPDATE installation SET setup_failures = setup_failures + 1 WHERE id = 1 RETURNING setup_failures",
        values![],
        |row| row.get(0),
    )?;
    Ok(failures.unwrap_or_default())
}

/// Uses the code up. Of many parallel claims exactly one gets `true`, because the row changes once.
pub fn claim_setup(system: &mut System<'_>, digest: &[u8; 32], at: Timestamp) -> Result<bool, StorageError> {
    let changed = system.execute(
        "UPDATE installation SET completed_at = $1, setup_digest = NULL WHERE id = 1 AND completed_at IS NULL \
         AND setup_expires_at > $1 AND setup_digest = $2",
        values![at.millis(), &digest[..]],
    )?;
    Ok(changed == 1)
}

/// Marks the installation as set up without a code: the command line founded a tenant, or the demo did.
pub fn complete_setup(system: &mut System<'_>, at: Timestamp, is_demo: bool) -> Result<(), StorageError> {
    system.execute(
        "INSERT INTO installation (id, completed_at, is_demo) VALUES (1, $1, $2) \
         ON CONFLICT (id) DO UPDATE SET completed_at = excluded.completed_at, setup_digest = NULL, \
         is_demo = excluded.is_demo WHERE installation.completed_at IS NULL",
        values![at.millis(), is_demo],
    )?;
    Ok(())
}

/// What a one-time link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    Invitation,
    PasswordReset,
}

impl LinkPurpose {
    const fn key(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password-reset",
        }
    }
}

/// Forgets links that ended until then.
pub fn delete_old(session: &mut Session<'_>, until: Timestamp) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM one_time_links WHERE tenant_id = $1 AND expires_at <= $2",
        values![tenant, until.millis()],
    )
}

/// Makes a link the person's only working one.
pub fn put_link(
    session: &mut Session<'_>,
    user: UserId,
    purpose: LinkPurpose,
    digest: &[u8; 32],
    created_at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session
        .execute("DELETE FROM one_time_links WHERE tenant_id = $1 AND user_id = $2", values![tenant, user])?;
    session.execute(
        "INSERT INTO one_time_links (tenant_id, user_id, purpose, digest, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        values![tenant, user, purpose.key(), &digest[..], created_at.millis(), expires_at.millis()],
    )?;
    Ok(())
}

/// Makes a person's links for one purpose stop working.
pub fn delete_links(
    session: &mut Session<'_>,
    user: UserId,
    purpose: LinkPurpose,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM one_time_links WHERE tenant_id = $1 AND user_id = $2 AND purpose = $3",
        values![tenant, user, purpose.key()],
    )?;
    Ok(())
}

/// Whether a person has this very link and hasn't used it, be it still in time or not.
pub fn has_link(session: &mut Session<'_>, user: UserId, digest: &[u8; 32]) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let found = session.optional(
        "SELECT 1 FROM one_time_links WHERE tenant_id = $1 AND user_id = $2 AND digest = $3 AND used_at IS NULL",
        values![tenant, user, &digest[..]],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}

/// The person a working link is for, without using it up.
pub fn find_link(
    session: &mut Session<'_>,
    digest: &[u8; 32],
    at: Timestamp,
) -> Result<Option<UserId>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "SELECT user_id FROM one_time_links WHERE digest = $1 AND tenant_id = $2 AND used_at IS NULL \
         AND expires_at > $3",
        values![&digest[..], tenant, at.millis()],
        |row| row.get(0).map(UserId::new),
    )
}

/// Uses a link up. The person it was for, once.
pub fn use_link(
    session: &mut Session<'_>,
    digest: &[u8; 32],
    at: Timestamp,
) -> Result<Option<UserId>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "UPDATE one_time_links SET used_at = $1 WHERE digest = $2 AND tenant_id = $3 AND used_at IS NULL \
         AND expires_at > $1 RETURNING user_id",
        values![at.millis(), &digest[..], tenant],
        |row| row.get(0).map(UserId::new),
    )
}
