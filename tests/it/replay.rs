//! An event is decided again, under the ids it had: what is delivered stays delivered.

use deskbridge_core::operator::Role;
use deskbridge_testkit::sandbox::Fault;
use it_support::World;
use serde_json::{Value, json};

async fn replay(world: &World, event: &str) -> Value {
    let token = world.token("mon", Role::Admin, None).await;
    let path = format!("events/{event}/replay");
    let (status, replayed) = world.admin(&token, "POST", &path, Value::Null).await;
    assert_eq!(status, 200, "{replayed}");
    world.settle().await;
    replayed
}

async fn only_event(world: &World) -> String {
    world.events().await.remove(0).id
}

fn with_message(document: &str, message: &str) -> String {
    let priority = "  alert:\n    priority:";
    assert!(document.contains(priority));
    document.replace(
        priority,
        &format!("  alert:\n    message: \"{message}\"\n    priority:"),
    )
}

#[tokio::test]
async fn a_delivered_action_is_a_duplicate_and_is_not_sent_again() {
    let world = World::start().await;
    world.post_kayako(&[]).await;
    world.settle().await;
    let event = only_event(&world).await;
    for _ in 0..2 {
        let replayed = replay(&world, &event).await;
        assert_eq!(replayed["actions"][0]["result"], json!("duplicate"));
    }
    assert_eq!(world.sandbox.opsgenie.created_count("kayako_john_9"), 1);
    assert_eq!(world.events().await[0].replays, 2);
}

#[tokio::test]
async fn an_event_that_failed_is_carried_out_once_its_mapping_is_mended() {
    let broken = |document: String| with_message(&document, "{{ conversation.nonsense }}");
    let world = World::start_with(broken).await;
    world.post_kayako(&[]).await;
    world.settle().await;
    assert!(
        world
            .last_decision()
            .await
            .starts_with("failed: open_alert.message")
    );
    let event = only_event(&world).await;
    let still = replay(&world, &event).await;
    assert_eq!(still["decision"], json!("failed"));
    world.apply(&world.sandbox.document()).await;
    let replayed = replay(&world, &event).await;
    assert_eq!(replayed["actions"][0]["result"], json!("sent"));
    assert_eq!(world.stage_of("create_alert").await, "delivered");
    let stored = world.events().await.remove(0);
    assert_eq!(stored.id, event);
    let before: Vec<_> = stored
        .past
        .iter()
        .map(|past| past.decision.word())
        .collect();
    assert_eq!(before, ["failed", "failed"], "what was decided before");
}

#[tokio::test]
async fn a_refused_action_is_sent_again_as_it_is_rendered_now() {
    let world = World::start().await;
    let refusal = Fault::status_with(422, r#"{"message": "Message is too long"}"#);
    let script = world.sandbox.opsgenie.script();
    script.times(2, "POST", "/v2/alerts", refusal);
    world.post_kayako(&[]).await;
    world.settle().await;
    let event = only_event(&world).await;
    // Twice within the queue's memory of ids.
    let replayed = replay(&world, &event).await;
    assert_eq!(replayed["actions"][0]["result"], json!("sent_again"));
    assert_eq!(world.stage_of("create_alert").await, "rejected");
    let document = world.sandbox.document();
    world.apply(&with_message(&document, "Short")).await;
    replay(&world, &event).await;
    assert_eq!(world.stage_of("create_alert").await, "delivered");
    assert_eq!(world.sandbox.opsgenie.alerts()[0].message, "Short");
}

#[tokio::test]
async fn an_event_that_was_off_is_carried_out_once_the_integration_is_on() {
    let off = |document: String| document.replace("enabled: true", "enabled: false");
    let world = World::start_with(off).await;
    world.post_kayako(&[]).await;
    world.settle().await;
    assert!(world.last_decision().await.starts_with("suppressed"));
    let token = world.token("lead", Role::Admin, None).await;
    let path = "integrations/support-alerts/enable";
    let (status, _) = world.admin(&token, "POST", path, Value::Null).await;
    assert_eq!(status, 200);
    replay(&world, &only_event(&world).await).await;
    assert_eq!(world.sandbox.opsgenie.created_count("kayako_john_9"), 1);
}

#[tokio::test]
async fn the_timeline_tells_both_decisions_and_who_asked() {
    let broken = |document: String| with_message(&document, "{{ conversation.nonsense }}");
    let world = World::start_with(broken).await;
    world.post_kayako(&[]).await;
    world.settle().await;
    world.apply(&world.sandbox.document()).await;
    let event = only_event(&world).await;
    replay(&world, &event).await;
    let token = world.token("lead", Role::Viewer, None).await;
    let path = format!("events/{event}");
    let (_, shown) = world.admin(&token, "GET", &path, Value::Null).await;
    let lines = shown["timeline"].as_array().unwrap().iter();
    let lines: Vec<_> = lines.map(|line| line["what"].as_str().unwrap()).collect();
    let at = |start: &str| lines.iter().position(|line| line.starts_with(start));
    let (failed, replayed) = (
        at("failed by version").unwrap(),
        at("replayed by mon").unwrap(),
    );
    let (decided, sent) = (
        at("decided by version"),
        at("opsgenie.create_alert: delivered"),
    );
    assert!(
        failed < replayed && Some(replayed) < decided && decided < sent,
        "{lines:?}"
    );
    assert_eq!(shown["outcome"], json!("delivered"));
}
