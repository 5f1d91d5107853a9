//! The words of JSM's account API: alerts by id only, no user, no note beside another action.
//!
//! <https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-alerts/>

use deskbridge_core::connector::Call;
use deskbridge_core::http::Method;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::fields::{
    self, MAX_DESCRIPTION_CHARS, MAX_ENTITY_CHARS, MAX_NOTE_CHARS, cut, required, word,
};
use super::genie::{listed, object, unknown, whole};
use super::priority;
use crate::opsgenie::client::Draft;
use crate::opsgenie::settings::Settings;
use crate::text::encode;

pub(super) const BY_ALIAS: &str = "GET /v1/alerts/alias";

pub(super) fn by_alias(alias: &str) -> String {
    format!("/alias?alias={}", encode(alias))
}

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
        ("extraProperties", json!(fields::details(call))),
        ("entity", json!(cut(call, "entity", MAX_ENTITY_CHARS))),
        ("source", json!(fields::source(call))),
        ("priority", json!(priority(call))),
        ("note", json!(cut(call, "note", MAX_NOTE_CHARS))),
    ]);
    Ok(Draft {
        method: Method::Post,
        path: String::new(),
        route: "POST /v1/alerts",
        body: Some(body),
    })
}

/// By id or not at all: names are not resolved.
fn responders(call: &Call<'_>, settings: &Settings) -> Vec<Value> {
    if let Some(id) = &settings.team_id {
        return vec![json!({"type": "team", "id": id})];
    }
    if settings.team.is_some() {
        return Vec::new();
    }
    fields::responders(call).iter().filter_map(by_id).collect()
}

fn by_id(responder: &Value) -> Option<Value> {
    let id = responder.get("id")?;
    Some(json!({"type": responder["type"], "id": id}))
}

pub(super) fn change(call: &Call<'_>, id: &str) -> Result<Draft> {
    let own = |name| required(call, name, word(call, name));
    let (method, tail, route, body) = match call.operation.name {
        "close_alert" => (Method::Post, "/close", "POST /v1/alerts/{id}/close", None),
        "acknowledge_alert" => (
            Method::Post,
            "/acknowledge",
            "POST /v1/alerts/{id}/acknowledge",
            None,
        ),
        "unacknowledge_alert" => (
            Method::Post,
            "/unacknowledge",
            "POST /v1/alerts/{id}/unacknowledge",
            None,
        ),
        "delete_alert" => (Method::Delete, "", "DELETE /v1/alerts/{id}", None),
        "add_note" => {
            let note = required(call, "note", cut(call, "note", MAX_NOTE_CHARS))?;
            (
                Method::Post,
                "/notes",
                "POST /v1/alerts/{id}/notes",
                Some(json!({"note": note})),
            )
        }
        "snooze_alert" => {
            let body = json!({"endTime": own("end_time")?});
            (
                Method::Post,
                "/snooze",
                "POST /v1/alerts/{id}/snooze",
                Some(body),
            )
        }
        "custom_action" => {
            let body = json!({"actionName": own("action")?});
            (
                Method::Post,
                "/action",
                "POST /v1/alerts/{id}/action",
                Some(body),
            )
        }
        "set_priority" | "set_message" | "set_description" => patch(call)?,
        "assign_alert" | "escalate_alert" | "add_responder" => call_upon(call)?,
        _ => lists(call)?,
    };
    Ok(Draft {
        method,
        path: format!("/{}{tail}", encode(id)),
        route,
        body,
    })
}

type Parts = (Method, &'static str, &'static str, Option<Value>);

fn patch(call: &Call<'_>) -> Result<Parts> {
    let (name, value) = whole(call)?;
    let (tail, route) = match name {
        "priority" => ("/priority", "PATCH /v1/alerts/{id}/priority"),
        "message" => ("/message", "PATCH /v1/alerts/{id}/message"),
        _ => ("/description", "PATCH /v1/alerts/{id}/description"),
    };
    Ok((
        Method::Patch,
        tail,
        route,
        Some(object([(name, json!(value))])),
    ))
}

/// Operations that bring people in, by id.
fn call_upon(call: &Call<'_>) -> Result<Parts> {
    Ok(match call.operation.name {
        "assign_alert" => {
            let body = json!({"accountId": fields::id_of(call, "owner")?});
            (
                Method::Post,
                "/assign",
                "POST /v1/alerts/{id}/assign",
                Some(body),
            )
        }
        "escalate_alert" => {
            let body = json!({"escalationId": fields::id_of(call, "escalation")?});
            (
                Method::Post,
                "/escalate",
                "POST /v1/alerts/{id}/escalate",
                Some(body),
            )
        }
        _ => {
            let responder = call
                .action
                .params
                .get("responder")
                .and_then(fields::responder);
            let body = by_id(&required(call, "responder", responder)?).ok_or_else(no_id)?;
            (
                Method::Post,
                "/responders",
                "POST /v1/alerts/{id}/responders",
                Some(body),
            )
        }
    })
}

fn no_id() -> Error {
    let why = "the account API of JSM takes responders by id only: give a mapping of type and id";
    Error::new(ErrorKind::Unsupported, why)
}

/// Tags and details; what is taken away stands in the body of the DELETE.
fn lists(call: &Call<'_>) -> Result<Parts> {
    let tags = || listed(call, "tags", fields::tags(call)).map(|tags| Some(json!({"tags": tags})));
    Ok(match call.operation.name {
        "add_tags" => (Method::Post, "/tags", "POST /v1/alerts/{id}/tags", tags()?),
        "remove_tags" => (
            Method::Delete,
            "/tags",
            "DELETE /v1/alerts/{id}/tags",
            tags()?,
        ),
        "add_details" => {
            let details = Some(fields::details(call)).filter(|details| !details.is_empty());
            let body = json!({"extraProperties": required(call, "details", details)?});
            let route = "POST /v1/alerts/{id}/extra-properties";
            (Method::Post, "/extra-properties", route, Some(body))
        }
        "remove_details" => {
            let body = json!({"keys": listed(call, "keys", fields::keys(call))?});
            let route = "DELETE /v1/alerts/{id}/extra-properties";
            (Method::Delete, "/extra-properties", route, Some(body))
        }
        _ => return Err(unknown(call)),
    })
}
