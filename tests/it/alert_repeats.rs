//! "How repeated alerts are handled": the rule of the vendor's page, sentence by sentence.

use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::autotask::Ticket;
use serde_json::json;

use crate::alert_autotask::{TITLE, alert, post, power, world, world_with};
use it_support::World;

fn at(world: &World, clock_time: &str) {
    let time = Timestamp::parse(&format!("2026-11-22T{clock_time}Z"));
    world.clock.set(time.unwrap());
}

/// Receives the alert at this time and works it off.
async fn received(world: &World, clock_time: &str) {
    at(world, clock_time);
    post(world, power()).await;
    world.settle().await;
}

fn tickets(world: &World) -> Vec<Ticket> {
    world.sandbox.autotask.tickets()
}

/// How many notes each ticket has, oldest ticket first.
fn notes(world: &World) -> Vec<usize> {
    let autotask = &world.sandbox.autotask;
    let tickets = autotask.tickets();
    tickets
        .iter()
        .map(|ticket| autotask.notes(ticket.id).len())
        .collect()
}

/// "Um 23:05 Uhr erhält die Autotask-Integration eine Meldung mit dem Titel „Das Gerät SRV-B hat die
/// Stromversorgung verloren“. Es wird ein Ticket mit diesem Titel erstellt. Um 23:08 Uhr erhält die
/// Integration eine identische Meldung. Diese zweite Warnung wird dem ursprünglichen Ticket als Notiz
/// hinzugefügt […]. Um 23:12 Uhr wird eine dritte Meldung mit demselben Titel erhalten. Diese Warnung
/// wird nun ein neues Ticket generieren."
#[tokio::test]
async fn the_vendors_example_of_23_05_23_08_and_23_12() {
    let world = world().await;
    received(&world, "23:05:00").await;
    let titles: Vec<_> = tickets(&world).into_iter().map(|t| t.title).collect();
    assert_eq!(titles, [TITLE]);
    received(&world, "23:08:00").await;
    assert_eq!(notes(&world), [1]);
    received(&world, "23:12:00").await;
    assert_eq!(notes(&world), [1, 0]);
    assert_eq!(tickets(&world)[1].title, TITLE);
    world.assert_nothing_lost(3).await;
}

#[tokio::test]
async fn the_boundary_is_five_minutes_sharp_and_belongs_to_the_window() {
    for (time, expected) in [
        ("23:09:59", vec![1]),
        ("23:10:00", vec![1]),
        ("23:10:01", vec![0, 0]),
    ] {
        let world = world().await;
        received(&world, "23:05:00").await;
        received(&world, time).await;
        assert_eq!(notes(&world), expected, "{time}");
    }
}

#[tokio::test]
async fn the_window_does_not_slide_and_begins_anew_with_a_new_ticket() {
    let world = world().await;
    for time in ["23:05:00", "23:07:00", "23:09:00", "23:10:00"] {
        received(&world, time).await;
    }
    assert_eq!(notes(&world), [3]);
    // Two minutes after the last note, yet six after the ticket.
    received(&world, "23:11:00").await;
    received(&world, "23:15:00").await;
    assert_eq!(notes(&world), [3, 1]);
    received(&world, "23:16:01").await;
    assert_eq!(notes(&world), [3, 1, 0]);
}

#[tokio::test]
async fn a_complete_ticket_takes_no_note() {
    let world = world().await;
    received(&world, "23:05:00").await;
    let first = tickets(&world)[0].id;
    assert!(world.sandbox.autotask.human_complete(first, "PSU replaced"));
    received(&world, "23:06:00").await;
    assert_eq!(notes(&world), [0, 0]);
    // Opened again by a person, the old one is still not the series' newest.
    assert!(
        world
            .sandbox
            .autotask
            .human_set_status(first, "In Progress")
    );
    received(&world, "23:07:00").await;
    assert_eq!(notes(&world), [0, 1]);
}

#[tokio::test]
async fn any_status_but_complete_takes_notes() {
    let world = world().await;
    received(&world, "23:05:00").await;
    let first = tickets(&world)[0].id;
    assert!(
        world
            .sandbox
            .autotask
            .human_set_status(first, "In Progress")
    );
    received(&world, "23:06:00").await;
    assert_eq!(notes(&world), [1]);
}

