//! Transactions: what is kept, undone and seen, and what many writers share.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::time::Duration;

use automation_hub_domain::id::TenantId;
use automation_hub_storage::testing::TestDatabase;
use automation_hub_storage::{Engine, Location, Session, StorageError, Store, StoreOptions, values};
use futures_util::future::join_all;
use rstest::rstest;
use tokio::sync::mpsc::unbounded_channel;

use crate::support::{INSERT, TENANT, database, hold_write, insert, numbers, select_numbers, start};

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
async fn reads_cannot_write() {
    let database = database().await;
    let store = &database.store;
    let refused = store.read(TENANT, |session| session.execute(INSERT, values![1, 0.5])).await.unwrap_err();
    match store.engine() {
        // The connection's own refusal: it is opened for reading.
        Engine::Sqlite => assert!(matches!(refused, StorageError::Unavailable(_)), "{refused:?}"),
        // The transaction's: it begins as a reading one.
        Engine::Postgres => assert!(matches!(refused, StorageError::Driver(_)), "{refused:?}"),
    }
    assert!(numbers(store).await.is_empty());
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

/// Only an engine on which transactions run beside one another refuses one for another's sake. On the other a failure is
/// the closure's own, and would come again.
#[tokio::test]
async fn a_transaction_refused_for_the_sake_of_another_is_tried_again() {
    let database = database().await;
    let store = &database.store;
    let (refusal, tries) = match store.engine() {
        Engine::Sqlite => ("INSERT INTO scratch (number) SELECT number FROM scratch", 1),
        Engine::Postgres => ("DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$", 3),
    };
    let attempts = Arc::new(AtomicI64::new(0));
    let counted = Arc::clone(&attempts);
    let made = store
        .write(TENANT, move |session| {
            let attempt = counted.fetch_add(1, Ordering::SeqCst) + 1;
            session.execute(INSERT, values![attempt, 0.5])?;
            match attempt {
                1 => session.execute(refusal, &[]).map(drop)?,
                2 => session.put_off(refusal, &[])?,
                _ => {}
            }
            Ok::<_, StorageError>(attempt)
        })
        .await;
    assert_eq!(attempts.load(Ordering::SeqCst), tries);
    match store.engine() {
        Engine::Sqlite => {
            assert!(matches!(made, Err(StorageError::Conflict(_))), "{made:?}");
            assert!(numbers(store).await.is_empty());
        }
        Engine::Postgres => {
            assert_eq!(made.unwrap(), 3);
            assert_eq!(numbers(store).await, [3]);
        }
    }
}

/// A server that was restarted, or an operator, ends connections; each of them fails once at most.
#[tokio::test]
async fn connections_that_the_server_ended_are_made_anew() {
    const HELD: usize = 3;
    let database = database().await;
    let store = &database.store;
    insert(store, 1).await.unwrap();
    // Only those that are taken at the same time are several.
    let all_read = Arc::new(Barrier::new(HELD));
    let reads = (0..HELD).map(|_| {
        let all_read = Arc::clone(&all_read);
        store.scan(TENANT, move |session| {
            let numbers = select_numbers(session)?;
            all_read.wait();
            Ok::<_, StorageError>(numbers)
        })
    });
    assert!(join_all(reads).await.into_iter().all(|read| read.unwrap() == [1]));
    if store.engine() == Engine::Postgres {
        // Ended, not only told to end: one that isn't yet could still answer.
        let end_others = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity \
             WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
        store.read(TENANT, |session| session.each(end_others, &[], |_| Ok(()))).await.unwrap();
        let end_own = "SELECT pg_terminate_backend(pg_backend_pid())";
        let ended = store.read(TENANT, |session| session.each(end_own, &[], |_| Ok(()))).await;
        assert!(matches!(ended, Err(StorageError::Unavailable(_))), "{ended:?}");
    }
    // Reads have no transaction whose end would show that a connection is lost.
    let mut failures = 0;
    while let Err(error) = store.read(TENANT, select_numbers).await {
        assert!(matches!(error, StorageError::Unavailable(_)), "{error:?}");
        failures += 1;
        assert!(failures <= HELD, "{error:?}");
    }
    for _ in 0..HELD {
        assert_eq!(numbers(store).await, [1]);
    }
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

const RENAME: &str = "UPDATE scratch SET number = $1 WHERE number = $2";

#[tokio::test]
async fn what_was_put_off_runs_in_its_order_before_what_follows_and_is_kept() {
    let database = database().await;
    let write = |session: &mut Session<'_>| {
        session.put_off(INSERT, values![1, 0.5])?;
        session.put_off(RENAME, values![2, 1])?;
        session.put_off(RENAME, values![3, 2])?;
        let seen = select_numbers(session)?;
        for number in 4..=200 {
            session.put_off(INSERT, values![number, 0.5])?;
        }
        Ok::<_, StorageError>(seen)
    };
    assert_eq!(database.store.write(TENANT, write).await.unwrap(), [3]);
    assert_eq!(numbers(&database.store).await, (3..=200).collect::<Vec<_>>());
    database.store.write(TENANT, |session| session.put_off(INSERT, values![201, 0.5])).await.unwrap();
    assert!(numbers(&database.store).await.contains(&201), "where nothing else was sent");
}

/// Whether the engine hears of it at once, or together with what follows.
#[tokio::test]
async fn what_was_put_off_and_fails_undoes_its_transaction() {
    let database = database().await;
    let store = &database.store;
    insert(store, 1).await.unwrap();
    let at_once = store.engine() == Engine::Sqlite;
    for (is_first, is_last) in [(true, true), (true, false), (false, true), (false, false)] {
        let written = store.write(TENANT, move |session| {
            if !is_first {
                session.execute(INSERT, values![2, 0.5])?;
            }
            session.put_off(INSERT, values![3, 0.5])?;
            let taken = session.put_off(INSERT, values![1, 0.5]);
            assert_eq!(taken.is_err(), at_once);
            taken?;
            if !is_last {
                session.put_off(INSERT, values![4, 0.5])?;
                select_numbers(session)?;
            }
            Ok::<(), StorageError>(())
        });
        let written = written.await;
        assert!(matches!(written, Err(StorageError::Conflict(_))), "{written:?}");
        assert_eq!(numbers(store).await, [1]);
    }
}

/// One that can't even be prepared is noticed before the end of its transaction is sent.
#[tokio::test]
async fn what_was_put_off_and_cannot_be_sent_leaves_the_connection_usable() {
    let database = database().await;
    let options = StoreOptions { postgres_pool: 1, ..StoreOptions::new(database.location()) };
    let store = Store::open(options).await.unwrap();
    for wrong in
        ["INSERT INTO nowhere (number) VALUES ($1)", "INSERT INTO scratch (number, place) VALUES ($1, $2)"]
    {
        for is_first in [true, false] {
            let written = store.write(TENANT, move |session| {
                if !is_first {
                    session.execute(INSERT, values![1, 0.5])?;
                }
                session.put_off(wrong, values![1])
            });
            written.await.unwrap_err();
            assert!(numbers(&store).await.is_empty());
            insert(&store, 2).await.unwrap();
            store.write(TENANT, |session| session.execute("DELETE FROM scratch", &[])).await.unwrap();
        }
    }
    store.close().await;
}

#[tokio::test]
async fn what_was_put_off_goes_with_whoever_refuses() {
    let database = database().await;
    let store = &database.store;
    let refused = store.write(TENANT, |session| {
        session.put_off(INSERT, values![1, 0.5])?;
        Err::<(), _>(StorageError::Unsupported("changed my mind"))
    });
    refused.await.unwrap_err();
    insert(store, 2).await.unwrap();
    assert_eq!(numbers(store).await, [2]);
}

#[tokio::test]
async fn who_reads_can_put_nothing_off() {
    let database = database().await;
    let store = &database.store;
    store.read(TENANT, |session| session.put_off(INSERT, values![1, 0.5])).await.unwrap_err();
    store.scan(TENANT, |session| session.put_off(INSERT, values![1, 0.5])).await.unwrap_err();
    assert!(numbers(store).await.is_empty());
}

/// What `.cargo/config.toml` has the engine built with: without it all works, only slower.
#[tokio::test]
async fn the_embedded_engine_is_built_as_we_want_it() {
    let database = TestDatabase::embedded().await.unwrap();
    let options: Vec<String> = database
        .store
        .read(TENANT, |s| s.all("PRAGMA compile_options", values![], |row| row.get(0)))
        .await
        .unwrap();
    let has = |wanted: &str| options.iter().any(|option| option == wanted);
    for wanted in ["DEFAULT_MEMSTATUS=0", "MAX_MMAP_SIZE=1099511627776", "OMIT_SHARED_CACHE"] {
        assert!(has(wanted), "{wanted}: {options:#?}");
    }
    for unwanted in ["API_ARMOR", "DBSTAT_VTAB", "FTS3", "FTS3_PARENTHESIS", "MEMORY_MANAGEMENT", "RTREE"] {
        assert!(!has(&format!("ENABLE_{unwanted}")), "{unwanted}: {options:#?}");
    }
}

/// What a writer or a checkpoint does must not keep those waiting who read.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn threads_that_write_give_way_to_the_others() {
    let _database = TestDatabase::embedded().await.unwrap();
    let expected = (niceness("self").unwrap() + 5).min(19);
    // The system cuts a name after fifteen characters.
    for name in ["storage-writer", "storage-checkpo"] {
        while niceness_of_thread(name) != Some(expected) {
            tokio::task::yield_now().await;
        }
    }
}

