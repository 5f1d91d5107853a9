//! One thing that happened is one event, and one alert, however often it is reported.

use std::time::Duration;

use deskbridge_testkit::sandbox::opsgenie::AlertStatus;
use it_support::World;

#[tokio::test]
async fn the_same_webhook_three_times_makes_one_alert() {
    let world = World::start().await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let (status, answer) = world.post_kayako(&[]).await;
        assert_eq!(status, 202);
        statuses.push(answer["status"].as_str().unwrap().to_owned());
        world.settle().await;
    }
    assert_eq!(statuses, ["accepted", "duplicate", "duplicate"]);
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.sandbox.opsgenie.created_count("kayako_john_9"), 1);
    assert_eq!(world.sandbox.opsgenie.alerts()[0].count, 1);
    let from_kayako = world.events().await.remove(0);
    assert_eq!(from_kayako.duplicates, 2);
}

#[tokio::test]
async fn three_at_once_make_one_alert() {
    let world = World::start().await;
    for _ in 0..3 {
        world.post_kayako(&[]).await;
    }
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.sandbox.opsgenie.created_count("kayako_john_9"), 1);
}

#[tokio::test]
async fn a_later_save_of_a_new_conversation_opens_no_second_alert() {
    let world = World::start().await;
    world.post_kayako(&[]).await;
    world.settle().await;
    world.clock.advance(Duration::from_secs(3 * 86_400));
    world
        .post_kayako(&[("Assignee", "somebody else"), ("Tags", "later")])
        .await;
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.sandbox.opsgenie.created_count("kayako_john_9"), 1);
}

#[tokio::test]
async fn identical_updates_within_ten_minutes_are_one_event_across_the_windows_edge() {
    let world = World::start().await;
    let completed = [("Status", "Completed")];
    world.post_kayako(&completed).await;
    world.settle().await;
    world.clock.advance(Duration::from_secs(590));
    world.post_kayako(&completed).await;
    world.settle().await;
    let events = world.events().await;
    assert_eq!((events.len(), events[0].duplicates), (1, 1));
    world.clock.advance(Duration::from_secs(20));
    world.post_kayako(&completed).await;
    world.settle().await;
    assert_eq!(world.events().await.len(), 2);
}

#[tokio::test]
async fn completed_saved_again_closes_once() {
    let world = World::start().await;
    world.post_kayako(&[]).await;
    world.settle().await;
    world.post_kayako(&[("Status", "Completed")]).await;
    world.pass(Duration::from_secs(60)).await;
    world
        .post_kayako(&[("Status", "Completed"), ("Tags", "done")])
        .await;
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(
        world.last_decision().await,
        "filtered: close_alert: not so: the alert is not closed already"
    );
    let closes = world.sandbox.opsgenie.requests();
    let closes = closes
        .iter()
        .filter(|request| request.path.contains("/close"))
        .count();
    assert_eq!(closes, 1);
}

#[tokio::test]
async fn closed_before_the_create_was_processed_is_still_closed() {
    let world = World::start().await;
    world
        .sandbox
        .opsgenie
        .set_processing_delay(Duration::from_millis(300));
    world.post_kayako(&[]).await;
    world.post_kayako(&[("Status", "Closed")]).await;
    world.pass(Duration::from_secs(120)).await;
    let alerts = world.sandbox.opsgenie.alerts();
    assert_eq!(alerts.len(), 1);
    assert_eq!(alerts[0].status, AlertStatus::Closed);
}

/// A standard queue may hand over the close before the create.
#[tokio::test]
async fn a_create_that_is_overtaken_by_its_close_opens_nothing() {
    let world = World::start().await;
    world.post_kayako(&[]).await;
    let late = hold_back_first(&world).await;
    world.clock.advance(Duration::from_secs(1));
    world.post_kayako(&[("Status", "Completed")]).await;
    world.pass(Duration::from_secs(30)).await;
    world
        .bundle
        .evaluate
        .evaluate(&[late])
        .await
        .remove(0)
        .unwrap();
    world.pass(Duration::from_secs(30)).await;
    assert!(world.sandbox.opsgenie.alerts().is_empty());
    assert_eq!(world.stage_of("create_alert").await, "filtered");
}

async fn hold_back_first(world: &World) -> deskbridge_core::event::Envelope {
    use deskbridge_core::ports::Consume as _;
    let taken = world
        .bundle
        .inbound
        .receive(1, Duration::from_secs(1))
        .await
        .unwrap();
    let envelope = serde_json::from_str(&taken[0].body).unwrap();
    world
        .bundle
        .inbound
        .delete(&taken[0].receipt)
        .await
        .unwrap();
    envelope
}

