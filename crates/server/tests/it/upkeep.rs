//! What the background deletes, and what it leaves.

use automation_hub_domain::{clock::Timestamp, id::TokenId, token::value::TokenForm};
use automation_hub_server::{auth::digest::Purpose, error::Error, services::upkeep};
use automation_hub_storage::{
    sessions::{self, NewBrowserSession},
    tokens::{self, Rotation},
    values,
};

use crate::{
    app::{NOON, TestHub},
    calls::{Issued, keyed},
};

#[tokio::test(flavor = "multi_thread")]
async fn ended_sessions_are_deleted_and_those_in_use_stay() {
    let hub = TestHub::start().await;
    let user = hub.add_user("ines.moreau@nordwind.test", &[]).await;
    let begin = |number: u8, created_at: Timestamp, seen_at: Timestamp| {
        let digest = [number; 32];
        let (address, client) = ("192.0.2.7".to_owned(), "Firefox".to_owned());
        hub.app.store.write(hub.tenant, move |s| -> Result<_, Error> {
            let new = NewBrowserSession {
                user,
                digest,
                created_at,
                address: address.clone(),
                client: client.clone(),
            };
            let id = sessions::insert(s, &new)?;
            sessions::touch(s, id, seen_at)?;
            Ok(id)
        })
    };
    let fresh = begin(1, NOON.plus_hours(-11), NOON.plus_minutes(-29)).await.unwrap();
    begin(2, NOON.plus_hours(-11), NOON.plus_minutes(-31)).await.unwrap();
    begin(3, NOON.plus_hours(-13), NOON).await.unwrap();

    upkeep::sweep(&hub.app).await.unwrap();

    let left = hub.app.store.read(hub.tenant, move |s| sessions::list_of_user(s, user).map_err(Error::from));
    let left: Vec<_> = left.await.unwrap().iter().map(|session| session.id).collect();
    assert_eq!(left, [fresh]);
}

/// Under the pepper in use the alarm of a retired value stays for a while; under an earlier one it would keep that
/// pepper in use.
#[tokio::test(flavor = "multi_thread")]
async fn retired_values_are_forgotten_in_the_end_and_at_once_under_an_earlier_pepper() {
    let hub = TestHub::start().await;
    let (current, earlier) = (rotated(&hub, "current").await, rotated(&hub, "earlier").await);
    let id = earlier.id;
    let write = hub.app.store.write(hub.tenant, move |s| {
        s.execute("UPDATE tokens SET retired_pepper_number = 99 WHERE id = $1", values![id])
    });
    assert_eq!(write.await.unwrap(), 1);
    for (now, expected) in [
        (NOON.plus_minutes(4), vec![current.id, earlier.id]),
        (NOON.plus_minutes(5), vec![current.id]),
        (NOON.plus_days(90), vec![current.id]),
        (NOON.plus_days(91), vec![]),
    ] {
        hub.clock.set(now);
        upkeep::sweep(&hub.app).await.unwrap();
        let left = hub.app.store.read(hub.tenant, |s| {
            s.all("SELECT id FROM tokens WHERE retired_digest IS NOT NULL ORDER BY id", &[], |row| row.get(0))
        });
        let left: Vec<TokenId> = left.await.unwrap();
        assert_eq!(left, expected, "at {now:?}");
    }
}

/// A tenant-level token whose first value works until five minutes past noon.
async fn rotated(hub: &TestHub, name: &str) -> Issued {
    let token = hub.issue(None, TokenForm::Uuid, None).await;
    let id = token.id;
    let rotation = Rotation {
        value: keyed(hub.digest(Purpose::Token, name)),
        last_four: "abcd".to_owned(),
        retired_until: NOON.plus_minutes(5),
        at: NOON,
    };
    let write = hub.app.store.write(hub.tenant, move |s| tokens::rotate(s, id, 1, &rotation));
    assert!(write.await.unwrap());
    hub.token_changed(id).await;
    token
}
