use deskbridge_core::connector::{Drift, Incoming, SignedRequest, Webhook};
use deskbridge_core::dedup::DedupKey;

use super::*;
use crate::opsgenie::ALERT_ACTIONS;

fn read(body: &Value) -> Result<Incoming, Drift> {
    Opsgenie.read(
        body,
        &connection(json!({"service": "jsm"})),
        "support-alerts",
    )
}

fn parse(body: &str) -> Value {
    serde_json::from_str(body).unwrap()
}

fn shown(incoming: &Incoming) -> Value {
    let key = match &incoming.key {
        DedupKey::Once(key) => json!({"once": key}),
        DedupKey::Within { content, window } => {
            assert_eq!((content.len(), *window), (64, minutes(10)));
            json!({"within": "10 min"})
        }
        DedupKey::Each => json!("each"),
    };
    json!({
        "event_type": incoming.event_type,
        "key": key,
        "subject": incoming.subject.to_string(),
        "actor": incoming.actor,
        "made_by_us": incoming.made_by_us,
        "observed": incoming.observed,
        "data": incoming.data,
    })
}

#[test]
fn every_example_is_read_as_kept_in_its_snapshot() {
    for (name, body) in [
        ("acknowledge", fixture!("acknowledge")),
        ("addnote", fixture!("addnote")),
        ("addrecipient", fixture!("addrecipient")),
        ("addtags", fixture!("addtags")),
        ("addteam", fixture!("addteam")),
        ("assignownership", fixture!("assignownership")),
        ("close", fixture!("close")),
        ("create", fixture!("create")),
        ("customaction", fixture!("customaction")),
        ("delete", fixture!("delete")),
        ("escalate", fixture!("escalate")),
        ("removetags", fixture!("removetags")),
        ("snooze", fixture!("snooze")),
        ("takeownership", fixture!("takeownership")),
        ("unacknowledge", fixture!("unacknowledge")),
        ("update_priority", fixture!("update_priority")),
    ] {
        let incoming = read(&parse(body)).unwrap();
        assert_snapshot(&format!("webhook_{name}"), &shown(&incoming));
    }
}

#[test]
fn every_name_is_there_whatever_the_vendor_left_out() {
    let fields = |body: &str| {
        let data = read(&parse(body)).unwrap().data;
        let alert = data["alert"].as_object().unwrap();
        let names = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
        (names(&data), names(alert))
    };
    let least = r#"{"action":"Close","alert":{"alertId":"a"}}"#;
    assert_eq!(fields(least), fields(fixture!("create")));
}

#[test]
fn every_action_has_our_name_and_all_others_are_custom() {
    let event_type = |action: &str| {
        let body = json!({"action": action, "alert": {"alertId": "a"}});
        read(&body).unwrap().event_type
    };
    for (ours, theirs) in ALERT_ACTIONS {
        assert_eq!(event_type(theirs), *ours);
    }
    for theirs in ["addDetails", "AddDetail", "ADDDETAILS"] {
        assert_eq!(event_type(theirs), "details_added");
    }
    assert_eq!(event_type("removeDetail"), "details_removed");
    for theirs in [
        "escalate-to-desk",
        "close",
        "CREATE",
        "AddDetailsToDesk",
        "再起動",
    ] {
        assert_eq!(event_type(theirs), "custom_action");
    }
}

#[test]
fn without_action_or_alert_id_a_body_is_no_alert_action() {
    for (body, field) in [
        (json!({}), "action"),
        (json!({"action": "", "alert": {"alertId": "a"}}), "action"),
        (json!({"action": 7, "alert": {"alertId": "a"}}), "action"),
        (json!({"action": "Close"}), "alert.alertId"),
        (json!({"action": "Close", "alert": "a"}), "alert.alertId"),
        (
            json!({"action": "Close", "alert": {"alertId": null}}),
            "alert.alertId",
        ),
        (
            json!({"action": "Close", "alert": {"alertId": {"name": "a"}}}),
            "alert.alertId",
        ),
    ] {
        assert_eq!(read(&body).unwrap_err().field, field, "{body}");
    }
}

