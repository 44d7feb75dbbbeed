//! The one thread that changes the embedded database: everything queued goes into one transaction, one commit for all.
//! There is no timer: an idle server commits a single write at once.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Checkpoints;
use super::courtesy::give_way;
use super::readers::control;
use super::shared_view::SharedView;
use super::sqlite::Settings;
use super::{Connection, Counters, blocking, guarded};
use crate::error::StorageError;

/// Beyond this, callers wait their turn outside instead of filling the memory.
const QUEUE: usize = 1024;
/// Bounds how long the first of a batch waits for the last.
const BATCH: usize = 256;

pub(super) struct Writer {
    queue: mpsc::Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Message {
    Write(Box<dyn Job>),
    Close,
}

impl Writer {
    pub(super) fn start(settings: &Settings, counters: Arc<Counters>) -> Result<Self, StorageError> {
        let connection = settings.open_writer()?;
        // What a savepoint may have to bring back would otherwise go to a file.
        connection.pragma_update(None, "temp_store", "memory")?;
        let checkpoints = Checkpoints::start(settings, &connection)?;
        let (queue, messages) = mpsc::channel(QUEUE);
        let view = SharedView::new(settings.unmapped());
        let worker = Worker { connection, checkpoints, view, counters };
        let thread =
            thread::Builder::new().name("storage-writer".to_owned()).spawn(move || worker.run(messages))?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)) })
    }

    /// Once queued, the write happens whether or not the caller still waits for its answer.
    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(Connection<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Write { work, result: None, reply };
        self.queue.send(Message::Write(Box::new(job))).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }

    /// Finishes what is queued, then leaves everything in the main file.
    pub(super) async fn close(&self) {
        // Refused means that it is closed or closing; the thread is waited for all the same.
        let _ = self.queue.send(Message::Close).await;
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let joined: Result<(), StorageError> =
                blocking(move || thread.join().map_err(|_| StorageError::Panicked)).await;
            if let Err(error) = joined {
                tracing::error!(%error, "the database writer did not end well");
            }
        }
    }
}

fn closed() -> StorageError {
    StorageError::unavailable("the database is closed")
}

/// A write whose types the thread need not know.
trait Job: Send {
    /// Answers whether its changes are to be kept.
    fn run(&mut self, connection: Connection<'_>) -> bool;
    /// Takes a success back: the transaction it was part of did not commit.
    fn fail(&mut self, error: StorageError);
    fn answer(self: Box<Self>);
}

struct Write<T, E, F> {
    work: F,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<T, E, F> Job for Write<T, E, F>
where
    F: FnMut(Connection<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StorageError> + Send,
{
    fn run(&mut self, connection: Connection<'_>) -> bool {
        let result = guarded(|| (self.work)(connection));
        self.result.insert(result).is_ok()
    }

    fn fail(&mut self, error: StorageError) {
        if !matches!(self.result, Some(Err(_))) {
            self.result = Some(Err(error.into()));
        }
    }

    fn answer(self: Box<Self>) {
        if let Some(result) = self.result {
            // The caller may be gone; its write stands all the same.
            let _ = self.reply.send(result);
        }
    }
}

/// What became of jobs that were run without a way to undo one alone.
enum AtOnce {
    /// Some are to be kept, and the others changed nothing.
    Kept,
    /// None is to be kept.
    Refused,
    /// One was refused after it changed something, and the rest were not run.
    Torn,
}

struct Worker {
    connection: rusqlite::Connection,
    checkpoints: Checkpoints,
    view: SharedView,
    counters: Arc<Counters>,
}

impl Worker {
    fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        give_way();
        let mut queued = Vec::with_capacity(BATCH);
        let mut jobs = Vec::with_capacity(BATCH);
        while messages.blocking_recv_many(&mut queued, BATCH) > 0 {
            for message in queued.drain(..) {
                match message {
                    Message::Write(job) => jobs.push(job),
                    Message::Close => messages.close(),
                }
            }
            if self.commit_together(&mut jobs) {
                self.view.let_go();
                self.checkpoints.after_commit(&self.connection);
                self.view.keep(&self.counters);
            }
        }
        drop(self.view);
        self.checkpoints.finish(&self.connection);
    }

    /// Answers whether there was a commit.
    fn commit_together(&self, jobs: &mut Vec<Box<dyn Job>>) -> bool {
        if jobs.is_empty() {
            return false;
        }
        let applied = self.apply(jobs);
        if let Err(error) = &applied {
            self.roll_back();
            for job in jobs.iter_mut() {
                job.fail(error.clone());
            }
        }
        for job in jobs.drain(..) {
            job.answer();
        }
        applied.unwrap_or_default()
    }

    fn apply(&self, jobs: &mut [Box<dyn Job>]) -> Result<bool, StorageError> {
        control(&self.connection, "BEGIN IMMEDIATE")?;
        match self.apply_at_once(jobs)? {
            AtOnce::Kept => {}
            AtOnce::Refused => {
                control(&self.connection, "ROLLBACK")?;
                return Ok(false);
            }
            AtOnce::Torn => {
                control(&self.connection, "ROLLBACK")?;
                if jobs.len() == 1 {
                    return Ok(false);
                }
                control(&self.connection, "BEGIN IMMEDIATE")?;
                self.apply_apart(jobs)?;
            }
        }
        self.commit()?;
        Ok(true)
    }

    fn commit(&self) -> Result<(), StorageError> {
        control(&self.connection, "COMMIT")?;
        self.counters.count_commit();
        Ok(())
    }

    /// Without a way to undo one of them: for that the engine would have to copy each page that each of them changes,
    /// and hardly any is refused after it changed something.
    fn apply_at_once(&self, jobs: &mut [Box<dyn Job>]) -> Result<AtOnce, StorageError> {
        let schema = self.schema_version()?;
        let mut outcome = AtOnce::Refused;
        for job in jobs {
            let changes = self.connection.total_changes();
            if self.run_one(job)? {
                outcome = AtOnce::Kept;
            } else if self.connection.total_changes() != changes || self.schema_version()? != schema {
                return Ok(AtOnce::Torn);
            }
        }
        Ok(outcome)
    }

    /// Each in a savepoint, so that what is refused is undone alone.
    fn apply_apart(&self, jobs: &mut [Box<dyn Job>]) -> Result<(), StorageError> {
        for job in jobs {
            control(&self.connection, "SAVEPOINT write")?;
            if !self.run_one(job)? {
                control(&self.connection, "ROLLBACK TO write")?;
            }
            control(&self.connection, "RELEASE write")?;
        }
        Ok(())
    }

    fn run_one(&self, job: &mut Box<dyn Job>) -> Result<bool, StorageError> {
        let keep = job.run(Connection::sqlite(&self.connection, &self.counters));
        if self.connection.is_autocommit() {
            return Err(StorageError::unavailable("the engine gave the whole transaction up"));
        }
        Ok(keep)
    }

    /// What changes neither this nor any row changes nothing.
    fn schema_version(&self) -> Result<i64, StorageError> {
        let mut statement = self.connection.prepare_cached("PRAGMA schema_version")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    fn roll_back(&self) {
        if self.connection.is_autocommit() {
            return;
        }
        if let Err(error) = control(&self.connection, "ROLLBACK") {
            tracing::error!(%error, "the database writer could not roll back");
        }
    }
}
