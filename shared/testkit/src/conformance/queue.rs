//! The suite of `Queue`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deskbridge_core::ports::{Consume, Delivery, Message, Sent};

use super::samples::seconds;

const VISIBILITY: Duration = Duration::from_secs(30);
const MEMORY: Duration = Duration::from_secs(300);

/// Queues with nothing in them.
#[async_trait]
pub trait QueueHarness: Send + Sync {
    /// The one for messages with a group.
    fn grouped(&self) -> Arc<dyn Consume>;
    /// The one for messages without; it may be the same.
    fn plain(&self) -> Arc<dyn Consume>;
    /// Moves the clock that the queues go by, or truly waits.
    async fn pass(&self, time: Duration);
    /// Whether `send` says `Known` of a repeat. A queue that swallows it without a word still keeps
    /// the promise.
    fn says_known(&self) -> bool {
        true
    }
}

/// Makes a test of each case of the suite.
#[macro_export]
macro_rules! queue_conformance {
    ($fresh:expr) => {
        $crate::conformance_cases! { $fresh, $crate::conformance::queue {
            an_empty_queue_gives_nothing
            a_message_comes_until_it_is_deleted
            the_longest_body_is_taken_whole
            a_message_comes_back_after_its_visibility
            a_group_is_received_in_order_and_one_at_a_time
            a_group_in_flight_does_not_hold_up_others
            a_delayed_message_holds_its_group_back
            an_id_is_remembered_for_five_minutes
            an_id_is_remembered_after_its_message_is_gone
            an_id_is_remembered_per_group
            without_a_group_every_message_is_delivered
            takes_no_more_than_asked
            a_released_message_comes_back_after_its_delay
            an_outdated_receipt_does_nothing
        } }
    };
}

pub async fn an_empty_queue_gives_nothing(harness: &dyn QueueHarness) {
    assert_eq!(receive(&*harness.plain(), 10).await, []);
    assert_eq!(receive(&*harness.grouped(), 10).await, []);
}

pub async fn a_message_comes_until_it_is_deleted(harness: &dyn QueueHarness) {
    let queue = harness.plain();
    let body = r#"{"text":"問い合わせ \u0000"}"#;
    send(&*queue, plain(body, "m1")).await;
    let delivery = one(&*queue).await;
    assert_eq!((delivery.body.as_str(), delivery.receives), (body, 1));
    assert_eq!(receive(&*queue, 10).await, []);
    queue.delete(&delivery.receipt).await.expect("deletes");
    harness.pass(VISIBILITY).await;
    assert_eq!(receive(&*queue, 10).await, []);
}

pub async fn the_longest_body_is_taken_whole(harness: &dyn QueueHarness) {
    let queue = harness.plain();
    let body = "x".repeat(queue.max_body_bytes().min(1024 * 1024));
    send(&*queue, plain(&body, "m1")).await;
    assert!(one(&*queue).await.body == body);
}

pub async fn a_message_comes_back_after_its_visibility(harness: &dyn QueueHarness) {
    for (queue, message) in [
        (harness.plain(), plain("body", "m1")),
        (harness.grouped(), grouped("body", "group", "m1")),
    ] {
        send(&*queue, message).await;
        for receives in 1..=3 {
            assert_eq!(one(&*queue).await.receives, receives);
            harness.pass(VISIBILITY - seconds(1)).await;
            assert_eq!(receive(&*queue, 10).await, []);
            harness.pass(seconds(1)).await;
        }
        let last = one(&*queue).await;
        queue.delete(&last.receipt).await.expect("deletes");
    }
}

pub async fn a_group_is_received_in_order_and_one_at_a_time(harness: &dyn QueueHarness) {
    let queue = harness.grouped();
    for n in ["1", "2", "3"] {
        send(&*queue, grouped(n, "group", n)).await;
    }
    for n in ["1", "2", "3"] {
        let delivery = one(&*queue).await;
        assert_eq!(delivery.body, n);
        assert_eq!(receive(&*queue, 10).await, [], "{n} is in flight");
        queue.delete(&delivery.receipt).await.expect("deletes");
    }
    assert_eq!(receive(&*queue, 10).await, []);
}

pub async fn a_group_in_flight_does_not_hold_up_others(harness: &dyn QueueHarness) {
    let queue = harness.grouped();
    for (group, id) in [
        ("a", "a1"),
        ("a", "a2"),
        ("b", "b1"),
        ("c", "c1"),
        ("b", "b2"),
    ] {
        send(&*queue, grouped(id, group, id)).await;
    }
    let mut first = receive(&*queue, 10).await;
    assert_eq!(bodies(&first), ["a1", "b1", "c1"]);
    first.retain(|delivery| delivery.body == "b1");
    for delivery in first {
        queue.delete(&delivery.receipt).await.expect("deletes");
    }
    assert_eq!(bodies(&receive(&*queue, 10).await), ["b2"]);
}

pub async fn a_delayed_message_holds_its_group_back(harness: &dyn QueueHarness) {
    let queue = harness.grouped();
    for n in ["1", "2"] {
        send(&*queue, grouped(n, "group", n)).await;
    }
    let first = one(&*queue).await;
    let released = queue.release(&first.receipt, seconds(10)).await;
    released.expect("releases");
    assert_eq!(receive(&*queue, 10).await, []);
    harness.pass(seconds(10)).await;
    assert_eq!(one(&*queue).await.body, "1");
}

