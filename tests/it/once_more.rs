//! What is delivered is sent once more only where it is certainly absent, or where a person insists.

use std::time::Duration;

use deskbridge_core::operator::Role;
use it_support::World;
use serde_json::{Value, json};

const NONE: Value = Value::Null;

/// A conversation that an alert opened: its action, and where it is resolved.
async fn delivered(world: &World) -> String {
    let opsgenie = &world.sandbox.opsgenie;
    opsgenie
        .human_create("mon@example.com", "Queue stuck", &[])
        .unwrap();
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.stage_of("create_conversation").await, "delivered");
    let actions = world.actions().await;
    let ours = |action: &&deskbridge_core::action::ActionRecord| {
        action.action.operation == "create_conversation"
    };
    let action = actions.iter().find(ours).unwrap();
    format!("actions/{}/resolve", action.action.id)
}

#[tokio::test]
async fn what_the_vendor_has_is_not_sent_again_unless_a_person_insists() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    let path = delivered(&world).await;
    let send = async |force: Value| {
        let body = json!({"resolution": "send_again", "force": force});
        world.admin(&token, "POST", &path, body).await
    };
    let (status, said) = send(NONE).await;
    assert_eq!(status, 409, "{said}");
    let (status, said) = send(json!("if_absent")).await;
    assert_eq!(status, 409, "{said}");
    let detail = said["detail"].as_str().unwrap();
    assert!(detail.starts_with("The vendor has it: "), "{detail}");
    assert_eq!(world.sandbox.kayako.created_count("Queue stuck"), 1);
    let (status, said) = send(json!("always")).await;
    assert_eq!(status, 202, "{said}");
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.sandbox.kayako.created_count("Queue stuck"), 2);
    assert_eq!(world.stage_of("create_conversation").await, "delivered");
}

#[tokio::test]
async fn only_what_is_sent_again_can_be_forced() {
    let world = World::start().await;
    let token = world.token("lead", Role::Admin, None).await;
    let path = delivered(&world).await;
    for body in [
        json!({"resolution": "drop", "force": "always"}),
        json!({"resolution": "exists", "force": "always"}),
    ] {
        let (status, said) = world.admin(&token, "POST", &path, body).await;
        assert_eq!((status, &said["field"]), (422, &json!("force")), "{said}");
    }
}
