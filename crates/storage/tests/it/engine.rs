//! Values, transactions and errors: what both engines must do alike.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::mpsc::{self, Sender};
use std::task::{Context, Waker};

use automation_hub_domain::id::{TenantId, UserId};
use automation_hub_storage::testing::TestDatabase;
use automation_hub_storage::{
    Constraint, Engine, Location, Session, StorageError, Store, StoreOptions, values,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use uuid::Uuid;

const TENANT: TenantId = TenantId::new(1);
const INSERT: &str = "INSERT INTO scratch (number, place) VALUES ($1, $2)";

/// A database with a table of our own beside the product's.
async fn database() -> TestDatabase {
    let database = TestDatabase::create().await.unwrap();
    let bytes = match database.store.engine() {
        Engine::Sqlite => "BLOB",
        Engine::Postgres => "BYTEA",
    };
    let sql = format!(
        "CREATE TABLE scratch (number BIGINT, place DOUBLE PRECISION, word TEXT, content {bytes}, \
         CONSTRAINT scratch_number_key UNIQUE (number))"
    );
    database.store.system().write(move |system| system.execute(&sql, &[])).await.unwrap();
    database
}

async fn insert(store: &Store, number: i64) -> Result<u64, StorageError> {
    store.write(TENANT, move |session| session.execute(INSERT, values![number, 0.5])).await
}

fn select_numbers(session: &mut Session<'_>) -> Result<Vec<i64>, StorageError> {
    session.all("SELECT number FROM scratch ORDER BY number", &[], |row| row.get(0))
}

async fn numbers(store: &Store) -> Vec<i64> {
    store.read(TENANT, select_numbers).await.unwrap()
}

/// Starts a write, without waiting for more than it does at once.
fn start<F: Future>(future: Pin<&mut F>) {
    assert!(
        future.poll(&mut Context::from_waker(Waker::noop())).is_pending(),
        "a write cannot be over already"
    );
}

/// A write of two rows that stands still between them until told to go on.
struct HeldWrite {
    /// Says when it stands still, and ends when the write is over.
    signals: UnboundedReceiver<()>,
    go_on: Sender<()>,
    task: tokio::task::JoinHandle<Result<(), StorageError>>,
}

async fn hold_write(store: &Store) -> HeldWrite {
    let (signal, mut signals) = unbounded_channel();
    let (go_on, gate) = mpsc::channel();
    let store = store.clone();
    let task = tokio::spawn(async move {
        store
            .write(TENANT, move |session| {
                session.execute(INSERT, values![-2, 0.0])?;
                signal.send(()).unwrap();
                gate.recv().unwrap();
                session.execute(INSERT, values![-1, 0.0])?;
                Ok(())
            })
            .await
    });
    signals.recv().await.unwrap();
    HeldWrite { signals, go_on, task }
}

#[tokio::test]
async fn values_of_every_class_come_back_as_they_went_in() {
    type Record = (Option<i64>, Option<f64>, Option<String>, Option<Vec<u8>>);
    let database = database().await;
    let records: [Record; 4] = [
        (None, None, None, None),
        (Some(0), Some(0.0), Some(String::new()), Some(Vec::new())),
        (
            Some(i64::MIN),
            Some(-1.5e-300),
            Some("Zürich 東京 🚀 \" ' $1 ?".to_owned()),
            Some(vec![0, 255, 10]),
        ),
        (Some(i64::MAX), Some(f64::MAX), Some("x".repeat(70_000)), Some(vec![7; 70_000])),
    ];
    for record in records {
        let written = record.clone();
        let read: Record = database
            .store
            .write(TENANT, move |session| {
                let (number, place, word, content) = &written;
                session.one(
                    "INSERT INTO scratch (number, place, word, content) VALUES ($1, $2, $3, $4) \
                     RETURNING number, place, word, content",
                    values![*number, *place, word.as_ref(), content.as_ref()],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
                )
            })
            .await
            .map_err(|error: StorageError| error)
            .unwrap();
        assert_eq!(read, record);
    }
}

#[tokio::test]
async fn ids_uuids_and_truth_values_are_stored_as_integers_and_bytes() {
    let database = database().await;
    let uuid = Uuid::from_u128(0x1234_5678);
    let (user, is_true, read) = database
        .store
        .write(TENANT, move |session| {
            session.execute(
                "INSERT INTO scratch (number, content) VALUES ($1, $2)",
                values![UserId::new(77), &uuid],
            )?;
            session.one(
                "SELECT number, number = $1, content FROM scratch WHERE content = $2",
                values![77, &uuid],
                |row| Ok((row.get::<UserId>(0)?, row.get::<bool>(1)?, row.get::<Uuid>(2)?)),
            )
        })
        .await
        .map_err(|error: StorageError| error)
        .unwrap();
    assert_eq!((user, is_true, read), (UserId::new(77), true, uuid));
}

#[tokio::test]
async fn a_column_of_another_class_is_reported_by_name_without_its_content() {
    let database = database().await;
    let error = database
        .store
        .write(TENANT, |session| {
            session.one("INSERT INTO scratch (word) VALUES ($1) RETURNING word", values!["personal"], |row| {
                row.get::<i64>(0)
            })
        })
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "unexpected content in the database: column 0 (word) holds text out of place"
    );
}

