//! What came of an operation, for the one who asked: the words of `types.rs`, so that an answer
//! and a notification are made by the same templates.

use deskbridge_core::connector::{Call, Done};
use deskbridge_core::http::HttpRequest;
use deskbridge_core::link::EntityRef;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::find::{self, INCLUDE, READ};
use super::read::limit;
use crate::zoho_desk::client::Client;
use crate::zoho_desk::settings::id_of;
use crate::zoho_desk::types::{self, text};
use crate::zoho_desk::{NAME, TICKET};

const COMMENT: &str = "GET /tickets/{id}/comments/{id}";
const THREAD: &str = "GET /tickets/{id}/threads/{id}";

pub(super) struct Reported {
    entity: Option<EntityRef>,
    detail: String,
    result: Map<String, Value>,
}

impl Reported {
    fn of_ticket(ticket: &Value, what: &str, more: Value) -> Self {
        let (id, number) = (text(&ticket["id"]), text(&ticket["ticketNumber"]));
        let mut result = more.as_object().cloned().unwrap_or_default();
        result.insert("ticket".into(), types::ticket(ticket));
        Self {
            detail: format!(
                "ticket {}: {what}",
                if number.is_empty() { &id } else { &number }
            ),
            entity: id_of(&ticket["id"]).map(|id| EntityRef::new(NAME, TICKET, id)),
            result,
        }
    }

    pub(in crate::zoho_desk) fn into_done(self) -> Done {
        Done {
            entity: self.entity,
            detail: self.detail,
            result: Some(self.result),
        }
    }
}

/// The ticket's row first, then all of it.
pub(super) async fn found(
    client: &Client<'_>,
    call: &Call<'_>,
    request: HttpRequest,
) -> Result<Reported> {
    let page = client.read(request).await?.unwrap_or_default();
    let rows = page["data"].as_array().map(Vec::as_slice);
    let number = call.word("number").unwrap_or_default();
    let id = find::one_of(rows.unwrap_or_default(), &number)?;
    let ticket = client
        .get(&format!("/tickets/{id}?{INCLUDE}"), READ)
        .await?;
    Ok(Reported::of_ticket(&ticket, "read", Value::Null))
}

/// A ticket, with the comment or the thread that the action asks for.
pub(super) async fn read(
    client: &Client<'_>,
    call: &Call<'_>,
    request: HttpRequest,
) -> Result<Reported> {
    let ticket = client.read(request).await?.ok_or_else(|| {
        let why = "Zoho Desk has no such ticket any more";
        Error::new(ErrorKind::NotFound, why).with_call(READ)
    })?;
    let id = text(&ticket["id"]);
    let mut more = json!({});
    let wanted = |name| call.word(name).and_then(|id| id_of(&Value::String(id)));
    if let Some(comment) = wanted("comment_id") {
        let path = format!("/tickets/{id}/comments/{comment}");
        more["comment"] = types::comment(&client.get(&path, COMMENT).await?);
    }
    if let Some(thread) = wanted("thread_id") {
        let path = format!("/tickets/{id}/threads/{thread}");
        more["thread"] = types::thread(&client.get(&path, THREAD).await?);
    }
    Ok(Reported::of_ticket(&ticket, "read", more))
}

pub(super) async fn listed(
    client: &Client<'_>,
    call: &Call<'_>,
    request: HttpRequest,
) -> Result<Reported> {
    let page = client.read(request).await?.unwrap_or_default();
    let rows = page["data"].as_array().cloned().unwrap_or_default();
    let shown = limit(call)? as usize;
    let tickets: Vec<_> = rows.iter().take(shown).map(types::ticket).collect();
    let detail = format!("{} tickets found", tickets.len());
    let result = json!({ "count": tickets.len(), "more": rows.len() > shown, "tickets": tickets });
    Ok(Reported {
        entity: None,
        detail,
        result: result.as_object().cloned().unwrap_or_default(),
    })
}

pub(super) async fn agent(
    client: &Client<'_>,
    call: &Call<'_>,
    request: HttpRequest,
) -> Result<Reported> {
    let answer = client.read(request).await?.unwrap_or_default();
    let found = match call.text("email") {
        None => Some(answer),
        Some(email) => {
            let rows = answer["data"].as_array().map(Vec::as_slice);
            find::agent_with(rows.unwrap_or_default(), email).cloned()
        }
    };
    let found = found.filter(|agent| id_of(&agent["id"]).is_some());
    let agent = types::agent(&found.ok_or_else(find::no_agent)?);
    Ok(Reported {
        entity: None,
        detail: format!("agent {}", text(&agent["id"])),
        result: Map::from_iter([("agent".to_owned(), agent)]),
    })
}

pub(super) async fn created(client: &Client<'_>, made: &Value) -> Reported {
    let ticket = now(client, &text(&made["id"])).await;
    Reported::of_ticket(ticket.as_ref().unwrap_or(made), "created", Value::Null)
}

pub(super) async fn commented(client: &Client<'_>, id: &str, made: &Value) -> Reported {
    let more = json!({ "comment": types::comment(made) });
    of_id(client, id, "comment added", more).await
}

pub(super) async fn replied(client: &Client<'_>, id: &str, made: &Value) -> Reported {
    let more = json!({ "thread": types::thread(made) });
    of_id(client, id, "reply sent", more).await
}

pub(super) async fn updated(client: &Client<'_>, id: &str) -> Reported {
    of_id(client, id, "changed", Value::Null).await
}

async fn of_id(client: &Client<'_>, id: &str, what: &str, more: Value) -> Reported {
    let ticket = now(client, id).await;
    let ticket = ticket.unwrap_or_else(|| json!({ "id": id }));
    Reported::of_ticket(&ticket, what, more)
}

/// The ticket as it is now. What was done is done, whether or not this can be read.
async fn now(client: &Client<'_>, id: &str) -> Option<Value> {
    let path = format!("/tickets/{id}?{INCLUDE}");
    client.find(&path, READ).await.ok().flatten()
}
