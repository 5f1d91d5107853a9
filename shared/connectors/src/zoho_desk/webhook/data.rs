//! Zoho's resources in the words that templates see. Every field is there; ids stay texts.

use deskbridge_core::Timestamp;
use serde_json::{Value, json};

use crate::text::{plain, truncate};

/// As much of a comment or a mail as a chat shows; the rest is behind the link.
const MAX_TEXT_CHARS: usize = 3_000;

/// The fields whose change is told, as the vendor names them.
pub(in crate::zoho_desk) const TRACKED: [&str; 9] = [
    "status",
    "statusType",
    "priority",
    "assigneeId",
    "departmentId",
    "subject",
    "dueDate",
    "isEscalated",
    "isOverDue",
];

/// A tracked field as text: a truth value that is left out is false.
pub(in crate::zoho_desk) fn tracked(ticket: &Value, field: &str) -> String {
    match field {
        "isEscalated" | "isOverDue" => flag(&ticket[field]).to_string(),
        _ => text(&ticket[field]),
    }
}

pub(in crate::zoho_desk) fn ticket(ticket: &Value) -> Value {
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
        "due_at": text(&ticket["dueDate"]),
        "created_at": text(&ticket["createdTime"]),
        "modified_at": text(&ticket["modifiedTime"]),
        "escalated": flag(&ticket["isEscalated"]),
        "overdue": flag(&ticket["isOverDue"]),
    })
}

pub(in crate::zoho_desk) fn comment(comment: &Value) -> Value {
    let html = !text(&comment["contentType"]).eq_ignore_ascii_case("plaintext");
    json!({
        "id": text(&comment["id"]),
        "text": body(&comment["content"], html),
        "public": flag(&comment["isPublic"]),
        "author_id": first(&[&comment["commenterId"], &comment["commenter"]["id"]]),
        "author": person(&comment["commenter"]),
        "author_type": text(&comment["commenter"]["type"]),
        "at": text(&comment["commentedTime"]),
    })
}

/// A mail, a call or a chat message of a ticket. Lists carry its beginning only.
pub(in crate::zoho_desk) fn thread(thread: &Value) -> Value {
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
        "author_type": text(&thread["author"]["type"]),
        "from": text(&thread["fromEmailAddress"]),
        "to": text(&thread["to"]),
        "at": text(&thread["createdTime"]),
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
        "at": first(&[&approval["processedTime"], &approval["requestedTime"]]),
    })
}

pub(super) fn rating(rating: &Value) -> Value {
    json!({
        "id": text(&rating["id"]),
        "rating": text(&rating["rating"]).to_ascii_lowercase(),
        "feedback": body(&rating["feedback"], false),
        "agent_id": text(&rating["agentId"]),
        "contact_id": text(&rating["contactId"]),
        "contact": person(&rating["contact"]),
        "at": time(&rating["ratedTime"]),
    })
}

pub(in crate::zoho_desk) fn agent(agent: &Value) -> Value {
    json!({
        "id": text(&agent["id"]),
        "name": person(agent),
        "email": first(&[&agent["emailId"], &agent["email"]]),
        "status": text(&agent["status"]),
    })
}

/// A text, a number or a truth value as text; empty for anything else.
pub(in crate::zoho_desk) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => String::new(),
    }
}

/// A moment as the vendor writes it elsewhere: some are milliseconds since 1970.
pub(super) fn time(value: &Value) -> String {
    let written = text(value);
    let millis = written.parse().map(Timestamp::from_millis);
    millis.map_or(written, |time| time.to_string())
}

/// The vendor writes truth values as such, or as texts.
pub(in crate::zoho_desk) fn flag(value: &Value) -> bool {
    value == &Value::Bool(true)
        || value
            .as_str()
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn first(values: &[&Value]) -> String {
    let mut texts = values.iter().map(|value| text(value));
    texts.find(|text| !text.is_empty()).unwrap_or_default()
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
