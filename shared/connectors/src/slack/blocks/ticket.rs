//! How a ticket looks: its number and subject with a link, and what stands about it.
//!
//! A ticket is any object with some of `id`, `number`, `subject`, `status`, `priority`, `assignee`,
//! `department`, `contact`, `due_at`, `url`. Where a field holds an object, its `name` is shown.

use serde_json::{Value, json};

use super::parts::{address, context, section};
use crate::slack::mrkdwn::line;

const MAX_SUBJECT_CHARS: usize = 200;
const MAX_FIELD_CHARS: usize = 100;
/// More are not read in a message: it says how many there are.
const MAX_LISTED: usize = 20;

const SHOWN: [(&str, &str); 6] = [
    ("status", "Status"),
    ("assignee", "Assignee"),
    ("priority", "Priority"),
    ("department", "Department"),
    ("contact", "Contact"),
    ("due_at", "Due"),
];
const NOBODY: &str = "nobody";

/// The ticket's line and its fields.
pub(super) fn card(ticket: &Value) -> Vec<Value> {
    let mut card = section(&headed(ticket));
    let shown = SHOWN.iter().filter_map(|(name, label)| {
        let value = match (field(ticket, name), *name) {
            (value, "assignee") if value.is_empty() && ticket.get("assignee").is_some() => {
                NOBODY.to_owned()
            }
            (value, _) => value,
        };
        let text = format!("*{label}*\n{}", line(&value, MAX_FIELD_CHARS));
        (!value.is_empty()).then(|| json!({"type": "mrkdwn", "text": text}))
    });
    let shown: Vec<_> = shown.collect();
    if !shown.is_empty() {
        card["fields"] = Value::Array(shown);
    }
    vec![card]
}

/// One line for each of the first tickets, and how many more there are.
pub(super) fn list(tickets: &[Value]) -> Vec<Value> {
    let mut blocks: Vec<_> = tickets.iter().take(MAX_LISTED).map(listed).collect();
    let more = tickets.len().saturating_sub(MAX_LISTED);
    if more > 0 {
        blocks.push(context(&format!("and {more} more")));
    }
    blocks
}

fn listed(ticket: &Value) -> Value {
    let about: Vec<_> = ["status", "priority", "assignee", "due_at"]
        .into_iter()
        .map(|name| line(&field(ticket, name), MAX_FIELD_CHARS))
        .filter(|value| !value.is_empty())
        .collect();
    section(&format!("{}\n{}", headed(ticket), about.join(" · ")))
}

/// `#101 Subject`, with a link where there is one.
fn headed(ticket: &Value) -> String {
    let title = line(&title(ticket), MAX_SUBJECT_CHARS);
    match address(&ticket["url"]) {
        // A bar would end the address.
        Some(link) => format!("<{}|{}>", line(link, usize::MAX), title.replace('|', "¦")),
        None => title,
    }
}

/// `#101 Subject`, as it came.
pub(super) fn title(ticket: &Value) -> String {
    let (number, subject) = (number(ticket), field(ticket, "subject"));
    match (number.is_empty(), subject.is_empty()) {
        (true, _) => subject,
        (false, true) => format!("#{number}"),
        (false, false) => format!("#{number} {subject}"),
    }
}

/// What people call it; the id where it has no number.
pub(super) fn number(ticket: &Value) -> String {
    match field(ticket, "number") {
        number if number.is_empty() => field(ticket, "id"),
        number => number,
    }
}

pub(super) fn field(ticket: &Value, name: &str) -> String {
    match &ticket[name] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Object(named) => named
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
        _ => String::new(),
    }
}
