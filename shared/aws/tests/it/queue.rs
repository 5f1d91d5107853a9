//! The queue suite over a standard and a FIFO queue, and what only these do.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deskbridge_aws::SqsQueue;
use deskbridge_core::ErrorKind;
use deskbridge_core::ports::{Consume, Message, Queue, Sent};
use deskbridge_testkit::conformance::queue::QueueHarness;

use crate::bench::{config, fresh_name};
use crate::create;
use crate::ministack::MiniStack;
use crate::or_skip;

const VISIBILITY: Duration = Duration::from_secs(30);

struct Queues {
    ministack: MiniStack,
    grouped: Arc<SqsQueue>,
    plain: Arc<SqsQueue>,
}

impl Queues {
    /// On a MiniStack of their own, whose clock they move.
    async fn fresh() -> Option<Self> {
        let ministack = MiniStack::start()?;
        let client = aws_sdk_sqs::Client::new(&config(&ministack));
        let name = fresh_name();
        let grouped = create::fifo(&client, &name).await;
        let plain = create::standard(&client, &name).await;
        Some(Self {
            ministack,
            grouped: Arc::new(SqsQueue::fifo(client.clone(), grouped)),
            plain: Arc::new(SqsQueue::standard(client, plain)),
        })
    }
}

#[async_trait]
impl QueueHarness for Queues {
    fn grouped(&self) -> Arc<dyn Consume> {
        Arc::clone(&self.grouped) as _
    }

    fn plain(&self) -> Arc<dyn Consume> {
        Arc::clone(&self.plain) as _
    }

    async fn pass(&self, time: Duration) {
        self.ministack.advance(time);
    }

    fn says_known(&self) -> bool {
        false
    }
}

deskbridge_testkit::queue_conformance!(or_skip!(Queues::fresh().await));

#[tokio::test]
async fn a_batch_says_which_of_its_messages_were_not_taken() {
    let queues = or_skip!(Queues::fresh().await);
    let bodies = (0..25).map(|n| match n {
        7 => "\u{1}".to_owned(),
        n => n.to_string(),
    });
    let messages = bodies.map(|body| message(&body, None)).collect();
    let results = queues.plain.send_all(messages).await;
    assert_eq!(results.len(), 25);
    for (n, result) in results.into_iter().enumerate() {
        match n {
            7 => assert_eq!(result.unwrap_err().kind(), ErrorKind::Malformed),
            _ => assert_eq!(result.unwrap(), Sent::New),
        }
    }
}

#[tokio::test]
async fn a_batch_keeps_the_order_of_its_groups() {
    let queues = or_skip!(Queues::fresh().await);
    let messages = (0..12).map(|n| message(&n.to_string(), Some("group")));
    for result in queues.grouped.send_all(messages.collect()).await {
        result.unwrap();
    }
    for n in 0..12 {
        let received = queues.grouped.receive(10, VISIBILITY).await.unwrap();
        let bodies: Vec<_> = received.iter().map(|d| d.body.as_str()).collect();
        assert_eq!(bodies, [n.to_string()]);
        queues.grouped.delete(&received[0].receipt).await.unwrap();
    }
}

#[tokio::test]
async fn what_comes_after_a_failed_message_of_its_group_is_held_back() {
    let queues = or_skip!(Queues::fresh().await);
    let mut messages: Vec<_> = (0..12)
        .map(|n| message(&n.to_string(), Some("group")))
        .collect();
    messages[9].body = "\u{1}".to_owned();
    messages[11].group = Some("another".to_owned());
    let results = queues.grouped.send_all(messages).await;
    let taken: Vec<_> = results.iter().map(Result::is_ok).collect();
    assert_eq!(taken[9..], [false, false, true]);
}

#[tokio::test]
async fn order_keys_may_be_any_text() {
    let queues = or_skip!(Queues::fresh().await);
    let group = "問い合わせ ".repeat(100);
    let sent = queues.grouped.send(message("body", Some(&group))).await;
    sent.unwrap();
    let received = queues.grouped.receive(10, VISIBILITY).await.unwrap();
    assert_eq!(received.len(), 1);
}

#[tokio::test]
async fn a_fifo_queue_refuses_a_message_without_a_group() {
    let queues = or_skip!(Queues::fresh().await);
    let refused = queues.grouped.send(message("body", None)).await;
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Unsupported);
}

fn message(body: &str, group: Option<&str>) -> Message {
    Message {
        body: body.to_owned(),
        group: group.map(str::to_owned),
        id: Some(format!("id of {body}")),
    }
}
