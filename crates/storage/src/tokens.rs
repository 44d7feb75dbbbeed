//! Open API tokens: what verification needs of them, what the console shows, and every change of one.
//! Values come and go as keyed digests or sealed; nothing here could read them.

mod change;
mod list;

use automation_hub_domain::{
    clock::Timestamp,
    id::{TenantId, TokenId, UserId},
    token::{
        TokenType,
        state::{Expiry, Switch, TokenConditions, TokenState},
    },
    user::initials,
};

use crate::{Row, Session, StorageError, System, values};

pub use change::{
    AppKeyChange, NewToken, Rotation, SealedValues, TokenChange, count_reveals, delete_old_reveals,
    erase_sealed, forget_retired, insert, insert_reveal, list_forgettable, never_expiring_count, put_sealed,
    renew_digests, revoke, rotate, sealed_count, sealed_values, set_active, suspend, update,
};
pub use list::{
    StateCounts, StateFilter, TokenFilter, TokenSort, count_by_state, count_newer, list, list_of_user,
};

/// A digest and the number of the pepper it was made under.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyedDigest {
    pub digest: [u8; 32],
    pub pepper_number: i64,
}

impl std::fmt::Debug for KeyedDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyedDigest").field("pepper_number", &self.pepper_number).finish_non_exhaustive()
    }
}

/// The value before the last rotation, refused from `until` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetiredDigest {
    pub value: KeyedDigest,
    pub until: Timestamp,
}

/// A token that isn't revoked, as verification takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenRow {
    pub id: TokenId,
    pub tenant: TenantId,
    pub user: Option<UserId>,
    pub value: KeyedDigest,
    pub app_key: Option<KeyedDigest>,
    pub retired: Option<RetiredDigest>,
    pub expires_at: Option<Timestamp>,
    pub is_active: bool,
    pub is_suspended: bool,
}

const RECORD: &str = "SELECT id, tenant_id, user_id, digest, pepper_number, app_key_digest, \
    app_key_pepper_number, retired_digest, retired_pepper_number, retired_until, expires_at, is_active, \
    suspended_at FROM tokens ";

fn record_from_row(row: &Row<'_>) -> Result<TokenRow, StorageError> {
    let value = keyed(row, 3)?.ok_or_else(|| StorageError::Corrupt("tokens: no digest".into()))?;
    let retired_until: Option<i64> = row.get(9)?;
    let retired = keyed(row, 7)?
        .zip(retired_until)
        .map(|(value, until)| RetiredDigest { value, until: Timestamp::from_millis(until) });
    Ok(TokenRow {
        id: row.get(0)?,
        tenant: row.get(1)?,
        user: row.get(2)?,
        value,
        app_key: keyed(row, 5)?,
        retired,
        expires_at: instant(row, 10)?,
        is_active: row.get(11)?,
        is_suspended: row.get::<Option<i64>>(12)?.is_some(),
    })
}

/// A digest and, in the next column, its pepper's number.
fn keyed(row: &Row<'_>, index: usize) -> Result<Option<KeyedDigest>, StorageError> {
    let Some(bytes) = row.get::<Option<&[u8]>>(index)? else { return Ok(None) };
    let digest = bytes.try_into().map_err(|_| StorageError::Corrupt("tokens: length of a digest".into()))?;
    let pepper_number = row.get(index + 1)?;
    Ok(Some(KeyedDigest { digest, pepper_number }))
}

fn instant(row: &Row<'_>, index: usize) -> Result<Option<Timestamp>, StorageError> {
    Ok(row.get::<Option<i64>>(index)?.map(Timestamp::from_millis))
}

/// The token as verification takes it; none once it is revoked.
pub fn find_record(session: &mut Session<'_>, id: TokenId) -> Result<Option<TokenRow>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        &[RECORD, "WHERE tenant_id = $1 AND id = $2 AND digest IS NOT NULL"].concat(),
        values![tenant, id],
        record_from_row,
    )
}

/// Hands over every token of every tenant that isn't revoked, in the order of their ids.
pub fn each_live_record(
    system: &mut System<'_>,
    mut visit: impl FnMut(TokenRow),
) -> Result<(), StorageError> {
    system.each(&[RECORD, "WHERE digest IS NOT NULL ORDER BY id"].concat(), values![], |row| {
        visit(record_from_row(row)?);
        Ok(())
    })
}

/// How many tokens verification will hold.
pub fn count_live(system: &mut System<'_>) -> Result<u64, StorageError> {
    let count: i64 =
        system.one("SELECT COUNT(*) FROM tokens WHERE digest IS NOT NULL", values![], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// A person as a token's row names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenPerson {
    pub id: UserId,
    pub name: String,
    pub initials: String,
    pub email: String,
    pub is_active: bool,
    pub deactivated_at: Option<Timestamp>,
}

/// A token as the console shows it, without anything secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub name: String,
    pub user: Option<TokenPerson>,
    pub creator: Option<TokenPerson>,
    pub last_four: String,
    pub has_app_key: bool,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub is_active: bool,
    pub switched_by: Option<TokenPerson>,
    pub revision: i64,
    pub retired_until: Option<Timestamp>,
    pub suspended_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub last_used_address: Option<String>,
    pub last_used_client: Option<String>,
    /// Whether its value is kept sealed, to be copied again.
    pub is_sealed: bool,
    /// Calls refused since it last worked: those of the last 30 days.
    pub refused_calls: u64,
}

