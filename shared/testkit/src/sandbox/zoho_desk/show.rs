//! Resources as the API and webhooks show them.

use serde_json::{Value, json};

use super::state::{Comment, Rating, State, Thread, Ticket, written};

/// Everything, as one ticket is shown and as webhooks carry it.
pub(super) fn ticket(state: &State, ticket: &Ticket) -> Value {
    let mut shown = row(state, ticket);
    shown["description"] = json!(ticket.description);
    shown["modifiedTime"] = json!(written(ticket.modified_at));
    shown["cf"] = json!(ticket.custom);
    shown
}

/// A row of a list, which leaves some of it out.
pub(super) fn row(state: &State, ticket: &Ticket) -> Value {
    let kind = state.kind_of(&ticket.status);
    let contact = state.contacts.iter().find(|row| row.id == ticket.contact);
    json!({
        "id": ticket.id,
        "ticketNumber": ticket.number.to_string(),
        "subject": ticket.subject,
        "status": ticket.status,
        "statusType": kind,
        "priority": ticket.priority,
        "category": ticket.category,
        "channel": ticket.channel,
        "departmentId": ticket.department,
        "contactId": ticket.contact,
        "assigneeId": ticket.assignee,
        "email": contact.map(|row| row.email.clone()),
        "phone": ticket.phone,
        "createdTime": written(ticket.created_at),
        "dueDate": ticket.due_at.map(written),
        "isEscalated": ticket.escalated,
        "isOverDue": state.is_overdue(ticket),
        "commentCount": ticket.comments.len().to_string(),
        "threadCount": ticket.threads.len().to_string(),
        "webUrl": format!("https://desk.zoho.com/agent/zylker/ticket/{}", ticket.id),
    })
}

/// Adds the people and the department by name, as `include` asks for.
pub(super) fn included(state: &State, ticket: &Ticket, mut shown: Value, include: &str) -> Value {
    for part in include.split(',') {
        match part {
            "contacts" => {
                let contact = state.contacts.iter().find(|row| row.id == ticket.contact);
                shown["contact"] = contact.map_or(Value::Null, |row| {
                    json!({
                        "id": row.id,
                        "firstName": row.first_name,
                        "lastName": row.last_name,
                        "email": row.email,
                    })
                });
            }
            "assignee" => shown["assignee"] = person(state, ticket.assignee.as_deref()),
            "departments" => {
                let mut rows = state.options.departments.iter();
                let department = rows.find(|row| row.id == ticket.department);
                shown["department"] =
                    department.map_or(Value::Null, |row| json!({ "id": row.id, "name": row.name }));
            }
            _ => {}
        }
    }
    shown
}

/// An agent, within something else.
fn person(state: &State, id: Option<&str>) -> Value {
    let agent = state
        .options
        .agents
        .iter()
        .find(|row| Some(row.id.as_str()) == id);
    agent.map_or(Value::Null, |row| {
        json!({
            "id": row.id,
            "firstName": row.first_name,
            "lastName": row.last_name,
            "email": row.email,
        })
    })
}

pub(super) fn agent(state: &State, id: &str) -> Value {
    let agent = state.options.agents.iter().find(|row| row.id == id);
    agent.map_or(Value::Null, |row| {
        json!({
            "id": row.id,
            "firstName": row.first_name,
            "lastName": row.last_name,
            "name": format!("{} {}", row.first_name, row.last_name),
            "emailId": row.email,
            "status": "ACTIVE",
        })
    })
}

pub(super) fn comment(state: &State, comment: &Comment) -> Value {
    let mut commenter = person(state, Some(&comment.author));
    if commenter.is_object() {
        let first = commenter["firstName"].as_str().unwrap_or_default();
        let last = commenter["lastName"].as_str().unwrap_or_default();
        commenter["name"] = json!(format!("{first} {last}"));
        commenter["type"] = json!("AGENT");
    }
    json!({
        "id": comment.id,
        "commenterId": comment.author,
        "commenter": commenter,
        "content": comment.content,
        "contentType": comment.content_type,
        "isPublic": comment.is_public,
        "commentedTime": written(comment.at),
        "modifiedTime": null,
        "attachments": [],
    })
}

/// Lists carry the beginning only; one thread has its `content`.
pub(super) fn thread(state: &State, thread: &Thread) -> Value {
    let mut author = person(state, Some(&thread.author));
    match author.is_object() {
        true => author["type"] = json!("AGENT"),
        false => author = json!({ "name": thread.author, "type": "END_USER" }),
    }
    let summary: String = thread.content.chars().take(200).collect();
    json!({
        "id": thread.id,
        "direction": thread.direction,
        "channel": "EMAIL",
        "summary": summary,
        "author": author,
        "fromEmailAddress": thread.from,
        "to": thread.to,
        "createdTime": written(thread.at),
        "status": "SUCCESS",
    })
}

pub(super) fn rating(state: &State, rating: &Rating) -> Value {
    let ticket = state.ticket(&rating.ticket);
    json!({
        "id": rating.id,
        "ticketId": rating.ticket,
        "rating": rating.rating,
        "feedback": rating.feedback,
        "ratedTime": written(rating.at),
        "departmentId": ticket.map(|row| row.department.clone()),
        "contactId": ticket.map(|row| row.contact.clone()),
        "agentId": ticket.and_then(|row| row.assignee.clone()),
        "ticket": ticket.map(|ticket| row(state, ticket)),
    })
}
