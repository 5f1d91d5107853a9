//! The forms: a comment, a reply, a new ticket, and a question before something is done.
//!
//! <https://docs.slack.dev/reference/views/modal-views/>

use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::parts::{context, section};
use super::{filled, plain_text, ticket, word};
use crate::slack::mrkdwn::escaped;
use crate::text::truncate;

const MAX_TITLE_CHARS: usize = 24;
const MAX_KEPT_CHARS: usize = 3_000;
const MAX_TEXT_CHARS: usize = 3_000;
const MAX_OPTIONS: usize = 100;
const MAX_OPTION_CHARS: usize = 75;
const MAX_OPTION_VALUE_CHARS: usize = 150;
const MAX_SUBJECT_CHARS: usize = 255;

/// Makes the form that the parameters describe. What it keeps comes back as `form.kept`.
pub(in crate::slack) fn form(params: &Map<String, Value>, rule: &str) -> Result<Value> {
    let misconfigured = |why: String| Error::new(ErrorKind::Misconfigured, why);
    let name = word(params, "form");
    let (title, submit, blocks) = match name {
        "comment" => ("Comment", "Comment", comment(params)),
        "reply" => ("Reply", "Send", reply(params)),
        "create" => ("New ticket", "Create", create(params)),
        "confirm" => ("Please confirm", "Yes", confirm(params)),
        _ => {
            let why = format!("{rule} must name a form: comment, reply, create or confirm");
            return Err(misconfigured(why));
        }
    };
    let kept = params.get("keep").cloned().unwrap_or_else(|| json!({}));
    let kept = kept.to_string();
    if kept.chars().count() > MAX_KEPT_CHARS {
        let why = format!("{rule} keeps more than {MAX_KEPT_CHARS} characters in a form");
        return Err(misconfigured(why));
    }
    let title = filled(params, "title").unwrap_or(title);
    Ok(json!({
        "type": "modal",
        "callback_id": filled(params, "callback").unwrap_or(name),
        "private_metadata": kept,
        "title": plain_text(title, MAX_TITLE_CHARS),
        "submit": plain_text(submit, MAX_TITLE_CHARS),
        "close": plain_text("Cancel", MAX_TITLE_CHARS),
        "blocks": blocks,
    }))
}

fn comment(params: &Map<String, Value>) -> Vec<Value> {
    let mut blocks = about(params);
    blocks.push(long("text", "Comment", word(params, "text")));
    blocks.push(context("Seen by agents only."));
    blocks
}

fn reply(params: &Map<String, Value>) -> Vec<Value> {
    let mut blocks = about(params);
    blocks.push(long("text", "Reply", word(params, "text")));
    blocks.push(context("Sent to the customer."));
    blocks
}

fn create(params: &Map<String, Value>) -> Vec<Value> {
    let subject = word(params, "subject");
    let mut blocks = vec![
        input(
            "subject",
            "Subject",
            false,
            typed(subject, MAX_SUBJECT_CHARS, false),
        ),
        long("text", "Description", word(params, "text")),
        input(
            "email",
            "Customer's e-mail address",
            true,
            typed(word(params, "email"), MAX_SUBJECT_CHARS, false),
        ),
    ];
    let departments = params.get("departments").and_then(Value::as_array);
    let options = departments.into_iter().flatten().filter_map(option);
    let options: Vec<_> = options.take(MAX_OPTIONS).collect();
    if !options.is_empty() {
        let element = json!({"type": "static_select", "action_id": "value", "options": options});
        blocks.push(input("department", "Department", false, element));
    }
    blocks
}

fn confirm(params: &Map<String, Value>) -> Vec<Value> {
    let mut blocks = about(params);
    blocks.push(section(&escaped(
        filled(params, "text").unwrap_or("Go on?"),
        MAX_TEXT_CHARS,
    )));
    blocks
}

/// Which ticket it is about, where the rule says so.
fn about(params: &Map<String, Value>) -> Vec<Value> {
    let title = match params.get("ticket") {
        Some(given @ Value::Object(_)) => ticket::title(given),
        _ => filled(params, "number").map_or_else(String::new, |number| format!("#{number}")),
    };
    let title = escaped(&title, MAX_TEXT_CHARS);
    match title.is_empty() {
        true => Vec::new(),
        false => vec![context(&format!("Ticket {title}"))],
    }
}

fn long(block: &str, label: &str, initial: &str) -> Value {
    input(block, label, false, typed(initial, MAX_TEXT_CHARS, true))
}

fn input(block: &str, label: &str, optional: bool, element: Value) -> Value {
    json!({
        "type": "input", "block_id": block, "optional": optional,
        "label": plain_text(label, MAX_OPTION_CHARS), "element": element,
    })
}

fn typed(initial: &str, max: usize, multiline: bool) -> Value {
    let mut element = json!({
        "type": "plain_text_input", "action_id": "value", "multiline": multiline, "max_length": max,
    });
    if !initial.is_empty() {
        element["initial_value"] = json!(truncate(initial, max));
    }
    element
}

/// A department as `{id, name}`.
fn option(department: &Value) -> Option<Value> {
    let (id, name) = (
        ticket::field(department, "id"),
        ticket::field(department, "name"),
    );
    let fits = !id.is_empty() && !name.is_empty() && id.chars().count() <= MAX_OPTION_VALUE_CHARS;
    fits.then(|| json!({"text": plain_text(&name, MAX_OPTION_CHARS), "value": id}))
}
