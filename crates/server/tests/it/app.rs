//! The harness: an isolated hub with a clock that tests set, and browsers that keep cookies.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use automation_hub_domain::{
    clock::{Clock, Timestamp},
    id::{RoleId, TenantId, UserId},
    tenant::{NewTenant, Slug},
    user::{Email, InviteStatus, NewUser, Profile, RoleAssignment},
};
use automation_hub_server::{
    app::App,
    auth::{
        password::Password,
        random::{RandomSource, SystemRandom},
        secret::Secret,
    },
    config::Config,
    demo::{Size, Workshop},
    error::Error,
    keys::Keys,
    pages::visit::{SESSION_COOKIE, VISIT_COOKIE},
    router::router,
    server::Server,
};
use automation_hub_storage::{tenants, testing::TestDatabase, users};
use axum::{
    body::Body,
    http::{HeaderMap, Request, Response, StatusCode, header, request::Builder},
};
use http_body_util::BodyExt;
use tempfile::TempDir;
use tower::ServiceExt;
use uuid::Uuid;

/// 17 November 2026, 12:00 UTC: the day of the design's sample data.
pub const NOON: Timestamp = Timestamp::from_millis(1_794_916_800_000);
pub const BASE: &str = "/nordwind/production/automationhub_";
pub const TENANT_UUID: Uuid = Uuid::from_u128(0x8f3c_1b52_6a0e_4d8e_9d7b_2f41_c6a0_b9e3);

/// Everybody's password in tests.
pub const PASSWORD: &str = "correct horse battery";
/// What browsers call the hub.
pub const ORIGIN: &str = "http://127.0.0.1:8080";

/// A clock that stands still until a test moves it.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// The system's generator, until a test breaks it.
#[derive(Default)]
pub struct TestRandom(AtomicBool);

impl TestRandom {
    pub fn break_down(&self, is_broken: bool) {
        self.0.store(is_broken, Ordering::SeqCst);
    }
}

impl RandomSource for TestRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), Error> {
        if self.0.load(Ordering::SeqCst) {
            return Err(Error::Unavailable("the generator is broken".into()));
        }
        SystemRandom.fill(bytes)
    }
}

/// A hub with one tenant, "Nordwind Group / Production".
pub struct TestHub {
    pub app: App,
    pub router: Server,
    pub clock: Arc<TestClock>,
    pub random: Arc<TestRandom>,
    pub tenant: TenantId,
    pub database: TestDatabase,
    /// Where its files are.
    pub folder: TempDir,
}

impl TestHub {
    pub async fn start() -> Self {
        let database = TestDatabase::create().await.unwrap();
        let tenant = found_tenant(&database, "nordwind", "production", TENANT_UUID).await;
        Self::on(database, tenant, |_| ()).await
    }

