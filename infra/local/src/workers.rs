//! What a cloud does between the functions: takes messages to `evaluate` and `dispatch`, and wakes
//! `sweep` and `poll`.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::action::Action;
use deskbridge_core::event::Envelope;
use deskbridge_core::ports::{Delivery, Queue};
use futures::future::join_all;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::bundle::Bundle;

/// How many events are decided together, and so share one write to disk.
const EVALUATE_BATCH: usize = 64;
/// How many actions may be under way at a time; most of them wait for a vendor.
const DISPATCH_AT_ONCE: usize = 256;
/// Longer than any batch or call takes; a message comes back after it if this process dies.
const VISIBILITY: Duration = Duration::from_secs(90);
const SWEEP_EVERY: Duration = Duration::from_millis(250);
/// How often it is looked whether a vendor is to be asked or a person told; how often it is asked is the connector's.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// When the queues are looked at though nothing was heard: released messages become visible.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How long a message that could not be worked on rests.
const REST: Duration = Duration::from_secs(2);

/// Runs until `stop` says so, then finishes what is under way.
pub async fn run(bundle: Arc<Bundle>, stop: watch::Receiver<bool>) {
    tokio::join!(
        keep_up("evaluate", evaluate, &bundle, &stop),
        keep_up("dispatch", dispatch, &bundle, &stop),
        keep_up("sweep", sweep, &bundle, &stop),
        keep_up("poll", poll, &bundle, &stop),
        keep_up("notify", notify, &bundle, &stop),
    );
}

/// Starts a worker again that ended before its time: what it was at comes back from its queue.
async fn keep_up<W: Future<Output = ()> + Send + 'static>(
    name: &str,
    worker: fn(Arc<Bundle>, watch::Receiver<bool>) -> W,
    bundle: &Arc<Bundle>,
    stop: &watch::Receiver<bool>,
) {
    while !*stop.borrow() {
        let ended = tokio::spawn(worker(Arc::clone(bundle), stop.clone())).await;
        if let Err(error) = ended {
            tracing::error!(worker = name, %error, "a worker ended and is started again");
            tokio::time::sleep(REST).await;
        }
    }
}

async fn evaluate(bundle: Arc<Bundle>, mut stop: watch::Receiver<bool>) {
    let mut arrivals = bundle.inbound.arrivals();
    while !*stop.borrow() {
        arrivals.mark_unchanged();
        if evaluate_waiting(&bundle).await == 0 {
            wait(&mut arrivals, &mut stop, LOOK_EVERY).await;
        }
    }
}

/// Evaluates one batch of what waits and returns how much there was.
pub async fn evaluate_waiting(bundle: &Bundle) -> usize {
    let batch = take(&*bundle.inbound, EVALUATE_BATCH).await;
    let taken = batch.len();
    let (mut envelopes, mut receipts) = (Vec::new(), Vec::new());
    for delivery in batch {
        match serde_json::from_str::<Envelope>(&delivery.body) {
            Ok(envelope) => {
                envelopes.push(envelope);
                receipts.push(delivery.receipt);
            }
            Err(error) => poison(&*bundle.inbound, &delivery, &error).await,
        }
    }
    let results = bundle.evaluate.evaluate(&envelopes).await;
    // At once, so that all these deletions share a write to disk.
    let pairs = receipts.iter().zip(results);
    join_all(pairs.map(|(receipt, result)| finish(&*bundle.inbound, receipt, result))).await;
    taken
}

async fn dispatch(bundle: Arc<Bundle>, mut stop: watch::Receiver<bool>) {
    let slots = Arc::new(Semaphore::new(DISPATCH_AT_ONCE));
    let mut arrivals = bundle.outbound.arrivals();
    let mut under_way = JoinSet::new();
    while !*stop.borrow() {
        while under_way.try_join_next().is_some() {}
        arrivals.mark_unchanged();
        let free = slots.available_permits();
        let batch = if free == 0 {
            Vec::new()
        } else {
            take(&*bundle.outbound, free).await
        };
        if batch.is_empty() {
            tokio::select! {
                () = wait(&mut arrivals, &mut stop, LOOK_EVERY) => {}
                Some(_) = under_way.join_next() => {}
            }
            continue;
        }
        for delivery in batch {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
                break;
            };
            let bundle = Arc::clone(&bundle);
            under_way.spawn(async move {
                dispatch_one(&bundle, delivery).await;
                drop(slot);
            });
        }
    }
    while under_way.join_next().await.is_some() {}
}

/// Dispatches what waits, one after the other, and returns how much there was.
pub async fn dispatch_waiting(bundle: &Bundle) -> usize {
    let batch = take(&*bundle.outbound, DISPATCH_AT_ONCE).await;
    let taken = batch.len();
    for delivery in batch {
        dispatch_one(bundle, delivery).await;
    }
    taken
}

async fn dispatch_one(bundle: &Bundle, delivery: Delivery) {
    match serde_json::from_str::<Action>(&delivery.body) {
        Ok(action) => {
            let result = bundle.dispatch.dispatch(&action).await;
            finish(&*bundle.outbound, &delivery.receipt, result).await;
        }
        Err(error) => poison(&*bundle.outbound, &delivery, &error).await,
    }
}

async fn sweep(bundle: Arc<Bundle>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = bundle.sweep.sweep().await {
            tracing::error!(%error, "sweep failed");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn notify(bundle: Arc<Bundle>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = bundle.notify.notify().await {
            tracing::error!(%error, "notices wait");
        }
        tokio::select! {
            () = tokio::time::sleep(POLL_EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn poll(bundle: Arc<Bundle>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        match bundle.poll.poll().await {
            Ok(polled) if polled.more => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "poll failed"),
        }
        tokio::select! {
            () = tokio::time::sleep(POLL_EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn take(queue: &dyn Queue, max: usize) -> Vec<Delivery> {
    match queue.receive(max, VISIBILITY).await {
        Ok(batch) => batch,
        Err(error) => {
            tracing::error!(%error, "the queue cannot be read");
            Vec::new()
        }
    }
}

/// The message goes when the rows know what comes next; otherwise it comes back.
async fn finish<T>(queue: &dyn Queue, receipt: &str, result: deskbridge_core::Result<T>) {
    let done = match result {
        Ok(_) => queue.delete(receipt).await,
        Err(error) => {
            tracing::warn!(%error, "message goes back to its queue");
            queue.release(receipt, REST).await
        }
    };
    if let Err(error) = done {
        tracing::error!(%error, "the queue cannot be written");
    }
}

/// A message that this build cannot read, perhaps written by a newer one: kept, and tried rarely.
async fn poison(queue: &dyn Queue, delivery: &Delivery, error: &serde_json::Error) {
    // Not the error's own words: they quote the body.
    let (column, receives) = (error.column(), delivery.receives);
    tracing::error!(column, receives, "a message cannot be read");
    let rest = REST * delivery.receives.min(1_800);
    if let Err(error) = queue.release(&delivery.receipt, rest).await {
        tracing::error!(%error, "the queue cannot be written");
    }
}

async fn wait(
    arrivals: &mut watch::Receiver<u64>,
    stop: &mut watch::Receiver<bool>,
    longest: Duration,
) {
    tokio::select! {
        _ = arrivals.changed() => {}
        _ = stop.changed() => {}
        () = tokio::time::sleep(longest) => {}
    }
}
