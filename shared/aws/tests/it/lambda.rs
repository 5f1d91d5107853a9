//! The functions' events, as AWS writes them.

use deskbridge_aws::lambda::batch::{SqsEvent, in_groups};
use deskbridge_aws::lambda::http::HttpEvent;
use deskbridge_aws::lambda::metrics::Metrics;
use deskbridge_core::Timestamp;
use deskbridge_core::connector::Connection;
use serde_json::json;

const WEBHOOK: &str = include_str!("../../../../events/webhook-kayako/conversation_new.json");
const WEBHOOK_BASE64: &str =
    include_str!("../../../../events/webhook-kayako/conversation_new_base64.json");
const TWO_GROUPS: &str = include_str!("../../../../events/dispatch/two_groups.json");
const BODY: &str = include_str!("../../../connectors/src/kayako/fixtures/conversation_new.json");

#[test]
fn a_webhook_is_handed_on_byte_for_byte() {
    for event in [WEBHOOK, WEBHOOK_BASE64] {
        let event: HttpEvent = serde_json::from_str(event).unwrap();
        assert_eq!(event.request_id(), "JKJaXmPLvHcESHA=");
        let request = event.into_webhook("kayako").unwrap();
        assert_eq!(request.body, BODY.as_bytes());
        assert_eq!(request.key, "key-of-an-example");
        assert_eq!(request.connector, "kayako");
        let json = ("content-type".to_owned(), "application/json".to_owned());
        assert!(request.headers.contains(&json));
    }
}

