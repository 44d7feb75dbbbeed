//! Everything verification needs, in memory: live tokens by digest, their tenants and their users. Reads take
//! no lock. A change is seen by every verification that begins after the call that made it returned.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use automation_hub_domain::{
    clock::Timestamp,
    id::{TenantId, TokenId, UserId},
    token::state::{Expiry, Switch},
};
use papaya::{HashMap, LocalGuard};
use seize::Collector;

use crate::hash::QuickHash;

use super::{
    digest::{Digest, Pepper, PepperNumber, Peppers, StoredDigest},
    principal::{TenantRecord, UserRecord},
};

/// A token that isn't revoked, as storage gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LiveToken {
    pub record: TokenRecord,
    pub value: StoredDigest,
    /// The value before the last rotation.
    pub retired: Option<RetiredValue>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetiredValue {
    pub value: StoredDigest,
    /// Refused from this instant on.
    pub until: Timestamp,
}

/// What a token is to verification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenRecord {
    pub id: TokenId,
    pub tenant: TenantId,
    /// None for a tenant-level token.
    pub user: Option<UserId>,
    pub expiry: Expiry,
    pub switch: Switch,
    pub app_key: Option<StoredDigest>,
}

/// What a digest leads to: a [`TokenRecord`] without the room that each `Option` takes, as there may be a million.
pub struct TokenEntry {
    pub id: TokenId,
    pub tenant: TenantId,
    user: i64,
    expires: i64,
    retired_until: i64,
    app_key: Digest,
    app_key_pepper: Option<PepperNumber>,
    pub switch: Switch,
}

impl TokenEntry {
    /// Neither an id nor an instant that occurs.
    const NONE: i64 = i64::MIN;

    fn new(record: &TokenRecord, retired_until: Option<Timestamp>) -> Self {
        Self {
            id: record.id,
            tenant: record.tenant,
            user: record.user.map_or(Self::NONE, UserId::get),
            expires: record.expiry.instant().map_or(Self::NONE, Timestamp::millis),
            retired_until: retired_until.map_or(Self::NONE, Timestamp::millis),
            app_key: record.app_key.map_or(Digest::from_bytes([0; 32]), |stored| stored.digest),
            app_key_pepper: record.app_key.map(|stored| stored.pepper),
            switch: record.switch,
        }
    }

    /// None for a tenant-level token.
    pub fn user(&self) -> Option<UserId> {
        unpacked(self.user).map(UserId::new)
    }

    pub fn expiry(&self) -> Expiry {
        Expiry::from_instant(unpacked(self.expires).map(Timestamp::from_millis))
    }

    /// Set if the digest is of a retired value.
    pub fn retired_until(&self) -> Option<Timestamp> {
        unpacked(self.retired_until).map(Timestamp::from_millis)
    }

    pub fn app_key(&self) -> Option<StoredDigest> {
        self.app_key_pepper.map(|pepper| StoredDigest { digest: self.app_key, pepper })
    }
}

fn unpacked(packed: i64) -> Option<i64> {
    (packed != TokenEntry::NONE).then_some(packed)
}

type Map<K, V> = HashMap<K, V, QuickHash>;

/// Where each token stands in the map, so that it is found again by its id alone.
#[derive(Default)]
struct Index {
    current: BTreeMap<TokenId, StoredDigest>,
    retired: BTreeMap<TokenId, StoredDigest>,
}

pub struct Snapshot {
    tokens: Map<Digest, TokenEntry>,
    tenants: Map<TenantId, Arc<TenantRecord>>,
    users: Map<(TenantId, UserId), Arc<UserRecord>>,
    /// Held while tokens change: changes of one token must not overtake each other.
    index: Mutex<Index>,
    pepper_numbers: [Option<PepperNumber>; 2],
    unreadable: AtomicUsize,
}

impl Snapshot {
    /// Knowing the number of tokens saves growing step by step while they are loaded.
    pub fn new(peppers: &Peppers, expected_tokens: usize) -> Self {
        let collector = Arc::new(Collector::new());
        Self {
            tokens: map(&collector, expected_tokens),
            tenants: map(&collector, 0),
            users: map(&collector, 0),
            index: Mutex::default(),
            pepper_numbers: [Some(peppers.current().number()), peppers.previous().map(Pepper::number)],
            unreadable: AtomicUsize::new(0),
        }
    }

