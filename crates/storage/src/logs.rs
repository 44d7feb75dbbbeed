//! What was changed and what was called, as one list: the newest first, and each at a place that stays the same
//! whatever comes after it.

use std::ops::RangeInclusive;

use automation_hub_domain::{
    clock::Timestamp,
    id::{TokenId, UserId},
};

use crate::{Row, Session, StorageError, Value, users::clamp, values};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogKind {
    /// Of one instant, calls follow the events they caused.
    Call,
    Event,
}

/// Where in the list an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogPosition {
    pub at: Timestamp,
    pub kind: LogKind,
    pub id: i64,
}

/// Which entries. The default lets all of the tenant through.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    pub kind: Option<LogKind>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
    pub user: Option<UserId>,
    pub token: Option<TokenId>,
    /// Of an event as it is spelled; of a call its method and route, `GET /automations/{id}`, or `GET (unknown call)`.
    pub action: Option<String>,
    /// Of a call: how it was answered. Events have none.
    pub status: Option<RangeInclusive<u16>>,
    /// Only what stands further down the list.
    pub after: Option<LogPosition>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LogEntry {
    pub position: LogPosition,
    pub user: Option<UserId>,
    pub user_name: String,
    pub token: Option<TokenId>,
    pub token_name: Option<String>,
    pub action: String,
    pub detail: LogDetail,
    pub address: String,
    pub request_id: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum LogDetail {
    Event {
        object_type: String,
        object_id: i64,
        object_name: String,
        before: Option<String>,
        after: Option<String>,
    },
    Call {
        path: String,
        status: i64,
        duration_micros: i64,
        client: String,
        /// Length of what was sent and of what was answered, if that is kept.
        bytes: Option<(i64, i64)>,
    },
}

/// What a call did: its method and its row of the route table, or that it has none.
macro_rules! action {
    () => {
        "c.method || ' ' || CASE c.route WHEN '' THEN '(unknown call)' ELSE c.route END"
    };
}

/// The parameters of both sources: $1 tenant, $2 from, $3 to, $4 user, $5 token, $6 action, and where events go on. Calls
/// have the bounds of their status and where they go on besides.
const EVENTS: &str = "FROM audit_events e WHERE e.tenant_id = $1 AND e.happened_at >= $2 AND e.happened_at <= $3 \
    AND (e.actor_user_id = $4 OR $4 < 0) AND (e.actor_token_id = $5 OR $5 < 0) AND (e.action = $6 OR $6 = '') \
    AND (e.happened_at, e.id) < ($7, $8)";
const CALLS: &str = concat!(
    "FROM open_api_calls c WHERE c.tenant_id = $1 AND c.called_at >= $2 AND c.called_at <= $3 \
     AND (c.user_id = $4 OR $4 < 0) AND (c.token_id = $5 OR $5 < 0) AND (",
    action!(),
    " = $6 OR $6 = '') AND c.status BETWEEN "
);

impl LogFilter {
    fn values(&self, session: &Session<'_>) -> Vec<Value<'_>> {
        let (at, id) = self.bound(LogKind::Event);
        values![
            session.tenant(),
            self.from.map_or(i64::MIN, Timestamp::millis),
            self.to.map_or(i64::MAX, Timestamp::millis),
            self.user.map_or(-1, UserId::get),
            self.token.map_or(-1, TokenId::get),
            self.action.as_deref().unwrap_or_default(),
            at,
            id
        ]
        .to_vec()
    }

    /// The least and the greatest status, and what calls have to stand below.
    fn of_calls(&self) -> [i64; 4] {
        let (least, most) =
            self.status.as_ref().map_or((0, u16::MAX), |status| (*status.start(), *status.end()));
        let (at, id) = self.bound(LogKind::Call);
        [least.into(), most.into(), at, id]
    }

    /// What entries of a kind have to stand below, as instant and id.
    fn bound(&self, kind: LogKind) -> (i64, i64) {
        let is_of_calls = self.status.is_some() && kind == LogKind::Event;
        if is_of_calls || self.kind.is_some_and(|only| only != kind) {
            return (i64::MIN, i64::MIN);
        }
        match self.after {
            None => (i64::MAX, i64::MAX),
            Some(after) if after.kind == kind => (after.at.millis(), after.id),
            // Of the same instant all follow, or none does.
            Some(after) if kind < after.kind => (after.at.millis(), i64::MAX),
            Some(after) => (after.at.millis(), i64::MIN),
        }
    }
}

/// How many entries a filter lets through.
pub fn count(session: &mut Session<'_>, filter: &LogFilter) -> Result<u64, StorageError> {
    let sql = [
        "SELECT (SELECT COUNT(*) ",
        EVENTS,
        ") + (SELECT COUNT(*) ",
        CALLS,
        "$9 AND $10 AND (c.called_at, c.id) < ($11, $12))",
    ]
    .concat();
    let mut values = filter.values(session);
    let [least, most, at, id] = filter.of_calls();
    values.extend_from_slice(values![least, most, at, id]);
    let total: i64 = session.one(&sql, &values, |row| row.get(0))?;
    Ok(u64::try_from(total).unwrap_or_default())
}

/// Some of them, beginning after so many.
pub fn list(
    session: &mut Session<'_>,
    filter: &LogFilter,
    (offset, limit): (u64, u64),
) -> Result<Vec<LogEntry>, StorageError> {
    // Each source finds as many as could be needed by its index, before they are put in one order.
    let sql = [
        "SELECT l.kind, l.id, l.at, l.user_id, l.user_name, l.token_id, t.name, l.action, l.object_type, l.object_id, \
         l.object_name, l.before_change, l.after_change, l.path, l.status, l.duration_micros, l.client, l.address, \
         l.request_id, u.first_name, u.last_name, l.request_bytes, l.response_bytes FROM (\
         SELECT * FROM (SELECT CAST(1 AS BIGINT) AS kind, e.id, e.happened_at AS at, e.actor_user_id AS user_id, \
         e.actor_name AS user_name, e.actor_token_id AS token_id, e.action, e.object_type, e.object_id, \
         e.object_name, e.before_change, e.after_change, '' AS path, CAST(0 AS BIGINT) AS status, \
         CAST(0 AS BIGINT) AS duration_micros, '' AS client, e.address, e.request_id, \
         CAST(NULL AS BIGINT) AS request_bytes, CAST(NULL AS BIGINT) AS response_bytes ",
        EVENTS,
        " ORDER BY e.happened_at DESC, e.id DESC LIMIT $9) AS events UNION ALL \
         SELECT * FROM (SELECT CAST(0 AS BIGINT) AS kind, c.id, c.called_at AS at, c.user_id, '' AS user_name, c.token_id, ",
        action!(),
        " AS action, '' AS object_type, CAST(0 AS BIGINT) AS object_id, \
         '' AS object_name, CAST(NULL AS TEXT) AS before_change, CAST(NULL AS TEXT) AS after_change, c.path, \
         c.status, c.duration_micros, c.client, c.address, c.request_id, c.request_bytes, c.response_bytes ",
        CALLS,
        "$10 AND $11 AND (c.called_at, c.id) < ($12, $13) ORDER BY c.called_at DESC, c.id DESC LIMIT $9) AS calls \
         ORDER BY 3 DESC, 1 DESC, 2 DESC LIMIT $14 OFFSET $15) AS l \
         LEFT JOIN tokens t ON t.tenant_id = $1 AND t.id = l.token_id \
         LEFT JOIN users u ON u.tenant_id = $1 AND u.id = l.user_id ORDER BY l.at DESC, l.kind DESC, l.id DESC",
    ]
    .concat();
    let mut values = filter.values(session);
    let [least, most, at, id] = filter.of_calls();
    let needed = clamp(offset.saturating_add(limit));
    values.extend_from_slice(values![needed, least, most, at, id, clamp(limit), clamp(offset)]);
    session.all(&sql, &values, from_row)
}

fn from_row(row: &Row<'_>) -> Result<LogEntry, StorageError> {
    let kind = if row.get::<i64>(0)? == 1 { LogKind::Event } else { LogKind::Call };
    let detail = match kind {
        LogKind::Event => LogDetail::Event {
            object_type: row.get(8)?,
            object_id: row.get(9)?,
            object_name: row.get(10)?,
            before: row.get(11)?,
            after: row.get(12)?,
        },
        LogKind::Call => LogDetail::Call {
            path: row.get(13)?,
            status: row.get(14)?,
            duration_micros: row.get(15)?,
            client: row.get(16)?,
            bytes: row.get::<Option<i64>>(21)?.zip(row.get(22)?),
        },
    };
    let user_name = match kind {
        LogKind::Event => row.get(4)?,
        LogKind::Call => {
            let names = [row.get::<Option<&str>>(19)?, row.get::<Option<&str>>(20)?];
            names.map(Option::unwrap_or_default).join(" ").trim().to_owned()
        }
    };
    Ok(LogEntry {
        position: LogPosition { at: Timestamp::from_millis(row.get(2)?), kind, id: row.get(1)? },
        user: row.get(3)?,
        user_name,
        token: row.get(5)?,
        token_name: row.get(6)?,
        action: row.get(7)?,
        detail,
        address: row.get(17)?,
        request_id: row.get(18)?,
    })
}
