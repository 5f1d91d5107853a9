//! The messages that bring actions to `dispatch`: for the first time, and back from their rows.

use crate::action::{Action, ActionRecord};
use crate::ports::Message;
use crate::{Error, ErrorKind, Result};

/// Returns the message that brings an action to `dispatch` for the first time.
pub fn first_message(action: &Action) -> Result<Message> {
    message(action, format!("{}-0", action.id))
}

/// Returns the message that brings an action to `dispatch` when its event is replayed for the nth
/// time: the queue may remember the ones before.
pub fn replayed_message(action: &Action, nth: u32) -> Result<Message> {
    message(action, format!("{}-r{nth}", action.id))
}

/// Returns the message that brings a stored action back to `dispatch`.
pub fn next_message(record: &ActionRecord) -> Result<Message> {
    message(&record.action, record.message_id())
}

fn message(action: &Action, id: String) -> Result<Message> {
    let body = serde_json::to_string(action).map_err(|error| {
        Error::new(
            ErrorKind::Malformed,
            format!("an action cannot be written: {error}"),
        )
    })?;
    Ok(Message {
        body,
        group: Some(action.slot.as_ref().unwrap_or(&action.order_key).clone()),
        id: Some(id),
    })
}
