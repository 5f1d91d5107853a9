//! A piece of work on its way to a database thread, and the answer on its way back.

use std::panic::{AssertUnwindSafe, catch_unwind};

use deskbridge_core::{Error, ErrorKind, Result};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::error::gone;

/// What finished work outlives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safety {
    /// The end of the process, at any moment.
    Crash,
    /// That, and a power cut.
    PowerCut,
}

/// Work without its type. First `run`, then `answer`.
pub(super) trait Job: Send {
    fn safety(&self) -> Safety;
    /// Returns whether the work was done, so that its changes may stay.
    fn run(&mut self, db: &Connection) -> bool;
    /// Tells the caller, with `lost` if what the work did could not be kept.
    fn answer(self: Box<Self>, lost: Option<Error>);
}

pub(super) struct Work<T, W, A> {
    safety: Safety,
    work: Option<W>,
    then: A,
    outcome: Result<T>,
    caller: oneshot::Sender<Result<T>>,
}

pub(super) struct Answer<T>(oneshot::Receiver<Result<T>>);

impl<T, W, A> Work<T, W, A> {
    pub(super) fn new(safety: Safety, work: W, then: A) -> (Self, Answer<T>) {
        let (caller, answer) = oneshot::channel();
        let job = Self {
            safety,
            work: Some(work),
            then,
            outcome: Err(gone()),
            caller,
        };
        (job, Answer(answer))
    }
}

impl<T> Answer<T> {
    pub(super) async fn get(self) -> Result<T> {
        self.0.await.unwrap_or_else(|_| Err(gone()))
    }
}

impl<T, W, A> Job for Work<T, W, A>
where
    T: Send,
    W: FnOnce(&Connection) -> Result<T> + Send,
    A: FnOnce(&T) + Send,
{
    fn safety(&self) -> Safety {
        self.safety
    }

    fn run(&mut self, db: &Connection) -> bool {
        if let Some(work) = self.work.take() {
            let result = catch_unwind(AssertUnwindSafe(|| work(db)));
            self.outcome = result.unwrap_or_else(|_| Err(panicked()));
        }
        self.outcome.is_ok()
    }

    fn answer(self: Box<Self>, lost: Option<Error>) {
        let outcome = match lost {
            Some(error) => Err(error),
            None => self.outcome,
        };
        if let Ok(done) = &outcome {
            (self.then)(done);
        }
        // A caller that has gone away does not need the answer.
        drop(self.caller.send(outcome));
    }
}

fn panicked() -> Error {
    Error::new(
        ErrorKind::Unavailable,
        "the database work failed unexpectedly",
    )
}
