//! One activity as a body of its own, with everything that its templates may want.

use deskbridge_core::Error;
use serde_json::{Value, json};

use super::names::Names;
use super::state::Activity;
use crate::text::truncate;

/// As much as a kintone text field takes.
const MAX_BODY_CHARS: usize = 64_000;

pub(super) struct Told {
    at: i64,
    /// A ticket is closed after what was done to it.
    last: bool,
    pub(super) body: Value,
}

impl Told {
    pub(super) fn new(
        activity: &Activity,
        ticket: &Value,
        message: Option<&Value>,
        names: &Names,
        customer: Value,
    ) -> Self {
        let mut body = activity.head();
        body["message_box"] = names.message_box.clone();
        body["ticket"] = without(ticket, "messages");
        body["ticket"]["assignee_name"] = json!(names.assignee);
        body["ticket"]["labels"] = json!(names.labels);
        body["ticket"]["case_categories"] = json!(names.case_categories);
        body["ticket"]["pending_reason"] = json!(names.pending_reason);
        if let Some(message) = message {
            let mut message = without(message, "comments");
            let text = message["body"].as_str().unwrap_or_default();
            message["body"] = json!(truncate(text, MAX_BODY_CHARS));
            body["message"] = message;
        }
        body["customer"] = customer;
        Self {
            at: activity.at,
            last: activity.message.is_none(),
            body,
        }
    }

    /// A ticket of which nothing can be told; it is recorded as failed, for a person to see.
    pub(super) fn unreadable(id: u64, error: &Error) -> Self {
        let why = error.to_string();
        Self {
            at: 0,
            last: false,
            body: json!({ "unreadable": why, "ticket": { "ticket_id": id } }),
        }
    }

    pub(super) fn place(&self) -> (i64, bool) {
        (self.at, self.last)
    }
}

fn without(value: &Value, field: &str) -> Value {
    let mut copy = value.as_object().cloned().unwrap_or_default();
    copy.shift_remove(field);
    Value::Object(copy)
}
