//! Every alert action, in both sections of the mapping, through a real webhook of the vendor.

use std::time::Duration;

use deskbridge_testkit::sandbox::opsgenie::Opsgenie;
use it_support::World;
use serde_json::json;

const MINUTE: Duration = Duration::from_secs(60);
const USER: &str = "ops@example.com";

type Act = fn(&Opsgenie, &str) -> bool;

/// What a person can do to an alert, under our names.
const ACTS: [(&str, Act); 16] = [
    ("acknowledged", |o, alert| o.human_acknowledge(alert, USER)),
    ("unacknowledged", |o, alert| {
        o.human_acknowledge(alert, USER) && o.human_unacknowledge(alert, USER)
    }),
    ("note_added", |o, alert| {
        o.human_add_note(alert, USER, "a note")
    }),
    ("tag_added", |o, alert| {
        o.human_add_tags(alert, USER, &["vip", "eu"])
    }),
    ("tag_removed", |o, alert| {
        o.human_add_tags(alert, USER, &["vip"]) && o.human_remove_tags(alert, USER, &["vip"])
    }),
    ("custom_action", |o, alert| {
        o.human_custom_action(alert, USER, "restart")
    }),
    ("escalated", |o, alert| {
        o.human_escalate(alert, USER, "Second line")
    }),
    ("snoozed", |o, alert| {
        o.human_snooze(alert, USER, Duration::from_secs(3600))
    }),
    ("owner_assigned", |o, alert| {
        o.human_assign(alert, USER, "mina@example.com")
    }),
    ("ownership_taken", |o, alert| {
        o.human_take_ownership(alert, USER)
    }),
    ("team_added", |o, alert| {
        o.human_add_team(alert, USER, "Network")
    }),
    ("recipient_added", |o, alert| {
        o.human_add_recipient(alert, USER, "mina@example.com")
    }),
    ("priority_updated", |o, alert| {
        o.human_update_priority(alert, USER, "P1")
    }),
    ("closed", |o, alert| o.human_close(alert, USER)),
    ("deleted", |o, alert| o.human_delete(alert, USER)),
    ("created", |_, _| true),
];

/// Replaces both sections.
fn with_sections(document: &str, updates: &str, creates: &str) -> String {
    let head = document
        .split("  send_alert_updates:")
        .next()
        .unwrap_or_default();
    format!("{head}  send_alert_updates: {updates}\n  create_conversations: {creates}\n")
}

fn entry(on: &str, marker: &str) -> String {
    let name = if on == "custom_action" {
        ", name: restart"
    } else {
        ""
    };
    format!("{{ on: {on}, do: add_note, note: \"{marker}\"{name} }}")
}

async fn notes_saying(world: &World, text: &str) -> usize {
    let mut count = 0;
    for case in world.sandbox.kayako.cases() {
        let posts = world.sandbox.kayako.posts(case.id);
        count += posts.iter().filter(|post| post.contents == text).count();
    }
    count
}

#[tokio::test]
async fn each_alert_action_of_a_kayako_alert_reaches_its_conversation() {
    for (on, act) in ACTS.iter().filter(|(on, _)| *on != "created") {
        let world = World::start_with(|document| {
            with_sections(
                &document,
                &format!("[{}]", entry(on, "seen")),
                &format!("[{}]", entry(on, "wrong section")),
            )
        })
        .await;
        let kayako = &world.sandbox.kayako;
        let case = kayako.human_create_case("Jonas Weber", "s", "c").unwrap();
        world.pass(MINUTE).await;
        let alert = world
            .sandbox
            .opsgenie
            .alert_by_alias(&format!("kayako_john_{case}"))
            .unwrap();
        assert!(act(&world.sandbox.opsgenie, &alert.id), "{on}");
        world.pass(MINUTE).await;
        assert_eq!(notes_saying(&world, "seen").await, 1, "{on}");
        assert_eq!(notes_saying(&world, "wrong section").await, 0, "{on}");
    }
}

#[tokio::test]
async fn any_alert_action_may_create_the_conversation() {
    for (on, act) in ACTS {
        let world = World::start_with(|document| {
            let name = if on == "custom_action" {
                ", name: restart"
            } else {
                ""
            };
            let creates = format!("[{{ on: {on}, do: create_conversation{name} }}]");
            with_sections(&document, "[]", &creates)
        })
        .await;
        let alert = world
            .sandbox
            .opsgenie
            .human_create("mon@example.com", "Disk full", &[])
            .unwrap();
        world.settle().await;
        assert!(act(&world.sandbox.opsgenie, &alert.id), "{on}");
        world.pass(MINUTE).await;
        assert_eq!(
            world.sandbox.kayako.cases().len(),
            1,
            "{on}: {}",
            world.last_decision().await
        );
    }
}

#[tokio::test]
async fn a_tag_mapping_applies_when_the_alert_holds_one_of_its_tags() {
    let world = World::start_with(|document| {
        let creates = "[{ on: created, do: create_conversation }, \
            { on: tag_added, tags: \"vip, billing\", do: add_note, note: named }, \
            { on: tag_added, do: add_note, note: any }]";
        with_sections(&document, "[]", creates)
    })
    .await;
    let opsgenie = &world.sandbox.opsgenie;
    let alert = opsgenie
        .human_create("mon@example.com", "Disk full", &[])
        .unwrap();
    world.pass(MINUTE).await;
    opsgenie.human_add_tags(&alert.id, USER, &["eu"]);
    world.pass(MINUTE).await;
    let counts = (
        notes_saying(&world, "named").await,
        notes_saying(&world, "any").await,
    );
    assert_eq!(counts, (0, 1));
    opsgenie.human_add_tags(&alert.id, USER, &["billing", "us"]);
    world.pass(MINUTE).await;
    let counts = (
        notes_saying(&world, "named").await,
        notes_saying(&world, "any").await,
    );
    assert_eq!(counts, (1, 2));
}

