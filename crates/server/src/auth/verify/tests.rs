//! Verification by example: each rule once, and what holds while others change things.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize},
    thread,
    time::Instant,
};

use automation_hub_domain::id::UserId;
use rstest::rstest;

use super::{fixture::*, *};
use crate::auth::snapshot::LiveToken;

const REJECTED: Option<Refusal> = Some(Refusal::TokenRejected { hint: false });

#[test]
fn a_good_credential_leads_to_its_tenant_and_user() {
    let hub = hub();
    let (personal, tenant_level) = (value(0), value(1));
    let mut of_tenant = token(2, &tenant_level);
    of_tenant.record.user = None;
    hub.snapshot().load([token(1, &personal), of_tenant]);

    let verified = Call::of(&personal).at(&hub, NOW).unwrap();
    assert_eq!(verified.token, TokenId::new(1));
    assert_eq!(verified.tenant.id, NORDWIND);
    assert_eq!(verified.user.map(|user| user.id), Some(UserId::new(11)));
    assert_eq!((verified.retiring_until, verified.renewal), (None, None));
    assert!(Call::of(&tenant_level).at(&hub, NOW).unwrap().user.is_none());
}

#[rstest]
#[case::never_issued("00000000-0000-4000-8000-000000000000")]
#[case::capitals("5A5A5A5A-5A5A-4A5A-9A5A-5A5A5A5A5A5A")]
#[case::not_ours("' OR '1'='1")]
#[case::row_id("1")]
#[case::web_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.")]
fn what_matches_nothing_gets_the_one_answer(#[case] text: &str) {
    let hub = hub();
    hub.snapshot().put_token(&token(1, &value(0x5a5a)));
    let text = text.replace(' ', "");
    assert_eq!(Call::new(NORDWIND, &text, &[]).at(&hub, NOW).unwrap_err(), Refused::REJECTED);
}

#[test]
fn a_token_counts_in_its_own_tenant_only() {
    let hub = hub();
    let value = value(0);
    hub.snapshot().put_token(&token(1, &value));
    for tenant in [SUEDWIND, TenantId::new(3)] {
        let refused = Call::new(tenant, value.expose(), &[]).at(&hub, NOW).unwrap_err();
        assert_eq!(refused, Refused::REJECTED);
    }
}

#[test]
fn the_first_thing_wrong_is_told_in_a_fixed_order() {
    let hub = hub();
    let value = value(0);
    let mut worst = token(1, &value);
    worst.record.app_key = Some(stored_app_key(&pepper(2), NORDWIND, "s3cret-key"));
    worst.record.switch = Switch::Off;
    worst.record.expiry = Expiry::At(NOW);
    hub.snapshot().put_token(&worst);
    hub.snapshot().put_user(user(NORDWIND, 11, false));
    let mut off = tenant(NORDWIND);
    off.is_active = false;
    hub.snapshot().put_tenant(off);

    let call = Call::of(&value);
    assert_eq!(call.refusal(&hub, NOW), Some(Refusal::TenantInactive));
    hub.snapshot().put_tenant(tenant(NORDWIND));
    assert_eq!(call.refusal(&hub, NOW), Some(Refusal::TokenInactive));
    worst.record.switch = Switch::On;
    hub.snapshot().put_token(&worst);
    assert_eq!(call.refusal(&hub, NOW), Some(Refusal::TokenExpired));
    worst.record.expiry = Expiry::Never;
    hub.snapshot().put_token(&worst);
    assert_eq!(call.refusal(&hub, NOW), Some(Refusal::TokenNotCompliant));
    let mut lenient = tenant(NORDWIND);
    lenient.settings.allows_never_expiring = true;
    hub.snapshot().put_tenant(lenient);
    assert_eq!(call.refusal(&hub, NOW), Some(Refusal::UserInactive));
    hub.snapshot().put_user(user(NORDWIND, 11, true));
    assert_eq!(call.refusal(&hub, NOW), Some(Refusal::AppKeyRequired));
    assert!(Call::new(NORDWIND, value.expose(), &["s3cret-key"]).at(&hub, NOW).is_ok());
}

