//! A changed mapping over what was stored: what would fire, stop and change.

use deskbridge_core::operator::Role;
use it_support::World;
use serde_json::{Value, json};

async fn against(world: &World, change: impl FnOnce(&mut Value)) -> Value {
    let token = world.token("mon", Role::Viewer, None).await;
    let path = "integrations/support-alerts";
    let (_, shown) = world.admin(&token, "GET", path, Value::Null).await;
    let mut document = shown["document"].clone();
    change(&mut document);
    let body = json!({"document": document});
    let (status, compared) = world.admin(&token, "POST", "explain/against", body).await;
    assert_eq!(status, 200, "{compared}");
    compared
}

fn effects(compared: &Value) -> Vec<&str> {
    let differences = compared["differences"].as_array().unwrap().iter();
    differences
        .map(|one| one["effect"].as_str().unwrap())
        .collect()
}

/// An urgent conversation and a low one, and the echoes of both alerts.
async fn two_conversations() -> World {
    let world = World::start().await;
    for (id, priority) in [("1", "Urgent"), ("2", "Low")] {
        let fields = [("Case ID", id), ("Priority", priority)];
        world.post_kayako(&fields).await;
    }
    world.settle().await;
    world
}

#[tokio::test]
async fn an_unchanged_document_changes_nothing() {
    let world = two_conversations().await;
    let compared = against(&world, |_| {}).await;
    assert!(compared["compared"].as_u64().unwrap() >= 2);
    assert_eq!(compared["differences"], json!([]));
}

#[tokio::test]
async fn another_value_changes_the_events_that_have_it() {
    let world = two_conversations().await;
    let compared = against(&world, |document| {
        document["settings"]["alert"]["priority"]["Urgent"] = json!("P5");
    });
    let compared = compared.await;
    assert_eq!(effects(&compared), ["changes"], "{compared}");
    let subject = &compared["differences"][0]["subject"];
    assert_eq!(subject["id"], json!("1"));
    assert_eq!(world.sandbox.opsgenie.alerts().len(), 2, "nothing is sent");
}

#[tokio::test]
async fn an_integration_that_is_switched_off_stops_all_and_one_that_is_switched_on_fires() {
    let world = two_conversations().await;
    let compared = against(&world, |document| document["enabled"] = json!(false)).await;
    let stops = effects(&compared);
    assert_eq!(stops.iter().filter(|effect| **effect == "stops").count(), 2);
    let off = world
        .sandbox
        .document()
        .replace("enabled: true", "enabled: false");
    world.apply(&off).await;
    let compared = against(&world, |document| document["enabled"] = json!(true)).await;
    let fires = effects(&compared);
    assert_eq!(fires.iter().filter(|effect| **effect == "fires").count(), 2);
}