    /// Adds many tokens that aren't there yet, cheapest in the order of their ids and few large portions.
    pub fn load(&self, tokens: impl IntoIterator<Item = LiveToken>) {
        let mut index = self.lock();
        let map = self.tokens.pin();
        let mut portion = Index::default();
        let current = tokens.into_iter().map(|token| {
            map.insert(token.value.digest, TokenEntry::new(&token.record, None));
            self.count(&token.value);
            if let Some(retired) = token.retired {
                map.insert(retired.value.digest, TokenEntry::new(&token.record, Some(retired.until)));
                self.count(&retired.value);
                portion.retired.insert(token.record.id, retired.value);
            }
            (token.record.id, token.value)
        });
        // Built in one go its nodes are full, which an index grown one by one never is.
        portion.current = current.collect();
        index.current.append(&mut portion.current);
        index.retired.append(&mut portion.retired);
    }

    /// Adds a token, or puts it in the place of the one with its id: values it no longer has are gone then.
    pub fn put_token(&self, token: &LiveToken) {
        let mut index = self.lock();
        self.put(&mut index, token);
    }

    pub fn remove_token(&self, id: TokenId) {
        let mut index = self.lock();
        let old = [index.current.remove(&id), index.retired.remove(&id)];
        let map = self.tokens.pin();
        for stored in old.into_iter().flatten() {
            map.remove(&stored.digest);
            self.uncount(&stored);
        }
    }

    /// Switches a token off until an administrator puts it back.
    pub fn suspend_token(&self, id: TokenId) {
        let index = self.lock();
        let map = self.tokens.pin();
        for stored in [index.current.get(&id), index.retired.get(&id)].into_iter().flatten() {
            map.update(stored.digest, |entry| TokenEntry { switch: Switch::Suspended, ..*entry });
        }
    }

    /// New values stand before old ones go, so that no valid one is ever missing in between.
    fn put(&self, index: &mut Index, token: &LiveToken) {
        let id = token.record.id;
        let map = self.tokens.pin();
        map.insert(token.value.digest, TokenEntry::new(&token.record, None));
        self.count(&token.value);
        let old_current = index.current.insert(id, token.value);
        let old_retired = match token.retired {
            Some(retired) => {
                map.insert(retired.value.digest, TokenEntry::new(&token.record, Some(retired.until)));
                self.count(&retired.value);
                index.retired.insert(id, retired.value)
            }
            None => index.retired.remove(&id),
        };
        let kept = [Some(token.value.digest), token.retired.map(|retired| retired.value.digest)];
        for old in [old_current, old_retired].into_iter().flatten() {
            self.uncount(&old);
            if !kept.contains(&Some(old.digest)) {
                map.remove(&old.digest);
            }
        }
    }

    pub fn put_tenant(&self, tenant: TenantRecord) {
        self.tenants.pin().insert(tenant.id, Arc::new(tenant));
    }

    /// Tokens of a tenant that isn't known are answered 503.
    pub fn remove_tenant(&self, id: TenantId) {
        self.tenants.pin().remove(&id);
    }

    pub fn put_user(&self, user: UserRecord) {
        self.users.pin().insert((user.tenant, user.id), Arc::new(user));
    }

    pub fn remove_user(&self, tenant: TenantId, user: UserId) {
        self.users.pin().remove(&(tenant, user));
    }

    /// What is found by it stays as it was found until it is dropped.
    pub fn look(&self) -> Look<'_> {
        Look { snapshot: self, guard: self.tokens.guard() }
    }

    pub fn token_count(&self) -> usize {
        self.lock().current.len()
    }

    /// Values that can't be recognised because their pepper is missing. Start-up refuses to go on with any;
    /// while there are some, an unknown value can't be called wrong.
    pub fn unreadable_values(&self) -> usize {
        self.unreadable.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, stored: &StoredDigest) {
        if !self.pepper_numbers.contains(&Some(stored.pepper)) {
            self.unreadable.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn uncount(&self, stored: &StoredDigest) {
        if !self.pepper_numbers.contains(&Some(stored.pepper)) {
            self.unreadable.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

/// One collector for all maps: a look into several of them announces itself once.
fn map<K, V>(collector: &Arc<Collector>, capacity: usize) -> Map<K, V>
where
    K: Send + 'static,
    V: Send + 'static,
{
    let builder = HashMap::builder().capacity(capacity).hasher(QuickHash::default());
    builder.shared_collector(Arc::clone(collector)).build()
}

/// A look into the snapshot, for as long as one verification takes.
pub struct Look<'s> {
    snapshot: &'s Snapshot,
    guard: LocalGuard<'s>,
}

impl Look<'_> {
    pub fn token(&self, digest: &Digest) -> Option<&TokenEntry> {
        self.snapshot.tokens.get(digest, &self.guard)
    }

    pub fn tenant(&self, id: TenantId) -> Option<&Arc<TenantRecord>> {
        self.snapshot.tenants.get(&id, &self.guard)
    }

    pub fn user(&self, tenant: TenantId, user: UserId) -> Option<&Arc<UserRecord>> {
        self.snapshot.users.get(&(tenant, user), &self.guard)
    }
}