#[rstest]
#[case::right(&["s3cret-key"], None)]
#[case::absent(&[], Some(Refusal::AppKeyRequired))]
#[case::empty(&[""], Some(Refusal::AppKeyRejected))]
#[case::blanks(&["   "], Some(Refusal::AppKeyRejected))]
#[case::wrong(&["another-key"], Some(Refusal::AppKeyRejected))]
#[case::beginning(&["s3cret-ke"], Some(Refusal::AppKeyRejected))]
#[case::extended(&["s3cret-key1"], Some(Refusal::AppKeyRejected))]
#[case::other_case(&["S3cret-key"], Some(Refusal::AppKeyRejected))]
#[case::joined(&["s3cret-key, s3cret-key"], Some(Refusal::AppKeyRejected))]
#[case::not_ascii(&["s3crét-key"], Some(Refusal::AppKeyRejected))]
#[case::twice(&["s3cret-key", "s3cret-key"], Some(Refusal::InvalidRequest("x-ah-openapi-app-key")))]
fn a_token_with_an_app_key_needs_it(#[case] app_keys: &[&str], #[case] expected: Option<Refusal>) {
    let hub = hub();
    let (with, without) = (value(0), value(1));
    let mut token_with = token(1, &with);
    token_with.record.app_key = Some(stored_app_key(&pepper(2), NORDWIND, "s3cret-key"));
    hub.snapshot().load([token_with, token(2, &without)]);

    assert_eq!(Call::new(NORDWIND, with.expose(), app_keys).refusal(&hub, NOW), expected);
    assert_eq!(
        Call::new(NORDWIND, without.expose(), app_keys).refusal(&hub, NOW),
        None,
        "ignored without one"
    );
    let wrong_token = Call::new(NORDWIND, value(2).expose(), app_keys);
    assert_eq!(wrong_token.refusal(&hub, NOW), REJECTED, "an app key alone proves nothing");
}

#[test]
fn expiry_is_exact_and_a_clock_set_back_revives_nothing() {
    let hub = hub();
    let value = value(0);
    let end = NOW.plus_days(90);
    hub.snapshot().put_token(&token(1, &value));
    let call = Call::of(&value);
    assert_eq!(call.refusal(&hub, end.plus_millis(-1)), None);
    assert_eq!(call.refusal(&hub, end), Some(Refusal::TokenExpired));
    assert_eq!(call.refusal(&hub, end.plus_millis(-10_000)), Some(Refusal::TokenExpired));
    assert_eq!(hub.high_water().lag_millis(end.plus_millis(-10_000)), 10_000);

    let mut later = token(1, &value);
    later.record.expiry = Expiry::At(end.plus_millis(1));
    hub.snapshot().put_token(&later);
    assert_eq!(call.refusal(&hub, end), None, "a later date revives it");
}

#[test]
fn a_retired_value_works_until_its_overlap_ends_then_raises_an_alarm() {
    let hub = hub();
    let (old, new) = (value(0), value(1));
    hub.snapshot().put_token(&token(1, &old));
    let until = NOW.plus_minutes(5);
    hub.snapshot().put_token(&LiveToken { retired: Some(retired(&old, until)), ..token(1, &new) });

    assert_eq!(Call::of(&new).at(&hub, NOW).unwrap().retiring_until, None);
    assert_eq!(Call::of(&old).at(&hub, until.plus_millis(-1)).unwrap().retiring_until, Some(until));
    let refused = Call::of(&old).at(&hub, until).unwrap_err();
    assert_eq!(refused.refusal, Refusal::TokenRejected { hint: false });
    assert_eq!(refused.alarm, Some(Alarm::RetiredValueUsed { tenant: NORDWIND, token: TokenId::new(1) }));

    hub.snapshot().remove_token(TokenId::new(1));
    for value in [&old, &new] {
        assert_eq!(Call::of(value).at(&hub, until).unwrap_err(), Refused::REJECTED);
    }
}

