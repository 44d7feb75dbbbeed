//! Random sequences of everything that can happen to tokens, compared after each step with a plain model.
//! `HUB_TEST_SEQUENCES` says how many; they have 50 steps on average.

use std::{env, net::Ipv4Addr};

use automation_hub_domain::{id::UserId, token::value::TokenValue};
use proptest::prelude::*;

use super::{fixture::*, *};
use crate::auth::snapshot::{LiveToken, RetiredValue, TokenRecord};

const SEQUENCES: u32 = 64;
/// The number of a pepper that isn't configured.
const MISSING: i64 = 3;
const APP_KEYS: [&str; 2] = ["first-key", "second-key"];
const USERS: [(TenantId, [i64; 2]); 2] = [(NORDWIND, [11, 12]), (SUEDWIND, [21, 22])];

#[derive(Clone, Copy, Debug)]
enum Step {
    Create {
        tenant: usize,
        user: Option<usize>,
        lifetime: Option<i64>,
        app_key: Option<Key>,
        pepper: i64,
    },
    Rotate {
        token: usize,
        overlap: i64,
        pepper: i64,
    },
    Switch {
        token: usize,
        switch: Switch,
    },
    /// In memory, as too many wrong app keys do it, rather than by the row.
    Suspend {
        token: usize,
    },
    Expire {
        token: usize,
        lifetime: Option<i64>,
    },
    Reassign {
        token: usize,
        user: Option<usize>,
    },
    SetAppKey {
        token: usize,
        app_key: Option<Key>,
    },
    /// Puts all its digests under the current pepper, as calls do.
    Renew {
        token: usize,
    },
    Revoke {
        token: usize,
    },
    ForgetUser {
        tenant: usize,
        user: usize,
    },
    SwitchUser {
        tenant: usize,
        user: usize,
        is_active: bool,
    },
    SwitchTenant {
        tenant: usize,
        is_active: bool,
    },
    AllowNever {
        tenant: usize,
        is_allowed: bool,
    },
    Clock {
        millis: i64,
    },
    /// Ends the program and starts it on the same rows.
    Restart,
}

/// Which app key, and the number of the pepper it was digested under.
type Key = (usize, i64);

/// Mostly one of the two peppers in force; now and then one that isn't configured.
fn pepper_number() -> impl Strategy<Value = i64> {
    prop_oneof![10 => Just(2_i64), 8 => Just(1_i64), 1 => Just(MISSING)]
}

fn step() -> impl Strategy<Value = Step> {
    let user = || prop::option::weighted(0.8, 0..2_usize);
    let lifetime = || prop::option::weighted(0.8, -2..6_i64);
    let app_key = || prop::option::of((0..2_usize, pepper_number()));
    prop_oneof![
        4 => (0..2_usize, user(), lifetime(), app_key(), pepper_number()).prop_map(
            |(tenant, user, lifetime, app_key, pepper)| Step::Create { tenant, user, lifetime, app_key, pepper }),
        3 => (any::<usize>(), 0..4_i64, pepper_number())
            .prop_map(|(token, overlap, pepper)| Step::Rotate { token, overlap, pepper }),
        2 => (any::<usize>(), prop_oneof![Just(Switch::On), Just(Switch::Off), Just(Switch::Suspended)])
            .prop_map(|(token, switch)| Step::Switch { token, switch }),
        2 => (any::<usize>(), lifetime()).prop_map(|(token, lifetime)| Step::Expire { token, lifetime }),
        1 => (any::<usize>(), user()).prop_map(|(token, user)| Step::Reassign { token, user }),
        1 => (any::<usize>(), app_key()).prop_map(|(token, app_key)| Step::SetAppKey { token, app_key }),
        1 => any::<usize>().prop_map(|token| Step::Suspend { token }),
        1 => any::<usize>().prop_map(|token| Step::Renew { token }),
        1 => any::<usize>().prop_map(|token| Step::Revoke { token }),
        1 => (0..2_usize, 0..2_usize).prop_map(|(tenant, user)| Step::ForgetUser { tenant, user }),
        1 => (0..2_usize, 0..2_usize, any::<bool>())
            .prop_map(|(tenant, user, is_active)| Step::SwitchUser { tenant, user, is_active }),
        1 => (0..2_usize, prop::bool::weighted(0.7))
            .prop_map(|(tenant, is_active)| Step::SwitchTenant { tenant, is_active }),
        1 => (0..2_usize, any::<bool>())
            .prop_map(|(tenant, is_allowed)| Step::AllowNever { tenant, is_allowed }),
        2 => (-2..4_i64).prop_map(|millis| Step::Clock { millis }),
        1 => Just(Step::Restart),
    ]
}

