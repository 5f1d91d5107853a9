//! What a mapping makes of bodies, and what happens to those that do not fit.

use deskbridge_core::connector::{Connection, Connector as _, Drift, Incoming, Webhook as _};
use deskbridge_core::dedup::DedupKey;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Generic;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/generic/fixtures/",
            $name,
            ".json"
        ))
    };
}

fn connection(settings: Value) -> Connection {
    Connection {
        connector: "generic".into(),
        credential: None,
        look_up_wait: None,
        settings,
    }
}

fn read(body: &str, settings: Value) -> Result<Incoming, Drift> {
    let body = serde_json::from_str(body).unwrap();
    Generic::default().read(&body, &connection(settings), "orders")
}

fn shop() -> Value {
    json!({
        "fields": {
            "type": "$.event", "id": "{{ body.event }}/{{ body.order.number }}",
            "subject": "$.order.number", "actor": "$.clerk",
        },
        "data": {
            "total": "$.order.total", "items": "$.order.items", "first": "$.order.items[0].sku",
            "title": "Order {{ body.order.number }}", "coupon": "$.order.coupon",
        },
    })
}

fn shown(incoming: &Incoming) -> Value {
    let key = match &incoming.key {
        DedupKey::Once(key) => json!({ "once": key }),
        DedupKey::Each => json!("each"),
        DedupKey::Within { .. } => json!("within"),
    };
    json!({
        "event_type": incoming.event_type,
        "key": key,
        "subject": incoming.subject.to_string(),
        "actor": incoming.actor,
        "generic": incoming.data["generic"],
        "data": incoming.data["data"],
    })
}

#[test]
fn each_example_is_read_as_kept_in_its_snapshot() {
    let github = json!({
        "fields": {"type": "issue_{{ body.action }}", "subject": "$.issue.number", "actor": "$.sender.login"},
        "data": {"title": "$.issue.title", "labels": "$.issue.labels"},
    });
    let standard = json!({
        "fields": {"type": "$.type", "subject": "$.data.id"},
        "data": {"user": "$.data"},
    });
    for (name, body, settings) in [
        ("order_failed", fixture!("order_failed"), shop()),
        (
            "github_issue_opened",
            fixture!("github_issue_opened"),
            github,
        ),
        (
            "standard_user_created",
            fixture!("standard_user_created"),
            standard,
        ),
        ("unmapped", fixture!("order_failed"), json!({})),
    ] {
        let incoming = read(body, settings).unwrap();
        assert_eq!(
            incoming.data["body"],
            serde_json::from_str::<Value>(body).unwrap()
        );
        insta::assert_json_snapshot!(name, shown(&incoming));
    }
}

#[test]
fn values_keep_their_type_under_data() {
    let data = read(fixture!("order_failed"), shop()).unwrap().data["data"].clone();
    assert_eq!(data["total"], json!(149.5));
    assert_eq!(data["items"][1], json!({"sku": "B-2", "n": 2}));
    assert_eq!(data["coupon"], json!(""));
}

#[test]
fn what_the_owner_maps_must_be_there() {
    for (change, field, why) in [
        (
            json!({"event": null}),
            "fields.type",
            "$.event found nothing",
        ),
        (
            json!({"event": "order failed"}),
            "fields.type",
            "is no word of at most 100 characters",
        ),
        (
            json!({"order": {}}),
            "fields.id",
            "undefined value (line 1 of the template)",
        ),
        (
            json!({"clerk": {"name": "x"}}),
            "fields.actor",
            "$.clerk is a list or a mapping, and no text",
        ),
    ] {
        let mut body: Value = serde_json::from_str(fixture!("order_failed")).unwrap();
        let shown = change.to_string();
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let drift = read(&body.to_string(), shop()).unwrap_err();
        assert_eq!(drift.field, field, "{shown}");
        assert!(drift.why.contains(why), "{drift:?}");
    }
    let mut settings = shop();
    settings["data"]["coupon"] = json!("{{ body.order.voucher }}");
    assert_eq!(
        read(fixture!("order_failed"), settings).unwrap_err().field,
        "data.coupon"
    );
}

#[test]
fn without_an_id_each_delivery_is_an_event_and_without_a_subject_each_body_a_subject() {
    let subject = |body: &str| read(body, json!({})).unwrap().subject.id;
    assert_eq!(read("{}", json!({})).unwrap().key, DedupKey::Each);
    assert_eq!(subject(r#"{"a":1,"b":2}"#), subject(r#"{"b":2,"a":1}"#));
    assert_ne!(subject(r#"{"a":1}"#), subject(r#"{"a":2}"#));
    let by_id = read(r#"{"n":7}"#, json!({"fields": {"id": "$.n"}})).unwrap();
    assert_eq!(by_id.subject.id, "7");
}

#[test]
fn every_mistake_in_the_settings_names_its_field() {
    for (settings, field) in [
        (json!({"field": {}}), "field"),
        (json!({"fields": {"kind": "$.k"}}), "fields.kind"),
        (json!({"fields": {"type": "$["}}), "fields.type"),
        (json!({"fields": "$.k"}), "fields"),
        (json!({"data": {"total": "{{ body."}}), "data.total"),
        (json!({"data": {"total": {"a": "$.b"}}}), "data.total"),
        (json!({"data": ["$.a"]}), "data"),
        (json!({"delivery_header": 1}), "delivery_header"),
        (json!({"webhook_credential": ""}), "webhook_credential"),
    ] {
        let shown = settings.to_string();
        let problems = Generic::default().check(&connection(settings));
        let fields: Vec<_> = problems.into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, [format!("settings.generic.{field}")], "{shown}");
    }
    assert!(Generic::default().check(&connection(shop())).is_empty());
    assert!(Generic::default().operations().is_empty());
}

/// JSON of every type, with the keys of the mapping among others.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("event".to_owned()),
        Just("order".to_owned()),
        Just("number".to_owned()),
        Just("items".to_owned()),
        Just("total".to_owned()),
        ".{0,6}",
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_body_makes_the_reader_panic(body in json_value()) {
        let generic = Generic::default();
        for settings in [shop(), json!({})] {
            let connection = connection(settings);
            let first = generic.read(&body, &connection, "orders");
            prop_assert_eq!(&first, &generic.read(&body, &connection, "orders"));
            if let Ok(incoming) = first {
                prop_assert!(!incoming.event_type.is_empty() && !incoming.subject.id.is_empty());
            }
        }
    }
}
