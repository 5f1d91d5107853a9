//! API v1: who is asked what, what it costs, and what each answer tells of the credits left.

use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::access::{Refusal, allow};
use super::state::{State, Ticket};
use super::{Portal, events, oauth, page, show, subscriptions, talk, tickets};
use crate::sandbox::http::{Pass, Reply, Request, Vendor};
use crate::sandbox::lock;

/// A list costs more than one record.
const LIST_WEIGHT: u64 = 3;

impl Vendor for Portal {
    fn answer(&self, request: &Request) -> Reply {
        let mut state = lock(&self.state);
        let reply = match request.segments.first().map(String::as_str) {
            Some("oauth") => return oauth::answer(&mut state, request),
            Some(".well-known") => Reply::json(200, &events::jwks(&state)),
            _ => metered(&mut state, request),
        };
        self.tell(&mut state);
        reply
    }

    /// Too many at a time: there is no telling when a place is free.
    fn too_many_requests(&self, retry_after: Duration) -> Reply {
        let message = "You have exceeded the number of calls allowed at a time.";
        let reply = Refusal::new(429, "TOO_MANY_REQUESTS", message).reply();
        match retry_after.as_secs() {
            0 => reply,
            seconds => reply.with_header("retry-after", seconds.to_string()),
        }
    }

    fn page(&self) -> String {
        page::render(self)
    }

    fn enter(&self, request: &Request) -> Result<Option<Pass>, Reply> {
        if request.segments.first().map(String::as_str) != Some("api") {
            return Ok(None);
        }
        let most = lock(&self.state).options.concurrency;
        let pass = super::Place::take(&self.under_way);
        match self.under_way.load(Ordering::SeqCst) > most {
            true => Err(self.too_many_requests(Duration::ZERO)),
            false => Ok(Some(Box::new(pass))),
        }
    }
}

fn metered(state: &mut State, request: &Request) -> Reply {
    if state.credits_used >= state.options.credits {
        let message = "You have used up the API credits of the day.";
        let reply = Refusal::new(429, "THRESHOLD_EXCEEDED", message).reply();
        return reply.with_header("retry-after", "3600");
    }
    let (weight, reply) = match resource(state, request) {
        Ok(Shown::One(body)) => (1, Reply::json(200, &body)),
        Ok(Shown::Nothing) => (1, Reply::text(204, "application/json", "")),
        Ok(Shown::Rows(rows)) if rows.is_empty() => {
            (LIST_WEIGHT, Reply::text(204, "application/json", ""))
        }
        Ok(Shown::Rows(rows)) => {
            let body = json!({ "count": rows.len(), "data": rows });
            (LIST_WEIGHT, Reply::json(200, &body))
        }
        Err(refusal) => (1, refusal.reply()),
    };
    state.credits_used += weight;
    let left = state.options.credits.saturating_sub(state.credits_used);
    reply
        .with_header("x-rate-limit-request-weight-v3", weight.to_string())
        .with_header("x-rate-limit-remaining-v3", left.to_string())
}

enum Shown {
    One(Value),
    Rows(Vec<Value>),
    Nothing,
}

fn resource(state: &mut State, request: &Request) -> Result<Shown, Refusal> {
    let (method, segments) = request.route();
    let ["api", "v1", path @ ..] = segments.as_slice() else {
        return Err(Refusal::not_found());
    };
    match path {
        ["tickets", ..] => ticket(state, request, method, path),
        ["webhooks", rest @ ..] => webhook(state, request, method, rest),
        _ if method == "GET" => portal(state, request, path),
        _ => Err(Refusal::not_found()),
    }
}

fn ticket(
    state: &mut State,
    request: &Request,
    method: &str,
    path: &[&str],
) -> Result<Shown, Refusal> {
    let read = &["Desk.tickets.READ"];
    let agent = |state: &State, scope| allow(state, request, &[scope]);
    match (method, path) {
        ("GET", ["tickets"]) => {
            allow(state, request, read)?;
            tickets::list(state, request).map(Shown::Rows)
        }
        ("GET", ["tickets", "search"]) => {
            allow(state, request, &["Desk.tickets.READ", "Desk.search.READ"])?;
            tickets::search(state, request).map(Shown::Rows)
        }
        ("POST", ["tickets"]) => {
            agent(state, "Desk.tickets.CREATE")?;
            tickets::create(state, &body(request)?).map(Shown::One)
        }
        ("GET", ["tickets", id]) => {
            allow(state, request, read)?;
            tickets::one(state, request, id).map(Shown::One)
        }
        ("PATCH", ["tickets", id]) => {
            agent(state, "Desk.tickets.UPDATE")?;
            tickets::update(state, id, &body(request)?).map(Shown::One)
        }
        ("GET", ["tickets", id, "comments"]) => {
            allow(state, request, read)?;
            talk::comments(state, request, id).map(Shown::Rows)
        }
        ("GET", ["tickets", id, "comments", comment]) => {
            allow(state, request, read)?;
            talk::comment(state, id, comment).map(Shown::One)
        }
        ("POST", ["tickets", id, "comments"]) => {
            let agent = agent(state, "Desk.tickets.UPDATE")?;
            talk::add_comment(state, id, &agent, &body(request)?).map(Shown::One)
        }
        ("GET", ["tickets", id, "threads"]) => {
            allow(state, request, read)?;
            talk::threads(state, request, id).map(Shown::Rows)
        }
        ("GET", ["tickets", id, "threads", thread]) => {
            allow(state, request, read)?;
            talk::thread(state, id, thread).map(Shown::One)
        }
        ("POST", ["tickets", id, "sendReply"]) => {
            let agent = agent(state, "Desk.tickets.UPDATE")?;
            talk::send_reply(state, id, &agent, &body(request)?).map(Shown::One)
        }
        _ => Err(Refusal::not_found()),
    }
}

