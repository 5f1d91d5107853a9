//! What people see: messages and forms of Block Kit, made of what the rules name.
//!
//! Pure, within Slack's limits, and with every stranger's text escaped.
//! <https://docs.slack.dev/reference/block-kit/blocks/>

mod form;
mod parts;
mod ticket;

use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::mrkdwn::{escaped, line};
pub(super) use form::form;
use parts::{actions, context, link_button, section};

/// Before `<id>/<number>` in the name of the block with a ticket's buttons.
pub(super) const TICKET_BLOCK: &str = "ticket/";

const MAX_BLOCKS: usize = 50;
const MAX_TEXT_CHARS: usize = 3_000;
/// Of what is shown where blocks are not, as in a notification on a phone.
const MAX_FALLBACK_CHARS: usize = 300;

/// The parameters that make a message. Each adds its part, in this order.
pub(super) const PARTS: &[&str] = &[
    "headline", "text", "ticket", "tickets", "note", "lines", "link", "buttons", "context",
    "blocks",
];

/// A message as Slack takes it.
#[derive(Debug, PartialEq)]
pub(super) struct Message {
    pub(super) text: String,
    pub(super) blocks: Vec<Value>,
}

/// Makes the message that the parameters describe. `blocks` are taken as they are, and nothing else
/// with them but `text`. A message with nothing in it is an error, and the rule's.
pub(super) fn message(params: &Map<String, Value>, rule: &str) -> Result<Message> {
    let misconfigured = |why: &str| {
        let why = format!("{rule} {why}: check its templates");
        Error::new(ErrorKind::Misconfigured, why)
    };
    if let Some(blocks) = params.get("blocks").filter(|given| !given.is_null()) {
        let given = blocks.as_array().filter(|all| !all.is_empty());
        let blocks = given.ok_or_else(|| misconfigured("rendered blocks that are no list"))?;
        return Ok(Message {
            text: escaped(word(params, "text"), MAX_FALLBACK_CHARS),
            blocks: blocks.clone(),
        });
    }
    let mut blocks = parts_of(params);
    if blocks.is_empty() {
        return Err(misconfigured("rendered a message with nothing in it"));
    }
    blocks.truncate(MAX_BLOCKS);
    Ok(Message {
        text: fallback(params),
        blocks,
    })
}

fn parts_of(params: &Map<String, Value>) -> Vec<Value> {
    let mut blocks = Vec::new();
    let ticket = params.get("ticket").filter(|ticket| ticket.is_object());
    if let Some(headline) = filled(params, "headline") {
        let headline = line(headline, MAX_FALLBACK_CHARS);
        // A star within would end the bold text.
        blocks.push(section(&format!("*{}*", headline.replace('*', "∗"))));
    }
    if let Some(text) = filled(params, "text") {
        blocks.push(section(&escaped(text, MAX_TEXT_CHARS)));
    }
    blocks.extend(ticket.into_iter().flat_map(ticket::card));
    if let Some(tickets) = params.get("tickets").and_then(Value::as_array) {
        blocks.extend(ticket::list(tickets));
    }
    if let Some(note) = filled(params, "note") {
        blocks.push(section(&parts::quote(note)));
    }
    blocks.extend(parts::lines(params.get("lines")));
    blocks.extend(params.get("link").and_then(link_button));
    blocks.extend(actions(params.get("buttons"), ticket));
    if let Some(words) = filled(params, "context") {
        blocks.push(context(&line(words, MAX_FALLBACK_CHARS)));
    }
    blocks
}

/// One line for where blocks are not shown.
fn fallback(params: &Map<String, Value>) -> String {
    let ticket = params.get("ticket").map(ticket::title).unwrap_or_default();
    let words = [word(params, "headline"), word(params, "text"), &ticket];
    let words: Vec<_> = words
        .into_iter()
        .filter(|words| !words.is_empty())
        .collect();
    line(&words.join(" · "), MAX_FALLBACK_CHARS)
}

fn word<'a>(params: &'a Map<String, Value>, name: &str) -> &'a str {
    params.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn filled<'a>(params: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    Some(word(params, name)).filter(|text| !text.trim().is_empty())
}

fn plain_text(text: &str, max: usize) -> Value {
    json!({"type": "plain_text", "text": crate::text::truncate(text, max), "emoji": false})
}
