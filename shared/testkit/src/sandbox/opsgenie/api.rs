//! The Alert API v2 dialect, which JSM's integration events share in part.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::action::{Act, Actor, Draft, Job};
use super::desk::Desk;
use super::limits::{
    Fields, MAX_ACTION, MAX_ACTIONS, MAX_ALIAS, MAX_DESCRIPTION, MAX_ENTITY, MAX_MESSAGE, MAX_NAME,
    MAX_NOTE, MAX_TAG, MAX_TAGS, Refusal,
};
use super::query::Query;
use super::show;
use super::state::{Alert, Target};
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::{lock, now, uuid};

const DEFAULT_PAGE: usize = 20;
const MAX_PAGE: usize = 100;

/// Which part of the dialect the path offers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    Everything,
    /// Create, acknowledge, close, add note and request status.
    IntegrationEvents,
}

pub(super) fn answer(desk: &Desk, request: &Request, rest: &[&str], offer: Offer) -> Reply {
    let known = request.authorization("GenieKey") == Some(desk.options.api_key.as_str());
    if !known || !desk.enabled.load(Ordering::SeqCst) {
        return refused(&Refusal::new(401, "", "Could not authenticate"));
    }
    let method = request.method.as_str();
    let offered = matches!(
        (method, rest),
        ("POST", [] | [_, "close" | "acknowledge" | "notes"]) | ("GET", ["requests", _])
    );
    if offer == Offer::IntegrationEvents && !offered {
        return refused(&Refusal::no_such_path());
    }
    let reply = match (method, rest) {
        ("GET", ["requests", id]) => request_status(desk, id),
        ("GET", []) => list(desk, request),
        ("GET", ["count"]) => count(desk, request),
        ("GET", [id]) => with_alert(desk, request, id, |alert| show::full(alert, &desk.options)),
        ("GET", [id, "notes"]) => with_alert(desk, request, id, show::notes),
        ("GET", [id, "logs"]) => with_alert(desk, request, id, show::logs),
        ("POST", []) => create(request).map(|job| accepted(&desk.accept(job))),
        (_, [id, tail @ ..]) => {
            job(request, method, id, tail).map(|job| accepted(&desk.accept(job)))
        }
        _ => Err(Refusal::no_such_path()),
    };
    reply.unwrap_or_else(|refusal| refused(&refusal))
}

/// The message and the fields of a create, in the spelling both dialects share.
pub(super) fn draft(fields: &Fields, details: &str) -> Result<Draft, Refusal> {
    fields.responders("visibleTo")?;
    Ok(Draft {
        message: fields.required("message", MAX_MESSAGE)?,
        alias: fields
            .text("alias", MAX_ALIAS)?
            .filter(|alias| !alias.is_empty()),
        description: fields
            .text("description", MAX_DESCRIPTION)?
            .unwrap_or_default(),
        responders: fields.responders("responders")?,
        actions: fields.texts("actions", MAX_ACTIONS, MAX_ACTION)?,
        tags: fields.texts("tags", MAX_TAGS, MAX_TAG)?,
        details: fields.details(details)?,
        entity: fields.text("entity", MAX_ENTITY)?.unwrap_or_default(),
        priority: fields.priority()?.unwrap_or_else(|| "P3".to_owned()),
    })
}

/// An API call without a user is shown under the vendor's own name for it.
pub(super) fn actor(fields: &Fields) -> Result<Actor, Refusal> {
    let user = fields
        .text("user", MAX_NAME)?
        .filter(|user| !user.is_empty());
    Ok(Actor {
        user: user.unwrap_or_else(|| "Alert API".to_owned()),
        channel: "API",
        source: fields
            .text("source", MAX_NAME)?
            .filter(|source| !source.is_empty()),
        note: fields
            .text("note", MAX_NOTE)?
            .filter(|note| !note.is_empty()),
    })
}

pub(super) fn end_time(fields: &Fields) -> Result<Timestamp, Refusal> {
    let text = fields.required("endTime", MAX_NAME)?;
    text.parse()
        .map_err(|_| Refusal::unprocessable("endTime", "endTime must be an ISO 8601 time."))
}

pub(super) fn accepted(request_id: &str) -> Reply {
    let body = json!({
        "result": "Request will be processed",
        "took": 0.012,
        "requestId": request_id,
    });
    with_meters(Reply::json(202, &body).with_header("x-request-id", request_id))
}

fn create(request: &Request) -> Result<Job, Refusal> {
    let fields = Fields::of(request)?;
    let act = Act::Create(Box::new(draft(&fields, "details")?));
    Ok(Job {
        target: None,
        act,
        by: actor(&fields)?,
    })
}

fn job(request: &Request, method: &str, id: &str, tail: &[&str]) -> Result<Job, Refusal> {
    let fields = if method == "DELETE" {
        Fields::of_query(request)
    } else {
        Fields::of(request)?
    };
    let act = match (method, tail) {
        ("DELETE", []) => Act::Delete,
        ("DELETE", ["tags"]) => Act::RemoveTags(fields.joined("tags")?),
        ("DELETE", ["details"]) => Act::RemoveDetails(fields.joined("keys")?),
        ("PUT", [one]) => overwrite(one, &fields)?,
        ("POST", ["actions", name]) => Act::Custom {
            name: (*name).to_owned(),
            only_listed: false,
        },
        ("POST", [verb]) => posted(verb, &fields)?,
        _ => return Err(Refusal::no_such_path()),
    };
    let mut by = actor(&fields)?;
    if matches!(act, Act::AddNote(_)) {
        // Here the note is the action, not something beside it.
        by.note = None;
    }
    Ok(Job {
        target: Some(target(request, id)),
        act,
        by,
    })
}

