//! Both directions at once: what comes back is mapped, what we caused ourselves is not.

use std::time::Duration;

use deskbridge_testkit::sandbox::kayako::{StatusType, Trigger};
use deskbridge_testkit::sandbox::opsgenie::AlertStatus;
use it_support::World;

const MINUTE: Duration = Duration::from_secs(60);

/// A case at Kayako and its alert, both opened through the vendors' own webhooks.
async fn conversation_with_alert(world: &World) -> (u64, String) {
    let kayako = &world.sandbox.kayako;
    let case = kayako
        .human_create_case("Jonas Weber", "Printer on fire", "Help!")
        .unwrap();
    world.pass(MINUTE).await;
    let alert = world
        .sandbox
        .opsgenie
        .alert_by_alias(&format!("kayako_john_{case}"))
        .unwrap();
    (case, alert.id)
}

fn every_save() -> [Trigger; 1] {
    [Trigger::AnySave]
}

#[tokio::test]
async fn alert_actions_come_back_as_mapped_and_mail_nobody() {
    let world = World::start().await;
    let (case, alert) = conversation_with_alert(&world).await;
    world
        .sandbox
        .opsgenie
        .human_acknowledge(&alert, "ops@example.com");
    world
        .sandbox
        .opsgenie
        .human_add_note(&alert, "ops@example.com", "on it");
    world.pass(MINUTE).await;
    let posts = world.sandbox.kayako.posts(case);
    let notes: Vec<_> = posts.iter().filter(|post| post.is_note()).collect();
    assert_eq!(notes.len(), 2);
    assert!(
        notes
            .iter()
            .any(|note| note.contents == "Acknowledged by ops@example.com")
    );
    assert!(notes.iter().any(|note| note.contents.ends_with("on it")));
    assert!(world.sandbox.kayako.mails_sent().is_empty());
}

#[tokio::test]
async fn closing_the_alert_completes_the_conversation_and_stops_there() {
    let world = World::start().await;
    world.sandbox.kayako.set_triggers(&every_save());
    let (case, alert) = conversation_with_alert(&world).await;
    world
        .sandbox
        .opsgenie
        .human_close(&alert, "ops@example.com");
    world.pass(MINUTE).await;
    assert_eq!(
        world.sandbox.kayako.case(case).unwrap().status_type,
        StatusType::Completed
    );
    let closes = world.sandbox.opsgenie.requests();
    assert!(
        !closes.iter().any(|request| request.path.contains("/close")),
        "an echo closed it again"
    );
    let echoes = world.decisions("kayako").await;
    assert!(
        echoes.iter().any(|said| said.starts_with("filtered: echo")),
        "{echoes:?}"
    );
}

#[tokio::test]
async fn a_status_we_set_never_acts_on_the_alert_even_if_it_is_still_open() {
    let world = World::start_with(|document| {
        document.replace("{ on: acknowledged, do: add_note, note: \"Acknowledged by {{ alert.username }}\" }\n    - { on: note_added", "{ on: acknowledged, do: complete_conversation }\n    - { on: note_added")
    })
    .await;
    let (case, alert) = conversation_with_alert(&world).await;
    world
        .sandbox
        .opsgenie
        .human_acknowledge(&alert, "ops@example.com");
    world.pass(MINUTE).await;
    assert_eq!(world.sandbox.kayako.case(case).unwrap().status, "Completed");
    // Saved again an hour later: still our own status.
    world.pass(60 * MINUTE).await;
    world.sandbox.kayako.human_set_tags(case, &["later"]);
    world.pass(MINUTE).await;
    assert_eq!(
        world.sandbox.opsgenie.alert(&alert).unwrap().status,
        AlertStatus::Open
    );
}

#[tokio::test]
async fn a_person_who_completes_after_us_does_close_the_alert() {
    let world = World::start_with(|document| {
        document.replace("{ on: acknowledged, do: add_note, note: \"Acknowledged by {{ alert.username }}\" }\n    - { on: note_added", "{ on: acknowledged, do: complete_conversation }\n    - { on: note_added")
    })
    .await;
    world.sandbox.kayako.set_triggers(&every_save());
    let (case, alert) = conversation_with_alert(&world).await;
    world
        .sandbox
        .opsgenie
        .human_acknowledge(&alert, "ops@example.com");
    world.pass(MINUTE).await;
    world
        .sandbox
        .kayako
        .human_set_status(case, StatusType::Open);
    world.pass(MINUTE).await;
    world
        .sandbox
        .kayako
        .human_set_status(case, StatusType::Completed);
    world.pass(MINUTE).await;
    assert_eq!(
        world.sandbox.opsgenie.alert(&alert).unwrap().status,
        AlertStatus::Closed
    );
}

