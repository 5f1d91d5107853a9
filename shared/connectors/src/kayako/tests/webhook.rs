use std::time::Duration;

use deskbridge_core::connector::{Drift, Incoming, SignedRequest, Webhook};
use deskbridge_core::dedup::DedupKey;
use serde_json::{Map, json};

use super::*;

fn read_with(body: &str, settings: Value) -> Result<Incoming, Drift> {
    let body = serde_json::from_str(body).unwrap();
    Kayako::default().read(&body, &connection(settings), "support-alerts")
}

fn read(body: &str) -> Result<Incoming, Drift> {
    read_with(body, json!({"subdomain": "john"}))
}

/// A fixture with one field changed, or left out.
fn changed(body: &str, key: &str, value: Option<Value>) -> String {
    let mut body: Map<String, Value> = serde_json::from_str(body).unwrap();
    match value {
        Some(value) => body.insert(key.to_owned(), value),
        None => body.shift_remove(key),
    };
    Value::Object(body).to_string()
}

fn japanese() -> Value {
    let keys = json!({
        "case_id": "ケース ID", "subject": "件名", "team": "チーム", "assignee": "担当者",
        "requester": "依頼者", "priority": "優先度", "type": "種類", "status": "ステータス",
        "tags": "タグ", "brand": "ブランド", "form": "フォーム",
        "custom_fields": "カスタムフィールド", "source_channel": "ソースチャネル",
        "last_replier": "最終返信者", "rating_status": "評価ステータス",
    });
    json!({"subdomain": "john", "webhook": {"open": ["新規"], "keys": keys}})
}

