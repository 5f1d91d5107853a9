//! What the vendor answers, as far as it is read here, and what its codes mean.

use deskbridge_core::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// A ticket's state, as `status_cd` and its label.
const STATUSES: [(&str, &str); 6] = [
    ("open", "未対応"),
    ("ongoing", "保留"),
    ("closed", "対応完了"),
    ("unwanted", "対応不要"),
    ("trash", "ゴミ箱"),
    ("spam", "迷惑メール"),
];

/// A message's channel, as `method_cd` and its label. Others exist: they keep their code.
const CHANNELS: [(&str, &str); 10] = [
    ("mail", "メール"),
    ("tweet", "ツイート"),
    ("twitter_dm", "Twitter DM"),
    ("record", "応対メモ"),
    ("line", "LINE"),
    ("chatplus", "ChatPlus"),
    ("r_messe", "R-Messe"),
    ("yahoo", "Yahoo!ショッピング"),
    ("sms", "SMS"),
    ("call", "通話メモ"),
];

pub(super) fn status_label(code: &str) -> &str {
    label(&STATUSES, code)
}

pub(super) fn channel_label(code: &str) -> &str {
    label(&CHANNELS, code)
}

fn label<'a>(labels: &[(&str, &'static str)], code: &'a str) -> &'a str {
    let found = labels.iter().find(|(known, _)| *known == code);
    found.map_or(code, |(_, label)| label)
}

/// A ticket of a search, which has no messages.
#[derive(Deserialize)]
pub(super) struct Row {
    pub(super) ticket_id: u64,
    pub(super) last_updated_at: String,
}

impl Row {
    pub(super) fn updated_at(&self) -> i64 {
        millis(&self.last_updated_at)
    }
}

/// Vendor time as milliseconds; zero where it cannot be read, which is before everything.
pub(super) fn millis(text: &str) -> i64 {
    Timestamp::parse(text).map_or(0, Timestamp::as_millis)
}

pub(super) fn time_of(value: &Value, field: &str) -> i64 {
    millis(value[field].as_str().unwrap_or_default())
}

/// What an agent did by a message, with the moment it was done.
pub(super) fn activity_of(message: &Value) -> Option<(&'static str, i64)> {
    let (sent, created) = (time_of(message, "sent_at"), time_of(message, "created_at"));
    let updated = time_of(message, "last_updated_at");
    // Where a message is not said to be created, it is as old as its sending.
    let written = if created == 0 { sent } else { created };
    let code = |field: &str| message[field].as_str().unwrap_or_default();
    match (code("method_cd"), code("action_cd")) {
        // A memo may be dated back: what counts is when it was written.
        ("record", _) => Some(("record_memo", written)),
        ("call", _) => Some(("call_memo", written)),
        (_, "end_conversation") => Some(("chat_ended", written.max(sent).max(updated))),
        // A draft is written long before it is sent.
        (_, "sent") => Some(("message_sent", sent.max(created))),
        _ => None,
    }
}

/// The key under which an activity is known for ever.
pub(super) fn message_key(activity: &str, message: &Value) -> Option<String> {
    let id = message["message_id"].as_u64()?;
    Some(format!("{activity}/{id}"))
}