#[cfg(target_os = "linux")]
fn niceness_of_thread(name: &str) -> Option<i32> {
    let ids = std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|id| id.ok()?.file_name().into_string().ok());
    let is_called = |id: &String| {
        std::fs::read_to_string(format!("/proc/self/task/{id}/comm")).is_ok_and(|comm| comm.trim() == name)
    };
    ids.filter(is_called).find_map(|id| niceness(&format!("self/task/{id}")))
}

/// None of a thread that has ended.
#[cfg(target_os = "linux")]
fn niceness(of: &str) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{of}/stat")).ok()?;
    // The name, which may hold anything, stands in brackets; of what follows it is the seventeenth.
    stat.rsplit(')').next()?.split_whitespace().nth(16)?.parse().ok()
}

/// A log that only grows has each commit written beyond the end of a file, which takes the disk longer.
#[rstest]
#[case::nobody_reads(0)]
#[case::many_read(MANY)]
#[tokio::test]
async fn the_log_starts_over_while_writes_go_on(#[case] reads: usize) {
    const SMALL: u64 = 48 << 20;
    let database = TestDatabase::embedded().await.unwrap();
    let store = &database.store;
    let Location::Sqlite(file) = database.location() else { panic!("not a file") };
    let log = PathBuf::from(format!("{}-wal", file.display()));
    store.system().write(|s| s.execute("CREATE TABLE log_filler (content BLOB)", &[])).await.unwrap();
    let first_log = number_of(&log);
    let add = async |bytes: usize| {
        let content = vec![7_u8; bytes];
        let insert = "INSERT INTO log_filler (content) VALUES ($1)";
        store.write(TENANT, move |s| s.execute(insert, values![content.as_slice()])).await.unwrap();
        read_often(store, reads).await;
    };
    for _ in 0..5 {
        add(4 << 20).await;
    }
    while number_of(&log) == first_log {
        add(1).await;
        let length = log.metadata().unwrap().len();
        assert!(length < SMALL, "{length} bytes of log");
    }
}

