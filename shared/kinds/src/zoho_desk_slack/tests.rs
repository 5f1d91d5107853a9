use std::collections::BTreeMap;

use deskbridge_core::Timestamp;
use deskbridge_core::connector::Incoming;
use deskbridge_core::dedup::DedupKey;
use deskbridge_core::event::Decision;
use deskbridge_core::integration::{History, IntegrationSpec, Problem};
use deskbridge_core::link::{Entity, EntityRef};
use deskbridge_core::mapping::{Compiled as _, Draft, Facts, Plan, decide};
use serde_json::{Value, json};

use super::notices::NOTICES;

/// The example of the guide, with a second workspace.
fn settings() -> Value {
    json!({
        "zoho-desk": {"org_id": "60001", "data_center": "eu", "credential": "zoho-desk-main"},
        "public_url": "https://desk.example.com",
        "transitions": {"Open": ["Assign", "Escalate"]},
        "workspaces": [
            {"team": "T1", "name": "Support", "channel": "C1"},
            {"team": "T2", "departments": {"Sales": "C2", "Support": "C2", "4000": "C3"},
             "notify": {"comment_added": false}, "direct_messages": false},
        ],
    })
}

fn compile(settings: Value) -> Result<Draft, Vec<Problem>> {
    crate::compile(&IntegrationSpec {
        name: "support-chat".into(),
        kind: "zoho-desk-slack".into(),
        enabled: true,
        team: String::new(),
        history: History::Full,
        settings,
    })
}

fn with_workspace(workspace: Value) -> Value {
    let mut settings = settings();
    settings["workspaces"] = json!([workspace]);
    settings
}

fn fields(settings: Value) -> Vec<String> {
    let problems = compile(settings).err().unwrap_or_default();
    problems.into_iter().map(|problem| problem.field).collect()
}

fn ids(draft: &Draft) -> Vec<&str> {
    draft.rules.iter().map(|rule| rule.id.as_str()).collect()
}

#[test]
fn the_example_compiles_to_rules_that_both_connectors_take() {
    let draft = compile(settings()).unwrap();
    let mut ids = ids(&draft);
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "each rule has a name of its own");
    let plan = Plan::compile(draft, &deskbridge_connectors::all());
    assert_eq!(plan.err(), None);
}

#[test]
fn all_departments_may_have_one_channel() {
    let draft = compile(with_workspace(json!({"team": "T1", "channel": "C1"}))).unwrap();
    let added = draft
        .rules
        .iter()
        .find(|rule| rule.id == "T1.ticket_added.C1");
    let added = added.expect("one message for all");
    assert_eq!(added.with["channel"], "C1");
    assert_eq!(added.credential.as_deref(), Some("slack-support-chat-T1"));
    assert!(
        added
            .conditions
            .iter()
            .all(|c| !c.expression.contains("department"))
    );
}