fn posted(verb: &str, fields: &Fields) -> Result<Act, Refusal> {
    Ok(match verb {
        "close" => Act::Close,
        "acknowledge" => Act::Acknowledge,
        "unacknowledge" => Act::UnAcknowledge,
        "snooze" => {
            let until = end_time(fields)?;
            if until <= now() {
                return Err(Refusal::unprocessable(
                    "endTime",
                    "endTime should be in the future.",
                ));
            }
            Act::Snooze(until)
        }
        "notes" => Act::AddNote(fields.required("note", MAX_NOTE)?),
        "tags" => Act::AddTags(fields.texts("tags", MAX_TAGS, MAX_TAG)?),
        "details" => Act::AddDetails(fields.details("details")?),
        "assign" => Act::AssignOwnership(fields.reference("owner", &["username", "id"])?),
        "escalate" => Act::Escalate(fields.reference("escalation", &["name", "id"])?),
        "responders" => Act::AddResponder(fields.responder("responder")?),
        "teams" => Act::AddTeam(fields.reference("team", &["name", "id"])?),
        _ => return Err(Refusal::no_such_path()),
    })
}

/// These three take their one field and nothing else, not even a user.
fn overwrite(field: &str, fields: &Fields) -> Result<Act, Refusal> {
    fields.only(&[field])?;
    match field {
        "priority" => fields
            .priority()?
            .map(Act::Priority)
            .ok_or_else(|| Refusal::unprocessable("priority", "priority can not be empty.")),
        "message" => fields.required("message", MAX_MESSAGE).map(Act::Message),
        "description" => fields
            .required("description", MAX_DESCRIPTION)
            .map(Act::Description),
        _ => Err(Refusal::no_such_path()),
    }
}

fn target(request: &Request, id: &str) -> Target {
    match request.argument("identifierType") {
        Some("alias") => Target::Alias(id.to_owned()),
        Some("tiny") => Target::Tiny(id.to_owned()),
        _ => Target::Id(id.to_owned()),
    }
}

fn with_alert(
    desk: &Desk,
    request: &Request,
    id: &str,
    show: impl FnOnce(&Alert) -> Value,
) -> Result<Reply, Refusal> {
    let state = lock(&desk.state);
    let alert = state
        .find(&target(request, id))
        .ok_or_else(Refusal::not_found)?;
    Ok(found(&show(alert)))
}

fn list(desk: &Desk, request: &Request) -> Result<Reply, Refusal> {
    let matching = matching(desk, request)?;
    let limit = request
        .number("limit")
        .unwrap_or(DEFAULT_PAGE)
        .min(MAX_PAGE);
    let offset = request.number("offset").unwrap_or(0);
    let page = matching.iter().skip(offset).take(limit);
    let rows: Vec<Value> = page
        .map(|alert| show::summary(alert, &desk.options))
        .collect();
    let mut paging = json!({ "first": page_url(request, limit, 0) });
    if offset + limit < matching.len() {
        paging["next"] = json!(page_url(request, limit, offset + limit));
    }
    let body = json!({ "data": rows, "paging": paging, "took": 0.007, "requestId": uuid() });
    Ok(with_meters(Reply::json(200, &body)))
}

fn count(desk: &Desk, request: &Request) -> Result<Reply, Refusal> {
    Ok(found(&json!({ "count": matching(desk, request)?.len() })))
}

/// Newest first unless `order=asc`.
pub(super) fn matching(desk: &Desk, request: &Request) -> Result<Vec<Alert>, Refusal> {
    let query = Query::parse(request.argument("query").unwrap_or_default())?;
    let state = lock(&desk.state);
    let mut alerts: Vec<Alert> = state
        .alerts
        .iter()
        .filter(|alert| query.matches(alert))
        .cloned()
        .collect();
    if request.argument("sort") == Some("updatedAt") {
        alerts.sort_by_key(|alert| alert.updated_at);
    }
    if request.argument("order") != Some("asc") {
        alerts.reverse();
    }
    Ok(alerts)
}

fn page_url(request: &Request, limit: usize, offset: usize) -> String {
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("query", request.argument("query").unwrap_or_default())
        .append_pair("limit", &limit.to_string())
        .append_pair("offset", &offset.to_string())
        .finish();
    format!("{}{}?{query}", request.base_url(), request.path)
}

fn request_status(desk: &Desk, id: &str) -> Result<Reply, Refusal> {
    let state = lock(&desk.state);
    match state.requests.get(id) {
        Some(Some(processed)) => Ok(found(&show::processed(processed, &desk.options))),
        Some(None) => {
            let refusal =
                Refusal::new(404, "", "Request not found. It might not be processed yet.");
            Ok(refused(&refusal).with_header("x-opsgenie-errortype", "RequestNotProcessed"))
        }
        None => Err(Refusal::new(404, "", "Request not found")),
    }
}

fn found(data: &Value) -> Reply {
    let request_id = uuid();
    let body = json!({ "data": data, "took": 0.004, "requestId": request_id });
    with_meters(Reply::json(200, &body).with_header("x-request-id", request_id))
}

fn with_meters(reply: Reply) -> Reply {
    reply
        .with_header("x-response-time", "0.004")
        .with_header("x-ratelimit-state", "OK")
        .with_header("x-ratelimit-period-in-sec", "60")
}

fn refused(refusal: &Refusal) -> Reply {
    let mut body = json!({ "message": refusal.text, "took": 0.001, "requestId": uuid() });
    if refusal.status == 422 {
        body["message"] = json!("Request body is not processable. Please check the errors.");
        body["errors"] = json!({ &refusal.field: refusal.text });
    }
    Reply::json(refusal.status, &body).with_header("x-ratelimit-state", "OK")
}
