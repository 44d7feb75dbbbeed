//! People by name: searched, filtered, paged and counted.

use std::ops::RangeInclusive;

use automation_hub_domain::{
    id::{RoleId, TenantId},
    page::{Page, PageRequest},
    user::{InviteStatus, User},
};

use super::{COLUMNS, clamp, contains_pattern, from_row};
use crate::{
    Session, StorageError, Value,
    chunk::{Chunk, Position, Start},
    values,
};

/// Which people a list shows.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Part of a name or an e-mail address, as typed.
    pub search: Option<String>,
    pub is_active: Option<bool>,
    /// From the first to the last of these.
    pub invite_status: Option<RangeInclusive<InviteStatus>>,
    pub role: Option<RoleId>,
}

const FILTER: &str = " FROM users u WHERE u.tenant_id = $1 \
    AND ($2 = '' OR u.search_key LIKE $2 ESCAPE '\\') \
    AND (u.is_active = $3 OR $3 < 0) \
    AND u.invite_status BETWEEN $4 AND $5 \
    AND (EXISTS (SELECT 1 FROM role_assignments a \
        WHERE a.tenant_id = u.tenant_id AND a.user_id = u.id AND a.role_id = $6) OR $6 < 0) ";
const FROM_OFFSET: &str = "ORDER BY u.name_key, u.id LIMIT $7 OFFSET $8";
const AFTER: &str = "AND (u.name_key, u.id) > ($7, $8) ORDER BY u.name_key, u.id LIMIT $9";
/// How many columns a person takes; the key of the order follows them.
const KEY: usize = 14;

/// What the placeholders of [`FILTER`] stand for.
struct Given {
    pattern: String,
    is_active: i64,
    invite_status: (i64, i64),
    role: i64,
}

impl Given {
    fn of(filter: &UserFilter) -> Self {
        let range = filter.invite_status.as_ref();
        Self {
            pattern: filter.search.as_deref().map(contains_pattern).unwrap_or_default(),
            is_active: filter.is_active.map_or(-1, i64::from),
            invite_status: range.map_or((0, i64::MAX), |range| (range.start().code(), range.end().code())),
            role: filter.role.map_or(-1, RoleId::get),
        }
    }

    fn values(&self, tenant: TenantId) -> Vec<Value<'_>> {
        let (least, most) = self.invite_status;
        values![tenant, &self.pattern, self.is_active, least, most, self.role].to_vec()
    }
}

/// People by name, and how many there are in all. An empty search finds all.
pub fn list(
    session: &mut Session<'_>,
    filter: &UserFilter,
    request: PageRequest,
) -> Result<Page<User>, StorageError> {
    let total = count(session, filter)?;
    let items = chunk(session, filter, &Start::Offset(request.offset), request.limit)?.items;
    Ok(Page { items, total, request })
}

/// How many people a filter leaves.
pub fn count(session: &mut Session<'_>, filter: &UserFilter) -> Result<u64, StorageError> {
    let given = Given::of(filter);
    let values = given.values(session.tenant());
    let total: i64 = session.one(&["SELECT COUNT(*)", FILTER].concat(), &values, |row| row.get(0))?;
    Ok(u64::try_from(total).unwrap_or_default())
}

/// As [`list`], not counting how many there are in all.
pub fn chunk(
    session: &mut Session<'_>,
    filter: &UserFilter,
    start: &Start,
    limit: u64,
) -> Result<Chunk<User>, StorageError> {
    let given = Given::of(filter);
    let mut values = given.values(session.tenant());
    let rest = match start {
        Start::Offset(offset) => {
            values.extend_from_slice(values![clamp(limit), clamp(*offset)]);
            FROM_OFFSET
        }
        Start::After(Position { key, id }) => {
            values.extend_from_slice(values![key, *id, clamp(limit)]);
            AFTER
        }
    };
    let mut chunk = Chunk::default();
    session.each(&["SELECT ", COLUMNS, ", u.name_key", FILTER, rest].concat(), &values, |row| {
        let user = from_row(row)?;
        let position = Position { key: row.get(KEY)?, id: user.id.get() };
        chunk.push(user, position);
        Ok(())
    })?;
    Ok(chunk)
}
