//! The audit trail: what was changed, by whom, from where. Rows stand in the transaction of the change itself.

use std::sync::Arc;

use automation_hub_domain::{
    audit::AuditAction,
    clock::Timestamp,
    id::{IdeaId, StatusId, TokenId, UserId},
};
use serde::Deserialize;

use crate::{
    Session, StorageError,
    idempotency::{self, Claim},
    users::clamp,
    values,
};

/// Something that changed. Before and after are JSON objects of the fields that did; never a secret.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    pub happened_at: Timestamp,
    pub actor_user: Option<UserId>,
    pub actor_token: Option<TokenId>,
    pub actor_name: String,
    pub action: AuditAction,
    pub object_type: &'static str,
    pub object_id: i64,
    pub object_name: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub address: String,
    pub request_id: String,
    /// Of the request that changes it, if it has a key of its caller's.
    pub claim: Option<Arc<Claim>>,
}

/// An event as read back.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    pub id: i64,
    pub happened_at: Timestamp,
    pub actor_user: Option<UserId>,
    pub actor_token: Option<TokenId>,
    pub actor_name: String,
    /// As [`AuditAction`] spells it, unless a later version wrote it.
    pub action: String,
    pub object_name: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Where it came from; empty for what came from nowhere.
    pub address: String,
}

pub fn insert(session: &mut Session<'_>, event: &AuditEvent) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.put_off(
        "INSERT INTO audit_events (tenant_id, happened_at, actor_user_id, actor_token_id, actor_name, action, \
         object_type, object_id, object_name, before_change, after_change, address, request_id) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        values![
            tenant,
            event.happened_at.millis(),
            event.actor_user,
            event.actor_token,
            &event.actor_name,
            event.action.as_str(),
            event.object_type,
            event.object_id,
            &event.object_name,
            event.before.as_deref(),
            event.after.as_deref(),
            &event.address,
            &event.request_id
        ],
    )?;
    // What is recorded is what was changed: the key's request is carried out if and only if this transaction is.
    event.claim.as_ref().map_or(Ok(()), |claim| idempotency::mark(session, claim))
}

/// What happened to one object, newest first.
pub fn list_of_object(
    session: &mut Session<'_>,
    object_type: &str,
    object_id: i64,
    limit: u64,
) -> Result<Vec<AuditEntry>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT id, happened_at, actor_user_id, actor_token_id, actor_name, action, object_name, before_change, \
         after_change, address FROM audit_events WHERE tenant_id = $1 AND object_type = $2 AND object_id = $3 \
         ORDER BY id DESC LIMIT $4",
        values![tenant, object_type, object_id, clamp(limit)],
        |row| {
            Ok(AuditEntry {
                id: row.get(0)?,
                happened_at: Timestamp::from_millis(row.get(1)?),
                actor_user: row.get::<Option<i64>>(2)?.map(UserId::new),
                actor_token: row.get::<Option<i64>>(3)?.map(TokenId::new),
                actor_name: row.get(4)?,
                action: row.get(5)?,
                object_name: row.get(6)?,
                before: row.get(7)?,
                after: row.get(8)?,
                address: row.get(9)?,
            })
        },
    )
}

/// When an idea first came to a status, where that was recorded.
pub fn first_arrival(
    session: &mut Session<'_>,
    idea: IdeaId,
    status: StatusId,
) -> Result<Option<Timestamp>, StorageError> {
    #[derive(Deserialize)]
    struct Arrival {
        status: Option<i64>,
    }
    let tenant = session.tenant();
    let moves: Vec<(i64, Option<String>)> = session.all(
        "SELECT happened_at, after_change FROM audit_events WHERE tenant_id = $1 AND object_type = 'idea' \
         AND object_id = $2 AND action IN ($3, $4) ORDER BY id",
        values![tenant, idea, AuditAction::IDEA_MOVE.as_str(), AuditAction::IDEA_CHANGE_FLOW.as_str()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let leads_there = |after: &str| {
        serde_json::from_str::<Arrival>(after).is_ok_and(|arrival| arrival.status == Some(status.get()))
    };
    let found = moves.into_iter().find(|(_, after)| after.as_deref().is_some_and(leads_there));
    Ok(found.map(|(at, _)| Timestamp::from_millis(at)))
}

/// Whether such an event stands there since an instant.
pub fn has_recent(
    session: &mut Session<'_>,
    action: AuditAction,
    object_type: &str,
    object_id: i64,
    since: Timestamp,
) -> Result<bool, StorageError> {
    let tenant = session.tenant();
    let found = session.optional(
        "SELECT 1 FROM audit_events WHERE tenant_id = $1 AND object_type = $2 AND object_id = $3 \
         AND action = $4 AND happened_at >= $5 LIMIT 1",
        values![tenant, object_type, object_id, action.as_str(), since.millis()],
        |_| Ok(()),
    )?;
    Ok(found.is_some())
}
