//! Bodies whose shape only the owner knows, from the webhook to the vendor.

use std::time::Duration;

use it_support::{World, client};
use serde_json::{Value, json};

const JSON: (&str, &str) = ("content-type", "application/json");
const MINUTE: Duration = Duration::from_secs(60);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const SHOP: &str = r#"
name: support-alerts
kind: custom
settings:
  connections:
    generic:
      fields: { type: $.event, subject: $.order.number, id: "{{ body.event }}/{{ body.order.number }}" }
      data: { total: $.order.total }
    opsgenie: { service: opsgenie-us, credential: opsgenie-support, base_url: "OPSGENIE_URL" }
  rules:
    - id: page
      on: generic.order_failed
      if: [data.total > 100, not ended]
      do: opsgenie.create_alert
      with: { alias: "order_{{ generic.subject }}", message: "Order {{ generic.subject }}: {{ data.total }}" }
    - on: generic.order_paid
      do: opsgenie.close_alert
      with: { note: Paid. }
"#;

const ALERTS: &str = r#"
name: support-alerts
kind: custom
settings:
  connections:
    alert: { preset: PRESET }
    opsgenie: { service: opsgenie-us, credential: opsgenie-support, base_url: "OPSGENIE_URL" }
  rules:
    - { on: alert.raised, do: opsgenie.create_alert, with: { alias: "{{ alert.series }}", message: "{{ alert.title }}" } }
    - { on: alert.resolved, do: opsgenie.close_alert, with: { note: Over. } }
"#;

/// Starts with this document in place of the sandbox's own; what Opsgenie would report goes nowhere.
async fn world(document: &str) -> World {
    let world = World::start_with(|own| {
        let mut urls = own.split("base_url: \"").skip(1);
        let mut url = || {
            urls.next()
                .and_then(|rest| rest.split('"').next())
                .unwrap()
                .to_owned()
        };
        document
            .replace("KAYAKO_URL", &url())
            .replace("OPSGENIE_URL", &url())
    })
    .await;
    world.sandbox.opsgenie.send_webhooks_nowhere();
    world
}

fn order(event: &str, number: u32, total: f64) -> String {
    json!({"event": event, "order": {"number": number, "total": total}}).to_string()
}

