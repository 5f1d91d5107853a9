//! The JSM Operations account dialect: Basic auth, flat objects, ids only, no notes beside actions.
//!
//! ---
//! Vendor: <https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-alerts/>:
//! priority, message and description by PATCH, removed tags in a DELETE body, custom actions at
//! `/action`. Closing and acknowledging declare no body, so whatever comes with them is ignored.

use serde_json::{Value, json};

use super::action::{Act, Actor, Job};
use super::api::{accepted, actor, draft, end_time, matching};
use super::desk::Desk;
use super::limits::{
    Fields, MAX_ACTION, MAX_DESCRIPTION, MAX_MESSAGE, MAX_NAME, MAX_NOTE, MAX_TAG, MAX_TAGS,
    Refusal,
};
use super::show;
use super::state::{Alert, Target};
use crate::sandbox::http::{Reply, Request};
use crate::sandbox::lock;

const DEFAULT_PAGE: usize = 20;
const MAX_PAGE: usize = 100;

pub(super) fn answer(desk: &Desk, request: &Request, cloud_id: &str, rest: &[&str]) -> Reply {
    if !authenticated(desk, request) {
        return refused(&Refusal::new(401, "", "Unauthorized"));
    }
    if cloud_id != desk.options.cloud_id {
        return refused(&Refusal::new(404, "", "Cloud id is not found"));
    }
    let method = request.method.as_str();
    let reply = match (method, rest) {
        ("GET", ["requests", id]) => request_status(desk, id),
        ("GET", []) => list(desk, request),
        ("GET", ["alias"]) => by_alias(desk, request),
        ("GET", [id]) => with_alert(desk, id, |alert| show::account(alert, &desk.options)),
        ("GET", [id, "notes"]) => with_alert(desk, id, |alert| values(show::notes(alert))),
        ("GET", [id, "logs"]) => with_alert(desk, id, |alert| values(show::logs(alert))),
        ("POST", []) => create(request).map(|job| accepted(&desk.accept(job))),
        ("POST", [id, "notes"]) => add_note(desk, request, id),
        (_, [id, tail @ ..]) => act(request, method, tail)
            .map(|(act, by)| Job {
                target: Some(Target::Id((*id).to_owned())),
                act,
                by,
            })
            .map(|job| accepted(&desk.accept(job))),
        _ => Err(Refusal::no_such_path()),
    };
    reply.unwrap_or_else(|refusal| refused(&refusal))
}

fn authenticated(desk: &Desk, request: &Request) -> bool {
    let options = &desk.options;
    let bearer = request.authorization("Bearer") == Some(options.account_token.as_str());
    bearer
        || request.basic() == Some((options.account_email.clone(), options.account_token.clone()))
}

fn create(request: &Request) -> Result<Job, Refusal> {
    let fields = Fields::of(request)?;
    let draft = draft(&fields, "extraProperties")?;
    if draft
        .responders
        .iter()
        .any(|responder| !responder["id"].is_string())
    {
        return Err(Refusal::unprocessable(
            "responders",
            "Responders are referred to by id only.",
        ));
    }
    let by = Actor {
        note: None,
        ..actor(&fields)?
    };
    Ok(Job {
        target: None,
        act: Act::Create(Box::new(draft)),
        by,
    })
}

fn act(request: &Request, method: &str, tail: &[&str]) -> Result<(Act, Actor), Refusal> {
    if let ("POST", ["close" | "acknowledge" | "unacknowledge"]) | ("DELETE", []) = (method, tail) {
        let by = Actor {
            channel: "API",
            ..Actor::person("Alert API")
        };
        return Ok((without_body(tail), by));
    }
    let fields = Fields::of(request)?;
    let act = match (method, tail) {
        ("POST", ["snooze"]) => Act::Snooze(end_time(&fields)?),
        ("POST", ["tags"]) => Act::AddTags(fields.texts("tags", MAX_TAGS, MAX_TAG)?),
        ("DELETE", ["tags"]) => Act::RemoveTags(fields.texts("tags", MAX_TAGS, MAX_TAG)?),
        ("POST", ["extra-properties"]) => Act::AddDetails(fields.details("extraProperties")?),
        ("DELETE", ["extra-properties"]) => {
            Act::RemoveDetails(fields.texts("keys", MAX_TAGS, MAX_NAME)?)
        }
        ("POST", ["assign"]) => Act::AssignOwnership(fields.required("accountId", MAX_NAME)?),
        ("POST", ["escalate"]) => Act::Escalate(fields.required("escalationId", MAX_NAME)?),
        ("POST", ["responders"]) => Act::AddResponder(fields.responder("responder")?),
        ("POST", ["action"]) => {
            let name = fields.required("actionName", MAX_ACTION)?;
            Act::Custom {
                name,
                only_listed: true,
            }
        }
        ("PATCH", ["priority"]) => Act::Priority(
            fields
                .priority()?
                .ok_or_else(|| Refusal::unprocessable("priority", "Priority is required"))?,
        ),
        ("PATCH", ["message"]) => Act::Message(fields.required("message", MAX_MESSAGE)?),
        ("PATCH", ["description"]) => {
            Act::Description(fields.required("description", MAX_DESCRIPTION)?)
        }
        _ => return Err(Refusal::no_such_path()),
    };
    Ok((
        act,
        Actor {
            note: None,
            ..actor(&fields)?
        },
    ))
}

