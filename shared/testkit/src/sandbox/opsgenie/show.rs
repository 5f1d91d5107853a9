//! Alerts, notes, logs and request statuses as the vendor prints them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::Options;
use super::state::{Alert, Note, Processed, id_of};

/// A row of a list: without description, details, entity and actions.
pub(super) fn summary(alert: &Alert, options: &Options) -> Value {
    json!({
        "id": alert.id,
        "tinyId": alert.tiny_id.to_string(),
        "alias": alert.alias,
        "message": alert.message,
        "status": alert.status.as_str(),
        "acknowledged": alert.acknowledged,
        "isSeen": false,
        "tags": alert.tags,
        "snoozed": alert.snoozed_until.is_some(),
        "snoozedUntil": alert.snoozed_until.map(iso),
        "count": alert.count,
        "lastOccurredAt": iso(alert.last_occurred_at),
        "createdAt": iso(alert.created_at),
        "updatedAt": iso(alert.updated_at),
        "source": alert.source,
        "owner": alert.owner,
        "priority": alert.priority,
        "responders": alert.responders.iter().map(responder).collect::<Vec<_>>(),
        "integration":
            { "id": options.integration_id, "name": options.integration_name, "type": "API" },
        "report": { "acknowledgedBy": alert.acknowledged_by, "closedBy": alert.closed_by },
    })
}

/// The whole alert.
pub(super) fn full(alert: &Alert, options: &Options) -> Value {
    let mut shown = summary(alert, options);
    shown["actions"] = json!(alert.actions);
    shown["entity"] = json!(alert.entity);
    shown["description"] = json!(alert.description);
    shown["details"] = json!(alert.details);
    shown
}

/// A row of the account dialect's list.
pub(super) fn account_summary(alert: &Alert, options: &Options) -> Value {
    let mut shown = summary(alert, options);
    shown["integrationType"] = json!("API");
    shown["integrationName"] = json!(options.integration_name);
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("integration");
        fields.remove("isSeen");
        fields.insert("seen".into(), json!(false));
    }
    shown
}

/// The whole alert in the account dialect.
pub(super) fn account(alert: &Alert, options: &Options) -> Value {
    let mut shown = account_summary(alert, options);
    shown["actions"] = json!(alert.actions);
    shown["entity"] = json!(alert.entity);
    shown["description"] = json!(alert.description);
    shown["extraProperties"] = json!(alert.details);
    shown
}

/// Newest first.
pub(super) fn notes(alert: &Alert) -> Value {
    alert.notes.iter().rev().map(note).collect()
}

pub(super) fn note(note: &Note) -> Value {
    json!({
        "id": note.id,
        "note": note.note,
        "owner": note.owner,
        "createdAt": iso(note.created_at),
        "offset": note.created_at.as_millisecond().to_string(),
    })
}

/// Newest first.
pub(super) fn logs(alert: &Alert) -> Value {
    let row = |entry: &super::LogEntry| {
        json!({
            "log": entry.log,
            "type": "alertRecipient",
            "owner": entry.owner,
            "createdAt": iso(entry.created_at),
            "offset": entry.created_at.as_millisecond().to_string(),
        })
    };
    alert.log.iter().rev().map(row).collect()
}

/// A responder as answers have it: by id, whatever it was added by.
pub(super) fn responder(added: &Value) -> Value {
    let name = ["name", "username"]
        .iter()
        .find_map(|key| added[*key].as_str());
    let id = added["id"]
        .as_str()
        .map_or_else(|| id_of(name.unwrap_or_default()), str::to_owned);
    json!({ "type": added["type"], "id": id })
}

/// The v2 request status: `isSuccess` as specified, `success` as clients saw it.
pub(super) fn processed(processed: &Processed, options: &Options) -> Value {
    let mut shown = processed_flat(processed, options);
    shown["success"] = json!(processed.success);
    shown
}

pub(super) fn processed_flat(processed: &Processed, options: &Options) -> Value {
    json!({
        "action": processed.action,
        "processedAt": iso(processed.at),
        "integrationId": options.integration_id,
        "isSuccess": processed.success,
        "status": processed.status,
        "alertId": processed.alert_id,
        "alias": processed.alias,
    })
}

fn iso(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%dT%H:%M:%S%.3fZ")
        .to_string()
}
