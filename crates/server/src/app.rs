//! The application: everything a request may need, built once and cloned cheaply.

use std::{ops::Deref, sync::Arc};

use arc_swap::ArcSwap;
use automation_hub_domain::{
    clock::Clock,
    id::{TenantId, UserId},
    tenant::Tenant,
};
use automation_hub_storage::{Location, Store, StoreOptions, tenants};
use tokio::sync::Mutex;

use crate::{
    api::calls::CallRecorder,
    auth::{
        origin::PublicOrigin,
        password::Passwords,
        random::{RandomSource, SystemRandom},
        registry::TokenRegistry,
        secret::SessionLimits,
        throttle::Throttle,
        vault::Vault,
    },
    config::Config,
    directory::Directories,
    error::Error,
    feed::ChangeFeed,
    files::FileStore,
    forms::Forms,
    jobs::Bell,
    keys::Keys,
    mail::Mailer,
    middleware::proxies::TrustedProxies,
    services::alarms::RecentAlarms,
};

#[derive(Clone)]
pub struct App(Arc<AppState>);

pub struct AppState {
    pub store: Store,
    pub keys: Keys,
    /// Opens and closes what is kept sealed.
    pub vault: Vault,
    pub clock: Arc<dyn Clock>,
    /// What token values are drawn from.
    pub random: Arc<dyn RandomSource>,
    pub config: Config,
    pub public_origin: PublicOrigin,
    pub proxies: TrustedProxies,
    /// Decides about Open API credentials.
    pub tokens: TokenRegistry,
    /// Writes Open API calls down.
    pub calls: CallRecorder,
    pub passwords: Passwords,
    /// What verification has told lately.
    pub alarms: RecentAlarms,
    /// Slows down who guesses passwords.
    pub throttle: Throttle,
    pub directories: Directories,
    pub forms: Forms,
    /// Keeps what people upload.
    pub files: FileStore,
    /// Follows what other processes change.
    pub feed: ChangeFeed,
    /// Sends mail, if a server for it is configured.
    pub mailer: Option<Mailer>,
    /// Rung where a job was asked for.
    pub jobs: Bell,
    /// Held from reading the tenants to putting them in place, so that an older list never comes last.
    reloading: Mutex<()>,
    /// All tenants. Few and small, so each change replaces the list.
    tenants: ArcSwap<Vec<Arc<Tenant>>>,
}

impl Deref for App {
    type Target = AppState;

    fn deref(&self) -> &AppState {
        &self.0
    }
}

impl App {
    /// Loads what is kept in memory from a database that is open and up to date.
    pub async fn with_store(
        store: Store,
        keys: Keys,
        config: Config,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        Self::with_random(store, keys, config, clock, Arc::new(SystemRandom)).await
    }

    /// As [`App::with_store`], drawing from another source than the system's.
    pub async fn with_random(
        store: Store,
        keys: Keys,
        config: Config,
        clock: Arc<dyn Clock>,
        random: Arc<dyn RandomSource>,
    ) -> anyhow::Result<Self> {
        let proxies = TrustedProxies::parse(&config.server.trusted_proxies)?;
        let passwords = Passwords::new(&config.passwords)?;
        let public_origin = PublicOrigin::new(&config.server);
        let feed = ChangeFeed::begin(&store).await?;
        let tokens = TokenRegistry::load(&store, keys.peppers.clone()).await?;
        let calls = CallRecorder::new(config.open_api.queue);
        let vault = Vault::new(&keys.outer, Arc::clone(&random));
        let mailer = Mailer::new(&config)?;
        let files = FileStore::open(&config)?;
        let app = Self(Arc::new(AppState {
            tokens,
            calls,
            store,
            keys,
            vault,
            clock,
            random,
            config,
            public_origin,
            proxies,
            passwords,
            alarms: RecentAlarms::default(),
            throttle: Throttle::default(),
            directories: Directories::default(),
            forms: Forms::default(),
            files,
            feed,
            mailer,
            jobs: Bell::default(),
            reloading: Mutex::default(),
            tenants: ArcSwap::default(),
        }));
        app.reload_tenants().await?;
        Ok(app)
    }

    async fn reload_tenants(&self) -> Result<(), Error> {
        let _alone = self.reloading.lock().await;
        let tenants = self.store.system().read(|s| tenants::list(s).map_err(Error::from)).await?;
        self.tenants.store(Arc::new(tenants.into_iter().map(Arc::new).collect()));
        Ok(())
    }

    /// To be called after each committed change of a tenant, before it is answered.
    pub async fn tenant_changed(&self, tenant: TenantId) -> Result<(), Error> {
        self.tokens.refresh_tenant(&self.store, tenant).await?;
        self.reload_tenants().await
    }

    /// To be called after each committed change of a person's particulars, rights or state, before it is
    /// answered: their tokens follow at once.
    pub async fn person_changed(&self, tenant: TenantId, user: UserId) -> Result<(), Error> {
        self.tokens.refresh_user(&self.store, tenant, user).await
    }

    pub fn tenants(&self) -> Arc<Vec<Arc<Tenant>>> {
        self.tenants.load_full()
    }

    pub fn tenant_by_slugs(&self, organization: &str, tenant: &str) -> Option<Arc<Tenant>> {
        let is_named = |candidate: &&Arc<Tenant>| {
            candidate.organization_slug.as_str() == organization && candidate.tenant_slug.as_str() == tenant
        };
        self.tenants.load().iter().find(is_named).cloned()
    }

    pub fn session_limits(&self) -> SessionLimits {
        let sessions = &self.config.sessions;
        SessionLimits { idle_minutes: sessions.idle_minutes, absolute_hours: sessions.absolute_hours }
    }
}

/// Where and how the database is opened, by the configuration.
pub fn store_options(config: &Config) -> StoreOptions {
    let storage = &config.storage;
    let location = if storage.database_url.is_empty() {
        Location::Sqlite(storage.data_dir.join("automation-hub.sqlite"))
    } else {
        Location::Postgres(storage.database_url.clone())
    };
    StoreOptions {
        postgres_pool: storage.postgres_connections,
        sqlite_cache_kib: storage.sqlite_cache_kib,
        sqlite_mmap_bytes: storage.sqlite_mmap_bytes,
        ..StoreOptions::new(location)
    }
}
