//! The words of the Alert API v2, which JSM's integration events share:
//! <https://docs.opsgenie.com/docs/alert-api>.

use deskbridge_core::connector::Call;
use deskbridge_core::http::Method;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::fields::{
    self, MAX_DESCRIPTION_CHARS, MAX_ENTITY_CHARS, MAX_NOTE_CHARS, cut, required, word,
};
use super::{Named, priority};
use crate::opsgenie::client::Draft;
use crate::opsgenie::settings::Settings;
use crate::text::encode;

pub(super) fn create(call: &Call<'_>, settings: &Settings) -> Result<Draft> {
    let alias = required(call, "alias", fields::alias(call))?;
    let body = object([
        ("message", json!(fields::message(call)?)),
        ("alias", json!(alias)),
        (
            "description",
            json!(cut(call, "description", MAX_DESCRIPTION_CHARS)),
        ),
        ("responders", json!(responders(call, settings))),
        ("tags", json!(fields::tags(call))),
        ("details", json!(fields::details(call))),
        ("entity", json!(cut(call, "entity", MAX_ENTITY_CHARS))),
        ("source", json!(fields::source(call))),
        ("priority", json!(priority(call))),
        ("user", json!(fields::user(call))),
        ("note", json!(cut(call, "note", MAX_NOTE_CHARS))),
    ]);
    Ok(Draft {
        method: Method::Post,
        path: String::new(),
        route: "POST /v2/alerts",
        body: Some(body),
    })
}

/// An integration of one team has its alerts assigned to that team only.
fn responders(call: &Call<'_>, settings: &Settings) -> Vec<Value> {
    match (&settings.team_id, &settings.team) {
        (Some(id), _) => vec![json!({"type": "team", "id": id})],
        (None, Some(name)) => vec![json!({"type": "team", "name": name})],
        (None, None) => fields::responders(call),
    }
}

pub(super) fn change(call: &Call<'_>, alert: &Named) -> Result<Draft> {
    let to = Change { call, alert };
    match call.operation.name {
        "close_alert" => Ok(to.post("/close", "POST /v2/alerts/{id}/close", [])),
        "acknowledge_alert" => Ok(to.post("/acknowledge", "POST /v2/alerts/{id}/acknowledge", [])),
        "unacknowledge_alert" => {
            Ok(to.post("/unacknowledge", "POST /v2/alerts/{id}/unacknowledge", []))
        }
        "add_note" => {
            required(call, "note", word(call, "note"))?;
            Ok(to.post("/notes", "POST /v2/alerts/{id}/notes", []))
        }
        "add_tags" => {
            let tags = listed(call, "tags", fields::tags(call))?;
            Ok(to.post(
                "/tags",
                "POST /v2/alerts/{id}/tags",
                [("tags", json!(tags))],
            ))
        }
        "remove_tags" => to.remove(
            "/tags",
            "DELETE /v2/alerts/{id}/tags",
            "tags",
            fields::tags(call),
        ),
        "remove_details" => to.remove(
            "/details",
            "DELETE /v2/alerts/{id}/details",
            "keys",
            fields::keys(call),
        ),
        "add_details" => {
            let details = Some(fields::details(call)).filter(|details| !details.is_empty());
            let details = json!(required(call, "details", details)?);
            Ok(to.post(
                "/details",
                "POST /v2/alerts/{id}/details",
                [("details", details)],
            ))
        }
        "delete_alert" => Ok(to.delete("", "DELETE /v2/alerts/{id}", "")),
        "set_priority" | "set_message" | "set_description" => to.put(),
        _ => to.call_upon(),
    }
}

/// The whole value of a field, and nothing else: these three take neither user nor note.
pub(super) fn whole(call: &Call<'_>) -> Result<(&'static str, String)> {
    let name = match call.operation.name {
        "set_priority" => "priority",
        "set_message" => return Ok(("message", fields::message(call)?)),
        _ => "description",
    };
    let value = match name {
        "priority" => priority(call),
        _ => cut(call, name, MAX_DESCRIPTION_CHARS),
    };
    Ok((name, required(call, name, value)?))
}

pub(super) fn listed(call: &Call<'_>, name: &str, items: Vec<String>) -> Result<Vec<String>> {
    required(call, name, Some(items).filter(|items| !items.is_empty()))
}

