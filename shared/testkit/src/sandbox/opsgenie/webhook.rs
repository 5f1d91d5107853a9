//! The body that the Webhook integration POSTs after an action.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::Options;
use super::action::{Act, Actor};
use super::show::responder;
use super::state::{Alert, id_of};
use crate::sandbox::uuid;

/// Description and details are cut to this in webhooks; the whole text must be fetched.
const MAX_TEXT_CHARS: usize = 1000;

/// Why a webhook is sent.
pub(super) struct Cause<'a> {
    pub(super) act: &'a Act,
    pub(super) by: &'a Actor,
    pub(super) before: &'a Alert,
}

pub(super) fn body(
    alert: &Alert,
    cause: &Cause<'_>,
    headers: &BTreeMap<String, String>,
    options: &Options,
) -> Value {
    if let Act::Escalate(name) = cause.act {
        return escalation(alert, name, headers, options);
    }
    let mut fields = common_fields(alert, cause);
    fields.extend(extra_fields(alert, cause, options));
    if matches!(cause.act, Act::Delete) {
        fields.remove("tags");
    }
    let source_name = if cause.by.channel == "web" {
        ""
    } else {
        &options.integration_name
    };
    json!({
        "action": cause.act.name(),
        "alert": fields,
        "source": { "name": source_name, "type": cause.by.channel },
        "integrationId": options.integration_id,
        "integrationName": options.integration_name,
        "integrationType": "Webhook",
    })
}

fn common_fields(alert: &Alert, cause: &Cause<'_>) -> Map<String, Value> {
    let fields = json!({
        "alertId": alert.id,
        "message": alert.message,
        "tags": alert.tags,
        "tinyId": alert.tiny_id.to_string(),
        "source": alert.source,
        "entity": alert.entity,
        "alias": alert.alias,
        "createdAt": alert.created_at.as_millisecond(),
        "updatedAt": nanoseconds(alert),
        "username": cause.by.user,
        "userId": id_of(&cause.by.user),
    });
    into_map(fields)
}

fn extra_fields(alert: &Alert, cause: &Cause<'_>, options: &Options) -> Map<String, Value> {
    into_map(match cause.act {
        Act::Create(_) => created(alert, options),
        Act::Custom { .. } => texts(alert, options),
        Act::AddNote(note) => json!({ "note": note }),
        Act::AddTags(tags) => json!({ "addedTags": tags.join(",") }),
        Act::RemoveTags(tags) => json!({ "removedTags": tags.join(",") }),
        Act::AddTeam(team) => json!({ "team": team }),
        Act::AddRecipient(user) => json!({ "recipient": user }),
        Act::AddResponder(responder) => json!({ "responder": responder }),
        Act::AssignOwnership(_) | Act::TakeOwnership => json!({ "owner": alert.owner }),
        Act::Snooze(until) => json!({ "snoozeEndDate": until.as_millisecond() }),
        Act::Priority(priority) => {
            json!({ "priority": priority, "oldPriority": cause.before.priority })
        }
        Act::Message(_) => json!({ "oldMessage": cause.before.message }),
        _ => json!({}),
    })
}

fn created(alert: &Alert, options: &Options) -> Value {
    let number = alert
        .priority
        .trim_start_matches('P')
        .parse::<u8>()
        .unwrap_or(3);
    let priority = if options.numeric_priority {
        json!(number)
    } else {
        json!(alert.priority)
    };
    let mut fields = into_map(json!({
        "recipients": [],
        "teams": responder_ids(alert, "team"),
        "insertedAt": nanoseconds(alert),
        "priority": priority,
    }));
    fields.extend(into_map(texts(alert, options)));
    Value::Object(fields)
}

/// Sent with `Create` and custom actions only, and only if ticked.
fn texts(alert: &Alert, options: &Options) -> Value {
    if !options.webhook_details {
        return json!({});
    }
    let cut = |text: &str| text.chars().take(MAX_TEXT_CHARS).collect::<String>();
    let details: Map<String, Value> = alert
        .details
        .iter()
        .map(|(key, value)| (key.clone(), json!(cut(value))))
        .collect();
    json!({ "description": cut(&alert.description), "details": details })
}

/// Real escalation bodies name nothing but the alert's id.
fn escalation(
    alert: &Alert,
    name: &str,
    headers: &BTreeMap<String, String>,
    options: &Options,
) -> Value {
    json!({
        "action": "Escalate",
        "alert": { "alertId": alert.id },
        "escalationId": uuid(),
        "escalationName": name,
        "escalationTime": 0,
        "repeatCount": 0,
        "escalationNotify":
            { "name": "on-call@example.com", "id": uuid(), "type": "default", "entity": "user" },
        "headers": headers,
        "integrationId": options.integration_id,
        "integrationName": options.integration_name,
    })
}

fn responder_ids(alert: &Alert, kind: &str) -> Vec<Value> {
    let references = alert.responders.iter().map(responder);
    let matching = references.filter(|responder| responder["type"] == kind);
    matching
        .map(|mut responder| responder["id"].take())
        .collect()
}

fn nanoseconds(alert: &Alert) -> i64 {
    i64::try_from(alert.updated_at.as_nanosecond()).unwrap_or(i64::MAX)
}

fn into_map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
