//! Reads event subscriptions: <https://desk.zoho.com/support/WebhookDocument.do>. What `poll` finds has
//! the same shape, so that both ways give one event.

mod changes;
mod jwt;

use std::collections::BTreeMap;

use deskbridge_core::connector::{
    Connection, Drift, Incoming, Parts, PublishedKeys, SignedRequest, Webhook,
};
use deskbridge_core::dedup::{DedupKey, digest};
use deskbridge_core::http::{HttpRequest, Method};
use deskbridge_core::link::EntityRef;
use deskbridge_core::{Error, ErrorKind, Result};
use serde_json::{Map, Value, json};

use super::settings::{Settings, id_of};
use super::types::{self, text};
use super::{NAME, TICKET, ZohoDesk};
use changes::changes;
use jwt::Expected;

const TOKEN_HEADER: &str = "x-zdesk-jwt";
const KEYS: &str = "GET /.well-known/jwks.json";

/// The vendor's name of an event, ours, and what its payload is. `Rating_Add` is ours alone: nothing
/// but asking tells of a rating.
const EVENTS: [(&str, &str, About); 9] = [
    ("Ticket_Add", "ticket_added", About::Ticket),
    ("Ticket_Update", "ticket_updated", About::Ticket),
    ("Ticket_Delete", "ticket_deleted", About::Ticket),
    ("Ticket_Comment_Add", "comment_added", About::Comment),
    ("Ticket_Comment_Update", "comment_updated", About::Comment),
    ("Ticket_Thread_Add", "thread_added", About::Thread),
    ("Ticket_Approval_Add", "approval_added", About::Approval),
    (
        "Ticket_Approval_Update",
        "approval_updated",
        About::Approval,
    ),
    ("Rating_Add", "rating_received", About::Rating),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Ticket,
    Comment,
    Thread,
    Approval,
    Rating,
}

impl Webhook for ZohoDesk {
    fn content_types(&self) -> &'static [&'static str] {
        &["application/json"]
    }

    /// Anything else counts as a failure there.
    fn accepted_status(&self) -> u16 {
        200
    }

    /// An address is asked with GET before it is taken; answered, the unsigned POST never comes.
    fn is_probed(&self) -> bool {
        true
    }

    fn published_keys(&self) -> Option<&dyn PublishedKeys> {
        Some(self)
    }

    fn split<'a>(&self, body: &'a Value, _: &Connection) -> Parts<'a> {
        Box::new(body.as_array().into_iter().flatten().cloned())
    }

    fn read(&self, body: &Value, connection: &Connection, _: &str) -> Result<Incoming, Drift> {
        let settings = Settings::read(connection)
            .map_err(|problems| Drift::new("settings.zoho-desk", format!("{problems:?}")))?;
        if let Some(why) = body["unreadable"].as_str() {
            return Err(Drift::new("payload", why));
        }
        let named = body["eventType"].as_str();
        let named = named.ok_or_else(|| Drift::new("eventType", "is missing"))?;
        let known = EVENTS.iter().find(|(theirs, ..)| *theirs == named);
        let &(_, ours, about) =
            known.ok_or_else(|| Drift::new("eventType", "is none that was subscribed to"))?;
        if id_of(&body["orgId"]).is_some_and(|org| org != settings.org_id) {
            return Err(Drift::new("orgId", "is another organisation's"));
        }
        let payload = &body["payload"];
        let id = id_of(&payload["id"]).ok_or_else(|| Drift::new("payload.id", "is no id"))?;
        let ticket = match about {
            About::Ticket => Some(id.clone()),
            _ => id_of(&payload["ticketId"]).or_else(|| id_of(&payload["ticket"]["id"])),
        };
        let ticket = ticket.ok_or_else(|| Drift::new("payload.ticketId", "is no id"))?;
        Ok(Incoming {
            key: key(&settings, named, &id, body),
            event_type: ours.to_owned(),
            subject: EntityRef::new(NAME, TICKET, ticket.clone()),
            actor: None,
            made_by_us: false,
            observed: BTreeMap::new(),
            data: seen(&settings, about, &ticket, body),
        })
    }
}

impl PublishedKeys for ZohoDesk {
    fn request(&self, connection: &Connection) -> Result<HttpRequest> {
        let settings = Settings::read(connection)?;
        let url = format!("{}/.well-known/jwks.json", settings.desk_url);
        Ok(HttpRequest::new(Method::Get, url, KEYS))
    }

    fn verify(
        &self,
        request: &SignedRequest<'_>,
        connection: &Connection,
        keys: &[u8],
    ) -> Result<()> {
        let settings = Settings::read(connection)?;
        let token = request.header(TOKEN_HEADER).ok_or_else(|| {
            let why = "X-ZDesk-JWT is missing, or there twice";
            Error::new(ErrorKind::Unauthorized, why)
        })?;
        let expected = Expected {
            org_id: &settings.org_id,
            webhook_id: settings.webhook_id.as_deref(),
            now: request.now,
        };
        jwt::verify(token, keys, &expected)
    }
}

/// What is added is added once. What is changed has no id of its own: two changes of one second differ
/// in what they left behind.
fn key(settings: &Settings, event: &str, id: &str, body: &Value) -> DedupKey {
    let payload = &body["payload"];
    let once = event.ends_with("_Add") || event.ends_with("_Delete");
    let stamp = match once {
        // A rating's own id is not documented: where there is none it has the ticket's.
        true => types::time(&payload["ratedTime"]),
        false => {
            let time = ["modifiedTime", "commentedTime"]
                .into_iter()
                .map(|field| types::time(&payload[field]));
            let time = time.into_iter().find(|time| !time.is_empty());
            let time = time.unwrap_or_else(|| types::time(&body["eventTime"]));
            let left = types::TRACKED
                .iter()
                .map(|field| types::tracked(payload, field));
            let left: Vec<_> = left
                .chain([text(&payload["subject"]), text(&payload["content"])])
                .collect();
            format!("{time} {}", left.join("\u{1f}"))
        }
    };
    DedupKey::Once(digest(&[&settings.org_id, event, id, &stamp]))
}

/// What templates see. Every field is there; what the vendor left out is empty.
fn seen(settings: &Settings, about: About, ticket_id: &str, body: &Value) -> Map<String, Value> {
    let payload = &body["payload"];
    let mut ticket = match about {
        About::Ticket => types::ticket(payload),
        _ => types::ticket(&payload["ticket"]),
    };
    ticket["id"] = json!(ticket_id);
    let watched = settings.watches(ticket["department_id"].as_str().unwrap_or_default());
    let mut seen = json!({
        "portal": { "at": types::time(&body["eventTime"]), "watched": watched },
        "ticket": ticket,
    });
    match about {
        About::Ticket => {
            let before = &body["prevState"];
            seen["previous"] = types::ticket(before);
            seen["changes"] = changes(before, payload);
        }
        About::Comment => seen["comment"] = types::comment(payload),
        About::Thread => seen["thread"] = types::thread(payload),
        About::Approval => seen["approval"] = types::approval(payload),
        About::Rating => seen["rating"] = types::rating(payload),
    }
    seen.as_object().cloned().unwrap_or_default()
}
