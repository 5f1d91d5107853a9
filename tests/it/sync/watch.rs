//! What becomes of a box that cannot be asked, and of what was fetched when something breaks.

use async_trait::async_trait;
use deskbridge_core::flow::poll::Poll;
use deskbridge_core::ports::{Message, Queue, Sent};
use deskbridge_core::{Error, ErrorKind};

use super::*;

/// A queue whose messages arrive and whose answer does not.
struct Deaf(Arc<dyn Queue>);

#[async_trait]
impl Queue for Deaf {
    async fn send(&self, message: Message) -> deskbridge_core::Result<Sent> {
        self.0.send(message).await?;
        Err(Error::new(ErrorKind::Unavailable, "no answer"))
    }
}

#[tokio::test]
async fn what_was_stored_before_a_crash_is_known_when_it_is_fetched_again() {
    let world = World::start().await;
    let poll = &world.bundle.poll;
    let crashing = Poll {
        directory: Arc::clone(&poll.directory),
        connectors: poll.connectors.clone(),
        store: Arc::clone(&poll.store),
        inbound: Arc::new(Deaf(Arc::clone(&poll.inbound))),
        secrets: Arc::clone(&poll.secrets),
        clock: Arc::clone(&poll.clock),
        http: Arc::clone(&poll.http),
    };
    world.reply(world.ticket(), "一度だけ");
    world.clock.advance(MINUTE);
    world.tell_the_time();
    crashing.poll().await.unwrap();
    world.work().await;
    assert_eq!(world.texts("本文"), ["一度だけ"]);
    world.pass(5 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["一度だけ"]);
    let tally = world.bundle.store.tally().await.unwrap();
    assert_eq!((tally.events, tally.duplicates), (1, 1));
}

#[tokio::test]
async fn no_calls_left_is_waited_out_and_loses_nothing() {
    let world = World::start().await;
    world.relation.use_calls(60);
    world.reply(world.ticket(), "待つ");
    let before = world.relation.requests().len();
    world.pass(Duration::from_secs(30)).await;
    assert!(
        world.relation.requests().len() <= before + 1,
        "asked once, and no more"
    );
    world.pass(3 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["待つ"]);
}

#[tokio::test]
async fn a_token_that_relation_does_not_take_is_tried_again_once_it_is_another() {
    let world = World::start().await;
    world.set_token("relation-main", "wrong");
    world.reply(world.ticket(), "あとで");
    world.pass(10 * MINUTE).await;
    let cursor = world
        .bundle
        .store
        .cursor("ticket-records", "relation")
        .await
        .unwrap()
        .unwrap();
    assert!(
        cursor
            .trouble
            .unwrap()
            .contains("does not accept the API token")
    );
    assert_eq!(world.texts("本文"), [""; 0]);
    world.set_token("relation-main", &relation::Options::default().api_token);
    world.pass(20 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["あとで"]);
}

#[tokio::test]
async fn a_clock_that_was_wrong_for_a_while_does_not_stop_the_watch() {
    let world = World::start().await;
    let right = world.clock.now();
    world.clock.advance(48 * HOUR);
    world.work().await;
    world.clock.set(right);
    world.reply(world.ticket(), "間違いのあと");
    world.pass(2 * MINUTE).await;
    assert_eq!(world.texts("本文"), ["間違いのあと"]);
}

#[tokio::test]
async fn a_watch_that_somebody_else_has_is_left_to_them() {
    let world = World::start().await;
    let store = &world.bundle.store;
    let mut cursor = store
        .cursor("ticket-records", "relation")
        .await
        .unwrap()
        .unwrap();
    cursor.version += 1;
    cursor.due_at = world.clock.now() + MINUTE + MINUTE / 2;
    store
        .put_cursor("ticket-records", "relation", cursor)
        .await
        .unwrap();
    world.reply(world.ticket(), "待つ");
    world.pass(MINUTE).await;
    assert_eq!(world.texts("本文"), [""; 0]);
    world.pass(MINUTE).await;
    assert_eq!(world.texts("本文"), ["待つ"], "their lease has ended");
}