/// So many reads from one commit to the next that sharing a lock pays.
const MANY: usize = 100;

async fn read_often(store: &Store, times: usize) {
    for _ in 0..times {
        store.read(TENANT, |s| s.one("SELECT 1", &[], |row| row.get::<i64>(0))).await.unwrap();
    }
}

/// Of a commit that many read, the process holds one lock for all of them, and only as long as it is the newest.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn many_reads_of_one_commit_share_a_lock() {
    let watched = Watched::new().await;
    for round in 1..4 {
        read_often(&watched.database.store, MANY).await;
        watched.add().await;
        assert!(watched.keeps_a_view());
        watched.add().await;
        assert!(!watched.keeps_a_view(), "nobody has read since");
        assert_eq!(watched.count(1).await, 2 * round, "what is read is never older than the last commit");
    }
}

/// A command that changes something beside a server at which nobody is: it would wait for as long as a lock may take.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn who_ends_beside_a_view_that_is_kept_does_not_wait_for_it() {
    let watched = Watched::new().await;
    read_often(&watched.database.store, MANY).await;
    watched.add().await;
    assert!(watched.keeps_a_view());
    let other = Store::open(StoreOptions::new(watched.database.location())).await.unwrap();
    let insert = "INSERT INTO changes_seen (number) VALUES (2)";
    other.write(TENANT, move |s| s.execute(insert, &[])).await.unwrap();
    tokio::time::timeout(Duration::from_secs(3), other.close()).await.unwrap();
    assert!(watched.keeps_a_view());
    assert_eq!(watched.count(2).await, 1, "others' commits are seen beside it");
}

