//! Bounded memory of who failed how often: wrong app keys of one token, and refusals of one address.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use automation_hub_domain::{
    clock::Timestamp,
    id::TokenId,
    token::app_key::{APP_KEY_FAILURES_IN_A_ROW, APP_KEY_FAILURES_PER_MINUTE},
};

use super::network::network;

const MINUTE_MILLIS: i64 = 60_000;

/// What becomes of one attempt to show a token's app key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    Accepted,
    Rejected,
    /// Too many wrong ones lately: not even a right one is told apart until the wait is over.
    Wait {
        retry_after_secs: u32,
    },
    /// So many wrong ones in a row that the token has to be switched off.
    Suspended,
}

/// Wrong app keys by token. Only holders of a token's value get in here.
#[derive(Debug, Default)]
pub struct AppKeyFailures {
    by_token: Mutex<HashMap<TokenId, Failures>>,
    /// Lets right keys pass without the lock while nobody fails.
    tracked: AtomicUsize,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    recent: [Timestamp; APP_KEY_FAILURES_PER_MINUTE],
    last: Timestamp,
    in_a_row: u32,
    waits: u32,
    wait_until: Timestamp,
}

impl Failures {
    const LONGEST_WAIT_MILLIS: i64 = 60 * MINUTE_MILLIS;
    const LONG_AGO: Timestamp = Timestamp::from_millis(i64::MIN);
    const NONE: Self = Self {
        recent: [Self::LONG_AGO; APP_KEY_FAILURES_PER_MINUTE],
        last: Self::LONG_AGO,
        in_a_row: 0,
        waits: 0,
        wait_until: Self::LONG_AGO,
    };

    /// Each wait is twice as long as the one before.
    fn fail(&mut self, now: Timestamp) -> Attempt {
        self.last = now;
        self.in_a_row = self.in_a_row.saturating_add(1);
        if self.in_a_row >= APP_KEY_FAILURES_IN_A_ROW {
            return Attempt::Suspended;
        }
        if now < self.wait_until {
            return self.wait(now);
        }
        let is_too_many = self.recent.first().is_some_and(|oldest| now.since(*oldest) < MINUTE_MILLIS);
        self.recent.rotate_left(1);
        if let Some(newest) = self.recent.last_mut() {
            *newest = now;
        }
        if !is_too_many {
            return Attempt::Rejected;
        }
        let millis = MINUTE_MILLIS.checked_shl(self.waits).unwrap_or(i64::MAX);
        self.wait_until = now.plus_millis(millis.clamp(MINUTE_MILLIS, Self::LONGEST_WAIT_MILLIS));
        self.waits = self.waits.saturating_add(1).min(6);
        self.wait(now)
    }

    fn wait(&self, now: Timestamp) -> Attempt {
        Attempt::Wait { retry_after_secs: started_secs(self.wait_until.since(now)) }
    }
}

impl AppKeyFailures {
    /// Past this many tokens the one that failed longest ago is forgotten.
    const LIMIT: usize = 4096;

    pub fn attempt(&self, token: TokenId, is_right: bool, now: Timestamp) -> Attempt {
        if is_right && self.tracked.load(Ordering::Acquire) == 0 {
            return Attempt::Accepted;
        }
        let mut by_token = self.by_token.lock().unwrap_or_else(PoisonError::into_inner);
        let attempt =
            if is_right { succeed(&mut by_token, token, now) } else { fail(&mut by_token, token, now) };
        self.tracked.store(by_token.len(), Ordering::Release);
        attempt
    }
}

fn succeed(by_token: &mut HashMap<TokenId, Failures>, token: TokenId, now: Timestamp) -> Attempt {
    match by_token.get_mut(&token) {
        Some(failures) if now < failures.wait_until => return failures.wait(now),
        // Whoever calls beside somebody who guesses doesn't wipe the guesses of this minute out.
        Some(failures) if now.since(failures.last) < MINUTE_MILLIS => failures.in_a_row = 0,
        _ => {
            by_token.remove(&token);
        }
    }
    Attempt::Accepted
}

