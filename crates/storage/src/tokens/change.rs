//! Every change of a token. A change raises the revision; whoever edits names the one the edit was made on.

use automation_hub_domain::{
    clock::Timestamp,
    id::{TokenId, UserId},
    token::TokenName,
};

use super::KeyedDigest;
use crate::{
    Session, StorageError,
    changes::{self, Changed},
    values,
};

/// Value and app key sealed under the outer key, while the tenant lets them be copied again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedValues {
    pub value: Option<Vec<u8>>,
    pub app_key: Option<Vec<u8>>,
}

/// A token that doesn't exist yet.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub name: TokenName,
    pub user: Option<UserId>,
    /// None when the operator makes it at the command line.
    pub creator: Option<UserId>,
    pub value: KeyedDigest,
    pub last_four: String,
    pub app_key: Option<KeyedDigest>,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub is_active: bool,
}

pub fn insert(session: &mut Session<'_>, new: &NewToken) -> Result<TokenId, StorageError> {
    let tenant = session.tenant();
    let switched_by = new.creator.filter(|_| !new.is_active);
    let id = session.one(
        "INSERT INTO tokens (tenant_id, name, name_key, user_id, creator_user_id, digest, pepper_number, \
         last_four, app_key_digest, app_key_pepper_number, created_at, updated_at, expires_at, is_active, \
         switched_by_user_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14) RETURNING id",
        values![
            tenant,
            new.name.as_str(),
            &new.name.key(),
            new.user,
            new.creator,
            &new.value.digest,
            new.value.pepper_number,
            &new.last_four,
            new.app_key.as_ref().map(|key| &key.digest),
            new.app_key.map(|key| key.pepper_number),
            new.created_at.millis(),
            new.expires_at.map(Timestamp::millis),
            new.is_active,
            switched_by
        ],
        |row| row.get(0),
    )?;
    changes::note(session, Changed::Token(id))?;
    Ok(id)
}

/// What an edit does to the app key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AppKeyChange {
    #[default]
    Keep,
    Replace(KeyedDigest),
    Remove,
}

#[derive(Clone, Debug)]
pub struct TokenChange {
    pub name: TokenName,
    pub user: Option<UserId>,
    pub expires_at: Option<Timestamp>,
    pub is_active: bool,
    pub app_key: AppKeyChange,
    /// Who makes the change; kept where it switches the token.
    pub by: Option<UserId>,
    pub at: Timestamp,
}

/// Changes the token if it still has this revision. Whether it had.
pub fn update(
    session: &mut Session<'_>,
    id: TokenId,
    revision: i64,
    change: &TokenChange,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE tokens SET name = $1, name_key = $2, user_id = $3, expires_at = $4, \
         switched_by_user_id = CASE WHEN is_active = $5 THEN switched_by_user_id ELSE $6 END, is_active = $5, \
         suspended_at = CASE WHEN $5 = 1 THEN NULL ELSE suspended_at END, \
         revision = revision + 1, updated_at = $7 \
         WHERE tenant_id = $8 AND id = $9 AND revision = $10 AND revoked_at IS NULL",
        values![
            change.name.as_str(),
            &change.name.key(),
            change.user,
            change.expires_at.map(Timestamp::millis),
            change.is_active,
            change.by,
            change.at.millis(),
            tenant,
            id,
            revision
        ],
    )?;
    if changed == 1 {
        change_app_key(session, id, &change.app_key)?;
    }
    changes::note_if(session, changed, Changed::Token(id))
}

/// A sealed copy of the old key goes with it.
fn change_app_key(session: &mut Session<'_>, id: TokenId, change: &AppKeyChange) -> Result<(), StorageError> {
    let new = match change {
        AppKeyChange::Keep => return Ok(()),
        AppKeyChange::Replace(new) => Some(new),
        AppKeyChange::Remove => None,
    };
    let tenant = session.tenant();
    session.execute(
        "UPDATE tokens SET app_key_digest = $1, app_key_pepper_number = $2, app_key_sealed = NULL \
         WHERE tenant_id = $3 AND id = $4",
        values![new.map(|key| &key.digest), new.map(|key| key.pepper_number), tenant, id],
    )?;
    Ok(())
}