pub async fn an_id_is_remembered_for_five_minutes(harness: &dyn QueueHarness) {
    let queue = harness.grouped();
    assert_eq!(send(&*queue, grouped("1", "group", "m")).await, Sent::New);
    harness.pass(MEMORY - seconds(1)).await;
    let repeat = send(&*queue, grouped("2", "group", "m")).await;
    assert_known(harness, repeat);
    harness.pass(seconds(2)).await;
    assert_eq!(send(&*queue, grouped("3", "group", "m")).await, Sent::New);
    assert_eq!(drain(&*queue).await, ["1", "3"]);
}

pub async fn an_id_is_remembered_after_its_message_is_gone(harness: &dyn QueueHarness) {
    let queue = harness.grouped();
    send(&*queue, grouped("1", "group", "m")).await;
    assert_eq!(drain(&*queue).await, ["1"]);
    let repeat = send(&*queue, grouped("2", "group", "m")).await;
    assert_known(harness, repeat);
    assert_eq!(drain(&*queue).await, [] as [&str; 0]);
}

pub async fn an_id_is_remembered_per_group(harness: &dyn QueueHarness) {
    let queue = harness.grouped();
    assert_eq!(send(&*queue, grouped("1", "a", "m")).await, Sent::New);
    assert_eq!(send(&*queue, grouped("2", "b", "m")).await, Sent::New);
    assert_eq!(drain(&*queue).await, ["1", "2"]);
}

pub async fn without_a_group_every_message_is_delivered(harness: &dyn QueueHarness) {
    let queue = harness.plain();
    for body in ["1", "2"] {
        send(&*queue, plain(body, "same")).await;
    }
    let mut received = drain(&*queue).await;
    received.sort_unstable();
    assert_eq!(received, ["1", "2"]);
}

pub async fn takes_no_more_than_asked(harness: &dyn QueueHarness) {
    let queue = harness.plain();
    for n in 0..5 {
        send(&*queue, plain("body", &n.to_string())).await;
    }
    assert!(receive(&*queue, 2).await.len() <= 2);
    assert!(receive(&*queue, 1).await.len() <= 1);
}

pub async fn a_released_message_comes_back_after_its_delay(harness: &dyn QueueHarness) {
    let queue = harness.plain();
    send(&*queue, plain("body", "m1")).await;
    let first = one(&*queue).await;
    let released = queue.release(&first.receipt, seconds(60)).await;
    released.expect("releases");
    harness.pass(seconds(59)).await;
    assert_eq!(receive(&*queue, 10).await, [], "longer than its visibility");
    harness.pass(seconds(1)).await;
    let second = one(&*queue).await;
    assert_eq!(second.receives, 2);
    let released = queue.release(&second.receipt, Duration::ZERO).await;
    released.expect("releases");
    assert_eq!(one(&*queue).await.receives, 3);
}

pub async fn an_outdated_receipt_does_nothing(harness: &dyn QueueHarness) {
    let queue = harness.plain();
    send(&*queue, plain("body", "m1")).await;
    let first = one(&*queue).await;
    harness.pass(VISIBILITY).await;
    let second = one(&*queue).await;
    queue.delete(&first.receipt).await.expect("is harmless");
    let released = queue.release(&first.receipt, Duration::ZERO).await;
    released.expect("is harmless");
    assert_eq!(receive(&*queue, 10).await, [], "the second receive has it");
    harness.pass(VISIBILITY).await;
    assert_eq!(one(&*queue).await.receives, 3);
    queue.delete(&second.receipt).await.expect("is harmless");
    send(&*queue, plain("another", "m2")).await;
    queue.delete(&second.receipt).await.expect("is harmless");
    assert_eq!(drain(&*queue).await, ["another"]);
}

fn plain(body: &str, id: &str) -> Message {
    Message {
        body: body.to_owned(),
        group: None,
        id: Some(id.to_owned()),
    }
}

fn grouped(body: &str, group: &str, id: &str) -> Message {
    Message {
        group: Some(group.to_owned()),
        ..plain(body, id)
    }
}

fn assert_known(harness: &dyn QueueHarness, sent: Sent) {
    assert!(sent == Sent::Known || !harness.says_known());
}

async fn send(queue: &dyn Consume, message: Message) -> Sent {
    queue.send(message).await.expect("the message is stored")
}

async fn receive(queue: &dyn Consume, max: usize) -> Vec<Delivery> {
    let received = queue.receive(max, VISIBILITY).await;
    received.expect("the queue answers")
}

async fn one(queue: &dyn Consume) -> Delivery {
    let mut received = receive(queue, 10).await;
    assert_eq!(received.len(), 1, "{:?}", bodies(&received));
    received.remove(0)
}

/// Receives and deletes until nothing comes.
async fn drain(queue: &dyn Consume) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let received = receive(queue, 10).await;
        if received.is_empty() {
            return all;
        }
        for delivery in received {
            queue.delete(&delivery.receipt).await.expect("deletes");
            all.push(delivery.body);
        }
    }
}

fn bodies(deliveries: &[Delivery]) -> Vec<&str> {
    deliveries.iter().map(|d| d.body.as_str()).collect()
}
