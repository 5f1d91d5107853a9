//! What templates and conditions see of a webhook: every name always, whatever the vendor left out.

use deskbridge_core::Timestamp;
use deskbridge_core::connector::split_list;
use serde_json::{Map, Value, json};

use crate::opsgenie::ALERT;
use crate::opsgenie::actions::priority_of;

/// Anything but `action` and `alert.alertId` may be absent, and a few come in two types.
pub(super) struct Body<'a>(pub(super) &'a Value);

impl Body<'_> {
    /// Returns a field beside the alert as text; empty when it is absent.
    pub(super) fn top(&self, name: &str) -> String {
        text(&self.0[name])
    }

    /// Returns a field of the alert as text; empty when it is absent.
    pub(super) fn alert(&self, name: &str) -> String {
        text(&self.0[ALERT][name])
    }

    /// One real body has a number where the others have `P3`.
    pub(super) fn priority(&self) -> String {
        priority_of(&self.0[ALERT]["priority"]).unwrap_or_default()
    }

    pub(super) fn data(&self, action: &str, id: &str) -> Map<String, Value> {
        let data = [
            (ALERT, self.whole_alert(id)),
            ("action", json!(action)),
            ("escalation", self.escalation()),
            ("integration_name", json!(self.top("integrationName"))),
        ];
        data.map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect()
    }

    fn whole_alert(&self, id: &str) -> Value {
        json!({
            "id": id,
            "tiny_id": self.alert("tinyId"),
            "alias": self.alert("alias"),
            "message": self.alert("message"),
            "description": self.alert("description"),
            "entity": self.alert("entity"),
            "source": self.alert("source"),
            "username": self.alert("username"),
            "user_id": self.alert("userId"),
            "tags": self.list("tags"),
            "priority": self.priority(),
            "note": self.alert("note"),
            "added_tags": self.list("addedTags"),
            "removed_tags": self.list("removedTags"),
            "owner": self.alert("owner"),
            "team": self.alert("team"),
            "recipient": self.alert("recipient"),
            "teams": self.list("teams"),
            "created_at": self.created_at(),
            "updated_at": self.alert("updatedAt"),
            "details": self.details(),
        })
    }

    /// Milliseconds, where `updatedAt` has nanoseconds.
    fn created_at(&self) -> String {
        match self.0[ALERT]["createdAt"].as_i64() {
            Some(millis) => Timestamp::from_millis(millis).to_string(),
            None => self.alert("createdAt"),
        }
    }

    fn details(&self) -> Value {
        let details = &self.0[ALERT]["details"];
        if details.is_object() {
            details.clone()
        } else {
            json!({})
        }
    }

    /// Lists of changed tags come as one text with commas.
    fn list(&self, name: &str) -> Vec<String> {
        match &self.0[ALERT][name] {
            Value::Array(items) => items
                .iter()
                .map(text)
                .filter(|item| !item.is_empty())
                .collect(),
            other => split_list(&text(other)),
        }
    }

    fn escalation(&self) -> Value {
        json!({
            "name": self.top("escalationName"),
            "notify": self.top("escalationNotify"),
        })
    }
}

/// Of a thing with a name, the name.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Object(fields) => {
            let name = fields.get("name").or_else(|| fields.get("id"));
            name.and_then(Value::as_str).unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}