#[tokio::test]
async fn a_message_that_the_queue_repeats_is_carried_out_once() {
    use deskbridge_core::ports::Consume as _;
    let world = World::start().await;
    world.post_kayako(&[]).await;
    let taken = world
        .bundle
        .inbound
        .receive(1, Duration::from_secs(90))
        .await
        .unwrap();
    let envelope: deskbridge_core::event::Envelope = serde_json::from_str(&taken[0].body).unwrap();
    // Evaluated, but the process ended before it could delete the message.
    world
        .bundle
        .evaluate
        .evaluate(std::slice::from_ref(&envelope))
        .await
        .remove(0)
        .unwrap();
    world.pass(Duration::from_secs(120)).await;
    let from_kayako = world.events().await.remove(0);
    assert_eq!(
        from_kayako.duplicates, 0,
        "the queue's repeat is not the vendor's"
    );
    assert_eq!(world.sandbox.opsgenie.created_count("kayako_john_9"), 1);
}

#[tokio::test]
async fn a_conversation_reported_while_off_opens_its_alert_once_it_is_on() {
    let world = World::start().await;
    let on = world.sandbox.document();
    world
        .apply(&on.replace("enabled: true", "enabled: false"))
        .await;
    world.post_kayako(&[]).await;
    world.pass(Duration::from_secs(1)).await;
    world.apply(&on).await;
    for _ in 0..2 {
        world.post_kayako(&[("Assignee", "somebody else")]).await;
        world.pass(Duration::from_secs(60)).await;
    }
    assert_eq!(world.sandbox.opsgenie.created_count("kayako_john_9"), 1);
    let decisions = world.decisions("kayako").await;
    assert_eq!(decisions, ["suppressed: the integration is off", "actions"]);
}

#[tokio::test]
async fn an_event_that_failed_counts_anew_once_its_mapping_is_mended() {
    let world = World::start_with(|document| {
        document.replace(
            "  alert:\n",
            "  alert:\n    message: \"{{ conversation.subjct }}\"\n",
        )
    })
    .await;
    world.post_kayako(&[]).await;
    world.settle().await;
    assert!(
        world
            .last_decision()
            .await
            .starts_with("failed: open_alert.message")
    );
    world.apply(&world.sandbox.document()).await;
    world.post_kayako(&[]).await;
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.sandbox.opsgenie.created_count("kayako_john_9"), 1);
}

fn outcomes_only(document: String) -> String {
    format!("history: outcomes\n{document}")
}

#[tokio::test]
async fn without_events_in_the_ledger_the_same_webhook_still_makes_one_alert() {
    let world = World::start_with(outcomes_only).await;
    for _ in 0..3 {
        world.post_kayako(&[]).await;
        world.settle().await;
    }
    world.pass(Duration::from_secs(60)).await;
    assert_eq!(world.sandbox.opsgenie.created_count("kayako_john_9"), 1);
    assert_eq!(world.sandbox.opsgenie.alerts()[0].count, 1);
}

#[tokio::test]
async fn without_events_in_the_ledger_what_came_to_nothing_is_still_there() {
    let world = World::start_with(outcomes_only).await;
    world.post_kayako(&[]).await;
    world.post_kayako(&[("Case ID", "")]).await;
    world.settle().await;
    let decisions = world.decisions("kayako").await;
    assert_eq!(decisions.len(), 1, "{decisions:?}");
    assert!(decisions[0].starts_with("failed: "), "{decisions:?}");
}

#[tokio::test]
async fn without_events_in_the_ledger_an_update_is_told_from_its_repeat() {
    let world = World::start_with(outcomes_only).await;
    world.post_kayako(&[]).await;
    for status in ["Completed", "Completed", "Open", "Completed"] {
        world.settle().await;
        world.post_kayako(&[("Status", status)]).await;
    }
    world.pass(Duration::from_secs(60)).await;
    let events = world.events().await;
    let updates: Vec<_> = events
        .iter()
        .filter(|event| event.connector == "kayako")
        .collect();
    let duplicates: Vec<_> = updates.iter().map(|event| event.duplicates).collect();
    assert_eq!(duplicates, [1, 0, 0]);
    assert_eq!(
        world.sandbox.opsgenie.alerts()[0].status,
        AlertStatus::Closed
    );
}
