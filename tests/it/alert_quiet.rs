//! Tickets that complete of their own accord: after hours without a further alert of their series, and all
//! of a series when its alert is over.

use std::time::Duration;

use deskbridge_core::outcome::Outcome;
use serde_json::json;

use crate::alert_autotask::{alert, post, power, world, world_with};
use it_support::{World, stage};

const HOUR: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);

async fn quiet_world() -> World {
    world_with(|document| {
        let quiet = "completion: { after_quiet_hours: 12, when_resolved: true }";
        document.replace("completion: { when_resolved: true }", quiet)
    })
    .await
}

async fn received(world: &World) {
    post(world, power()).await;
    world.settle().await;
}

/// The status of each ticket, oldest first.
fn statuses(world: &World) -> Vec<String> {
    let tickets = world.sandbox.autotask.tickets().into_iter();
    tickets.map(|ticket| ticket.status_label).collect()
}

/// How each action of this operation stands, oldest event first, and what is said about it.
async fn ends(world: &World) -> Vec<(String, String)> {
    let actions = world.actions().await.into_iter();
    let ends = actions.filter(|record| record.action.operation == "complete_ticket");
    ends.map(|record| {
        let said = match &record.stage {
            deskbridge_core::action::Stage::Settled(outcome) => outcome.text().to_owned(),
            _ => String::new(),
        };
        (stage(&record).to_owned(), said)
    })
    .collect()
}

#[tokio::test]
async fn a_ticket_completes_after_the_quiet_hours_and_not_a_minute_before() {
    let world = quiet_world().await;
    received(&world).await;
    world.pass(12 * HOUR - MINUTE).await;
    assert_eq!(statuses(&world), ["New"]);
    assert_eq!(ends(&world).await, [("ready".to_owned(), String::new())]);
    world.pass(MINUTE).await;
    assert_eq!(statuses(&world), ["Complete"]);
    world.assert_nothing_lost(1).await;
    let ticket = &world.sandbox.autotask.tickets()[0];
    assert!(
        ticket
            .resolution
            .starts_with("No further alert was received after")
    );
}

#[tokio::test]
async fn each_further_alert_begins_the_quiet_hours_anew() {
    let world = quiet_world().await;
    received(&world).await;
    world.pass(4 * MINUTE).await;
    received(&world).await;
    world.pass(11 * HOUR).await;
    received(&world).await;
    world.pass(11 * HOUR + 59 * MINUTE).await;
    assert_eq!(
        statuses(&world),
        ["New", "New"],
        "a ticket with a note, and another"
    );
    let ends_so_far = ends(&world).await;
    let gave_way =
        |(stage, said): &(String, String)| stage == "filtered" && said.starts_with("superseded");
    assert_eq!(
        ends_so_far.iter().filter(|end| gave_way(end)).count(),
        2,
        "{ends_so_far:?}"
    );
    world.pass(MINUTE).await;
    assert_eq!(statuses(&world), ["Complete", "Complete"]);
    world.assert_nothing_lost(3).await;
}

#[tokio::test]
async fn another_series_does_not_keep_a_ticket_open() {
    let world = quiet_world().await;
    received(&world).await;
    world.pass(6 * HOUR).await;
    post(&world, alert(json!({"title": "Something else"}))).await;
    world.pass(6 * HOUR).await;
    assert_eq!(statuses(&world), ["Complete", "New"]);
}

#[tokio::test]
async fn a_ticket_that_waits_holds_up_nothing() {
    let world = quiet_world().await;
    received(&world).await;
    world.pass(10 * MINUTE).await;
    received(&world).await;
    assert_eq!(statuses(&world).len(), 2);
}

#[tokio::test]
async fn a_ticket_that_a_person_completed_is_left_alone() {
    let world = quiet_world().await;
    received(&world).await;
    let ticket = world.sandbox.autotask.tickets()[0].id;
    world
        .sandbox
        .autotask
        .human_complete(ticket, "PSU replaced");
    world.pass(12 * HOUR).await;
    let [(stage, said)] = &ends(&world).await[..] else {
        panic!("one end");
    };
    assert_eq!(stage, "delivered");
    assert!(said.ends_with("was complete already"), "{said}");
    assert_eq!(
        world.sandbox.autotask.tickets()[0].resolution,
        "PSU replaced"
    );
}

