//! Values of tokens and app keys stand nowhere but with their holders: not in the database, its journal, a
//! backup, a page, an answer, or the log at its finest.
#![expect(clippy::indexing_slicing, reason = "a token that isn't there is a failed test")]

use std::{collections::HashSet, env};

use automation_hub_domain::{
    role::SYSTEM_ADMIN,
    tenant::KeptContents,
    token::value::{TokenForm, TokenValue},
};
use automation_hub_server::{
    app::App,
    auth::credential::Presented,
    router::router,
    services::tokens::{OperatorTokens, TokenInput},
};
use automation_hub_storage::{Location, tenants};
use axum::{body::Body, http::Request};

use crate::{
    app::{BASE, NOON, TestHub},
    calls::{AUTHINFO, Issued, TYPE, Wire},
    http2::{Ended, Http2},
    log::Log,
};

/// One in so many tokens is misused in every way, the others are called once.
const MISUSED: usize = 20;
/// How many are stored in one transaction.
const BATCH: usize = 500;
const ANA: &str = "ana@nordwind.example";

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

/// A hub with tokens of every kind, and everything it answered while they were used.
struct Used {
    hub: TestHub,
    issued: Vec<Issued>,
    answers: Vec<u8>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_value_is_found_in_the_database_its_journal_a_backup_an_answer_or_the_log() {
    let count: usize = env::var("HUB_TEST_TOKENS").map_or(10_000, |count| count.parse().unwrap());
    let log = Log::keep();
    let mut used = Used::start(count).await;
    let secrets = Secrets::of(&used.issued);
    assert_eq!(secrets.found_in(used.issued[0].value.as_bytes()), 1, "the search finds what there is");

    used.call_all().await;
    used.misuse_some().await;
    used.read_pages().await;
    let (hub, answers) = (&used.hub, &used.answers);
    hub.app.calls.flush(&hub.app).await.unwrap();
    assert!(answers.len() > count * 100, "the answers were kept");
    assert_eq!(secrets.found_in(answers), 0, "in an answer or a page");
    assert_eq!(secrets.found_in(&log.bytes()), 0, "in the log");
    let contents = hub.database.contents().await.unwrap();
    assert!(contents.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > count * 100, "all rows are there");
    for (name, bytes) in contents {
        assert_eq!(secrets.found_in(&bytes), 0, "in {name}");
    }
    if let Location::Sqlite(_) = hub.database.location() {
        let folder = tempfile::tempdir().unwrap();
        let backup = folder.path().join("backup.sqlite");
        hub.app.store.backup(backup.clone()).await.unwrap();
        let bytes = std::fs::read(&backup).unwrap();
        assert!(bytes.len() > count * 100, "the backup is one");
        assert_eq!(secrets.found_in(&bytes), 0, "in a backup");
    }
    assert_eq!(secrets.found_in(used.printed().as_bytes()), 0, "in what is printed for debugging");
}

impl Used {
    /// Makes some tokens as the command line does, and the rest in large transactions.
    async fn start(count: usize) -> Self {
        let mut hub = TestHub::start().await;
        let user = hub.add_user(ANA, &[]).await;
        let mut issued = Vec::new();
        for form in [TokenForm::Uuid, TokenForm::Prefixed] {
            issued.extend(create(&hub, form, count / 20).await);
        }
        let forms = [TokenForm::Uuid, TokenForm::Prefixed];
        let draw = |number: usize| {
            let user = (!number.is_multiple_of(5)).then_some(user);
            hub.draw(user, forms[number % 2], app_key(number).as_deref())
        };
        let numbers: Vec<usize> = (issued.len()..count).collect();
        for batch in numbers.chunks(BATCH) {
            issued.extend(hub.issue_all(batch.iter().map(|number| draw(*number)).collect()).await);
        }
        // As after a restart, which loads all of them at once.
        let (store, keys) = (hub.database.store.clone(), hub.app.keys.clone());
        let app = App::with_store(store, keys, hub.app.config.clone(), hub.clock.clone()).await.unwrap();
        hub.router = router(app.clone());
        hub.app = app;
        assert_eq!(hub.app.tokens.verifier.snapshot().token_count(), count);
        Self { hub, issued, answers: Vec::new() }
    }

    async fn call_all(&mut self) {
        for token in &self.issued {
            let answer = self.hub.send(token.request(AUTHINFO)).await;
            assert!(answer.status.is_success(), "{}", answer.text());
            self.answers.extend(answer.body);
        }
    }

    /// Every way to send a value to the wrong place, over real connections.
    async fn misuse_some(&mut self) {
        let address = self.hub.listen().await;
        let mut wire = Wire::open(address).await;
        let mut http2 = Http2::open(address).await;
        for token in self.issued.iter().step_by(MISUSED) {
            for request in misuses(token) {
                let answer = wire.ask(request.as_bytes()).await.unwrap();
                self.answers.extend_from_slice(answer.head.as_bytes());
                self.answers.extend_from_slice(answer.body.as_bytes());
            }
            let credential = token.credential();
            let fields = [("authorization", credential.as_str()), ("x-ah-openapi-auth", &token.value)];
            let Ended::Answered(body) = http2.get(AUTHINFO, &fields).await else { panic!("no answer") };
            self.answers.extend_from_slice(body.as_bytes());
        }
    }

