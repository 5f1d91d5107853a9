use deskbridge_core::ErrorKind;
use deskbridge_core::connector::{Incoming, SignedRequest};
use deskbridge_core::dedup::DedupKey;
use proptest::prelude::*;

use super::*;

const WEBHOOK: &str = "198765000009000001";

/// Verifies a request with this header, by the portal's own keys.
async fn verify(desk: &Desk, headers: &[(&str, &str)]) -> Result<()> {
    let published = desk.zoho.published_keys().unwrap();
    let request = published.request(&desk.connection).unwrap();
    let keys = desk.vendor.send(request).await.unwrap().body;
    verify_with(desk, headers, &keys)
}

fn verify_with(desk: &Desk, headers: &[(&str, &str)], keys: &[u8]) -> Result<()> {
    let headers = headers.iter();
    let headers: Vec<_> = headers
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    let signed = SignedRequest {
        headers: &headers,
        body: b"[]",
        now: Timestamp::from_millis(desk.now),
    };
    let published = desk.zoho.published_keys().unwrap();
    published.verify(&signed, &desk.connection, keys)
}

fn claims() -> Value {
    json!({
        "iss": "orgId:60022843030", "aud": format!("webhookId:{WEBHOOK}"),
        "iat": START / 1000, "exp": START / 1000 + 300,
    })
}

fn header() -> Value {
    json!({ "alg": "RS256", "typ": "JWT", "kid": "sandbox-1" })
}

#[tokio::test]
async fn a_token_of_the_portal_is_accepted_until_it_expires() {
    let mut desk = Desk::new().await;
    let token = desk.vendor.webhook_token(WEBHOOK);
    verify(&desk, &[("X-ZDesk-JWT", &token)]).await.unwrap();
    desk.pass(6 * MINUTE + SECOND);
    let late = verify(&desk, &[("X-ZDesk-JWT", &token)]).await.unwrap_err();
    assert_eq!(late.message(), "X-ZDesk-JWT has expired");
}

#[tokio::test]
async fn times_may_be_in_milliseconds() {
    let desk = Desk::new().await;
    let mut claims = claims();
    claims["iat"] = json!(START);
    claims["exp"] = json!(START + 5 * MINUTE);
    let token = desk.vendor.sign(&header(), &claims);
    verify(&desk, &[("x-zdesk-jwt", &token)]).await.unwrap();
    claims["exp"] = json!(START - 2 * MINUTE);
    let token = desk.vendor.sign(&header(), &claims);
    verify(&desk, &[("x-zdesk-jwt", &token)]).await.unwrap_err();
}

#[tokio::test]
async fn a_token_for_somebody_else_is_refused_and_says_why() {
    let mut desk = Desk::new().await;
    desk.connection.settings["webhook_id"] = json!(WEBHOOK);
    let whys = [
        ("iss", json!("orgId:1"), "comes from another organisation"),
        (
            "iss",
            json!("60022843030"),
            "comes from another organisation",
        ),
        (
            "aud",
            json!("webhookId:2"),
            "is for another webhook: look at webhook_id",
        ),
        ("exp", json!(START / 1000 - 61), "has expired"),
        ("exp", Value::Null, "does not say who sends"),
        ("iat", json!(START / 1000 + 61), "is not valid yet"),
        ("nbf", json!(START / 1000 + 61), "is not valid yet"),
    ];
    for (claim, value, why) in whys {
        let mut claims = claims();
        claims[claim] = value;
        let token = desk.vendor.sign(&header(), &claims);
        let error = verify(&desk, &[("X-ZDesk-JWT", &token)]).await.unwrap_err();
        assert_eq!(error.message(), format!("X-ZDesk-JWT {why}"));
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
    }
}

#[tokio::test]
async fn only_rs256_by_a_published_key_counts() {
    let desk = Desk::new().await;
    for (name, value) in [
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("RS512")),
        ("crit", json!(["exp"])),
    ] {
        let mut header = header();
        header[name] = value;
        let token = desk.vendor.sign(&header, &claims());
        let error = verify(&desk, &[("X-ZDesk-JWT", &token)]).await.unwrap_err();
        assert_eq!(error.message(), "X-ZDesk-JWT is not signed with RS256");
    }
    let mut unknown = header();
    unknown["kid"] = json!("other");
    let token = desk.vendor.sign(&unknown, &claims());
    let error = verify(&desk, &[("X-ZDesk-JWT", &token)]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "the keys may be newer");
}

#[tokio::test]
async fn a_token_is_sent_once_and_whole() {
    let desk = Desk::new().await;
    let token = desk.vendor.webhook_token(WEBHOOK);
    let twice = [("X-ZDesk-JWT", token.as_str()), ("x-zdesk-jwt", &token)];
    verify(&desk, &twice).await.unwrap_err();
    verify(&desk, &[]).await.unwrap_err();
    let parts: Vec<_> = token.split('.').collect();
    for broken in [
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}.x"),
        String::new(),
        "a.b.c".into(),
    ] {
        verify(&desk, &[("X-ZDesk-JWT", &broken)])
            .await
            .unwrap_err();
    }
    verify_with(&desk, &[("X-ZDesk-JWT", &token)], b"<html>").unwrap_err();
}

