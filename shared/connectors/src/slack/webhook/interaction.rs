//! What people do with what we posted: buttons, shortcuts, and forms.

use deskbridge_core::connector::Drift;
use serde_json::{Map, Value, json};

use super::{Read, present, team_of, text};
use crate::slack::blocks::TICKET_BLOCK;
use crate::slack::mrkdwn::plain;
use crate::slack::user;

pub(super) fn read(body: &Value) -> Result<Read, Drift> {
    let (team, person) = (team_of(body)?, present(&body["user"]["id"], "user.id")?);
    let (name, key, own) = match text(&body["type"]) {
        "block_actions" => ("button", button_key(body)?, button(body)?),
        "message_action" | "shortcut" => ("shortcut", shortcut_key(body)?, shortcut(body)?),
        "view_submission" => ("form", form_key(body)?, form(body)?),
        "view_closed" => ("form", form_key(body)?, form(body)?),
        _ => {
            return Err(Drift::new(
                "type",
                "is no type of request that is known here",
            ));
        }
    };
    let event_type = match (name, text(&body["type"])) {
        ("form", "view_closed") => "form_closed",
        ("form", _) => "form_submitted",
        (name, _) => name,
    };
    let mut fields = whence(body, team, person);
    fields.extend(own);
    Ok(Read {
        key: format!("{event_type}/{key}"),
        event_type: event_type.to_owned(),
        subject: user(team, person),
        actor: Some(person.to_owned()),
        made_by_us: false,
        data: Map::from_iter([(name.to_owned(), Value::Object(fields))]),
    })
}

/// The same for all of them, and for commands.
fn whence(body: &Value, team: &str, person: &str) -> Map<String, Value> {
    let name = |of: &Value| {
        let name = of["username"].as_str().or_else(|| of["name"].as_str());
        name.unwrap_or_default().to_owned()
    };
    let channel = text(&body["channel"]["id"]);
    let channel = match channel {
        "" => text(&body["container"]["channel_id"]),
        id => id,
    };
    // A form has them in a list, and only where it asks for a channel.
    let response_url = match text(&body["response_url"]) {
        "" => text(&body["response_urls"][0]["response_url"]),
        url => url,
    };
    fields([
        ("user", json!(person)),
        ("user_name", json!(name(&body["user"]))),
        ("team", json!(team)),
        ("channel", json!(channel)),
        ("channel_name", json!(name(&body["channel"]))),
        ("response_url", json!(response_url)),
        ("trigger_id", json!(text(&body["trigger_id"]))),
    ])
}

fn button_key(body: &Value) -> Result<String, Drift> {
    let at = present(&body["actions"][0]["action_ts"], "actions[0].action_ts")?;
    Ok(format!("{}/{at}", text(&body["trigger_id"])))
}

/// Slack sends one action at a time.
fn button(body: &Value) -> Result<Map<String, Value>, Drift> {
    let action = &body["actions"][0];
    let name = present(&action["action_id"], "actions[0].action_id")?;
    let block = text(&action["block_id"]);
    let mut of_ticket = block
        .strip_prefix(TICKET_BLOCK)
        .unwrap_or_default()
        .splitn(2, '/');
    let thread = match text(&body["container"]["thread_ts"]) {
        "" => text(&body["message"]["thread_ts"]),
        ts => ts,
    };
    Ok(fields([
        ("action", json!(name)),
        ("value", json!(chosen(action))),
        ("ticket", json!(of_ticket.next().unwrap_or_default())),
        ("number", json!(of_ticket.next().unwrap_or_default())),
        ("message_ts", json!(text(&body["container"]["message_ts"]))),
        ("thread_ts", json!(thread)),
        (
            "ephemeral",
            json!(body["container"]["is_ephemeral"] == true),
        ),
    ]))
}

fn shortcut_key(body: &Value) -> Result<String, Drift> {
    let key = match text(&body["action_ts"]) {
        "" => present(&body["trigger_id"], "trigger_id")?,
        at => at,
    };
    Ok(format!("{}/{key}", text(&body["trigger_id"])))
}

/// A message's shortcut has the message; a global one has neither message nor channel.
fn shortcut(body: &Value) -> Result<Map<String, Value>, Drift> {
    let message = &body["message"];
    Ok(fields([
        (
            "callback",
            json!(present(&body["callback_id"], "callback_id")?),
        ),
        ("message_ts", json!(text(&message["ts"]))),
        ("thread_ts", json!(text(&message["thread_ts"]))),
        ("message_user", json!(text(&message["user"]))),
        ("message_text", json!(plain(text(&message["text"])))),
    ]))
}

/// The hash changes whenever the form does: one that is sent back with errors is sent again.
fn form_key(body: &Value) -> Result<String, Drift> {
    let id = present(&body["view"]["id"], "view.id")?;
    Ok(format!("{id}/{}", text(&body["view"]["hash"])))
}

fn form(body: &Value) -> Result<Map<String, Value>, Drift> {
    let view = &body["view"];
    let kept = text(&view["private_metadata"]);
    // What `open_form` was given, or the text that somebody else's form keeps.
    let kept = serde_json::from_str(kept).unwrap_or_else(|_| json!(kept));
    let state = view["state"]["values"].as_object();
    let values = state.into_iter().flatten().map(|(block, actions)| {
        let action = actions.as_object().and_then(|all| all.values().next());
        (
            block.clone(),
            json!(action.map_or_else(String::new, chosen)),
        )
    });
    Ok(fields([
        (
            "callback",
            json!(present(&view["callback_id"], "view.callback_id")?),
        ),
        ("id", json!(text(&view["id"]))),
        ("values", Value::Object(values.collect())),
        ("kept", kept),
    ]))
}

/// What a person chose or typed, whatever the element; several are joined with commas.
fn chosen(action: &Value) -> String {
    let option = |option: &Value| text(&option["value"]).to_owned();
    if let Some(value) = action["value"].as_str() {
        return value.to_owned();
    }
    if let Some(options) = action["selected_options"].as_array() {
        let values: Vec<_> = options.iter().map(option).collect();
        return values.join(",");
    }
    let named = [
        "selected_user",
        "selected_channel",
        "selected_conversation",
        "selected_date",
        "selected_time",
    ];
    let named = named.into_iter().find_map(|name| action[name].as_str());
    named.map_or_else(|| option(&action["selected_option"]), str::to_owned)
}

fn fields<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
