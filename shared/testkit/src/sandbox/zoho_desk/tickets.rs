//! Tickets: create, change, find. Where the documents are silent: a search without a sort order gives
//! the newest first.

use serde_json::{Map, Value, json};

use super::access::Refusal;
use super::events::News;
use super::show;
use super::state::{State, Ticket, read_time, written};
use crate::sandbox::http::Request;

const MAX_SUBJECT_CHARS: usize = 255;
const MAX_DESCRIPTION_CHARS: usize = 65_535;
const MAX_PAGE: usize = 100;
const LAST_FROM: usize = 4_999;

pub(super) fn create(state: &mut State, asked: &Map<String, Value>) -> Result<Value, Refusal> {
    let subject = text(asked, "subject").ok_or_else(|| Refusal::field("/subject", "missing"))?;
    if subject.chars().count() > MAX_SUBJECT_CHARS {
        return Err(Refusal::field("/subject", "invalid"));
    }
    let department = text(asked, "departmentId");
    let department = department.ok_or_else(|| Refusal::field("/departmentId", "missing"))?;
    if !state
        .options
        .departments
        .iter()
        .any(|row| row.id == department)
    {
        return Err(Refusal::field("/departmentId", "invalid"));
    }
    let contact = contact(state, asked)?;
    let mut ticket = state.new_ticket();
    ticket.subject = subject;
    ticket.department = department;
    ticket.contact = contact;
    fill(state, &mut ticket, asked)?;
    Ok(open(state, ticket))
}

/// Keeps a new ticket and tells of it.
pub(super) fn open(state: &mut State, ticket: Ticket) -> Value {
    let shown = show::ticket(state, &ticket);
    let news = News::new("Ticket_Add", &ticket.department, shown.clone());
    state.tickets.push(ticket);
    state.news.push(news);
    shown
}

fn contact(state: &mut State, asked: &Map<String, Value>) -> Result<String, Refusal> {
    if let Some(id) = text(asked, "contactId") {
        let known = state.contacts.iter().any(|row| row.id == id);
        return match known {
            true => Ok(id),
            false => Err(Refusal::field("/contactId", "invalid")),
        };
    }
    let contact = asked.get("contact").and_then(Value::as_object);
    let contact = contact.ok_or_else(|| Refusal::field("/contactId", "missing"))?;
    let (name, email) = (text(contact, "lastName"), text(contact, "email"));
    match (name, email) {
        (None, None) => Err(Refusal::field("/contact", "invalid")),
        (name, email) => {
            let email = email.unwrap_or_default();
            let name = name.unwrap_or_else(|| email.clone());
            Ok(state.contact(&name, &email))
        }
    }
}

fn fill(state: &State, ticket: &mut Ticket, asked: &Map<String, Value>) -> Result<(), Refusal> {
    if let Some(status) = text(asked, "status") {
        if !state.options.statuses.iter().any(|row| row.name == status) {
            return Err(Refusal::field("/status", "invalid"));
        }
        ticket.status = status;
    }
    if let Some(assignee) = asked.get("assigneeId") {
        let id = assignee.as_str().map(str::to_owned);
        let known = id
            .as_ref()
            .is_none_or(|id| state.options.agents.iter().any(|row| row.id == *id));
        if !known {
            return Err(Refusal::field("/assigneeId", "invalid"));
        }
        ticket.assignee = id;
    }
    if let Some(department) = text(asked, "departmentId") {
        if !state
            .options
            .departments
            .iter()
            .any(|row| row.id == department)
        {
            return Err(Refusal::field("/departmentId", "invalid"));
        }
        ticket.department = department;
    }
    if let Some(description) = text(asked, "description") {
        if description.chars().count() > MAX_DESCRIPTION_CHARS {
            return Err(Refusal::field("/description", "invalid"));
        }
        ticket.description = description;
    }
    if let Some(custom) = asked.get("cf").and_then(Value::as_object) {
        ticket.custom.extend(custom.clone());
    }
    ticket.subject = text(asked, "subject").unwrap_or_else(|| ticket.subject.clone());
    ticket.priority = text(asked, "priority").or_else(|| ticket.priority.clone());
    ticket.category = text(asked, "category").or_else(|| ticket.category.clone());
    ticket.phone = text(asked, "phone").or_else(|| ticket.phone.clone());
    ticket.channel = text(asked, "channel").unwrap_or_else(|| ticket.channel.clone());
    Ok(())
}

pub(super) fn update(
    state: &mut State,
    id: &str,
    asked: &Map<String, Value>,
) -> Result<Value, Refusal> {
    let ticket = state.ticket(id).ok_or_else(Refusal::not_found)?;
    let mut changed = ticket.clone();
    fill(state, &mut changed, asked)?;
    Ok(change(state, id, false, |ticket| *ticket = changed))
}

/// Changes a ticket, which shows in its last change, and tells of it.
pub(super) fn change(
    state: &mut State,
    id: &str,
    automatic: bool,
    change: impl FnOnce(&mut Ticket),
) -> Value {
    let Some(before) = state.ticket(id).map(|ticket| show::ticket(state, ticket)) else {
        return Value::Null;
    };
    let now = state.now();
    if let Some(ticket) = state.ticket_mut(id) {
        change(ticket);
        ticket.modified_at = now;
    }
    let Some(ticket) = state.ticket(id) else {
        return Value::Null;
    };
    let shown = show::ticket(state, ticket);
    let news = News {
        automatic,
        before: Some(before),
        ..News::new("Ticket_Update", &ticket.department, shown.clone())
    };
    state.news.push(news);
    shown
}

