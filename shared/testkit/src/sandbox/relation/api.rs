//! API v2, as far as it reads.

use std::time::Duration;

use serde_json::{Value, json};

use super::options::{Customer, Named, Options};
use super::state::{Left, Message, State, Ticket, written};
use super::{Tenant, page};
use crate::sandbox::http::{Reply, Request, Vendor};
use crate::sandbox::lock;

const MAX_TICKETS: usize = 50;
const MAX_LIST: usize = 100;
const DEFAULT_LIST: usize = 30;

impl Vendor for Tenant {
    fn answer(&self, request: &Request) -> Reply {
        let mut state = lock(&self.state);
        if request.authorization("Bearer") != Some(state.options.api_token.as_str()) {
            return refused(401, "invalid token");
        }
        let left = state.count_call();
        let reply = match left.refused {
            true => refused(403, "rate limit exceeded"),
            false => resource(&state, request),
        };
        metered(reply, left)
    }

    /// Here "too many requests" is a 403.
    fn too_many_requests(&self, retry_after: Duration) -> Reply {
        let state = lock(&self.state);
        let left = Left {
            limit: state.options.calls_per_minute,
            remaining: 0,
            reset: state.now().div_euclid(1000) + retry_after.as_secs().cast_signed(),
            refused: true,
        };
        metered(refused(403, "rate limit exceeded"), left)
    }

    fn page(&self) -> String {
        page::render(self)
    }
}

fn metered(reply: Reply, left: Left) -> Reply {
    reply
        .with_header("x-ratelimit-limit", left.limit.to_string())
        .with_header("x-ratelimit-remaining", left.remaining.to_string())
        .with_header("x-ratelimit-reset", left.reset.to_string())
}

fn refused(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message }))
}

fn resource(state: &State, request: &Request) -> Reply {
    let (method, segments) = request.route();
    let ["api", "v2", path @ ..] = segments.as_slice() else {
        return refused(404, "not found");
    };
    match (method, path) {
        ("GET", ["message_boxes"]) => boxes(&state.options),
        ("GET", ["users"]) => users(&state.options, request),
        ("GET", ["customer_groups", group, "customers", "search"]) => {
            customers(&state.options, group, request)
        }
        (_, [number, rest @ ..]) => in_box(state, request, number, rest),
        _ => refused(404, "not found"),
    }
}

fn in_box(state: &State, request: &Request, number: &str, path: &[&str]) -> Reply {
    let known = |id: &u64| state.options.boxes.iter().any(|row| row.id == *id);
    let Some(number) = number.parse().ok().filter(known) else {
        return refused(404, "not found");
    };
    if state.options.closed_boxes.contains(&number) {
        return refused(403, "forbidden");
    }
    let options = &state.options;
    match (request.method.as_str(), path) {
        ("POST", ["tickets", "search"]) => search(state, request, number),
        ("GET", ["tickets", id]) => {
            let ticket = id.parse().ok().and_then(|id| state.ticket(id));
            match ticket.filter(|ticket| ticket.message_box == number) {
                Some(ticket) => Reply::json(200, &whole(ticket, options)),
                None => refused(404, "not found"),
            }
        }
        ("GET", ["labels"]) => list(&options.labels, "label_id", request),
        ("GET", ["case_categories"]) => list(&options.case_categories, "case_category_id", request),
        ("GET", ["pending_reasons"]) => {
            list(&options.pending_reasons, "pending_reason_id", request)
        }
        _ => refused(404, "not found"),
    }
}

fn search(state: &State, request: &Request, message_box: u64) -> Reply {
    let is_json = request
        .header("content-type")
        .is_some_and(|sent| sent.starts_with("application/json"));
    if !is_json {
        return refused(415, "unsupported media type");
    }
    let Ok(asked) = serde_json::from_slice::<Value>(&request.body) else {
        return refused(400, "bad request");
    };
    let per_page = asked["per_page"]
        .as_u64()
        .map_or(MAX_TICKETS, |n| n as usize);
    let page = asked["page"].as_u64().map_or(1, |n| n as usize);
    if per_page == 0 || per_page > MAX_TICKETS || page == 0 {
        return refused(400, "per_page is invalid");
    }
    let rows = state.tickets.iter().rev();
    let rows = rows.filter(|ticket| ticket.message_box == message_box && fits(ticket, &asked));
    let rows = rows.skip((page - 1) * per_page).take(per_page);
    let rows: Vec<_> = rows.map(row).collect();
    Reply::json(200, &Value::Array(rows))
}