fn fail(by_token: &mut HashMap<TokenId, Failures>, token: TokenId, now: Timestamp) -> Attempt {
    if by_token.len() >= AppKeyFailures::LIMIT && !by_token.contains_key(&token) {
        let oldest = by_token.iter().min_by_key(|(_, failures)| failures.last).map(|(id, _)| *id);
        oldest.and_then(|id| by_token.remove(&id));
    }
    let attempt = by_token.entry(token).or_insert(Failures::NONE).fail(now);
    // Whoever activates the token again starts afresh.
    if attempt == Attempt::Suspended {
        by_token.remove(&token);
    }
    attempt
}

fn started_secs(millis: i64) -> u32 {
    u32::try_from(millis.saturating_add(999) / 1000).unwrap_or(u32::MAX).max(1)
}

/// Refusals by address (/32, /64) in a table of fixed size. Where two addresses share a place the later one
/// takes it: that can only let somebody fail more often, never less.
pub struct AddressFailures {
    places: Box<[AtomicU64]>,
    hasher: RandomState,
}

/// One place: 12 bits that tell the address, 40 bits of the instant its minute began, 12 bits of count.
#[derive(Clone, Copy)]
struct Window {
    tag: u64,
    begun: u64,
    count: u64,
}

impl Window {
    const BEGUN_MASK: u64 = (1 << 40) - 1;
    const COUNT_MASK: u64 = (1 << 12) - 1;

    const fn unpack(bits: u64) -> Self {
        Self { tag: bits >> 52, begun: bits >> 12 & Self::BEGUN_MASK, count: bits & Self::COUNT_MASK }
    }

    const fn pack(self) -> u64 {
        self.tag << 52 | self.begun << 12 | self.count
    }

    /// The instants wrap around every 34 years.
    const fn age(self, now: u64) -> u64 {
        now.wrapping_sub(self.begun) & Self::BEGUN_MASK
    }
}

impl AddressFailures {
    const PLACES: usize = 1 << 16;
    const ALLOWED: u64 = 1000;
    const WINDOW_MILLIS: u64 = MINUTE_MILLIS.unsigned_abs();

    pub fn new() -> Self {
        let places = std::iter::repeat_with(AtomicU64::default).take(Self::PLACES).collect();
        Self { places, hasher: RandomState::new() }
    }

    /// Counts a refusal; beyond the 1,000th within a minute says how many seconds the minute lasts.
    pub fn refuse(&self, address: IpAddr, now: Timestamp) -> Option<u32> {
        let hash = self.hasher.hash_one(network(address));
        let place = usize::try_from(hash).unwrap_or(usize::MAX) % Self::PLACES;
        let tag = hash >> 52;
        let now = now.millis().cast_unsigned() & Window::BEGUN_MASK;
        let next = |bits| {
            let window = Window::unpack(bits);
            let is_going_on = window.count > 1 && window.age(now) < Self::WINDOW_MILLIS;
            match (window.tag == tag, is_going_on) {
                (true, _) if window.age(now) < Self::WINDOW_MILLIS => {
                    Window { count: (window.count + 1).min(Self::ALLOWED + 1), ..window }
                }
                // Somebody else's place: they lose one count by it, so that ever new addresses don't hide one that
                // goes on.
                (false, true) => Window { count: window.count - 1, ..window },
                _ => Window { tag, begun: now, count: 1 },
            }
        };
        let place = self.places.get(place)?;
        let before =
            place.fetch_update(Ordering::AcqRel, Ordering::Acquire, |bits| Some(next(bits).pack())).ok()?;
        let window = next(before);
        if window.tag != tag {
            return None;
        }
        let left =
            i64::try_from(Self::WINDOW_MILLIS.saturating_sub(window.age(now))).unwrap_or(MINUTE_MILLIS);
        (window.count > Self::ALLOWED).then(|| started_secs(left))
    }
}

impl Default for AddressFailures {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
    const TOKEN: TokenId = TokenId::new(1);

    fn fail(failures: &AppKeyFailures, times: usize, now: Timestamp) -> Attempt {
        (0..times).map(|_| failures.attempt(TOKEN, false, now)).last().unwrap()
    }

    #[test]
    fn the_eleventh_wrong_app_key_within_a_minute_makes_this_token_wait() {
        let failures = AppKeyFailures::default();
        assert_eq!(fail(&failures, 10, NOW), Attempt::Rejected);
        assert_eq!(fail(&failures, 1, NOW.plus_millis(59_999)), Attempt::Wait { retry_after_secs: 60 });
        let during = NOW.plus_millis(100_000);
        assert_eq!(failures.attempt(TOKEN, true, during), Attempt::Wait { retry_after_secs: 20 });
        assert_eq!(failures.attempt(TokenId::new(2), true, during), Attempt::Accepted);
        assert_eq!(failures.attempt(TokenId::new(2), false, during), Attempt::Rejected);
        assert_eq!(failures.attempt(TOKEN, true, NOW.plus_millis(119_999)), Attempt::Accepted);
    }

