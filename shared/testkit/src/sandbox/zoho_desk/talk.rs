//! Comments among agents, and mails to and from customers.

use serde_json::{Map, Value, json};

use super::access::Refusal;
use super::events::News;
use super::show;
use super::state::{Comment, State, Thread};
use super::tickets::{page, text};
use crate::sandbox::http::Request;

const MAX_CONTENT_CHARS: usize = 32_000;

pub(super) fn add_comment(
    state: &mut State,
    id: &str,
    agent: &str,
    asked: &Map<String, Value>,
) -> Result<Value, Refusal> {
    let content = text(asked, "content").ok_or_else(|| Refusal::field("/content", "missing"))?;
    let content_type = text(asked, "contentType").unwrap_or_else(|| "html".to_owned());
    if content.chars().count() > MAX_CONTENT_CHARS {
        return Err(Refusal::field("/content", "invalid"));
    }
    if !matches!(content_type.as_str(), "html" | "plainText") {
        return Err(Refusal::field("/contentType", "invalid"));
    }
    let comment = Comment {
        id: state.next_id(),
        author: agent.to_owned(),
        content,
        content_type,
        is_public: asked.get("isPublic") == Some(&json!(true)),
        at: state.now(),
    };
    comment_on(state, id, comment).ok_or_else(Refusal::not_found)
}

/// Keeps a comment and tells of it: its ticket by id only.
pub(super) fn comment_on(state: &mut State, id: &str, comment: Comment) -> Option<Value> {
    let now = state.now();
    let shown = show::comment(state, &comment);
    let ticket = state.ticket_mut(id)?;
    ticket.comments.push(comment);
    ticket.modified_at = now;
    let mut payload = shown.clone();
    payload["ticketId"] = json!(id);
    let news = News::new("Ticket_Comment_Add", &ticket.department.clone(), payload);
    state.news.push(news);
    Some(shown)
}

pub(super) fn comments(state: &State, request: &Request, id: &str) -> Result<Vec<Value>, Refusal> {
    let ticket = state.ticket(id).ok_or_else(Refusal::not_found)?;
    let mut rows: Vec<_> = ticket.comments.iter().collect();
    if request.argument("sortBy") == Some("-commentedTime") {
        rows.reverse();
    }
    page(request, rows, |row| show::comment(state, row))
}

pub(super) fn comment(state: &State, id: &str, comment: &str) -> Result<Value, Refusal> {
    let ticket = state.ticket(id).ok_or_else(Refusal::not_found)?;
    let found = ticket.comments.iter().find(|row| row.id == comment);
    let found = found.ok_or_else(Refusal::not_found)?;
    Ok(show::comment(state, found))
}

/// Sends a mail to the customer, from an address that the portal has.
pub(super) fn send_reply(
    state: &mut State,
    id: &str,
    agent: &str,
    asked: &Map<String, Value>,
) -> Result<Value, Refusal> {
    if asked.get("channel") != Some(&json!("EMAIL")) {
        return Err(Refusal::field("/channel", "invalid"));
    }
    let wanted = |name: &str| {
        let missing = || Refusal::field(&format!("/{name}"), "missing");
        text(asked, name).ok_or_else(missing)
    };
    let (from, to) = (wanted("fromEmailAddress")?, wanted("to")?);
    let content = wanted("content")?;
    let mut departments = state.options.departments.iter();
    if !departments.any(|row| row.reply_address == from) {
        return Err(Refusal::field("/fromEmailAddress", "invalid"));
    }
    if !to.contains('@') {
        return Err(Refusal::field("/to", "invalid"));
    }
    state.ticket(id).ok_or_else(Refusal::not_found)?;
    let thread = Thread {
        id: state.next_id(),
        direction: "out",
        author: agent.to_owned(),
        from,
        to,
        content,
        at: state.now(),
    };
    state.mails.push(thread.clone());
    thread_in(state, id, thread).ok_or_else(Refusal::not_found)
}

/// Keeps a mail and tells of it.
pub(super) fn thread_in(state: &mut State, id: &str, thread: Thread) -> Option<Value> {
    let now = state.now();
    let direction = thread.direction;
    let shown = show::thread(state, &thread);
    let ticket = state.ticket_mut(id)?;
    ticket.threads.push(thread);
    ticket.modified_at = now;
    let mut payload = shown.clone();
    payload["ticketId"] = json!(id);
    let news = News {
        direction: Some(direction),
        ..News::new("Ticket_Thread_Add", &ticket.department.clone(), payload)
    };
    state.news.push(news);
    Some(shown)
}

/// The newest first.
pub(super) fn threads(state: &State, request: &Request, id: &str) -> Result<Vec<Value>, Refusal> {
    let ticket = state.ticket(id).ok_or_else(Refusal::not_found)?;
    let rows = ticket.threads.iter().rev().collect();
    page(request, rows, |row| show::thread(state, row))
}

pub(super) fn thread(state: &State, id: &str, thread: &str) -> Result<Value, Refusal> {
    let ticket = state.ticket(id).ok_or_else(Refusal::not_found)?;
    let found = ticket.threads.iter().find(|row| row.id == thread);
    let found = found.ok_or_else(Refusal::not_found)?;
    let mut shown = show::thread(state, found);
    shown["content"] = json!(found.content);
    Ok(shown)
}
