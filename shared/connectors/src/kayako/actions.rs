//! What can be done to a conversation, each by one request:
//! <https://developer.kayako.com/api/v1/cases/cases>.

mod look_up;
mod params;
mod resolve;

use std::time::Duration;

use deskbridge_core::connector::{Call, Done, Operation, Prepared, Repeat};
use deskbridge_core::http::Method;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Value, json};

use super::client::Job;
use super::settings::{Channel, Settings};
use super::{CONVERSATION, MARK_PREFIX, conversation};
use crate::text::encode;
pub(super) use look_up::look_up;
use params::{FALLBACK, rendered_none, tags, target};
pub(super) use resolve::STATUSES;

pub(super) static OPERATIONS: &[Operation] = &[
    Operation {
        creates: Some(CONVERSATION),
        acts_on: None,
        repeat: looked_up(120, 2),
        optional: &[
            "priority",
            "tags",
            "team",
            "agent",
            "requester_id",
            "channel_id",
        ],
        ..change("create_conversation", &["subject", "contents"])
    },
    Operation {
        repeat: looked_up(5, 1),
        ..change("add_note", &["note"])
    },
    Operation {
        repeat: looked_up(5, 1),
        ..change("add_reply", &["reply"])
    },
    Operation {
        repeat: looked_up(2, 1),
        optional: &["note", FALLBACK],
        ..change("set_status", &["status"])
    },
    change("set_priority", &["priority"]),
    change("add_tags", &["tags"]),
    change("remove_tags", &["tags"]),
    Operation {
        optional: &["team", "agent", FALLBACK],
        ..change("assign", &[])
    },
];

