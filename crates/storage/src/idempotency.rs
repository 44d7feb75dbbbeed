//! Requests that carry a key of their caller's (`Idempotency-Key`), so that sending one again does nothing twice. Whoever
//! carries one out holds a lease on its key; the transaction of the change says that it happened, and fails for who has
//! lost the lease to somebody else meanwhile.

use automation_hub_domain::{clock::Timestamp, id::TokenId};

use crate::{Row, Session, StorageError, values};

/// A key in the hands of one who carries out its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub token: TokenId,
    pub key: String,
    /// Drawn for this very attempt.
    pub holder: [u8; 16],
}

/// For how long a claim keeps others away, and for how long an answer is kept.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    pub now: Timestamp,
    pub leased_until: Timestamp,
    /// What was claimed until then is forgotten.
    pub forgotten: Timestamp,
}

/// An answer as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Of the request it was given to.
    pub digest: [u8; 32],
    pub status: u16,
    /// A line each, `name: value`.
    pub headers: String,
    pub body: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// The key is the claim's from now on.
    Free,
    /// Somebody is at it.
    InUse,
    /// The request was carried out, and whoever did it ended before the answer was kept.
    Lost,
    Answered(KeptAnswer),
}

/// Takes a key, unless it is in use or was used.
pub fn claim(session: &mut Session<'_>, claim: &Claim, term: Term) -> Result<Found, StorageError> {
    let tenant = session.tenant();
    let Claim { token, key, holder } = claim;
    // An abandoned request that changed nothing, or one that is forgotten, makes room.
    let taken = session.optional(
        "INSERT INTO idempotency_keys (tenant_id, token_id, request_key, holder, claimed_at, leased_until) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, token_id, request_key) DO UPDATE SET \
         holder = excluded.holder, claimed_at = excluded.claimed_at, leased_until = excluded.leased_until, \
         has_changed = 0, digest = NULL, status = NULL, headers = NULL, body = NULL \
         WHERE idempotency_keys.leased_until <= excluded.claimed_at AND (idempotency_keys.claimed_at <= $7 \
         OR (idempotency_keys.has_changed = 0 AND idempotency_keys.status IS NULL)) RETURNING 1",
        values![
            tenant,
            *token,
            key,
            &holder[..],
            term.now.millis(),
            term.leased_until.millis(),
            term.forgotten.millis()
        ],
        |_| Ok(()),
    )?;
    if taken.is_some() {
        return Ok(Found::Free);
    }
    let found = session.optional(
        "SELECT status, digest, headers, body, has_changed, leased_until FROM idempotency_keys \
         WHERE tenant_id = $1 AND token_id = $2 AND request_key = $3",
        values![tenant, *token, key],
        |row| {
            let is_over = row.get::<i64>(5)? <= term.now.millis();
            Ok(match row.get::<Option<i64>>(0)? {
                Some(status) => Found::Answered(kept(row, status)?),
                None if is_over && row.get(4)? => Found::Lost,
                None => Found::InUse,
            })
        },
    )?;
    // Given back between the two statements: whoever asks again gets it.
    Ok(found.unwrap_or(Found::InUse))
}

fn kept(row: &Row<'_>, status: i64) -> Result<KeptAnswer, StorageError> {
    let corrupt = |what| StorageError::Corrupt(format!("idempotency_keys: {what}"));
    Ok(KeptAnswer {
        digest: row.get::<&[u8]>(1)?.try_into().map_err(|_| corrupt("digest"))?,
        status: u16::try_from(status).map_err(|_| corrupt("status"))?,
        headers: row.get(2)?,
        body: row.get(3)?,
    })
}

/// Stays at it for longer. Whether the claim still held.
pub fn renew(session: &mut Session<'_>, claim: &Claim, until: Timestamp) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let renewed = session.execute(
        "UPDATE idempotency_keys SET leased_until = $1 \
         WHERE tenant_id = $2 AND token_id = $3 AND request_key = $4 AND holder = $5",
        values![until.millis(), tenant, claim.token, &claim.key, &claim.holder[..]],
    )?;
    Ok(renewed == 1)
}

/// Says that the request changes something: part of the change's own transaction. That fails if the claim was lost.
pub(crate) fn mark(session: &mut Session<'_>, claim: &Claim) -> Result<(), StorageError> {
    let tenant = session.tenant();
    let marked = session.execute(
        "UPDATE idempotency_keys SET has_changed = 1 \
         WHERE tenant_id = $1 AND token_id = $2 AND request_key = $3 AND holder = $4",
        values![tenant, claim.token, &claim.key, &claim.holder[..]],
    )?;
    if marked == 1 { Ok(()) } else { Err(StorageError::Busy) }
}

/// Keeps what was answered.
pub fn keep(session: &mut Session<'_>, claim: &Claim, answer: &KeptAnswer) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE idempotency_keys SET leased_until = claimed_at, digest = $1, status = $2, headers = $3, body = $4 \
         WHERE tenant_id = $5 AND token_id = $6 AND request_key = $7 AND holder = $8",
        values![
            &answer.digest[..],
            i64::from(answer.status),
            &answer.headers,
            &answer.body[..],
            tenant,
            claim.token,
            &claim.key,
            &claim.holder[..]
        ],
    )?;
    Ok(())
}

/// Gives a key back whose request changed nothing. If it did change something, its answer counts as lost.
pub fn release(session: &mut Session<'_>, claim: &Claim) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM idempotency_keys \
         WHERE tenant_id = $1 AND token_id = $2 AND request_key = $3 AND holder = $4 AND has_changed = 0",
        values![tenant, claim.token, &claim.key, &claim.holder[..]],
    )?;
    session.execute(
        "UPDATE idempotency_keys SET leased_until = claimed_at \
         WHERE tenant_id = $1 AND token_id = $2 AND request_key = $3 AND holder = $4",
        values![tenant, claim.token, &claim.key, &claim.holder[..]],
    )?;
    Ok(())
}

/// How many keys are deleted at once: all other changes wait meanwhile.
const DELETED_AT_ONCE: i64 = 1000;

/// Forgets a portion of the keys that were claimed before an instant, but for those in use; how many. Until it answers
/// none there may be more.
pub fn delete_old(session: &mut Session<'_>, before: Timestamp, now: Timestamp) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM idempotency_keys WHERE tenant_id = $1 AND (token_id, request_key) IN \
         (SELECT token_id, request_key FROM idempotency_keys WHERE tenant_id = $1 AND claimed_at < $2 \
         AND leased_until <= $3 ORDER BY claimed_at LIMIT $4)",
        values![tenant, before.millis(), now.millis(), DELETED_AT_ONCE],
    )
}