fn webhook(
    state: &mut State,
    request: &Request,
    method: &str,
    path: &[&str],
) -> Result<Shown, Refusal> {
    match (method, path) {
        ("GET", []) => {
            allow(state, request, &["Desk.webhooks.READ"])?;
            let rows = subscriptions::list(state);
            Ok(Shown::Rows(rows.as_array().cloned().unwrap_or_default()))
        }
        ("GET", [id]) => {
            allow(state, request, &["Desk.webhooks.READ"])?;
            subscriptions::one(state, id).map(Shown::One)
        }
        ("POST", []) => {
            allow(state, request, &["Desk.webhooks.CREATE"])?;
            subscriptions::create(state, &body(request)?).map(Shown::One)
        }
        ("PATCH", [id]) => {
            allow(state, request, &["Desk.webhooks.UPDATE"])?;
            subscriptions::change(state, id, &body(request)?).map(Shown::One)
        }
        ("DELETE", [id]) => {
            allow(state, request, &["Desk.webhooks.DELETE"])?;
            subscriptions::delete(state, id).map(|()| Shown::Nothing)
        }
        _ => Err(Refusal::not_found()),
    }
}

fn portal(state: &State, request: &Request, path: &[&str]) -> Result<Shown, Refusal> {
    let scope = match path {
        ["organizationFields"] | ["mailReplyAddress"] => "Desk.settings.READ",
        ["customerHappiness"] => "Desk.tickets.READ",
        _ => "Desk.basic.READ",
    };
    let agent = allow(state, request, &[scope])?;
    let options = &state.options;
    match path {
        ["organizations"] => Ok(Shown::Rows(vec![json!({
            "id": options.org_id,
            "companyName": options.org_name,
            "portalName": options.org_name.to_lowercase(),
            "edition": options.edition.name(),
        })])),
        ["myinfo"] => Ok(Shown::One(show::agent(state, &agent))),
        ["agents"] => agents(state, request).map(Shown::Rows),
        ["departments"] => {
            let rows = options.departments.iter();
            let rows = rows.map(|row| json!({ "id": row.id, "name": row.name, "isEnabled": true }));
            Ok(Shown::Rows(rows.collect()))
        }
        ["organizationFields"] => Ok(Shown::Rows(vec![status_field(state)])),
        ["mailReplyAddress"] => reply_addresses(state, request).map(Shown::Rows),
        ["customerHappiness"] => ratings(state, request).map(Shown::Rows),
        _ => Err(Refusal::not_found()),
    }
}

/// Each department has one besides its usual one, which comes second.
fn reply_addresses(state: &State, request: &Request) -> Result<Vec<Value>, Refusal> {
    let wanted = request.argument("departmentId");
    let wanted = wanted.ok_or_else(|| Refusal::field("/departmentId", "missing"))?;
    let rows = state.options.departments.iter();
    let rows = rows.filter(|row| wanted == "allDepartment" || wanted == row.id);
    let both = rows.flat_map(|row| {
        let other = format!("other-{}", row.reply_address);
        [(other, false), (row.reply_address.clone(), true)].map(|(address, usual)| {
            json!({
                "address": address,
                "departmentId": row.id,
                "isActive": true,
                "isDepartmentDefault": usual,
            })
        })
    });
    Ok(both.collect())
}

/// Goes by parts of names and addresses.
fn agents(state: &State, request: &Request) -> Result<Vec<Value>, Refusal> {
    let words = request
        .argument("searchStr")
        .unwrap_or_default()
        .to_lowercase();
    let rows = state.options.agents.iter();
    let fits = rows.filter(|row| {
        let all = format!("{} {} {}", row.first_name, row.last_name, row.email);
        all.to_lowercase().contains(&words)
    });
    tickets::page(request, fits.collect(), |row| show::agent(state, &row.id))
}

fn status_field(state: &State) -> Value {
    let values = state.options.statuses.iter();
    let values = values.map(|row| json!({ "value": row.name, "statusType": row.kind }));
    json!({
        "apiName": "status",
        "type": "Picklist",
        "allowedValues": values.collect::<Vec<_>>(),
    })
}

/// Times in milliseconds; the oldest first with `sortBy=ratedtime`.
fn ratings(state: &State, request: &Request) -> Result<Vec<Value>, Refusal> {
    let department = request.argument("department");
    let department = department.ok_or_else(|| Refusal::field("/department", "missing"))?;
    let end = |name: &str, usual: i64| match request.argument(name) {
        None => Ok(usual),
        Some(text) => text
            .parse()
            .map_err(|_| Refusal::field(&format!("/{name}"), "invalid")),
    };
    let times = end("startTime", i64::MIN)?..=end("endTime", i64::MAX)?;
    let there = |ticket: Option<&Ticket>| {
        department == "allDepartment" || ticket.is_some_and(|row| row.department == department)
    };
    let rows = state.ratings.iter();
    let rows = rows.filter(|row| times.contains(&row.at) && there(state.ticket(&row.ticket)));
    tickets::page(request, rows.collect(), |row| show::rating(state, row))
}

fn body(request: &Request) -> Result<Map<String, Value>, Refusal> {
    let is_json = request.header("content-type");
    if !is_json.is_some_and(|sent| sent.starts_with("application/json")) {
        let message = "The content type is not supported.";
        return Err(Refusal::new(415, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    serde_json::from_slice(&request.body).map_err(|_| {
        let message = "The request body is empty or unreadable.";
        Refusal::new(400, "EMPTY_PAYLOAD", message)
    })
}