impl Token {
    pub fn token_type(&self) -> TokenType {
        let id = |person: &Option<TokenPerson>| person.as_ref().map(|person| person.id);
        TokenType::of(id(&self.user), id(&self.creator))
    }

    /// Whether nobody and nothing has switched it off.
    pub const fn is_switched_on(&self) -> bool {
        self.is_active && self.suspended_at.is_none()
    }

    /// The state in words; a revoked token has none.
    pub fn state(&self, tenant_allows_never: bool, now: Timestamp) -> Option<TokenState> {
        let conditions = TokenConditions {
            switch: Switch::new(self.is_active, self.suspended_at.is_some()),
            expiry: Expiry::from_instant(self.expires_at),
            tenant_allows_never,
            is_user_active: self.user.as_ref().is_none_or(|user| user.is_active),
        };
        self.revoked_at.is_none().then(|| TokenState::of(conditions, now))
    }
}

/// The day, counted from 1970, of an instant.
pub(crate) const fn day_of(at: Timestamp) -> i64 {
    at.millis().div_euclid(86_400_000)
}

/// The columns of [`Token`]. `$1` is the tenant, `$2` the first day of refusals that are counted.
const COLUMNS: &str = "SELECT t.id, t.name, t.last_four, t.app_key_digest IS NOT NULL, t.created_at, \
    t.updated_at, t.expires_at, t.is_active, t.revision, t.retired_until, t.suspended_at, t.revoked_at, \
    t.last_used_at, t.last_used_address, t.last_used_client, t.value_sealed IS NOT NULL, \
    (SELECT CAST(COALESCE(SUM(d.refused), 0) AS BIGINT) FROM token_days d \
        WHERE d.tenant_id = $1 AND d.token_id = t.id AND d.day >= $2), \
    u.id, u.first_name, u.last_name, u.email, u.is_active, u.deactivated_at, \
    c.id, c.first_name, c.last_name, c.email, c.is_active, c.deactivated_at, \
    s.id, s.first_name, s.last_name, s.email, s.is_active, s.deactivated_at \
    FROM tokens t LEFT JOIN users u ON u.id = t.user_id AND u.tenant_id = t.tenant_id \
    LEFT JOIN users c ON c.id = t.creator_user_id AND c.tenant_id = t.tenant_id \
    LEFT JOIN users s ON s.id = t.switched_by_user_id AND s.tenant_id = t.tenant_id ";

fn from_row(row: &Row<'_>) -> Result<Token, StorageError> {
    Ok(Token {
        id: row.get(0)?,
        name: row.get(1)?,
        last_four: row.get(2)?,
        has_app_key: row.get(3)?,
        created_at: Timestamp::from_millis(row.get(4)?),
        updated_at: Timestamp::from_millis(row.get(5)?),
        expires_at: instant(row, 6)?,
        is_active: row.get(7)?,
        revision: row.get(8)?,
        retired_until: instant(row, 9)?,
        suspended_at: instant(row, 10)?,
        revoked_at: instant(row, 11)?,
        last_used_at: instant(row, 12)?,
        last_used_address: row.get(13)?,
        last_used_client: row.get(14)?,
        is_sealed: row.get(15)?,
        refused_calls: u64::try_from(row.get::<i64>(16)?).unwrap_or_default(),
        user: person(row, 17)?,
        creator: person(row, 23)?,
        switched_by: person(row, 29)?,
    })
}

fn person(row: &Row<'_>, index: usize) -> Result<Option<TokenPerson>, StorageError> {
    let Some(id) = row.get::<Option<UserId>>(index)? else { return Ok(None) };
    let (first_name, last_name) = (row.get::<&str>(index + 1)?, row.get::<&str>(index + 2)?);
    Ok(Some(TokenPerson {
        id,
        name: format!("{first_name} {last_name}").trim().to_owned(),
        initials: initials(first_name, last_name),
        email: row.get(index + 3)?,
        is_active: row.get(index + 4)?,
        deactivated_at: instant(row, index + 5)?,
    }))
}

/// The token with this id, revoked or not.
pub fn find(session: &mut Session<'_>, id: TokenId, now: Timestamp) -> Result<Option<Token>, StorageError> {
    let tenant = session.tenant();
    session.optional(
        &[COLUMNS, "WHERE t.tenant_id = $1 AND t.id = $3"].concat(),
        values![tenant, first_day(now), id],
        from_row,
    )
}

fn first_day(now: Timestamp) -> i64 {
    day_of(now) - 30
}