fn fits(ticket: &Ticket, asked: &Value) -> bool {
    let time = |name: &str| {
        let text = asked[name].as_str()?;
        text.parse::<jiff::Timestamp>()
            .ok()
            .map(|at| at.as_millisecond())
    };
    let (since, until) = (time("since"), time("until"));
    let in_time = |message: &Message| {
        let at = message.sent_at.unwrap_or(message.created_at);
        since.is_none_or(|since| at >= since) && until.is_none_or(|until| at <= until)
    };
    let timed = since.is_some() || until.is_some();
    let listed = |name: &str, value: &Value| {
        let list = asked[name].as_array();
        list.is_none_or(|list| list.is_empty() || list.contains(value))
    };
    (!timed || ticket.messages.iter().any(in_time))
        && listed("status_cds", &json!(ticket.status))
        && listed("ticket_ids", &json!(ticket.id))
}

fn row(ticket: &Ticket) -> Value {
    json!({
        "ticket_id": ticket.id,
        "assignee": ticket.assignee,
        "status_cd": ticket.status,
        "created_at": written(ticket.created_at),
        "last_updated_at": written(ticket.updated_at),
        "title": ticket.title,
        "color_cd": null,
        "case_category_ids": ticket.case_category_ids,
        "label_ids": ticket.label_ids,
        "pending_reason_id": ticket.pending_reason_id,
    })
}

fn whole(ticket: &Ticket, options: &Options) -> Value {
    let mut shown = row(ticket);
    let messages = ticket.messages.iter();
    shown["messages"] = messages.map(|message| show(message, options)).collect();
    shown
}

fn show(message: &Message, options: &Options) -> Value {
    let mut shown = json!({
        "message_id": message.id,
        "from": message.from,
        "to": message.to,
        "cc": null,
        "bcc": null,
        "sent_at": message.sent_at.map(written),
        "title": message.title,
        "body": message.body,
        "method_cd": message.method,
        "action_cd": message.action,
        "is_html": message.is_html,
        "created_at": written(message.created_at),
        "last_updated_at": written(message.updated_at),
        "comments": [],
        "attachments": [],
    });
    if message.method == "record" {
        let mut customers = options.customers.iter();
        let customer = customers.find(|row| Some(row.id) == message.customer_id);
        shown["record"] = json!({
            "customer_id": message.customer_id,
            "customer_name": customer.map(|row| format!("{} {}", row.last_name, row.first_name)),
            "customer_emails": customer.map(|row| vec![row.email.clone()]).unwrap_or_default(),
            "customer_tels": customer.map(|row| vec![row.tel.clone()]).unwrap_or_default(),
        });
    }
    shown
}

fn boxes(options: &Options) -> Reply {
    let boxes = options.boxes.iter().map(|row| {
        json!({
            "message_box_id": row.id,
            "name": row.name,
            "color": "green",
            "customer_group_id": row.customer_group_id,
            "last_updated_at": "2024-01-05T13:31:56Z",
        })
    });
    Reply::json(200, &boxes.collect())
}

fn users(options: &Options, request: &Request) -> Reply {
    let users = options.users.iter().map(|user| {
        json!({
            "mention_name": user.mention_name,
            "status_cd": "available",
            "first_name": user.first_name,
            "last_name": user.last_name,
            "email": user.email,
        })
    });
    Reply::json(200, &paged(users.collect(), request))
}

fn list(rows: &[Named], id: &str, request: &Request) -> Reply {
    let rows = rows
        .iter()
        .map(|row| json!({ id: row.id, "name": row.name, "parent_id": null }));
    Reply::json(200, &paged(rows.collect(), request))
}

fn paged(rows: Vec<Value>, request: &Request) -> Value {
    let per_page = request
        .number("per_page")
        .unwrap_or(DEFAULT_LIST)
        .clamp(1, MAX_LIST);
    let page = request.number("page").unwrap_or(1).max(1);
    let rows = rows.into_iter().skip((page - 1) * per_page);
    rows.take(per_page).collect()
}

/// Addresses are compared in part.
fn customers(options: &Options, group: &str, request: &Request) -> Reply {
    let wanted = |name: &str| -> Vec<&str> {
        let pairs = request.query.iter().filter(|(key, _)| key == name);
        pairs.map(|(_, value)| value.as_str()).collect()
    };
    let (ids, emails) = (wanted("customer_ids[]"), wanted("emails[]"));
    let fits = |row: &&Customer| {
        let by_id = ids.is_empty() || ids.contains(&row.id.to_string().as_str());
        let by_email = emails.is_empty() || emails.iter().any(|part| row.email.contains(part));
        row.group_id.to_string() == group && by_id && by_email
    };
    let found = options.customers.iter().filter(fits).map(|row| {
        json!({
            "customer_id": row.id,
            "last_name": row.last_name,
            "first_name": row.first_name,
            "company_name": row.company_name,
            "system_id1": row.system_id1,
            "emails": [{ "email": row.email }],
            "tels": [{ "tel": row.tel }],
        })
    });
    Reply::json(200, &found.collect())
}
