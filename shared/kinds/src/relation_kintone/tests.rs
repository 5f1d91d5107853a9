use deskbridge_core::integration::{History, IntegrationSpec, Problem};
use deskbridge_core::mapping::{Compiled as _, Draft, Plan};
use serde_json::{Value, json};

use super::ACTIVITIES;
use super::items::ITEMS;

/// The example of the guide.
fn settings() -> Value {
    json!({
        "relation": {"subdomain": "example", "message_box": 12, "credential": "relation-main"},
        "kintone": {"subdomain": "example", "app": 7, "credential": "kintone-visits", "key_field": "同期キー"},
        "fields": {"チケットID": "ticket_id", "件名": "title", "概要": "{{ ticket.title }} / {{ activity.label }}"},
    })
}

fn compile(settings: Value) -> Result<Draft, Vec<Problem>> {
    crate::compile(&IntegrationSpec {
        name: "visits".into(),
        kind: "relation-kintone".into(),
        enabled: true,
        team: String::new(),
        history: History::Full,
        settings,
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut settings = settings();
    settings[name] = value;
    settings
}

fn places(settings: Value) -> Vec<String> {
    let problems = compile(settings).err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn the_example_compiles_to_a_rule_for_each_activity() {
    let draft = compile(settings()).unwrap();
    let ids: Vec<_> = draft.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ACTIVITIES);
    assert!(
        draft
            .rules
            .iter()
            .all(|rule| rule.operation == "kintone.add_record_once")
    );
    assert_eq!(draft.rules[0].with["fields"]["件名"], "{{ ticket.title }}");
    let plan = Plan::compile(draft, &deskbridge_connectors::all());
    assert_eq!(plan.err(), None);
}

#[test]
fn each_activity_can_be_switched_off() {
    let draft = compile(with("activities", json!(["record_memo", "ticket_closed"]))).unwrap();
    let on: Vec<_> = draft.rules.iter().map(|rule| rule.on.as_str()).collect();
    assert_eq!(on, ["relation.record_memo", "relation.ticket_closed"]);
}

#[test]
fn without_a_key_field_records_are_added_and_looked_for() {
    let mut settings = settings();
    settings["kintone"]
        .as_object_mut()
        .unwrap()
        .remove("key_field");
    let draft = compile(settings.clone()).unwrap();
    assert!(
        draft
            .rules
            .iter()
            .all(|rule| rule.operation == "kintone.add_record")
    );
    assert_eq!(
        Plan::compile(draft, &deskbridge_connectors::all()).err(),
        None
    );
    settings["mode"] = json!("upsert");
    assert_eq!(places(settings), ["settings.kintone.key_field"]);
}

#[test]
fn upsert_keeps_one_record_for_each_ticket_and_what_the_last_message_left() {
    let mut settings = with("mode", json!("upsert"));
    settings["fields"]["本文"] = json!("body");
    let draft = compile(settings).unwrap();
    let rule = |id: &str| draft.rules.iter().find(|rule| rule.id == id).unwrap();
    assert_eq!(rule("message_sent").with["key"], "{{ ticket.key }}");
    assert!(rule("message_sent").with["fields"].get("本文").is_some());
    assert!(rule("ticket_closed").with["fields"].get("本文").is_none());
    assert_eq!(
        Plan::compile(draft, &deskbridge_connectors::all()).err(),
        None
    );
}

#[test]
fn a_trial_of_the_token_is_told_the_mapping_and_the_mode() {
    let app = compile(settings()).unwrap().connections["kintone"].clone();
    assert_eq!(app.settings["mapping"], settings()["fields"]);
    assert_eq!(app.settings["upserts"], false);
    let upsert = compile(with("mode", json!("upsert"))).unwrap();
    assert_eq!(upsert.connections["kintone"].settings["upserts"], true);
    for name in ["mapping", "upserts"] {
        let mut own = settings();
        own["kintone"][name] = json!({});
        assert_eq!(places(own), [format!("settings.kintone.{name}")]);
    }
}

#[test]
fn each_mistake_is_named_with_its_place() {
    for (name, value, place) in [
        ("activities", json!([]), "settings.activities"),
        ("activities", json!(["received"]), "settings.activities[0]"),
        (
            "activities",
            json!(["call_memo", "call_memo"]),
            "settings.activities[1]",
        ),
        ("mode", json!("sync"), "settings.mode"),
        ("fields", json!({}), "settings.fields"),
        ("fields", json!({"件名": "tittle"}), "settings.fields.件名"),
        ("fields", json!({"件名": 7}), "settings.fields.件名"),
        ("interval", json!(60), "settings.interval"),
    ] {
        assert_eq!(
            places(with(name, value.clone())),
            [place],
            "{name}: {value}"
        );
    }
}

/// Of real events, so that a field that the connector does not give would show.
#[test]
fn every_item_is_there_in_every_event() {
    let mut fields = serde_json::Map::new();
    for (item, _) in ITEMS {
        fields.insert(item.to_owned(), json!(item));
    }
    let draft = compile(with("fields", Value::Object(fields))).unwrap();
    let plan = Plan::compile(draft, &deskbridge_connectors::all()).unwrap();
    let connectors = deskbridge_connectors::all();
    let webhook = connectors.named("relation").unwrap().webhook().unwrap();
    for activity in ACTIVITIES {
        let body = json!({
            "activity": activity, "ticket": {"ticket_id": 1, "last_updated_at": "2023-11-14T22:20:00Z"},
            "message": {"message_id": 2},
        });
        let incoming = webhook
            .read(&body, &plan.connections["relation"], "visits")
            .unwrap();
        let entity = deskbridge_core::link::Entity::unknown(incoming.subject.clone());
        let facts = deskbridge_core::mapping::Facts {
            integration: "visits",
            config_version: 1,
            event_id: "evt_1",
            connector: "relation",
            received_at: deskbridge_core::Timestamp::from_millis(1),
            incoming: &incoming,
            entity: &entity,
            depth: 0,
        };
        let decision = deskbridge_core::mapping::decide(&plan, &facts).decision;
        assert_eq!(decision.actions().len(), 1, "{activity}: {decision:?}");
    }
}
