//! What can be done in a workspace, each by one request, and how its outcome is learnt.
//!
//! <https://docs.slack.dev/reference/methods/chat.postMessage>; an answer to a command goes to its
//! `response_url`: <https://docs.slack.dev/interactivity/handling-user-interaction/#message_responses>

mod look_up;
mod params;
mod trial;

use std::time::Duration;

use deskbridge_core::connector::{Call, Done, Operation, Prepared, Repeat};
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::blocks;
use super::client::{Client, harmless};
use super::types::{Found, Opened, OpenedView, Posted, Shown};
use super::{MESSAGE, USER, message};
pub(super) use look_up::look_up;
use params::{body, params, required_ts, with_message};
pub(super) use trial::try_connection;

const POST: &str = "POST chat.postMessage";
const UPDATE: &str = "POST chat.update";
const SHOW: &str = "POST chat.postEphemeral";
const OPEN_FORM: &str = "POST views.open";
const OPEN_CHANNEL: &str = "POST conversations.open";
const FIND: &str = "GET users.lookupByEmail";
pub(super) const RESPOND: &str = "POST response_url";

/// The type of what a message carries, by which a look-up finds it.
pub(super) const MARK: &str = "deskbridge_action";

/// A message has no key: one whose answer was lost is looked for by what it carries. The vendor says
/// nothing of how far its history lags behind; the wait is a guess.
const LOOKED_UP: Repeat = Repeat::LookUp {
    wait: Duration::from_secs(5),
    looks: 2,
};

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        repeat: LOOKED_UP,
        optional: POSTED,
        ..bare("post_message", &["channel"])
    },
    Operation {
        repeat: LOOKED_UP,
        acts_on: Some(USER),
        optional: DIRECT,
        ..bare("direct_message", &[])
    },
    // The same message once more.
    Operation {
        optional: blocks::PARTS,
        ..bare("update_message", &["channel", "ts"])
    },
    // Only the one person sees it twice.
    Operation {
        optional: POSTED,
        ..bare("post_ephemeral", &["channel", "user"])
    },
    Operation {
        optional: ANSWERED,
        ..bare("respond", &["response_url"])
    },
    // All of the channel would see it twice, and there is nothing to look for.
    Operation {
        repeat: Repeat::Park,
        optional: ANSWERED,
        ..bare("respond_in_channel", &["response_url"])
    },
    // What opened it is good for one time.
    Operation {
        optional: &[
            "form",
            "view",
            "title",
            "callback",
            "ticket",
            "number",
            "text",
            "subject",
            "email",
            "departments",
            "keep",
        ],
        ..bare("open_form", &["trigger_id"])
    },
    bare("find_user_by_email", &["email"]),
];

/// The parts of a message (`blocks::PARTS`), and where in the channel it goes.
const POSTED: &[&str] = &[
    "headline",
    "text",
    "ticket",
    "tickets",
    "note",
    "lines",
    "link",
    "buttons",
    "context",
    "blocks",
    "thread_ts",
];
/// The person is the action's own, where none is named.
const DIRECT: &[&str] = &[
    "headline",
    "text",
    "ticket",
    "tickets",
    "note",
    "lines",
    "link",
    "buttons",
    "context",
    "blocks",
    "thread_ts",
    "user",
];
const ANSWERED: &[&str] = &[
    "headline",
    "text",
    "ticket",
    "tickets",
    "note",
    "lines",
    "link",
    "buttons",
    "context",
    "blocks",
    "replace_original",
];

