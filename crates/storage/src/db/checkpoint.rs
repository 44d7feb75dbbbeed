//! Moves committed pages from the write-ahead log into the main file, away from the writer. The log is not truncated in
//! service: writing into an allocated file is the cheaper flush.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::courtesy::give_way;
use super::sqlite::Settings;
use crate::error::StorageError;

/// 16 MiB more of log wake the thread. It flushes what the writer would flush, so not for every little.
const WAKE_PAGES: i32 = 4_000;
/// At 64 MiB the thread cannot keep up, and the writer lends a hand.
const HELP_PAGES: i32 = 16_000;
/// After so many commits in a row of which each had somebody read what was before it, the log goes on until the next wish.
const TRIES: u32 = 8;

thread_local! {
    /// Length of the log after this thread's last commit, as the engine reports it.
    static LOG_PAGES: Cell<i32> = const { Cell::new(0) };
}

pub(super) struct Checkpoints {
    /// One wish is enough: a checkpoint takes all there is.
    wishes: SyncSender<()>,
    /// Length of the log at the last wish, until the log starts over.
    wished_at: Cell<i32>,
    /// The thread has copied what it found, and what came meanwhile is left.
    is_nearly_done: Arc<AtomicBool>,
    /// Of the writer's, to copy the rest.
    tries_left: Cell<u32>,
    thread: JoinHandle<()>,
}

impl Checkpoints {
    pub(super) fn start(settings: &Settings, writer: &rusqlite::Connection) -> Result<Self, StorageError> {
        let connection = settings.open_writer()?;
        let (wishes, received) = sync_channel(1);
        let is_nearly_done = Arc::<AtomicBool>::default();
        let told_by_thread = Arc::clone(&is_nearly_done);
        let thread = thread::Builder::new()
            .name("storage-checkpoint".to_owned())
            .spawn(move || serve(&connection, &received, &told_by_thread))?;
        writer.wal_hook(Some(|_, pages| {
            LOG_PAGES.set(pages);
            Ok(())
        }));
        Ok(Self { wishes, wished_at: Cell::new(0), is_nearly_done, tries_left: Cell::new(0), thread })
    }

    /// To be called on the writer's thread.
    pub(super) fn after_commit(&self, writer: &rusqlite::Connection) {
        let pages = LOG_PAGES.get();
        if pages < self.wished_at.get() {
            self.wished_at.set(0);
            self.tries_left.set(0);
        }
        if self.is_nearly_done.swap(false, Ordering::AcqRel) {
            self.tries_left.set(TRIES);
        }
        // Only between two of its commits all of the log can be copied; it starts over with the next one, if nobody reads
        // what was before by then.
        if self.tries_left.get() > 0 || pages >= HELP_PAGES {
            self.tries_left.set(self.tries_left.get().saturating_sub(1));
            checkpoint(writer, "PASSIVE");
        } else if pages - self.wished_at.get() >= WAKE_PAGES {
            self.wished_at.set(pages);
            // Full means that one is pending already.
            let _ = self.wishes.try_send(());
        }
    }

    pub(super) fn finish(self, writer: &rusqlite::Connection) {
        // Without anyone to wish for more, the thread ends; two checkpoints at once would refuse each other.
        drop(self.wishes);
        if self.thread.join().is_err() {
            tracing::error!("the checkpoint thread of the database panicked");
        }
        // Another process may have the database open and keep a view of it for as long as it likes: the log is left to it.
        if let Err(error) = writer.busy_timeout(Duration::ZERO) {
            tracing::warn!(%error, "the last checkpoint of the database may wait");
        }
        checkpoint(writer, "TRUNCATE");
    }
}

fn serve(connection: &rusqlite::Connection, wishes: &Receiver<()>, is_nearly_done: &AtomicBool) {
    give_way();
    while wishes.recv().is_ok() {
        checkpoint(connection, "PASSIVE");
        is_nearly_done.store(true, Ordering::Release);
    }
}

fn checkpoint(connection: &rusqlite::Connection, mode: &str) {
    let result = connection.pragma(None, "wal_checkpoint", mode, |_| Ok(()));
    if let Err(error) = result {
        tracing::warn!(%error, "checkpoint of the database failed");
    }
}
