//! The one thread that changes the embedded database: everything queued goes into one transaction, one savepoint each,
//! one commit for all. There is no timer: an idle server commits a single write at once.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::{mpsc, oneshot};

use super::checkpoint::Checkpoints;
use super::readers::control;
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
        let worker = Worker { connection, checkpoints, counters };
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

struct Worker {
    connection: rusqlite::Connection,
    checkpoints: Checkpoints,
    counters: Arc<Counters>,
}

impl Worker {
    fn run(self, mut messages: mpsc::Receiver<Message>) {
        let mut queued = Vec::with_capacity(BATCH);
        let mut jobs = Vec::with_capacity(BATCH);
        while messages.blocking_recv_many(&mut queued, BATCH) > 0 {
            for message in queued.drain(..) {
                match message {
                    Message::Write(job) => jobs.push(job),
                    Message::Close => messages.close(),
                }
            }
            self.commit_together(&mut jobs);
            self.checkpoints.after_commit(&self.connection);
        }
        self.checkpoints.finish(&self.connection);
    }

    fn commit_together(&self, jobs: &mut Vec<Box<dyn Job>>) {
        if jobs.is_empty() {
            return;
        }
        if let Err(error) = self.apply(jobs) {
            self.roll_back();
            for job in jobs.iter_mut() {
                job.fail(error.clone());
            }
        }
        for job in jobs.drain(..) {
            job.answer();
        }
    }

    fn apply(&self, jobs: &mut [Box<dyn Job>]) -> Result<(), StorageError> {
        control(&self.connection, "BEGIN IMMEDIATE")?;
        if let [alone] = jobs {
            // Undoing it undoes all there is: no copy of each page it changes has to be kept for that.
            let keep = alone.run(Connection::sqlite(&self.connection, &self.counters));
            return self.end(keep);
        }
        for job in jobs {
            control(&self.connection, "SAVEPOINT write")?;
            let keep = job.run(Connection::sqlite(&self.connection, &self.counters));
            if self.connection.is_autocommit() {
                return Err(StorageError::unavailable("the engine gave the whole transaction up"));
            }
            if !keep {
                control(&self.connection, "ROLLBACK TO write")?;
            }
            control(&self.connection, "RELEASE write")?;
        }
        self.end(true)
    }

    fn end(&self, keep: bool) -> Result<(), StorageError> {
        if self.connection.is_autocommit() {
            return Err(StorageError::unavailable("the engine gave the whole transaction up"));
        }
        if !keep {
            return control(&self.connection, "ROLLBACK");
        }
        control(&self.connection, "COMMIT")?;
        self.counters.count_commit();
        Ok(())
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
