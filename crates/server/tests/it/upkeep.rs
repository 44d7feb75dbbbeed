//! What the background deletes, and what it leaves.

use automation_hub_domain::clock::Timestamp;
use automation_hub_server::{error::Error, services::upkeep};
use automation_hub_storage::sessions::{self, NewBrowserSession};

use crate::app::{NOON, TestHub};

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
