//! What becomes of an action when the vendor or the network misbehaves.

use std::time::Duration;

use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::opsgenie::AlertStatus;
use it_support::World;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const CREATE_ALERT: (&str, &str) = ("POST", "/v2/alerts");
const CREATE_CASE: (&str, &str) = ("POST", "/cases.json");

/// Faults after which an alert must exist exactly once, whether or not the create took effect.
fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("refuse", Fault::Refuse),
        ("reset", Fault::ResetBeforeCommit),
        ("commit, then reset", Fault::CommitThenReset),
        (
            "commit, then a cut answer",
            Fault::CommitThenCut { after_bytes: 20 },
        ),
        ("commit, then 500", Fault::CommitThenStatus(500)),
        ("500", Fault::status(500)),
        ("503", Fault::status(503)),
        (
            "429",
            Fault::TooManyRequests {
                retry_after: Duration::from_secs(90),
            },
        ),
        ("HTML with 200", Fault::HtmlOk),
        ("commit, then HTML with 200", Fault::CommitThenHtml),
    ]
}

#[tokio::test]
async fn an_alert_is_made_exactly_once_whatever_happens_to_its_create() {
    for (name, fault) in faults() {
        let world = World::start().await;
        world
            .sandbox
            .opsgenie
            .script()
            .on(CREATE_ALERT.0, CREATE_ALERT.1, fault);
        world.post_kayako(&[]).await;
        world.pass(30 * MINUTE).await;
        assert_eq!(
            world.sandbox.opsgenie.created_count("kayako_john_9"),
            1,
            "{name}"
        );
        assert_eq!(world.stage_of("create_alert").await, "delivered", "{name}");
    }
}