/// It was over before; what people did since is theirs.
#[tokio::test]
async fn a_ticket_that_was_opened_again_after_the_end_stays_open() {
    let world = quiet_world().await;
    received(&world).await;
    world.pass(HOUR).await;
    post(&world, alert(json!({"resolved": true}))).await;
    world.settle().await;
    let ticket = world.sandbox.autotask.tickets()[0].id;
    assert!(
        world
            .sandbox
            .autotask
            .human_set_status(ticket, "In Progress")
    );
    world.pass(12 * HOUR).await;
    assert_eq!(statuses(&world), ["In Progress"]);
}

#[tokio::test]
async fn what_the_owner_switches_off_is_not_done_for_alerts_before_either() {
    let world = quiet_world().await;
    received(&world).await;
    world.apply(&world.sandbox.alerts_document()).await;
    world.pass(12 * HOUR).await;
    assert_eq!(statuses(&world), ["New"]);
    let (stage, said) = ends(&world).await.remove(0);
    assert_eq!(
        (stage.as_str(), said.as_str()),
        ("filtered", "the settings no longer have its rule")
    );
}

#[tokio::test]
async fn an_outage_at_the_hour_delays_the_completion() {
    let world = quiet_world().await;
    received(&world).await;
    world.pass(12 * HOUR - MINUTE).await;
    world.sandbox.autotask.script().down().await;
    world.pass(HOUR).await;
    world.sandbox.autotask.script().up().await;
    world.pass(4 * HOUR).await;
    assert_eq!(statuses(&world), ["Complete"]);
}

/// Of a device that was down for an hour: a ticket for each alert after the window.
async fn three_tickets(world: &World) {
    for _ in 0..3 {
        received(world).await;
        world.pass(10 * MINUTE).await;
    }
    assert_eq!(statuses(world), ["New", "New", "New"]);
}

#[tokio::test]
async fn the_end_of_an_alert_completes_every_ticket_of_its_series() {
    let world = world().await;
    three_tickets(&world).await;
    post(&world, alert(json!({"resolved": true}))).await;
    world.settle().await;
    assert_eq!(statuses(&world), ["Complete", "Complete", "Complete"]);
    world.assert_nothing_lost(4).await;
    let actions = world.actions().await;
    let history = &actions.last().unwrap().history;
    let said: Vec<_> = history.iter().map(|step| step.what.as_str()).collect();
    let tickets = world.sandbox.autotask.tickets();
    let expected = tickets
        .iter()
        .map(|ticket| format!("ticket {}: completed", ticket.id));
    assert_eq!(said.len(), 3);
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.ends_with(expected.as_str()), "{said}");
    }
}

#[tokio::test]
async fn a_ticket_of_the_series_that_is_gone_does_not_keep_the_others_open() {
    let world = world().await;
    three_tickets(&world).await;
    let first = world.sandbox.autotask.tickets()[0].id;
    world.sandbox.autotask.human_delete(first);
    post(&world, alert(json!({"resolved": true}))).await;
    world.settle().await;
    assert_eq!(statuses(&world), ["Complete", "Complete"]);
    world.assert_nothing_lost(4).await;
}

#[tokio::test]
async fn a_series_that_has_ended_begins_with_no_tickets() {
    let world = world().await;
    three_tickets(&world).await;
    for _ in 0..2 {
        post(&world, alert(json!({"resolved": true}))).await;
        world.settle().await;
        received(&world).await;
    }
    let actions = world.actions().await;
    let last = actions
        .iter()
        .rev()
        .find(|record| record.action.operation == "complete_ticket");
    let Some(deskbridge_core::action::Stage::Settled(Outcome::Delivered { .. })) =
        last.map(|record| &record.stage)
    else {
        panic!("{last:?}");
    };
    let lines = last.map_or(0, |record| record.history.len());
    assert_eq!(lines, 1, "the tickets before have ended already");
}

#[tokio::test]
async fn explain_says_when_it_will_be_done_and_the_list_is_not_disturbed() {
    let world = quiet_world().await;
    received(&world).await;
    let token = world
        .token("t", deskbridge_core::operator::Role::Viewer, None)
        .await;
    let event = world.events().await.remove(0);
    let asked = json!({"event_id": event.id});
    let (status, explained) = world.admin(&token, "POST", "explain", asked).await;
    assert_eq!(status, 200, "{explained}");
    let due = (event.received_at + 12 * HOUR).to_string();
    assert_eq!(explained["events"][0]["actions"][1]["not_before"], due);
    let (_, shown) = world
        .admin(&token, "GET", &format!("events/{}", event.id), json!(null))
        .await;
    assert_eq!(shown["outcome"], "delivered");
    assert_eq!(shown["actions"][1]["state"], "scheduled");
}
