//! Messages: posted, shown to one person, changed, and answers to commands.

use serde_json::{Value, json};

use super::api::{Answer, Asked, Refusal};
use super::blocks::wrong_blocks;
use super::state::{Message, State};
use crate::sandbox::http::{Reply, Request};

const MAX_TEXT_CHARS: usize = 40_000;
const MAX_USES: u32 = 5;
const USABLE_FOR_MILLIS: i64 = 30 * 60 * 1_000;

pub(super) fn post(state: &mut State, asked: &Asked) -> Answer {
    asked.may("chat:write")?;
    let channel = writable(state, asked)?;
    let (text, blocks) = content(&asked.value("text"), &asked.value("blocks"))?;
    if let Some(seconds) = state.take(&asked.team, &channel) {
        return Err(Refusal {
            retry_after: Some(seconds),
            ..Refusal::from("ratelimited")
        });
    }
    let message = Message {
        metadata: metadata(asked)?,
        thread_ts: asked.text("thread_ts"),
        ..made(state, &asked.team, &channel, text, blocks)
    };
    let shown = shown(&message, false);
    let ts = message.ts.clone();
    state.messages.push(message);
    Ok(json!({"channel": channel, "ts": ts, "message": shown}))
}

pub(super) fn show(state: &mut State, asked: &Asked) -> Answer {
    asked.may("chat:write")?;
    let channel = writable(state, asked)?;
    let user = asked.needed("user", "user_not_in_channel")?;
    let people = state
        .workspace(&asked.team)
        .map(|workspace| &workspace.people);
    if !people.is_some_and(|people| people.iter().any(|person| person.id == user)) {
        return Err("user_not_in_channel".into());
    }
    let (text, blocks) = content(&asked.value("text"), &asked.value("blocks"))?;
    let message = Message {
        only_for: Some(user),
        ..made(state, &asked.team, &channel, text, blocks)
    };
    let ts = message.ts.clone();
    state.messages.push(message);
    Ok(json!({"message_ts": ts}))
}

pub(super) fn update(state: &mut State, asked: &Asked) -> Answer {
    asked.may("chat:write")?;
    let (channel, ts) = (asked.text("channel"), asked.text("ts"));
    let (text, blocks) = content(&asked.value("text"), &asked.value("blocks"))?;
    let mut messages = state.messages.iter_mut();
    let message = messages.find(|message| {
        message.team == asked.team
            && Some(&message.channel) == channel.as_ref()
            && Some(&message.ts) == ts.as_ref()
            && message.only_for.is_none()
    });
    let message = message.ok_or("message_not_found")?;
    if message.by_person.is_some() {
        return Err("cant_update_message".into());
    }
    (message.text, message.blocks, message.edited) = (text, blocks, true);
    Ok(json!({"channel": message.channel, "ts": message.ts, "text": message.text}))
}

/// What is posted to the address that came with a command.
pub(super) fn answered(state: &mut State, request: &Request) -> Reply {
    let now = state.now();
    let no = |error: &str| Reply::json(404, &json!({"ok": false, "error": error}));
    let Some(address) = state.addresses.get_mut(&request.path) else {
        return no("expired_url");
    };
    if now - address.at > USABLE_FOR_MILLIS {
        return no("expired_url");
    }
    if address.uses >= MAX_USES {
        return no("used_url");
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let (text, blocks) = match content(&body["text"], &body["blocks"]) {
        Ok(content) => content,
        Err(refusal) => {
            return Reply::json(400, &json!({"ok": false, "error": refusal.error}));
        }
    };
    address.uses += 1;
    let address = address.clone();
    if let (true, Some(ts)) = (body["replace_original"] == true, &address.original) {
        let mut messages = state.messages.iter_mut();
        if let Some(message) = messages.find(|message| message.ts == *ts) {
            (message.text, message.blocks, message.edited) = (text, blocks, true);
        }
        return Reply::text(200, "text/html", "ok");
    }
    let shared = body["response_type"] == "in_channel";
    let message = Message {
        only_for: (!shared).then(|| address.user.clone()),
        thread_ts: body["thread_ts"].as_str().map(str::to_owned),
        ..made(state, &address.team, &address.channel, text, blocks)
    };
    state.messages.push(message);
    Reply::text(200, "text/html", "ok")
}

/// As it is read again.
pub(super) fn shown(message: &Message, with_metadata: bool) -> Value {
    let mut shown = json!({
        "type": "message", "ts": message.ts, "text": message.text, "blocks": message.blocks,
    });
    match &message.by_person {
        Some(person) => shown["user"] = json!(person),
        None => {
            shown["bot_id"] = json!("B0DESK");
            shown["app_id"] = json!("A0DESK");
        }
    }
    if let Some(thread) = &message.thread_ts {
        shown["thread_ts"] = json!(thread);
    }
    if with_metadata && !message.metadata.is_null() {
        shown["metadata"] = message.metadata.clone();
    }
    shown
}

pub(super) fn made(
    state: &mut State,
    team: &str,
    channel: &str,
    text: String,
    blocks: Vec<Value>,
) -> Message {
    Message {
        team: team.to_owned(),
        channel: channel.to_owned(),
        ts: state.ts(),
        text,
        blocks,
        metadata: Value::Null,
        thread_ts: None,
        only_for: None,
        by_person: None,
        edited: false,
        at: state.now(),
    }
}

/// Returns the channel's id, if the app may write there.
fn writable(state: &mut State, asked: &Asked) -> Result<String, Refusal> {
    let id = asked.needed("channel", "channel_not_found")?;
    let channel = state.channel(&asked.team, &id).ok_or("channel_not_found")?;
    if channel.archived {
        return Err("is_archived".into());
    }
    if !channel.member {
        if channel.private {
            return Err("channel_not_found".into());
        }
        asked
            .may("chat:write.public")
            .map_err(|_| Refusal::from("not_in_channel"))?;
    }
    Ok(id)
}

fn metadata(asked: &Asked) -> Result<Value, Refusal> {
    let metadata = asked.value("metadata");
    let sound = metadata["event_type"].is_string() && metadata["event_payload"].is_object();
    match metadata.is_null() || sound {
        true => Ok(metadata),
        false => Err("invalid_metadata_format".into()),
    }
}

fn content(text: &Value, blocks: &Value) -> Result<(String, Vec<Value>), Refusal> {
    let text = text.as_str().unwrap_or_default().to_owned();
    if text.chars().count() > MAX_TEXT_CHARS {
        return Err("msg_too_long".into());
    }
    let blocks = match blocks {
        Value::Null => Vec::new(),
        Value::Array(blocks) => blocks.clone(),
        _ => return Err("invalid_blocks_format".into()),
    };
    let messages = wrong_blocks(&blocks, 50);
    if !messages.is_empty() {
        return Err(Refusal {
            messages,
            ..Refusal::from("invalid_blocks")
        });
    }
    match text.is_empty() && blocks.is_empty() {
        true => Err("no_text".into()),
        false => Ok((text, blocks)),
    }
}
