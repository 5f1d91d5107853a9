//! The routes.

use std::time::Duration;

use serde_json::{Value, json};

use super::state::{State, Ticket};
use super::{Account, page, search};
use crate::sandbox::http::{Reply, Request, Vendor};
use crate::sandbox::lock;

impl Vendor for Account {
    fn answer(&self, request: &Request) -> Reply {
        let mut state = lock(&self.state);
        if !authorized(&state, request) {
            return Reply::json(401, &json!({"error": "Couldn't authenticate you"}));
        }
        let base = request.base_url();
        let (method, segments) = request.route();
        let segments: Vec<&str> = segments
            .iter()
            .map(|part| part.trim_end_matches(".json"))
            .collect();
        match (method, segments.as_slice()) {
            ("GET", ["api", "v2", "search"]) => {
                found(search::search(&state, query(request), &base), "results")
            }
            ("GET", ["api", "v2", "users", "search"]) => {
                let query = format!("type:user {}", query(request));
                found(search::search(&state, &query, &base), "users")
            }
            ("GET", ["api", "v2", "users", "me"]) => match state.options.users.first() {
                Some(user) => Reply::json(200, &json!({"user": user.show(&base)})),
                None => not_found(),
            },
            ("POST", ["api", "v2", "tickets"]) => create(&mut state, request, &base),
            ("GET", ["api", "v2", "tickets", id]) => {
                shown(state.ticket(id).map(|found| &*found), &base)
            }
            ("PUT", ["api", "v2", "tickets", id]) => update(&mut state, id, request, &base),
            _ => not_found(),
        }
    }

    /// Plain text, as the vendor's gateway sends it.
    fn too_many_requests(&self, retry_after: Duration) -> Reply {
        Reply::text(
            429,
            "text/plain",
            "Number of allowed API requests per minute exceeded",
        )
        .with_header("retry-after", retry_after.as_secs().to_string())
    }

    fn page(&self) -> String {
        page::render(self)
    }
}

fn authorized(state: &State, request: &Request) -> bool {
    let user = format!("{}/token", state.options.email);
    request
        .basic()
        .is_some_and(|(given, token)| given == user && token == state.options.api_token)
}

fn query(request: &Request) -> &str {
    request.argument("query").unwrap_or_default()
}

fn found(rows: Vec<Value>, name: &str) -> Reply {
    let count = rows.len();
    let mut body = json!({"count": count, "next_page": null, "previous_page": null});
    body[name] = rows.into();
    Reply::json(200, &body)
}

/// A key that was seen gives the first ticket again, if the same was sent with it.
fn create(state: &mut State, request: &Request, base: &str) -> Reply {
    let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let key = request.header("idempotency-key").map(str::to_owned);
    if let Some((before, id)) = key.as_ref().and_then(|key| state.keys.get(key)).cloned() {
        if before != sent {
            let body = json!({"error": "IdempotentRequestError", "description": "Request parameters do not match the given idempotency key"});
            return Reply::json(400, &body);
        }
        let ticket = state.ticket(&id.to_string()).map(|found| &*found);
        return shown(ticket, base).with_header("x-idempotency-lookup", "hit");
    }
    let ticket = &sent["ticket"];
    let body = ticket["comment"]["body"]
        .as_str()
        .or(ticket["description"].as_str());
    let Some(body) = body.filter(|text| !text.is_empty()) else {
        return invalid("description", "Description: cannot be blank");
    };
    let subject = ticket["subject"].as_str().unwrap_or(body).to_owned();
    let body = body.to_owned();
    let made = state.create(&subject, &body, ticket).clone();
    let audit = json!({"id": made.id + 1, "ticket_id": made.id, "events": []});
    let answer = json!({"ticket": made.show(base), "audit": audit});
    let reply = Reply::json(201, &answer);
    match key {
        Some(key) => {
            state.keys.insert(key, (sent, made.id));
            reply.with_header("x-idempotency-lookup", "miss")
        }
        None => reply,
    }
}

fn update(state: &mut State, id: &str, request: &Request, base: &str) -> Reply {
    let sent: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let Some(ticket) = state.ticket(id) else {
        return not_found();
    };
    if let Some(status) = sent["ticket"]["status"].as_str() {
        status.clone_into(&mut ticket.status);
    }
    if let Some(comment) = sent["ticket"]["comment"]["body"].as_str() {
        ticket.comments.push(comment.to_owned());
    }
    let audit = json!({"id": ticket.id + 1, "ticket_id": ticket.id, "events": []});
    Reply::json(200, &json!({"ticket": ticket.show(base), "audit": audit}))
}

fn shown(ticket: Option<&Ticket>, base: &str) -> Reply {
    match ticket {
        Some(ticket) => Reply::json(200, &json!({"ticket": ticket.show(base)})),
        None => not_found(),
    }
}

fn not_found() -> Reply {
    Reply::json(
        404,
        &json!({"error": "RecordNotFound", "description": "Not found"}),
    )
}

fn invalid(field: &str, why: &str) -> Reply {
    let mut details = json!({});
    details[field] = json!([{"description": why, "error": "BlankValue"}]);
    let body = json!({"error": "RecordInvalid", "description": "Record validation errors", "details": details});
    Reply::json(422, &body)
}
