//! Group commit: one thread, one connection, one transaction for all the work that is waiting.
//!
//! Nothing is answered before the commit, and with it the sync to the disk, has returned; only a
//! batch of nothing but work that asks for less goes without the sync. Work that fails is rolled back to its own savepoint; its neighbours keep theirs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use deskbridge_core::{Error, Result};
use rusqlite::Connection;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::job::{Job, Safety};
use crate::error::{from_sqlite, gone};
use crate::home::Home;

/// How many jobs one commit may answer: keeps a transaction, and the wait for it, short.
const MAX_PER_COMMIT: usize = 512;
/// How far apart commits begin at least: on a disk that syncs in no time, callers that come one
/// after the other would each have a commit of their own, and most of the work is in these.
const BETWEEN_COMMITS: Duration = Duration::from_millis(1);
/// How many jobs may wait before callers wait to hand theirs in.
const MAX_WAITING: usize = 2_048;

/// How much has been written since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub jobs: u64,
    pub commits: u64,
}

pub(super) struct Writer {
    /// Empty only while it is dropped.
    jobs: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    jobs: AtomicU64,
    commits: AtomicU64,
}

impl Writer {
    /// Takes the directory's lock with it: it ends after the last write, not before.
    pub(super) fn start(db: Connection, home: Home) -> Self {
        let (jobs, waiting) = channel(MAX_WAITING);
        let counts = Arc::new(Counts::default());
        let counted = Arc::clone(&counts);
        let thread = std::thread::spawn(move || {
            work_off(&db, waiting, &counted);
            drop(db);
            drop(home);
        });
        Self {
            jobs: Some(jobs),
            thread: Some(thread),
            counts,
        }
    }

    pub(super) async fn send(&self, job: Box<dyn Job>) -> Result<()> {
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(job).await.map_err(|_| gone())
    }

    pub(super) fn written(&self) -> Written {
        Written {
            jobs: self.counts.jobs.load(Ordering::Relaxed),
            commits: self.counts.commits.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Writer {
    /// Waits until all that was handed in is on the disk, and the directory is free again.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the database thread had panicked");
        }
    }
}

fn work_off(db: &Connection, mut waiting: Receiver<Box<dyn Job>>, counts: &Counts) {
    let mut batch = Vec::new();
    let mut next_commit = Instant::now();
    while let Some(first) = waiting.blocking_recv() {
        batch.push(first);
        std::thread::sleep(next_commit.saturating_duration_since(Instant::now()));
        next_commit = Instant::now() + BETWEEN_COMMITS;
        while batch.len() < MAX_PER_COMMIT
            && let Ok(next) = waiting.try_recv()
        {
            batch.push(next);
        }
        let lost = commit(db, &mut batch).err();
        if lost.is_none() {
            counts.commits.fetch_add(1, Ordering::Relaxed);
            counts.jobs.fetch_add(batch.len() as u64, Ordering::Relaxed);
        }
        for job in batch.drain(..) {
            job.answer(lost.clone());
        }
    }
}

/// Returns `Ok` once all work of the batch that succeeded is as safe as it asked to be.
fn commit(db: &Connection, batch: &mut [Box<dyn Job>]) -> Result<()> {
    set_safety(db, batch)?;
    let done = run(db, batch).and_then(|()| execute(db, "COMMIT"));
    if done.is_err() && !db.is_autocommit() {
        // When even this fails, the next BEGIN does, and says so to its callers.
        execute(db, "ROLLBACK").unwrap_or_default();
    }
    done
}

/// `full` syncs the log at the commit; `normal` leaves that to the next commit that is `full`,
/// which takes all before it along. Neither can damage the file.
fn set_safety(db: &Connection, batch: &[Box<dyn Job>]) -> Result<()> {
    let outlives_power_cut = batch.iter().any(|job| job.safety() == Safety::PowerCut);
    let synchronous = if outlives_power_cut { "full" } else { "normal" };
    let set = db.pragma_update(None, "synchronous", synchronous);
    set.map_err(from_sqlite)
}

fn run(db: &Connection, batch: &mut [Box<dyn Job>]) -> Result<()> {
    execute(db, "BEGIN IMMEDIATE")?;
    for job in batch {
        execute(db, "SAVEPOINT job")?;
        let done = job.run(db);
        if db.is_autocommit() {
            return Err(rolled_back());
        }
        if !done {
            execute(db, "ROLLBACK TO job")?;
        }
        execute(db, "RELEASE job")?;
    }
    Ok(())
}

fn execute(db: &Connection, statement: &str) -> Result<()> {
    let run = || db.prepare_cached(statement)?.execute([]);
    run().map(drop).map_err(from_sqlite)
}

/// A full disk, or a failing one, makes SQLite give up the whole transaction at once.
fn rolled_back() -> Error {
    Error::new(
        deskbridge_core::ErrorKind::Unavailable,
        "the disk is full or failing: nothing was stored",
    )
}
