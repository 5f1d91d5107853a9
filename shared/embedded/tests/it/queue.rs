//! The queue suite over one SQLite file, and what only this queue does.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deskbridge_core::ports::{Clock, Consume, Message, Queue, Sent, Store};
use deskbridge_testkit::conformance::queue::QueueHarness;

use crate::bench::{Bench, event};

const VISIBILITY: Duration = Duration::from_secs(30);

#[async_trait]
impl QueueHarness for Bench {
    fn grouped(&self) -> Arc<dyn Consume> {
        self.embedded.outbound()
    }

    fn plain(&self) -> Arc<dyn Consume> {
        self.embedded.inbound()
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }
}

deskbridge_testkit::queue_conformance!(Bench::fresh());

#[tokio::test]
async fn an_inbound_id_is_known_while_it_waits_and_once_it_is_recorded() {
    let bench = Bench::fresh();
    let (queue, store) = (bench.embedded.inbound(), bench.embedded.store());
    assert_eq!(queue.send(message(None)).await.unwrap(), Sent::New);
    assert_eq!(queue.send(message(None)).await.unwrap(), Sent::Known);
    for delivery in queue.receive(10, VISIBILITY).await.unwrap() {
        queue.delete(&delivery.receipt).await.unwrap();
    }
    assert_eq!(queue.send(message(None)).await.unwrap(), Sent::New);
    store.record_event(event("m")).await.unwrap();
    bench.clock.advance(Duration::from_secs(86_400));
    assert_eq!(queue.send(message(None)).await.unwrap(), Sent::Known);
}

#[tokio::test]
async fn an_arrival_is_announced() {
    let bench = Bench::fresh();
    let queue = bench.embedded.outbound();
    let mut arrivals = queue.arrivals();
    assert!(!arrivals.has_changed().unwrap());
    queue.send(message(Some("group"))).await.unwrap();
    arrivals.changed().await.unwrap();
    let another = Message {
        id: None,
        ..message(Some("group"))
    };
    queue.send(another).await.unwrap();
    arrivals.mark_unchanged();
    let first = queue.receive(10, VISIBILITY).await.unwrap();
    assert_eq!((first.len(), arrivals.has_changed().unwrap()), (1, false));
    queue.delete(&first[0].receipt).await.unwrap();
    arrivals.changed().await.unwrap();
    let second = queue.receive(10, VISIBILITY).await.unwrap();
    arrivals.mark_unchanged();
    queue
        .release(&second[0].receipt, Duration::ZERO)
        .await
        .unwrap();
    arrivals.changed().await.unwrap();
}

#[tokio::test]
async fn queues_in_one_file_are_apart() {
    let bench = Bench::fresh();
    let (inbound, outbound) = (bench.embedded.inbound(), bench.embedded.outbound());
    inbound.send(message(Some("group"))).await.unwrap();
    assert_eq!(outbound.receive(10, VISIBILITY).await.unwrap(), []);
    assert_eq!(
        outbound.send(message(Some("group"))).await.unwrap(),
        Sent::New
    );
    let received = inbound.receive(10, VISIBILITY).await.unwrap();
    outbound.delete(&received[0].receipt).await.unwrap();
    bench.clock.advance(VISIBILITY);
    assert_eq!(inbound.receive(10, VISIBILITY).await.unwrap().len(), 1);
}

/// A clock that was set back must neither hide messages nor swallow them until it catches up.
#[tokio::test]
async fn a_clock_set_back_by_a_year_stops_nothing() {
    let bench = Bench::fresh();
    let queue = bench.embedded.outbound();
    let year = Duration::from_secs(365 * 86_400);
    queue.send(message(Some("a"))).await.unwrap();
    queue.send(message(Some("b"))).await.unwrap();
    assert_eq!(queue.receive(1, VISIBILITY).await.unwrap().len(), 1);
    bench.clock.set(bench.clock.now() - year);
    assert_eq!(queue.receive(10, VISIBILITY).await.unwrap().len(), 2);
    assert_eq!(queue.send(message(Some("a"))).await.unwrap(), Sent::New);
}

fn message(group: Option<&str>) -> Message {
    Message {
        body: "body".to_owned(),
        group: group.map(str::to_owned),
        id: Some("m".to_owned()),
    }
}
