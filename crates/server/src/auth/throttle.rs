//! Slows down who guesses passwords. Counted for an e-mail address from one network, so that nobody can lock
//! out somebody else: neither the owner elsewhere, nor another person behind the same address.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use automation_hub_domain::{clock::Timestamp, id::TenantId, text};

use super::network::network;

/// Tries that cost no waiting.
const FREE: u32 = 5;
const LONGEST_WAIT_SECS: i64 = 15 * 60;
/// After this long without a try all is forgotten.
const MEMORY_MILLIS: i64 = 60 * 60 * 1000;
/// More are not remembered: about 2 MiB.
const CAPACITY: usize = 50_000;

/// Who tries to sign in as whom; told apart by a keyed hash, so that no address is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Attempt(u64);

#[derive(Debug)]
struct Record {
    failures: u32,
    last_at: Timestamp,
}

#[derive(Debug, Default)]
pub struct Throttle {
    keys: RandomState,
    records: Mutex<HashMap<Attempt, Record>>,
}

impl Throttle {
    pub fn attempt(&self, tenant: TenantId, email: &str, address: IpAddr) -> Attempt {
        Attempt(self.keys.hash_one((tenant, text::fold(email), network(address))))
    }

    /// Lets an attempt go on, or says how many seconds it has to wait. It counts as failed until
    /// [`Throttle::forget`], so that many at once get no further than many in a row.
    pub fn begin(&self, attempt: Attempt, now: Timestamp) -> Result<(), u32> {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        if !records.contains_key(&attempt) {
            make_room(&mut records, now);
        }
        let record = records.entry(attempt).or_insert(Record { failures: 0, last_at: now });
        if now.since(record.last_at) > MEMORY_MILLIS {
            record.failures = 0;
        }
        let wait = record.last_at.plus_millis(wait_millis(record.failures)).since(now);
        if wait > 0 {
            return Err(u32::try_from((wait + 999) / 1000).unwrap_or(u32::MAX));
        }
        record.failures = record.failures.saturating_add(1);
        record.last_at = now;
        Ok(())
    }

    /// The attempt succeeded.
    pub fn forget(&self, attempt: Attempt) {
        self.records.lock().unwrap_or_else(PoisonError::into_inner).remove(&attempt);
    }
}

/// Doubles with each failure past the free ones.
fn wait_millis(failures: u32) -> i64 {
    let Some(beyond) = failures.checked_sub(FREE) else { return 0 };
    let secs = 1_i64.checked_shl(beyond.min(16)).unwrap_or(LONGEST_WAIT_SECS);
    secs.min(LONGEST_WAIT_SECS) * 1000
}

/// Drops the oldest records when there are too many, first all that are due anyway. Those of a future that a clock set
/// back has still to reach go with the first.
fn make_room(records: &mut HashMap<Attempt, Record>, now: Timestamp) {
    let mut age = MEMORY_MILLIS;
    while records.len() >= CAPACITY {
        records.retain(|_, record| (0..age).contains(&now.since(record.last_at)));
        age /= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TENANT: TenantId = TenantId::new(1);
    const START: Timestamp = Timestamp::from_millis(1_000_000);

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn fail(throttle: &Throttle, attempt: Attempt, times: usize) {
        for _ in 0..times {
            throttle.begin(attempt, START).unwrap();
        }
    }

    #[test]
    fn waits_grow_and_end_with_success() {
        let throttle = Throttle::default();
        let attempt = throttle.attempt(TENANT, "ines@nordwind.test", address("192.0.2.1"));
        fail(&throttle, attempt, 5);
        let mut now = START;
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            assert_eq!(throttle.begin(attempt, now), Err(expected));
            let waited = now.plus_millis(i64::from(expected) * 1000);
            assert_eq!(throttle.begin(attempt, waited.plus_millis(-1)), Err(1));
            assert_eq!(throttle.begin(attempt, waited), Ok(()));
            now = waited;
        }
        throttle.forget(attempt);
        assert_eq!(throttle.begin(attempt, now), Ok(()));
    }

    #[test]
    fn an_hour_without_a_try_forgets() {
        let throttle = Throttle::default();
        let attempt = throttle.attempt(TENANT, "ines@nordwind.test", address("192.0.2.1"));
        fail(&throttle, attempt, 5);
        let later = START.plus_hours(1).plus_millis(1);
        for _ in 0..5 {
            assert_eq!(throttle.begin(attempt, later), Ok(()));
        }
    }

    #[test]
    fn neighbours_are_not_locked_out() {
        let throttle = Throttle::default();
        let attempt = |email: &str, from: &str| throttle.attempt(TENANT, email, address(from));
        fail(&throttle, attempt("ines@nordwind.test", "192.0.2.1"), 5);
        for (email, from, is_slowed) in [
            (" INES@nordwind.test", "192.0.2.1", true),
            ("ines@nordwind.test", "::ffff:192.0.2.1", true),
            ("ines@nordwind.test", "192.0.2.2", false),
            ("olaf@nordwind.test", "192.0.2.1", false),
        ] {
            assert_eq!(throttle.begin(attempt(email, from), START).is_err(), is_slowed, "{email} {from}");
        }
        let six = |from| throttle.attempt(TENANT, "ines@nordwind.test", address(from));
        assert_eq!(six("2001:db8::1"), six("2001:db8::ffff:1"), "one customer's network");
        assert_ne!(six("2001:db8::1"), six("2001:db8:0:1::1"));
    }

    #[test]
    fn memory_is_bounded_also_when_the_clock_is_set_back() {
        let forward = |n: i64| START.plus_millis(n);
        let backward = |n: i64| START.plus_millis(-n);
        for clock in [forward as fn(i64) -> Timestamp, backward] {
            let throttle = Throttle::default();
            for n in 0..CAPACITY * 2 {
                let attempt = throttle.attempt(TENANT, &n.to_string(), address("192.0.2.1"));
                throttle.begin(attempt, clock(i64::try_from(n).unwrap())).unwrap();
            }
            assert!(throttle.records.lock().unwrap().len() <= CAPACITY);
        }
    }
}