    #[test]
    fn any_minute_counts_not_only_whole_ones() {
        let failures = AppKeyFailures::default();
        assert_eq!(fail(&failures, 1, NOW), Attempt::Rejected);
        assert_eq!(fail(&failures, 9, NOW.plus_millis(59_000)), Attempt::Rejected);
        assert_eq!(fail(&failures, 1, NOW.plus_millis(60_000)), Attempt::Rejected);
        assert_eq!(fail(&failures, 1, NOW.plus_millis(60_001)), Attempt::Wait { retry_after_secs: 60 });
    }

    #[test]
    fn a_right_app_key_ends_the_row_and_after_a_minute_wipes_the_slate() {
        let failures = AppKeyFailures::default();
        assert_eq!(fail(&failures, 9, NOW), Attempt::Rejected);
        assert_eq!(failures.attempt(TOKEN, true, NOW), Attempt::Accepted);
        assert_eq!(fail(&failures, 1, NOW), Attempt::Rejected);
        assert_eq!(fail(&failures, 1, NOW), Attempt::Wait { retry_after_secs: 60 });

        let later = NOW.plus_millis(60_000);
        assert_eq!(failures.attempt(TOKEN, true, later), Attempt::Accepted);
        assert_eq!(failures.tracked.load(Ordering::Relaxed), 0);
        assert_eq!(fail(&failures, 10, later), Attempt::Rejected);
        let mut now = later;
        for _ in 0..12 {
            now = now.plus_millis(60_000);
            assert_eq!(failures.attempt(TOKEN, true, now), Attempt::Accepted);
            assert_eq!(fail(&failures, 10, now), Attempt::Rejected, "never a hundred in a row");
        }
    }

    #[test]
    fn waits_double_and_a_hundred_failures_in_a_row_suspend() {
        let failures = AppKeyFailures::default();
        let mut now = NOW;
        let mut waits = Vec::new();
        for count in 1..100 {
            match failures.attempt(TOKEN, false, now) {
                Attempt::Wait { retry_after_secs } => {
                    waits.push(retry_after_secs);
                    now = now.plus_millis(i64::from(retry_after_secs) * 1000);
                }
                attempt => assert_eq!(attempt, Attempt::Rejected, "{count}"),
            }
        }
        assert_eq!(waits[..4], [60, 120, 240, 480]);
        assert_eq!(failures.attempt(TOKEN, false, now), Attempt::Suspended);
        assert_eq!(
            failures.attempt(TOKEN, false, now),
            Attempt::Rejected,
            "activated again, it starts afresh"
        );
    }

    #[test]
    fn failures_of_many_tokens_need_bounded_memory() {
        let failures = AppKeyFailures::default();
        for id in 0..10_000 {
            failures.attempt(TokenId::new(id), false, NOW.plus_millis(id));
        }
        assert_eq!(failures.tracked.load(Ordering::Relaxed), AppKeyFailures::LIMIT);
    }

    #[test]
    fn an_address_may_be_refused_a_thousand_times_a_minute() {
        let failures = AddressFailures::new();
        let address: IpAddr = "192.0.2.7".parse().unwrap();
        assert!((0..1000).all(|_| failures.refuse(address, NOW).is_none()));
        assert_eq!(failures.refuse(address, NOW.plus_millis(59_999)), Some(1));
        assert_eq!(failures.refuse("192.0.2.8".parse().unwrap(), NOW), None);
        assert_eq!(failures.refuse(address, NOW.plus_millis(60_000)), None);
    }

    #[test]
    fn addresses_of_one_subscriber_count_together() {
        assert_eq!(
            network("2001:db8:1:2::1".parse().unwrap()),
            network("2001:db8:1:2:ffff::".parse().unwrap())
        );
        assert_ne!(network("2001:db8:1:2::1".parse().unwrap()), network("2001:db8:1:3::1".parse().unwrap()));
        assert_eq!(network("::ffff:192.0.2.7".parse().unwrap()), network("192.0.2.7".parse().unwrap()));
    }
}