#[tokio::test]
async fn rows_are_visited_until_the_visitor_refuses() {
    let database = database().await;
    for number in 1..=5 {
        insert(&database.store, number).await.unwrap();
    }
    let visited: Vec<i64> = database
        .store
        .scan(TENANT, |session| {
            let mut visited = Vec::new();
            let stopped = session.each("SELECT number FROM scratch ORDER BY number", &[], |row| {
                visited.push(row.get(0)?);
                match visited.len() {
                    3 => Err(StorageError::Busy),
                    _ => Ok(()),
                }
            });
            assert!(matches!(stopped, Err(StorageError::Busy)));
            Ok::<_, StorageError>(visited)
        })
        .await
        .unwrap();
    assert_eq!(visited, [1, 2, 3]);
}

#[tokio::test]
async fn a_missing_row_is_none() {
    let database = database().await;
    let missing: Option<i64> = database
        .store
        .read(TENANT, |session| {
            session.optional("SELECT number FROM scratch WHERE number = $1", values![5], |row| row.get(0))
        })
        .await
        .map_err(|error: StorageError| error)
        .unwrap();
    assert_eq!(missing, None);
}

#[tokio::test]
async fn writes_that_wait_share_a_commit() {
    let database = database().await;
    let store = &database.store;
    let held = hold_write(store).await;
    let commits = store.commit_count();
    let mut waiting: Vec<_> = (0..100).map(|number| Box::pin(insert(store, number))).collect();
    for write in &mut waiting {
        start(write.as_mut());
    }
    held.go_on.send(()).unwrap();
    held.task.await.unwrap().unwrap();
    for write in waiting {
        assert_eq!(write.await.unwrap(), 1);
    }
    assert_eq!(numbers(store).await, (-2..100).collect::<Vec<_>>());
    let expected = match store.engine() {
        Engine::Sqlite => 2,
        Engine::Postgres => 101,
    };
    assert_eq!(store.commit_count() - commits, expected);
}

#[tokio::test]
async fn of_writes_that_share_a_commit_only_the_failing_ones_are_undone() {
    let database = database().await;
    let store = &database.store;
    let held = hold_write(store).await;
    let mut good = pin!(insert(store, 1));
    let mut failing = pin!(store.write(TENANT, |session| {
        session.execute(INSERT, values![2, 0.5])?;
        Err::<(), _>(StorageError::Unsupported("changed my mind"))
    }));
    let mut panicking = pin!(store.write(TENANT, |session| {
        session.execute(INSERT, values![3, 0.5])?;
        assert!(select_numbers(session)?.is_empty(), "a deliberate panic");
        Ok::<(), StorageError>(())
    }));
    let mut last = pin!(insert(store, 4));
    start(good.as_mut());
    start(failing.as_mut());
    start(panicking.as_mut());
    start(last.as_mut());
    held.go_on.send(()).unwrap();
    held.task.await.unwrap().unwrap();
    good.await.unwrap();
    assert!(matches!(failing.await, Err(StorageError::Unsupported("changed my mind"))));
    assert!(matches!(panicking.await, Err(StorageError::Panicked)));
    last.await.unwrap();
    insert(store, 5).await.unwrap();
    assert_eq!(numbers(store).await, [-2, -1, 1, 4, 5]);
}

