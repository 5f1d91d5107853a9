//! Alerts become Autotask tickets: the seven steps of the vendor's page, each as the owner sets it.

use std::time::Duration;

use deskbridge_core::action::Stage;
use deskbridge_core::outcome::Outcome;
use deskbridge_testkit::sandbox::autotask::Ticket;
use serde_json::{Value, json};

use it_support::World;

pub(crate) const TITLE: &str = "Das Gerät SRV-B hat die Stromversorgung verloren";

pub(crate) async fn world() -> World {
    world_with(|document| document).await
}

/// A world with the document of the alerts' integration changed.
pub(crate) async fn world_with(change: impl FnOnce(String) -> String) -> World {
    let world = World::start().await;
    world.apply(&change(world.sandbox.alerts_document())).await;
    world
}

/// The alert of the vendor's example.
pub(crate) fn power() -> Value {
    alert(json!({}))
}

/// The same with some fields changed.
pub(crate) fn alert(changes: Value) -> Value {
    let mut alert = json!({
        "title": TITLE, "organisation": "Nordwind", "type": "Power", "severity": "High",
        "device": "SRV-B",
    });
    for (name, value) in changes.as_object().cloned().unwrap_or_default() {
        alert[name] = value;
    }
    alert
}

pub(crate) async fn post(world: &World, alert: Value) {
    let json = [("content-type", "application/json")];
    let (status, answer) = world
        .post_with("alert", &world.alerts_key, &json, alert.to_string())
        .await;
    assert_eq!(status, 202, "{answer}");
}

/// Posts an alert, works it off, and returns the newest ticket.
async fn raised(world: &World, changes: Value) -> Option<Ticket> {
    world.clock.advance(Duration::from_secs(1));
    post(world, alert(changes)).await;
    world.settle().await;
    world.sandbox.autotask.tickets().pop()
}

