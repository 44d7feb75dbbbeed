//! Random sequences of everything that can happen to tokens, compared after each step with a plain model.
//! `AUTOMATION_HUB_MODEL_CASES` says how many sequences; each has up to 50 steps.

use std::{env, net::Ipv4Addr};

use automation_hub_domain::id::UserId;
use proptest::prelude::*;

use super::{fixture::*, *};
use crate::auth::snapshot::{LiveToken, RetiredValue};

const MODEL_CASES: u32 = 128;
const APP_KEYS: [&str; 2] = ["first-key", "second-key"];
const USERS: [(TenantId, [i64; 2]); 2] = [(NORDWIND, [11, 12]), (SUEDWIND, [21, 22])];

#[derive(Clone, Copy, Debug)]
enum Step {
    Create { tenant: usize, user: Option<usize>, lifetime: Option<i64>, app_key: Option<usize>, pepper: i64 },
    Rotate { token: usize, overlap: i64, pepper: i64 },
    Switch { token: usize, switch: Switch },
    Expire { token: usize, lifetime: Option<i64> },
    Reassign { token: usize, user: Option<usize> },
    SetAppKey { token: usize, app_key: Option<usize> },
    Revoke { token: usize },
    SwitchUser { tenant: usize, user: usize, is_active: bool },
    SwitchTenant { tenant: usize, is_active: bool },
    AllowNever { tenant: usize, is_allowed: bool },
    Clock { millis: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let user = || prop::option::weighted(0.8, 0..2_usize);
    let lifetime = || prop::option::weighted(0.8, -2..6_i64);
    let app_key = || prop::option::of(0..2_usize);
    prop_oneof![
        4 => (0..2_usize, user(), lifetime(), app_key(), 1..=2_i64).prop_map(
            |(tenant, user, lifetime, app_key, pepper)| Step::Create { tenant, user, lifetime, app_key, pepper }),
        3 => (any::<usize>(), 0..4_i64, 1..=2_i64)
            .prop_map(|(token, overlap, pepper)| Step::Rotate { token, overlap, pepper }),
        2 => (any::<usize>(), prop_oneof![Just(Switch::On), Just(Switch::Off), Just(Switch::Suspended)])
            .prop_map(|(token, switch)| Step::Switch { token, switch }),
        2 => (any::<usize>(), lifetime()).prop_map(|(token, lifetime)| Step::Expire { token, lifetime }),
        1 => (any::<usize>(), user()).prop_map(|(token, user)| Step::Reassign { token, user }),
        1 => (any::<usize>(), app_key()).prop_map(|(token, app_key)| Step::SetAppKey { token, app_key }),
        1 => any::<usize>().prop_map(|token| Step::Revoke { token }),
        1 => (0..2_usize, 0..2_usize, any::<bool>())
            .prop_map(|(tenant, user, is_active)| Step::SwitchUser { tenant, user, is_active }),
        1 => (0..2_usize, prop::bool::weighted(0.7))
            .prop_map(|(tenant, is_active)| Step::SwitchTenant { tenant, is_active }),
        1 => (0..2_usize, any::<bool>())
            .prop_map(|(tenant, is_allowed)| Step::AllowNever { tenant, is_allowed }),
        2 => (-2..4_i64).prop_map(|millis| Step::Clock { millis }),
    ]
}

/// A token in plain text. Position in the list is its id.
#[derive(Clone, Debug)]
struct Plain {
    tenant: usize,
    user: Option<usize>,
    expires: Option<i64>,
    switch: Switch,
    app_key: Option<usize>,
    value: u16,
    pepper: i64,
    retired: Option<(u16, i64, i64)>,
    is_revoked: bool,
}

struct Model {
    hub: Verifier,
    tokens: Vec<Plain>,
    /// Each value ever drawn, with the tenant it was drawn for.
    values: Vec<usize>,
    users: [[bool; 2]; 2],
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
            users: [[true; 2]; 2],
            tenants: [(true, false); 2],
            clock: 0,
            highest: i64::MIN,
            callers: 0,
        }
    }

    fn draw(&mut self, tenant: usize) -> u16 {
        self.values.push(tenant);
        u16::try_from(self.values.len() - 1).unwrap()
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
            Step::Revoke { token } => self.change(token, |_, plain| plain.is_revoked = true),
            Step::SwitchUser { tenant, user: at, is_active } => {
                self.users[tenant][at] = is_active;
                let (id, numbers) = USERS[tenant];
                self.hub.snapshot().put_user(user(id, numbers[at], is_active));
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
        }
    }

    fn change(&mut self, token: usize, change: impl FnOnce(&mut Self, &mut Plain)) {
        let live: Vec<usize> = (0..self.tokens.len()).filter(|at| !self.tokens[*at].is_revoked).collect();
        if live.is_empty() {
            return;
        }
        let at = live[token % live.len()];
        let mut plain = self.tokens[at].clone();
        change(self, &mut plain);
        self.tokens[at] = plain;
        self.tell(at);
    }

    /// Does to the snapshot what a service would do.
    fn tell(&self, at: usize) {
        let plain = &self.tokens[at];
        let id = TokenId::new(i64::try_from(at).unwrap());
        if plain.is_revoked {
            self.hub.snapshot().remove_token(id);
            return;
        }
        let (tenant, users) = USERS[plain.tenant];
        let instant = |millis: i64| NOW.plus_millis(millis);
        let digest = |number: u16, of: i64| stored(&pepper(of), tenant, &value(number));
        let record = TokenRecord {
            id,
            tenant,
            user: plain.user.map(|at| UserId::new(users[at])),
            expiry: Expiry::from_instant(plain.expires.map(instant)),
            switch: plain.switch,
            app_key: plain.app_key.map(|at| stored_app_key(&pepper(2), tenant, APP_KEYS[at])),
        };
        let retired = plain
            .retired
            .map(|(number, until, of)| RetiredValue { value: digest(number, of), until: instant(until) });
        self.hub.snapshot().put_token(&LiveToken {
            record,
            value: digest(plain.value, plain.pepper),
            retired,
        });
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
        let at = found.ok_or(rejected)?;
        let plain = &self.tokens[at];
        let is_over = plain.retired.is_some_and(|(_, until, _)| self.highest >= until);
        let user_is_off = plain.user.is_some_and(|user| !self.users[tenant][user]);
        let never_is_wrong = plain.expires.is_none() && !self.tenants[tenant].1;
        for (is_wrong, refusal) in [
            (plain.value != number && is_over, rejected),
            (!self.tenants[tenant].0, Refusal::TenantInactive),
            (plain.switch != Switch::On, Refusal::TokenInactive),
            (plain.expires.is_some_and(|expires| self.highest >= expires), Refusal::TokenExpired),
            (never_is_wrong, Refusal::TokenNotCompliant),
            (user_is_off, Refusal::UserInactive),
            (plain.app_key.is_some() && app_key.is_none(), Refusal::AppKeyRequired),
            (plain.app_key.is_some() && app_key != plain.app_key, Refusal::AppKeyRejected),
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
        let app_keys: Vec<&str> = app_key.into_iter().map(|at| APP_KEYS[at]).collect();
        let call = Call::new(USERS[tenant].0, value(number).expose(), &app_keys);
        // Each from an address of its own: how refusals add up is another test's subject.
        let address = Ipv4Addr::from_bits(self.callers).into();
        let answer = call.from(&self.hub, address, NOW.plus_millis(self.clock));
        let expected = self.expected(number, tenant, app_key);
        let id = |at: usize| TokenId::new(i64::try_from(at).unwrap());
        let answered = answer.as_ref().map(|verified| verified.token.id).map_err(|refused| refused.refusal);
        prop_assert_eq!(answered, expected.map(id), "value {} in tenant {}", number, tenant);
        if let (Ok(verified), Ok(at)) = (answer, expected) {
            let plain = &self.tokens[at];
            let (tenant, users) = USERS[plain.tenant];
            let of = if plain.value == number { plain.pepper } else { plain.retired.unwrap().2 };
            prop_assert_eq!(verified.tenant.id, tenant);
            prop_assert_eq!(verified.user.map(|user| user.id), plain.user.map(|at| UserId::new(users[at])));
            prop_assert_eq!(verified.retiring_until.is_some(), plain.value != number);
            prop_assert_eq!(verified.renewal.is_some(), of == 1);
        }
        Ok(())
    }

    /// Each value with a wrong app key, then with the right one, which wipes the failure out again.
    fn check_all(&mut self) -> Result<(), TestCaseError> {
        for number in 0..self.values.len() {
            let tenant = self.values[number];
            let number = u16::try_from(number).unwrap();
            let held = self.tokens.iter().find(|plain| {
                plain.value == number || plain.retired.is_some_and(|(retired, ..)| retired == number)
            });
            let app_key = held.and_then(|plain| plain.app_key);
            self.check(number, tenant, app_key.map(|at| 1 - at))?;
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
    env::var("AUTOMATION_HUB_MODEL_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(MODEL_CASES)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn verification_agrees_with_a_plain_model(steps in prop::collection::vec(step(), 1..=50)) {
        let mut model = Model::new();
        for step in steps {
            model.take(step);
            model.check_all()?;
        }
    }
}