/// A new value for a token; the present one works until `retired_until`.
#[derive(Clone, Debug)]
pub struct Rotation {
    pub value: KeyedDigest,
    pub last_four: String,
    pub retired_until: Timestamp,
    pub at: Timestamp,
}

/// Puts a new value in the place of the present one, if the token still has this revision. Whether it had.
pub fn rotate(
    session: &mut Session<'_>,
    id: TokenId,
    revision: i64,
    rotation: &Rotation,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE tokens SET retired_digest = digest, retired_pepper_number = pepper_number, \
         retired_until = $1, digest = $2, pepper_number = $3, last_four = $4, value_sealed = NULL, \
         revision = revision + 1, updated_at = $5 \
         WHERE tenant_id = $6 AND id = $7 AND revision = $8 AND revoked_at IS NULL",
        values![
            rotation.retired_until.millis(),
            &rotation.value.digest,
            rotation.value.pepper_number,
            &rotation.last_four,
            rotation.at.millis(),
            tenant,
            id,
            revision
        ],
    )?;
    changes::note_if(session, changed, Changed::Token(id))
}

/// Switches a token on or off; switching on ends a suspension. Whether there is such a token.
pub fn set_active(
    session: &mut Session<'_>,
    id: TokenId,
    is_active: bool,
    by: Option<UserId>,
    at: Timestamp,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE tokens SET is_active = $1, switched_by_user_id = $2, \
         suspended_at = CASE WHEN $1 = 1 THEN NULL ELSE suspended_at END, revision = revision + 1, updated_at = $3 \
         WHERE tenant_id = $4 AND id = $5 AND revoked_at IS NULL",
        values![is_active, by, at.millis(), tenant, id],
    )?;
    changes::note_if(session, changed, Changed::Token(id))
}

/// Notes that too many wrong app keys switched the token off. Whether that is new.
pub fn suspend(session: &mut Session<'_>, id: TokenId, at: Timestamp) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE tokens SET suspended_at = $1, revision = revision + 1, updated_at = $1 \
         WHERE tenant_id = $2 AND id = $3 AND suspended_at IS NULL AND revoked_at IS NULL",
        values![at.millis(), tenant, id],
    )?;
    changes::note_if(session, changed, Changed::Token(id))
}

/// Leaves a tombstone: everything a value could be known by is gone. Whether there was such a token.
pub fn revoke(
    session: &mut Session<'_>,
    id: TokenId,
    by: Option<UserId>,
    at: Timestamp,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE tokens SET digest = NULL, app_key_digest = NULL, app_key_pepper_number = NULL, \
         retired_digest = NULL, retired_pepper_number = NULL, retired_until = NULL, value_sealed = NULL, \
         app_key_sealed = NULL, is_active = 0, switched_by_user_id = $1, revoked_at = $2, updated_at = $2, \
         revision = revision + 1 WHERE tenant_id = $3 AND id = $4 AND revoked_at IS NULL",
        values![by, at.millis(), tenant, id],
    )?;
    changes::note_if(session, changed, Changed::Token(id))
}

/// Tokens whose retired value ended until then, or ended by now under another pepper than the current one.
pub fn list_forgettable(
    session: &mut Session<'_>,
    until: Timestamp,
    now: Timestamp,
    current_pepper: i64,
) -> Result<Vec<TokenId>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT id FROM tokens WHERE tenant_id = $1 AND (retired_until <= $2 \
         OR (retired_until <= $3 AND retired_pepper_number <> $4)) ORDER BY id",
        values![tenant, until.millis(), now.millis(), current_pepper],
        |row| row.get(0),
    )
}

/// Forgets a retired value that ended by now: its use is no longer told from that of a value that never was. Whether
/// there was one.
pub fn forget_retired(session: &mut Session<'_>, id: TokenId, now: Timestamp) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let changed = session.execute(
        "UPDATE tokens SET retired_digest = NULL, retired_pepper_number = NULL, retired_until = NULL \
         WHERE tenant_id = $1 AND id = $2 AND retired_until <= $3",
        values![tenant, id, now.millis()],
    )?;
    changes::note_if(session, changed, Changed::Token(id))
}

