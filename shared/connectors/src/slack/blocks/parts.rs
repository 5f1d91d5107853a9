//! The single blocks of a message.

use serde_json::{Value, json};

use super::{MAX_TEXT_CHARS, TICKET_BLOCK, plain_text, ticket};
use crate::slack::mrkdwn::escaped;
use crate::text::truncate;

const MAX_BUTTON_CHARS: usize = 75;
const MAX_VALUE_CHARS: usize = 2_000;
const MAX_URL_CHARS: usize = 3_000;
const MAX_ID_CHARS: usize = 255;
const MAX_BUTTONS: usize = 25;
const MAX_NOTE_CHARS: usize = 1_000;
/// Slack refuses a confirmation's longer text.
const MAX_QUESTION_CHARS: usize = 300;

/// The buttons that a rule names by one word.
const KNOWN: [(&str, &str); 3] = [
    ("comment", "Comment"),
    ("reply", "Reply"),
    ("close", "Close"),
];

/// `mrkdwn` is escaped already.
pub(super) fn section(mrkdwn: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": mrkdwn}})
}

pub(super) fn context(mrkdwn: &str) -> Value {
    json!({"type": "context", "elements": [{"type": "mrkdwn", "text": mrkdwn}]})
}

/// What somebody wrote, marked as theirs on each of its lines.
pub(super) fn quote(text: &str) -> String {
    let lines: Vec<_> = text
        .trim()
        .lines()
        .map(|line| format!("> {line}"))
        .collect();
    // The mark itself is none of theirs.
    let quoted = escaped(&lines.join("\n"), MAX_NOTE_CHARS);
    let quoted = quoted.replace("\n&gt; ", "\n> ");
    match quoted.strip_prefix("&gt; ") {
        Some(rest) => format!("> {rest}"),
        None => quoted,
    }
}

/// A list of texts, or of `[what to type, what it does]`, as a help has them.
pub(super) fn lines(given: Option<&Value>) -> Option<Value> {
    let given = given.and_then(Value::as_array)?;
    let shown = given.iter().filter_map(|entry| match entry {
        Value::String(text) => Some(escaped(text, MAX_NOTE_CHARS)),
        Value::Array(pair) => {
            let usage = pair.first().and_then(Value::as_str)?.replace('`', "'");
            let what = pair.get(1).and_then(Value::as_str).unwrap_or_default();
            let (usage, what) = (
                escaped(&usage, MAX_NOTE_CHARS),
                escaped(what, MAX_NOTE_CHARS),
            );
            Some(format!("`{usage}`  {what}"))
        }
        _ => None,
    });
    let mut text = String::new();
    for entry in shown {
        if text.chars().count() + entry.chars().count() + 1 > MAX_TEXT_CHARS {
            break;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&entry);
    }
    (!text.is_empty()).then(|| section(&text))
}

/// `{text, url}`: a button that leads somewhere, as to sign in.
pub(super) fn link_button(link: &Value) -> Option<Value> {
    let url = address(&link["url"])?;
    let text = link["text"].as_str().unwrap_or("Open");
    let button = json!({
        "type": "button", "action_id": "link", "text": plain_text(text, MAX_BUTTON_CHARS),
        "url": url, "style": "primary",
    });
    Some(json!({"type": "actions", "elements": [button]}))
}

/// Returns an address of the web that Slack takes; what else a field may hold is no link.
pub(super) fn address(value: &Value) -> Option<&str> {
    let url = value.as_str()?;
    let web = url.starts_with("https://") || url.starts_with("http://");
    let odd = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '|');
    (web && url.chars().count() <= MAX_URL_CHARS && !url.contains(odd)).then_some(url)
}

/// A list of `comment`, `reply`, `close`, or of `{action, text, value, style, confirm}`.
pub(super) fn actions(given: Option<&Value>, of: Option<&Value>) -> Option<Value> {
    let given = given.and_then(Value::as_array)?;
    let id = of
        .map(|ticket| ticket::field(ticket, "id"))
        .unwrap_or_default();
    let number = of.map(ticket::number).unwrap_or_default();
    let buttons = given.iter().filter_map(|button| match button {
        Value::String(name) => known(name, &id, &number),
        own => own_button(own, &id),
    });
    let buttons: Vec<_> = buttons.take(MAX_BUTTONS).collect();
    if buttons.is_empty() {
        return None;
    }
    let mut block = json!({"type": "actions", "elements": buttons});
    if !id.is_empty() {
        block["block_id"] = json!(truncate(
            &format!("{TICKET_BLOCK}{id}/{number}"),
            MAX_ID_CHARS
        ));
    }
    Some(block)
}

fn known(name: &str, id: &str, number: &str) -> Option<Value> {
    let (name, text) = KNOWN.iter().find(|(known, _)| *known == name)?;
    let mut made = button(name, text, id);
    if *name == "close" {
        made["confirm"] = confirm(&format!("Close ticket #{number}?"), text);
    }
    Some(made)
}

fn own_button(given: &Value, id: &str) -> Option<Value> {
    let action = given["action"].as_str().filter(|name| !name.is_empty())?;
    let text = given["text"].as_str().filter(|text| !text.is_empty());
    let text = text.unwrap_or(action);
    let mut made = button(action, text, given["value"].as_str().unwrap_or(id));
    if let Some(style @ ("primary" | "danger")) = given["style"].as_str() {
        made["style"] = json!(style);
    }
    if let Some(question) = given["confirm"].as_str().filter(|text| !text.is_empty()) {
        made["confirm"] = confirm(question, text);
    }
    Some(made)
}

/// Slack takes no empty value.
fn button(action: &str, text: &str, value: &str) -> Value {
    let mut made = json!({
        "type": "button", "action_id": truncate(action, MAX_ID_CHARS),
        "text": plain_text(text, MAX_BUTTON_CHARS),
    });
    if !value.is_empty() {
        made["value"] = json!(truncate(value, MAX_VALUE_CHARS));
    }
    made
}

fn confirm(question: &str, yes: &str) -> Value {
    json!({
        "title": plain_text("Please confirm", 100),
        "text": plain_text(question, MAX_QUESTION_CHARS),
        "confirm": plain_text(yes, 30),
        "deny": plain_text("Cancel", 30),
    })
}