/// A database whose lock for a view is looked at.
#[cfg(target_os = "linux")]
struct Watched {
    database: TestDatabase,
    locks: PathBuf,
}

#[cfg(target_os = "linux")]
impl Watched {
    async fn new() -> Self {
        let database = TestDatabase::embedded().await.unwrap();
        let Location::Sqlite(file) = database.location() else { panic!("not a file") };
        let locks = PathBuf::from(format!("{}-shm", file.display()));
        let create = "CREATE TABLE changes_seen (number BIGINT)";
        database.store.system().write(move |s| s.execute(create, &[])).await.unwrap();
        let watched = Self { database, locks };
        watched.settle().await;
        watched
    }

    fn keeps_a_view(&self) -> bool {
        is_locked_for_reading(&self.locks)
    }

    async fn add(&self) {
        let insert = "INSERT INTO changes_seen (number) VALUES (1)";
        self.database.store.write(TENANT, move |s| s.execute(insert, &[])).await.unwrap();
        self.settle().await;
    }

    async fn count(&self, number: i64) -> i64 {
        let count = "SELECT COUNT(*) FROM changes_seen WHERE number = $1";
        let counted =
            self.database.store.read(TENANT, move |s| s.one(count, values![number], |row| row.get(0)));
        counted.await.unwrap()
    }

    /// The writer answers before it sees to the view, and sees to it before it comes to the next write. One that is refused
    /// changes nothing.
    async fn settle(&self) {
        let refuse = |_: &mut Session<'_>| Err::<(), _>(StorageError::Unsupported("nothing done"));
        self.database.store.write(TENANT, refuse).await.unwrap_err();
    }
}

#[cfg(target_os = "linux")]
fn is_locked_for_reading(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let inode = format!(":{}", file.metadata().unwrap().ino());
    let locks = std::fs::read_to_string("/proc/locks").unwrap();
    locks.lines().any(|lock| {
        let fields: Vec<_> = lock.split_whitespace().collect();
        // The engine holds another one for as long as the file is open, at byte 128; those of readers begin at 123.
        let begins_at = fields.get(6).and_then(|byte| byte.parse::<u64>().ok());
        fields.get(3) == Some(&"READ")
            && fields.get(5).is_some_and(|place| place.ends_with(&inode))
            && begins_at.is_some_and(|byte| (123..128).contains(&byte))
    })
}

/// How often a log has started over: <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.
fn number_of(log: &Path) -> u32 {
    let mut header = [0; 16];
    File::open(log).unwrap().read_exact(&mut header).unwrap();
    u32::from_be_bytes(*header.last_chunk().unwrap())
}

#[tokio::test]
async fn a_write_without_a_statement_or_with_a_refused_one_leaves_its_connection_usable() {
    let database = database().await;
    let store = &database.store;
    for _ in 0..40 {
        store.write(TENANT, |_| Ok::<_, StorageError>(())).await.unwrap();
        let nothing = store.write(TENANT, |_| Err::<(), _>(StorageError::Unsupported("nothing done"))).await;
        assert!(matches!(nothing, Err(StorageError::Unsupported("nothing done"))));
        store
            .write(TENANT, |session| session.execute("UPDATE nowhere SET number = 1", values![]))
            .await
            .unwrap_err();
        store.scan(TENANT, |_| Ok::<_, StorageError>(())).await.unwrap();
    }
    insert(store, 7).await.unwrap();
    assert_eq!(numbers(store).await, [7]);
}