#[test]
fn fields_of_another_type_are_read_as_far_as_they_go() {
    let body = json!({"action": "AddTags", "alert": {
        "alertId": "a", "tinyId": 23, "tags": "x, y", "addedTags": ["x"], "teams": [{"id": "t"}, 7, null],
        "priority": "p2", "details": "none", "createdAt": "2023-11-14T22:13:20Z", "username": null,
        "owner": {"id": "o", "name": "Hanako"}, "message": ["no text"],
    }});
    let incoming = read(&body).unwrap();
    let alert = &incoming.data["alert"];
    let expected = json!({
        "tiny_id": "23", "tags": ["x", "y"], "added_tags": ["x"], "teams": ["t", "7"], "priority": "P2",
        "details": {}, "created_at": "2023-11-14T22:13:20Z", "owner": "Hanako", "message": "",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&alert[name], value, "{name}");
    }
    assert_eq!(incoming.actor, None);
}

#[test]
fn an_alert_routed_to_another_team_is_the_same_event() {
    let body = parse(fixture!("create"));
    let mut again = body.clone();
    again["alert"]["updatedAt"] = json!(1_700_000_099_000_000_000_i64);
    again["integrationId"] = json!("another");
    assert_eq!(read(&body).unwrap().key, read(&again).unwrap().key);
}

#[test]
fn the_same_action_at_another_time_is_another_event() {
    let body = parse(fixture!("acknowledge"));
    let mut later = body.clone();
    later["alert"]["updatedAt"] = json!(1_700_000_099_000_000_000_i64);
    assert_ne!(read(&body).unwrap().key, read(&later).unwrap().key);
    let mut same = body.clone();
    same["source"] = json!({"name": "another"});
    assert_eq!(read(&body).unwrap().key, read(&same).unwrap().key);
}

#[test]
fn without_a_time_equal_bodies_are_one_event_in_any_order_of_keys() {
    let body = parse(fixture!("escalate"));
    let reversed: serde_json::Map<_, _> = body
        .as_object()
        .unwrap()
        .clone()
        .into_iter()
        .rev()
        .collect();
    assert_eq!(
        read(&body).unwrap().key,
        read(&Value::Object(reversed)).unwrap().key
    );
    let mut next = body.clone();
    next["repeatCount"] = json!(1);
    assert_ne!(read(&body).unwrap().key, read(&next).unwrap().key);
}

#[test]
fn what_we_wrote_is_seen_under_the_name_it_was_recorded_by() {
    for (action, alert, field, value) in [
        ("Close", json!({}), "status", "closed"),
        ("Acknowledge", json!({}), "status", "acknowledged"),
        ("UnAcknowledge", json!({}), "status", "open"),
        (
            "UpdatePriority",
            json!({"priority": "P1"}),
            "priority",
            "P1",
        ),
        ("UpdateMessage", json!({"message": "m"}), "message", "m"),
        ("AddNote", json!({"note": "n"}), "note", "n"),
    ] {
        let mut alert = alert;
        alert["alertId"] = json!("a");
        let observed = read(&json!({"action": action, "alert": alert}))
            .unwrap()
            .observed;
        assert_eq!(
            observed,
            BTreeMap::from([(field.to_owned(), value.to_owned())]),
            "{action}"
        );
    }
    let bare = json!({"action": "UpdatePriority", "alert": {"alertId": "a"}});
    assert!(read(&bare).unwrap().observed.is_empty());
    assert!(
        read(&parse(fixture!("create")))
            .unwrap()
            .observed
            .is_empty()
    );
}

fn verify(headers: &[(&str, &str)], secret: Option<&Credential>) -> Result<()> {
    let headers: Vec<_> = headers
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    Opsgenie.verify(
        &SignedRequest {
            headers: &headers,
            body: b"{}",
            now: NOW,
        },
        secret,
    )
}

#[test]
fn without_a_webhook_credential_the_address_is_all_there_is() {
    assert!(verify(&[], None).is_ok());
}

#[test]
fn a_webhook_credential_asks_for_its_header_exactly_once() {
    let secret = credential(&[("token", "correct horse")]);
    let right = ("X-Deskbridge-Token", "correct horse");
    assert!(
        verify(
            &[("content-type", "application/json"), right],
            Some(&secret)
        )
        .is_ok()
    );
    for headers in [
        vec![],
        vec![right, right],
        vec![("x-deskbridge-token", "correct hors")],
        vec![("x-deskbridge-token", "")],
    ] {
        let error = verify(&headers, Some(&secret)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
        assert!(!error.to_string().contains("horse"));
    }
    let empty = credential(&[("token", "")]);
    assert!(verify(&[("x-deskbridge-token", "")], Some(&empty)).is_err());
}
