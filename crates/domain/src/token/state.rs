//! When a token works: its expiry, and its state in words.

use std::fmt;

use crate::clock::Timestamp;

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Until when a token works. Half-open: refused from the very instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    Never,
    At(Timestamp),
}

impl Expiry {
    /// From an optional instant, none meaning never, as rows and bodies have it.
    pub fn from_instant(instant: Option<Timestamp>) -> Self {
        instant.map_or(Self::Never, Self::At)
    }

    pub const fn instant(self) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::At(instant) => Some(instant),
        }
    }

    pub fn has_passed(self, now: Timestamp) -> bool {
        self.instant().is_some_and(|instant| now >= instant)
    }
}

/// Whether a token may be used at all, its other conditions apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    On,
    Off,
    /// Too many wrong app keys in a row switched it off.
    Suspended,
}

impl Switch {
    /// From the two columns of a row.
    pub const fn new(is_active: bool, is_suspended: bool) -> Self {
        match (is_active, is_suspended) {
            (_, true) => Self::Suspended,
            (true, false) => Self::On,
            (false, false) => Self::Off,
        }
    }
}

/// What decides a token's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenConditions {
    pub switch: Switch,
    pub expiry: Expiry,
    pub tenant_allows_never: bool,
    /// True for a tenant-level token: it has no user who could be deactivated.
    pub is_user_active: bool,
}

/// A token's state as the console says it. Where several things stop a token, the first that verification
/// would name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenState {
    Active,
    /// Active, but two weeks or less remain: started days, 1 to 14.
    ExpiresInDays(i64),
    Expired,
    /// It never expires and the tenant no longer allows that.
    ExpiryMissing,
    Suspended,
    Inactive,
    UserDeactivated,
}

impl TokenState {
    const NOTICE_DAYS: i64 = 14;

    pub fn of(conditions: TokenConditions, now: Timestamp) -> Self {
        match conditions.switch {
            Switch::On => {}
            Switch::Off => return Self::Inactive,
            Switch::Suspended => return Self::Suspended,
        }
        if conditions.expiry.has_passed(now) {
            return Self::Expired;
        }
        if conditions.expiry == Expiry::Never && !conditions.tenant_allows_never {
            return Self::ExpiryMissing;
        }
        if !conditions.is_user_active {
            return Self::UserDeactivated;
        }
        match conditions.expiry {
            Expiry::At(instant) if instant.since(now) <= Self::NOTICE_DAYS * DAY_MILLIS => {
                Self::ExpiresInDays((instant.since(now) - 1) / DAY_MILLIS + 1)
            }
            Expiry::At(_) | Expiry::Never => Self::Active,
        }
    }

    /// Whether calls with the token are accepted.
    pub const fn works(self) -> bool {
        matches!(self, Self::Active | Self::ExpiresInDays(_))
    }

    /// The stable word in filters and machine-readable output.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::ExpiresInDays(_) => "expiring",
            Self::Expired => "expired",
            Self::ExpiryMissing => "expiry-missing",
            Self::Suspended => "suspended",
            Self::Inactive => "inactive",
            Self::UserDeactivated => "user-deactivated",
        }
    }
}

impl fmt::Display for TokenState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "Active",
            Self::ExpiresInDays(1) => "Expires within a day",
            Self::ExpiresInDays(days) => return write!(f, "Expires in {days} days"),
            Self::Expired => "Expired",
            Self::ExpiryMissing => "Needs an expiry",
            Self::Suspended => "Suspended",
            Self::Inactive => "Inactive",
            Self::UserDeactivated => "User deactivated",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn state(expiry: Expiry) -> TokenState {
        TokenState::of(TokenConditions { expiry, ..working() }, NOW)
    }

    fn working() -> TokenConditions {
        TokenConditions {
            switch: Switch::new(true, false),
            expiry: Expiry::At(NOW.plus_days(90)),
            tenant_allows_never: false,
            is_user_active: true,
        }
    }

    #[test]
    fn expiry_is_exact_to_the_millisecond() {
        let at = |instant| Expiry::At(instant).has_passed(NOW);
        assert!(at(NOW.plus_millis(-1)));
        assert!(at(NOW));
        assert!(!at(NOW.plus_millis(1)));
        assert!(!Expiry::Never.has_passed(Timestamp::from_millis(i64::MAX)));
    }

    #[test]
    fn the_last_two_weeks_are_counted_in_started_days() {
        for (left_millis, expected) in [
            (15 * DAY_MILLIS, TokenState::Active),
            (14 * DAY_MILLIS + 1, TokenState::Active),
            (14 * DAY_MILLIS, TokenState::ExpiresInDays(14)),
            (5 * DAY_MILLIS, TokenState::ExpiresInDays(5)),
            (DAY_MILLIS + 1, TokenState::ExpiresInDays(2)),
            (DAY_MILLIS, TokenState::ExpiresInDays(1)),
            (1, TokenState::ExpiresInDays(1)),
            (0, TokenState::Expired),
            (-1, TokenState::Expired),
        ] {
            assert_eq!(state(Expiry::At(NOW.plus_millis(left_millis))), expected, "{left_millis}");
        }
        assert_eq!(TokenState::ExpiresInDays(5).to_string(), "Expires in 5 days");
    }

    #[test]
    fn the_first_reason_that_verification_would_name_is_shown() {
        let mut conditions = working();
        conditions.is_user_active = false;
        assert_eq!(TokenState::of(conditions, NOW), TokenState::UserDeactivated);
        conditions.expiry = Expiry::Never;
        assert_eq!(TokenState::of(conditions, NOW), TokenState::ExpiryMissing);
        conditions.expiry = Expiry::At(NOW);
        assert_eq!(TokenState::of(conditions, NOW), TokenState::Expired);
        conditions.switch = Switch::new(false, false);
        assert_eq!(TokenState::of(conditions, NOW), TokenState::Inactive);
        conditions.switch = Switch::new(false, true);
        assert_eq!(TokenState::of(conditions, NOW), TokenState::Suspended);
    }

    #[test]
    fn never_is_active_where_the_tenant_allows_it() {
        let conditions = TokenConditions { expiry: Expiry::Never, tenant_allows_never: true, ..working() };
        assert_eq!(TokenState::of(conditions, NOW), TokenState::Active);
        assert!(TokenState::of(conditions, NOW).works());
        assert!(!state(Expiry::Never).works());
    }
}
