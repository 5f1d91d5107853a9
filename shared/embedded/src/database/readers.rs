//! Two threads with read-only connections; each piece of work sees all that is committed.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use deskbridge_core::Result;
use rusqlite::Connection;

use super::job::Job;
use crate::error::gone;

/// More than one, so that a long list does not hold up the look-ups of the flows.
const THREADS: usize = 2;

pub(super) struct Readers {
    /// Empty only while it is dropped.
    jobs: Option<Sender<Box<dyn Job>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    pub(super) fn start(connect: impl Fn() -> Result<Connection>) -> Result<Self> {
        let (jobs, waiting) = channel();
        let waiting = Arc::new(Mutex::new(waiting));
        let threads = (0..THREADS).map(|_| {
            let (db, waiting) = (connect()?, Arc::clone(&waiting));
            Ok(std::thread::spawn(move || work_off(&db, &waiting)))
        });
        Ok(Self {
            threads: threads.collect::<Result<_>>()?,
            jobs: Some(jobs),
        })
    }

    pub(super) fn send(&self, job: Box<dyn Job>) -> Result<()> {
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(job).map_err(|_| gone())
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a database thread had panicked");
            }
        }
    }
}

fn work_off(db: &Connection, waiting: &Mutex<Receiver<Box<dyn Job>>>) {
    let next = || {
        let waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.recv()
    };
    while let Ok(mut job) = next() {
        job.run(db);
        job.answer(None);
    }
}