#[tokio::test]
async fn a_panic_in_a_read_is_an_error_and_leaves_the_store_usable() {
    let database = database().await;
    insert(&database.store, 1).await.unwrap();
    let read = database.store.read(TENANT, |session| {
        assert!(select_numbers(session)?.is_empty(), "a deliberate panic");
        Ok::<(), StorageError>(())
    });
    assert!(matches!(read.await, Err(StorageError::Panicked)));
    let scan = database.store.scan(TENANT, |session| {
        assert!(select_numbers(session)?.is_empty(), "a deliberate panic");
        Ok::<(), StorageError>(())
    });
    assert!(matches!(scan.await, Err(StorageError::Panicked)));
    assert_eq!(numbers(&database.store).await, [1]);
}

#[tokio::test]
async fn nobody_sees_what_is_not_committed() {
    let database = database().await;
    let store = &database.store;
    let held = hold_write(store).await;
    assert!(numbers(store).await.is_empty());
    assert!(store.scan(TENANT, select_numbers).await.unwrap().is_empty());
    held.go_on.send(()).unwrap();
    held.task.await.unwrap().unwrap();
    assert_eq!(numbers(store).await, [-2, -1]);
}

#[tokio::test]
async fn a_scan_sees_one_instant() {
    let database = database().await;
    let store = &database.store;
    insert(store, 1).await.unwrap();
    let (signal, mut signals) = unbounded_channel();
    let (go_on, gate) = mpsc::channel::<()>();
    let scanning = store.clone();
    let scan = tokio::spawn(async move {
        scanning
            .scan(TENANT, move |session| {
                let before = select_numbers(session)?;
                signal.send(()).unwrap();
                gate.recv().unwrap();
                Ok::<_, StorageError>((before, select_numbers(session)?))
            })
            .await
    });
    signals.recv().await.unwrap();
    insert(store, 2).await.unwrap();
    go_on.send(()).unwrap();
    assert_eq!(scan.await.unwrap().unwrap(), (vec![1], vec![1]));
}

