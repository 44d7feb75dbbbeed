//! Whether a credential is good: one function without I/O, its checks in a fixed order.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use automation_hub_domain::{
    clock::Timestamp,
    id::{TenantId, TokenId},
    token::{
        credential::Credential,
        state::{Expiry, Switch},
        value::TokenForm,
    },
};
use uuid::Uuid;

use super::{
    credential::{Field, Presented},
    digest::{Pepper, Peppers, Purpose, StoredDigest},
    failures::{AddressFailures, AppKeyFailures, Attempt},
    principal::{TenantRecord, UserRecord},
    snapshot::{Look, Snapshot, TokenEntry},
};

/// Whom an accepted credential stands for. Small, as every call carries it.
#[derive(Clone, Debug)]
pub struct Verified {
    pub token: TokenId,
    pub tenant: Arc<TenantRecord>,
    /// None for a tenant-level token.
    pub user: Option<Arc<UserRecord>>,
    /// Set if the value was rotated away and still works until then.
    pub retiring_until: Option<Timestamp>,
    /// What to store in place of digests made under the previous pepper.
    pub renewal: Option<Box<Renewal>>,
}

/// Digests of what was presented and matched under the previous pepper, with those to put in their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renewal {
    pub value: Option<Renewed>,
    pub app_key: Option<Renewed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewed {
    pub old: StoredDigest,
    pub new: StoredDigest,
}

/// Why a credential was refused, as far as the caller is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No credential of ours was sent.
    CredentialsMissing,
    /// The one answer while nothing has matched. The hint is about the credential's form.
    TokenRejected {
        hint: bool,
    },
    TenantInactive,
    TokenInactive,
    TokenExpired,
    /// It never expires, which its tenant doesn't allow.
    TokenNotCompliant,
    UserInactive,
    AppKeyRequired,
    AppKeyRejected,
    TokenTypeMissing,
    TokenTypeUnknown,
    /// What is named stands in the request more than once.
    InvalidRequest(&'static str),
    TooMany {
        retry_after_secs: u32,
    },
    /// Too many wrong app keys of this token: for a while not even a right one is accepted.
    AppKeyLocked {
        retry_after_secs: u32,
    },
    /// It can't be decided: a pepper or the token's tenant is missing here, or what changed lately isn't known.
    Unavailable,
}

impl Refusal {
    /// The stable word in the answer.
    pub const fn problem_type(self) -> &'static str {
        match self {
            Self::CredentialsMissing => "credentials-missing",
            Self::TokenRejected { .. } => "token-rejected",
            Self::TenantInactive => "tenant-inactive",
            Self::TokenInactive => "token-inactive",
            Self::TokenExpired => "token-expired",
            Self::TokenNotCompliant => "token-not-compliant",
            Self::UserInactive => "user-inactive",
            Self::AppKeyRequired => "app-key-required",
            Self::AppKeyRejected => "app-key-rejected",
            Self::TokenTypeMissing => "token-type-missing",
            Self::TokenTypeUnknown => "token-type-unknown",
            Self::InvalidRequest(_) => "invalid-request",
            Self::TooMany { .. } | Self::AppKeyLocked { .. } => "too-many-requests",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Something the hub must act on although the caller isn't told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Alarm {
    /// A value was used after its overlap had ended: somebody still has it.
    RetiredValueUsed { tenant: TenantId, token: TokenId },
    /// Too many wrong app keys: already off in memory, to be stored and told to the owner.
    TokenSuspended { tenant: TenantId, token: TokenId },
    /// A pepper that stored digests name isn't configured.
    PepperMissing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub refusal: Refusal,
    pub alarm: Option<Alarm>,
    /// Whose value it was, if one matched: for counting its refusals, never for the caller.
    pub token: Option<(TenantId, TokenId)>,
}

impl Refused {
    const REJECTED: Self = Self { refusal: Refusal::TokenRejected { hint: false }, alarm: None, token: None };
    const PEPPER_MISSING: Self =
        Self { refusal: Refusal::Unavailable, alarm: Some(Alarm::PepperMissing), token: None };
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, alarm: None, token: None }
    }
}

/// The highest instant seen, so that a clock set back revives no expired token.
#[derive(Debug)]
pub struct HighWater(AtomicI64);