#[test]
fn what_the_previous_pepper_made_still_matches_and_is_renewed() {
    let hub = hub();
    let value = value(0);
    let mut old = token(1, &value);
    old.value = stored(&pepper(1), NORDWIND, &value);
    old.record.app_key = Some(stored_app_key(&pepper(1), NORDWIND, "s3cret-key"));
    hub.snapshot().put_token(&old);

    let call = Call::new(NORDWIND, value.expose(), &["s3cret-key"]);
    let renewal = call.at(&hub, NOW).unwrap().renewal.unwrap();
    let mut renewed = old;
    renewed.value = renewal.value.unwrap().new;
    renewed.record.app_key = renewal.app_key.map(|renewed| renewed.new);
    hub.snapshot().put_token(&renewed);
    assert_eq!(call.at(&hub, NOW).unwrap().renewal, None);
    assert_eq!(renewed.value, stored(&pepper(2), NORDWIND, &value));
}

#[test]
fn with_a_pepper_missing_nothing_unknown_is_called_wrong() {
    let hub = hub_of(Peppers::new(pepper(2), None));
    let (readable, unreadable) = (value(0), value(1));
    let mut lost = token(1, &unreadable);
    lost.value = stored(&pepper(1), NORDWIND, &unreadable);
    let mut lost_app_key = token(2, &readable);
    lost_app_key.record.app_key = Some(stored_app_key(&pepper(1), NORDWIND, "s3cret-key"));
    hub.snapshot().load([lost, lost_app_key]);

    assert_eq!(hub.snapshot().unreadable_values(), 1);
    assert_eq!(Call::of(&unreadable).at(&hub, NOW).unwrap_err(), Refused::PEPPER_MISSING);
    let call = Call::new(NORDWIND, readable.expose(), &["s3cret-key"]);
    let token = Some((NORDWIND, TokenId::new(2)));
    assert_eq!(call.at(&hub, NOW).unwrap_err(), Refused { token, ..Refused::PEPPER_MISSING });
    hub.snapshot().remove_token(TokenId::new(1));
    assert_eq!(Call::of(&unreadable).refusal(&hub, NOW), REJECTED);
}

#[test]
fn a_hundred_wrong_app_keys_suspend_the_token_at_once() {
    let hub = hub();
    let value = value(0);
    let mut with = token(1, &value);
    with.record.app_key = Some(stored_app_key(&pepper(2), NORDWIND, "s3cret-key"));
    hub.snapshot().put_token(&with);
    let wrong = Call::new(NORDWIND, value.expose(), &["a-wrong-key"]);
    let right = Call::new(NORDWIND, value.expose(), &["s3cret-key"]);

    let refusals: Vec<_> = (0..99).map(|_| wrong.at(&hub, NOW).unwrap_err()).collect();
    assert!(refusals[..10].iter().all(|refused| refused.refusal == Refusal::AppKeyRejected));
    assert_eq!(refusals[10].refusal, Refusal::AppKeyLocked { retry_after_secs: 60 });
    assert_eq!(right.refusal(&hub, NOW), Some(Refusal::AppKeyLocked { retry_after_secs: 60 }));
    let last = wrong.at(&hub, NOW).unwrap_err();
    assert_eq!(last.alarm, Some(Alarm::TokenSuspended { tenant: NORDWIND, token: TokenId::new(1) }));
    assert_eq!(right.refusal(&hub, NOW.plus_hours(1)), Some(Refusal::TokenInactive));
    hub.snapshot().put_token(&with);
    assert_eq!(right.refusal(&hub, NOW.plus_hours(1)), None);
}

#[test]
fn only_failing_requests_of_an_address_are_told_to_slow_down() {
    let hub = hub();
    let (good, bad) = (value(0), value(1));
    hub.snapshot().put_token(&token(1, &good));
    for _ in 0..1000 {
        assert_eq!(Call::of(&bad).refusal(&hub, NOW), REJECTED);
    }
    for _ in 0..9000 {
        assert_eq!(Call::of(&bad).refusal(&hub, NOW), Some(Refusal::TooMany { retry_after_secs: 60 }));
    }
    assert_eq!(Call::of(&good).refusal(&hub, NOW), None);
    let neighbour = "192.0.2.8".parse().unwrap();
    assert_eq!(Call::of(&bad).from(&hub, neighbour, NOW).unwrap_err(), Refused::REJECTED);
}

