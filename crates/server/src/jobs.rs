//! What is done after the answer. A job is a row in the transaction of the change that asks for it, so that it is done
//! if and only if the change happened; one file for each kind.

pub mod invitation_mail;
pub mod worker;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use automation_hub_domain::{clock::Timestamp, id::JobId};
use automation_hub_storage::{
    Session,
    jobs::{self, NewJob},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::Notify;

use crate::{app::App, error::Error};

/// One kind of work. It may be begun several times, and by several servers one after the other: that must not matter.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    const NAME: &'static str;

    fn run(&self, app: &App, job: &jobs::Job) -> impl Future<Output = Result<(), JobError>> + Send;

    /// What it means that it will never be done, in the transaction that drops it.
    fn give_up(&self, s: &mut Session<'_>, job: &jobs::Job, reason: &str, at: Timestamp)
    -> Result<(), Error>;
}

/// Why a job was not done.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// It may work later.
    #[error(transparent)]
    Postponed(anyhow::Error),
    #[error(transparent)]
    Impossible(anyhow::Error),
}

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        Self::Postponed(error.into())
    }
}

/// To be called in the transaction of the change. [`Bell::ring`] afterwards gets it done at once.
pub fn enqueue<J: Job>(s: &mut Session<'_>, job: &J, at: Timestamp) -> Result<JobId, Error> {
    let payload = serde_json::to_string(job).map_err(Error::internal)?;
    Ok(jobs::insert(s, &NewJob { name: J::NAME, payload, created_at: at })?)
}

/// Wakes this process's worker, and tells it when to stop.
#[derive(Default)]
pub struct Bell {
    bell: Notify,
    is_stopping: AtomicBool,
}

impl Bell {
    /// There may be something to do.
    pub fn ring(&self) {
        self.bell.notify_one();
    }

    /// No job is begun any more; the one in hand is brought to its end.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::SeqCst);
        self.ring();
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::SeqCst)
    }

    async fn wait(&self, at_most: Duration) {
        // Either way there may be something to do.
        let _ = tokio::time::timeout(at_most, self.bell.notified()).await;
    }
}
