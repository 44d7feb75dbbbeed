//! The console's list: searched by user, filtered by state and type, sorted, paged and counted.

use automation_hub_domain::{
    clock::Timestamp,
    id::{TokenId, UserId},
    page::{Direction, PageRequest},
    token::TokenType,
};

use super::{COLUMNS, Token, first_day, from_row};
use crate::{
    Row, Session, StorageError,
    users::{clamp, contains_pattern},
    values,
};

/// What both statements may need. It stands first, as placeholders count in the order of their first use and not
/// each statement needs all: the tenant, the first day of refusals, the present, the end of what is near, the search.
const ASKED: &str = "WITH asked AS (SELECT $1, $2, $3, $4, $5)";
/// The people a search finds: looked for once, however often they are asked about.
const FOUND: &str =
    ", found AS MATERIALIZED (SELECT id FROM users WHERE tenant_id = $1 AND search_key LIKE $5 ESCAPE '\\')";

// The conditions are those of indexes, word for word.
macro_rules! on {
    () => {
        "t.revoked_at IS NULL AND t.suspended_at IS NULL AND t.is_active = 1"
    };
}
macro_rules! off {
    () => {
        "COALESCE(t.revoked_at, 0) = 0 AND (t.suspended_at IS NOT NULL OR t.is_active = 0)"
    };
}
macro_rules! allows_never {
    () => {
        "(SELECT allows_never_expiring FROM tenants WHERE id = $1)"
    };
}
macro_rules! expired {
    () => {
        concat!("(t.expires_at <= $3 OR (t.expires_at IS NULL AND ", allows_never!(), " = 0))")
    };
}
macro_rules! unexpired {
    () => {
        concat!("(t.expires_at > $3 OR (t.expires_at IS NULL AND ", allows_never!(), " = 1))")
    };
}
macro_rules! user_is_off {
    () => {
        "t.user_id IN (SELECT id FROM users WHERE tenant_id = $1 AND is_active = 0)"
    };
}
macro_rules! user_is_on {
    () => {
        "(t.user_id IS NULL OR t.user_id NOT IN (SELECT id FROM users WHERE tenant_id = $1 AND is_active = 0))"
    };
}
/// The state as a rank; reasons are tried in the order in which verification names them.
macro_rules! state {
    () => {
        concat!(
            "(CASE WHEN t.revoked_at IS NOT NULL THEN 5 WHEN t.suspended_at IS NOT NULL OR t.is_active = 0 THEN 4 \
             WHEN ",
            expired!(),
            " THEN 2 WHEN ",
            user_is_off!(),
            " THEN 3 WHEN t.expires_at <= $4 THEN 1 ELSE 0 END)"
        )
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
    /// Agrees with the rank: what one state is asked for by, an index finds.
    const fn condition(self) -> &'static str {
        match self {
            Self::All => "t.revoked_at IS NULL",
            Self::Active => concat!(on!(), " AND ", unexpired!(), " AND ", user_is_on!()),
            Self::Expiring => {
                concat!(on!(), " AND t.expires_at > $3 AND t.expires_at <= $4 AND ", user_is_on!())
            }
            Self::Expired => concat!(on!(), " AND ", expired!()),
            Self::Inactive => off!(),
            Self::UserDeactivated => concat!(on!(), " AND ", unexpired!(), " AND ", user_is_off!()),
            Self::Revoked => "t.revoked_at IS NOT NULL",
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
    const fn key(self) -> &'static str {
        match self {
            Self::Created => "t.id",
            Self::Name => "t.name_key",
            Self::User => "COALESCE(u.name_key, '')",
            Self::Expires => "COALESCE(t.expires_at, 9223372036854775807)",
            Self::State => state!(),
            Self::LastUsed => "COALESCE(t.last_used_at, 0)",
        }
    }

    /// The whole clause; of tokens alike, the newest comes first where ids descend.
    fn order(self, direction: Direction, ids: Direction) -> String {
        let key = self.key();
        let direction = keyword(direction);
        match self {
            Self::Created => ["ORDER BY ", key, direction].concat(),
            _ => ["ORDER BY ", key, direction, ", t.id", keyword(ids)].concat(),
        }
    }
}

const fn keyword(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => " ASC ",
        Direction::Descending => " DESC ",
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

impl TokenFilter {
    /// What search and type leave, to stand behind other conditions.
    fn narrowing(&self) -> String {
        let search = if self.pattern().is_empty() { "" } else { " AND t.user_id IN (SELECT id FROM found)" };
        let token_type = match self.token_type {
            None => "",
            Some(TokenType::Personal) => " AND t.creator_user_id = t.user_id",
            Some(TokenType::UserAssigned) => {
                " AND t.user_id IS NOT NULL AND (t.creator_user_id IS NULL OR t.creator_user_id <> t.user_id)"
            }
            Some(TokenType::TenantLevel) => " AND t.user_id IS NULL",
        };
        [search, token_type].concat()
    }

    fn pattern(&self) -> String {
        self.user_search.as_deref().map(contains_pattern).unwrap_or_default()
    }

    /// The beginning of a statement.
    fn asked(&self) -> String {
        [ASKED, if self.pattern().is_empty() { "" } else { FOUND }, " "].concat()
    }
}

/// Counts the tokens the filter's search and type leave, by state.
pub fn count_by_state(
    session: &mut Session<'_>,
    filter: &TokenFilter,
    now: Timestamp,
) -> Result<StateCounts, StorageError> {
    let tenant = session.tenant();
    let soon = now.plus_days(NEAR_DAYS);
    let narrowing = filter.narrowing();
    let of = |condition: &str| {
        ["(SELECT COUNT(*) FROM tokens t WHERE t.tenant_id = $1 AND ", condition, &narrowing, ")"].concat()
    };
    // Each is a range of an index.
    let counts = [
        of(concat!(on!(), " AND t.expires_at > $4")),
        of(concat!(on!(), " AND t.expires_at > $3 AND t.expires_at <= $4")),
        of(concat!(on!(), " AND t.expires_at <= $3")),
        of(concat!(on!(), " AND t.expires_at IS NULL")),
        of(off!()),
        of(StateFilter::Revoked.condition()),
        of(StateFilter::UserDeactivated.condition()),
        of(concat!(on!(), " AND t.expires_at > $3 AND t.expires_at <= $4 AND ", user_is_off!())),
    ];
    let sql = [&filter.asked(), "SELECT ", &counts.join(", "), ", ", allows_never!()].concat();
    session.one(
        &sql,
        values![tenant, first_day(now), now.millis(), soon.millis(), &filter.pattern()],
        counts_from_row,
    )
}

fn counts_from_row(row: &Row<'_>) -> Result<StateCounts, StorageError> {
    let count = |index| Ok::<_, StorageError>(u64::try_from(row.get::<i64>(index)?).unwrap_or_default());
    let (later, near, past, never) = (count(0)?, count(1)?, count(2)?, count(3)?);
    let (user_deactivated, deactivated_near) = (count(6)?, count(7)?);
    let (never_good, never_bad) = if row.get(8)? { (never, 0) } else { (0, never) };
    Ok(StateCounts {
        active: (later + near + never_good).saturating_sub(user_deactivated),
        expiring: near.saturating_sub(deactivated_near),
        expired: past + never_bad,
        inactive: count(4)?,
        user_deactivated,
        revoked: count(5)?,
    })
}

/// One page of the list. Revoked tokens are in none but their own. If it is known how many the filter leaves, what lies
/// beyond the middle is looked for from the end.
pub fn list(
    session: &mut Session<'_>,
    filter: &TokenFilter,
    sort: (TokenSort, Direction),
    (request, total): (PageRequest, Option<u64>),
    now: Timestamp,
) -> Result<Vec<Token>, StorageError> {
    let tenant = session.tenant();
    let (sort, direction) = sort;
    let order = sort.order(direction, Direction::Descending);
    let (sought, request) = match total.and_then(|total| request.from_end(total)) {
        Some(request) => (sort.order(direction.reversed(), Direction::Ascending), request),
        None => (order.clone(), request),
    };
    let soon = now.plus_days(NEAR_DAYS);
    let users = match sort {
        TokenSort::User => "LEFT JOIN users u ON u.id = t.user_id AND u.tenant_id = t.tenant_id ",
        _ => "",
    };
    let sql = [
        &filter.asked(),
        COLUMNS,
        "WHERE t.tenant_id = $1 AND t.id IN (SELECT t.id FROM tokens t ",
        users,
        "WHERE t.tenant_id = $1 AND ",
        filter.state.condition(),
        &filter.narrowing(),
        " ",
        &sought,
        "LIMIT $6 OFFSET $7) ",
        &order,
    ]
    .concat();
    session.all(
        &sql,
        values![
            tenant,
            first_day(now),
            now.millis(),
            soon.millis(),
            &filter.pattern(),
            clamp(request.limit),
            clamp(request.offset)
        ],
        from_row,
    )
}

/// How many tokens stand before this one, newest first and without a filter.
pub fn count_newer(session: &mut Session<'_>, id: TokenId) -> Result<u64, StorageError> {
    let tenant = session.tenant();
    let count: i64 = session.one(
        "SELECT COUNT(*) FROM tokens WHERE tenant_id = $1 AND revoked_at IS NULL AND id > $2",
        values![tenant, id],
        |row| row.get(0),
    )?;
    Ok(u64::try_from(count).unwrap_or_default())
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
