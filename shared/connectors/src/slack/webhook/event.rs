//! The Events API: what happened in the workspace, and to the app's place in it.

use deskbridge_core::connector::Drift;
use deskbridge_core::link::EntityRef;
use serde_json::{Map, Value, json};

use super::{Read, present, team_of, text};
use crate::slack::{NAME, TEAM, user};

/// An event keeps Slack's own type, as `app_uninstalled`; a full stop in it becomes a low line.
pub(super) fn read(body: &Value) -> Result<Read, Drift> {
    let id = present(&body["event_id"], "event_id")?;
    let kind = present(&body["event"]["type"], "event.type")?;
    let team = team_of(body)?;
    let person = Some(actor(&body["event"])).filter(|person| !person.is_empty());
    let ours = text(&body["api_app_id"]);
    Ok(Read {
        key: format!("event/{id}"),
        event_type: kind.replace('.', "_"),
        subject: match person {
            Some(person) => user(team, person),
            None => EntityRef::new(NAME, TEAM, team),
        },
        actor: person.map(str::to_owned),
        made_by_us: !ours.is_empty() && text(&body["event"]["app_id"]) == ours,
        data: named(&body["event"], team),
    })
}

/// Slack dropped events: more than 30,000 came in an hour.
pub(super) fn rate_limited(body: &Value) -> Result<Read, Drift> {
    let team = team_of(body)?;
    let minute = &body["minute_rate_limited"];
    Ok(Read {
        key: format!("app_rate_limited/{team}/{minute}"),
        event_type: "app_rate_limited".to_owned(),
        subject: EntityRef::new(NAME, TEAM, team),
        actor: None,
        made_by_us: false,
        data: named(&json!({"minute_rate_limited": minute}), team),
    })
}

/// Some events name a person by id, some have the whole profile.
fn actor(event: &Value) -> &str {
    let id = event["user"]
        .as_str()
        .or_else(|| event["user"]["id"].as_str());
    id.unwrap_or_default()
}

fn named(event: &Value, team: &str) -> Map<String, Value> {
    let mut event = event.as_object().cloned().unwrap_or_default();
    event.insert("team".to_owned(), json!(team));
    Map::from_iter([("event_data".to_owned(), Value::Object(event))])
}