const fn bare(name: &'static str, required: &'static [&'static str]) -> Operation {
    Operation {
        name,
        creates: None,
        renews: false,
        acts_on: None,
        ends: false,
        repeat: Repeat::Harmless,
        required,
        optional: &[],
    }
}

/// Makes the request. A direct message's channel is opened first, which changes nothing where it is
/// open; no request is made out of turn.
pub(super) async fn prepare(client: &Client<'_>) -> Result<Prepared> {
    let call = client.call;
    let params = params(call);
    let request = match call.operation.name {
        "post_message" | "direct_message" => {
            let channel = channel(client).await?;
            let mut body = with_message(call, json!({"channel": channel}))?;
            body["metadata"] = json!({
                "event_type": MARK, "event_payload": {"action": call.action.id},
            });
            client.pace(&channel)?;
            client.write("chat.postMessage", POST, &body)?
        }
        "update_message" => {
            let (channel, ts) = (call.required("channel")?, required_ts(call)?);
            let body = with_message(call, json!({"channel": channel, "ts": ts}))?;
            client.write("chat.update", UPDATE, &body)?
        }
        "post_ephemeral" => {
            let (channel, user) = (call.required("channel")?, call.required("user")?);
            let body = with_message(call, json!({"channel": channel, "user": user}))?;
            client.write("chat.postEphemeral", SHOW, &body)?
        }
        "respond" => answer(client, "ephemeral")?,
        "respond_in_channel" => answer(client, "in_channel")?,
        "open_form" => {
            let view = match params.get("view").filter(|view| view.is_object()) {
                Some(view) => view.clone(),
                None => blocks::form(params, &call.action.rule)?,
            };
            let body = json!({"trigger_id": call.required("trigger_id")?, "view": view});
            client.write("views.open", OPEN_FORM, &body)?
        }
        // A read: it is sent as every other request is.
        "find_user_by_email" => client.asking(
            "users.lookupByEmail",
            &[("email", call.required("email")?)],
            FIND,
        )?,
        _ => return Err(call.unsupported()),
    };
    Ok(Prepared::new(request))
}

/// Sends the request and says what it came to.
pub(super) async fn send(client: &Client<'_>, prepared: Prepared) -> Result<Done> {
    let request = prepared.request;
    match request.call {
        POST => {
            let channel = channel(client).await?;
            let posted: Posted = client.send(request, &channel).await?;
            Ok(done_at(posted, "posted"))
        }
        UPDATE => {
            let posted: Posted = client.send(request, UPDATE).await?;
            Ok(done_at(posted, "changed"))
        }
        SHOW => {
            let shown: Shown = client.send(request, SHOW).await?;
            let ts = shown.message_ts;
            Ok(done(format!("shown as {ts}"), [("ts", ts)]))
        }
        OPEN_FORM => {
            let opened: OpenedView = client.send(request, OPEN_FORM).await?;
            let id = opened.view.id;
            Ok(done(format!("form {id} opened"), [("id", id)]))
        }
        FIND => {
            let person = client.look::<Found>(request).await?.user;
            let name = match person.profile.real_name.is_empty() {
                true => person.name,
                false => person.profile.real_name,
            };
            let detail = format!("{name} found");
            Ok(done(detail, [("user", person.id), ("name", name)]))
        }
        _ => {
            client.send_answer(request).await?;
            Ok(done("answered".to_owned(), []))
        }
    }
}

fn answer(client: &Client<'_>, seen_by: &str) -> Result<deskbridge_core::http::HttpRequest> {
    let call = client.call;
    let address = call.required("response_url")?;
    let mut body = body(call, json!({"response_type": seen_by}))?;
    body["replace_original"] = json!(call.action.params["replace_original"] == true);
    client.answer_at(address, &body)
}

/// Returns the channel that a message goes to; a person's is asked for once.
pub(super) async fn channel(client: &Client<'_>) -> Result<String> {
    let call = client.call;
    if call.operation.name != "direct_message" {
        return Ok(call.required("channel")?.to_owned());
    }
    let user = person(call)?;
    let credential = call.credential;
    let person = (
        credential.name.clone(),
        credential.version.clone(),
        user.to_owned(),
    );
    if let Some(channel) = client.memory.direct(&person) {
        return Ok(channel);
    }
    let request = client.write("conversations.open", OPEN_CHANNEL, &json!({"users": user}))?;
    let opened: Result<Opened> = client.send(request, OPEN_CHANNEL).await;
    let channel = opened.map_err(harmless)?.channel.id;
    if channel.is_empty() {
        let why = "Slack opened a conversation without an id";
        return Err(Error::new(ErrorKind::Unavailable, why).with_call(OPEN_CHANNEL));
    }
    client.memory.keep_direct(person, &channel);
    Ok(channel)
}

/// The one that is named, or the one that the action is about: `<team>/<user>`.
fn person<'a>(call: &'a Call<'_>) -> Result<&'a str> {
    let about = call.target.map(|target| target.id.as_str());
    let about = about.map(|id| id.rsplit_once('/').map_or(id, |(_, user)| user));
    match call.text("user").or(about) {
        Some(user) => Ok(user),
        None => call.required("user"),
    }
}

fn done_at(posted: Posted, what: &str) -> Done {
    let Posted { channel, ts } = posted;
    Done {
        entity: Some(message(&channel, &ts)),
        ..done(
            format!("{MESSAGE} {ts} {what} in {channel}"),
            [("channel", channel), ("ts", ts)],
        )
    }
}

fn done<const N: usize>(detail: String, result: [(&str, String); N]) -> Done {
    let result = result.map(|(name, value)| (name.to_owned(), Value::String(value)));
    Done {
        entity: None,
        detail,
        result: Some(result.into_iter().collect()),
    }
}
