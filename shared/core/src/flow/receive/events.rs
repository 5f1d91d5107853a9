//! Reads the events out of a request's body, one envelope for each.

use std::time::Duration;

use serde_json::Value;

use super::checks::header;
use super::{Refusal, WebhookRequest};
use crate::connector::{Connection, Drift, Incoming, Reply, SignedRequest, Webhook};
use crate::dedup::{DedupKey, digest};
use crate::event::{ENVELOPE_VERSION, Envelope};
use crate::flow::directory::Configured;
use crate::report::is_report;
use crate::{Timestamp, json};

/// The most events that one request may bring.
const MAX_EVENTS: usize = 500;
/// The most that they may weigh together: what they have in common stands in each of them.
const MAX_TOTAL_BYTES: usize = 8 * 1024 * 1024;
/// How long bodies that could not be read are told apart by their content.
const UNREADABLE_WINDOW: Duration = Duration::from_secs(600);
const UNVERIFIED: &str = "unverified";

/// Reads a request of a dry run. Returns at least one envelope, in the body's order.
pub fn envelopes<P>(
    request: WebhookRequest,
    webhook: &dyn Webhook,
    configured: &Configured<P>,
    received_at: Timestamp,
) -> Result<Vec<Envelope>, Refusal> {
    let (envelopes, _) = taken(request, webhook, configured, received_at)?;
    Ok(envelopes)
}

/// Reads a verified request: at least one envelope, in the body's order, and what its sender is told.
///
/// While the settings do not say which connections there are, nobody knows whether the request had to
/// be signed: its envelope is marked, and its id is never that of an event that was verified.
pub(super) fn taken<P>(
    request: WebhookRequest,
    webhook: &dyn Webhook,
    configured: &Configured<P>,
    received_at: Timestamp,
) -> Result<(Vec<Envelope>, Option<Reply>), Refusal> {
    let connections = configured.connections();
    let connection = connections.and_then(|connections| connections.get(&request.connector));
    let Parsed { bodies, reply } = parsed(&request, webhook, connection)?;
    let signed = SignedRequest {
        headers: &request.headers,
        body: &request.body,
        now: received_at,
    };
    let sent_as = connection.and_then(|connection| webhook.delivery(&signed, connection));
    let integration = configured.integration.name();
    let key = |index: usize, body: &Body| -> DedupKey {
        let read = connection.map(|c| webhook.read(&body.value, c, integration));
        match (read, &sent_as) {
            (Some(Ok(incoming)), Some(id)) if incoming.key == DedupKey::Each => {
                DedupKey::Once(format!("delivery/{index}/{id}"))
            }
            (None, _) => unread(&[UNVERIFIED, &body.text]),
            (read, _) => event_key(read, &body.text),
        }
    };
    let envelopes = bodies.into_iter().enumerate().map(|(index, body)| {
        let delivery_id = delivery_id(&request.request_id, index);
        Envelope {
            version: ENVELOPE_VERSION,
            event_id: key(index, &body).event_id(integration, received_at, &delivery_id),
            delivery_id,
            integration: integration.to_owned(),
            connector: request.connector.clone(),
            received_at,
            suppressed: configured.integration.off().is_some(),
            unverified: connections.is_none(),
            body: body.text,
        }
    });
    Ok((envelopes.collect(), reply))
}

/// Reads a verified body as a whole, before it is known whose it is.
pub(super) fn whole(request: &WebhookRequest, webhook: &dyn Webhook) -> Result<Value, Refusal> {
    let text = json::text(&request.body).map_err(unreadable)?;
    let text = webhook
        .json(header(request, "content-type"), text, None)
        .map_err(unreadable)?;
    json::parse(&text).map_err(unreadable)
}

struct Body {
    text: String,
    value: Value,
}

struct Parsed {
    bodies: Vec<Body>,
    reply: Option<Reply>,
}

fn parsed(
    request: &WebhookRequest,
    webhook: &dyn Webhook,
    connection: Option<&Connection>,
) -> Result<Parsed, Refusal> {
    let content_type = header(request, "content-type");
    let text = json::text(&request.body).map_err(unreadable)?;
    let text = webhook
        .json(content_type, text, connection)
        .map_err(unreadable)?;
    let value = json::parse(&text).map_err(unreadable)?;
    let parts = connection.map(|connection| webhook.split(&value, connection));
    let bodies = each(parts.into_iter().flatten())?;
    let reply = webhook.answer(&value);
    if !bodies.is_empty() {
        return Ok(Parsed { bodies, reply });
    }
    check_object(&value)?;
    let text = text.into_owned();
    let bodies = vec![Body { text, value }];
    Ok(Parsed { bodies, reply })
}

fn each(parts: impl Iterator<Item = Value>) -> Result<Vec<Body>, Refusal> {
    let (mut bodies, mut total) = (Vec::new(), 0);
    for value in parts {
        check_object(&value)?;
        let text = value.to_string();
        total += text.len();
        if bodies.len() == MAX_EVENTS || total > MAX_TOTAL_BYTES {
            let detail = format!(
                "Send at most {MAX_EVENTS} events in one request, and fewer if they share much."
            );
            return Err(Refusal::new(413, "Too many events", detail));
        }
        bodies.push(Body { text, value });
    }
    Ok(bodies)
}

fn check_object(body: &Value) -> Result<(), Refusal> {
    if is_report(body) {
        let detail = "Only Deskbridge itself reports what came of an action.";
        return Err(Refusal::new(400, "Unreadable body", detail));
    }
    if body.is_object() {
        return Ok(());
    }
    let detail = "The body must be a JSON object.";
    Err(Refusal::new(400, "Unreadable body", detail))
}

/// A body that does not fit is taken all the same, and recorded as failed: a 4xx would only make the
/// vendor switch the webhook off.
pub(in crate::flow) fn event_key(read: Option<Result<Incoming, Drift>>, text: &str) -> DedupKey {
    match read {
        Some(Ok(incoming)) => incoming.key,
        _ => unread(&[text]),
    }
}

fn unread(content: &[&str]) -> DedupKey {
    DedupKey::Within {
        content: digest(content),
        window: UNREADABLE_WINDOW,
    }
}

/// Each event's own, so that two alike in one request are told from the queue's repeat of one.
fn delivery_id(request_id: &str, index: usize) -> String {
    match index {
        0 => request_id.to_owned(),
        _ => format!("{request_id}.{index}"),
    }
}

fn unreadable(error: json::JsonError) -> Refusal {
    let status = match error {
        json::JsonError::TooLarge => 413,
        _ => 400,
    };
    Refusal::new(status, "Unreadable body", error.to_string())
}