proptest! {
    #[test]
    fn no_header_and_no_document_of_keys_panics(token in ".*", keys in proptest::collection::vec(any::<u8>(), 0..200)) {
        let connection = connection("http://localhost", json!({}));
        let headers = [("x-zdesk-jwt".to_owned(), token)];
        let signed = SignedRequest { headers: &headers, body: b"", now: Timestamp::from_millis(START) };
        let zoho = ZohoDesk::default();
        prop_assert!(zoho.published_keys().unwrap().verify(&signed, &connection, &keys).is_err());
    }

    #[test]
    fn no_body_panics(text in r#"[\[\]{}",:a-zA-Z_0-9]{0,80}"#) {
        let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        let connection = connection("http://localhost", json!({}));
        let zoho = ZohoDesk::default();
        zoho.split(&body, &connection).count();
        zoho.read(&body, &connection, "desk").ok();
    }
}

fn of(name: &str) -> Incoming {
    let all = include_str!("../fixtures/webhooks.json");
    let all: Value = serde_json::from_str(all).unwrap();
    let connection = connection("http://localhost", json!({}));
    let zoho = ZohoDesk::default();
    let mut parts = zoho.split(&all, &connection);
    let body = parts.find(|body| body["eventType"] == name).unwrap();
    zoho.read(&body, &connection, "desk").unwrap()
}

#[test]
fn every_event_is_read_with_all_its_fields() {
    for name in [
        "Ticket_Add",
        "Ticket_Update",
        "Ticket_Delete",
        "Ticket_Comment_Add",
        "Ticket_Thread_Add",
        "Ticket_Approval_Update",
    ] {
        let incoming = of(name);
        let shown = json!({
            "event_type": incoming.event_type,
            "subject": incoming.subject,
            "data": incoming.data,
        });
        assert_snapshot(name, &shown);
    }
}

#[test]
fn an_array_is_one_event_each_and_none_is_lost() {
    let body = json!([{"eventType": "Ticket_Add"}, {"eventType": "Ticket_Update"}]);
    let zoho = ZohoDesk::default();
    let connection = connection("http://localhost", json!({}));
    assert_eq!(zoho.split(&body, &connection).count(), 2);
    assert_eq!(zoho.accepted_status(), 200);
}

#[test]
fn ids_stay_texts_to_the_last_digit() {
    let incoming = of("Ticket_Add");
    assert_eq!(incoming.subject.id, "9223372036854775807");
    assert_eq!(incoming.data["ticket"]["id"], "9223372036854775807");
}

#[tokio::test]
async fn an_event_sent_again_has_the_key_it_had() {
    let mut desk = Desk::new().await;
    desk.subscribe("http://127.0.0.1:9/webhooks/zoho-desk/key")
        .await
        .unwrap();
    let id = desk.ticket("Printer");
    desk.vendor.human_sets_status(&id, "対応中");
    desk.vendor.human_sets_status(&id, "Closed");
    desk.vendor.human_comments(&id, BOB, "done", false);
    let keys = |desk: &Desk| -> Vec<DedupKey> {
        desk.posted()
            .iter()
            .map(|body| desk.read(body).key)
            .collect()
    };
    let first = keys(&desk);
    assert_eq!(first.len(), 4);
    desk.pass(10 * SECOND);
    for number in 0..4 {
        desk.vendor.send_webhook_again(number);
    }
    assert_eq!(keys(&desk)[4..], first, "two changes of one second are two");
    let distinct: std::collections::BTreeSet<_> = first.iter().map(|k| format!("{k:?}")).collect();
    assert_eq!(distinct.len(), 4);
}

#[test]
fn a_body_that_is_not_documented_names_the_field() {
    let zoho = ZohoDesk::default();
    let connection = connection("http://localhost", json!({}));
    let whole = json!({"eventType": "Ticket_Comment_Add", "orgId": "60022843030", "payload": {"id": "1", "ticketId": "2"}});
    for (pointer, value, field) in [
        ("/eventType", json!("Task_Add"), "eventType"),
        ("/eventType", Value::Null, "eventType"),
        ("/orgId", json!("7"), "orgId"),
        ("/payload/id", json!("x"), "payload.id"),
        ("/payload/ticketId", json!(1.5), "payload.ticketId"),
    ] {
        let mut body = whole.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let drift = zoho.read(&body, &connection, "desk").unwrap_err();
        assert_eq!(drift.field, field);
    }
    zoho.read(&whole, &connection, "desk").unwrap();
}

#[test]
fn a_time_in_milliseconds_and_a_type_in_a_list_are_read_as_the_others_are() {
    let zoho = ZohoDesk::default();
    let connection = connection("http://localhost", json!({}));
    let read = |time: Value, kind: Value| {
        let body = json!({
            "eventType": "Ticket_Comment_Update",
            "payload": {
                "id": "1", "ticketId": "2", "commentedTime": time,
                "commenterId": 4_000_000_008_692_u64, "commenter": { "name": "Jade", "type": kind },
            },
        });
        zoho.read(&body, &connection, "desk").unwrap()
    };
    let list = read(json!(1_485_266_818_000_i64), json!(["AGENT"]));
    let text = read(json!("2017-01-24T14:06:58.000Z"), json!("AGENT"));
    assert_eq!(list, text);
    assert_eq!(list.data["comment"]["author_type"], "AGENT");
}
