//! The console's list: searched by user, filtered by state and type, sorted, paged and counted.

use automation_hub_domain::{
    clock::Timestamp,
    id::UserId,
    page::{Direction, PageRequest},
    token::TokenType,
};

use super::{COLUMNS, Token, first_day, from_row};
use crate::{
    Session, StorageError,
    users::{clamp, contains_pattern},
    values,
};

/// The state as a rank; reasons are tried in the order in which verification names them. Reads `judged`.
macro_rules! state {
    () => {
        "(CASE WHEN t.revoked_at IS NOT NULL THEN 5 WHEN t.suspended_at IS NOT NULL OR t.is_active = 0 THEN 4 \
         WHEN t.expires_at <= j.present OR (t.expires_at IS NULL AND o.allows_never_expiring = 0) THEN 2 \
         WHEN u.is_active = 0 THEN 3 WHEN t.expires_at <= j.soon THEN 1 ELSE 0 END)"
    };
}

/// An expiry this near is told, as the domain's states do.
const NEAR_DAYS: i64 = 14;

/// Which states a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StateFilter {
    /// All but revoked tokens.
    #[default]
    All,
    /// Those that work, about to expire or not.
    Active,
    Expiring,
    /// Also those that never expire although the tenant doesn't allow it.
    Expired,
    /// Also those suspended for wrong app keys.
    Inactive,
    UserDeactivated,
    /// Tombstones of tokens that are gone for good.
    Revoked,
}

impl StateFilter {
    /// The first and the last rank that belong to it.
    const fn ranks(self) -> (i64, i64) {
        match self {
            Self::All => (0, 4),
            Self::Active => (0, 1),
            Self::Expiring => (1, 1),
            Self::Expired => (2, 2),
            Self::UserDeactivated => (3, 3),
            Self::Inactive => (4, 4),
            Self::Revoked => (5, 5),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenSort {
    #[default]
    Created,
    Name,
    User,
    Expires,
    State,
    LastUsed,
}

impl TokenSort {
    /// The whole clause; ties fall to the newest.
    const fn order(self, direction: Direction) -> &'static str {
        match (self, direction) {
            (Self::Created, Direction::Ascending) => "ORDER BY t.id ",
            (Self::Created, Direction::Descending) => "ORDER BY t.id DESC ",
            (Self::Name, Direction::Ascending) => "ORDER BY t.name_key, t.id DESC ",
            (Self::Name, Direction::Descending) => "ORDER BY t.name_key DESC, t.id DESC ",
            (Self::User, Direction::Ascending) => "ORDER BY COALESCE(u.name_key, ''), t.id DESC ",
            (Self::User, Direction::Descending) => "ORDER BY COALESCE(u.name_key, '') DESC, t.id DESC ",
            (Self::Expires, Direction::Ascending) => {
                "ORDER BY COALESCE(t.expires_at, 9223372036854775807), t.id DESC "
            }
            (Self::Expires, Direction::Descending) => {
                "ORDER BY COALESCE(t.expires_at, 9223372036854775807) DESC, t.id DESC "
            }
            (Self::State, Direction::Ascending) => concat!("ORDER BY ", state!(), ", t.id DESC "),
            (Self::State, Direction::Descending) => concat!("ORDER BY ", state!(), " DESC, t.id DESC "),
            (Self::LastUsed, Direction::Ascending) => "ORDER BY COALESCE(t.last_used_at, 0), t.id DESC ",
            (Self::LastUsed, Direction::Descending) => {
                "ORDER BY COALESCE(t.last_used_at, 0) DESC, t.id DESC "
            }
        }
    }
}

/// Which tokens a list shows.
#[derive(Clone, Debug, Default)]
pub struct TokenFilter {
    /// Part of the user's name or e-mail address, as typed.
    pub user_search: Option<String>,
    pub state: StateFilter,
    pub token_type: Option<TokenType>,
}

/// How many tokens the search and the type leave in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StateCounts {
    pub active: u64,
    pub expiring: u64,
    pub expired: u64,
    pub inactive: u64,
    pub user_deactivated: u64,
    pub revoked: u64,
}

impl StateCounts {
    fn add(&mut self, rank: i64, count: u64) {
        match rank {
            0 => self.active += count,
            1 => {
                self.active += count;
                self.expiring += count;
            }
            2 => self.expired += count,
            3 => self.user_deactivated += count,
            4 => self.inactive += count,
            _ => self.revoked += count,
        }
    }