/// For an operation that stands in the table and has no request: a mistake of ours.
pub(super) fn unknown(call: &Call<'_>) -> Error {
    let why = format!("Opsgenie has no operation {}", call.operation.name);
    Error::new(ErrorKind::Unsupported, why)
}

/// Leaves out what has no value.
pub(super) fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let has_value = |value: &Value| match value {
        Value::Null => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        _ => true,
    };
    let fields = fields.into_iter().filter(|(_, value)| has_value(value));
    Value::Object(
        fields
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

struct Change<'a> {
    call: &'a Call<'a>,
    alert: &'a Named,
}

impl Change<'_> {
    fn post<const N: usize>(
        &self,
        tail: &str,
        route: &'static str,
        own: [(&str, Value); N],
    ) -> Draft {
        let mut body: Map<_, _> = own
            .map(|(name, value)| (name.to_owned(), value))
            .into_iter()
            .collect();
        body.extend(
            self.signed()
                .map(|(name, value)| (name.to_owned(), json!(value))),
        );
        Draft {
            method: Method::Post,
            path: self.alert.path(tail),
            route,
            body: Some(Value::Object(body)),
        }
    }

    fn put(&self) -> Result<Draft> {
        let (name, value) = whole(self.call)?;
        let (tail, route) = match name {
            "priority" => ("/priority", "PUT /v2/alerts/{id}/priority"),
            "message" => ("/message", "PUT /v2/alerts/{id}/message"),
            _ => ("/description", "PUT /v2/alerts/{id}/description"),
        };
        Ok(Draft {
            method: Method::Put,
            path: self.alert.path(tail),
            route,
            body: Some(object([(name, json!(value))])),
        })
    }

    /// Takes things away: the list is one value with commas, in the query, as there is no body.
    fn remove(
        &self,
        tail: &str,
        route: &'static str,
        name: &str,
        items: Vec<String>,
    ) -> Result<Draft> {
        let items = encode(&listed(self.call, name, items)?.join(","));
        Ok(self.delete(tail, route, &format!("&{name}={items}")))
    }

    fn delete(&self, tail: &str, route: &'static str, query: &str) -> Draft {
        let mut path = format!("{}{query}", self.alert.path(tail));
        for (name, value) in self.signed() {
            path = format!("{path}&{name}={}", encode(&value));
        }
        Draft {
            method: Method::Delete,
            path,
            route,
            body: None,
        }
    }

    /// Operations that bring people or scripts in.
    fn call_upon(&self) -> Result<Draft> {
        let call = self.call;
        let own = |name| required(call, name, word(call, name));
        Ok(match call.operation.name {
            "snooze_alert" => {
                let end_time = json!(own("end_time")?);
                self.post(
                    "/snooze",
                    "POST /v2/alerts/{id}/snooze",
                    [("endTime", end_time)],
                )
            }
            "assign_alert" => {
                let owner = fields::reference(call, "owner", "username")?;
                self.post("/assign", "POST /v2/alerts/{id}/assign", [("owner", owner)])
            }
            "escalate_alert" => {
                let escalation = fields::reference(call, "escalation", "name")?;
                let own = [("escalation", escalation)];
                self.post("/escalate", "POST /v2/alerts/{id}/escalate", own)
            }
            "add_responder" => {
                let responder = call
                    .action
                    .params
                    .get("responder")
                    .and_then(fields::responder);
                let own = [("responder", required(call, "responder", responder)?)];
                self.post("/responders", "POST /v2/alerts/{id}/responders", own)
            }
            "custom_action" => {
                let tail = format!("/actions/{}", encode(&own("action")?));
                self.post(&tail, "POST /v2/alerts/{id}/actions/{name}", [])
            }
            _ => return Err(unknown(call)),
        })
    }

    /// What every change but the three whole fields takes beside its own.
    fn signed(&self) -> impl Iterator<Item = (&'static str, String)> {
        let (call, takes_note) = (self.call, self.call.operation.name != "delete_alert");
        let note = cut(call, "note", MAX_NOTE_CHARS).filter(|_| takes_note);
        let signed = [
            ("user", fields::user(call)),
            ("source", fields::source(call)),
        ];
        note.map(|note| ("note", note)).into_iter().chain(signed)
    }
}
