//! Slack, judged by its own clients, and a burst that loses nothing and says nothing twice.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use deskbridge_connectors::Slack as Connected;
use deskbridge_core::action::{Action, ActionRecord};
use deskbridge_core::connector::{Call, Connection, Connector as _, SignedRequest, Webhook};
use deskbridge_core::ports::Clock as _;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Result, Timestamp};
use deskbridge_testkit::sandbox::Fault;
use deskbridge_testkit::sandbox::slack::{
    ANN, Doors, Options, SIGNING_SECRET, SUPPORT, Slack, TEAM, TOKEN, signature,
};
use it_support::World;
use serde_json::{Value, json};

use crate::judges::{judge, node_judge};

const SECOND: Duration = Duration::from_secs(1);
/// What the bundle's clock starts at, in seconds.
const NOW: i64 = 1_790_000_000;

const TICKETS: &str = r#"
name: support-alerts
kind: custom
settings:
  connections:
    generic:
      fields: { type: $.event, subject: $.ticket, id: "{{ body.ticket }}/{{ body.update }}" }
      data: { update: $.update }
    slack: { credential: slack-acme, webhook_credential: webhook-slack, base_url: "SLACK_URL" }
  rules:
    - on: generic.updated
      do: slack.post_message
      with: { channel: C0SUPPORT, headline: "{{ generic.subject }} {{ data.update }}" }
    - on: slack.command
      do: slack.respond
      with: { response_url: "{{ command.response_url }}", text: "You asked for {{ command.query }}" }
"#;

async fn world(slack: &Slack) -> World {
    let document = TICKETS.replace("SLACK_URL", &slack.url());
    let world = World::start_with(|_| document).await;
    world.set_credential("slack-acme", &[("bot_token", TOKEN)]);
    world.set_credential("webhook-slack", &[("signing_secret", SIGNING_SECRET)]);
    world
}

#[tokio::test]
async fn slacks_own_sdk_signs_requests_to_us_and_each_counts_once() {
    let slack = Slack::start(Options::default()).await.unwrap();
    let world = world(&slack).await;
    let address = format!("http://{}/webhooks/slack/{}", world.address, world.key);
    let arguments = vec![address, SIGNING_SECRET.to_owned(), NOW.to_string()];
    judge("slack_requests.py", arguments).await;
    world.settle().await;
    let events = world.events().await;
    let types: Vec<_> = events
        .iter()
        .map(|event| event.event_type.as_str())
        .collect();
    if !types.is_empty() {
        assert_eq!(
            types,
            ["slack.command", "slack.button", "slack.app_uninstalled"]
        );
        assert_eq!(
            events[2].duplicates, 2,
            "Slack's retries are the same event"
        );
    }
}

/// Slack's clock goes with the bundle's.
async fn pass(world: &World, slack: &Slack) {
    world.clock.advance(SECOND);
    slack.set_time(now(world));
    world.bundle.sweep.sweep().await.unwrap();
    world.settle().await;
}

fn now(world: &World) -> i64 {
    world.clock.now().as_millis()
}

/// Answers are lost on the way, before and after the message was posted.
#[tokio::test]
async fn a_burst_to_one_channel_keeps_order_and_rate_and_nothing_is_posted_twice() {
    const TICKETS: usize = 40;
    const UPDATES: usize = 5;
    let slack = Slack::start(Options::default()).await.unwrap();
    let world = world(&slack).await;
    slack.set_time(now(&world));
    let post = "chat.postMessage";
    slack
        .script()
        .after(5, 3, "POST", post, Fault::CommitThenReset);
    slack
        .script()
        .after(30, 2, "POST", post, Fault::ResetBeforeCommit);
    slack
        .script()
        .after(60, 2, "POST", post, Fault::CommitThenStatus(503));
    for update in 0..UPDATES {
        for ticket in 0..TICKETS {
            let body =
                json!({"event": "updated", "ticket": format!("T{ticket}"), "update": update});
            let (status, _) = world.post("generic", body.to_string()).await;
            assert_eq!(status, 202);
        }
    }
    world.settle().await;
    for _ in 0..420 {
        if world.actions().await.iter().all(ActionRecord::is_settled) {
            break;
        }
        pass(&world, &slack).await;
    }
    let posted = slack.messages(TEAM, SUPPORT);
    assert_eq!(posted.len(), TICKETS * UPDATES, "none lost, none twice");
    let mut by_ticket = BTreeMap::<&str, Vec<usize>>::new();
    for message in &posted {
        let (ticket, update) = message.text.split_once(' ').unwrap();
        by_ticket
            .entry(ticket)
            .or_default()
            .push(update.parse().unwrap());
    }
    let in_order: Vec<_> = (0..UPDATES).collect();
    assert!(
        by_ticket.values().all(|updates| *updates == in_order),
        "{by_ticket:?}"
    );
    assert!(
        posted
            .windows(4)
            .all(|four| four[3].at - four[0].at >= 1_000)
    );
    let refused = slack
        .requests()
        .iter()
        .filter(|request| request.status == Some(429))
        .count();
    assert_eq!(refused, 0, "Slack never had to say no");
    world.assert_nothing_lost(200).await;
}