impl HighWater {
    pub const fn new() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }

    /// The given instant, or the highest so far if that is later.
    pub fn observe(&self, now: Timestamp) -> Timestamp {
        let millis = now.millis();
        // Writing only what is news keeps the cache line shared between cores.
        let highest = self.0.load(Ordering::Acquire);
        let highest = if highest < millis { self.0.fetch_max(millis, Ordering::AcqRel) } else { highest };
        Timestamp::from_millis(highest.max(millis))
    }

    /// By how many milliseconds the clock stands behind what it once showed; worth an alarm.
    pub fn lag_millis(&self, now: Timestamp) -> i64 {
        self.0.load(Ordering::Acquire).saturating_sub(now.millis()).max(0)
    }
}

impl Default for HighWater {
    fn default() -> Self {
        Self::new()
    }
}

/// Decides about credentials. Shared by all requests.
pub struct Verifier {
    snapshot: Snapshot,
    peppers: Peppers,
    high_water: HighWater,
    app_key_failures: AppKeyFailures,
    address_failures: AddressFailures,
    is_blind: AtomicBool,
}

impl Verifier {
    pub fn new(snapshot: Snapshot, peppers: Peppers) -> Self {
        Self {
            snapshot,
            peppers,
            high_water: HighWater::new(),
            app_key_failures: AppKeyFailures::default(),
            address_failures: AddressFailures::new(),
            is_blind: AtomicBool::new(false),
        }
    }

    /// Whether the snapshot is too old to accept anything by.
    pub fn set_blind(&self, is_blind: bool) {
        self.is_blind.store(is_blind, Ordering::Relaxed);
    }

    pub const fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    pub const fn peppers(&self) -> &Peppers {
        &self.peppers
    }

    pub const fn high_water(&self) -> &HighWater {
        &self.high_water
    }

    /// Only a failing request is ever told to slow down: nobody can lock a neighbour out.
    pub fn verify(
        &self,
        presented: &Presented<'_>,
        address: IpAddr,
        now: Timestamp,
    ) -> Result<Verified, Refused> {
        let now = self.high_water.observe(now);
        self.check(presented, now).map_err(|refused| self.refuse(refused, address, now))
    }

    /// Out of the way of what is accepted, whose code the processor fetches anew for each call.
    #[cold]
    fn refuse(&self, refused: Refused, address: IpAddr, now: Timestamp) -> Refused {
        match refused.refusal {
            Refusal::Unavailable | Refusal::TooMany { .. } | Refusal::AppKeyLocked { .. } => refused,
            _ => match self.count_refusal(address, now) {
                Some(retry_after_secs) => {
                    Refused { refusal: Refusal::TooMany { retry_after_secs }, ..refused }
                }
                None => refused,
            },
        }
    }

    /// Counts a refusal of an address; beyond what it is allowed, how many seconds it has to wait.
    pub fn count_refusal(&self, address: IpAddr, now: Timestamp) -> Option<u32> {
        self.address_failures.refuse(address, now)
    }

    fn check(&self, presented: &Presented<'_>, now: Timestamp) -> Result<Verified, Refused> {
        let credential = presented.credential()?;
        if self.is_blind.load(Ordering::Relaxed) {
            return Err(Refusal::Unavailable.into());
        }
        let look = self.snapshot.look();
        let (found, renewed) = self.look_up(&look, &credential)?;
        self.check_found(presented, (&look, found), renewed, now)
            .map_err(|refused| Refused { token: Some((found.tenant, found.id)), ..refused })
    }