/// A token in plain text. Position in the list is its id.
#[derive(Clone, Debug)]
struct Plain {
    tenant: usize,
    user: Option<usize>,
    expires: Option<i64>,
    switch: Switch,
    app_key: Option<Key>,
    value: u16,
    pepper: i64,
    retired: Option<(u16, i64, i64)>,
    is_revoked: bool,
}

/// A value, the tenant it was drawn for, and the calls that show it there: without an app key and with each.
struct Drawn {
    value: TokenValue,
    tenant: usize,
    calls: [Call; 3],
}

impl Drawn {
    fn new(number: u16, tenant: usize) -> Self {
        let value = value(number);
        let call = |app_keys: &[&str]| Call::new(USERS[tenant].0, value.expose(), app_keys);
        let calls = [call(&[]), call(&APP_KEYS[..1]), call(&APP_KEYS[1..])];
        Self { value, tenant, calls }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum User {
    On,
    Off,
    Gone,
}

struct Model {
    hub: Verifier,
    tokens: Vec<Plain>,
    /// Each value ever drawn.
    values: Vec<Drawn>,
    users: [[User; 2]; 2],
    tenants: [(bool, bool); 2],
    clock: i64,
    highest: i64,
    callers: u32,
}

impl Model {
    fn new() -> Self {
        Self {
            hub: hub(),
            tokens: Vec::new(),
            values: Vec::new(),
            users: [[User::On; 2]; 2],
            tenants: [(true, false); 2],
            clock: 0,
            highest: i64::MIN,
            callers: 0,
        }
    }

    fn draw(&mut self, tenant: usize) -> u16 {
        let number = u16::try_from(self.values.len()).unwrap();
        self.values.push(Drawn::new(number, tenant));
        number
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Create { tenant, user, lifetime, app_key, pepper } => {
                let value = self.draw(tenant);
                let expires = lifetime.map(|millis| self.clock + millis);
                let (switch, retired, is_revoked) = (Switch::On, None, false);
                let plain =
                    Plain { tenant, user, expires, switch, app_key, value, pepper, retired, is_revoked };
                self.tokens.push(plain);
                self.tell(self.tokens.len() - 1);
            }
            Step::Rotate { token, overlap, pepper } => self.change(token, |model, plain| {
                plain.retired = Some((plain.value, model.clock + overlap, plain.pepper));
                plain.value = model.draw(plain.tenant);
                plain.pepper = pepper;
            }),
            Step::Switch { token, switch } => self.change(token, |_, plain| plain.switch = switch),
            Step::Expire { token, lifetime } => self.change(token, |model, plain| {
                plain.expires = lifetime.map(|millis| model.clock + millis);
            }),
            Step::Reassign { token, user } => self.change(token, |_, plain| plain.user = user),
            Step::SetAppKey { token, app_key } => self.change(token, |_, plain| plain.app_key = app_key),
            Step::Suspend { token } => {
                if let Some(at) = self.live(token) {
                    self.tokens[at].switch = Switch::Suspended;
                    self.hub.snapshot().suspend_token(TokenId::new(i64::try_from(at).unwrap()));
                }
            }
            Step::Renew { token } => self.change(token, |_, plain| {
                plain.pepper = 2;
                plain.retired = plain.retired.map(|(value, until, _)| (value, until, 2));
                plain.app_key = plain.app_key.map(|(key, _)| (key, 2));
            }),
            Step::Revoke { token } => self.change(token, |_, plain| plain.is_revoked = true),
            Step::SwitchUser { tenant, user, is_active } => {
                self.users[tenant][user] = if is_active { User::On } else { User::Off };
                self.tell_user(tenant, user);
            }
            Step::ForgetUser { tenant, user } => {
                self.users[tenant][user] = User::Gone;
                self.tell_user(tenant, user);
            }
            Step::SwitchTenant { tenant, is_active } => {
                self.tenants[tenant].0 = is_active;
                self.tell_tenant(tenant);
            }
            Step::AllowNever { tenant, is_allowed } => {
                self.tenants[tenant].1 = is_allowed;
                self.tell_tenant(tenant);
            }
            Step::Clock { millis } => self.clock += millis,
            Step::Restart => self.restart(),
        }
    }

    /// What was only in memory is gone, the latest instant seen among it.
    fn restart(&mut self) {
        self.hub = hub();
        self.highest = i64::MIN;
        for tenant in 0..2 {
            self.tell_tenant(tenant);
            (0..2).for_each(|user| self.tell_user(tenant, user));
        }
        let live = (0..self.tokens.len()).filter(|at| !self.tokens[*at].is_revoked);
        self.hub.snapshot().load(live.map(|at| self.row(at)));
    }

    /// The position of one of the tokens that aren't revoked.
    fn live(&self, token: usize) -> Option<usize> {
        let live: Vec<usize> = (0..self.tokens.len()).filter(|at| !self.tokens[*at].is_revoked).collect();
        (!live.is_empty()).then(|| live[token % live.len()])
    }

    fn change(&mut self, token: usize, change: impl FnOnce(&mut Self, &mut Plain)) {
        let Some(at) = self.live(token) else { return };
        let mut plain = self.tokens[at].clone();
        change(self, &mut plain);
        self.tokens[at] = plain;
        self.tell(at);
    }

    /// Does to the snapshot what a service would do.
    fn tell(&self, at: usize) {
        if self.tokens[at].is_revoked {
            self.hub.snapshot().remove_token(TokenId::new(i64::try_from(at).unwrap()));
        } else {
            self.hub.snapshot().put_token(&self.row(at));
        }
    }

    fn row(&self, at: usize) -> LiveToken {
        let plain = &self.tokens[at];
        let id = TokenId::new(i64::try_from(at).unwrap());
        let (tenant, users) = USERS[plain.tenant];
        let instant = |millis: i64| NOW.plus_millis(millis);
        let digest =
            |number: u16, of: i64| stored(&pepper(of), tenant, &self.values[usize::from(number)].value);
        let record = TokenRecord {
            id,
            tenant,
            user: plain.user.map(|at| UserId::new(users[at])),
            expiry: Expiry::from_instant(plain.expires.map(instant)),
            switch: plain.switch,
            app_key: plain.app_key.map(|(at, of)| stored_app_key(&pepper(of), tenant, APP_KEYS[at])),
        };
        let retired = plain
            .retired
            .map(|(number, until, of)| RetiredValue { value: digest(number, of), until: instant(until) });
        LiveToken { record, value: digest(plain.value, plain.pepper), retired }
    }

    fn tell_user(&self, tenant: usize, at: usize) {
        let (id, numbers) = USERS[tenant];
        match self.users[tenant][at] {
            User::Gone => self.hub.snapshot().remove_user(id, UserId::new(numbers[at])),
            state => self.hub.snapshot().put_user(user(id, numbers[at], state == User::On)),
        }
    }

    fn tell_tenant(&self, at: usize) {
        let mut record = tenant(USERS[at].0);
        (record.is_active, record.settings.allows_never_expiring) = self.tenants[at];
        self.hub.snapshot().put_tenant(record);
    }

    /// The rules once more, without digests, maps or packing.
    fn expected(&self, number: u16, tenant: usize, app_key: Option<usize>) -> Result<usize, Refusal> {
        let rejected = Refusal::TokenRejected { hint: false };
        let is_of = |plain: &Plain| {
            plain.value == number || plain.retired.is_some_and(|(retired, ..)| retired == number)
        };
        let found =
            self.tokens.iter().position(|plain| !plain.is_revoked && plain.tenant == tenant && is_of(plain));
        // What was digested under a missing pepper can't be recognised, and then no value can be called unknown.
        let is_readable = |at: &usize| {
            let plain = &self.tokens[*at];
            let of = if plain.value == number { plain.pepper } else { plain.retired.unwrap().2 };
            of != MISSING
        };
        let is_unreadable =
            |plain: &Plain| plain.pepper == MISSING || plain.retired.is_some_and(|(.., of)| of == MISSING);
        let some_are = self.tokens.iter().any(|plain| !plain.is_revoked && is_unreadable(plain));
        let unknown = if some_are { Refusal::Unavailable } else { rejected };
        let at = found.filter(is_readable).ok_or(unknown)?;
        let plain = &self.tokens[at];
        let is_over = plain.retired.is_some_and(|(_, until, _)| self.highest >= until);
        let user_is_off = plain.user.is_some_and(|user| self.users[tenant][user] != User::On);
        let never_is_wrong = plain.expires.is_none() && !self.tenants[tenant].1;
        for (is_wrong, refusal) in [
            (plain.value != number && is_over, rejected),
            (!self.tenants[tenant].0, Refusal::TenantInactive),
            (plain.switch != Switch::On, Refusal::TokenInactive),
            (plain.expires.is_some_and(|expires| self.highest >= expires), Refusal::TokenExpired),
            (never_is_wrong, Refusal::TokenNotCompliant),
            (user_is_off, Refusal::UserInactive),
            (plain.app_key.is_some() && app_key.is_none(), Refusal::AppKeyRequired),
            (plain.app_key.is_some_and(|(_, of)| of == MISSING), Refusal::Unavailable),
            (plain.app_key.is_some_and(|(key, _)| app_key != Some(key)), Refusal::AppKeyRejected),
        ] {
            if is_wrong {
                return Err(refusal);
            }
        }
        Ok(at)
    }

    fn check(&mut self, number: u16, tenant: usize, app_key: Option<usize>) -> Result<(), TestCaseError> {
        self.highest = self.highest.max(self.clock);
        self.callers += 1;
        let elsewhere;
        let call = match self.values.get(usize::from(number)) {
            Some(drawn) if drawn.tenant == tenant => &drawn.calls[app_key.map_or(0, |at| at + 1)],
            _ => {
                elsewhere = Call::new(USERS[tenant].0, value(number).expose(), &[]);
                &elsewhere
            }
        };
        // Each from an address of its own: how refusals add up is another test's subject.
        let address = Ipv4Addr::from_bits(self.callers).into();
        let answer = call.from(&self.hub, address, NOW.plus_millis(self.clock));
        let expected = self.expected(number, tenant, app_key);
        let id = |at: usize| TokenId::new(i64::try_from(at).unwrap());
        let answered = answer.as_ref().map(|verified| verified.token).map_err(|refused| refused.refusal);
        prop_assert_eq!(answered, expected.map(id), "value {} in tenant {}", number, tenant);
        if let (Ok(verified), Ok(at)) = (answer, expected) {
            let plain = &self.tokens[at];
            let (tenant, users) = USERS[plain.tenant];
            let of = if plain.value == number { plain.pepper } else { plain.retired.unwrap().2 };
            prop_assert_eq!(verified.tenant.id, tenant);
            prop_assert_eq!(verified.user.map(|user| user.id), plain.user.map(|at| UserId::new(users[at])));
            prop_assert_eq!(verified.retiring_until.is_some(), plain.value != number);
            let renewal = verified.renewal.unwrap_or_default();
            prop_assert_eq!(renewal.value.is_some(), of == 1);
            prop_assert_eq!(renewal.app_key.is_some(), plain.app_key.is_some_and(|(_, of)| of == 1));
        }
        Ok(())
    }

    /// Each value with a wrong app key, then with the right one. How wrong ones add up is another test's subject.
    fn check_all(&mut self) -> Result<(), TestCaseError> {
        self.hub.app_key_failures = AppKeyFailures::default();
        for number in 0..self.values.len() {
            let tenant = self.values[number].tenant;
            let number = u16::try_from(number).unwrap();
            let held = self.tokens.iter().find(|plain| {
                plain.value == number || plain.retired.is_some_and(|(retired, ..)| retired == number)
            });
            let app_key = held.and_then(|plain| plain.app_key).map(|(key, _)| key);
            if let Some(right) = app_key {
                self.check(number, tenant, Some(1 - right))?;
            }
            self.check(number, tenant, app_key)?;
        }
        let newest = u16::try_from(self.values.len()).unwrap();
        for number in newest.saturating_sub(2)..=newest {
            self.check(number, 0, None)?;
            self.check(number, 1, None)?;
        }
        Ok(())
    }
}

fn cases() -> u32 {
    env::var("HUB_TEST_SEQUENCES").map_or(SEQUENCES, |count| count.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn verification_agrees_with_a_plain_model(steps in prop::collection::vec(step(), 1..100)) {
        let mut model = Model::new();
        for step in steps {
            model.take(step);
            model.check_all()?;
        }
    }
}