#[tokio::test]
async fn a_command_is_answered_at_once_and_then_with_what_was_asked_for() {
    let slack = Slack::start(Options::default()).await.unwrap();
    let world = world(&slack).await;
    slack.set_time(now(&world));
    let address = format!("http://{}/webhooks/slack/{}", world.address, world.key);
    slack.send_requests_to(Doors {
        commands: address.clone(),
        interactions: address.clone(),
        events: address,
    });
    let said = slack
        .human_types((TEAM, ANN, SUPPORT), "/desk", "search ink & paper share")
        .await;
    assert_eq!(said.status, 200);
    assert!(said.body.contains("One moment"), "{}", said.body);
    world.settle().await;
    let answer = slack.messages(TEAM, SUPPORT).remove(0);
    assert_eq!(answer.text, "You asked for ink &amp; paper");
    assert_eq!(answer.only_for.as_deref(), Some(ANN));
}

/// What the rules of a kind would have posted: every part of a message, and every form.
async fn everything(slack: &Slack) -> Vec<Value> {
    let ticket = json!({
        "id": "4000000012345", "number": "42", "subject": "<!channel> printer | ink & paper", "status": "Open",
        "priority": "High", "assignee": {"name": "Ann"}, "department": {"name": "Sales"}, "contact": "Ms Green",
        "due": "2023-11-15", "link": "https://desk.zoho.com/agent/acme?a=1&b=2",
    });
    let many: Vec<_> = (0..60).map(|_| ticket.clone()).collect();
    let long = "& <障害> ".repeat(1_000);
    let messages = [
        json!({"headline": "Ticket closed", "ticket": ticket, "buttons": ["comment", "reply", "close"], "context": "Sales"}),
        json!({"headline": "Comment added", "ticket": ticket, "note": "Dear all\n> it works"}),
        json!({"text": "Open tickets", "tickets": many}),
        json!({"headline": "/desk", "lines": [["/desk mine", "your tickets"], "and more"]}),
        json!({"text": "Please sign in", "link": {"text": "Sign in", "url": "https://desk.example.com/?a=1&b=2"}}),
        json!({"text": "Sure?", "buttons": [{"action": "send", "text": "Send", "style": "danger", "confirm": "Really?"}]}),
        json!({"headline": long, "text": long, "note": long, "context": long, "lines": [long, [long, long]]}),
        json!({"ticket": {"id": long, "number": long, "subject": long, "status": long}, "buttons": ["close"]}),
        json!({"text": "bare", "ticket": {"subject": "only this"}}),
    ];
    let mut forms = Vec::new();
    for (number, mut params) in messages.into_iter().enumerate() {
        params["channel"] = json!(SUPPORT);
        slack.set_time((NOW + 10 * i64::try_from(number).unwrap()) * 1_000);
        carry_out(slack, "post_message", params, number)
            .await
            .unwrap();
    }
    for form in ["comment", "reply", "create", "confirm"] {
        let typed = slack.typed((TEAM, ANN, SUPPORT), "/desk", "create");
        let trigger = typed.body.split("trigger_id=").nth(1).unwrap().to_owned();
        let params = json!({
            "trigger_id": trigger, "form": form, "ticket": ticket, "text": long, "subject": long,
            "departments": [{"id": "1", "name": long}], "keep": {"ticket": "7"},
        });
        carry_out(slack, "open_form", params, 100).await.unwrap();
    }
    forms.extend(slack.views().into_iter().map(|view| view.view));
    forms
}

