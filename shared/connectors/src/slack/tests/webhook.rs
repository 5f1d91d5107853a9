use deskbridge_core::connector::{Reply, SignedRequest, Webhook as _};
use deskbridge_core::dedup::DedupKey;
use deskbridge_testkit::sandbox::slack::signature;

use super::*;

const COMMAND: &str = include_str!("../fixtures/command.form");
const BUTTON: &str = include_str!("../fixtures/block_actions.json");
const SHORTCUT: &str = include_str!("../fixtures/message_action.json");
const FORM: &str = include_str!("../fixtures/view_submission.json");
const UNINSTALLED: &str = include_str!("../fixtures/app_uninstalled.json");
const REVOKED: &str = include_str!("../fixtures/tokens_revoked.json");
const MESSAGE: &str = include_str!("../fixtures/message.json");
const FORM_TYPE: &str = "application/x-www-form-urlencoded";

fn json_of(content_type: &str, text: &str) -> Value {
    let text = Slack::default()
        .json(Some(content_type), text, None)
        .unwrap()
        .into_owned();
    serde_json::from_str(&text).unwrap()
}

fn payload(json: &str) -> Value {
    let form = format!("payload={}", crate::text::encode(json));
    json_of(FORM_TYPE, &form)
}

fn read(body: &Value) -> deskbridge_core::connector::Incoming {
    Slack::default()
        .read(body, &connection(json!({})), "desk")
        .unwrap()
}

#[test]
fn every_documented_body_is_read() {
    for (name, body) in [
        ("command", json_of(FORM_TYPE, COMMAND)),
        ("button", payload(BUTTON)),
        ("shortcut", payload(SHORTCUT)),
        ("form", payload(FORM)),
        ("app_uninstalled", json_of("application/json", UNINSTALLED)),
        (
            "tokens_revoked",
            json_of("application/json; charset=utf-8", REVOKED),
        ),
        ("message", json_of("application/json", MESSAGE)),
    ] {
        let tenant = Slack::default().tenant(&body);
        assert_eq!(tenant.as_deref(), Some(TEAM), "{name}");
        let incoming = read(&body);
        let DedupKey::Once(key) = incoming.key else {
            panic!("{name} has no key");
        };
        let shown = json!({
            "key": key, "event_type": incoming.event_type, "subject": incoming.subject.to_string(),
            "actor": incoming.actor, "made_by_us": incoming.made_by_us, "data": incoming.data,
        });
        assert_snapshot(&format!("webhook_{name}"), &shown);
    }
}

#[test]
fn a_retry_has_the_key_of_the_first() {
    let again = json_of("application/json", UNINSTALLED);
    assert_eq!(
        read(&again).key,
        read(&json_of("application/json", UNINSTALLED)).key
    );
    assert_ne!(
        read(&again).key,
        read(&json_of("application/json", REVOKED)).key
    );
}

#[test]
fn a_form_that_changed_is_another_one() {
    let mut changed = payload(FORM);
    changed["view"]["hash"] = json!("1700000011.abcdef");
    assert_ne!(read(&changed).key, read(&payload(FORM)).key);
}

#[test]
fn what_is_not_documented_is_named_and_never_panics() {
    for (body, field) in [
        (json!({}), "command"),
        (json!(null), "command"),
        (
            json!({"type": "block_suggestion", "team": {"id": "T"}, "user": {"id": "U"}}),
            "type",
        ),
        (
            json!({"type": "event_callback", "event": {"type": "x"}}),
            "event_id",
        ),
        (
            json!({"type": "block_actions", "team": {"id": "T"}, "user": {"id": "U"}}),
            "actions[0].action_ts",
        ),
        (
            json!({"command": "/desk", "user_id": "U", "trigger_id": "1"}),
            "team_id",
        ),
    ] {
        let drift = Slack::default()
            .read(&body, &connection(json!({})), "desk")
            .unwrap_err();
        assert_eq!(drift.field, field, "{body}");
    }
}

#[test]
fn dropped_events_are_an_event() {
    let body =
        json!({"type": "app_rate_limited", "team_id": TEAM, "minute_rate_limited": 1_518_467_820});
    let incoming = read(&body);
    assert_eq!(incoming.event_type, "app_rate_limited");
    assert_eq!(incoming.subject.to_string(), "slack:team:T0ACME");
}

#[test]
fn each_kind_of_request_has_its_answer() {
    let said = |body: &Value| Slack::default().answer(body).unwrap();
    let wait = json!({"response_type": "ephemeral", "text": "One moment…"});
    assert_eq!(said(&json_of(FORM_TYPE, COMMAND)), Reply::Also(wait));
    for json in [BUTTON, SHORTCUT, FORM, UNINSTALLED] {
        assert_eq!(
            said(&serde_json::from_str(json).unwrap()),
            Reply::Also(Value::Null)
        );
    }
    let handshake = json!({"type": "url_verification", "token": "x", "challenge": "3eZbrw1a"});
    assert_eq!(
        said(&handshake),
        Reply::Only(json!({"challenge": "3eZbrw1a"}))
    );
    assert_eq!(
        said(&json_of(FORM_TYPE, "ssl_check=1&token=x")),
        Reply::Only(Value::Null)
    );
}

