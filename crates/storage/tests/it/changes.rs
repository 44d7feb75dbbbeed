//! Changes that servers follow: noted with what they are about, and never seen out of order.

use automation_hub_domain::{
    clock::Timestamp,
    id::{TokenId, UserId},
    tenant::{NewTenant, Slug, TokenSettings},
    token::TokenName,
    user::RoleAssignment,
};
use automation_hub_storage::{
    Session, StorageError, Store,
    changes::{self, Change, Changed},
    tenants,
    testing::TestDatabase,
    tokens::{self, AppKeyChange, KeyedDigest, NewToken, Rotation, TokenChange},
    users,
};
use uuid::Uuid;

use crate::support::TENANT;

const NOW: Timestamp = Timestamp::from_millis(1_794_916_800_000);

fn keyed(number: u8) -> KeyedDigest {
    KeyedDigest { digest: [number; 32], pepper_number: 1 }
}

fn new_token(number: u8) -> NewToken {
    NewToken {
        name: TokenName::parse(&format!("Token {number}")).unwrap(),
        user: None,
        creator: None,
        value: keyed(number),
        last_four: "abcd".into(),
        app_key: None,
        created_at: NOW,
        expires_at: None,
        is_active: true,
    }
}

async fn found(store: &Store) {
    let new = NewTenant {
        uuid: Uuid::from_u128(1),
        organization_slug: Slug::parse("nordwind").unwrap(),
        organization_name: "Nordwind".into(),
        tenant_slug: Slug::parse("production").unwrap(),
        tenant_name: "Production".into(),
        currency: "EUR".into(),
        time_zone: "Europe/Copenhagen".into(),
        created_at: NOW,
    };
    let id = store.system().write(move |s| tenants::insert(s, &new)).await.unwrap();
    assert_eq!(id, TENANT);
}

async fn after(store: &Store, number: i64) -> Vec<Change> {
    store.system().read(move |s| changes::list_after(s, number, 100)).await.unwrap()
}

/// A database with one tenant, and the number up to which it was changed for that.
async fn start() -> (TestDatabase, i64) {
    let database = TestDatabase::create().await.unwrap();
    assert_eq!(database.store.system().read(changes::latest).await.unwrap(), 0);
    found(&database.store).await;
    let told = after(&database.store, 0).await;
    assert_eq!(told, [Change { number: 1, tenant: TENANT, changed: Changed::Tenant }]);
    (database, 1)
}

type Work = fn(&mut Session<'_>, TokenId, UserId) -> Result<bool, StorageError>;

const OF_TOKENS: [(&str, Work); 7] = [
    ("edit", |s, id, _| {
        let change = TokenChange {
            name: TokenName::parse("Renamed").unwrap(),
            user: None,
            expires_at: None,
            is_active: true,
            app_key: AppKeyChange::Keep,
            by: None,
            at: NOW,
        };
        tokens::update(s, id, 1, &change)
    }),
    ("rotate", |s, id, _| {
        let rotation = Rotation { value: keyed(9), last_four: "wxyz".into(), retired_until: NOW, at: NOW };
        tokens::rotate(s, id, 2, &rotation)
    }),
    ("renew", |s, id, _| tokens::renew_digests(s, id, Some((keyed(9), keyed(8))), None).map(|()| true)),
    ("suspend", |s, id, _| tokens::suspend(s, id, NOW)),
    ("switch on", |s, id, _| tokens::set_active(s, id, true, None, NOW)),
    ("switch off", |s, id, _| tokens::set_active(s, id, false, None, NOW)),
    ("revoke", |s, id, _| tokens::revoke(s, id, None, NOW)),
];

const OF_PEOPLE: [(&str, Work); 3] = [
    ("particulars", |s, _, id| {
        let user = users::find(s, id)?.unwrap();
        users::update_profile(s, id, &user.email, &user.profile, NOW)
    }),
    ("switch", |s, _, id| users::set_active(s, id, false, NOW)),
    ("roles", |s, _, id| {
        let role = automation_hub_domain::role::SYSTEM_ADMIN;
        users::set_role_assignments(s, id, &[RoleAssignment { role, category: None }]).map(|()| true)
    }),
];

const OF_TENANTS: [(&str, Work); 2] = [
    ("switch", |s, _, _| tenants::set_active(s, false)),
    ("settings", |s, _, _| tenants::update_token_settings(s, TokenSettings::default()).map(|()| true)),
];

#[tokio::test]
async fn every_change_of_what_servers_keep_in_memory_is_told_once() {
    let (database, mut seen) = start().await;
    let store = &database.store;
    let token = store.write(TENANT, |s| tokens::insert(s, &new_token(1))).await.unwrap();
    let user =
        store.write(TENANT, |s| crate::tokens::add_user(s, "Ines", "ines@nordwind.test")).await.unwrap();
    assert_eq!(
        after(store, seen).await.len(),
        1,
        "a person without roles or tokens is in no server's memory"
    );
    seen += 1;
    let of_tokens = OF_TOKENS.iter().map(|work| (work, Changed::Token(token)));
    let of_people = OF_PEOPLE.iter().map(|work| (work, Changed::User(user)));
    let of_tenants = OF_TENANTS.iter().map(|work| (work, Changed::Tenant));
    for (&(name, work), changed) in of_tokens.chain(of_people).chain(of_tenants) {
        let is_done = store.write(TENANT, move |s| work(s, token, user)).await.unwrap();
        assert!(is_done, "{name}");
        seen += 1;
        assert_eq!(
            after(store, seen - 1).await,
            [Change { number: seen, tenant: TENANT, changed }],
            "{name}"
        );
    }
    assert_eq!(after(store, 0).await.len(), 3, "each object is told with its last change alone");
}

#[tokio::test]
async fn what_changed_nothing_or_was_undone_is_not_told() {
    let (database, seen) = start().await;
    let store = &database.store;
    let nobody = TokenId::new(77);
    assert!(!store.write(TENANT, move |s| tokens::revoke(s, nobody, None, NOW)).await.unwrap());
    let undone = store.write(TENANT, |s| -> Result<(), StorageError> {
        tokens::insert(s, &new_token(1))?;
        Err(StorageError::Busy)
    });
    assert!(undone.await.is_err());
    assert_eq!(after(store, seen).await, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_misses_nothing_however_many_write_at_once() {
    const WRITERS: u8 = 16;
    let (database, mut seen) = start().await;
    let writers: Vec<_> = (1..=WRITERS)
        .map(|number| {
            let store = database.store.clone();
            tokio::spawn(async move {
                store.write(TENANT, move |s| tokens::insert(s, &new_token(number))).await.unwrap()
            })
        })
        .collect();
    let mut followed = Vec::new();
    while followed.len() < usize::from(WRITERS) {
        for change in after(&database.store, seen).await {
            assert_eq!(change.number, seen + 1, "no number shows up after a higher one");
            seen = change.number;
            followed.push(change.changed);
        }
        tokio::task::yield_now().await;
    }
    for writer in writers {
        assert!(followed.contains(&Changed::Token(writer.await.unwrap())));
    }
}
