//! The functions' events, as AWS writes them.

use deskbridge_aws::lambda::batch::{SqsEvent, in_groups};
use deskbridge_aws::lambda::http::HttpEvent;

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
        let response = in_groups(event.records, begin, work).await;
        serde_json::to_string(&response).unwrap()
    };
    assert_eq!(failures("none").await, r#"{"batchItemFailures":[]}"#);
    let all_of_a = [1, 3, 5].map(|n| format!(r#"{{"itemIdentifier":"message-{n}"}}"#));
    let expected = format!(r#"{{"batchItemFailures":[{}]}}"#, all_of_a.join(","));
    assert_eq!(failures("a1").await, expected);
    let last_of_b = r#"{"batchItemFailures":[{"itemIdentifier":"message-4"}]}"#;
    assert_eq!(failures("b4").await, last_of_b);
}