/// Puts digests under a newer pepper in the place of those a call was recognised by, unless they changed since.
pub fn renew_digests(
    session: &mut Session<'_>,
    id: TokenId,
    value: Option<(KeyedDigest, KeyedDigest)>,
    app_key: Option<(KeyedDigest, KeyedDigest)>,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    if let Some((old, new)) = value {
        session.execute(
            "UPDATE tokens SET digest = $1, pepper_number = $2 WHERE tenant_id = $3 AND id = $4 AND digest = $5",
            values![&new.digest, new.pepper_number, tenant, id, &old.digest],
        )?;
    }
    if let Some((old, new)) = app_key {
        session.execute(
            "UPDATE tokens SET app_key_digest = $1, app_key_pepper_number = $2 \
             WHERE tenant_id = $3 AND id = $4 AND app_key_digest = $5",
            values![&new.digest, new.pepper_number, tenant, id, &old.digest],
        )?;
    }
    changes::note(session, Changed::Token(id))
}

/// Keeps sealed copies; what is `None` stays as it is.
pub fn put_sealed(session: &mut Session<'_>, id: TokenId, sealed: &SealedValues) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE tokens SET value_sealed = COALESCE($1, value_sealed), \
         app_key_sealed = COALESCE($2, app_key_sealed) WHERE tenant_id = $3 AND id = $4",
        values![sealed.value.as_deref(), sealed.app_key.as_deref(), tenant, id],
    )?;
    Ok(())
}

pub fn sealed_values(session: &mut Session<'_>, id: TokenId) -> Result<Option<SealedValues>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "SELECT value_sealed, app_key_sealed FROM tokens WHERE tenant_id = $1 AND id = $2 AND revoked_at IS NULL",
        values![tenant, id],
        |row| Ok(SealedValues { value: row.get(0)?, app_key: row.get(1)? }),
    )
}

/// How many tokens of the tenant can be copied again.
pub fn sealed_count(session: &mut Session<'_>) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    let count: i64 = session.one(
        "SELECT COUNT(*) FROM tokens WHERE tenant_id = $1 AND value_sealed IS NOT NULL",
        values![tenant],
        |row| row.get(0),
    )?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// How many tokens of the tenant have no expiry.
pub fn never_expiring_count(session: &mut Session<'_>) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    let count: i64 = session.one(
        "SELECT COUNT(*) FROM tokens WHERE tenant_id = $1 AND expires_at IS NULL AND revoked_at IS NULL",
        values![tenant],
        |row| row.get(0),
    )?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Erases every sealed copy of the tenant.
pub fn erase_sealed(session: &mut Session<'_>) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE tokens SET value_sealed = NULL, app_key_sealed = NULL \
         WHERE tenant_id = $1 AND (value_sealed IS NOT NULL OR app_key_sealed IS NOT NULL)",
        values![tenant],
    )
}

/// How often a person copied values again since an instant.
pub fn count_reveals(session: &mut Session<'_>, user: UserId, since: Timestamp) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    let count: i64 = session.one(
        "SELECT COUNT(*) FROM token_reveals WHERE tenant_id = $1 AND user_id = $2 AND revealed_at > $3",
        values![tenant, user, since.millis()],
        |row| row.get(0),
    )?;
    Ok(u64::try_from(count).unwrap_or_default())
}

pub fn insert_reveal(
    session: &mut Session<'_>,
    user: UserId,
    token: TokenId,
    at: Timestamp,
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "INSERT INTO token_reveals (tenant_id, user_id, token_id, revealed_at) VALUES ($1, $2, $3, $4)",
        values![tenant, user, token, at.millis()],
    )?;
    Ok(())
}

/// Forgets when values were shown until then.
pub fn delete_old_reveals(session: &mut Session<'_>, until: Timestamp) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM token_reveals WHERE tenant_id = $1 AND revealed_at <= $2",
        values![tenant, until.millis()],
    )
}