fn without_body(tail: &[&str]) -> Act {
    match tail {
        ["close"] => Act::Close,
        ["acknowledge"] => Act::Acknowledge,
        ["unacknowledge"] => Act::UnAcknowledge,
        _ => Act::Delete,
    }
}

/// Unlike everything else this is done before it is answered, and answers with the note.
fn add_note(desk: &Desk, request: &Request, id: &str) -> Result<Reply, Refusal> {
    let fields = Fields::of(request)?;
    let act = Act::AddNote(fields.required("note", MAX_NOTE)?);
    let by = Actor {
        note: None,
        ..actor(&fields)?
    };
    let target = Target::Id(id.to_owned());
    if !desk
        .perform(Job {
            target: Some(target.clone()),
            act,
            by,
        })
        .success
    {
        return Err(Refusal::not_found());
    }
    let state = lock(&desk.state);
    let note = state.find(&target).and_then(|alert| alert.notes.last());
    note.map(|note| Reply::json(201, &show::note(note)))
        .ok_or_else(Refusal::not_found)
}

fn by_alias(desk: &Desk, request: &Request) -> Result<Reply, Refusal> {
    let alias = request.argument("alias").unwrap_or_default();
    let state = lock(&desk.state);
    let alert = state.by_alias(alias).ok_or_else(Refusal::not_found)?;
    Ok(Reply::json(200, &show::account(alert, &desk.options)))
}

fn with_alert(desk: &Desk, id: &str, show: impl FnOnce(&Alert) -> Value) -> Result<Reply, Refusal> {
    let state = lock(&desk.state);
    let alert = state
        .find(&Target::Id(id.to_owned()))
        .ok_or_else(Refusal::not_found)?;
    Ok(Reply::json(200, &show(alert)))
}

fn list(desk: &Desk, request: &Request) -> Result<Reply, Refusal> {
    let matching = matching(desk, request)?;
    let size = request.number("size").unwrap_or(DEFAULT_PAGE).min(MAX_PAGE);
    let page = matching
        .iter()
        .skip(request.number("offset").unwrap_or(0))
        .take(size);
    let rows: Vec<Value> = page
        .map(|alert| show::account_summary(alert, &desk.options))
        .collect();
    Ok(Reply::json(
        200,
        &json!({ "values": rows, "count": matching.len() }),
    ))
}

fn request_status(desk: &Desk, id: &str) -> Result<Reply, Refusal> {
    let state = lock(&desk.state);
    match state.requests.get(id) {
        Some(Some(processed)) => Ok(Reply::json(
            200,
            &show::processed_flat(processed, &desk.options),
        )),
        Some(None) => {
            let refusal =
                Refusal::new(404, "", "Request not found. It might not be processed yet.");
            Ok(refused(&refusal).with_header("x-opsgenie-errortype", "RequestNotProcessed"))
        }
        None => Err(Refusal::new(404, "", "Request not found")),
    }
}

fn values(rows: Value) -> Value {
    json!({ "values": rows })
}

fn refused(refusal: &Refusal) -> Reply {
    let code = match refusal.status {
        400 => "BAD_REQUEST",
        401 => "UNAUTHORIZED",
        404 => "NOT_FOUND",
        _ => "UNPROCESSABLE_ENTITY",
    };
    Reply::json(
        refusal.status,
        &json!({ "errors": [{ "title": refusal.text, "code": code }] }),
    )
}
