//! What Open API tokens did: one record per accepted call, counters per day, and what usage pages ask of them.

mod content;
mod list;

use std::{collections::BTreeMap, sync::LazyLock};

use automation_hub_domain::{
    clock::Timestamp,
    id::{TenantId, TokenId, UserId},
};

pub use content::{CallBody, CallContent, find_content};
pub use list::{CallEntry, CallFilter, CallPosition, find, list};

use crate::{Session, StorageError, System, Value, tokens::day_of, users::clamp, values};

/// One accepted call.
#[derive(Clone, Copy, Debug)]
pub struct CallRecord<'c> {
    pub tenant: TenantId,
    pub token: TokenId,
    pub user: Option<UserId>,
    pub called_at: Timestamp,
    pub method: &'c str,
    /// The pattern of the route, under which calls are grouped.
    pub route: &'c str,
    pub path: &'c str,
    pub status: u16,
    pub duration_micros: u64,
    pub address: &'c str,
    pub client: &'c str,
    pub request_id: &'c str,
    /// What was sent and answered, if it is kept.
    pub content: Option<&'c CallContent>,
}

/// A call refused after its token was recognised. Nothing more is kept of it.
#[derive(Clone, Copy, Debug)]
pub struct RefusedCall {
    pub tenant: TenantId,
    pub token: TokenId,
    pub called_at: Timestamp,
}

/// Keeps a batch: records, counters and last-used instants. One transaction, so that they agree.
pub fn insert_batch(
    system: &mut System<'_>,
    accepted: &[CallRecord<'_>],
    refused: &[RefusedCall],
) -> Result<(), StorageError> {
    insert(system, accepted)?;
    for ((tenant, token, day), counts) in daily_counts(accepted, refused) {
        count(&mut system.tenant(tenant), token, day, counts)?;
    }
    for call in last_calls(accepted) {
        touch(&mut system.tenant(call.tenant), call)?;
    }
    Ok(())
}

const COLUMNS: usize = 12;
/// Rows in one statement, the most there may be first. A server is asked once for all of them, and the embedded engine
/// keeps a copy of each page that a statement changes.
const ROWS: [usize; 3] = [256, 32, 1];

fn insert(system: &mut System<'_>, calls: &[CallRecord<'_>]) -> Result<(), StorageError> {
    // Calls of one instant stay in their order.
    for alike in calls.chunk_by(|one, next| one.content.is_none() && next.content.is_none()) {
        match alike {
            [call @ CallRecord { content: Some(content), .. }] => content::insert(system, call, content)?,
            bare => insert_bare(system, bare)?,
        }
    }
    Ok(())
}

fn insert_bare(system: &mut System<'_>, mut calls: &[CallRecord<'_>]) -> Result<(), StorageError> {
    static INSERTIONS: LazyLock<[String; ROWS.len()]> = LazyLock::new(|| ROWS.map(insertion));
    for (rows, sql) in ROWS.into_iter().zip(INSERTIONS.iter()) {
        let portions = calls.chunks_exact(rows);
        calls = portions.remainder();
        for portion in portions {
            system.execute(sql, &portion.iter().flat_map(row).collect::<Vec<_>>())?;
        }
    }
    Ok(())
}

fn insertion(rows: usize) -> String {
    let placeholder = |number: usize| ["$", &number.to_string()].concat();
    let row =
        |row| (1..=COLUMNS).map(|column| placeholder(row * COLUMNS + column)).collect::<Vec<_>>().join(", ");
    [
        "INSERT INTO open_api_calls (tenant_id, token_id, user_id, called_at, method, route, path, status, \
         duration_micros, address, client, request_id) VALUES (",
        &(0..rows).map(row).collect::<Vec<_>>().join("), ("),
        ")",
    ]
    .concat()
}

fn row<'c>(call: &CallRecord<'c>) -> [Value<'c>; COLUMNS] {
    [
        call.tenant.into(),
        call.token.into(),
        call.user.into(),
        call.called_at.millis().into(),
        call.method.into(),
        call.route.into(),
        call.path.into(),
        i64::from(call.status).into(),
        clamp(call.duration_micros).into(),
        call.address.into(),
        call.client.into(),
        call.request_id.into(),
    ]
}

/// Accepted and refused calls by token and day: a token's row is written once a batch, however many calls there were.
fn daily_counts(
    accepted: &[CallRecord<'_>],
    refused: &[RefusedCall],
) -> BTreeMap<(TenantId, TokenId, i64), (i64, i64)> {
    let mut counts = BTreeMap::<_, (i64, i64)>::new();
    for call in accepted {
        counts.entry((call.tenant, call.token, day_of(call.called_at))).or_default().0 += 1;
    }
    for call in refused {
        counts.entry((call.tenant, call.token, day_of(call.called_at))).or_default().1 += 1;
    }
    counts
}

fn count(
    session: &mut Session<'_>,
    token: TokenId,
    day: i64,
    (accepted, refused): (i64, i64),
) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "INSERT INTO token_days (tenant_id, token_id, day, accepted, refused) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (tenant_id, token_id, day) DO UPDATE SET \
         accepted = token_days.accepted + excluded.accepted, refused = token_days.refused + excluded.refused",
        values![tenant, token, day, accepted, refused],
    )?;
    Ok(())
}

