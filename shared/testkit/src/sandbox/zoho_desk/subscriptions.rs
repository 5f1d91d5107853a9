//! Webhooks: <https://desk.zoho.com/support/WebhookDocument.do>. The vendor calls an address before it
//! takes it; this sandbox takes any.

use serde_json::{Map, Value, json};

use super::access::Refusal;
use super::state::{State, Subscription};

const MAX_URL_BYTES: usize = 500;
const EVENTS: [&str; 9] = [
    "Ticket_Add",
    "Ticket_Update",
    "Ticket_Delete",
    "Ticket_Comment_Add",
    "Ticket_Comment_Update",
    "Ticket_Thread_Add",
    "Ticket_Approval_Add",
    "Ticket_Approval_Update",
    "Contact_Add",
];

pub(super) fn list(state: &State) -> Value {
    state.subscriptions.iter().map(show).collect()
}

pub(super) fn one(state: &State, id: &str) -> Result<Value, Refusal> {
    let found = state.subscriptions.iter().find(|row| row.id == id);
    found.map(show).ok_or_else(Refusal::not_found)
}

pub(super) fn create(state: &mut State, asked: &Map<String, Value>) -> Result<Value, Refusal> {
    if state.subscriptions.len() >= state.options.edition.webhooks() {
        let message = "This feature is not available in your edition.";
        return Err(Refusal::new(403, "LICENSE_ACCESS_LIMITED", message));
    }
    for name in ["subscriptions", "url"] {
        if !asked.contains_key(name) {
            return Err(Refusal::field(&format!("/{name}"), "missing"));
        }
    }
    check(asked)?;
    let subscription = Subscription {
        id: state.next_id(),
        body: asked.clone(),
    };
    let shown = show(&subscription);
    state.subscriptions.push(subscription);
    Ok(shown)
}

pub(super) fn change(
    state: &mut State,
    id: &str,
    asked: &Map<String, Value>,
) -> Result<Value, Refusal> {
    check(asked)?;
    let found = state.subscriptions.iter_mut().find(|row| row.id == id);
    let found = found.ok_or_else(Refusal::not_found)?;
    for (name, value) in asked {
        found.body.insert(name.clone(), value.clone());
    }
    Ok(show(found))
}

pub(super) fn delete(state: &mut State, id: &str) -> Result<(), Refusal> {
    let before = state.subscriptions.len();
    state.subscriptions.retain(|row| row.id != id);
    match state.subscriptions.len() < before {
        true => Ok(()),
        false => Err(Refusal::not_found()),
    }
}

fn check(asked: &Map<String, Value>) -> Result<(), Refusal> {
    if let Some(url) = asked.get("url") {
        let good = |url: &str| url.starts_with("http") && url.len() <= MAX_URL_BYTES;
        if !url.as_str().is_some_and(good) {
            return Err(Refusal::field("/url", "invalid"));
        }
    }
    let Some(subscriptions) = asked.get("subscriptions") else {
        return Ok(());
    };
    let events = subscriptions
        .as_object()
        .filter(|events| !events.is_empty());
    let events = events.ok_or_else(|| Refusal::field("/subscriptions", "invalid"))?;
    for (event, filter) in events {
        if !is_taken(event, filter) {
            return Err(Refusal::field(
                &format!("/subscriptions/{event}"),
                "invalid",
            ));
        }
    }
    Ok(())
}

/// No filter is `null`; an empty one is refused, and so is one where none is offered.
fn is_taken(event: &str, filter: &Value) -> bool {
    let allowed: &[&str] = match event {
        "Ticket_Update" => &["departmentIds", "includePrevState", "fields"],
        "Ticket_Thread_Add" => &["departmentIds", "direction"],
        "Ticket_Add" | "Ticket_Comment_Add" | "Ticket_Comment_Update" => &["departmentIds"],
        _ => &[],
    };
    let known = EVENTS.contains(&event);
    known
        && match filter {
            Value::Null => true,
            Value::Object(filter) => {
                !filter.is_empty() && filter.keys().all(|name| allowed.contains(&name.as_str()))
            }
            _ => false,
        }
}

fn show(subscription: &Subscription) -> Value {
    let mut shown = json!({
        "id": subscription.id,
        "name": null,
        "description": null,
        "isEnabled": true,
        "type": "CUSTOMER_WEBHOOK",
    });
    for (name, value) in &subscription.body {
        shown[name] = value.clone();
    }
    shown
}
