//! Reads what Slack posts: slash commands, what people do with buttons and forms, and the Events API.
//!
//! <https://docs.slack.dev/interactivity/implementing-slash-commands/>,
//! <https://docs.slack.dev/reference/interaction-payloads/>, <https://docs.slack.dev/apis/events-api/>

mod answer;
mod command;
mod event;
mod interaction;

use std::borrow::Cow;
use std::collections::BTreeMap;

use deskbridge_core::Result;
use deskbridge_core::connector::{Connection, Drift, Incoming, Reply, SignedRequest, Webhook};
use deskbridge_core::dedup::DedupKey;
use deskbridge_core::json::JsonError;
use deskbridge_core::link::EntityRef;
use deskbridge_core::secret::Credential;
use serde_json::{Map, Value};

use super::Slack;
use crate::form;
use crate::signature::slack::verify;

/// The one field of the form that a button's or a form's JSON comes in.
const PAYLOAD: &str = "payload";

impl Webhook for Slack {
    fn content_types(&self) -> &'static [&'static str] {
        &["application/json", form::CONTENT_TYPE]
    }

    /// Anything else shows the person an error.
    fn accepted_status(&self) -> u16 {
        200
    }

    fn verify(&self, request: &SignedRequest<'_>, secret: Option<&Credential>) -> Result<()> {
        verify(request, secret)
    }

    fn json<'a>(
        &self,
        content_type: Option<&str>,
        text: &'a str,
        _: Option<&Connection>,
    ) -> Result<Cow<'a, str>, JsonError> {
        if !form::is_form(content_type) {
            return Ok(Cow::Borrowed(text));
        }
        let json = form::to_json(text)?;
        let fields: Value = serde_json::from_str(&json).unwrap_or_default();
        match fields[PAYLOAD].as_str() {
            Some(payload) => Ok(Cow::Owned(payload.to_owned())),
            None => Ok(Cow::Owned(json)),
        }
    }

    fn answer(&self, body: &Value) -> Option<Reply> {
        Some(answer::answer(body))
    }

    /// The workspace: the addresses of Slack's requests are the same for all.
    fn tenant(&self, body: &Value) -> Option<String> {
        team(body).map(str::to_owned)
    }

    fn read(&self, body: &Value, _: &Connection, _: &str) -> Result<Incoming, Drift> {
        let read = match body["type"].as_str() {
            None => command::read(body)?,
            Some("event_callback") => event::read(body)?,
            Some("app_rate_limited") => event::rate_limited(body)?,
            Some(_) => interaction::read(body)?,
        };
        Ok(Incoming {
            key: DedupKey::Once(read.key),
            event_type: read.event_type,
            subject: read.subject,
            actor: read.actor,
            made_by_us: read.made_by_us,
            observed: BTreeMap::new(),
            data: read.data,
        })
    }
}

/// Returns the workspace that a body is about; the organisation where it names none.
fn team(body: &Value) -> Option<&str> {
    let places = [
        &body["team_id"],
        &body["team"]["id"],
        &body["user"]["team_id"],
        &body["enterprise_id"],
        &body["enterprise"]["id"],
    ];
    let mut ids = places.into_iter().filter_map(Value::as_str);
    ids.find(|id| !id.is_empty())
}

/// What every kind of body comes down to.
struct Read {
    key: String,
    event_type: String,
    subject: EntityRef,
    actor: Option<String>,
    made_by_us: bool,
    data: Map<String, Value>,
}

fn present<'a>(value: &'a Value, field: &str) -> Result<&'a str, Drift> {
    let text = value.as_str().filter(|text| !text.is_empty());
    text.ok_or_else(|| Drift::new(field, "is missing or no text"))
}

fn team_of(body: &Value) -> Result<&str, Drift> {
    team(body).ok_or_else(|| Drift::new("team_id", "is missing or no text"))
}

/// Returns a text; empty where there is none.
fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
