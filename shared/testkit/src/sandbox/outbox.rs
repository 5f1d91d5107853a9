//! Webhooks on their way out: one queue per sandbox, each sent once, in order, and remembered.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;

use super::client::plain_client;
use super::journal::Journal;
use super::{lock, now};

/// Vendors do not wait long; ten seconds is the longest that any of ours documents.
const PATIENCE: Duration = Duration::from_secs(10);

/// What became of one webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryOutcome {
    /// Queued, or being sent.
    Waiting,
    /// Thrown away because a test asked for it.
    Lost,
    Answered(u16),
    /// No answer; the text says why.
    Failed(String),
}

/// One webhook to one target.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub at: Timestamp,
    /// What caused it, in the vendor's words.
    pub event: String,
    pub url: String,
    pub body: Value,
    pub outcome: DeliveryOutcome,
    headers: Vec<(String, String)>,
}

#[derive(Clone, Debug)]
struct Target {
    url: String,
    headers: Vec<(String, String)>,
}

/// The sending side; clones share the queue.
#[derive(Clone, Debug)]
pub(super) struct Outbox {
    targets: Arc<Mutex<Vec<Target>>>,
    deliveries: Arc<Journal<Delivery>>,
    queue: mpsc::UnboundedSender<usize>,
    to_lose: Arc<AtomicUsize>,
    paused: watch::Sender<bool>,
}

impl Outbox {
    /// Starts the queue; the handle ends it.
    pub(super) fn start() -> (Self, AbortHandle) {
        let (queue, waiting) = mpsc::unbounded_channel();
        let outbox = Self {
            targets: Arc::default(),
            deliveries: Arc::new(Journal::new()),
            queue,
            to_lose: Arc::default(),
            paused: watch::Sender::new(false),
        };
        let sender = Courier {
            deliveries: Arc::clone(&outbox.deliveries),
            paused: outbox.paused.subscribe(),
            client: plain_client(),
        };
        let task = tokio::spawn(sender.run(waiting));
        (outbox, task.abort_handle())
    }

    pub(super) fn add_target(&self, url: &str, headers: &[(&str, &str)]) {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let headers = headers.iter().map(owned).collect();
        lock(&self.targets).push(Target {
            url: url.to_owned(),
            headers,
        });
    }

    pub(super) fn clear_targets(&self) {
        lock(&self.targets).clear();
    }

    /// Queues one body for every target.
    pub(super) fn post(&self, event: &str, body: &Value) {
        let targets = lock(&self.targets).clone();
        for target in targets {
            self.send_one(target, event, body);
        }
    }

    /// Queues one body for one address, with headers of its own.
    pub(super) fn post_to(&self, url: &str, headers: &[(&str, &str)], event: &str, body: &Value) {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let target = Target {
            url: url.to_owned(),
            headers: headers.iter().map(owned).collect(),
        };
        self.send_one(target, event, body);
    }

    fn send_one(&self, target: Target, event: &str, body: &Value) {
        let Target { url, headers } = target;
        let lost = self
            .to_lose
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        let outcome = if lost.is_ok() {
            DeliveryOutcome::Lost
        } else {
            DeliveryOutcome::Waiting
        };
        self.enqueue(Delivery {
            at: now(),
            event: event.to_owned(),
            url,
            body: body.clone(),
            outcome,
            headers,
        });
    }

    /// Sends an old webhook again, byte for byte; false if there is none of that number.
    pub(super) fn send_again(&self, number: usize) -> bool {
        let Some(old) = self.deliveries.get(number) else {
            return false;
        };
        self.enqueue(Delivery {
            at: now(),
            outcome: DeliveryOutcome::Waiting,
            ..old
        });
        true
    }

    pub(super) fn lose(&self, count: usize) {
        self.to_lose.store(count, Ordering::SeqCst);
    }

    pub(super) fn pause(&self, paused: bool) {
        self.paused.send_replace(paused);
    }

    pub(super) fn deliveries(&self) -> Vec<Delivery> {
        self.deliveries.all()
    }

    pub(super) fn newest(&self, count: usize) -> Vec<Delivery> {
        self.deliveries.newest(count)
    }

    pub(super) fn is_empty(&self) -> bool {
        let waits = |delivery: &Delivery| delivery.outcome == DeliveryOutcome::Waiting;
        !self.deliveries.all().iter().any(waits)
    }

    fn enqueue(&self, delivery: Delivery) {
        let send = delivery.outcome == DeliveryOutcome::Waiting;
        let number = self.deliveries.push(delivery);
        if send && self.queue.send(number).is_err() {
            tracing::debug!("a stopped sandbox sends no webhooks");
        }
    }
}

struct Courier {
    deliveries: Arc<Journal<Delivery>>,
    paused: watch::Receiver<bool>,
    client: Result<reqwest::Client, String>,
}

impl Courier {
    async fn run(mut self, mut waiting: mpsc::UnboundedReceiver<usize>) {
        while let Some(number) = waiting.recv().await {
            if self.paused.wait_for(|paused| !paused).await.is_err() {
                return;
            }
            let Some(delivery) = self.deliveries.get(number) else {
                continue;
            };
            let outcome = self.send(&delivery).await;
            self.deliveries.amend(number, |row| row.outcome = outcome);
        }
    }

    async fn send(&self, delivery: &Delivery) -> DeliveryOutcome {
        let client = match &self.client {
            Ok(client) => client,
            Err(reason) => return DeliveryOutcome::Failed(reason.clone()),
        };
        let mut request = client
            .post(&delivery.url)
            .timeout(PATIENCE)
            .header("content-type", "application/json")
            .body(delivery.body.to_string());
        for (name, value) in &delivery.headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(response) => DeliveryOutcome::Answered(response.status().as_u16()),
            // Without the URL: it may carry the receiver's key.
            Err(error) => DeliveryOutcome::Failed(error.without_url().to_string()),
        }
    }
}