#[tokio::test]
async fn a_custom_action_of_another_name_is_filtered_and_says_so() {
    let world = World::start().await;
    let alert = world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Disk full", &[])
        .unwrap();
    world.pass(MINUTE).await;
    world
        .sandbox
        .opsgenie
        .human_custom_action(&alert.id, USER, "restart");
    world.pass(MINUTE).await;
    let expected =
        "filtered: create_conversations[3]: not so: the custom action is escalate-to-desk";
    assert_eq!(world.last_decision().await, expected);
}

#[tokio::test]
async fn the_status_decides_what_a_kayako_webhook_means() {
    let world = World::start().await;
    for (case, status, expected) in [
        ("1", "New", "actions"),
        (
            "1",
            "Open",
            "filtered: no rule is on kayako.conversation_updated",
        ),
        (
            "1",
            "Pending",
            "filtered: no rule is on kayako.conversation_updated",
        ),
        ("1", "Completed", "actions"),
        ("2", "New", "actions"),
        ("2", "Closed", "actions"),
    ] {
        world
            .post_kayako(&[("Case ID", case), ("Status", status)])
            .await;
        world.pass(MINUTE).await;
        let said = world.decisions("kayako").await.pop().unwrap();
        assert_eq!(said, expected, "{case} {status}");
        world.clock.advance(Duration::from_secs(1));
    }
    let alerts = world.sandbox.opsgenie.alerts();
    assert!(
        alerts.iter().all(|alert| alert.status.as_str() == "closed"),
        "{alerts:?}"
    );
}

#[tokio::test]
async fn the_alert_carries_the_conversations_details() {
    let world = World::start_with(|document| {
        document.replace(
            "service: opsgenie-us",
            "service: opsgenie-us, team: Support",
        )
    })
    .await;
    let long = "障害".repeat(100);
    let fields = [
        ("Subject", long.as_str()),
        ("Priority", "Urgent"),
        ("Tags", "vip, eu"),
    ];
    world.post_kayako(&fields).await;
    world.pass(MINUTE).await;
    let alert = world
        .sandbox
        .opsgenie
        .alert_by_alias("kayako_john_9")
        .unwrap();
    assert_eq!(alert.message.chars().count(), 130);
    assert_eq!(alert.priority, "P1");
    assert_eq!(alert.tags, ["vip", "eu"]);
    assert_eq!(alert.details["Requester"], "testUser");
    assert_eq!(alert.source, "Kayako");
    assert!(alert.description.contains(&long));
    assert_eq!(
        alert.responders,
        [json!({"type": "team", "name": "Support"})]
    );
}

#[tokio::test]
async fn labels_keys_and_alias_prefix_are_settings() {
    let world = World::start_with(|document| {
        document.replace(
            "credential: kayako-john,",
            "credential: kayako-john, webhook: { open: [新規], close: [完了], keys: { case_id: ケースID, status: ステータス } },",
        )
    })
    .await;
    let body = json!({"ケースID": "9", "ステータス": "新規", "Subject": "件名"});
    assert_eq!(world.post("kayako", body.to_string()).await.0, 202);
    world.pass(MINUTE).await;
    assert!(
        world
            .sandbox
            .opsgenie
            .alert_by_alias("kayako_john_9")
            .is_some()
    );
    let body = json!({"ケースID": "9", "ステータス": "完了"});
    world.post("kayako", body.to_string()).await;
    world.pass(MINUTE).await;
    let alert = world.sandbox.opsgenie.alerts().remove(0);
    assert_eq!(alert.status.as_str(), "closed");
}

/// Moving to the successor product is one setting, and the credential's fields for the second dialect.
#[tokio::test]
async fn both_jsm_dialects_open_and_close_alerts() {
    let options = deskbridge_testkit::sandbox::opsgenie::Options::default();
    for (dialect, fields) in [
        ("integration", vec![("api_key", options.api_key.as_str())]),
        (
            "account",
            vec![
                ("email", options.account_email.as_str()),
                ("api_token", options.account_token.as_str()),
            ],
        ),
    ] {
        let cloud = format!("service: jsm, cloud_id: {}", options.cloud_id);
        let world =
            World::start_with(|document| document.replace("service: opsgenie-us", &cloud)).await;
        world.set_credential("opsgenie-support", &fields);
        world.post_kayako(&[]).await;
        world.pass(5 * MINUTE).await;
        let alert = world.sandbox.opsgenie.alert_by_alias("kayako_john_9");
        assert!(alert.is_some(), "{dialect}: {:?}", world.actions().await);
        world.post_kayako(&[("Status", "Completed")]).await;
        world.pass(5 * MINUTE).await;
        let alert = world.sandbox.opsgenie.alerts().remove(0);
        assert_eq!(
            alert.status.as_str(),
            "closed",
            "{dialect}: {:?}",
            world.actions().await
        );
    }
}

#[tokio::test]
async fn a_template_with_a_misspelt_field_is_kept_as_failed_with_its_place() {
    let world = World::start_with(|document| {
        with_sections(
            &document,
            "[]",
            "[{ on: created, do: add_note, note: \"{{ alert.usrname }}\" }]",
        )
    })
    .await;
    world
        .sandbox
        .opsgenie
        .human_create("mon@example.com", "Disk full", &[])
        .unwrap();
    world.pass(MINUTE).await;
    let said = world.last_decision().await;
    assert!(
        said.starts_with("failed: create_conversations[0].note"),
        "{said}"
    );
}