#[tokio::test]
async fn a_conversation_is_made_exactly_once_whatever_happens_to_its_create() {
    for (name, fault) in faults() {
        let world = World::start().await;
        world
            .sandbox
            .kayako
            .script()
            .on(CREATE_CASE.0, CREATE_CASE.1, fault);
        world
            .sandbox
            .opsgenie
            .human_create("mon@example.com", "Queue stuck", &[])
            .unwrap();
        world.pass(30 * MINUTE).await;
        assert_eq!(
            world.sandbox.kayako.created_count("Queue stuck"),
            1,
            "{name}"
        );
        assert_eq!(
            world.stage_of("create_conversation").await,
            "delivered",
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_note_is_written_exactly_once_whatever_happens_to_it() {
    for (name, fault) in faults() {
        let world = World::start().await;
        let alert = world
            .sandbox
            .opsgenie
            .human_create("mon@example.com", "Queue stuck", &[])
            .unwrap();
        world.pass(MINUTE).await;
        world
            .sandbox
            .kayako
            .script()
            .on("POST", "/reply.json", fault);
        world
            .sandbox
            .opsgenie
            .human_acknowledge(&alert.id, "ops@example.com");
        world.pass(30 * MINUTE).await;
        let case = world.sandbox.kayako.cases()[0].id;
        let posts = world.sandbox.kayako.posts(case);
        let notes = posts
            .iter()
            .filter(|post| post.contents.starts_with("Acknowledged"))
            .count();
        assert_eq!(notes, 1, "{name}");
    }
}

#[tokio::test]
async fn a_vendor_that_commits_and_never_answers_gets_no_second_conversation() {
    let world = World::start().await;
    world.sandbox.kayako.script().on(
        CREATE_CASE.0,
        CREATE_CASE.1,
        Fault::CommitThenHang(Some(Duration::from_millis(200))),
    );
    world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Queue stuck", &[])
        .unwrap();
    world.pass(10 * MINUTE).await;
    assert_eq!(world.sandbox.kayako.created_count("Queue stuck"), 1);
    assert_eq!(world.stage_of("create_conversation").await, "delivered");
}

#[tokio::test]
async fn retry_after_is_waited_out_by_everybody_with_that_credential() {
    let world = World::start().await;
    let retry_after = Duration::from_secs(600);
    world.sandbox.opsgenie.script().on(
        "POST",
        "/v2/alerts",
        Fault::TooManyRequests { retry_after },
    );
    world.post_kayako(&[]).await;
    world.settle().await;
    let calls = world.sandbox.opsgenie.requests().len();
    world.post_kayako(&[("Case ID", "10")]).await;
    world.pass(9 * MINUTE).await;
    assert_eq!(
        world.sandbox.opsgenie.requests().len(),
        calls,
        "called before the time was over"
    );
    world.pass(5 * MINUTE).await;
    assert_eq!(world.sandbox.opsgenie.alerts().len(), 2);
}

#[tokio::test]
async fn a_refusal_is_kept_in_the_vendors_words_and_not_repeated() {
    let world = World::start().await;
    let body = r#"{"message":"Invalid recipient","took":0.1,"requestId":"x"}"#;
    world
        .sandbox
        .opsgenie
        .script()
        .on("POST", "/v2/alerts", Fault::status_with(422, body));
    world.post_kayako(&[]).await;
    world.pass(2 * HOUR).await;
    let actions = world.actions().await;
    let history = format!("{:?}", actions[0].history);
    assert_eq!(it_support::stage(&actions[0]), "rejected");
    assert!(history.contains("Invalid recipient"), "{history}");
    assert_eq!(actions[0].attempts, 1);
}

#[tokio::test]
async fn a_request_that_fails_in_processing_is_a_refusal_too() {
    let world = World::start().await;
    world
        .sandbox
        .opsgenie
        .fail_action("Create", "Your plan does not allow this");
    world.post_kayako(&[]).await;
    world.pass(HOUR).await;
    let actions = world.actions().await;
    assert_eq!(it_support::stage(&actions[0]), "rejected");
    assert!(format!("{:?}", actions[0].history).contains("Your plan does not allow this"));
}

#[tokio::test]
async fn a_vendor_that_stays_away_ends_as_dead_after_eight_attempts() {
    let world = World::start().await;
    world.sandbox.opsgenie.script().down().await;
    world.post_kayako(&[]).await;
    world.pass(40 * HOUR).await;
    let actions = world.actions().await;
    assert_eq!(
        (it_support::stage(&actions[0]), actions[0].attempts),
        ("dead", 8)
    );
    world.assert_nothing_lost(1).await;
}

#[tokio::test]
async fn a_vendor_that_comes_back_gets_everything_in_order() {
    let world = World::start().await;
    world.sandbox.opsgenie.script().down().await;
    world.post_kayako(&[]).await;
    world.post_kayako(&[("Status", "Completed")]).await;
    world.pass(HOUR).await;
    world.sandbox.opsgenie.script().up().await;
    world.pass(6 * HOUR).await;
    let alerts = world.sandbox.opsgenie.alerts();
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].status, AlertStatus::Closed);
}

#[tokio::test]
async fn one_slow_conversation_does_not_hold_up_the_others() {
    let world = World::start().await;
    world
        .sandbox
        .opsgenie
        .script()
        .on("POST", "/v2/alerts", Fault::Refuse);
    world.post_kayako(&[]).await;
    world.settle().await;
    world.post_kayako(&[("Case ID", "10")]).await;
    world.settle().await;
    assert!(
        world
            .sandbox
            .opsgenie
            .alert_by_alias("kayako_john_9")
            .is_none()
    );
    assert!(
        world
            .sandbox
            .opsgenie
            .alert_by_alias("kayako_john_10")
            .is_some()
    );
}

#[tokio::test]
async fn a_close_that_was_refused_is_tried_again_at_the_next_save() {
    let world = World::start().await;
    world.post_kayako(&[]).await;
    world.pass(MINUTE).await;
    let body = r#"{"message":"You are not authorized","code":40301}"#;
    world
        .sandbox
        .opsgenie
        .script()
        .on("POST", "/close", Fault::status_with(403, body));
    world.post_kayako(&[("Status", "Completed")]).await;
    world.pass(MINUTE).await;
    assert_eq!(world.stage_of("close_alert").await, "rejected");
    world
        .post_kayako(&[("Status", "Completed"), ("Tags", "again")])
        .await;
    world.pass(MINUTE).await;
    assert_eq!(
        world.sandbox.opsgenie.alerts()[0].status,
        AlertStatus::Closed
    );
}

/// A claim whose process died leaves an outcome that nobody knows; off means off for it too.
#[tokio::test]
async fn an_unknown_outcome_is_not_sent_again_once_the_integration_is_off() {
    use deskbridge_core::ports::Consume as _;
    let world = World::start().await;
    let alert = world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Stuck", &[])
        .unwrap();
    world.pass(MINUTE).await;
    world
        .sandbox
        .opsgenie
        .human_custom_action(&alert.id, "ops@example.com", "escalate-to-desk");
    assert!(world.sandbox.opsgenie.settled(MINUTE).await);
    deskbridge_local::workers::evaluate_waiting(&world.bundle).await;
    let taken = world.bundle.outbound.receive(1, MINUTE).await.unwrap();
    let action = serde_json::from_str(&taken[0].body).unwrap();
    world
        .bundle
        .store
        .claim(&action, deskbridge_core::ports::Clock::now(&*world.clock))
        .await
        .unwrap();
    world
        .apply(
            &world
                .sandbox
                .document()
                .replace("enabled: true", "enabled: false"),
        )
        .await;
    let calls = world.sandbox.kayako.requests().len();
    world.pass(10 * MINUTE).await;
    assert_eq!(world.sandbox.kayako.requests().len(), calls);
    assert_eq!(world.stage_of("set_priority").await, "suppressed");
}
