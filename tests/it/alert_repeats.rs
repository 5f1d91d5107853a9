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

/// One alert after another, and how many notes each ticket has in the end, the oldest ticket first.
struct Case {
    claim: &'static str,
    /// The owner's `repeat`, where it is not the default.
    repeat: &'static str,
    /// When each alert is received, and what is different about it.
    alerts: &'static [(&'static str, Differs)],
    notes: &'static [usize],
}

#[derive(Clone, Copy)]
enum Differs {
    Not,
    InOrganisation,
    InWhiteSpace,
}
use Differs::{InOrganisation, InWhiteSpace, Not};

const CASES: &[Case] = &[
    Case {
        claim: "a second before five minutes is within the window",
        repeat: "",
        alerts: &[("23:05:00", Not), ("23:09:59", Not)],
        notes: &[1],
    },
    Case {
        claim: "five minutes sharp belong to the window",
        repeat: "",
        alerts: &[("23:05:00", Not), ("23:10:00", Not)],
        notes: &[1],
    },
    Case {
        claim: "a second later is after the window",
        repeat: "",
        alerts: &[("23:05:00", Not), ("23:10:01", Not)],
        notes: &[0, 0],
    },
    Case {
        claim: "notes do not prolong the window",
        repeat: "",
        alerts: &[
            ("23:05:00", Not),
            ("23:07:00", Not),
            ("23:09:00", Not),
            ("23:10:00", Not),
            ("23:11:00", Not),
        ],
        notes: &[3, 0],
    },
    Case {
        claim: "a new ticket begins a new window",
        repeat: "",
        alerts: &[
            ("23:05:00", Not),
            ("23:11:00", Not),
            ("23:15:00", Not),
            ("23:16:01", Not),
        ],
        notes: &[0, 1, 0],
    },
    Case {
        claim: "the window is the owner's",
        repeat: "window_minutes: 30",
        alerts: &[("22:05:00", Not), ("22:35:00", Not), ("22:35:01", Not)],
        notes: &[1, 0],
    },
    Case {
        claim: "without a window every alert is a ticket",
        repeat: "window_minutes: 0",
        alerts: &[("23:05:00", Not), ("23:05:00", Not)],
        notes: &[0, 0],
    },
    Case {
        claim: "another organisation is another series",
        repeat: "scope: organisation",
        alerts: &[("23:05:00", Not), ("23:05:00", InOrganisation)],
        notes: &[0, 0],
    },
    Case {
        claim: "unless the owner says otherwise",
        repeat: "scope: none",
        alerts: &[("23:05:00", Not), ("23:05:00", InOrganisation)],
        notes: &[1],
    },
    Case {
        claim: "white space in a title does not count",
        repeat: "title: normalised",
        alerts: &[("23:05:00", Not), ("23:05:00", InWhiteSpace)],
        notes: &[1],
    },
    Case {
        claim: "unless the owner says that it does",
        repeat: "title: exact",
        alerts: &[("23:05:00", Not), ("23:05:00", InWhiteSpace)],
        notes: &[0, 0],
    },
];

#[tokio::test]
async fn each_alert_is_a_note_or_a_ticket_by_the_rule() {
    for case in CASES {
        let world = world_with(|document| {
            let repeat = format!("  repeat: {{ {} }}\n  completion:", case.repeat);
            document.replace("  completion:", &repeat)
        })
        .await;
        for (time, differs) in case.alerts {
            at(&world, time);
            let body = match differs {
                Not => power(),
                InOrganisation => alert(json!({"organisation": "Südhafen"})),
                InWhiteSpace => alert(json!({"title": TITLE.replace(' ', "  ")})),
            };
            post(&world, body).await;
            world.settle().await;
        }
        assert_eq!(notes(&world), case.notes, "{}", case.claim);
        world.assert_nothing_lost(case.alerts.len() as u64).await;
    }
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