    /// A hub that is configured otherwise than by default.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let database = TestDatabase::create().await.unwrap();
        let tenant = found_tenant(&database, "nordwind", "production", TENANT_UUID).await;
        Self::on(database, tenant, change).await
    }

    /// A hub that nobody has set up yet.
    pub async fn start_empty() -> Self {
        Self::on(TestDatabase::create().await.unwrap(), TenantId::new(0), |_| ()).await
    }

    /// A hub with the sample organisation, and how to get in as `automation-hub demo --json` tells it.
    pub async fn start_sample() -> (Self, serde_json::Value) {
        let mut hub = Self::start_empty().await;
        let before = &hub.app;
        let workshop = Workshop {
            store: &before.store,
            files: &before.files,
            peppers: &before.keys.peppers,
            passwords: &before.config.passwords,
            now: NOON,
        };
        let access = workshop.prepare(Size { ideas: 240, tokens: 0, answers: 0 }).await.unwrap();
        // The workshop writes past the app, which reads tokens when it starts.
        let (store, keys, config) = (before.store.clone(), before.keys.clone(), before.config.clone());
        let app = App::with_random(store, keys, config, hub.clock.clone(), hub.random.clone()).await.unwrap();
        hub.router = router(app.clone());
        hub.app = app;
        (hub, serde_json::to_value(access).unwrap())
    }

    async fn on(database: TestDatabase, tenant: TenantId, change: impl FnOnce(&mut Config)) -> Self {
        let clock = Arc::new(TestClock(AtomicI64::new(NOON.millis())));
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults().unwrap();
        folder.path().clone_into(&mut config.storage.data_dir);
        // As little work as Argon2id does: tests sign in hundreds of times.
        config.passwords.memory_kib = 8192;
        config.passwords.passes = 1;
        change(&mut config);
        let random = Arc::new(TestRandom::default());
        let (store, keys) = (database.store.clone(), Keys::draw().unwrap());
        let app = App::with_random(store, keys, config, clock.clone(), random.clone()).await.unwrap();
        Self { router: router(app.clone()), app, clock, random, tenant, database, folder }
    }

    /// Adds a person with roles for all categories, who can sign in with [`PASSWORD`].
    pub async fn add_user(&self, email: &str, roles: &[RoleId]) -> UserId {
        self.add_user_with(self.tenant, email, roles).await
    }

    /// Adds a person without roles to another tenant.
    pub async fn add_user_to(&self, tenant: TenantId, email: &str) -> UserId {
        self.add_user_with(tenant, email, &[]).await
    }

    async fn add_user_with(&self, tenant: TenantId, email: &str, roles: &[RoleId]) -> UserId {
        let hash = self.app.passwords.hash(Password::typed(PASSWORD)).await.unwrap();
        let new = NewUser {
            email: Email::parse(email).unwrap(),
            profile: Profile {
                first_name: first_name(email),
                last_name: "Tester".into(),
                ..Profile::default()
            },
            is_active: true,
            invite_status: InviteStatus::Active,
            password_hash: Some(hash),
            created_at: NOON,
        };
        let assignments: Vec<_> = roles.iter().map(|&role| RoleAssignment { role, category: None }).collect();
        self.app
            .store
            .write(tenant, move |s| -> Result<_, Error> {
                let id = users::insert(s, &new)?;
                users::set_role_assignments(s, id, &assignments)?;
                Ok(id)
            })
            .await
            .unwrap()
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser<'_> {
        Browser { hub: self, cookies: BTreeMap::new(), key: None }
    }

    /// A browser in which a person has signed in.
    pub async fn signed_in(&self, email: &str) -> Browser<'_> {
        let mut browser = self.browser();
        browser.sign_in(email).await;
        browser
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        Answer::of(self.router.clone().oneshot(request).await.unwrap()).await
    }
}

/// A browser: keeps cookies, and says with each form that it comes from one of our own pages.
pub struct Browser<'h> {
    hub: &'h TestHub,
    pub cookies: BTreeMap<String, String>,
    /// The secret behind the forms' hidden field: of the visit or the session, whichever began last.
    key: Option<Secret>,
}

impl Browser<'_> {
    /// Signs in on the sign-in page with [`PASSWORD`].
    pub async fn sign_in(&mut self, email: &str) {
        let path = format!("{BASE}/sign-in");
        self.get(&path).await;
        let answer = self.post(&path, &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Request::get(path)).await
    }

    /// Sends a form from one of our own pages, with its hidden field.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.csrf_token();
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields).append_pair("csrf_token", &token);
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send_with(request, Body::from(form.finish())).await
    }

    /// What the hidden field of forms holds in this browser.
    pub fn csrf_token(&self) -> String {
        self.key.as_ref().map(Secret::csrf_token).unwrap_or_default()
    }

    pub fn cookie_header(&self) -> String {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    pub async fn send(&mut self, request: Builder) -> Answer {
        self.send_with(request, Body::empty()).await
    }

    pub async fn send_with(&mut self, request: Builder, body: Body) -> Answer {
        let request =
            request.header(header::HOST, "127.0.0.1:8080").header(header::COOKIE, self.cookie_header());
        let answer = self.hub.send(request.body(body).unwrap()).await;
        for line in answer.headers.get_all(header::SET_COOKIE) {
            self.keep(line.to_str().unwrap());
        }
        answer
    }

    fn keep(&mut self, line: &str) {
        let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).unwrap();
        if line.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
            if name == SESSION_COOKIE || name == VISIT_COOKIE {
                self.key = Secret::parse(value);
            }
        }
    }
}

/// Founds a tenant in a database, as the command line or the set-up page does.
pub async fn found_tenant(database: &TestDatabase, organization: &str, tenant: &str, uuid: Uuid) -> TenantId {
    let new = NewTenant {
        uuid,
        organization_slug: Slug::parse(organization).unwrap(),
        organization_name: "Nordwind Group".into(),
        tenant_slug: Slug::parse(tenant).unwrap(),
        tenant_name: "Production".into(),
        currency: "EUR".into(),
        time_zone: "Europe/Copenhagen".into(),
        created_at: NOON,
    };
    database.store.system().write(move |s| tenants::insert(s, &new)).await.unwrap()
}

fn first_name(email: &str) -> String {
    let name = email.split(['@', '.']).next().unwrap_or_default();
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// An answer, its body read to the end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Self { status: parts.status, headers: parts.headers, body }
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn location(&self) -> &str {
        self.header(header::LOCATION.as_str())
    }
}
