//! Keys of requests: claimed by one, marked by the change itself, kept with the answer.

use automation_hub_domain::{audit::AuditAction, clock::Timestamp, id::TokenId};
use automation_hub_storage::{
    StorageError,
    audit::{self, AuditEvent},
    idempotency::{self, Claim, Found, KeptAnswer, Term},
};
use std::sync::Arc;

use crate::organization::{Organization, found_tenant};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn by(holder: u8) -> Claim {
    Claim { token: TokenId::new(1), key: "k".into(), holder: [holder; 16] }
}

fn answer() -> KeptAnswer {
    KeptAnswer { digest: [7; 32], status: 201, headers: "a: b\n".into(), body: vec![0, 255] }
}

impl Organization {
    /// Takes the key at an instant for 100 milliseconds; what is older than 1,000 is forgotten.
    async fn claim(&self, claim: &Claim, now: i64) -> Found {
        let claim = claim.clone();
        let term = Term { now: at(now), leased_until: at(now + 100), forgotten: at(now - 1000) };
        self.write(move |s| idempotency::claim(s, &claim, term)).await.unwrap()
    }

    /// Changes something on behalf of a request.
    async fn change(&self, claim: &Claim) -> Result<(), StorageError> {
        let event = AuditEvent {
            happened_at: at(0),
            actor_user: None,
            actor_token: Some(claim.token),
            actor_name: String::new(),
            action: AuditAction::IDEA_TAG,
            object_type: "idea",
            object_id: 1,
            object_name: "One".into(),
            before: None,
            after: None,
            address: String::new(),
            request_id: String::new(),
            claim: Some(Arc::new(claim.clone())),
        };
        self.write(move |s| audit::insert(s, &event)).await
    }

    async fn events(&self) -> usize {
        self.read(|s| audit::list_of_object(s, "idea", 1, 10)).await.len()
    }
}

#[tokio::test]
async fn a_key_is_one_requests_until_its_lease_ends() {
    let acme = Organization::found().await;
    assert_eq!(acme.claim(&by(1), 0).await, Found::Free);
    assert_eq!(acme.claim(&by(2), 99).await, Found::InUse);
    let (first, renewed) = (by(1), at(200));
    assert!(acme.write(move |s| idempotency::renew(s, &first, renewed)).await.unwrap());
    assert_eq!(acme.claim(&by(2), 199).await, Found::InUse);
    assert_eq!(acme.claim(&by(2), 200).await, Found::Free);
    let first = by(1);
    assert!(!acme.write(move |s| idempotency::renew(s, &first, at(900))).await.unwrap());
    let other = Claim { token: TokenId::new(2), ..by(3) };
    assert_eq!(acme.claim(&other, 200).await, Found::Free, "a key belongs to its token");
    let tenant = found_tenant(acme.store(), "other").await;
    let term = Term { now: at(200), leased_until: at(300), forgotten: at(0) };
    let elsewhere = acme.store().write(tenant, move |s| idempotency::claim(s, &by(3), term)).await;
    assert_eq!(elsewhere.unwrap(), Found::Free, "and to its tenant");
}

#[tokio::test]
async fn who_lost_the_key_changes_nothing_any_more() {
    let acme = Organization::found().await;
    acme.claim(&by(1), 0).await;
    assert_eq!(acme.claim(&by(2), 100).await, Found::Free);
    assert!(matches!(acme.change(&by(1)).await, Err(StorageError::Busy)));
    assert_eq!(acme.events().await, 0, "nothing of it is left");
    acme.change(&by(2)).await.unwrap();
    assert_eq!(acme.events().await, 1);
}

#[tokio::test]
async fn what_was_changed_is_never_carried_out_again_though_its_answer_is_lost() {
    let acme = Organization::found().await;
    acme.claim(&by(1), 0).await;
    acme.change(&by(1)).await.unwrap();
    assert_eq!(acme.claim(&by(2), 99).await, Found::InUse);
    assert_eq!(acme.claim(&by(2), 100).await, Found::Lost);
    let first = by(1);
    acme.write(move |s| idempotency::release(s, &first)).await.unwrap();
    assert_eq!(acme.claim(&by(2), 100).await, Found::Lost, "giving it back doesn't undo the change");
    assert_eq!(acme.claim(&by(2), 1000).await, Found::Free, "until it is forgotten");
}

#[tokio::test]
async fn an_answer_is_kept_until_it_is_forgotten() {
    let acme = Organization::found().await;
    acme.claim(&by(1), 0).await;
    acme.change(&by(1)).await.unwrap();
    acme.write(|s| idempotency::keep(s, &by(1), &answer())).await.unwrap();
    for now in [0, 100, 999] {
        assert_eq!(acme.claim(&by(2), now).await, Found::Answered(answer()), "{now}");
    }
    assert_eq!(acme.claim(&by(2), 1000).await, Found::Free);
    assert_eq!(acme.claim(&by(3), 1000).await, Found::InUse, "nothing of the old answer is left");
    acme.write(|s| idempotency::keep(s, &by(1), &answer())).await.unwrap();
    assert_eq!(acme.claim(&by(3), 1000).await, Found::InUse, "an answer that comes too late is nobody's");
}

#[tokio::test]
async fn a_key_that_is_given_back_is_free_at_once() {
    let acme = Organization::found().await;
    acme.claim(&by(1), 0).await;
    acme.write(|s| idempotency::release(s, &by(2))).await.unwrap();
    assert_eq!(acme.claim(&by(2), 0).await, Found::InUse, "only by who has it");
    acme.write(|s| idempotency::release(s, &by(1))).await.unwrap();
    assert_eq!(acme.claim(&by(2), 0).await, Found::Free);
}

#[tokio::test]
async fn old_keys_are_deleted_but_for_those_in_use() {
    let acme = Organization::found().await;
    for (holder, key) in [(1, "answered"), (2, "running"), (3, "abandoned")] {
        acme.claim(&Claim { key: key.into(), ..by(holder) }, 0).await;
    }
    acme.write(|s| {
        idempotency::keep(s, &Claim { key: "answered".into(), ..by(1) }, &answer())?;
        idempotency::renew(s, &Claim { key: "running".into(), ..by(2) }, at(900))
    })
    .await
    .unwrap();
    let delete = async |before, now| {
        acme.write(move |s| idempotency::delete_old(s, at(before), at(now))).await.unwrap()
    };
    assert_eq!(delete(0, 500).await, 0);
    assert_eq!(delete(1, 500).await, 2);
    assert_eq!(delete(1, 900).await, 1);
}