/// What one round of callers must see from the moment a change was reported as done.
#[rstest]
#[case::switched_off(|hub: &Verifier, off: bool| {
    let mut changed = token(1, &value(0));
    changed.record.switch = Switch::new(!off, false);
    hub.snapshot().put_token(&changed);
})]
#[case::revoked(|hub: &Verifier, off: bool| {
    if off { hub.snapshot().remove_token(TokenId::new(1)) } else { hub.snapshot().put_token(&token(1, &value(0))) }
})]
#[case::user_off(|hub: &Verifier, off: bool| hub.snapshot().put_user(user(NORDWIND, 11, !off)))]
#[case::tenant_off(|hub: &Verifier, off: bool| {
    let mut changed = tenant(NORDWIND);
    changed.is_active = !off;
    hub.snapshot().put_tenant(changed);
})]
fn no_call_is_accepted_that_begins_after_a_change(#[case] change: fn(&Verifier, bool)) {
    const ROUNDS: usize = 200;
    let hub = hub();
    let call = Call::of(&value(0));
    change(&hub, false);
    for _ in 0..ROUNDS {
        let (is_off, begun) = (AtomicBool::new(false), AtomicUsize::new(0));
        thread::scope(|scope| {
            let callers: Vec<_> = (0..3)
                .map(|_| {
                    scope.spawn(|| {
                        let mut was_refused = false;
                        loop {
                            let is_after = is_off.load(Ordering::SeqCst);
                            let is_accepted = call.at(&hub, NOW).is_ok();
                            begun.fetch_add(1, Ordering::SeqCst);
                            assert!(!(is_accepted && is_after), "accepted after the change was done");
                            assert!(!(is_accepted && was_refused), "the old state came back");
                            was_refused |= !is_accepted;
                            if is_after {
                                return;
                            }
                        }
                    })
                })
                .collect();
            while begun.load(Ordering::SeqCst) < 3 {
                thread::yield_now();
            }
            change(&hub, true);
            is_off.store(true, Ordering::SeqCst);
            for caller in callers {
                caller.join().unwrap();
            }
        });
        change(&hub, false);
    }
}

/// How long the quickest of many small batches of calls took: what is left once everything else kept still.
#[expect(clippy::disallowed_methods, reason = "measures how long a refusal takes")]
fn quickest<const N: usize>(hub: &Verifier, calls: [&Call; N]) -> [f64; N] {
    const BATCH: u32 = 50;
    let mut quickest = [f64::MAX; N];
    for _ in 0..400 {
        for (quickest, call) in quickest.iter_mut().zip(calls) {
            let begun = Instant::now();
            for _ in 0..BATCH {
                assert!(call.at(hub, NOW).is_err());
            }
            *quickest = quickest.min(begun.elapsed().as_secs_f64());
        }
    }
    quickest
}

#[test]
fn an_unknown_token_an_unknown_tenant_and_another_tenants_token_take_the_same_time() {
    let hub = hub();
    hub.snapshot().load((0..1000).map(|number| token(number.into(), &value(number))));
    let unknown_token = Call::of(&value(2000));
    let unknown_tenant = Call::new(TenantId::new(3), value(4).expose(), &[]);
    let of_another_tenant = Call::new(SUEDWIND, value(4).expose(), &[]);
    let times = quickest(&hub, [&unknown_token, &unknown_tenant, &of_another_tenant]);
    let (least, most) = (times.into_iter().fold(f64::MAX, f64::min), times.into_iter().fold(0.0, f64::max));
    assert!(most < least * 1.25, "they can be told apart by their time: {times:?}");
}

#[test]
fn a_valid_value_is_never_missed_while_its_token_is_rotated() {
    let hub = hub();
    let until = NOW.plus_hours(1);
    let stop = AtomicBool::new(false);
    hub.snapshot().put_token(&token(1, &value(0)));
    thread::scope(|scope| {
        let caller = scope.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                assert!(Call::of(&value(0)).at(&hub, NOW).is_ok());
            }
        });
        for round in 0..2000 {
            let next =
                LiveToken { retired: Some(retired(&value(0), until)), ..token(1, &value(1 + round % 7)) };
            hub.snapshot().put_token(&next);
            hub.snapshot().put_token(&token(1, &value(0)));
        }
        stop.store(true, Ordering::SeqCst);
        caller.join().unwrap();
    });
}