/// A change to a conversation that does no harm when it is made twice.
const fn change(name: &'static str, required: &'static [&'static str]) -> Operation {
    Operation {
        name,
        creates: None,
        renews: false,
        acts_on: Some(CONVERSATION),
        ends: false,
        repeat: Repeat::Harmless,
        required,
        optional: &[FALLBACK],
    }
}

/// Kayako publishes no figure for how far its lists lag; these waits are guesses on the safe side.
const fn looked_up(wait_s: u64, looks: u32) -> Repeat {
    Repeat::LookUp {
        wait: Duration::from_secs(wait_s),
        looks,
    }
}

/// Makes the request, with every name in it resolved to an id. Logs in, so that `send` can go ahead.
pub(super) async fn prepare(job: &Job<'_>, settings: &Settings) -> Result<Prepared> {
    let call = job.call;
    let prepared = match call.operation.creates {
        Some(_) => create(job, settings).await?,
        None => change_one(job, target(call)?).await?,
    };
    job.client.own_user().await?;
    Ok(prepared)
}

/// Sends the request and reads what it made or changed from the answer.
pub(super) async fn send(job: &Job<'_>, prepared: Prepared) -> Result<Done> {
    let call = job.call;
    let changed = match call.operation.creates {
        Some(_) => None,
        None => Some(target(call)?),
    };
    let route = prepared.request.call;
    let data = job.client.write(prepared.request).await?;
    let id = changed.or_else(|| data.get("id")?.as_u64());
    let id = id.ok_or_else(|| {
        let why = "Kayako's answer has no id of the new conversation";
        Error::new(ErrorKind::Malformed, why).with_call(route)
    })?;
    Ok(done(call, id))
}

fn done(call: &Call<'_>, id: u64) -> Done {
    let what = match call.operation.name {
        "create_conversation" => "created",
        "add_note" => "note added",
        "add_reply" => "reply sent",
        "set_status" => "status set",
        "set_priority" => "priority set",
        "add_tags" => "tags added",
        "remove_tags" => "tags removed",
        _ => "assigned",
    };
    Done {
        entity: Some(conversation(id.to_string())),
        detail: format!("conversation {id}: {what}"),
        result: None,
    }
}

/// The tag that finds a conversation again, and tells its webhook from a customer's.
fn mark(call: &Call<'_>) -> String {
    format!("{MARK_PREFIX}{}", call.action.mark())
}

async fn create(job: &Job<'_>, settings: &Settings) -> Result<Prepared> {
    let call = job.call;
    let mut body = json!({
        "subject": call.required("subject")?,
        "contents": call.required("contents")?,
        "channel": settings.channel.word(),
    });
    let mut tags = call.list("tags");
    tags.push(mark(call));
    body["tags"] = json!(tags.join(","));
    let requester = call.number("requester_id")?.or(settings.requester_id);
    let mailbox: Option<u64> = call.number("channel_id")?;
    body["requester_id"] = match requester {
        Some(id) => json!(id),
        None => json!(job.client.own_user().await?),
    };
    if settings.channel == Channel::Mail {
        body["channel_id"] = match mailbox {
            Some(id) => json!(id),
            None => json!(resolve::mailbox(job).await?),
        };
    }
    if let Some(priority) = call.word("priority") {
        body["priority_id"] = json!(resolve::priority(job, &priority).await?);
    }
    put_assignees(job, &mut body).await?;
    let request = job
        .client
        .request(Method::Post, "/cases.json", "POST /cases.json");
    Ok(Prepared::new(request.json(&body)))
}

async fn change_one(job: &Job<'_>, id: u64) -> Result<Prepared> {
    let call = job.call;
    match call.operation.name {
        "add_note" => Ok(reply(job, id, &note(call.required("note")?))),
        "add_reply" => add_reply(job, id).await,
        "set_status" => set_status(job, id).await,
        "set_priority" => {
            let priority = call
                .word("priority")
                .ok_or_else(|| rendered_none(call, "priority"))?;
            let priority = resolve::priority(job, &priority).await?;
            Ok(update(job, id, &json!({"priority_id": priority})))
        }
        "add_tags" => add_tags(job, id),
        "remove_tags" => remove_tags(job, id),
        "assign" => assign(job, id).await,
        other => {
            let why = format!("Kayako has no operation {other}");
            Err(Error::new(ErrorKind::Unsupported, why))
        }
    }
}

fn note(text: &str) -> Value {
    json!({"contents": text, "channel": Channel::Note.word()})
}

fn reply(job: &Job<'_>, id: u64, body: &Value) -> Prepared {
    let path = format!("/cases/{id}/reply.json");
    let request = job
        .client
        .request(Method::Post, &path, "POST /cases/{id}/reply.json");
    Prepared::new(request.json(body))
}

fn update(job: &Job<'_>, id: u64, body: &Value) -> Prepared {
    let path = format!("/cases/{id}.json");
    let request = job
        .client
        .request(Method::Put, &path, "PUT /cases/{id}.json");
    Prepared::new(request.json(body))
}

async fn add_reply(job: &Job<'_>, id: u64) -> Result<Prepared> {
    let text = job.call.required("reply")?;
    let mailbox = resolve::reply_mailbox(job, id).await?;
    let channel = Channel::Mail.word();
    let body = json!({"contents": text, "channel": channel, "channel_id": mailbox});
    Ok(reply(job, id, &body))
}

/// A note goes with the status in one request: both are done, or neither.
async fn set_status(job: &Job<'_>, id: u64) -> Result<Prepared> {
    let call = job.call;
    let status = resolve::status(job, call.required("status")?).await?;
    let mut prepared = match call.text("note") {
        Some(text) => {
            let mut body = note(text);
            body["status_id"] = json!(status.id);
            reply(job, id, &body)
        }
        None => update(job, id, &json!({"status_id": status.id})),
    };
    // Kayako's webhooks report labels.
    let written = (
        conversation(id.to_string()),
        "status".to_owned(),
        status.label,
    );
    prepared.writes.push(written);
    Ok(prepared)
}

fn add_tags(job: &Job<'_>, id: u64) -> Result<Prepared> {
    let body = json!({"tags": tags(job.call)?});
    let path = format!("/cases/{id}/tags.json");
    let request = job
        .client
        .request(Method::Post, &path, "POST /cases/{id}/tags.json");
    Ok(Prepared::new(request.json(&body)))
}

fn remove_tags(job: &Job<'_>, id: u64) -> Result<Prepared> {
    let path = format!("/cases/{id}/tags.json?tags={}", encode(&tags(job.call)?));
    let request = job
        .client
        .request(Method::Delete, &path, "DELETE /cases/{id}/tags.json");
    Ok(Prepared::new(request))
}

async fn assign(job: &Job<'_>, id: u64) -> Result<Prepared> {
    let mut body = json!({});
    put_assignees(job, &mut body).await?;
    if body == json!({}) {
        return Err(rendered_none(job.call, "team and no agent"));
    }
    Ok(update(job, id, &body))
}

async fn put_assignees(job: &Job<'_>, body: &mut Value) -> Result<()> {
    if let Some(team) = job.call.text("team") {
        body["assigned_team_id"] = json!(resolve::team(job, team).await?);
    }
    if let Some(agent) = job.call.text("agent") {
        body["assigned_agent_id"] = json!(resolve::agent(job, agent).await?);
    }
    Ok(())
}