async fn last_refusal(world: &World) -> String {
    let last = world.actions().await.pop().unwrap();
    match last.stage {
        Stage::Settled(Outcome::Rejected { why }) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn step_1_a_wrong_secret_pauses_and_nothing_is_lost() {
    let world = world().await;
    let caller = |secret| {
        [
            ("user_name", "bridge@api.example.com"),
            ("secret", secret),
            ("integration_code", "AUTOTASKSANDBOXCODE"),
        ]
    };
    world.set_credential("autotask-main", &caller("wrong"));
    assert_eq!(raised(&world, json!({})).await, None);
    assert_eq!(world.stage_of("open_ticket").await, "ready");
    world.set_credential("autotask-main", &caller("autotask-sandbox-secret"));
    world.pass(Duration::from_secs(2 * 3600)).await;
    assert_eq!(world.sandbox.autotask.tickets().len(), 1);
}

#[tokio::test]
async fn step_2_organisations_are_companies_by_id_by_name_or_by_default() {
    let world = world().await;
    let ticket = raised(&world, json!({"organisation": " nordwind"})).await;
    assert_eq!(ticket.unwrap().company, "Nordwind GmbH");
    let ticket = raised(&world, json!({"organisation": "Südhafen"})).await;
    assert_eq!(ticket.unwrap().company, "Südhafen AG");
    let ticket = raised(&world, json!({"organisation": "Unknown Ltd"})).await;
    assert_eq!(ticket.unwrap().company, "Example MSP");
    let ticket = raised(&world, json!({"organisation": ""})).await;
    assert_eq!(ticket.unwrap().company, "Example MSP");
}

#[tokio::test]
async fn step_2_an_organisation_may_be_found_under_its_own_name() {
    let world = world_with(|document| {
        document.replace(
            "    default: Example MSP",
            "    same_name: true\n    default: 0",
        )
    })
    .await;
    let ticket = raised(&world, json!({"organisation": "Südhafen AG"})).await;
    assert_eq!(ticket.unwrap().company, "Südhafen AG");
    let ticket = raised(&world, json!({"organisation": "Gone Ltd"}))
        .await
        .unwrap();
    assert_eq!(ticket.company, "Example MSP");
    assert!(
        ticket
            .description
            .ends_with("no active company called Gone Ltd."),
        "{}",
        ticket.description
    );
}

#[tokio::test]
async fn step_2_without_a_default_an_unmapped_organisation_is_refused_in_sight() {
    let world = world_with(|document| document.replace("    default: Example MSP\n", "")).await;
    assert_eq!(raised(&world, json!({"organisation": "X"})).await, None);
    let why = last_refusal(&world).await;
    assert!(why.contains("mapped to no company"), "{why}");
    world.assert_nothing_lost(1).await;
}

#[tokio::test]
async fn step_3_only_the_chosen_types_make_tickets() {
    let world = world().await;
    assert_eq!(raised(&world, json!({"type": "Login"})).await, None);
    assert_eq!(
        world.last_decision().await,
        "filtered: tickets[0]: not so: the alert's type is one of power (and 2 more rules)"
    );
    assert!(raised(&world, json!({"type": "POWER"})).await.is_some());
}

#[tokio::test]
async fn step_4_the_category_gives_the_defaults_and_explicit_fields_win() {
    let world = world().await;
    let ticket = raised(&world, json!({"type": "Quarantine", "severity": ""})).await;
    let ticket = ticket.unwrap();
    assert_eq!(ticket.category, "Security alert");
    assert_eq!(
        (&*ticket.priority, &*ticket.status_label),
        ("Critical", "In Progress")
    );
    assert_eq!(ticket.queue, "Security");
    let ticket = raised(&world, json!({"title": "t", "type": "Backup"})).await;
    let ticket = ticket.unwrap();
    assert_eq!(
        (&*ticket.category, &*ticket.queue),
        ("Backup alert", "Backup")
    );
    let due = ticket.created_at + Duration::from_secs(240 * 60);
    assert_eq!(ticket.due, due.to_string().replace(".000", ""));
}

#[tokio::test]
async fn step_5_severities_become_priorities_by_their_labels() {
    let world = world().await;
    for (severity, priority) in [
        ("critical", "Critical"),
        ("Moderate", "Medium"),
        ("LOW", "Low"),
    ] {
        let changes = json!({"title": severity, "severity": severity});
        assert_eq!(raised(&world, changes).await.unwrap().priority, priority);
    }
    // The category says High, where the severity says nothing that is known.
    let world = world_with(|document| document.replace("Critical: Critical, ", "")).await;
    let changes = json!({"severity": "Critical", "type": "Power"});
    assert_eq!(raised(&world, changes).await.unwrap().priority, "Medium");
}

#[tokio::test]
async fn step_6_the_end_of_an_alert_completes_its_ticket_with_a_resolution() {
    let world = world().await;
    raised(&world, json!({"type": "Quarantine"})).await;
    let ticket = raised(&world, json!({"type": "Quarantine", "resolved": true})).await;
    let ticket = ticket.unwrap();
    assert_eq!(ticket.status_label, "Complete");
    assert!(
        ticket
            .resolution
            .starts_with("The alert was reported as resolved at"),
        "{}",
        ticket.resolution
    );
    // What comes after that is a new ticket, however soon.
    raised(&world, json!({"type": "Quarantine"})).await;
    assert_eq!(world.sandbox.autotask.tickets().len(), 2);
    // An end need not say the type again.
    let ticket = raised(&world, json!({"type": "", "resolved": true})).await;
    assert_eq!(ticket.unwrap().status_label, "Complete");
}

#[tokio::test]
async fn step_6_a_ticket_that_a_person_completed_is_left_as_it_is() {
    let world = world().await;
    let ticket = raised(&world, json!({})).await.unwrap();
    world
        .sandbox
        .autotask
        .human_complete(ticket.id, "PSU replaced");
    let ticket = raised(&world, json!({"resolved": true})).await.unwrap();
    assert_eq!(ticket.resolution, "PSU replaced");
    assert_eq!(world.stage_of("complete_ticket").await, "delivered");
    let requests = world.sandbox.autotask.requests();
    assert!(requests.iter().all(|request| request.method != "PATCH"));
}

#[tokio::test]
async fn step_6_an_end_without_a_ticket_is_told_and_completes_nothing() {
    let world = world().await;
    raised(&world, json!({"resolved": true})).await;
    let why = last_refusal(&world).await;
    assert!(why.starts_with("no ticket is linked to"), "{why}");
}

#[tokio::test]
async fn step_6_completion_may_be_off_or_for_some_types_only() {
    let never =
        world_with(|document| document.replace("when_resolved: true", "when_resolved: false"))
            .await;
    raised(&never, json!({})).await;
    let ticket = raised(&never, json!({"resolved": true})).await.unwrap();
    assert_eq!(ticket.status_label, "New");
    assert_eq!(
        never.last_decision().await,
        "filtered: no rule is on alert.resolved"
    );
    let some =
        world_with(|document| document.replace("when_resolved: true", "types: [Backup]")).await;
    raised(&some, json!({})).await;
    let ticket = raised(&some, json!({"resolved": true})).await.unwrap();
    assert_eq!(ticket.status_label, "New");
}

#[tokio::test]
async fn step_7_the_ticket_shows_the_chosen_creator_and_belongs_to_everybody() {
    let world = world().await;
    let ticket = raised(&world, json!({})).await.unwrap();
    assert_eq!(ticket.creator, "Autotask Administrator");
    assert!(ticket.external_id.starts_with("deskbridge-"));
    let text = "Device: SRV-B\nOrganisation: Nordwind\nType: Power\nSeverity: High\n\nReceived: ";
    assert!(
        ticket.description.starts_with(text),
        "{}",
        ticket.description
    );
}

#[tokio::test]
async fn a_refusal_is_recorded_in_autotasks_words_and_not_repeated() {
    let world = world_with(|document| document.replace(", due_in_minutes: 240", "")).await;
    raised(&world, json!({"type": "Backup"})).await;
    let why = last_refusal(&world).await;
    assert!(why.contains("dueDateTime is required"), "{why}");
    world.pass(Duration::from_secs(3600)).await;
    let creates = world.sandbox.autotask.requests();
    let creates = creates
        .iter()
        .filter(|r| r.method == "POST" && r.path.ends_with("/Tickets"));
    assert_eq!(creates.count(), 1);
}

#[tokio::test]
async fn a_spent_hour_delays_alerts_and_uses_up_no_attempt() {
    let world = world().await;
    world.sandbox.autotask.others_call(8_000);
    assert_eq!(raised(&world, json!({})).await, None);
    let waiting = world.actions().await.pop().unwrap();
    assert_eq!(
        (
            waiting.attempts,
            world.stage_of("open_ticket").await.as_str()
        ),
        (0, "ready")
    );
    let why = &waiting.history.last().unwrap().what;
    assert!(
        why.contains("of this Autotask's 10000 requests an hour"),
        "{why}"
    );
    world.pass(Duration::from_secs(62 * 60)).await;
    assert_eq!(world.sandbox.autotask.tickets().len(), 1);
}

/// The guide's integration, with the sandbox in place of Autotask.
#[tokio::test]
async fn the_guides_file_and_commands_make_a_ticket_a_note_and_complete_it() {
    let guide = crate::sources::guide("alert-autotask.md");
    let (_, rest) = guide
        .split_once("## 3. The integration\n\n```yaml\n")
        .unwrap();
    let (document, _) = rest.split_once("```").unwrap();
    let world = World::start().await;
    let base_url = format!(
        "autotask-main, base_url: \"{}\"",
        world.sandbox.autotask.url()
    );
    world
        .apply(&document.replace("autotask-main", &base_url))
        .await;
    let commands = crate::sources::curl_commands(&guide);
    let [(_, raised), (_, resolved)] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    for body in [raised, raised, resolved] {
        world.clock.advance(Duration::from_secs(60));
        post(&world, serde_json::from_str(body).unwrap()).await;
        world.settle().await;
    }
    let tickets = world.sandbox.autotask.tickets();
    let [ticket] = tickets.as_slice() else {
        panic!("{tickets:?}");
    };
    assert_eq!(
        (&*ticket.company, &*ticket.status_label),
        ("Nordwind GmbH", "Complete")
    );
    assert_eq!(world.sandbox.autotask.notes(ticket.id).len(), 1);
}
