//! Opening, migrating, backing up and closing.

use automation_hub_storage::testing::TestDatabase;
use automation_hub_storage::{Engine, Location, StorageError, Store, StoreOptions, tenants};

use crate::organization::found_tenant;
use crate::support::{database, hold_write, insert, numbers, start};

#[tokio::test]
async fn statements_are_counted() {
    let database = database().await;
    let before = database.store.statement_count();
    insert(&database.store, 1).await.unwrap();
    numbers(&database.store).await;
    assert_eq!(database.store.statement_count() - before, 2);
}

#[tokio::test]
async fn a_backup_is_a_database_of_its_own() {
    let database = TestDatabase::embedded().await.unwrap();
    let store = &database.store;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite");
    found_tenant(store, "before").await;
    store.backup(copy.clone()).await.unwrap();
    found_tenant(store, "after").await;
    let opened = Store::open(StoreOptions::new(Location::Sqlite(copy.clone()))).await.unwrap();
    let kept = opened.system().read(tenants::list).await.unwrap();
    assert_eq!(kept.iter().map(|tenant| tenant.organization_slug.as_str()).collect::<Vec<_>>(), ["before"]);
    assert_eq!(opened.pending_migrations().await.unwrap(), 0);
    assert!(store.backup(copy).await.is_err(), "a backup must not replace a file");
}

#[tokio::test]
async fn a_server_s_backup_is_left_to_its_own_tools() {
    let database = database().await;
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite");
    let backed_up = database.store.backup(copy.clone()).await;
    match database.store.engine() {
        Engine::Sqlite => assert!(backed_up.is_ok(), "{backed_up:?}"),
        Engine::Postgres => assert!(matches!(backed_up, Err(StorageError::Unsupported(_))), "{backed_up:?}"),
    }
    assert_eq!(copy.exists(), database.store.engine() == Engine::Sqlite);
}

#[tokio::test]
async fn closing_keeps_every_accepted_write_in_one_file() {
    let database = database().await;
    let store = database.store.clone();
    let held = hold_write(&store).await;
    let mut waiting = Box::pin(insert(&store, 1));
    start(waiting.as_mut());
    let closing = tokio::spawn(database.store.clone().close());
    held.go_on.send(()).unwrap();
    held.task.await.unwrap().unwrap();
    closing.await.unwrap();
    match store.engine() {
        Engine::Sqlite => assert_eq!(waiting.await.unwrap(), 1),
        // It had not been handed to a connection yet: it is kept or refused, but it ends.
        Engine::Postgres => assert!(matches!(waiting.await, Ok(1) | Err(StorageError::Unavailable(_)))),
    }
    assert!(matches!(insert(&store, 2).await, Err(StorageError::Unavailable(_))));
    let opened = Store::open(StoreOptions::new(database.location())).await.unwrap();
    assert!(numbers(&opened).await.starts_with(&[-2, -1]));
}

/// Whoever asked may have hung up, or been cut off at the end of the program.
#[tokio::test]
async fn closing_waits_for_writes_that_nobody_waits_for() {
    let database = database().await;
    let mut held = hold_write(&database.store).await;
    held.task.abort();
    assert!(held.task.await.unwrap_err().is_cancelled());
    let mut closing = Box::pin(database.store.clone().close());
    start(closing.as_mut());
    held.go_on.send(()).unwrap();
    closing.await;
    assert_eq!(held.signals.recv().await, None, "the write is over");
    let opened = Store::open(StoreOptions::new(database.location())).await.unwrap();
    assert_eq!(numbers(&opened).await, [-2, -1]);
}

#[tokio::test]
async fn a_database_is_migrated_once() {
    let database = database().await;
    assert_eq!(database.store.pending_migrations().await.unwrap(), 0);
    assert_eq!(database.store.migrate().await.unwrap(), 0);
}

#[tokio::test]
async fn a_new_file_waits_for_its_migrations_and_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new.sqlite");
    let store = Store::open(StoreOptions::new(Location::Sqlite(file.clone()))).await.unwrap();
    let pending = store.pending_migrations().await.unwrap();
    assert!(pending > 0);
    assert_eq!(store.migrate().await.unwrap(), pending);
    assert_eq!(store.pending_migrations().await.unwrap(), 0);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[tokio::test]
async fn an_address_with_a_password_is_in_no_message() {
    for address in
        ["postgres://ana:hunter2@127.0.0.1:1/x", "postgres://ana:hunter2@127.0.0.1:1/x?nonsense=hunter2"]
    {
        let options = StoreOptions::new(Location::Postgres(address.to_owned()));
        assert!(!format!("{options:?}").contains("hunter2"));
        let error = Store::open(options).await.err().unwrap();
        assert!(matches!(error, StorageError::Unavailable(_)));
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
