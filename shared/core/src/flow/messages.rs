//! The messages that bring actions to `dispatch`: for the first time, and back from their rows.

use crate::action::{Action, ActionRecord};
use crate::event::Envelope;
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

/// Returns the message that brings a report to `evaluate`.
pub(super) fn report_message(envelope: &Envelope) -> Result<Message> {
    Ok(Message {
        body: serde_json::to_string(envelope).map_err(|error| unwritable(&error))?,
        group: None,
        id: Some(envelope.event_id.clone()),
    })
}

fn message(action: &Action, id: String) -> Result<Message> {
    let body = serde_json::to_string(action).map_err(|error| unwritable(&error))?;
    Ok(Message {
        body,
        group: Some(action.slot.as_ref().unwrap_or(&action.order_key).clone()),
        id: Some(id),
    })
}

fn unwritable(error: &serde_json::Error) -> Error {
    let why = format!("a message cannot be written: {error}");
    Error::new(ErrorKind::Malformed, why)
}
