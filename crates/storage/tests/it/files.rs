//! Files: what makes them visible, and what is given up.

use automation_hub_domain::{clock::Timestamp, id::FileId};
use automation_hub_storage::files::{self, NewFile};

use crate::organization::{Organization, found_tenant};

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn new_file(object: &str) -> NewFile {
    NewFile {
        object: object.into(),
        name: "plan.pdf".into(),
        media_type: "application/pdf".into(),
        size: 5_000_000_000,
        digest: [7; 32],
        created_at: at(9),
    }
}

#[tokio::test]
async fn only_what_was_noted_becomes_a_file_and_only_once() {
    let acme = Organization::found().await;
    let kept = acme
        .write(|s| {
            assert_eq!(files::keep(s, &new_file("a"))?, None);
            files::note_object(s, "a", at(1))?;
            let id = files::keep(s, &new_file("a"))?;
            assert_eq!(files::keep(s, &new_file("a"))?, None);
            Ok(id.unwrap())
        })
        .await
        .unwrap();
    let found = acme.read(move |s| files::find(s, kept)).await.unwrap();
    assert_eq!((found.object.as_str(), found.size, found.digest), ("a", 5_000_000_000, vec![7; 32]));
    let listed = acme.database.store.system().read(|s| files::list_objects(s, "", 10)).await.unwrap();
    assert_eq!(listed, [("a".to_owned(), 5_000_000_000)]);
}

#[tokio::test]
async fn what_is_given_up_never_becomes_a_file() {
    let acme = Organization::found().await;
    acme.write(|s| {
        files::note_object(s, "old", at(1))?;
        files::note_object(s, "new", at(5))?;
        assert_eq!(files::condemn(s, at(5), 10)?, ["old"]);
        assert_eq!(files::keep(s, &new_file("old"))?, None);
        // Not forgotten until it is removed.
        assert_eq!(files::condemn(s, at(5), 10)?, ["old"]);
        files::forget_object(s, "old")?;
        files::forget_object(s, "new")?;
        assert_eq!(files::condemn(s, at(5), 10)?, Vec::<String>::new());
        assert!(files::keep(s, &new_file("new"))?.is_some());
        assert!(!files::condemn_object(s, "new")?, "it is a file now");
        Ok(())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn another_tenant_sees_and_changes_nothing() {
    let acme = Organization::found().await;
    let id: FileId = acme
        .write(|s| {
            files::note_object(s, "a", at(1))?;
            files::note_object(s, "b", at(1))?;
            Ok(files::keep(s, &new_file("a"))?.unwrap())
        })
        .await
        .unwrap();
    let store = &acme.database.store;
    let other = found_tenant(store, "other").await;
    store
        .write(other, move |s| {
            assert_eq!(files::find(s, id)?, None);
            assert_eq!(files::keep(s, &new_file("b"))?, None);
            assert!(!files::condemn_object(s, "b")?);
            assert_eq!(files::condemn(s, at(9), 10)?, Vec::<String>::new());
            Ok::<_, automation_hub_storage::StorageError>(())
        })
        .await
        .unwrap();
}