fn fixture(path: &str) -> Value {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/connectors/src");
    let text = std::fs::read_to_string(folder.join(path)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn an_order_that_fails_pages_and_once_paid_the_alert_is_closed() {
    let world = world(SHOP).await;
    for (event, number, total) in [
        ("order_failed", 1, 99.5),
        ("order_failed", 2, 149.5),
        ("order_failed", 2, 149.5),
        ("order_seen", 2, 149.5),
    ] {
        let (status, _) = world.post("generic", order(event, number, total)).await;
        assert_eq!(status, 202);
        world.clock.advance(Duration::from_secs(1));
    }
    world.pass(MINUTE).await;
    let alerts = world.sandbox.opsgenie.alerts();
    let messages: Vec<_> = alerts.iter().map(|alert| alert.message.as_str()).collect();
    assert_eq!(messages, ["Order 2: 149.5"]);
    world.post("generic", order("order_paid", 2, 149.5)).await;
    world.pass(MINUTE).await;
    assert_eq!(world.sandbox.opsgenie.alerts()[0].status.as_str(), "closed");
    let decisions = world.decisions("generic").await;
    let expected = [
        "filtered: rules.page: not so: data.total > 100",
        "actions",
        "filtered: no rule is on generic.order_seen",
        "actions",
    ];
    assert_eq!(decisions, expected);
    world.assert_nothing_lost(5).await;
}

#[tokio::test]
async fn a_conversation_gets_a_note_in_its_own_product_and_nothing_goes_round() {
    let world = world(
        r#"
name: support-alerts
kind: custom
settings:
  connections:
    kayako: { subdomain: john, credential: kayako-john, base_url: "KAYAKO_URL" }
  rules:
    - on: kayako.conversation_opened
      if: "'printer' in conversation.subject"
      do: kayako.add_note
      with: { note: "Paper tray guide for {{ conversation.requester }}" }
    - { on: kayako.conversation_opened, do: kayako.set_priority, with: { priority: High } }
"#,
    )
    .await;
    let kayako = &world.sandbox.kayako;
    let printer = kayako
        .human_create_case("Jonas Weber", "My printer", "c")
        .unwrap();
    let other = kayako
        .human_create_case("Jonas Weber", "My screen", "c")
        .unwrap();
    world.pass(10 * MINUTE).await;
    let notes = |case| {
        kayako
            .posts(case)
            .iter()
            .filter(|post| post.is_note())
            .count()
    };
    assert_eq!((notes(printer), notes(other)), (1, 0));
    let actions = world.actions().await;
    let stages: Vec<_> = actions.iter().map(it_support::stage).collect();
    assert_eq!(stages, ["delivered"; 3]);
}

#[tokio::test]
async fn each_alert_of_one_post_is_an_event_and_its_repeats_are_none() {
    let world = world(&ALERTS.replace("PRESET", "alertmanager")).await;
    let firing = fixture("alert/fixtures/alertmanager_firing.json");
    let (status, receipt) = world.post("alert", firing.to_string()).await;
    assert_eq!(status, 202);
    assert_eq!(receipt["status"], "accepted");
    assert_eq!(receipt["more"][0]["status"], "accepted");
    assert_ne!(receipt["more"][0]["event_id"], receipt["event_id"]);
    world.settle().await;
    let resolved = fixture("alert/fixtures/alertmanager_resolved.json");
    for body in [&firing, &resolved, &resolved] {
        world.clock.advance(5 * MINUTE);
        assert_eq!(world.post("alert", body.to_string()).await.0, 202);
        world.settle().await;
    }
    world.pass(MINUTE).await;
    let alerts = world.sandbox.opsgenie.alerts();
    let mut states: Vec<_> = alerts
        .iter()
        .map(|a| (a.message.as_str(), a.status.as_str()))
        .collect();
    states.sort_unstable();
    let expected = [
        ("ProbeFailure on https://a.example.com", "closed"),
        ("ProbeFailure on https://b.example.com", "open"),
    ];
    assert_eq!(states, expected);
    assert_eq!(world.events().await.len(), 3);
    world.assert_nothing_lost(6).await;
}

#[tokio::test]
async fn identical_alerts_are_told_from_one_that_is_sent_again() {
    let world = world(&ALERTS.replace("PRESET", "graphus")).await;
    let body = fixture("alert/fixtures/graphus.json").to_string();
    for delivery in ["d1", "d2", "d2", "", ""] {
        let mut headers = vec![JSON];
        if !delivery.is_empty() {
            headers.push(("idempotency-key", delivery));
        }
        let (status, _) = world
            .post_with("alert", &world.key, &headers, body.as_str())
            .await;
        assert_eq!(status, 202);
        world.settle().await;
    }
    assert_eq!(world.decisions("alert").await, ["actions"; 4]);
    world.pass(MINUTE).await;
    assert_eq!(world.sandbox.opsgenie.alerts().len(), 1, "one series");
    world.assert_nothing_lost(5).await;
}

#[tokio::test]
async fn a_form_is_taken_where_the_vendor_may_send_one_and_within_the_same_bounds() {
    let world = world(&ALERTS.replace("PRESET", "json")).await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let many: Vec<_> = (0..1_001).map(|n| format!("f{n}=")).collect();
    for (body, expected) in [
        (
            "title=Disk+full&organisation=Example&resolved=no".to_owned(),
            202,
        ),
        ("title=%ff".into(), 400),
        (String::new(), 400),
        (many.join("&"), 413),
    ] {
        let (status, answer) = world.post_with("alert", &world.key, &form, body).await;
        assert_eq!(status, expected, "{answer}");
    }
    world.pass(MINUTE).await;
    assert_eq!(world.sandbox.opsgenie.alerts()[0].message, "Disk full");
    let stored = world.events().await.remove(0).body;
    assert_eq!(
        stored,
        r#"{"title":"Disk full","organisation":"Example","resolved":"no"}"#
    );
}

#[tokio::test]
async fn what_does_not_fit_is_kept_with_the_fields_path() {
    let table = [
        (
            "json",
            "{\"severity\":\"High\"}",
            "failed: fields.title: $.title found nothing",
        ),
        (
            "alertmanager",
            "{\"alerts\":[]}",
            "failed: alerts: is empty",
        ),
        (
            "alertmanager",
            "{\"alerts\":[{},{}]}",
            "failed: fields.title: undefined value",
        ),
        (
            "datto-rmm",
            "{\"alertMessage\":\"a \"b\"\"}",
            "failed: body: is no JSON",
        ),
    ];
    for (preset, body, decision) in table {
        let world = world(&ALERTS.replace("PRESET", preset)).await;
        let (status, _) = world.post("alert", body).await;
        assert_eq!(status, 202, "{preset}: {body}");
        world.settle().await;
        let last = world.last_decision().await;
        assert!(last.starts_with(decision), "{preset}: {body}: {last}");
    }
}

#[tokio::test]
async fn a_post_of_too_many_alerts_is_refused_as_a_whole() {
    let world = world(&ALERTS.replace("PRESET", "alertmanager")).await;
    let alert = json!({"labels": {"alertname": "a"}, "status": "firing"});
    let post = |count: usize, shared: usize| {
        json!({"alerts": vec![&alert; count], "shared": "x".repeat(shared)}).to_string()
    };
    for (count, shared, expected) in [
        (500, 0, 202),
        (501, 0, 413),
        (100, 100_000, 413),
        (3, 0, 202),
    ] {
        let (status, answer) = world.post("alert", post(count, shared)).await;
        assert_eq!(status, expected, "{count}, {shared}: {answer}");
    }
    world.settle().await;
    assert_eq!(world.events().await.len(), 503);
}

#[tokio::test]
async fn a_signed_webhook_is_let_in_once_and_anything_else_is_not() {
    let document = SHOP.replace(
        "    generic:\n",
        "    generic:\n      webhook_credential: shop-hook\n",
    );
    let document = document.replace(", id: \"{{ body.event }}/{{ body.order.number }}\"", "");
    let world = world(&document).await;
    world.set_credential("shop-hook", &[("standard_webhooks_secret", SECRET)]);
    let address = format!("http://{}/webhooks/generic/{}", world.address, world.key);
    let now = (1_790_000_000_i64).to_string();
    crate::judges::judge("standard_webhooks.py", vec![address, SECRET.into(), now]).await;
    world.settle().await;
    let events = world.events().await;
    assert!(events.len() <= 1, "what is not signed is not stored");
    for event in events {
        assert_eq!(event.duplicates, 1, "the same id again");
    }
}

pub(crate) fn guide(name: &str) -> String {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guides");
    std::fs::read_to_string(folder.join(name)).unwrap()
}

/// The guide's integration, with the sandbox in place of the vendor.
fn document(guide: &str) -> String {
    let (_, rest) = guide.split_once("```yaml\n").unwrap();
    let (document, _) = rest.split_once("```").unwrap();
    let own = document
        .lines()
        .filter(|line| !line.contains("webhook_credential"));
    let own = own.map(|line| match line.starts_with("name: ") {
        true => "name: support-alerts",
        false => line,
    });
    let own: Vec<_> = own.collect();
    own.join("\n").replace(
        "credential: opsgenie-support",
        "credential: opsgenie-support, base_url: \"OPSGENIE_URL\"",
    )
}

/// The guide's commands: their headers and their body.
pub(crate) fn curl_commands(guide: &str) -> Vec<(Vec<(String, String)>, String)> {
    let blocks = guide.split("```sh\ncurl -sS -X POST \"$URL\" \\\n").skip(1);
    let commands = blocks.map(|block| {
        let (command, _) = block.split_once("```").unwrap();
        let (head, body) = command.split_once("-d '").unwrap();
        let headers = head.lines().filter_map(|line| {
            let header = line.trim().strip_prefix("-H '")?.strip_suffix("' \\")?;
            let (name, value) = header.split_once(": ")?;
            Some((name.to_owned(), value.to_owned()))
        });
        (
            headers.collect(),
            body.trim_end().trim_end_matches('\'').to_owned(),
        )
    });
    commands.collect()
}

#[tokio::test]
async fn every_command_of_the_guides_is_taken_and_leads_to_an_action() {
    for (name, vendor, count) in [("alert-source.md", "alert", 4), ("custom.md", "generic", 2)] {
        let guide = guide(name);
        let world = world(&document(&guide)).await;
        let commands = curl_commands(&guide);
        assert_eq!(commands.len(), count, "{name}");
        for (headers, body) in commands {
            let url = format!("http://{}/webhooks/{vendor}/{}", world.address, world.key);
            let mut request = client().post(url).body(body);
            for (header, value) in headers {
                request = request.header(header, value);
            }
            assert_eq!(request.send().await.unwrap().status(), 202, "{name}");
            world.pass(MINUTE).await;
        }
        assert_eq!(
            world.decisions(vendor).await,
            vec!["actions"; count],
            "{name}"
        );
    }
}