pub(super) fn one(state: &State, request: &Request, id: &str) -> Result<Value, Refusal> {
    let ticket = state.ticket(id).ok_or_else(Refusal::not_found)?;
    let include = request.argument("include").unwrap_or_default();
    Ok(show::included(
        state,
        ticket,
        show::ticket(state, ticket),
        include,
    ))
}

/// The list: no count, and rows that leave out the time of the last change.
pub(super) fn list(state: &State, request: &Request) -> Result<Vec<Value>, Refusal> {
    let assignee = request.argument("assignee");
    let fits = |ticket: &&Ticket| {
        let unassigned = assignee == Some("Unassigned") && ticket.assignee.is_none();
        let assigned = assignee.is_none_or(|wanted| ticket.assignee.as_deref() == Some(wanted));
        (unassigned || assigned)
            && one_of(request, "status", &ticket.status)
            && one_of(request, "departmentIds", &ticket.department)
    };
    let mut found: Vec<_> = state.tickets.iter().filter(fits).collect();
    found.sort_by_key(|ticket| ticket.created_at);
    if request.argument("sortBy") != Some("createdTime") {
        found.reverse();
    }
    let include = request.argument("include").unwrap_or_default();
    let row = |ticket: &Ticket| show::included(state, ticket, show::row(state, ticket), include);
    page(request, found, row)
}

/// The search, which tells the number and knows the time of the last change.
pub(super) fn search(state: &State, request: &Request) -> Result<Vec<Value>, Refusal> {
    if request.number("from").unwrap_or_default() > LAST_FROM {
        return Err(Refusal::field("/from", "invalid"));
    }
    let mut found = Vec::new();
    for ticket in &state.tickets {
        if fits(state, ticket, request)? {
            found.push(ticket);
        }
    }
    match request.argument("sortBy") {
        Some("modifiedTime") => found.sort_by_key(|ticket| ticket.modified_at),
        Some("createdTime") => found.sort_by_key(|ticket| ticket.created_at),
        Some("-modifiedTime") => found.sort_by_key(|ticket| -ticket.modified_at),
        _ => found.sort_by_key(|ticket| -ticket.created_at),
    }
    let row = |ticket: &Ticket| {
        let mut row = show::row(state, ticket);
        row["modifiedTime"] = json!(written(ticket.modified_at));
        row
    };
    page(request, found, row)
}

fn fits(state: &State, ticket: &Ticket, request: &Request) -> Result<bool, Refusal> {
    let number = ticket.number.to_string();
    let words = request.argument("_all").unwrap_or_default().to_lowercase();
    let contact = state.contacts.iter().find(|row| row.id == ticket.contact);
    let email = contact.map_or("", |row| row.email.as_str());
    let all = format!("{} {} {number} {email}", ticket.subject, ticket.description);
    Ok(request
        .argument("ticketNumber")
        .is_none_or(|wanted| wanted == number)
        && all.to_lowercase().contains(&words)
        && one_of(request, "status", &ticket.status)
        && one_of(request, "departmentId", &ticket.department)
        && one_of(
            request,
            "assigneeId",
            ticket.assignee.as_deref().unwrap_or_default(),
        )
        && in_range(request, "createdTimeRange", Some(ticket.created_at))?
        && in_range(request, "modifiedTimeRange", Some(ticket.modified_at))?
        && in_range(request, "dueDateRange", ticket.due_at)?)
}

fn one_of(request: &Request, name: &str, value: &str) -> bool {
    let wanted = request.argument(name);
    wanted.is_none_or(|wanted| wanted.split(',').any(|one| one == value))
}

/// Two moments with a comma between them.
fn in_range(request: &Request, name: &str, at: Option<i64>) -> Result<bool, Refusal> {
    let Some(range) = request.argument(name) else {
        return Ok(true);
    };
    let ends = range.split_once(',');
    let ends = ends.and_then(|(from, to)| Some((read_time(from)?, read_time(to)?)));
    let (from, to) = ends.ok_or_else(|| Refusal::field(&format!("/{name}"), "invalid"))?;
    Ok(at.is_some_and(|at| (from..=to).contains(&at)))
}

/// `from` counts from 0; a `limit` beyond the largest is refused.
pub(super) fn page<T: Copy>(
    request: &Request,
    rows: Vec<T>,
    show: impl Fn(T) -> Value,
) -> Result<Vec<Value>, Refusal> {
    let limit = request.number("limit").unwrap_or(10);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Refusal::field("/limit", "invalid"));
    }
    let from = request.number("from").unwrap_or_default();
    Ok(rows.into_iter().skip(from).take(limit).map(show).collect())
}

pub(super) fn text(asked: &Map<String, Value>, name: &str) -> Option<String> {
    let text = asked.get(name)?.as_str()?;
    (!text.is_empty()).then(|| text.to_owned())
}
