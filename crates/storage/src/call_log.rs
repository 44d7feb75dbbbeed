//! Writing down Open API calls: batches of records, with the counts and last uses that follow from them.

use std::collections::HashMap;

use automation_hub_domain::{
    clock::Timestamp,
    id::{TenantId, TokenId, UserId},
};

use crate::{Session, StorageError, System, users::clamp, values};

/// A call that was let in.
#[derive(Clone, Debug)]
pub struct CallRecord {
    pub tenant: TenantId,
    pub token: TokenId,
    pub user: Option<UserId>,
    pub called_at: Timestamp,
    pub method: String,
    /// `/automations/{id}`; empty for a call that doesn't exist.
    pub route: String,
    pub path: String,
    pub status: u16,
    pub duration_micros: i64,
    pub address: String,
    pub client: String,
    pub request_id: String,
}

/// One day of one token, for which calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenDay {
    pub tenant: TenantId,
    pub token: TokenId,
    pub day: i64,
}

/// Days since 1970 in UTC, as `token_days` counts them.
pub const fn day_of(at: Timestamp) -> i64 {
    at.millis().div_euclid(86_400_000)
}

/// Writes a batch in one transaction: the records, the counts of each day, and each token's last use.
pub fn insert_batch(
    system: &mut System<'_>,
    calls: &[CallRecord],
    refused: &HashMap<TokenDay, i64>,
) -> Result<(), StorageError> {
    let mut accepted: HashMap<TokenDay, i64> = HashMap::new();
    let mut last: HashMap<(TenantId, TokenId), &CallRecord> = HashMap::new();
    for call in calls {
        insert(&mut system.tenant(call.tenant), call)?;
        *accepted
            .entry(TokenDay { tenant: call.tenant, token: call.token, day: day_of(call.called_at) })
            .or_default() += 1;
        let latest = last.entry((call.tenant, call.token)).or_insert(call);
        if call.called_at >= latest.called_at {
            *latest = call;
        }
    }
    for (day, n) in &accepted {
        count(&mut system.tenant(day.tenant), *day, *n, 0)?;
    }
    for (day, n) in refused {
        count(&mut system.tenant(day.tenant), *day, 0, *n)?;
    }
    for ((tenant, token), call) in last {
        touch(&mut system.tenant(tenant), token, call)?;
    }
    Ok(())
}

fn insert(session: &mut Session<'_>, call: &CallRecord) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "INSERT INTO open_api_calls (tenant_id, token_id, user_id, called_at, method, route, path, status, \
         duration_micros, address, client, request_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        values![
            tenant,
            call.token,
            call.user,
            call.called_at.millis(),
            &call.method,
            &call.route,
            &call.path,
            i64::from(call.status),
            call.duration_micros,
            &call.address,
            &call.client,
            &call.request_id
        ],
    )?;
    Ok(())
}

fn count(session: &mut Session<'_>, day: TokenDay, accepted: i64, refused: i64) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "INSERT INTO token_days (tenant_id, token_id, day, accepted, refused) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (tenant_id, token_id, day) DO UPDATE SET accepted = token_days.accepted + excluded.accepted, \
         refused = token_days.refused + excluded.refused",
        values![tenant, day.token, day.day, accepted, refused],
    )?;
    Ok(())
}

fn touch(session: &mut Session<'_>, token: TokenId, call: &CallRecord) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE tokens SET last_used_at = $1, last_used_address = $2, last_used_client = $3 \
         WHERE tenant_id = $4 AND id = $5 AND COALESCE(last_used_at, 0) <= $1",
        values![call.called_at.millis(), &call.address, &call.client, tenant, token],
    )?;
    Ok(())
}

/// Forgets up to `limit` of the oldest records made before an instant. How many there were.
pub fn delete_before(system: &mut System<'_>, before: Timestamp, limit: u64) -> Result<u64, StorageError> {
    system.execute(
        "DELETE FROM open_api_calls WHERE id IN \
         (SELECT id FROM open_api_calls WHERE called_at < $1 ORDER BY id LIMIT $2)",
        values![before.millis(), clamp(limit)],
    )
}