    /// What an administrator sees of them, and what goes wrong on the way.
    async fn read_pages(&mut self) {
        self.hub.add_user("ines@nordwind.example", &[SYSTEM_ADMIN]).await;
        let mut ines = self.hub.signed_in("ines@nordwind.example").await;
        let console = format!("{BASE}/admin/platform-setup/open-api");
        let first = &self.issued[0];
        let mut paths = vec![
            format!("{console}?user=ana"),
            format!("{console}?user={}", first.value),
            format!("{console}/settings"),
            format!("{BASE}/profile"),
            format!("{BASE}/{}", first.value),
        ];
        paths.extend((1..=20).map(|page| format!("{console}?page={page}")));
        for token in self.issued.iter().step_by(self.issued.len() / 10) {
            let id = token.id.get();
            paths.extend(
                ["", "/edit", "/rotate", "/revoke"].map(|page| format!("{console}/tokens/{id}{page}")),
            );
        }
        for path in &paths {
            let answer = ines.get(path).await;
            assert!(!answer.status.is_server_error(), "{path}");
            // What somebody typed into an address or a search field may stand there again.
            if !path.contains(&first.value) {
                self.answers.extend(answer.body);
            }
        }
        let unreadable = Request::post(format!("{console}/tokens")).header("content-type", "text/plain");
        let answer = ines.send_with(unreadable, Body::from(first.value.clone())).await;
        self.answers.extend(answer.body);
    }

    /// What a careless line of code could print.
    fn printed(&self) -> String {
        let token = &self.issued[0];
        let request = token.request(AUTHINFO);
        let presented = Presented::of(request.headers(), None);
        let address = std::net::Ipv4Addr::LOCALHOST.into();
        let verified = self.hub.app.tokens.verifier.verify(&presented, address, NOON);
        let value = TokenValue::from_opened(token.value.clone());
        let keys = &self.hub.app.keys;
        let panicked = std::panic::catch_unwind(|| value.clone().map_or((), |value| panic!("{value:?}")));
        let message = panicked.unwrap_err().downcast::<String>().unwrap();
        format!("{verified:?} {value:?} {keys:?} {message}")
    }
}

/// Tokens of one form as the command line makes them.
async fn create(hub: &TestHub, form: TokenForm, count: usize) -> Vec<Issued> {
    set_form(hub, form).await;
    let tenant = hub.app.tenants().first().unwrap().as_ref().clone();
    let made = OperatorTokens::new(hub.app.store.clone(), &hub.app.keys, tenant.clone());
    let mut issued = Vec::new();
    for number in 0..count {
        let input = TokenInput {
            name: format!("Script {number}"),
            user: ANA.into(),
            expires_in: "90".into(),
            app_key: app_key(number).unwrap_or_default(),
            ..TokenInput::default()
        };
        let (token, secrets) = made.create(input, NOON).await.unwrap();
        let value = secrets.value.unwrap().expose().to_owned();
        assert_eq!(TokenForm::of(value.as_bytes()), Some(form));
        let app_key = secrets.app_key.map(|app_key| app_key.expose().to_owned());
        issued.push(Issued { id: token.id, tenant: tenant.uuid, value, app_key });
    }
    issued
}

fn app_key(number: usize) -> Option<String> {
    number.is_multiple_of(3).then(|| format!("key_{number:08}-of-a-script"))
}

async fn set_form(hub: &TestHub, form: TokenForm) {
    let write = hub.app.store.write(hub.tenant, move |s| {
        let mut settings = tenants::get(s)?.settings;
        settings.is_prefixed = form == TokenForm::Prefixed;
        settings.kept_contents = KeptContents::OfAll;
        tenants::update_token_settings(s, settings)
    });
    write.await.unwrap();
}

fn misuses(token: &Issued) -> Vec<String> {
    let (credential, value) = (token.credential(), &token.value);
    let key =
        token.app_key.as_ref().map(|key| format!("x-ah-openapi-app-key: {key}\r\n")).unwrap_or_default();
    let lines = [
        format!("authorization: {credential}\r\n{TYPE}x-ah-openapi-app-key: wrong\r\n"),
        format!("authorization: {credential}x\r\n{TYPE}{key}"),
        format!("authorization: {credential}\r\nx-ah-openapi-auth: {value}\r\n{key}"),
        format!("authorization: Basic {value}\r\n{TYPE}{key}"),
        format!("authorization: {credential}\r\nauthorization: {credential}\r\n{TYPE}{key}"),
        format!("user-agent: {value}\r\nx-forwarded-for: {value}\r\n{TYPE}{key}"),
    ];
    let calls = lines.map(|lines| format!("GET {AUTHINFO} HTTP/1.1\r\nhost: hub\r\n{lines}\r\n"));
    let addresses = [format!("{AUTHINFO}?access_token={value}"), format!("/{value}/{value}")];
    let addresses = addresses.map(|path| format!("GET {path} HTTP/1.1\r\nhost: hub\r\n\r\n"));
    calls.into_iter().chain(addresses).collect()
}