#[test]
fn several_departments_may_share_a_channel() {
    let draft = compile(settings()).unwrap();
    let shared = draft
        .rules
        .iter()
        .find(|rule| rule.id == "T2.ticket_added.C2");
    let shared = shared.expect("one rule for both");
    let condition = shared.conditions.last().expect("by department");
    assert!(condition.expression.contains(r#"["Sales","Support"]"#));
}

#[test]
fn one_department_in_two_channels_is_refused_with_its_field() {
    let lists = json!({"team": "T1", "departments": {"Sales": ["C1", "C2"]}});
    assert_eq!(
        fields(with_workspace(lists)),
        ["settings.workspaces[0].departments.Sales"]
    );
    let twice = json!({"team": "T1", "departments": [
        {"department": "Sales", "channel": "C1"}, {"department": "Sales", "channel": "C2"},
    ]});
    assert_eq!(
        fields(with_workspace(twice)),
        ["settings.workspaces[0].departments[1].department"]
    );
    let both = json!({"team": "T1", "channel": "C1", "departments": {"Sales": "C2"}});
    assert_eq!(
        fields(with_workspace(both)),
        ["settings.workspaces[0].departments"]
    );
}

#[test]
fn each_kind_of_news_has_a_switch_of_its_own() {
    for notice in NOTICES {
        let mut settings = with_workspace(json!({"team": "T1", "channel": "C1"}));
        let prefix = format!("T1.{}.", notice.name);
        let on = compile(settings.clone()).unwrap();
        assert!(
            ids(&on).iter().any(|id| id.starts_with(&prefix)),
            "{prefix}"
        );
        settings["workspaces"][0]["notify"] = json!({notice.name: false});
        let off = compile(settings).unwrap();
        assert!(
            !ids(&off).iter().any(|id| id.starts_with(&prefix)),
            "{prefix}"
        );
    }
    let unknown = json!({"team": "T1", "channel": "C1", "notify": {"rained": true}});
    assert_eq!(
        fields(with_workspace(unknown)),
        ["settings.workspaces[0].notify.rained"]
    );
}

#[test]
fn what_nobody_wants_to_hear_of_is_not_read() {
    let mut off = json!({"team": "T1", "channel": "C1", "notify": {}});
    for notice in NOTICES {
        off["notify"][notice.name] = json!(false);
    }
    let draft = compile(with_workspace(off)).unwrap();
    assert!(!ids(&draft).iter().any(|id| id.starts_with("notify.")));
}

#[test]
fn the_next_steps_are_told_where_the_settings_name_them() {
    let draft = compile(settings()).unwrap();
    assert!(ids(&draft).contains(&"T1.transition.direct"));
    let mut settings = settings();
    settings["transitions"] = json!({});
    assert!(!ids(&compile(settings).unwrap()).contains(&"T1.transition.direct"));
}

#[test]
fn a_workspace_that_is_off_posts_nothing_and_says_so_to_who_asks() {
    let draft = compile(with_workspace(
        json!({"team": "T1", "channel": "C1", "enabled": false}),
    ))
    .unwrap();
    assert!(!ids(&draft).iter().any(|id| id.starts_with("T1.")));
    assert_eq!(draft.tenants.len(), 1, "its commands still find us");
    let off = draft.rules.iter().find(|rule| rule.id == "command.off");
    let off = off.expect("they are told");
    assert_eq!(off.conditions[0].expression, "command.team not in []");
}

#[test]
fn direct_messages_go_to_the_agent_who_signed_in_there() {
    let draft = compile(settings()).unwrap();
    let direct = draft
        .rules
        .iter()
        .find(|rule| rule.id == "T1.assigned.direct");
    let direct = direct.expect("they are on");
    assert!(direct.if_linked);
    assert_eq!(
        direct.about.as_deref(),
        Some("zoho-desk:agent:T1/{{ result.ticket.assignee_id }}")
    );
    assert!(!ids(&draft).contains(&"T2.assigned.direct"), "they are off");
}

#[test]
fn everything_at_zoho_desk_is_done_as_the_person_who_asked() {
    let draft = compile(settings()).unwrap();
    let asked = draft
        .rules
        .iter()
        .filter(|rule| rule.on.starts_with("slack.") && rule.operation.starts_with("zoho-desk."));
    let mut count = 0;
    for rule in asked {
        let own = rule.credential.as_deref().unwrap_or_default();
        assert!(own.starts_with("zoho-desk-support-chat-{{"), "{}", rule.id);
        assert!(rule.report.is_some(), "{}: the answer follows", rule.id);
        count += 1;
    }
    assert!(count >= 11, "{count}");
}

#[test]
fn a_reply_is_never_sent_by_the_command_itself() {
    let draft = compile(settings()).unwrap();
    let replies = draft
        .rules
        .iter()
        .filter(|rule| rule.operation == "zoho-desk.send_reply");
    let on: Vec<_> = replies.map(|rule| rule.on.as_str()).collect();
    assert_eq!(
        on,
        ["slack.form_submitted"],
        "the form's button confirms it"
    );
}

#[test]
fn a_workspace_stands_once_and_ids_look_like_ids() {
    let mut settings = settings();
    settings["workspaces"][1]["team"] = json!("T1");
    assert_eq!(fields(settings), ["settings.workspaces[1].team"]);
    let odd = json!({"team": "support", "channel": "#general"});
    assert_eq!(
        fields(with_workspace(odd)),
        [
            "settings.workspaces[0].team",
            "settings.workspaces[0].channel"
        ]
    );
}

#[test]
fn settings_of_the_whole_are_checked() {
    for (name, value) in [
        ("public_url", json!("desk.example.com")),
        ("command", json!("desk now")),
    ] {
        let mut settings = settings();
        settings[name] = value;
        assert_eq!(fields(settings), [format!("settings.{name}")]);
    }
}

/// The report of a ticket that was read for news of this event.
fn read_for(on: &str, mut carried: Value) -> Decision {
    carried["for"] = json!("notice");
    carried["on"] = json!(on);
    let data = json!({
        "result": {"ticket": {
            "id": "9", "number": "4711", "subject": "Printer", "status": "Open", "priority": "High",
            "assignee": "Claire", "assignee_id": "7", "department": "Sales", "department_id": "4001",
        }},
        "error": "", "outcome": "delivered", "asked": {"ticket_id": "9"}, "carried": carried,
    });
    decided("read_ticket_done", &data, 1)
}

/// What an event of ticket 9 comes to.
fn decided(event_type: &str, data: &Value, depth: u8) -> Decision {
    let plan = Plan::compile(compile(settings()).unwrap(), &deskbridge_connectors::all()).unwrap();
    let incoming = Incoming {
        key: DedupKey::Each,
        event_type: event_type.into(),
        subject: EntityRef::new("zoho-desk", "ticket", "9"),
        actor: None,
        made_by_us: false,
        observed: BTreeMap::new(),
        data: data.as_object().cloned().unwrap(),
    };
    let facts = Facts {
        integration: "support-chat",
        config_version: 1,
        event_id: "evt_1",
        connector: "zoho-desk",
        received_at: Timestamp::from_millis(1),
        entity: &Entity::unknown(incoming.subject.clone()),
        incoming: &incoming,
        depth,
    };
    decide(&plan, &facts).decision
}

#[test]
fn a_ticket_is_told_to_its_departments_channel_and_to_its_agent() {
    let decision = read_for("ticket_added", json!({}));
    let told: Vec<_> = decision
        .actions()
        .iter()
        .map(|action| (action.rule.as_str(), action.subject.to_string()))
        .collect();
    let ticket = || "zoho-desk:ticket:9".to_owned();
    let expected = [
        ("T1.ticket_added.C1", ticket()),
        ("T1.ticket_added.direct", "zoho-desk:agent:T1/7".to_owned()),
        ("T2.ticket_added.C2", ticket()),
    ];
    assert_eq!(told, expected, "{decision:?}");
}

#[test]
fn of_a_department_that_the_connection_leaves_out_nobody_is_told() {
    let decision = |watched: bool| {
        let data = json!({"portal": {"at": "", "watched": watched}, "ticket": {"id": "9"}});
        decided("ticket_added", &data, 0)
    };
    assert_eq!(decision(true).actions().len(), 1, "the ticket is read");
    let why = format!("{:?}", decision(false));
    assert!(why.contains("not one of those in the settings"), "{why}");
}