    /// From here on the value has matched, and the caller is told what is wrong.
    fn check_found(
        &self,
        presented: &Presented<'_>,
        (look, found): (&Look<'_>, &TokenEntry),
        value: Option<Renewed>,
        now: Timestamp,
    ) -> Result<Verified, Refused> {
        let retiring_until = found.retired_until();
        if retiring_until.is_some_and(|until| now >= until) {
            let alarm = Alarm::RetiredValueUsed { tenant: found.tenant, token: found.id };
            return Err(Refused { alarm: Some(alarm), ..Refused::REJECTED });
        }
        let tenant = look.tenant(found.tenant).ok_or(Refusal::Unavailable)?;
        check_token(found, tenant, now)?;
        let user = match found.user() {
            None => None,
            Some(id) => {
                let user = look.user(found.tenant, id).filter(|user| user.is_active);
                Some(user.ok_or(Refusal::UserInactive)?)
            }
        };
        let app_key = match found.app_key() {
            None => None,
            Some(stored) => self.check_app_key(found, tenant.uuid, &stored, presented.app_key(), now)?,
        };
        let is_old = value.is_some() || app_key.is_some();
        Ok(Verified {
            token: found.id,
            tenant: Arc::clone(tenant),
            user: user.map(Arc::clone),
            retiring_until,
            renewal: is_old.then(|| Box::new(Renewal { value, app_key })),
        })
    }

    /// A token of another tenant and one that never was are the same computation: the tenant is in the digest.
    fn look_up<'l>(
        &self,
        look: &'l Look<'_>,
        credential: &Credential<'_>,
    ) -> Result<(&'l TokenEntry, Option<Renewed>), Refused> {
        let Credential { tenant, token } = *credential;
        if TokenForm::of(token).is_none() {
            return Err(Refused::REJECTED);
        }
        let current = self.peppers.current().store(Purpose::Token, tenant, token);
        match look.token(&current.digest) {
            Some(found) => Ok((found, None)),
            None => self.look_up_previous(look, credential, current),
        }
    }

    #[cold]
    fn look_up_previous<'l>(
        &self,
        look: &'l Look<'_>,
        credential: &Credential<'_>,
        current: StoredDigest,
    ) -> Result<(&'l TokenEntry, Option<Renewed>), Refused> {
        let Credential { tenant, token } = *credential;
        let under = |pepper: &Pepper| {
            let old = pepper.store(Purpose::Token, tenant, token);
            look.token(&old.digest).map(|found| (found, Renewed { old, new: current }))
        };
        match self.peppers.previous().and_then(under) {
            Some((found, renewed)) => Ok((found, Some(renewed))),
            None if self.snapshot.unreadable_values() > 0 => Err(Refused::PEPPER_MISSING),
            None => Err(Refused::REJECTED),
        }
    }

    fn check_app_key(
        &self,
        token: &TokenEntry,
        tenant: Uuid,
        stored: &StoredDigest,
        presented: Field<'_>,
        now: Timestamp,
    ) -> Result<Option<Renewed>, Refused> {
        let app_key = match presented {
            Field::Absent => return Err(Refusal::AppKeyRequired.into()),
            Field::Repeated => return Err(Refusal::InvalidRequest("x-ah-openapi-app-key").into()),
            Field::One(app_key) => app_key,
        };
        let pepper = self.peppers.get(stored.pepper).ok_or(Refused::PEPPER_MISSING)?;
        let is_right = pepper.digest(Purpose::AppKey, tenant, app_key) == stored.digest;
        match self.app_key_failures.attempt(token.id, is_right, now) {
            Attempt::Accepted => {
                let current = self.peppers.current();
                let is_old = stored.pepper != current.number();
                let new = || current.store(Purpose::AppKey, tenant, app_key);
                Ok(is_old.then(|| Renewed { old: *stored, new: new() }))
            }
            Attempt::Rejected => Err(Refusal::AppKeyRejected.into()),
            Attempt::Wait { retry_after_secs } => Err(Refusal::AppKeyLocked { retry_after_secs }.into()),
            Attempt::Suspended => {
                self.snapshot.suspend_token(token.id);
                let alarm = Alarm::TokenSuspended { tenant: token.tenant, token: token.id };
                Err(Refused { alarm: Some(alarm), ..Refusal::AppKeyRejected.into() })
            }
        }
    }
}

fn check_token(token: &TokenEntry, tenant: &TenantRecord, now: Timestamp) -> Result<(), Refusal> {
    if !tenant.is_active {
        return Err(Refusal::TenantInactive);
    }
    if token.switch != Switch::On {
        return Err(Refusal::TokenInactive);
    }
    let expiry = token.expiry();
    if expiry.has_passed(now) {
        return Err(Refusal::TokenExpired);
    }
    if expiry == Expiry::Never && !tenant.settings.allows_never_expiring {
        return Err(Refusal::TokenNotCompliant);
    }
    Ok(())
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
