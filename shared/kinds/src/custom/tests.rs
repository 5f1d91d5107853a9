use deskbridge_core::integration::{History, IntegrationSpec, Problem};
use deskbridge_core::mapping::{Compiled as _, Draft, Plan};
use serde_json::{Value, json};

fn settings() -> Value {
    json!({
        "connections": {
            "generic": {"fields": {"type": "$.event", "subject": "$.order.number"}, "data": {"total": "$.order.total"}},
            "opsgenie": {"service": "opsgenie-eu", "credential": "opsgenie-support"},
        },
        "rules": [
            {
                "id": "page",
                "on": "generic.order_failed",
                "if": "data.total > 100",
                "do": "opsgenie.create_alert",
                "with": {"alias": "order_{{ generic.subject }}", "message": "Order {{ generic.subject }} failed"},
            },
            {
                "on": "generic.order_paid",
                "if": ["data.total > 100", "links.opsgenie"],
                "do": "opsgenie.close_alert",
                "with": {"note": "Paid."},
                "order": "{{ generic.subject }}",
            },
        ],
    })
}

fn compile(settings: Value) -> Result<Draft, Vec<Problem>> {
    crate::compile(&IntegrationSpec {
        name: "a".into(),
        kind: "custom".into(),
        enabled: true,
        team: String::new(),
        history: History::Full,
        settings,
    })
}

/// As a save does it: the kind first, then the rules against the connectors.
fn problems(settings: Value) -> Vec<String> {
    let plan = compile(settings).map(|draft| Plan::compile(draft, &deskbridge_connectors::all()));
    let problems = plan.and_then(|plan| plan).err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.field).collect()
}

#[test]
fn the_example_compiles_and_every_rule_has_a_name_to_find_it_by() {
    let draft = compile(settings()).unwrap();
    let ids: Vec<_> = draft.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ["rules.page", "rules[1]"]);
    assert_eq!(draft.rules[1].conditions.len(), 2);
    assert_eq!(draft.rules[0].conditions[0].says, "data.total > 100");
    let credential = draft.connections["opsgenie"].credential.as_deref();
    assert_eq!(credential, Some("opsgenie-support"));
    assert_eq!(problems(settings()), Vec::<String>::new());
}

#[test]
fn every_mistake_names_its_field() {
    for (pointer, value, field) in [
        (
            "/rules/0/on",
            json!("kayako.conversation_opened"),
            "rules[0].on",
        ),
        ("/rules/0/on", json!("order_failed"), "rules[0].on"),
        ("/rules/0/do", json!("kayako.add_note"), "rules[0].do"),
        ("/rules/0/do", json!("create_alert"), "rules[0].do"),
        ("/rules/0/do", json!("opsgenie.explode"), "rules.page.do"),
        ("/rules/1/do", json!("generic.answer"), "rules[1].do"),
        (
            "/rules/0/with/message",
            json!("{{ body."),
            "rules.page.with.message",
        ),
        (
            "/rules/1/with/note",
            json!("{% if x %}"),
            "rules[1].with.note",
        ),
        (
            "/rules/1/with",
            json!({"notes": "x"}),
            "rules[1].with.notes",
        ),
        (
            "/rules/0/with",
            json!({"alias": "x"}),
            "rules.page.with.message",
        ),
        ("/rules/0/if", json!("data.total >"), "rules.page.if"),
        ("/rules/1/if", json!(["true", "not"]), "rules[1].if"),
        ("/rules/1/if", json!(7), "rules[1].if"),
        ("/rules/1/order", json!("{{ generic"), "rules[1].order"),
        ("/rules/0/id", json!("a b"), "rules[0].id"),
        ("/rules/0/id", json!(""), "rules[0].id"),
        ("/rules", json!([]), "rules"),
        (
            "/connections/opsgenie/service",
            json!("jsn"),
            "connections.opsgenie.service",
        ),
        (
            "/connections/generic/fields/type",
            json!("$["),
            "connections.generic.fields.type",
        ),
    ] {
        let mut settings = settings();
        *settings.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(
            problems(settings),
            [format!("settings.{field}")],
            "{pointer} = {value}"
        );
    }
}

#[test]
fn what_is_unknown_or_missing_or_twice_there_is_named_too() {
    let mut unknown = settings();
    unknown["connections"]["pagerbeep"] = json!({});
    assert_eq!(problems(unknown), ["settings.connections.pagerbeep"]);
    let mut misspelt = settings();
    misspelt["rules"][1]["when"] = json!("true");
    assert_eq!(problems(misspelt), ["settings.rules[1].when"]);
    let mut twice = settings();
    twice["rules"][1]["id"] = json!("page");
    assert_eq!(problems(twice), ["settings.rules[1].id"]);
    let mut no_credential = settings();
    no_credential["connections"]["opsgenie"] = json!({"service": "opsgenie-eu"});
    assert_eq!(
        problems(no_credential),
        ["settings.connections.opsgenie.credential"]
    );
    let mut several = settings();
    several["rules"][0]["on"] = json!("zoho.ticket");
    several["rules"][1]["do"] = json!("slack.post");
    assert_eq!(
        problems(several),
        ["settings.rules[0].on", "settings.rules[1].do"]
    );
}
