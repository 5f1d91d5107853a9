//! Kayako to Opsgenie: what the alert of a conversation looks like, and when it is closed.

use std::collections::BTreeMap;

use deskbridge_core::integration::Problem;
use deskbridge_core::mapping::{Condition, Rule};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::settings::{Items, Literal};

const PRIORITIES: [&str; 5] = ["P1", "P2", "P3", "P4", "P5"];

/// `settings.alert`: everything has a default, every text is a template over `conversation`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub(super) struct AlertSettings {
    /// Kayako's priority label to `P1` … `P5`; labels are compared without case.
    priority: BTreeMap<String, String>,
    /// For a conversation without a priority, or with one that is not in the map.
    default_priority: String,
    message: String,
    description: String,
    entity: String,
    source: String,
    /// Added to the conversation's own tags.
    tags: Items,
    /// Added to the conversation's own fields.
    details: BTreeMap<String, String>,
    /// Put before the conversation's id to make the alias; changing it orphans open alerts.
    alias_prefix: Option<String>,
    close_note: String,
}

impl Default for AlertSettings {
    fn default() -> Self {
        let pairs = [
            ("Urgent", "P1"),
            ("High", "P2"),
            ("Normal", "P3"),
            ("Low", "P4"),
        ];
        Self {
            priority: pairs
                .map(|(label, p)| (label.to_owned(), p.to_owned()))
                .into(),
            default_priority: "P3".into(),
            message: "{{ conversation.subject }}".into(),
            description: DESCRIPTION.into(),
            entity: "Kayako conversation {{ conversation.id }}".into(),
            source: "Kayako".into(),
            tags: Items::default(),
            details: BTreeMap::new(),
            alias_prefix: None,
            close_note: "Kayako conversation {{ conversation.id }} is {{ conversation.status }}."
                .into(),
        }
    }
}

const DESCRIPTION: &str = "\
{{ conversation.subject }}

Requester: {{ conversation.requester }}
Team: {{ conversation.team }}
Assignee: {{ conversation.assignee }}
Status: {{ conversation.status }}
Conversation: {{ conversation.url }}";

/// The conversation's fields that every alert carries as details.
const DETAILS: [(&str, &str); 10] = [
    ("Case ID", "id"),
    ("Team", "team"),
    ("Assignee", "assignee"),
    ("Requester", "requester"),
    ("Priority", "priority"),
    ("Type", "type"),
    ("Brand", "brand"),
    ("Form", "form"),
    ("Source channel", "source_channel"),
    ("Conversation", "url"),
];

impl AlertSettings {
    /// `kayako_<sub domain>_`: with the conversation's id it names one alert for ever. A Kayako under
    /// an address of its own is named by that.
    pub(super) fn alias_prefix(&self, kayako: &Value) -> String {
        let text = |name: &str| kayako.get(name).and_then(Value::as_str);
        let derived = || {
            let tenant = text("subdomain")
                .or_else(|| text("base_url"))
                .unwrap_or_default();
            let plain = |c: char| {
                if c.is_alphanumeric() || c == '-' {
                    c
                } else {
                    '_'
                }
            };
            let host = tenant
                .trim_start_matches("https://")
                .trim_start_matches("http://");
            format!("kayako_{}_", host.chars().map(plain).collect::<String>())
        };
        self.alias_prefix.clone().unwrap_or_else(derived)
    }

    pub(super) fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        let known = |priority: &str| PRIORITIES.contains(&priority);
        for (label, priority) in self.priority.iter().filter(|(_, p)| !known(p)) {
            problems.push(Problem::new(
                format!("settings.alert.priority.{label}"),
                format!("{priority} is no priority of Opsgenie; use P1 to P5"),
            ));
        }
        if !known(&self.default_priority) {
            let message = "is no priority of Opsgenie; use P1 to P5";
            problems.push(Problem::new("settings.alert.default_priority", message));
        }
        if self.alias_prefix.as_ref().is_some_and(String::is_empty) {
            let message = "must not be empty: it tells Kayako's alerts from all others";
            problems.push(Problem::new("settings.alert.alias_prefix", message));
        }
        problems
    }

    fn priority_expression(&self) -> String {
        let lower = self
            .priority
            .iter()
            .map(|(label, p)| (label.to_lowercase(), p));
        let map: BTreeMap<_, _> = lower.collect();
        let fallback = Literal(&self.default_priority);
        let map = Literal(&map);
        format!("{{{{ ({map})[conversation.priority | lower] | default({fallback}) }}}}")
    }

    fn details(&self) -> Value {
        let own = DETAILS.iter();
        let own = own.map(|(name, field)| (*name, format!("{{{{ conversation.{field} }}}}")));
        let added = self
            .details
            .iter()
            .map(|(name, text)| (name.as_str(), text.clone()));
        Value::Object(
            own.chain(added)
                .map(|(k, v)| (k.to_owned(), json!(v)))
                .collect(),
        )
    }
}

/// One rule opens the alert, one closes it.
pub(super) fn rules(alert: &AlertSettings, alias_prefix: &str) -> Vec<Rule> {
    // A literal in an expression, so that a prefix with braces in it stays what it is.
    let alias = format!("{{{{ {} ~ conversation.id }}}}", Literal(alias_prefix));
    vec![open_alert(alert, &alias), close_alert(alert, &alias)]
}

fn open_alert(alert: &AlertSettings, alias: &str) -> Rule {
    let with = json!({
        "alias": alias,
        "message": alert.message,
        "description": alert.description,
        "priority": alert.priority_expression(),
        "entity": alert.entity,
        "source": alert.source,
        "tags": format!("{{{{ conversation.tags + {} }}}}", Literal(&alert.tags.0)),
        "details": alert.details(),
    });
    rule(
        "open_alert",
        "kayako.conversation_opened",
        "opsgenie.create_alert",
        with,
    )
}

fn close_alert(alert: &AlertSettings, alias: &str) -> Rule {
    let with = json!({ "alias": alias, "note": alert.close_note });
    let mut rule = rule(
        "close_alert",
        "kayako.conversation_closed",
        "opsgenie.close_alert",
        with,
    );
    // Kayako fires on every later save of a completed conversation.
    rule.conditions.push(Condition::new(
        "not ended",
        "the alert is not closed already",
    ));
    rule
}

fn rule(id: &str, on: &str, operation: &str, with: Value) -> Rule {
    Rule {
        id: id.into(),
        on: on.into(),
        conditions: Vec::new(),
        operation: operation.into(),
        with: match with {
            Value::Object(with) => with,
            _ => Map::new(),
        },
        ..Rule::default()
    }
}
