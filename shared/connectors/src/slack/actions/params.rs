//! Brings what a rule's templates rendered into the shape of a message.

use std::sync::LazyLock;

use deskbridge_core::connector::Call;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use crate::slack::blocks;

pub(super) fn params<'a>(call: &'a Call<'_>) -> &'a Map<String, Value> {
    static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    call.action.params.as_object().unwrap_or(&NONE)
}

/// Adds the message to a body.
pub(super) fn body(call: &Call<'_>, mut body: Value) -> Result<Value> {
    let message = blocks::message(params(call), &call.action.rule)?;
    body["text"] = json!(message.text);
    body["blocks"] = Value::Array(message.blocks);
    Ok(body)
}

/// The same for a message of its own: in its thread, and without pictures of what it links to.
pub(super) fn with_message(call: &Call<'_>, into: Value) -> Result<Value> {
    let mut body = body(call, into)?;
    body["unfurl_links"] = json!(false);
    body["unfurl_media"] = json!(false);
    if let Some(thread) = call.text("thread_ts") {
        body["thread_ts"] = json!(thread);
    }
    Ok(body)
}

/// A message's `ts` is digits, a full stop, and six digits; as a number it would lose some.
pub(super) fn required_ts<'a>(call: &'a Call<'_>) -> Result<&'a str> {
    let ts = call.required("ts")?;
    let parts = ts.split_once('.');
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if parts.is_some_and(|(seconds, rest)| digits(seconds) && digits(rest)) {
        return Ok(ts);
    }
    let rule = &call.action.rule;
    let why = format!("{rule} rendered a ts that is none of Slack's: check its template");
    Err(Error::new(ErrorKind::Misconfigured, why))
}