async fn carry_out(slack: &Slack, operation: &str, params: Value, number: usize) -> Result<()> {
    let connector = Connected::default();
    let action: Action = serde_json::from_value(json!({
        "id": format!("act_{number:016}"), "event_id": "evt_1", "integration": "desk", "rule": "notify",
        "config_version": 1, "connector": "slack", "operation": operation,
        "subject": {"connector": "zoho-desk", "kind": "ticket", "id": "7"}, "order_key": "desk/7/slack",
        "params": params, "received_at": NOW * 1_000, "creates": false,
    }))
    .unwrap();
    let connection = Connection {
        connector: "slack".into(),
        credential: None,
        look_up_wait: None,
        settings: json!({"base_url": slack.url()}),
    };
    let credential = Credential::new(
        "slack-acme",
        "1",
        [("bot_token".to_owned(), TOKEN.to_owned())],
    );
    let mut operations = connector.operations().iter();
    let call = Call {
        http: slack,
        now: Timestamp::from_millis(NOW * 1_000),
        connection: &connection,
        credential: &credential,
        operation: operations.find(|known| known.name == operation).unwrap(),
        action: &action,
        target: None,
        link: None,
        first_sent_at: None,
    };
    let prepared = connector.prepare(&call).await?;
    connector.send(&call, prepared).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn slacks_own_sdk_agrees_with_the_sandbox_and_takes_every_block_we_post() {
    let slack = Slack::start(Options::default()).await.unwrap();
    let forms = everything(&slack).await;
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "{}", json!(forms)).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    slack.run_freely();
    let arguments = vec![slack.url(), TOKEN.to_owned(), SUPPORT.to_owned(), path];
    judge("slack_client.py", arguments).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slacks_own_bolt_agrees_on_ten_thousand_changed_signatures() {
    let requests = changed_requests(10_000);
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "{}", json!(requests)).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    node_judge("slack_signatures.mjs", vec![path]).await;
}

/// Requests that are sound, and the same with something about them changed; always the same ones.
fn changed_requests(count: usize) -> Vec<Value> {
    let connector = Arc::new(Connected::default());
    let mut dice = Dice(0x5eed_51ac);
    (0..count)
        .map(|_| changed_request(connector.webhook().unwrap(), &mut dice))
        .collect()
}

fn changed_request(webhook: &dyn Webhook, dice: &mut Dice) -> Value {
    let mut secret = format!("secret-{:x}", dice.roll(1 << 40));
    let mut body = format!(
        "token=x&text=障害+{}&user_id=U{}",
        dice.roll(1 << 30),
        dice.roll(99)
    );
    let offset = i64::try_from(dice.roll(500)).unwrap() - 400;
    let mut at = (NOW + offset.min(0)).to_string();
    let mut signed = signature(&secret, NOW + offset.min(0), &body);
    let mut strict = false;
    match dice.roll(12) {
        0 => flip(&mut body, dice),
        1 => flip(&mut signed, dice),
        2 => flip(&mut at, dice),
        3 => secret.push('x'),
        4 => signed = signed.replacen("v0", ["v1", "V0", "v00", ""][dice.pick(4)], 1),
        5 => signed.truncate(dice.pick(signed.len())),
        6 => signed = signed.to_uppercase(),
        7 => at = ["", "soon", "-1", "1e400", "NaN", "0"][dice.pick(6)].to_owned(),
        8 => {
            // Bolt reads times as numbers, ignores those ahead, and what is behind a second equals sign.
            let ahead = NOW + 301 + i64::try_from(dice.roll(9_999)).unwrap();
            let near = NOW - i64::try_from(dice.roll(300)).unwrap();
            strict = true;
            (at, signed) = match dice.roll(3) {
                0 => (ahead.to_string(), signature(&secret, ahead, &body)),
                1 => (
                    near.to_string(),
                    format!("{}=x", signature(&secret, near, &body)),
                ),
                _ => (format!("0{near}"), signature(&secret, near, &body)),
            };
        }
        _ => {}
    }
    let headers = [
        ("x-slack-request-timestamp".to_owned(), at.clone()),
        ("x-slack-signature".to_owned(), signed.clone()),
    ];
    let request = SignedRequest {
        headers: &headers,
        body: body.as_bytes(),
        now: Timestamp::from_millis(NOW * 1_000),
    };
    let fields = [("signing_secret".to_owned(), secret.clone())];
    let credential = Credential::new("webhook-slack", "1", fields);
    let ours = webhook.verify(&request, Some(&credential)).is_ok();
    json!({
        "secret": secret, "now": NOW, "at": at, "signature": signed, "body": body,
        "ours": ours, "strict": strict,
    })
}

/// Puts another digit or letter in place of one.
fn flip(text: &mut String, dice: &mut Dice) {
    let mut characters: Vec<_> = text.chars().collect();
    let place = dice.pick(characters.len());
    characters[place] = if characters[place] == '7' { '8' } else { '7' };
    *text = characters.into_iter().collect();
}

/// Splitmix: numbers that look like chance and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pick(&mut self, sides: usize) -> usize {
        usize::try_from(self.roll(sides as u64)).unwrap()
    }
}
