//! The bodies that Opsgenie POSTs, action by action.

use std::time::Duration;

use deskbridge_testkit::sandbox::DeliveryOutcome;
use deskbridge_testkit::sandbox::opsgenie::Opsgenie;
use serde_json::{Value, json};

use crate::support::{PATIENCE, Receiver, ask, client, opsgenie};

async fn with_receiver() -> (Opsgenie, Receiver) {
    let (sandbox, receiver) = (opsgenie().await, Receiver::start().await);
    sandbox.send_webhooks_to(&receiver.url, &[("x-deskbridge", "shared-secret")]);
    (sandbox, receiver)
}

async fn create(sandbox: &Opsgenie, body: Value) {
    let request = client()
        .post(format!("{}/v2/alerts", sandbox.url()))
        .header("authorization", "GenieKey og-sandbox-key")
        .body(body.to_string());
    assert_eq!(ask(request).await.status, 202);
    assert!(sandbox.settled(PATIENCE).await);
}

#[tokio::test]
async fn create_carries_the_whole_alert_and_the_configured_header() {
    let (sandbox, receiver) = with_receiver().await;
    let body = json!({
        "message": "m", "alias": "a", "source": "kayako", "user": "Deskbridge", "priority": "P2",
        "tags": ["vip"], "details": { "case": "9" }, "description": "d".repeat(1200),
        "responders": [{ "type": "team", "id": "team-1" }],
    });
    create(&sandbox, body).await;
    assert_eq!(receiver.headers()[0]["x-deskbridge"], "shared-secret");
    let sent = receiver.bodies().remove(0);
    let alert = &sent["alert"];
    let known = sandbox.alert_by_alias("a").unwrap();
    assert_eq!(sent["action"], "Create");
    assert_eq!(sent["source"]["type"], "API");
    assert_eq!(alert["alertId"], known.id);
    assert_eq!(alert["tinyId"], "1");
    assert_eq!(
        (&alert["source"], &alert["username"]),
        (&json!("kayako"), &json!("Deskbridge"))
    );
    assert_eq!(
        (&alert["priority"], &alert["teams"]),
        (&json!("P2"), &json!(["team-1"]))
    );
    assert_eq!(alert["details"], json!({ "case": "9" }));
    assert_eq!(
        alert["description"].as_str().unwrap().len(),
        1000,
        "longer texts are cut"
    );
    let (created, updated) = (
        alert["createdAt"].as_i64().unwrap(),
        alert["updatedAt"].as_i64(),
    );
    assert_eq!(
        created,
        updated.unwrap() / 1_000_000,
        "milliseconds and nanoseconds"
    );
}

#[tokio::test]
async fn a_repeated_create_sends_nothing() {
    let (sandbox, receiver) = with_receiver().await;
    create(&sandbox, json!({ "message": "m", "alias": "a" })).await;
    create(&sandbox, json!({ "message": "m", "alias": "a" })).await;
    assert_eq!(receiver.texts("action"), ["Create"]);
}