/// The last call of each token that was answered with what it asked for: a refused one is no use of a token.
/// The token's row is written once a batch, however many calls there were.
fn last_calls<'a, 'c>(calls: &'a [CallRecord<'c>]) -> Vec<&'a CallRecord<'c>> {
    let mut last = BTreeMap::new();
    for call in calls.iter().filter(|call| call.status < 400) {
        let kept = last.entry(call.token).or_insert(call);
        if call.called_at > kept.called_at {
            *kept = call;
        }
    }
    last.into_values().collect()
}

fn touch(session: &mut Session<'_>, call: &CallRecord<'_>) -> Result<(), StorageError> {
    let tenant = session.tenant();
    session.execute(
        "UPDATE tokens SET last_used_at = $1, last_used_address = $2, last_used_client = $3 \
         WHERE tenant_id = $4 AND id = $5 AND (last_used_at IS NULL OR last_used_at <= $1)",
        values![call.called_at.millis(), call.address, call.client, tenant, call.token],
    )?;
    Ok(())
}

/// How many records are deleted at once: all other changes wait meanwhile.
const DELETED_AT_ONCE: i64 = 5000;

/// Forgets a portion of the records older than `before`; how many. Until it answers none there may be more. Counters stay.
pub fn delete_old(session: &mut Session<'_>, before: Timestamp) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    session.execute(
        "DELETE FROM open_api_calls WHERE tenant_id = $1 AND id IN (SELECT id FROM open_api_calls \
         WHERE tenant_id = $1 AND called_at < $2 ORDER BY called_at LIMIT $3)",
        values![tenant, before.millis(), DELETED_AT_ONCE],
    )
}

/// The calls of one day, counted from 1970 in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCount {
    pub day: i64,
    pub accepted: u64,
    pub refused: u64,
}

/// Days with calls, oldest first.
pub fn list_days(
    session: &mut Session<'_>,
    token: TokenId,
    first_day: i64,
) -> Result<Vec<DayCount>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT day, accepted, refused FROM token_days WHERE tenant_id = $1 AND token_id = $2 AND day >= $3 \
         ORDER BY day",
        values![tenant, token, first_day],
        |row| {
            Ok(DayCount { day: row.get(0)?, accepted: unsigned(row.get(1)?), refused: unsigned(row.get(2)?) })
        },
    )
}

fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// One endpoint's part of a token's calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteCount {
    pub method: String,
    pub route: String,
    pub calls: u64,
    pub average_micros: u64,
}

/// What a token called, most called first.
pub fn list_routes(
    session: &mut Session<'_>,
    token: TokenId,
    since: Timestamp,
) -> Result<Vec<RouteCount>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT method, route, COUNT(*) AS calls, CAST(SUM(duration_micros) AS BIGINT) / COUNT(*) FROM open_api_calls \
         WHERE tenant_id = $1 AND token_id = $2 AND called_at >= $3 GROUP BY method, route \
         ORDER BY calls DESC, route, method LIMIT 12",
        values![tenant, token, since.millis()],
        |row| Ok(RouteCount { method: row.get(0)?, route: row.get(1)?, calls: unsigned(row.get(2)?), average_micros: unsigned(row.get(3)?) }),
    )
}

/// Where a token's calls came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressCount {
    pub address: String,
    pub calls: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub client: String,
}

/// Addresses a token was used from, most recent first.
pub fn list_addresses(
    session: &mut Session<'_>,
    token: TokenId,
    since: Timestamp,
) -> Result<Vec<AddressCount>, StorageError> {
    let tenant = session.tenant();
    session.all(
        "SELECT address, COUNT(*), MIN(called_at), MAX(called_at) AS last_at, MAX(client) FROM open_api_calls \
         WHERE tenant_id = $1 AND token_id = $2 AND called_at >= $3 GROUP BY address \
         ORDER BY last_at DESC, address LIMIT 12",
        values![tenant, token, since.millis()],
        |row| {
            Ok(AddressCount {
                address: row.get(0)?,
                calls: unsigned(row.get(1)?),
                first_at: Timestamp::from_millis(row.get(2)?),
                last_at: Timestamp::from_millis(row.get(3)?),
                client: row.get(4)?,
            })
        },
    )
}

/// How long answers took: the durations below which half, and 99 of 100, lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Durations {
    pub median_micros: u64,
    pub slow_micros: u64,
}

/// Of the token's calls since an instant; none without calls.
pub fn durations(
    session: &mut Session<'_>,
    token: TokenId,
    since: Timestamp,
) -> Result<Option<Durations>, StorageError> {
    let tenant = session.tenant();
    let mut micros: Vec<i64> = session.all(
        "SELECT duration_micros FROM open_api_calls WHERE tenant_id = $1 AND token_id = $2 AND called_at >= $3 \
         ORDER BY called_at DESC LIMIT 10000",
        values![tenant, token, since.millis()],
        |row| row.get(0),
    )?;
    micros.sort_unstable();
    let at =
        |percent: usize| micros.get(micros.len().saturating_sub(1) * percent / 100).copied().map(unsigned);
    Ok(at(50).zip(at(99)).map(|(median_micros, slow_micros)| Durations { median_micros, slow_micros }))
}
