//! Zoho's resources in the words that templates see. Every field is there; ids stay texts.

use deskbridge_core::Timestamp;
use serde_json::{Value, json};

use crate::text::{plain, truncate};

/// As much of a comment or a mail as a chat shows; the rest is behind the link.
const MAX_TEXT_CHARS: usize = 3_000;

/// The fields that tell what a change did, as the vendor names them; all are short.
pub(super) const TRACKED: [&str; 8] = [
    "status",
    "statusType",
    "priority",
    "assigneeId",
    "departmentId",
    "dueDate",
    "isEscalated",
    "isOverDue",
];

/// A tracked field as text: a truth value that is left out is false.
pub(super) fn tracked(ticket: &Value, field: &str) -> String {
    match field {
        "isEscalated" | "isOverDue" => flag(&ticket[field]).to_string(),
        "dueDate" => time(&ticket[field]),
        _ => text(&ticket[field]),
    }
}

pub(super) fn ticket(ticket: &Value) -> Value {
    json!({
        "id": text(&ticket["id"]),
        "number": text(&ticket["ticketNumber"]),
        "subject": text(&ticket["subject"]),
        "description": body(&ticket["description"], true),
        "status": text(&ticket["status"]),
        "status_type": text(&ticket["statusType"]),
        "priority": text(&ticket["priority"]),
        "category": text(&ticket["category"]),
        "channel": text(&ticket["channel"]),
        "department_id": first(&[&ticket["departmentId"], &ticket["department"]["id"]]),
        "department": text(&ticket["department"]["name"]),
        "assignee_id": first(&[&ticket["assigneeId"], &ticket["assignee"]["id"]]),
        "assignee": person(&ticket["assignee"]),
        "assignee_email": first(&[&ticket["assignee"]["email"], &ticket["assignee"]["emailId"]]),
        "contact_id": first(&[&ticket["contactId"], &ticket["contact"]["id"]]),
        "contact": person(&ticket["contact"]),
        "email": first(&[&ticket["email"], &ticket["contact"]["email"]]),
        "phone": text(&ticket["phone"]),
        "url": text(&ticket["webUrl"]),
        "due_at": time(&ticket["dueDate"]),
        "created_at": time(&ticket["createdTime"]),
        "modified_at": time(&ticket["modifiedTime"]),
        "escalated": flag(&ticket["isEscalated"]),
        "overdue": flag(&ticket["isOverDue"]),
    })
}

pub(super) fn comment(comment: &Value) -> Value {
    let html = !text(&comment["contentType"]).eq_ignore_ascii_case("plaintext");
    json!({
        "id": text(&comment["id"]),
        "text": body(&comment["content"], html),
        "public": flag(&comment["isPublic"]),
        "author_id": first(&[&comment["commenterId"], &comment["commenter"]["id"]]),
        "author": person(&comment["commenter"]),
        "author_type": kind(&comment["commenter"]),
        "at": time(&comment["commentedTime"]),
    })
}

/// A mail, a call or a chat message of a ticket. Lists carry its beginning only.
pub(super) fn thread(thread: &Value) -> Value {
    let words = match thread["content"].as_str() {
        Some(content) if !content.is_empty() => body(&json!(content), true),
        _ => body(&thread["summary"], false),
    };
    json!({
        "id": text(&thread["id"]),
        "direction": text(&thread["direction"]).to_ascii_lowercase(),
        "channel": text(&thread["channel"]),
        "text": words,
        "author_id": text(&thread["author"]["id"]),
        "author": person(&thread["author"]),
        "author_type": kind(&thread["author"]),
        "from": text(&thread["fromEmailAddress"]),
        "to": text(&thread["to"]),
        "at": time(&thread["createdTime"]),
    })
}

pub(super) fn approval(approval: &Value) -> Value {
    json!({
        "id": text(&approval["id"]),
        "subject": text(&approval["subject"]),
        "text": body(&approval["description"], true),
        "status": text(&approval["status"]),
        "approver_id": first(&[&approval["approverId"], &approval["approver"]["id"]]),
        "approver": person(&approval["approver"]),
        "requester": person(&approval["requester"]),
        "at": time(&json!(first(&[&approval["processedTime"], &approval["requestedTime"]]))),
    })
}

pub(super) fn rating(rating: &Value) -> Value {
    json!({
        "id": text(&rating["id"]),
        "rating": match text(&rating["rating"]).to_ascii_lowercase().as_str() {
            "ok" => "okay",
            rating => rating,
        },
        "feedback": body(&rating["feedback"], false),
        "agent_id": text(&rating["agentId"]),
        "contact_id": text(&rating["contactId"]),
        "contact": person(&rating["contact"]),
        "at": time(&rating["ratedTime"]),
    })
}

pub(super) fn agent(agent: &Value) -> Value {
    json!({
        "id": text(&agent["id"]),
        "name": person(agent),
        "email": first(&[&agent["emailId"], &agent["email"]]),
        "status": text(&agent["status"]),
    })
}

/// A text, a number or a truth value as text; empty for anything else.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}

/// A moment in one form: the vendor writes it as text in some places, as milliseconds in others.
pub(super) fn time(value: &Value) -> String {
    at(value).map_or_else(|| text(value), |time| time.to_string())
}

pub(super) fn at(value: &Value) -> Option<Timestamp> {
    let written = text(value);
    let millis = written.parse().ok().map(Timestamp::from_millis);
    millis.or_else(|| Timestamp::parse(&written))
}

/// The vendor writes truth values as such, or as texts.
pub(super) fn flag(value: &Value) -> bool {
    value == &Value::Bool(true)
        || value
            .as_str()
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn first(values: &[&Value]) -> String {
    let mut texts = values.iter().map(|value| text(value));
    texts.find(|text| !text.is_empty()).unwrap_or_default()
}

/// `AGENT` or `END_USER`, which comes alone or in a list.
fn kind(person: &Value) -> String {
    first(&[&person["type"], &person["type"][0]])
}

fn person(person: &Value) -> String {
    let name = text(&person["name"]);
    if !name.is_empty() {
        return name;
    }
    let name = format!(
        "{} {}",
        text(&person["firstName"]),
        text(&person["lastName"])
    );
    name.trim().to_owned()
}

fn body(value: &Value, html: bool) -> String {
    let words = text(value);
    let words = if html { plain(&words) } else { words };
    truncate(&words, MAX_TEXT_CHARS)
}