#[test]
fn a_body_that_is_not_base64_is_refused() {
    let event = WEBHOOK.replace(r#""isBase64Encoded": false"#, r#""isBase64Encoded": true"#);
    let event: HttpEvent = serde_json::from_str(&event).unwrap();
    let refused = event.into_webhook("kayako").err().unwrap();
    assert_eq!(refused.status, 400);
}

#[test]
fn a_request_without_a_body_is_an_empty_one() {
    let event = r#"{"requestContext": {"requestId": "1"}, "body": null}"#;
    let event: HttpEvent = serde_json::from_str(event).unwrap();
    assert_eq!(event.into_webhook("kayako").unwrap().body, b"");
}

#[tokio::test]
async fn what_follows_a_failed_message_in_its_group_comes_back_with_it() {
    let failures = async |bad: &str| {
        let event: SqsEvent = serde_json::from_str(TWO_GROUPS).unwrap();
        let begin = async |bodies: &[&str]| bodies.iter().map(|body| Ok(*body == bad)).collect();
        let work = async |is_bad| match is_bad {
            true => Err("bad".to_owned()),
            false => Ok(()),
        };
        let (response, _) = in_groups(event.records, begin, work).await;
        serde_json::to_string(&response).unwrap()
    };
    assert_eq!(failures("none").await, r#"{"batchItemFailures":[]}"#);
    let all_of_a = [1, 3, 5].map(|n| format!(r#"{{"itemIdentifier":"message-{n}"}}"#));
    let expected = format!(r#"{{"batchItemFailures":[{}]}}"#, all_of_a.join(","));
    assert_eq!(failures("a1").await, expected);
    let last_of_b = r#"{"batchItemFailures":[{"itemIdentifier":"message-4"}]}"#;
    assert_eq!(failures("b4").await, last_of_b);
}

#[test]
fn an_invocations_metrics_are_one_line_that_cloudwatch_reads() {
    let mut metrics = Metrics::default();
    metrics.add("Delivered", 2);
    metrics.add("Delivered", 1);
    let sent_at = Timestamp::from_millis(1_795_312_800_000);
    let now = Timestamp::from_millis(1_795_312_807_900);
    metrics.oldest(Some(sent_at), now);
    let line = metrics.line("desk-dispatch", now);
    let expected = json!({
        "_aws": {
            "Timestamp": 1_795_312_807_900_u64,
            "CloudWatchMetrics": [{
                "Namespace": "Deskbridge",
                "Dimensions": [["Function"]],
                "Metrics": [
                    {"Name": "Delivered", "Unit": "Count"},
                    {"Name": "OldestSeconds", "Unit": "Seconds"},
                ],
            }],
        },
        "Function": "desk-dispatch",
        "Delivered": 3,
        "OldestSeconds": 7,
    });
    assert_eq!(line, expected);
    assert!(!line.to_string().contains('\n'));
}

#[test]
fn a_batch_is_as_old_as_its_oldest_record() {
    let later = TWO_GROUPS.replacen("1795312800000", "1795312809000", 1);
    let event: SqsEvent = serde_json::from_str(&later).unwrap();
    let oldest = Timestamp::from_millis(1_795_312_800_000);
    assert_eq!(event.oldest(), Some(oldest));
}

/// Every envelope of a folder: its name, its body's content type, and its body.
fn envelopes(function: &str) -> Vec<(String, String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/");
    let files = std::fs::read_dir(format!("{folder}{function}")).unwrap();
    let read = files.map(|file| {
        let path = file.unwrap().path();
        let event: HttpEvent = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let request = event.into_webhook("any").unwrap();
        let header = |(name, _): &&(String, String)| name == "content-type";
        let (_, content_type) = request.headers.iter().find(header).unwrap().clone();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, content_type, String::from_utf8(request.body).unwrap())
    });
    read.collect()
}

#[test]
fn every_envelope_of_an_alert_is_read_with_its_preset() {
    let connectors = deskbridge_connectors::all();
    let webhook = connectors.named("alert").unwrap().webhook().unwrap();
    let envelopes = envelopes("webhook-alert");
    assert!(envelopes.len() >= 9, "one for each preset");
    for (name, content_type, body) in envelopes {
        let preset = name
            .trim_end_matches("_resolved")
            .trim_end_matches("_as_form");
        let connection = Connection {
            connector: "alert".into(),
            credential: None,
            look_up_wait: None,
            settings: json!({ "preset": preset.replace('_', "-") }),
        };
        let text = webhook
            .json(Some(&content_type), &body, Some(&connection))
            .unwrap();
        let value = deskbridge_core::json::parse(&text).unwrap();
        let mut parts: Vec<_> = webhook.split(&value, &connection).collect();
        if parts.is_empty() {
            parts.push(value);
        }
        for part in parts {
            let incoming = webhook.read(&part, &connection, "alerts").unwrap();
            let expected = if name.ends_with("_resolved") {
                "resolved"
            } else {
                "raised"
            };
            assert_eq!(incoming.event_type, expected, "{name}");
        }
    }
}

/// They are signed with the sandbox's secret, at the time that they say.
#[test]
fn every_envelope_of_slack_is_verified_and_names_its_workspace() {
    let connectors = deskbridge_connectors::all();
    let webhook = connectors.named("slack").unwrap().webhook().unwrap();
    let field = "signing_secret".to_owned();
    let fields = [(field, "slack-sandbox-signing-secret".to_owned())];
    let secret = deskbridge_core::secret::Credential::new("webhook-slack", "1", fields);
    for (name, content_type, body) in envelopes("webhook-slack") {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/webhook-slack/");
        let event = std::fs::read(format!("{folder}{name}.json")).unwrap();
        let event: HttpEvent = serde_json::from_slice(&event).unwrap();
        let request = event.into_webhook("slack").unwrap();
        let signed = deskbridge_core::connector::SignedRequest {
            headers: &request.headers,
            body: &request.body,
            now: Timestamp::from_millis(1_795_312_800_000),
        };
        webhook.verify(&signed, Some(&secret)).expect(&name);
        let text = webhook.json(Some(&content_type), &body, None).unwrap();
        let value = deskbridge_core::json::parse(&text).unwrap();
        let is_handshake = name == "url_verification";
        assert_eq!(webhook.tenant(&value).is_none(), is_handshake, "{name}");
    }
}