#[tokio::test]
async fn reads_cannot_write_to_the_embedded_database() {
    let database = database().await;
    if database.store.engine() == Engine::Postgres {
        return;
    }
    let read = database.store.read(TENANT, |session| session.execute(INSERT, values![1, 0.5]));
    assert!(matches!(read.await, Err(StorageError::Unavailable(_))));
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_a_whole_write_behind() {
    let database = database().await;
    let mut held = hold_write(&database.store).await;
    held.task.abort();
    assert!(held.task.await.unwrap_err().is_cancelled());
    held.go_on.send(()).unwrap();
    assert_eq!(held.signals.recv().await, None);
    assert_eq!(numbers(&database.store).await, [-2, -1]);
}

#[tokio::test]
async fn a_system_session_enters_a_tenant_within_its_transaction() {
    let database = database().await;
    let entered = database
        .store
        .system()
        .write(|system| {
            system.execute(INSERT, values![1, 0.5])?;
            let mut session = system.tenant(TenantId::new(9));
            assert_eq!(select_numbers(&mut session)?, [1]);
            Ok::<_, StorageError>(session.tenant())
        })
        .await
        .unwrap();
    assert_eq!(entered, TenantId::new(9));
}

async fn insert_tenant(store: &Store, slug: &'static str) -> Result<TenantId, StorageError> {
    store
        .system()
        .write(move |system| {
            system.one(
                "INSERT INTO tenants (uuid, organization_slug, organization_name, tenant_slug, tenant_name, \
                 currency, time_zone, created_at) VALUES ($1, 'acme', 'Acme', $2, 'Main', 'EUR', 'UTC', 0) \
                 RETURNING id",
                values![&Uuid::new_v4(), slug],
                |row| row.get(0),
            )
        })
        .await
}

async fn insert_user(store: &Store, tenant: TenantId) -> Result<u64, StorageError> {
    store
        .write(tenant, move |session| {
            session.execute(
                "INSERT INTO users (tenant_id, email, email_key, first_name, last_name, name_key, search_key, \
                 created_at, updated_at) VALUES ($1, 'A@b.c', 'a@b.c', 'A', 'B', 'a b', 'a b', 0, 0)",
                values![tenant],
            )
        })
        .await
}

fn conflict<T>(result: Result<T, StorageError>) -> Option<Constraint> {
    match result {
        Err(StorageError::Conflict(constraint)) => Some(constraint),
        _ => None,
    }
}

#[tokio::test]
async fn conflicts_name_the_rule_that_was_broken() {
    let database = database().await;
    let store = &database.store;
    let tenant = insert_tenant(store, "main").await.unwrap();
    assert_eq!(conflict(insert_tenant(store, "main").await), Some(Constraint::TenantSlug));
    insert_user(store, tenant).await.unwrap();
    assert_eq!(conflict(insert_user(store, tenant).await), Some(Constraint::UserEmail));
    assert_eq!(conflict(insert_user(store, TenantId::new(999)).await), Some(Constraint::Reference));
    insert(store, 1).await.unwrap();
    let other = match store.engine() {
        Engine::Sqlite => "scratch.number",
        Engine::Postgres => "scratch_number_key",
    };
    assert_eq!(conflict(insert(store, 1).await), Some(Constraint::Other(other.to_owned())));
}

#[tokio::test]
async fn every_unique_index_with_a_name_of_its_own_is_known_by_its_columns_too() {
    let database = database().await;
    if database.store.engine() == Engine::Postgres {
        return;
    }
    let columns: Vec<(String, String)> = database
        .store
        .system()
        .scan(|system| {
            system.all(
                "SELECT index_list.name, group_concat(tables.name || '.' || info.name, ', ') \
                 FROM sqlite_schema AS tables, pragma_index_list(tables.name) AS index_list, \
                 pragma_index_info(index_list.name) AS info \
                 WHERE tables.type = 'table' AND index_list.\"unique\" = 1 GROUP BY index_list.name",
                &[],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
        })
        .await
        .map_err(|error: StorageError| error)
        .unwrap();
    for (index, guarded) in Constraint::unique_indexes() {
        assert!(
            columns.iter().any(|(name, listed)| name == index && listed == guarded),
            "{index} does not guard {guarded} in the schema"
        );
    }
}

#[tokio::test]
async fn a_refused_transaction_is_tried_again() {
    let database = database().await;
    if database.store.engine() == Engine::Sqlite {
        return;
    }
    let mut attempts = 0;
    let made = database
        .store
        .write(TENANT, move |session| {
            attempts += 1;
            session.execute(INSERT, values![attempts, 0.5])?;
            if attempts < 3 {
                session.execute("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$", &[])?;
            }
            Ok::<_, StorageError>(attempts)
        })
        .await;
    assert_eq!(made.unwrap(), 3);
    assert_eq!(numbers(&database.store).await, [3]);
}

#[tokio::test]
async fn a_transaction_the_engine_gave_up_is_not_reported_as_kept() {
    let database = database().await;
    let store = &database.store;
    insert(store, 1).await.unwrap();
    let written = store
        .write(TENANT, |session| {
            session.execute(INSERT, values![2, 0.5])?;
            let ignored = session.execute(INSERT, values![1, 0.5]);
            assert!(ignored.is_err());
            Ok::<(), StorageError>(())
        })
        .await;
    let kept = numbers(store).await.contains(&2);
    assert_eq!(written.is_ok(), kept);
}

#[tokio::test]
async fn values_must_match_the_placeholders() {
    let database = database().await;
    let refused = database.store.write(TENANT, |session| session.execute(INSERT, values![1]));
    assert!(matches!(refused.await, Err(StorageError::Driver(_))));
}

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
    let database = database().await;
    let store = &database.store;
    insert(store, 1).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.sqlite");
    let backed_up = store.backup(copy.clone()).await;
    if store.engine() == Engine::Postgres {
        assert!(matches!(backed_up, Err(StorageError::Unsupported(_))));
        return;
    }
    backed_up.unwrap();
    insert(store, 2).await.unwrap();
    let opened = Store::open(StoreOptions::new(Location::Sqlite(copy.clone()))).await.unwrap();
    assert_eq!(numbers(&opened).await, [1]);
    assert_eq!(opened.pending_migrations().await.unwrap(), 0);
    assert!(store.backup(copy).await.is_err(), "a backup must not replace a file");
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
    if store.engine() == Engine::Sqlite {
        waiting.await.unwrap();
    }
    assert!(matches!(insert(&store, 2).await, Err(StorageError::Unavailable(_))));
    let opened = Store::open(StoreOptions::new(database.location())).await.unwrap();
    assert!(numbers(&opened).await.starts_with(&[-2, -1]));
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
