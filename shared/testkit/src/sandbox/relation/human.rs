//! What customers and agents do.

use super::Relation;
use super::state::{Message, State};
use crate::sandbox::lock;

impl Relation {
    /// A customer writes; returns the new ticket.
    pub fn human_receives_mail(
        &self,
        message_box: u64,
        from: &str,
        subject: &str,
        body: &str,
    ) -> u64 {
        let mut state = lock(&self.tenant.state);
        let ticket = state.open_ticket(message_box, subject, "open");
        let mut message = message(&state, "mail", "received", subject, body);
        message.from = from.to_owned();
        message.to = "support@example.com".to_owned();
        state.add_message(ticket, message);
        ticket
    }

    /// An agent answers by mail; returns the message.
    pub fn human_replies(&self, ticket: u64, to: &str, body: &str) -> Option<u64> {
        self.add(ticket, "mail", "sent", |message| {
            message.to = to.to_owned();
            message.body = body.to_owned();
        })
    }

    /// An agent writes an answer and does not send it yet.
    pub fn human_drafts(&self, ticket: u64, to: &str, body: &str) -> Option<u64> {
        self.add(ticket, "mail", "draft", |message| {
            message.to = to.to_owned();
            message.body = body.to_owned();
            message.sent_at = None;
        })
    }

    /// The draft is sent.
    pub fn human_sends(&self, ticket: u64, message: u64) {
        let mut state = lock(&self.tenant.state);
        let now = state.now();
        state.change(ticket, |ticket| {
            let message = ticket.messages.iter_mut().find(|row| row.id == message);
            if let Some(message) = message {
                message.action = "sent".to_owned();
                message.sent_at = Some(now);
                message.updated_at = now;
            }
        });
    }

    /// An agent writes a memo of what was said, dated `operated_at` (in milliseconds), perhaps back.
    pub fn human_writes_memo(&self, ticket: u64, operated_at: i64, html: &str) -> Option<u64> {
        self.add(ticket, "record", "sent", |message| {
            message.title = "応対メモ".to_owned();
            message.body = html.to_owned();
            message.is_html = true;
            message.sent_at = Some(operated_at);
            message.customer_id = Some(901);
        })
    }

    /// A ticket of its own for a memo; it begins closed.
    pub fn human_opens_memo_ticket(&self, message_box: u64, subject: &str) -> u64 {
        lock(&self.tenant.state).open_ticket(message_box, subject, "closed")
    }

    pub fn human_writes_call_memo(&self, ticket: u64, body: &str) -> Option<u64> {
        self.add(ticket, "call", "sent", |message| {
            message.title = "通話メモ".to_owned();
            message.body = body.to_owned();
        })
    }

    /// A chat begins; returns its message.
    pub fn human_chats(&self, ticket: u64) -> Option<u64> {
        self.add(ticket, "chatplus", "conversation", |_| {})
    }

    pub fn human_ends_chat(&self, ticket: u64, message: u64) {
        let mut state = lock(&self.tenant.state);
        let now = state.now();
        state.change(ticket, |ticket| {
            let message = ticket.messages.iter_mut().find(|row| row.id == message);
            if let Some(message) = message {
                message.action = "end_conversation".to_owned();
                message.updated_at = now;
            }
        });
    }

    pub fn human_sets_status(&self, ticket: u64, status: &str) {
        lock(&self.tenant.state).change(ticket, |ticket| status.clone_into(&mut ticket.status));
    }

    pub fn human_assigns(&self, ticket: u64, mention_name: &str) {
        let mut state = lock(&self.tenant.state);
        state.change(ticket, |ticket| {
            ticket.assignee = Some(mention_name.to_owned())
        });
    }

    pub fn human_labels(&self, ticket: u64, label_ids: &[u64], case_category_ids: &[u64]) {
        lock(&self.tenant.state).change(ticket, |ticket| {
            ticket.label_ids = label_ids.to_vec();
            ticket.case_category_ids = case_category_ids.to_vec();
        });
    }

    /// Throws the ticket away for good.
    pub fn human_deletes(&self, ticket: u64) {
        lock(&self.tenant.state)
            .tickets
            .retain(|row| row.id != ticket);
    }

    fn add(
        &self,
        ticket: u64,
        method: &str,
        action: &str,
        fill: impl FnOnce(&mut Message),
    ) -> Option<u64> {
        let mut state = lock(&self.tenant.state);
        let title = state.ticket(ticket)?.title.clone();
        let mut message = message(&state, method, action, &title, "");
        message.from = "support@example.com".to_owned();
        fill(&mut message);
        state.add_message(ticket, message)
    }
}

fn message(state: &State, method: &str, action: &str, title: &str, body: &str) -> Message {
    let now = state.now();
    Message {
        id: 0,
        method: method.to_owned(),
        action: action.to_owned(),
        from: String::new(),
        to: String::new(),
        title: title.to_owned(),
        body: body.to_owned(),
        is_html: false,
        sent_at: Some(now),
        created_at: now,
        updated_at: now,
        customer_id: None,
    }
}
