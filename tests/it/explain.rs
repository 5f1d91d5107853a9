//! Why an event did what it did, or would do: nothing is written, nothing is sent.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::event::{ENVELOPE_VERSION, Envelope, EventRecord};
use it_support::World;
use serde_json::json;

fn envelope(event: &EventRecord) -> Envelope {
    Envelope {
        version: ENVELOPE_VERSION,
        event_id: event.id.clone(),
        delivery_id: event.delivery_id.clone(),
        integration: event.integration.clone(),
        connector: event.connector.clone(),
        received_at: event.received_at,
        suppressed: false,
        unverified: event.unverified,
        body: event.body.clone(),
    }
}

#[tokio::test]
async fn a_rule_that_did_not_match_shows_what_its_conditions_saw() {
    let world = World::start().await;
    let alert = world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Queue stuck", &[]);
    world.settle().await;
    let acknowledged = alert.unwrap();
    world.clock.advance(Duration::from_secs(1));
    world
        .sandbox
        .opsgenie
        .human_acknowledge(&acknowledged.id, "mon@example.com");
    world.settle().await;
    let event = world.events().await.pop().unwrap();
    let explained = world
        .bundle
        .evaluate
        .explain(&envelope(&event))
        .await
        .unwrap();
    assert_eq!(explained.event_type, "opsgenie.acknowledged");
    assert_eq!(explained.recorded, Some(event.decision.word()));
    let updates = |rule: &str| rule.starts_with("send_alert_updates");
    let not_ours = explained
        .rules
        .iter()
        .find(|rule| updates(&rule.verdict.rule))
        .unwrap();
    assert!(!not_ours.verdict.matched);
    assert_eq!(
        not_ours.verdict.why,
        "not so: the alert was caused by Kayako"
    );
    assert_eq!(not_ours.saw["origin"], json!("opsgenie"));
    assert_eq!(not_ours.saw["alert.alias"], json!(acknowledged.alias));
}

#[tokio::test]
async fn an_explanation_renders_the_actions_and_does_nothing() {
    let world = World::start().await;
    world.post_kayako(&[]).await;
    world.settle().await;
    let before = (
        world.events().await.len(),
        world.sandbox.opsgenie.requests().len(),
    );
    let mut again = envelope(&world.events().await[0]);
    again.event_id = "evt_of_a_dry_run".to_owned();
    let explained = world.bundle.evaluate.explain(&again).await.unwrap();
    assert_eq!(explained.recorded, None);
    let action = &explained.decision.actions()[0];
    assert_eq!(action.params["alias"], json!("kayako_john_9"));
    world.settle().await;
    let after = (
        world.events().await.len(),
        world.sandbox.opsgenie.requests().len(),
    );
    assert_eq!(after, before);
}

#[tokio::test]
async fn another_configuration_is_tried_on_a_stored_event() {
    let world = World::start().await;
    world.post_kayako(&[("Priority", "Urgent")]).await;
    world.settle().await;
    let event = world.events().await.remove(0);
    let stored = world
        .bundle
        .store
        .integration(&event.integration)
        .await
        .unwrap();
    let mut changed = stored.unwrap();
    changed.spec.settings["alert"]["priority"] = json!({"Urgent": "P5"});
    let configured = Arc::new(world.bundle.directory.configured(changed));
    let evaluate = &world.bundle.evaluate;
    let envelope = envelope(&event);
    let explained = evaluate.explain_by(&envelope, Some(configured)).await;
    let explained = explained.unwrap();
    assert_eq!(event.decision.actions()[0].params["priority"], json!("P1"));
    assert_eq!(
        explained.decision.actions()[0].params["priority"],
        json!("P5")
    );
}