#[tokio::test]
async fn every_human_action_arrives_in_order_under_its_own_name() {
    let (sandbox, receiver) = with_receiver().await;
    let alert = sandbox
        .human_create("fili@example.com", "disk full", &["vip"])
        .unwrap();
    let (id, user) = (alert.id.as_str(), "mina@example.com");
    assert!(sandbox.human_acknowledge(id, user));
    assert!(!sandbox.human_acknowledge(id, user), "only once");
    assert!(sandbox.human_unacknowledge(id, user));
    assert!(sandbox.human_add_note(id, user, "looking"));
    assert!(sandbox.human_add_tags(id, user, &["billing", "eu"]));
    assert!(sandbox.human_remove_tags(id, user, &["vip"]));
    assert!(sandbox.human_assign(id, user, "jo@example.com"));
    assert!(sandbox.human_take_ownership(id, user));
    assert!(sandbox.human_add_team(id, user, "ops"));
    assert!(sandbox.human_add_recipient(id, user, "jo@example.com"));
    assert!(sandbox.human_snooze(id, user, Duration::from_secs(60)));
    assert!(sandbox.human_update_priority(id, user, "P1"));
    assert!(sandbox.human_custom_action(id, user, "escalate-to-desk"));
    assert!(sandbox.human_escalate(id, user, "second line"));
    assert!(sandbox.human_close(id, user));
    assert!(sandbox.human_delete(id, user));
    assert!(sandbox.settled(PATIENCE).await);
    let expected = [
        "Create",
        "Acknowledge",
        "UnAcknowledge",
        "AddNote",
        "AddTags",
        "RemoveTags",
        "AssignOwnership",
        "TakeOwnership",
        "AddTeam",
        "AddRecipient",
        "Snooze",
        "UpdatePriority",
        "escalate-to-desk",
        "Escalate",
        "Close",
        "Delete",
    ];
    assert_eq!(receiver.texts("action"), expected);
    let bodies = receiver.bodies();
    assert_eq!(bodies[0]["alert"]["source"], "fili@example.com");
    assert_eq!(bodies[3]["alert"]["note"], "looking");
    assert_eq!(bodies[4]["alert"]["addedTags"], "billing,eu");
    assert_eq!(bodies[4]["alert"]["tags"], json!(["vip", "billing", "eu"]));
    assert_eq!(bodies[5]["alert"]["removedTags"], "vip");
    assert_eq!(bodies[6]["alert"]["owner"], "jo@example.com");
    assert_eq!(bodies[11]["alert"]["priority"], "P1");
    assert_eq!(bodies[13]["alert"], json!({ "alertId": id }));
    assert_eq!(bodies[13]["escalationName"], "second line");
    assert_eq!(
        bodies[13]["headers"],
        json!({ "x-deskbridge": "shared-secret" })
    );
    assert!(bodies[13].get("source").is_none());
    assert!(bodies[15]["alert"].get("tags").is_none());
    assert!(sandbox.alerts().is_empty());
}

#[tokio::test]
async fn no_two_actions_share_an_update_time() {
    let (sandbox, receiver) = with_receiver().await;
    let alert = sandbox.human_create("u", "m", &[]).unwrap();
    for _ in 0..50 {
        sandbox.human_add_note(&alert.id, "u", "n");
    }
    assert!(sandbox.settled(PATIENCE).await);
    let times: Vec<_> = receiver
        .bodies()
        .iter()
        .map(|body| body["alert"]["updatedAt"].as_i64())
        .collect();
    assert!(times.is_sorted_by(|one, next| one < next));
}

#[tokio::test]
async fn deliveries_are_recorded_and_can_be_lost_held_and_repeated() {
    let (sandbox, receiver) = with_receiver().await;
    sandbox.lose_webhooks(1);
    let alert = sandbox.human_create("u", "m", &[]).unwrap();
    sandbox.hold_webhooks(true);
    sandbox.human_acknowledge(&alert.id, "u");
    assert!(!sandbox.settled(Duration::from_millis(50)).await);
    sandbox.hold_webhooks(false);
    assert!(sandbox.settled(PATIENCE).await);
    assert!(sandbox.send_webhook_again(1));
    assert!(sandbox.settled(PATIENCE).await);
    assert_eq!(receiver.texts("action"), ["Acknowledge", "Acknowledge"]);
    assert_eq!(receiver.bodies()[0], receiver.bodies()[1]);
    let outcomes: Vec<_> = sandbox
        .deliveries()
        .into_iter()
        .map(|row| row.outcome)
        .collect();
    let answered = DeliveryOutcome::Answered(202);
    assert_eq!(
        outcomes,
        [DeliveryOutcome::Lost, answered.clone(), answered]
    );
}

#[tokio::test]
async fn a_dead_target_is_recorded_without_its_key() {
    let sandbox = opsgenie().await;
    sandbox.send_webhooks_to("http://127.0.0.1:1/webhooks/opsgenie/topsecret", &[]);
    sandbox.human_create("u", "m", &[]);
    assert!(sandbox.settled(PATIENCE).await);
    let outcome = sandbox.deliveries().remove(0).outcome;
    let DeliveryOutcome::Failed(reason) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(!reason.contains("topsecret"), "{reason}");
    assert!(
        !ask(client().get(sandbox.url()))
            .await
            .text
            .contains("topsecret")
    );
}
