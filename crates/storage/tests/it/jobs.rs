//! Jobs and their leases.

use std::collections::HashSet;

use automation_hub_domain::{
    clock::Timestamp,
    id::{JobId, TenantId},
};
use automation_hub_storage::jobs::{self, Job, Lease, NewJob};
use automation_hub_storage::{Session, StorageError, Store};

use crate::organization::{Organization, found_tenant};

const MINE: Lease = [1; 16];
const THEIRS: Lease = [2; 16];

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

async fn add(store: &Store, tenant: TenantId, created_at: i64) -> JobId {
    let new = NewJob { name: "mail", payload: "{}".into(), created_at: at(created_at) };
    store.write(tenant, move |s| jobs::insert(s, &new)).await.unwrap()
}

async fn claim(store: &Store, lease: Lease, now: i64, until: i64) -> Option<Job> {
    store.system().write(move |s| jobs::claim(s, &lease, at(now), at(until))).await.unwrap()
}

async fn in_tenant<T: Send + 'static>(
    acme: &Organization,
    work: impl FnMut(&mut Session<'_>) -> Result<T, StorageError> + Send + 'static,
) -> T {
    acme.write(work).await.unwrap()
}

#[tokio::test]
async fn the_one_due_for_longest_comes_first_whatever_its_tenant() {
    let acme = Organization::found().await;
    let other = found_tenant(acme.store(), "other").await;
    let late = add(acme.store(), acme.tenant, 20).await;
    let early = add(acme.store(), other, 10).await;
    add(acme.store(), acme.tenant, 999).await;
    let first = claim(acme.store(), MINE, 30, 100).await.unwrap();
    assert_eq!((first.id, first.tenant, first.name.as_str(), first.attempts), (early, other, "mail", 1));
    assert_eq!(claim(acme.store(), MINE, 30, 100).await.unwrap().id, late);
    assert_eq!(claim(acme.store(), MINE, 30, 100).await, None, "the third isn't due yet");
}

#[tokio::test]
async fn a_lease_keeps_others_away_until_it_runs_out() {
    let acme = Organization::found().await;
    let id = add(acme.store(), acme.tenant, 0).await;
    claim(acme.store(), MINE, 0, 100).await.unwrap();
    assert_eq!(claim(acme.store(), THEIRS, 99, 200).await, None);
    let again = claim(acme.store(), THEIRS, 100, 200).await.unwrap();
    assert_eq!((again.id, again.attempts), (id, 2));
    assert!(!in_tenant(&acme, move |s| jobs::delete(s, id, &MINE)).await, "the lease is another's by now");
    assert!(!in_tenant(&acme, move |s| jobs::postpone(s, id, &MINE, at(0), "late")).await);
    assert!(in_tenant(&acme, move |s| jobs::delete(s, id, &THEIRS)).await);
    assert_eq!(in_tenant(&acme, jobs::count).await, 0);
}

#[tokio::test]
async fn what_is_postponed_is_due_later() {
    let acme = Organization::found().await;
    let id = add(acme.store(), acme.tenant, 0).await;
    claim(acme.store(), MINE, 0, 100).await.unwrap();
    assert!(in_tenant(&acme, move |s| jobs::postpone(s, id, &MINE, at(50), "busy")).await);
    assert_eq!(claim(acme.store(), THEIRS, 49, 200).await, None);
    assert_eq!(claim(acme.store(), THEIRS, 50, 200).await.unwrap().attempts, 2);
}

#[tokio::test]
async fn another_tenant_can_not_touch_it() {
    let acme = Organization::found().await;
    let other = found_tenant(acme.store(), "other").await;
    let id = add(acme.store(), acme.tenant, 0).await;
    claim(acme.store(), MINE, 0, 100).await.unwrap();
    let work = move |s: &mut Session<'_>| {
        Ok::<_, StorageError>((
            jobs::delete(s, id, &MINE)?,
            jobs::postpone(s, id, &MINE, at(0), "")?,
            jobs::count(s)?,
        ))
    };
    assert_eq!(acme.store().write(other, work).await.unwrap(), (false, false, 0));
}

#[tokio::test]
async fn of_many_who_claim_at_once_no_two_get_the_same() {
    let acme = Organization::found().await;
    for created_at in 0..20 {
        add(acme.store(), acme.tenant, created_at).await;
    }
    let claims: Vec<_> = (0..4_u8)
        .map(|claimer| {
            let store = acme.store().clone();
            tokio::spawn(async move {
                let mut claimed = Vec::new();
                for round in 0..20_u8 {
                    let mut lease = [claimer; 16];
                    lease[1] = round;
                    claimed.extend(claim(&store, lease, 50, 1000).await.map(|job| job.id));
                }
                claimed
            })
        })
        .collect();
    let mut all = Vec::new();
    for claimed in claims {
        all.extend(claimed.await.unwrap());
    }
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    // Whoever lost a race asks again.
    while let Some(job) = claim(acme.store(), MINE, 50, 1000).await {
        all.push(job.id);
    }
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), 20);
}
