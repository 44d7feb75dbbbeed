//! Values of tokens and app keys stand nowhere but with their holders: not in the database, its journal, a
//! backup, or the log at its finest.

use std::{
    collections::HashSet,
    env,
    io::Write,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use automation_hub_domain::token::value::TokenForm;
use automation_hub_storage::Location;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::{
    app::TestHub,
    calls::{AUTHINFO, Issued, TYPE, Wire},
};

/// The log, kept.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// All secrets that were handed out, found by one pass over any number of bytes.
struct Secrets {
    values: HashSet<Vec<u8>>,
    lengths: Vec<usize>,
}

impl Secrets {
    fn of(issued: &[Issued]) -> Self {
        let secrets = issued.iter().flat_map(|token| [Some(&token.value), token.app_key.as_ref()]);
        let values: HashSet<_> = secrets.flatten().map(|value| value.clone().into_bytes()).collect();
        let mut lengths: Vec<_> = values.iter().map(Vec::len).collect();
        lengths.sort_unstable();
        lengths.dedup();
        Self { values, lengths }
    }

    fn found_in(&self, bytes: &[u8]) -> usize {
        // Every secret in this test is printable and has a mark near its front that little else has.
        let marks = |at: &usize| {
            let at_offset = |offset: usize| bytes.get(at + offset);
            at_offset(8) == Some(&b'-') || at_offset(3) == Some(&b'_')
        };
        let is_secret = |at: usize| {
            self.lengths
                .iter()
                .any(|&length| bytes.get(at..at + length).is_some_and(|window| self.values.contains(window)))
        };
        (0..bytes.len()).filter(marks).filter(|&at| is_secret(at)).count()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_value_is_found_in_the_database_its_journal_a_backup_or_the_log() {
    let count: usize = env::var("HUB_TEST_TOKENS").map_or(1000, |count| count.parse().unwrap());
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(log.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    tracing::trace!("the log is kept");
    let hub = TestHub::start().await;
    let issued = use_tokens(&hub, count).await;
    let secrets = Secrets::of(&issued);
    assert_eq!(secrets.found_in(issued[0].value.as_bytes()), 1, "the search finds what there is");

    let log = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(String::from_utf8_lossy(&log).contains("the log is kept"));
    assert_eq!(secrets.found_in(&log), 0, "in the log");
    let folder = tempfile::tempdir().unwrap();
    if let Location::Sqlite(file) = hub.database.location() {
        let backup = folder.path().join("backup.sqlite");
        hub.app.store.backup(backup.clone()).await.unwrap();
        let journal = format!("{}-wal", file.display());
        for file in [file.as_path(), Path::new(&journal), &backup] {
            let bytes = std::fs::read(file).unwrap();
            assert!(bytes.len() > 4096, "{} is not empty", file.display());
            assert_eq!(secrets.found_in(&bytes), 0, "in {}", file.display());
        }
    }
}

/// Makes tokens of every kind, and uses each well, badly and in the wrong places.
async fn use_tokens(hub: &TestHub, count: usize) -> Vec<Issued> {
    let (user, _) = hub.issue_personal().await;
    let mut wire = Wire::open(hub.listen().await).await;
    let mut issued = Vec::new();
    for number in 0..count {
        let form = if number % 2 == 0 { TokenForm::Uuid } else { TokenForm::Prefixed };
        let app_key = (number % 3 == 0).then(|| format!("key_{number:08}-of-a-script"));
        let token = hub.issue((number % 5 != 0).then_some(user), form, app_key.as_deref()).await;
        let (credential, value) = (token.credential(), &token.value);
        let key = app_key.map(|app_key| format!("x-ah-openapi-app-key: {app_key}\r\n")).unwrap_or_default();
        for lines in [
            format!("authorization: {credential}\r\n{TYPE}{key}"),
            format!("authorization: {credential}\r\n{TYPE}x-ah-openapi-app-key: wrong\r\n"),
            format!("authorization: {credential}x\r\n{TYPE}"),
            format!("authorization: {credential}\r\nx-ah-openapi-auth: {value}\r\n"),
            format!("authorization: Basic {value}\r\n{TYPE}"),
        ] {
            let request = format!("GET {AUTHINFO} HTTP/1.1\r\nhost: hub\r\n{lines}\r\n");
            wire.ask(request.as_bytes()).await.unwrap();
        }
        let in_query = format!("GET {AUTHINFO}?access_token={value} HTTP/1.1\r\nhost: hub\r\n\r\n");
        let refused = wire.ask(in_query.as_bytes()).await.unwrap().status;
        // So many refusals from one address are slowed down in the end.
        assert!(matches!(refused, 401 | 429), "{refused}");
        issued.push(token);
    }
    hub.app.calls.flush(&hub.app).await.unwrap();
    issued
}