#[test]
fn a_form_with_blanks_is_sent_back_with_the_field_named() {
    let mut blank = payload(FORM);
    blank["view"]["state"]["values"]["text"]["value"]["value"] = json!(" \n ");
    let errors =
        json!({"response_action": "errors", "errors": {"text": "Please write something here."}});
    assert_eq!(Slack::default().answer(&blank), Some(Reply::Only(errors)));
}

fn verify(secret: &[(&str, &str)], headers: &[(&str, &str)], body: &[u8]) -> Result<()> {
    let fields = secret
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let credential = Credential::new("webhook-slack", "1", fields);
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let headers: Vec<_> = headers.iter().map(owned).collect();
    let request = SignedRequest {
        headers: &headers,
        body,
        now: Timestamp::from_millis(NOW),
    };
    Slack::default().verify(&request, Some(&credential))
}

fn at(seconds: i64, secret: &str) -> Result<()> {
    let signature = signature(secret, seconds, "a=1");
    let seconds = seconds.to_string();
    let headers = [
        ("X-Slack-Request-Timestamp", seconds.as_str()),
        ("X-Slack-Signature", signature.as_str()),
    ];
    verify(&[("signing_secret", "old")], &headers, b"a=1")
}

#[test]
fn a_clock_may_be_five_minutes_off_either_way() {
    let now = NOW / 1_000;
    for (seconds, let_in) in [
        (now, true),
        (now - 300, true),
        (now + 300, true),
        (now - 301, false),
        (now + 301, false),
    ] {
        assert_eq!(at(seconds, "old").is_ok(), let_in, "{seconds}");
    }
}

#[test]
fn both_secrets_count_while_one_is_being_changed() {
    let seconds = (NOW / 1_000).to_string();
    let signature = signature("new", NOW / 1_000, "a=1");
    let headers = [
        ("x-slack-request-timestamp", seconds.as_str()),
        ("x-slack-signature", signature.as_str()),
    ];
    let both = [("signing_secret", "old"), ("signing_secret_next", "new")];
    verify(&both, &headers, b"a=1").unwrap();
    verify(&both[..1], &headers, b"a=1").unwrap_err();
    assert!(at(NOW / 1_000, "old").is_ok());
}

#[test]
fn anything_but_one_sound_signature_is_refused() {
    let seconds = (NOW / 1_000).to_string();
    let good = signature("old", NOW / 1_000, "a=1");
    let upper = good.to_uppercase();
    let other_version = good.replacen("v0", "v1", 1);
    let longer = format!("{good}=");
    let secret = [("signing_secret", "old")];
    let (time, signed) = ("x-slack-request-timestamp", "x-slack-signature");
    for headers in [
        vec![],
        vec![(time, seconds.as_str())],
        vec![(signed, good.as_str())],
        vec![(time, "yesterday"), (signed, good.as_str())],
        vec![(time, "1.7e9"), (signed, good.as_str())],
        vec![(time, "99999999999999999999"), (signed, good.as_str())],
        vec![(time, "-1700000000"), (signed, good.as_str())],
        vec![(time, ""), (signed, good.as_str())],
        vec![
            (time, seconds.as_str()),
            (time, seconds.as_str()),
            (signed, good.as_str()),
        ],
        vec![
            (time, seconds.as_str()),
            (signed, good.as_str()),
            (signed, good.as_str()),
        ],
        vec![(time, seconds.as_str()), (signed, upper.as_str())],
        vec![(time, seconds.as_str()), (signed, other_version.as_str())],
        vec![(time, seconds.as_str()), (signed, longer.as_str())],
        vec![(time, seconds.as_str()), (signed, "v0=")],
        vec![(time, seconds.as_str()), (signed, "v0=ü")],
    ] {
        let error = verify(&secret, &headers, b"a=1").unwrap_err();
        assert_eq!(
            error.kind(),
            deskbridge_core::ErrorKind::Unauthorized,
            "{headers:?}"
        );
    }
    let right = [(time, seconds.as_str()), (signed, good.as_str())];
    verify(&secret, &right, b"a=1").unwrap();
    verify(&secret, &right, b"a=2").unwrap_err();
}

#[test]
fn without_a_secret_nothing_is_let_in() {
    let request = SignedRequest {
        headers: &[],
        body: b"",
        now: Timestamp::from_millis(NOW),
    };
    let error = Slack::default().verify(&request, None).unwrap_err();
    assert_eq!(error.kind(), deskbridge_core::ErrorKind::Misconfigured);
    let error = verify(&[("token", "x")], &[], b"").unwrap_err();
    assert_eq!(error.kind(), deskbridge_core::ErrorKind::Misconfigured);
}
