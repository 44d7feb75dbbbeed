//! What `serve` and `demo` have in common: a listener, the database, the keys, and an orderly end.

use std::{fs::File, sync::Arc, time::Duration};

use anyhow::{Context, bail};
use automation_hub_server::{
    api::calls::CallRecorder,
    app::{self, App},
    auth::origin::PublicOrigin,
    clock::SystemClock,
    config::Config,
    feed::ChangeFeed,
    jobs::worker,
    keys::Keys,
    listen,
    router::router,
    services::{alarms, indexing, upkeep},
};
use automation_hub_storage::{Location, Store};
use tokio::net::TcpListener;

use super::folder;

/// Everything that can be refused at the start is asked for here, before anybody is answered.
pub(super) struct Hub {
    pub(super) config: Config,
    pub(super) store: Store,
    listener: TcpListener,
    _lock: Option<File>,
}

impl Hub {
    pub(super) async fn open(mut config: Config) -> anyhow::Result<Self> {
        let folder = &config.storage.data_dir;
        folder::prepare(folder)?;
        let is_embedded = config.storage.database_url.is_empty();
        let lock = if is_embedded { Some(folder::lock(folder)?) } else { None };
        let listen = config.server.listen;
        let listener =
            TcpListener::bind(listen).await.with_context(|| format!("can't listen on {listen}"))?;
        config.server.listen = listener.local_addr()?;
        let store = open_store(&config).await?;
        Ok(Self { config, store, listener, _lock: lock })
    }

    /// Where people reach it, as far as the configuration tells.
    pub(super) fn address(&self) -> String {
        PublicOrigin::new(&self.config.server).own().to_owned()
    }

    pub(super) async fn migrate(&self) -> anyhow::Result<()> {
        let applied = self.store.migrate().await.context("the database can't be brought to this version")?;
        if applied > 0 {
            tracing::info!(applied, "brought the database to this version");
        }
        Ok(())
    }

    pub(super) async fn keys(&self) -> anyhow::Result<Keys> {
        Ok(Keys::prepare(&self.config, &self.store).await?)
    }

    /// Answers until the process is told to stop; `ready` is called when it does.
    pub(super) async fn run(
        self,
        keys: Keys,
        ready: impl AsyncFnOnce(&App) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let app =
            App::with_store(self.store.clone(), keys, self.config.clone(), Arc::new(SystemClock)).await?;
        let stop = stop_signal()?;
        tracing::info!(address = self.address(), engine = ?self.store.engine(), "listening");
        ready(&app).await?;
        let recorder = tokio::spawn(CallRecorder::run(app.clone()));
        let follower = tokio::spawn(ChangeFeed::run(app.clone()));
        let upkeep = tokio::spawn(upkeep::run(app.clone()));
        let clock = tokio::spawn(alarms::watch_clock(app.clone()));
        let indexing = tokio::spawn(indexing::run(app.clone()));
        let worker = tokio::spawn(worker::run(app.clone()));
        let served = listen::serve(self.listener, router(app.clone()), &self.config, stop).await;
        for task in [recorder, follower, upkeep, clock, indexing] {
            task.abort();
        }
        // Cut off between a mail and its note, a job would send the mail again.
        app.jobs.stop();
        let grace = Duration::from_secs(self.config.server.shutdown_grace_secs);
        if tokio::time::timeout(grace, worker).await.is_err() {
            tracing::warn!("a job was cut off; it is begun again in a while");
        }
        app.calls.flush(&app).await?;
        self.store.close().await;
        tracing::info!("stopped");
        Ok(served?)
    }
}

/// Fails where there is no database yet: a command that only looks shouldn't make one in a mistyped folder.
pub(super) fn expect_database(config: &Config) -> anyhow::Result<()> {
    match app::store_options(config).location {
        Location::Sqlite(file) if !file.exists() => {
            bail!("there is no database in {}", config.storage.data_dir.display())
        }
        Location::Sqlite(_) | Location::Postgres(_) => Ok(()),
    }
}

/// Opens the configured database as it is.
pub(super) async fn open_store(config: &Config) -> anyhow::Result<Store> {
    Store::open(app::store_options(config)).await.context("the database can't be opened")
}

/// Done at the first request to stop. The second ends the process where it stands.
#[cfg(unix)]
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        let mut next = async move || {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        next().await;
        tracing::info!("stopping: requests in flight may finish; a second signal ends them");
        tokio::spawn(async move {
            next().await;
            std::process::exit(1);
        });
    })
}

#[cfg(not(unix))]
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    Ok(async {
        drop(tokio::signal::ctrl_c().await);
    })
}
