//! Two queues in the database: `inbound` for webhooks, `outbound` for actions.

pub(crate) mod receive;
mod send;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deskbridge_core::ports::{Clock, Consume, Delivery, Message, Queue, Sent};
use deskbridge_core::{Result, Timestamp};
use rusqlite::Connection;
use tokio::sync::watch;

use crate::database::{Safety, Shared};
use crate::error::each;

/// The longest that a message can be in flight or delayed. One that would stay away for longer is
/// visible: the clock was set back under it.
const MAX_AWAY: Duration = Duration::from_secs(12 * 3600);

/// What becomes of a message that was given out. A power cut that undoes it only brings the message
/// back, which its receivers must expect anyway; so it need not wait for the disk.
const GIVEN: Safety = Safety::Crash;

/// As the `queue` column has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Inbound = 0,
    Outbound = 1,
}

/// One queue of the data directory.
pub struct EmbeddedQueue {
    database: Shared,
    clock: Arc<dyn Clock>,
    name: Name,
    arrivals: watch::Sender<u64>,
}

impl EmbeddedQueue {
    pub(crate) fn new(database: Shared, clock: Arc<dyn Clock>, name: Name) -> Self {
        Self {
            database,
            clock,
            name,
            arrivals: watch::Sender::new(0),
        }
    }

    /// Changes whenever there may be something to receive. Messages whose delay or visibility
    /// time-out has passed change nothing here: look for those every second or so.
    pub fn arrivals(&self) -> watch::Receiver<u64> {
        self.arrivals.subscribe()
    }

    /// What a write does after its commit, told whether it made something receivable.
    fn announce(&self) -> impl FnOnce(bool) + Send + 'static {
        let arrivals = self.arrivals.clone();
        move |receivable| {
            if receivable {
                arrivals.send_modify(|count| *count = count.wrapping_add(1));
            }
        }
    }

    fn after(&self, delay: Duration) -> Timestamp {
        self.clock.now() + delay.min(MAX_AWAY)
    }
}

#[async_trait]
impl Queue for EmbeddedQueue {
    /// Without a group, `Known` means that a message with this id waits here, or that the ledger
    /// has an event with this id.
    async fn send(&self, message: Message) -> Result<Sent> {
        let (name, now, announce) = (self.name, self.clock.now(), self.announce());
        let send = move |db: &Connection| send::send(db, name, &message, now);
        // A known one may be stored all the same.
        let sent = self
            .database
            .write_then(Safety::PowerCut, send, move |_| announce(true));
        sent.await
    }

    /// All of them in one piece of work, or none.
    async fn send_all(&self, messages: Vec<Message>) -> Vec<Result<Sent>> {
        let count = messages.len();
        if count == 0 {
            return Vec::new();
        }
        let (name, now, announce) = (self.name, self.clock.now(), self.announce());
        let send = move |db: &Connection| -> Result<Vec<Sent>> {
            let messages = messages.iter();
            messages
                .map(|message| send::send(db, name, message, now))
                .collect()
        };
        let sent = self
            .database
            .write_then(Safety::PowerCut, send, move |_| announce(true));
        each(sent.await, count)
    }
}

#[async_trait]
impl Consume for EmbeddedQueue {
    async fn receive(&self, max: usize, visibility: Duration) -> Result<Vec<Delivery>> {
        let (name, now, until) = (self.name, self.clock.now(), self.after(visibility));
        let receive = move |db: &Connection| receive::receive(db, name, max, now, until);
        self.database.write_then(GIVEN, receive, |_| {}).await
    }

    async fn delete(&self, receipt: &str) -> Result<()> {
        let (name, receipt, announce) = (self.name, receipt.to_owned(), self.announce());
        let delete = move |db: &Connection| receive::delete(db, name, &receipt);
        let then = move |freed: &bool| announce(*freed);
        self.database
            .write_then(GIVEN, delete, then)
            .await
            .map(drop)
    }

    async fn release(&self, receipt: &str, delay: Duration) -> Result<()> {
        let (name, receipt, announce) = (self.name, receipt.to_owned(), self.announce());
        let at = self.after(delay);
        let release = move |db: &Connection| receive::release(db, name, &receipt, at);
        let then = move |released: &bool| announce(*released && delay.is_zero());
        self.database
            .write_then(GIVEN, release, then)
            .await
            .map(drop)
    }
}
