//! A person settles what the machine must not guess.

use std::time::Duration;

use deskbridge_core::ErrorKind;
use deskbridge_core::flow::resolve::Resolution;
use deskbridge_testkit::sandbox::Fault;
use it_support::World;

const HOUR: Duration = Duration::from_secs(3600);
const BY: &str = "mon@example.com";

/// A conversation's create that was applied or not, with no answer, and whose look-ups all fail.
async fn parked(applied: bool) -> (World, String) {
    let world = World::start().await;
    let create = match applied {
        true => Fault::CommitThenReset,
        false => Fault::ResetBeforeCommit,
    };
    let script = world.sandbox.kayako.script();
    script.on("POST", "/cases.json", create);
    script.times(100, "GET", "/cases", Fault::status(500));
    let made = world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Queue stuck", &[]);
    made.unwrap();
    world.pass(6 * HOUR).await;
    script.clear();
    assert_eq!(world.stage_of("create_conversation").await, "parked");
    let parked = world.bundle.store.parked(10).await.unwrap();
    (world, parked[0].action.id.clone())
}

async fn resolve(world: &World, id: &str, resolution: Resolution) -> Result<(), ErrorKind> {
    let resolved = world.bundle.resolve.resolve(id, resolution, BY).await;
    world.pass(Duration::from_secs(60)).await;
    resolved.map(drop).map_err(|error| error.kind())
}

#[tokio::test]
async fn a_parked_create_that_exists_is_linked_and_what_comes_after_finds_it() {
    let (world, action) = parked(true).await;
    let alert = world.sandbox.opsgenie.alerts()[0].id.clone();
    let case = world.sandbox.kayako.cases()[0].id;
    let exists = Resolution::Exists {
        id: Some(case.to_string()),
    };
    resolve(&world, &action, exists).await.unwrap();
    assert_eq!(world.stage_of("create_conversation").await, "delivered");
    world.sandbox.opsgenie.human_add_tags(&alert, BY, &["vip"]);
    world.pass(Duration::from_secs(60)).await;
    let posts = world.sandbox.kayako.posts(case);
    assert!(posts.iter().any(|post| post.contents.contains("vip")));
}

#[tokio::test]
async fn a_create_that_exists_needs_the_id_of_what_it_made() {
    let (world, action) = parked(true).await;
    let refused = resolve(&world, &action, Resolution::Exists { id: None }).await;
    assert_eq!(refused, Err(ErrorKind::Misconfigured));
    assert_eq!(world.stage_of("create_conversation").await, "parked");
}

#[tokio::test]
async fn a_parked_create_is_sent_again_when_a_person_says_so() {
    let (world, action) = parked(false).await;
    resolve(&world, &action, Resolution::SendAgain)
        .await
        .unwrap();
    assert_eq!(world.stage_of("create_conversation").await, "delivered");
    assert_eq!(world.sandbox.kayako.created_count("Queue stuck"), 1);
}

#[tokio::test]
async fn a_dropped_create_is_never_sent_and_holds_nobody_up() {
    let (world, action) = parked(false).await;
    let alert = world.sandbox.opsgenie.alerts()[0].id.clone();
    world.sandbox.opsgenie.human_add_tags(&alert, BY, &["vip"]);
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.stage_of("add_note").await, "ready", "waits for it");
    resolve(&world, &action, Resolution::Drop).await.unwrap();
    assert_eq!(world.stage_of("create_conversation").await, "dropped");
    assert_eq!(world.sandbox.kayako.created_count("Queue stuck"), 0);
    assert_eq!(world.stage_of("add_note").await, "rejected");
}

#[tokio::test]
async fn of_two_people_one_resolves() {
    let (world, action) = parked(false).await;
    let resolver = &world.bundle.resolve;
    let (first, second) = tokio::join!(
        resolver.resolve(&action, Resolution::Drop, "a@example.com"),
        resolver.resolve(&action, Resolution::SendAgain, "b@example.com"),
    );
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    let refused = first.err().or(second.err()).unwrap();
    assert_eq!(refused.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn what_is_delivered_or_unknown_is_not_resolved() {
    let world = World::start().await;
    world.post_kayako(&[]).await;
    world.pass(Duration::from_secs(60)).await;
    let delivered = world.actions().await.remove(0).action.id;
    let refused = resolve(&world, &delivered, Resolution::SendAgain).await;
    assert_eq!(refused, Err(ErrorKind::Conflict));
    let unknown = resolve(&world, "act_none", Resolution::Drop).await;
    assert_eq!(unknown, Err(ErrorKind::NotFound));
}

#[tokio::test]
async fn a_refused_action_can_be_sent_again_once_its_cause_is_mended() {
    let world = World::start().await;
    let refusal = Fault::status_with(422, r#"{"message": "Team is not known"}"#);
    world
        .sandbox
        .opsgenie
        .script()
        .on("POST", "/v2/alerts", refusal);
    world.post_kayako(&[]).await;
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.stage_of("create_alert").await, "rejected");
    let rejected = world.actions().await.remove(0).action.id;
    resolve(&world, &rejected, Resolution::SendAgain)
        .await
        .unwrap();
    assert_eq!(world.stage_of("create_alert").await, "delivered");
    assert_eq!(world.sandbox.opsgenie.created_count("kayako_john_9"), 1);
}
