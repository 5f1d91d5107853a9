//! Reads one activity, as `poll` tells it. The same body may be posted, by whoever can.

use std::collections::BTreeMap;

use deskbridge_core::Result;
use deskbridge_core::connector::{Connection, Drift, Incoming, SignedRequest, Webhook};
use deskbridge_core::dedup::DedupKey;
use deskbridge_core::link::EntityRef;
use deskbridge_core::secret::Credential;
use serde_json::{Map, Value, json};

use super::settings::Settings;
use super::types::{channel_label, message_key, status_label};
use super::{NAME, RELATION_ACTIVITIES, Relation, TICKET};
use crate::signature::verify_token;
use crate::text::plain;

impl Webhook for Relation {
    fn content_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    fn verify(&self, request: &SignedRequest<'_>, secret: Option<&Credential>) -> Result<()> {
        verify_token(request, secret)
    }

    fn read(&self, body: &Value, connection: &Connection, _: &str) -> Result<Incoming, Drift> {
        let settings = Settings::read(connection)
            .map_err(|problems| Drift::new("settings.relation", format!("{problems:?}")))?;
        if let Some(why) = body["unreadable"].as_str() {
            return Err(Drift::new("ticket", why));
        }
        let activity = activity(body)?;
        let ticket_id = body["ticket"]["ticket_id"].as_u64();
        let ticket_id = ticket_id.ok_or_else(|| Drift::new("ticket.ticket_id", "is no number"))?;
        let key = key(body, activity, ticket_id)?;
        Ok(Incoming {
            key: DedupKey::Once(format!("{}/{key}", settings.message_box)),
            event_type: activity.to_owned(),
            subject: EntityRef::new(NAME, TICKET, ticket_id.to_string()),
            actor: None,
            made_by_us: false,
            observed: BTreeMap::new(),
            data: data(body, &settings, activity, ticket_id, &key),
        })
    }
}

fn activity(body: &Value) -> Result<&'static str, Drift> {
    let named = body["activity"].as_str();
    let known = RELATION_ACTIVITIES
        .iter()
        .find(|known| Some(**known) == named);
    known.copied().ok_or_else(|| {
        let why = format!("must be one of: {}", RELATION_ACTIVITIES.join(", "));
        Drift::new("activity", why)
    })
}

/// A message is sent once; a ticket is closed as often as it was changed before.
fn key(body: &Value, activity: &str, ticket_id: u64) -> Result<String, Drift> {
    if activity != "ticket_closed" {
        let key = message_key(activity, &body["message"]);
        return key.ok_or_else(|| Drift::new("message.message_id", "is no number"));
    }
    let updated = || body["ticket"]["last_updated_at"].as_str();
    let after = body["after"].as_i64().map(|after| after.to_string());
    let after = after.or_else(|| updated().map(str::to_owned));
    let after = after.ok_or_else(|| Drift::new("ticket.last_updated_at", "is missing"))?;
    Ok(format!("{activity}/{ticket_id}/{after}"))
}

/// What templates see. Every field is there; what the vendor left out is empty.
fn data(
    body: &Value,
    settings: &Settings,
    activity: &str,
    id: u64,
    key: &str,
) -> Map<String, Value> {
    let place = format!("{}/{}", settings.tenant(), settings.message_box);
    let data = json!({
        "activity": {
            "key": format!("{place}/{key}"),
            "type": activity,
            "label": activity_label(activity),
            "at": text(&body["at"]),
        },
        "ticket": ticket(&body["ticket"], settings, id),
        "message": message(&body["message"]),
        "customer": customer(&body["customer"]),
        "message_box": {
            "id": settings.message_box,
            "name": text(&body["message_box"]["name"]),
        },
    });
    data.as_object().cloned().unwrap_or_default()
}

fn activity_label(activity: &str) -> &'static str {
    match activity {
        "message_sent" => "送信",
        "record_memo" => "応対メモ",
        "call_memo" => "通話メモ",
        "chat_ended" => "チャット終了",
        _ => "対応完了",
    }
}

fn ticket(ticket: &Value, settings: &Settings, id: u64) -> Value {
    let status = text(&ticket["status_cd"]);
    let number = settings.message_box;
    json!({
        "id": id,
        "key": format!("{}/{number}/{id}", settings.tenant()),
        "url": format!("https://{}.relationapp.jp/tickets/#/{number}/tickets/{id}", settings.tenant()),
        "title": text(&ticket["title"]),
        "status": status,
        "status_label": status_label(status),
        "assignee": text(&ticket["assignee"]),
        "assignee_name": text(&ticket["assignee_name"]),
        "labels": texts(&ticket["labels"]),
        "case_categories": texts(&ticket["case_categories"]),
        "pending_reason": text(&ticket["pending_reason"]),
        "color": text(&ticket["color_cd"]),
        "created_at": text(&ticket["created_at"]),
        "updated_at": text(&ticket["last_updated_at"]),
    })
}

fn message(message: &Value) -> Value {
    let channel = text(&message["method_cd"]);
    let body = text(&message["body"]);
    let is_html = message["is_html"].as_bool().unwrap_or(channel == "record");
    let files = message["attachments"].as_array().into_iter().flatten();
    let files: Vec<_> = files.map(|file| text(&file["file_name"])).collect();
    json!({
        "id": message["message_id"].as_u64(),
        "channel": channel,
        "channel_label": channel_label(channel),
        "subject": text(&message["title"]),
        "body": if is_html { plain(body) } else { body.to_owned() },
        "from": text(&message["from"]),
        "to": text(&message["to"]),
        "cc": text(&message["cc"]),
        "bcc": text(&message["bcc"]),
        "sent_at": text(&message["sent_at"]),
        "attachments": files,
    })
}

/// A customer of the address book, or what a memo says of its own.
fn customer(customer: &Value) -> Value {
    let part = |name: &str| text(&customer[name]);
    let full = format!("{} {}", part("last_name"), part("first_name"));
    let names = [part("name"), part("customer_name"), full.trim()];
    let name = names.into_iter().find(|name| !name.is_empty());
    let first = |lists: [&str; 2], inner: &str| {
        let mut lists = lists
            .into_iter()
            .filter_map(|list| customer[list].as_array()?.first());
        let found = lists
            .next()
            .map(|entry| entry[inner].as_str().or(entry.as_str()));
        found.flatten().unwrap_or_default().to_owned()
    };
    json!({
        "id": customer["customer_id"].as_u64(),
        "name": name.unwrap_or_default(),
        "company": part("company_name"),
        "code": part("system_id1"),
        "email": first(["emails", "customer_emails"], "email"),
        "tel": first(["tels", "customer_tels"], "tel"),
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(value: &Value) -> Vec<&str> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).collect()
}