#[tokio::test]
async fn what_people_change_on_the_ticket_does_not_matter() {
    let world = world().await;
    received(&world, "23:05:00").await;
    let first = tickets(&world)[0].id;
    assert!(
        world
            .sandbox
            .autotask
            .human_set_title(first, "PSU of SRV-B")
    );
    received(&world, "23:06:00").await;
    assert_eq!(notes(&world), [1]);
    world.sandbox.autotask.human_delete(first);
    received(&world, "23:07:00").await;
    assert_eq!(notes(&world), [0]);
    assert_ne!(tickets(&world)[0].id, first);
}

#[tokio::test]
async fn the_times_are_those_of_receipt_however_late_they_are_worked_off() {
    let world = world().await;
    world.sandbox.autotask.script().down().await;
    received(&world, "23:05:00").await;
    received(&world, "23:08:00").await;
    received(&world, "23:12:00").await;
    received(&world, "23:14:00").await;
    world.sandbox.autotask.script().up().await;
    world.pass(Duration::from_secs(4 * 3600)).await;
    assert_eq!(notes(&world), [1, 1]);
    world.assert_nothing_lost(4).await;
}

#[tokio::test]
async fn the_window_is_the_owners() {
    let world = world_with(|document| {
        document.replace(
            "  completion:",
            "  repeat: { window_minutes: 30 }\n  completion:",
        )
    })
    .await;
    received(&world, "22:05:00").await;
    received(&world, "22:35:00").await;
    received(&world, "22:35:01").await;
    assert_eq!(notes(&world), [1, 0]);
    let never = world_with(|document| {
        document.replace(
            "  completion:",
            "  repeat: { window_minutes: 0 }\n  completion:",
        )
    })
    .await;
    received(&never, "23:05:00").await;
    received(&never, "23:05:00").await;
    assert_eq!(notes(&never), [0, 0]);
}

#[tokio::test]
async fn another_organisation_is_another_series_unless_the_owner_says_otherwise() {
    for (scope, expected) in [("organisation", 2), ("none", 1)] {
        let world = world_with(|document| {
            let repeat = format!("  repeat: {{ scope: {scope} }}\n  completion:");
            document.replace("  completion:", &repeat)
        })
        .await;
        received(&world, "23:05:00").await;
        post(&world, alert(json!({"organisation": "Südhafen"}))).await;
        world.settle().await;
        assert_eq!(tickets(&world).len(), expected, "{scope}");
    }
}

#[tokio::test]
async fn white_space_in_a_title_does_not_count_unless_the_owner_says_so() {
    for (title, expected) in [("normalised", 1), ("exact", 2)] {
        let world = world_with(|document| {
            let repeat = format!("  repeat: {{ title: {title} }}\n  completion:");
            document.replace("  completion:", &repeat)
        })
        .await;
        received(&world, "23:05:00").await;
        let spaced = TITLE.replace(' ', "  ");
        post(&world, alert(json!({"title": spaced}))).await;
        world.settle().await;
        assert_eq!(tickets(&world).len(), expected, "{title}");
    }
}

#[tokio::test]
async fn a_note_says_when_and_what() {
    let world = world().await;
    received(&world, "23:05:00").await;
    received(&world, "23:08:00").await;
    let ticket = tickets(&world)[0].id;
    let note = world.sandbox.autotask.notes(ticket).remove(0);
    assert_eq!(note.title, "Repeated alert");
    assert!(
        note.description.starts_with(
            "The same alert was received at 2026-11-22T23:08:00.000Z.\n\nDevice: SRV-B"
        ),
        "{}",
        note.description
    );
}

#[tokio::test]
async fn a_ticket_or_note_whose_answer_was_lost_is_found_and_not_made_again() {
    for fault in [
        Fault::CommitThenReset,
        Fault::CommitThenStatus(502),
        Fault::CommitThenHtml,
        Fault::ResetBeforeCommit,
        Fault::status(503),
        Fault::Refuse,
    ] {
        for route in ["/Tickets$", "/Notes$"] {
            let world = world().await;
            let script = world.sandbox.autotask.script();
            script.on("POST", route, fault.clone());
            received(&world, "23:05:00").await;
            received(&world, "23:08:00").await;
            world.pass(Duration::from_secs(300)).await;
            assert_eq!(notes(&world), [1], "{fault:?} on {route}");
            world.assert_nothing_lost(2).await;
        }
    }
}
