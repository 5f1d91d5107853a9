use deskbridge_core::integration::{History, IntegrationSpec, Problem};
use deskbridge_core::mapping::{Compiled as _, Draft, Plan};
use serde_json::{Value, json};

use super::entry::ALERT_ACTIONS;

/// The example of product.md.
fn settings() -> Value {
    json!({
        "kayako": {"subdomain": "john", "credential": "kayako-john"},
        "opsgenie": {"service": "opsgenie-us", "credential": "opsgenie-support"},
        "alert": {"priority": {"Urgent": "P1", "High": "P2", "Normal": "P3", "Low": "P4"}},
        "send_alert_updates": [
            {"on": "acknowledged", "do": "add_note", "note": "Acknowledged by {{ alert.username }}"},
            {"on": "closed", "do": "complete_conversation"},
        ],
        "create_conversations": [
            {"on": "created", "do": "create_conversation"},
            {"on": "tag_added", "tags": ["vip", "billing"], "do": "add_note"},
            {"on": "custom_action", "name": "escalate-to-desk", "do": "set_priority", "priority": "Urgent"},
        ],
    })
}

fn compile(settings: Value) -> Result<Draft, Vec<Problem>> {
    crate::compile(&IntegrationSpec {
        name: "a".into(),
        kind: "kayako-opsgenie".into(),
        enabled: true,
        team: String::new(),
        history: History::Full,
        settings,
    })
}

fn problems(section: &str, entries: Value) -> Vec<String> {
    let mut settings = settings();
    settings[section] = entries;
    let problems = compile(settings).err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn the_example_compiles_to_rules_that_every_connector_knows() {
    let draft = compile(settings()).unwrap();
    let ids: Vec<_> = draft.rules.iter().map(|rule| rule.id.as_str()).collect();
    let expected = [
        "open_alert",
        "close_alert",
        "send_alert_updates[0]",
        "send_alert_updates[1]",
        "create_conversations[0]",
        "create_conversations[1]",
        "create_conversations[2]",
    ];
    assert_eq!(ids, expected);
    let plan = Plan::compile(draft, &deskbridge_connectors::all());
    assert_eq!(plan.err(), None);
}

#[test]
fn every_alert_action_can_be_mapped() {
    for action in ALERT_ACTIONS {
        let name = (action == "custom_action").then_some("x");
        let entry = json!([{"on": action, "do": "add_note", "name": name}]);
        assert_eq!(
            problems("create_conversations", entry),
            Vec::<String>::new(),
            "{action}"
        );
    }
}

#[test]
fn every_kayako_action_compiles_against_the_connector() {
    for (action, more) in [
        ("create_conversation", json!({})),
        ("add_note", json!({})),
        ("add_reply", json!({"reply": "We are on it."})),
        ("set_status", json!({"status": "open", "note": "n"})),
        ("open_conversation", json!({})),
        ("pend_conversation", json!({})),
        ("complete_conversation", json!({"note": "n"})),
        ("close_conversation", json!({})),
        ("set_priority", json!({"priority": "High"})),
        ("add_tags", json!({"conversation_tags": "a, b"})),
        ("remove_tags", json!({"conversation_tags": ["a"]})),
        ("assign", json!({"team": "General"})),
    ] {
        let mut entry = json!({"on": "created", "do": action});
        entry
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let mut settings = settings();
        settings["create_conversations"] = json!([entry]);
        let plan = Plan::compile(compile(settings).unwrap(), &deskbridge_connectors::all());
        assert_eq!(plan.err(), None, "{action}");
    }
}

#[test]
fn one_alert_action_may_not_be_mapped_twice() {
    let twice = json!([
        {"on": "closed", "do": "add_note"},
        {"on": "closed", "do": "complete_conversation"},
    ]);
    for section in ["send_alert_updates", "create_conversations"] {
        assert_eq!(
            problems(section, twice.clone()),
            [format!("settings.{section}[1].on")]
        );
    }
}

#[test]
fn tag_added_and_custom_action_may_be_mapped_once_for_each_text() {
    let entries = json!([
        {"on": "tag_added", "tags": "vip", "do": "add_note"},
        {"on": "tag_added", "tags": "billing", "do": "add_note"},
        {"on": "tag_added", "do": "add_note"},
        {"on": "custom_action", "name": "a", "do": "add_note"},
        {"on": "custom_action", "name": "b", "do": "add_note"},
    ]);
    assert_eq!(
        problems("send_alert_updates", entries),
        Vec::<String>::new()
    );
    let same = json!([
        {"on": "tag_added", "tags": "vip, billing", "do": "add_note"},
        {"on": "tag_added", "tags": ["billing", "vip"], "do": "add_note"},
        {"on": "custom_action", "name": "a", "do": "add_note"},
        {"on": "custom_action", "name": "a", "do": "add_note"},
    ]);
    let expected = [
        "settings.send_alert_updates[1].on",
        "settings.send_alert_updates[3].on",
    ];
    assert_eq!(problems("send_alert_updates", same), expected);
}

#[test]
fn a_custom_action_needs_its_name() {
    for name in [json!(null), json!(""), json!("  ")] {
        let entry = json!([{"on": "custom_action", "name": name, "do": "add_note"}]);
        assert_eq!(
            problems("create_conversations", entry),
            ["settings.create_conversations[0].name"]
        );
    }
}

#[test]
fn only_one_alert_action_creates_the_conversation_and_only_for_other_alerts() {
    let two = json!([
        {"on": "created", "do": "create_conversation"},
        {"on": "acknowledged", "do": "create_conversation"},
    ]);
    assert_eq!(
        problems("create_conversations", two),
        ["settings.create_conversations[1].do"]
    );
    let any = json!([{"on": "escalated", "do": "create_conversation"}]);
    assert_eq!(
        problems("create_conversations", any.clone()),
        Vec::<String>::new()
    );
    assert_eq!(
        problems("send_alert_updates", any),
        ["settings.send_alert_updates[0].do"]
    );
}

#[test]
fn a_mistake_names_its_field() {
    for (section, entry, field) in [
        (
            "send_alert_updates",
            json!([{"on": "acknowleged", "do": "add_note"}]),
            "send_alert_updates[0].on",
        ),
        (
            "send_alert_updates",
            json!([{"on": "closed", "do": "explode"}]),
            "send_alert_updates[0].do",
        ),
        (
            "send_alert_updates",
            json!([{"on": "closed", "do": "add_reply"}]),
            "send_alert_updates[0].reply",
        ),
        (
            "send_alert_updates",
            json!([{"on": "closed", "do": "add_note", "tags": "a"}]),
            "send_alert_updates[0].tags",
        ),
        (
            "alert",
            json!({"priority": {"Urgent": "P9"}}),
            "alert.priority.Urgent",
        ),
        ("alert", json!({"alias_prefix": ""}), "alert.alias_prefix"),
    ] {
        assert_eq!(problems(section, entry), [format!("settings.{field}")]);
    }
    let unknown = problems("alerts", json!({}));
    assert_eq!(unknown.len(), 1, "{unknown:?}");
}

#[test]
fn an_unknown_kind_lists_the_known_ones() {
    let spec = IntegrationSpec {
        name: "a".into(),
        kind: "kayako".into(),
        enabled: true,
        team: String::new(),
        history: History::Full,
        settings: json!({}),
    };
    let problems = crate::compile(&spec).unwrap_err();
    assert!(
        problems[0].message.contains("kayako-opsgenie"),
        "{problems:?}"
    );
}
