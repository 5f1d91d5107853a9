//! Keeps one webhook at the portal, ours, subscribed to what is read here.
//!
//! `Webhook.json` of <https://github.com/zoho/zohodesk-oas>. An edition has five or ten of them, or
//! none, so one that is there already is changed, whatever address it has now.

use deskbridge_core::connector::Tried;
use deskbridge_core::http::Method;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::client::Client;
use super::settings::Mode;
use super::types::{flag, text};

const LIST: &str = "GET /webhooks";
const CREATE: &str = "POST /webhooks";
const CHANGE: &str = "PATCH /webhooks/{id}";
const MAX_URL_BYTES: usize = 500;
const PLAIN: [&str; 5] = [
    "Ticket_Add",
    "Ticket_Comment_Add",
    "Ticket_Comment_Update",
    "Ticket_Thread_Add",
    "Ticket_Update",
];
/// These take no filter.
const UNFILTERED: [&str; 3] = [
    "Ticket_Approval_Add",
    "Ticket_Approval_Update",
    "Ticket_Delete",
];

/// Creates the webhook, or changes the one that is there, if it differs.
pub(super) async fn subscribe(client: &Client<'_>, url: &str) -> Result<Tried> {
    if client.settings.mode == Mode::Poll {
        return Ok(Tried::new(
            "asks Zoho Desk itself (mode: poll): no webhook is needed",
        ));
    }
    if url.len() > MAX_URL_BYTES {
        let why = format!("Zoho Desk takes addresses of up to {MAX_URL_BYTES} characters");
        return Err(Error::new(ErrorKind::Misconfigured, why));
    }
    let rows = client.rows("/webhooks", LIST).await.map_err(explained)?;
    let wanted = wanted(client, url);
    let (says, webhook) = match rows.iter().find(|row| is_ours(row, url)) {
        Some(row) if holds(row, &wanted) => ("the webhook was there already", row.clone()),
        Some(row) => {
            let path = format!("/webhooks/{}", text(&row["id"]));
            let request = client.request(Method::Patch, &path, CHANGE);
            let changed = client.write(request.json(&wanted)).await;
            (
                "the webhook was brought up to date",
                changed.map_err(explained)?,
            )
        }
        None => {
            let request = client.request(Method::Post, "/webhooks", CREATE);
            let made = client.write(request.json(&wanted)).await;
            ("the webhook was created", made.map_err(explained)?)
        }
    };
    let mut tried = Tried::new(says);
    let events: Vec<_> = PLAIN.into_iter().chain(UNFILTERED).collect();
    tried.facts = vec![
        ("webhook_id".to_owned(), text(&webhook["id"])),
        ("events".to_owned(), events.join(", ")),
    ];
    Ok(tried)
}

/// Ours bears the key of this integration, whatever host it was made for.
fn is_ours(row: &Value, url: &str) -> bool {
    let key = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
    let theirs = text(&row["url"]);
    theirs == url || (theirs.contains("/webhooks/zoho-desk/") && key(&theirs) == key(url))
}

fn wanted(client: &Client<'_>, url: &str) -> Value {
    let departments = &client.settings.departments;
    let mut subscriptions = Map::new();
    for event in PLAIN {
        let mut filter = Map::new();
        if !departments.is_empty() {
            filter.insert("departmentIds".into(), json!(departments));
        }
        if event == "Ticket_Update" {
            filter.insert("includePrevState".into(), json!(true));
        }
        // No filter is null there, not an empty one.
        let filter = match filter.is_empty() {
            true => Value::Null,
            false => Value::Object(filter),
        };
        subscriptions.insert(event.to_owned(), filter);
    }
    for event in UNFILTERED {
        subscriptions.insert(event.to_owned(), Value::Null);
    }
    let mut wanted = json!({
        "name": "Deskbridge",
        "url": url,
        "subscriptions": subscriptions,
        "isEnabled": true,
    });
    if client.settings.automation {
        wanted["includeEventsFrom"] = json!(["AUTOMATION"]);
    }
    wanted
}

/// Whether a webhook has all that is wanted; it may say more of itself.
fn holds(row: &Value, wanted: &Value) -> bool {
    let enabled = row.get("isEnabled").is_none_or(flag);
    let same = |name: &str| {
        wanted
            .get(name)
            .is_none_or(|value| contains(&row[name], value))
    };
    let size = |value: &Value| value.as_object().map(Map::len);
    enabled
        && row["url"] == wanted["url"]
        && size(&row["subscriptions"]) == size(&wanted["subscriptions"])
        && same("subscriptions")
        && same("includeEventsFrom")
}

fn contains(value: &Value, wanted: &Value) -> bool {
    match wanted {
        Value::Object(wanted) => wanted
            .iter()
            .all(|(name, wanted)| value.get(name).is_some_and(|value| contains(value, wanted))),
        wanted => value == wanted,
    }
}

fn explained(error: Error) -> Error {
    if error.kind() != ErrorKind::Unsupported {
        return error;
    }
    let why = "this portal's edition has no webhook left, or none at all: set mode to poll";
    Error::new(ErrorKind::Unsupported, why)
}