#[tokio::test]
async fn an_alert_from_elsewhere_makes_one_conversation_and_that_makes_no_alert() {
    let world = World::start().await;
    world.sandbox.kayako.set_triggers(&every_save());
    let alert = world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Queue stuck", &["q"])
        .unwrap();
    world.pass(MINUTE).await;
    assert_eq!(world.sandbox.kayako.created_count("Queue stuck"), 1);
    assert_eq!(world.sandbox.opsgenie.alerts().len(), 1);
    let case = world.sandbox.kayako.cases()[0].clone();
    world
        .sandbox
        .opsgenie
        .human_add_tags(&alert.id, "ops@example.com", &["vip"]);
    world
        .sandbox
        .opsgenie
        .human_custom_action(&alert.id, "ops@example.com", "escalate-to-desk");
    world.pass(MINUTE).await;
    let case = world.sandbox.kayako.case(case.id).unwrap();
    assert_eq!(case.priority, "Urgent");
    assert!(
        world
            .sandbox
            .kayako
            .posts(case.id)
            .iter()
            .any(|post| post.contents == "Tagged vip")
    );
    assert!(world.sandbox.kayako.mails_sent().is_empty());
}

#[tokio::test]
async fn completing_a_conversation_that_an_alert_made_closes_that_alert() {
    let world = World::start().await;
    let alert = world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Queue stuck", &[])
        .unwrap();
    world.pass(MINUTE).await;
    let case = world.sandbox.kayako.cases()[0].id;
    world
        .sandbox
        .kayako
        .human_set_status(case, StatusType::Completed);
    world.pass(MINUTE).await;
    assert_eq!(
        world.sandbox.opsgenie.alert(&alert.id).unwrap().status,
        AlertStatus::Closed
    );
    let posts = world.sandbox.kayako.posts(case);
    assert!(
        !posts
            .iter()
            .any(|post| post.contents.contains("Closed in Opsgenie")),
        "an echo"
    );
}

#[tokio::test]
async fn a_note_waits_for_the_conversation_that_it_belongs_to() {
    let world = World::start().await;
    world.sandbox.kayako.script().down().await;
    let alert = world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Queue stuck", &[])
        .unwrap();
    world.settle().await;
    world
        .sandbox
        .opsgenie
        .human_acknowledge(&alert.id, "ops@example.com");
    world.pass(MINUTE).await;
    world.sandbox.kayako.script().up().await;
    world.pass(30 * MINUTE).await;
    let cases = world.sandbox.kayako.cases();
    assert_eq!(cases.len(), 1);
    let posts = world.sandbox.kayako.posts(cases[0].id);
    assert!(
        posts
            .iter()
            .any(|post| post.contents.starts_with("Acknowledged")),
        "{posts:?}"
    );
}

/// Every kind of write at once, with every trigger on: the webhooks they cause write nothing.
#[tokio::test]
async fn loops_end_after_one_write() {
    let world = World::start_with(|document| {
        document.replace(
            "- { on: closed, do: complete_conversation }\n",
            "- { on: closed, do: complete_conversation }\n    - { on: created, do: add_note }\n",
        )
    })
    .await;
    world.sandbox.kayako.set_triggers(&every_save());
    let (case, alert) = conversation_with_alert(&world).await;
    world
        .sandbox
        .opsgenie
        .human_acknowledge(&alert, "ops@example.com");
    world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Other", &[])
        .unwrap();
    world.pass(MINUTE).await;
    world
        .sandbox
        .kayako
        .human_set_status(case, StatusType::Completed);
    world.pass(10 * MINUTE).await;
    let actions = world.actions().await;
    let done: Vec<_> = actions
        .iter()
        .map(|record| record.action.operation.as_str())
        .collect();
    let mut sorted = done.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        [
            "add_note",
            "close_alert",
            "create_alert",
            "create_conversation"
        ],
        "{done:?}"
    );
}

#[tokio::test]
async fn off_suppresses_both_directions_and_records_them() {
    let world = World::start().await;
    let (_, alert) = conversation_with_alert(&world).await;
    let document = world
        .sandbox
        .document()
        .replace("enabled: true", "enabled: false");
    world.apply(&document).await;
    let before = (
        world.sandbox.kayako.requests().len(),
        world.sandbox.opsgenie.requests().len(),
    );
    let (status, answer) = world.post_kayako(&[("Case ID", "77")]).await;
    assert_eq!(
        (status, answer["status"].as_str()),
        (202, Some("suppressed"))
    );
    world
        .sandbox
        .opsgenie
        .human_acknowledge(&alert, "ops@example.com");
    world.pass(10 * MINUTE).await;
    let after = (
        world.sandbox.kayako.requests().len(),
        world.sandbox.opsgenie.requests().len(),
    );
    assert_eq!(before, after, "a vendor was called");
    assert_eq!(
        world.last_decision().await,
        "suppressed: the integration is off"
    );
}

#[tokio::test]
async fn a_change_made_elsewhere_is_seen_within_sixty_seconds() {
    let world = World::start().await;
    world.post_kayako(&[]).await;
    world.settle().await;
    let mut stored = world
        .bundle
        .store
        .integration("support-alerts")
        .await
        .unwrap()
        .unwrap();
    let version = stored.version;
    stored.spec.enabled = false;
    stored.version += 1;
    // Written by another process: this one's cache is not told.
    world
        .bundle
        .store
        .put_integration(stored, version)
        .await
        .unwrap();
    world.clock.advance(Duration::from_secs(60));
    world.post_kayako(&[("Case ID", "10")]).await;
    world.pass(MINUTE).await;
    assert!(
        world
            .sandbox
            .opsgenie
            .alert_by_alias("kayako_john_10")
            .is_none()
    );
}
