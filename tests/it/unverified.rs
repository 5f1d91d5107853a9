//! What the address alone lets in, while the stored settings do not hold any more: another build refuses
//! what this one took.

use deskbridge_core::operator::Role;
use deskbridge_local::demo::kayako_opsgenie::example;
use it_support::World;
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");
const TOKEN: (&str, &str) = ("x-deskbridge-token", "correct horse");

async fn signed_world() -> World {
    let world = World::start_with(|document| {
        document.replace(
            "credential: kayako-john,",
            "credential: kayako-john, webhook_credential: kayako-hook,",
        )
    })
    .await;
    world.set_credential("kayako-hook", &[("token", TOKEN.1)]);
    assert_eq!(post(&world, &[JSON]).await, 401, "it demands a signature");
    world
}

async fn post(world: &World, headers: &[(&'static str, &str)]) -> u16 {
    let sent = world.post_with("kayako", &world.key, headers, example().to_string());
    sent.await.0
}

/// Changes the stored document behind everybody's back, and returns it as it was.
async fn spoil(world: &World, field: &str, value: Value) -> Value {
    let store = &world.bundle.store;
    let stored = store.integration("support-alerts").await.unwrap().unwrap();
    let mut document = serde_json::to_value(&stored).unwrap();
    let before = std::mem::replace(document.pointer_mut(field).unwrap(), value);
    document["version"] = json!(stored.version + 1);
    let spoiled = serde_json::from_value(document).unwrap();
    store
        .put_integration(spoiled, stored.version)
        .await
        .unwrap();
    world.bundle.directory.forget();
    before
}

#[tokio::test]
async fn a_signature_is_demanded_while_the_rules_do_not_hold() {
    let world = signed_world().await;
    let note = "/settings/send_alert_updates/0/note";
    spoil(&world, note, json!("{{")).await;
    assert_eq!(post(&world, &[JSON]).await, 401);
    assert_eq!(post(&world, &[JSON, TOKEN]).await, 202);
    world.settle().await;
    let event = world.events().await.remove(0);
    assert_eq!(event.decision.word(), "failed");
    assert!(!event.unverified);
}

#[tokio::test]
async fn what_nobody_could_verify_is_recorded_and_never_carried_out() {
    let world = signed_world().await;
    let kind = spoil(&world, "/kind", json!("of-another-build")).await;
    assert_eq!(post(&world, &[JSON]).await, 202);
    world.settle().await;
    let said = world.last_decision().await;
    assert!(said.contains("never carried out"), "{said}");
    spoil(&world, "/kind", kind).await;

    let event = world.events().await.remove(0);
    let token = world.token("mon", Role::Admin, None).await;
    let ask = async |method, path: &str, body| world.admin(&token, method, path, body).await;
    let path = format!("events/{}/replay", event.id);
    let (status, refused) = ask("POST", &path, Value::Null).await;
    assert_eq!(status, 422, "{refused}");
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("have the sender send it again"), "{detail}");
    let (_, shown) = ask("GET", &format!("events/{}", event.id), Value::Null).await;
    assert!(shown["why"].as_str().unwrap().contains("never carried out"));
    let (_, explained) = ask("POST", "explain", json!({"event_id": event.id})).await;
    assert_eq!(explained["events"][0]["decision"], "failed", "{explained}");
    assert!(world.sandbox.opsgenie.alerts().is_empty());

    assert_eq!(post(&world, &[JSON, TOKEN]).await, 202);
    world.settle().await;
    assert_eq!(world.sandbox.opsgenie.created_count("kayako_john_9"), 1);
}