    pub const fn of(&self, state: StateFilter) -> u64 {
        match state {
            StateFilter::All => self.active + self.expired + self.inactive + self.user_deactivated,
            StateFilter::Active => self.active,
            StateFilter::Expiring => self.expiring,
            StateFilter::Expired => self.expired,
            StateFilter::Inactive => self.inactive,
            StateFilter::UserDeactivated => self.user_deactivated,
            StateFilter::Revoked => self.revoked,
        }
    }
}

/// What the filter's search and type leave. `$1` is the tenant; `judged` holds what states are judged by, and
/// stands first because placeholders count in the order of their first use.
const JUDGED: &str = "WITH judged AS (SELECT $1 AS tenant, $2 AS first_day, $3 AS present, $4 AS soon, $5 AS pattern, $6 AS kind) ";
const JUDGED_JOINS: &str = "JOIN tenants o ON o.id = t.tenant_id CROSS JOIN judged j ";
const MATCHES: &str = "t.tenant_id = $1 AND (j.pattern = '' OR u.search_key LIKE j.pattern ESCAPE '\\') \
    AND (j.kind < 0 OR j.kind = (CASE WHEN t.user_id IS NULL THEN 2 WHEN t.creator_user_id = t.user_id THEN 0 \
    ELSE 1 END)) ";

const fn type_rank(token_type: Option<TokenType>) -> i64 {
    match token_type {
        None => -1,
        Some(TokenType::Personal) => 0,
        Some(TokenType::UserAssigned) => 1,
        Some(TokenType::TenantLevel) => 2,
    }
}

fn pattern(filter: &TokenFilter) -> String {
    filter.user_search.as_deref().map(contains_pattern).unwrap_or_default()
}

/// Counts the tokens the filter's search and type leave, by state.
pub fn count_by_state(
    session: &mut Session<'_>,
    filter: &TokenFilter,
    now: Timestamp,
) -> Result<StateCounts, StorageError> {
    let tenant = session.tenant();
    let soon = now.plus_days(NEAR_DAYS);
    let sql = [
        JUDGED,
        "SELECT state, COUNT(*) FROM (SELECT ",
        state!(),
        " AS state FROM tokens t LEFT JOIN users u ON u.id = t.user_id ",
        JUDGED_JOINS,
        "WHERE ",
        MATCHES,
        ") AS ranked GROUP BY state",
    ]
    .concat();
    let kind = type_rank(filter.token_type);
    let mut counts = StateCounts::default();
    session.each(
        &sql,
        values![tenant, first_day(now), now.millis(), soon.millis(), &pattern(filter), kind],
        |row| {
            counts.add(row.get(0)?, u64::try_from(row.get::<i64>(1)?).unwrap_or_default());
            Ok(())
        },
    )?;
    Ok(counts)
}

/// One page of the list. Revoked tokens are in none but their own.
pub fn list(
    session: &mut Session<'_>,
    filter: &TokenFilter,
    sort: (TokenSort, Direction),
    request: PageRequest,
    now: Timestamp,
) -> Result<Vec<Token>, StorageError> {
    let tenant = session.tenant();
    let (sort, direction) = sort;
    let order = sort.order(direction);
    let soon = now.plus_days(NEAR_DAYS);
    // Said apart from the state, as an index covers the tokens that aren't revoked.
    let live = if filter.state == StateFilter::Revoked { "" } else { "AND t.revoked_at IS NULL " };
    let sql = [
        JUDGED,
        COLUMNS,
        JUDGED_JOINS,
        "WHERE t.tenant_id = $1 AND t.id IN (SELECT t.id FROM tokens t LEFT JOIN users u ON u.id = t.user_id ",
        JUDGED_JOINS,
        "WHERE ",
        MATCHES,
        live,
        "AND ",
        state!(),
        " BETWEEN $7 AND $8 ",
        order,
        "LIMIT $9 OFFSET $10) ",
        order,
    ]
    .concat();
    let (first, last) = filter.state.ranks();
    session.all(
        &sql,
        values![
            tenant,
            first_day(now),
            now.millis(),
            soon.millis(),
            &pattern(filter),
            type_rank(filter.token_type),
            first,
            last,
            clamp(request.limit),
            clamp(request.offset)
        ],
        from_row,
    )
}

/// The tokens that act as a person, newest first, revoked ones left out.
pub fn list_of_user(
    session: &mut Session<'_>,
    user: UserId,
    now: Timestamp,
) -> Result<Vec<Token>, StorageError> {
    let tenant = session.tenant();
    session.all(
        &[COLUMNS, "WHERE t.tenant_id = $1 AND t.user_id = $3 AND t.revoked_at IS NULL ORDER BY t.id DESC"]
            .concat(),
        values![tenant, first_day(now), user],
        from_row,
    )
}
