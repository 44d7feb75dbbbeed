//! Values drawn for a form and not yet seen for good: bound to one browser session, sealed under a key outside
//! the database, erased at their first display or after a quarter of an hour.

use automation_hub_domain::{
    clock::Timestamp,
    id::{SessionId, TokenId},
};

use crate::{Row, Session, StorageError, tokens::SealedValues, values};

/// A draft as its session finds it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub id: i64,
    pub sealed: SealedValues,
    /// The token it became, once saved.
    pub token: Option<TokenId>,
    pub created_at: Timestamp,
}

fn from_row(row: &Row<'_>) -> Result<Draft, StorageError> {
    Ok(Draft {
        id: row.get(0)?,
        sealed: SealedValues { value: row.get(1)?, app_key: row.get(2)? },
        token: row.get(3)?,
        created_at: Timestamp::from_millis(row.get(4)?),
    })
}

/// An empty draft: its id is needed to seal what belongs into it.
pub fn insert(session: &mut Session<'_>, owner: SessionId, at: Timestamp) -> Result<i64, StorageError> {
    let tenant = session.tenant();
    session.one(
        "INSERT INTO token_drafts (tenant_id, session_id, created_at) VALUES ($1, $2, $3) RETURNING id",
        values![tenant, owner, at.millis()],
        |row| row.get(0),
    )
}

/// The session's own draft, if it was begun after `since`.
pub fn find(
    session: &mut Session<'_>,
    owner: SessionId,
    id: i64,
    since: Timestamp,
) -> Result<Option<Draft>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        "SELECT id, value_sealed, app_key_sealed, token_id, created_at FROM token_drafts \
         WHERE tenant_id = $1 AND session_id = $2 AND id = $3 AND created_at > $4",
        values![tenant, owner, id, since.millis()],
        from_row,
    )
}

pub fn put_sealed(session: &mut Session<'_>, id: i64, sealed: &SealedValues) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE token_drafts SET value_sealed = COALESCE($1, value_sealed), \
         app_key_sealed = COALESCE($2, app_key_sealed) WHERE tenant_id = $3 AND id = $4",
        values![sealed.value.as_deref(), sealed.app_key.as_deref(), tenant, id],
    )?;
    Ok(())
}

/// Says which token the draft became. False if it had become one before.
pub fn claim(session: &mut Session<'_>, id: i64, token: TokenId) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let claimed = session.execute(
        "UPDATE token_drafts SET token_id = $1 WHERE tenant_id = $2 AND id = $3 AND token_id IS NULL",
        values![token, tenant, id],
    )?;
    Ok(claimed == 1)
}

/// Saved and not yet shown, oldest first.
pub fn list_unshown(
    session: &mut Session<'_>,
    owner: SessionId,
    since: Timestamp,
) -> Result<Vec<Draft>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT id, value_sealed, app_key_sealed, token_id, created_at FROM token_drafts \
         WHERE tenant_id = $1 AND session_id = $2 AND created_at > $3 AND token_id IS NOT NULL \
         AND (value_sealed IS NOT NULL OR app_key_sealed IS NOT NULL) ORDER BY id",
        values![tenant, owner, since.millis()],
        from_row,
    )
}

/// Erases what the draft holds; the row stays, so that saving it again makes no second token. False if it was
/// erased before: whoever gets true, and nobody else, may show it.
pub fn erase(session: &mut Session<'_>, id: i64) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let erased = session.execute(
        "UPDATE token_drafts SET value_sealed = NULL, app_key_sealed = NULL WHERE tenant_id = $1 AND id = $2 \
         AND (value_sealed IS NOT NULL OR app_key_sealed IS NOT NULL)",
        values![tenant, id],
    )?;
    Ok(erased == 1)
}

/// Values of a token that is gone, or has another value, are shown to nobody.
pub fn erase_of_token(session: &mut Session<'_>, token: TokenId) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE token_drafts SET value_sealed = NULL, app_key_sealed = NULL WHERE tenant_id = $1 AND token_id = $2",
        values![tenant, token],
    )
}

/// Drafts begun at `until` or before have had their time, whatever became of them.
pub fn delete_old(session: &mut Session<'_>, until: Timestamp) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM token_drafts WHERE tenant_id = $1 AND created_at <= $2",
        values![tenant, until.millis()],
    )
}