fn shown(incoming: &Incoming) -> Value {
    let key = match &incoming.key {
        DedupKey::Once(key) => json!({"once": key}),
        DedupKey::Within { content, window } => {
            assert_eq!((content.len(), *window), (64, Duration::from_secs(600)));
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
    let english = json!({"subdomain": "john"});
    for (name, body, settings) in [
        ("conversation_new", fixture!("conversation_new"), &english),
        (
            "conversation_new_with_tags",
            fixture!("conversation_new_with_tags"),
            &english,
        ),
        (
            "conversation_new_made_by_us",
            fixture!("conversation_new_made_by_us"),
            &english,
        ),
        (
            "conversation_new_localised",
            fixture!("conversation_new_localised"),
            &japanese(),
        ),
        (
            "conversation_pending",
            fixture!("conversation_pending"),
            &english,
        ),
        (
            "conversation_completed",
            fixture!("conversation_completed"),
            &english,
        ),
        (
            "conversation_closed",
            fixture!("conversation_closed"),
            &english,
        ),
    ] {
        let incoming = read_with(body, settings.clone()).unwrap();
        assert_snapshot(name, &shown(&incoming));
    }
}

#[test]
fn a_conversation_opens_once_however_often_it_is_saved() {
    let first = read(fixture!("conversation_new")).unwrap();
    let again = changed(
        fixture!("conversation_new"),
        "Assignee",
        Some(json!("another")),
    );
    let again = read(&again).unwrap();
    assert_eq!(first.key, DedupKey::Once("9/opened".into()));
    assert_eq!(first.key, again.key);
}

#[test]
fn other_events_are_told_apart_by_their_content_in_any_order_of_keys() {
    let body = fixture!("conversation_completed");
    let closed = read(fixture!("conversation_closed")).unwrap();
    let completed = read(body).unwrap();
    assert_ne!(completed.key, closed.key);
    let value: Map<String, Value> = serde_json::from_str(body).unwrap();
    let reversed = Value::Object(value.into_iter().rev().collect()).to_string();
    assert_eq!(read(&reversed).unwrap().key, completed.key);
    let assigned = changed(body, "Assignee", Some(json!("another")));
    assert_ne!(read(&assigned).unwrap().key, completed.key);
}

#[test]
fn labels_are_compared_without_case_and_spaces_and_kept_as_sent() {
    for (label, event_type) in [
        (" NEW ", "conversation_opened"),
        ("completed", "conversation_closed"),
        ("Newest", "conversation_updated"),
    ] {
        let body = changed(fixture!("conversation_new"), "Status", Some(json!(label)));
        let incoming = read(&body).unwrap();
        assert_eq!(incoming.event_type, event_type);
        assert_eq!(incoming.observed["status"], label);
    }
}

#[test]
fn only_an_opening_with_our_tag_is_made_by_us() {
    let ours = fixture!("conversation_new_made_by_us");
    assert!(read(ours).unwrap().made_by_us);
    let pending = changed(ours, "Status", Some(json!("Pending")));
    assert!(!read(&pending).unwrap().made_by_us);
    let listed = changed(
        ours,
        "Tags",
        Some(json!(["vip", "deskbridge-0123456789ab"])),
    );
    assert!(read(&listed).unwrap().made_by_us);
    let theirs = changed(ours, "Tags", Some(json!("my-deskbridge-tag")));
    assert!(!read(&theirs).unwrap().made_by_us);
}

#[test]
fn a_case_id_may_be_a_number() {
    let body = changed(fixture!("conversation_new"), "Case ID", Some(json!(9)));
    assert_eq!(read(&body).unwrap().subject.id, "9");
}

#[test]
fn a_body_without_case_or_status_has_drifted() {
    for (key, value) in [
        ("Case ID", None),
        ("Case ID", Some(json!(" "))),
        ("Case ID", Some(Value::Null)),
        ("Status", None),
        ("Status", Some(json!(""))),
    ] {
        let body = changed(fixture!("conversation_new"), key, value);
        assert_eq!(read(&body).unwrap_err().field, key);
    }
    let drift = read_with(fixture!("conversation_new"), japanese()).unwrap_err();
    assert_eq!(drift.field, "ケース ID");
}

#[test]
fn every_name_is_there_even_when_kayako_leaves_it_out() {
    let incoming = read(r#"{"Case ID":"9","Status":"New"}"#).unwrap();
    let all = read(fixture!("conversation_new")).unwrap();
    let names = |incoming: &Incoming| -> Vec<String> {
        incoming.data["conversation"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(names(&incoming), names(&all));
    assert_eq!(incoming.data["conversation"]["tags"], json!([]));
    assert_eq!(incoming.data["conversation"]["custom_fields"], json!(""));
}

#[test]
fn the_conversations_address_follows_the_base_url() {
    let settings = json!({"base_url": "https://help.example.com/"});
    let incoming = read_with(fixture!("conversation_new"), settings).unwrap();
    let url = &incoming.data["conversation"]["url"];
    assert_eq!(url, "https://help.example.com/agent/conversations/9");
}

#[test]
fn a_token_is_asked_for_where_a_credential_is_set() {
    let headers = |value: &str| vec![("X-Deskbridge-Token".to_owned(), value.to_owned())];
    let verify = |headers: &[(String, String)], secret: Option<&Credential>| {
        let (body, now) = (&b"{}"[..], NOW);
        Kayako::default().verify(&SignedRequest { headers, body, now }, secret)
    };
    let token = ("token".to_owned(), "t0ken".to_owned());
    let secret = Credential::new("kayako-webhook", "1", [token]);
    assert!(verify(&[], None).is_ok());
    assert!(verify(&headers("t0ken"), Some(&secret)).is_ok());
    for wrong in [Vec::new(), headers(""), headers("t0ken2"), headers("T0KEN")] {
        assert!(verify(&wrong, Some(&secret)).is_err(), "{wrong:?}");
    }
    let twice = [headers("t0ken"), headers("other")].concat();
    assert!(verify(&twice, Some(&secret)).is_err());
    let empty = Credential::new("kayako-webhook", "1", []);
    assert!(verify(&headers(""), Some(&empty)).is_err());
}