#[tokio::test]
async fn a_write_that_is_refused_before_it_changes_anything_has_no_other_repeated() {
    let database = database().await;
    let store = &database.store;
    let runs = Arc::new(AtomicI64::new(0));
    let held = hold_write(store).await;
    let mut good = pin!(store.write(TENANT, {
        let runs = Arc::clone(&runs);
        move |session| {
            runs.fetch_add(1, Ordering::Relaxed);
            session.execute(INSERT, values![1, 0.5])
        }
    }));
    let mut refused = pin!(store.write(TENANT, |session| {
        select_numbers(session)?;
        Err::<(), _>(StorageError::Unsupported("not this time"))
    }));
    start(good.as_mut());
    start(refused.as_mut());
    held.go_on.send(()).unwrap();
    held.task.await.unwrap().unwrap();
    good.await.unwrap();
    assert!(matches!(refused.await, Err(StorageError::Unsupported("not this time"))));
    assert_eq!(numbers(store).await, [-2, -1, 1]);
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_refused_change_of_the_schema_is_undone_beside_writes_that_are_kept() {
    let database = database().await;
    let store = &database.store;
    let held = hold_write(store).await;
    let mut refused = pin!(store.write(TENANT, |session| {
        session.execute("CREATE TABLE left_behind (number BIGINT NOT NULL)", values![])?;
        Err::<(), _>(StorageError::Unsupported("not this time"))
    }));
    let mut good = pin!(insert(store, 1));
    start(refused.as_mut());
    start(good.as_mut());
    held.go_on.send(()).unwrap();
    held.task.await.unwrap().unwrap();
    good.await.unwrap();
    assert!(matches!(refused.await, Err(StorageError::Unsupported("not this time"))));
    assert_eq!(numbers(store).await, [-2, -1, 1]);
    let is_there = store
        .read(TENANT, |session| session.all("SELECT number FROM left_behind", values![], |_| Ok(())))
        .await;
    assert!(is_there.is_err());
}

type Step = fn(&mut Session<'_>) -> Result<(), StorageError>;

/// A server hears of it later, and the closure is told in its second run.
#[tokio::test]
async fn what_is_taken_for_granted_and_does_not_hold_is_told_to_the_closure() {
    const IS_THERE: &str = "SELECT 1 FROM scratch WHERE number = $1";
    let database = database().await;
    let store = &database.store;
    insert(store, 1).await.unwrap();
    let after: [Step; 4] = [
        |session| session.execute(INSERT, values![3, 0.5]).map(drop),
        |session| session.put_off(INSERT, values![3, 0.5]),
        |_| Ok(()),
        |_| Err(StorageError::Unsupported("by what it took for granted")),
    ];
    let runs_if_wrong = if store.engine() == Engine::Sqlite { 1 } else { 2 };
    for (number, expected_runs) in [(1, 1), (2, runs_if_wrong)] {
        for (way, go_on) in after.iter().copied().enumerate() {
            let runs = Arc::new(AtomicI64::new(0));
            let counted = Arc::clone(&runs);
            let written = store.write(TENANT, move |session| {
                counted.fetch_add(1, Ordering::SeqCst);
                let is_there = session.finds(IS_THERE, values![number])?;
                if is_there {
                    go_on(session)?;
                }
                Ok::<_, StorageError>(is_there)
            });
            let written = written.await;
            let fails = number == 1 && way == 3;
            match written {
                Ok(is_there) => assert_eq!((is_there, fails), (number == 1, false), "{way}"),
                Err(StorageError::Unsupported(_)) => assert!(fails, "{way}"),
                Err(error) => panic!("{way}: {error:?}"),
            }
            assert_eq!(runs.load(Ordering::SeqCst), expected_runs, "{number} {way}");
            assert_eq!(numbers(store).await.contains(&3), number == 1 && way < 2, "{number} {way}");
            store
                .write(TENANT, |session| session.execute("DELETE FROM scratch WHERE number = 3", &[]))
                .await
                .unwrap();
        }
    }
}
