//! Writes share commits, and what was answered is there after reopening.

use std::sync::Arc;
use std::time::Duration;

use crate::bench::{Bench, event};
use deskbridge_core::ports::{Consume as _, EventFilter, Message, Queue, Sent, Store};

const WRITERS: usize = 400;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_writes_share_commits() {
    let bench = Bench::fresh();
    let before = bench.embedded.written();
    let queue = bench.embedded.inbound();
    let writers = (0..WRITERS).map(|n| {
        let queue = Arc::clone(&queue);
        tokio::spawn(async move { queue.send(message(&n.to_string())).await })
    });
    for writer in writers.collect::<Vec<_>>() {
        assert_eq!(writer.await.unwrap().unwrap(), Sent::New);
    }
    let written = bench.embedded.written();
    assert_eq!(written.jobs - before.jobs, WRITERS as u64);
    let commits = written.commits - before.commits;
    assert!(commits < WRITERS as u64 / 2, "{commits} commits");
}

#[tokio::test]
async fn what_was_answered_is_there_after_reopening() {
    let bench = Bench::fresh();
    let (queue, store) = (bench.embedded.inbound(), bench.embedded.store());
    for n in 0..20 {
        let id = format!("evt_{n:02}");
        queue.send(message(&id)).await.unwrap();
        store.record_event(event(&id)).await.unwrap();
    }
    drop((queue, store));
    let bench = bench.reopen();
    let all = EventFilter {
        limit: 100,
        ..EventFilter::default()
    };
    let events = bench.embedded.store().events(all).await.unwrap();
    assert_eq!(events.len(), 20);
    let received = bench.embedded.inbound().receive(100, Duration::ZERO).await;
    let bodies: Vec<_> = received.unwrap().into_iter().map(|d| d.body).collect();
    assert!(bodies.iter().eq(events.iter().rev().map(|event| &event.id)));
}

/// A caller that goes away, as a web server's does when its client hangs up, takes nothing back.
#[tokio::test]
async fn a_write_whose_caller_is_gone_is_finished() {
    let bench = Bench::fresh();
    let queue = bench.embedded.inbound();
    let mut send = queue.send(message("kept"));
    let polled = std::future::poll_fn(|context| {
        std::task::Poll::Ready(send.as_mut().poll(context).is_pending())
    });
    assert!(polled.await, "the write is under way");
    drop(send);
    // Writes are carried out in order, so the first is there once the second was answered.
    queue.send(message("second")).await.unwrap();
    let received = queue.receive(10, Duration::ZERO).await.unwrap();
    assert_eq!(received.len(), 2);
}

fn message(id: &str) -> Message {
    Message {
        body: id.to_owned(),
        group: None,
        id: Some(id.to_owned()),
    }
}
