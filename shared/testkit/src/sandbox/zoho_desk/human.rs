//! What customers, agents and the portal's own rules do.

use serde_json::json;

use super::ZohoDesk;
use super::events::{self, News};
use super::state::{Comment, Rating, State, Thread, written};
use super::{show, talk, tickets};
use crate::sandbox::lock;

impl ZohoDesk {
    /// A customer writes a mail to a department; returns the new ticket.
    pub fn human_opens_ticket(&self, department: &str, email: &str, subject: &str) -> String {
        self.act(|state| {
            let contact = state.contact(email, email);
            let mut ticket = state.new_ticket();
            ticket.subject = subject.to_owned();
            ticket.channel = "Email".to_owned();
            ticket.department = department.to_owned();
            ticket.contact = contact;
            let id = ticket.id.clone();
            tickets::open(state, ticket);
            id
        })
    }

    /// A customer answers by mail; returns the thread.
    pub fn human_writes_mail(&self, ticket: &str, text: &str) -> String {
        self.act(|state| {
            let contact = state.ticket(ticket).map(|row| row.contact.clone());
            let mut contacts = state.contacts.iter();
            let contact = contacts.find(|row| Some(&row.id) == contact.as_ref());
            let email = contact.map(|row| row.email.clone()).unwrap_or_default();
            let thread = Thread {
                id: state.next_id(),
                direction: "in",
                author: email.clone(),
                from: email,
                to: "support@zylker.example".to_owned(),
                content: text.to_owned(),
                at: state.now(),
            };
            let id = thread.id.clone();
            talk::thread_in(state, ticket, thread);
            id
        })
    }

    /// An agent answers the customer; returns the thread.
    pub fn human_replies(&self, ticket: &str, agent: &str, text: &str) -> String {
        self.act(|state| {
            let thread = Thread {
                id: state.next_id(),
                direction: "out",
                author: agent.to_owned(),
                from: "support@zylker.example".to_owned(),
                to: "customer@example.com".to_owned(),
                content: text.to_owned(),
                at: state.now(),
            };
            let id = thread.id.clone();
            talk::thread_in(state, ticket, thread);
            id
        })
    }

    pub fn human_comments(&self, ticket: &str, agent: &str, html: &str, is_public: bool) -> String {
        self.act(|state| {
            let comment = Comment {
                id: state.next_id(),
                author: agent.to_owned(),
                content: html.to_owned(),
                content_type: "html".to_owned(),
                is_public,
                at: state.now(),
            };
            let id = comment.id.clone();
            talk::comment_on(state, ticket, comment);
            id
        })
    }

    pub fn human_assigns(&self, ticket: &str, agent: Option<&str>) {
        self.act(|state| {
            tickets::change(state, ticket, false, |row| {
                row.assignee = agent.map(str::to_owned)
            })
        });
    }

    pub fn human_sets_status(&self, ticket: &str, status: &str) {
        self.act(|state| {
            tickets::change(state, ticket, false, |row| {
                status.clone_into(&mut row.status)
            })
        });
    }

    pub fn human_sets_priority(&self, ticket: &str, priority: &str) {
        self.act(|state| {
            tickets::change(state, ticket, false, |row| {
                row.priority = Some(priority.to_owned())
            })
        });
    }

    /// Sets when the ticket must be done, in milliseconds since 1970.
    pub fn human_sets_due(&self, ticket: &str, millis: i64) {
        self.act(|state| tickets::change(state, ticket, false, |row| row.due_at = Some(millis)));
    }

    /// An agent passes the ticket up.
    pub fn human_escalates(&self, ticket: &str) {
        self.act(|state| tickets::change(state, ticket, false, |row| row.escalated = true));
    }

    /// The portal's own rule passes it up, which webhooks tell only where they are asked to.
    pub fn rule_escalates(&self, ticket: &str) {
        self.act(|state| tickets::change(state, ticket, true, |row| row.escalated = true));
    }

    /// Asks an agent for an approval; returns its id.
    pub fn human_asks_approval(&self, ticket: &str, approver: &str, subject: &str) -> String {
        self.act(|state| {
            let id = state.next_id();
            tell_approval(
                state,
                "Ticket_Approval_Add",
                ticket,
                approver,
                &id,
                subject,
                "PENDING",
            );
            id
        })
    }

    pub fn human_decides_approval(&self, ticket: &str, approver: &str, id: &str, approved: bool) {
        let status = if approved { "APPROVED" } else { "REJECTED" };
        self.act(|state| {
            tell_approval(
                state,
                "Ticket_Approval_Update",
                ticket,
                approver,
                id,
                "",
                status,
            );
        });
    }

    /// The customer rates: `GOOD`, `OKAY` or `BAD`.
    pub fn human_rates(&self, ticket: &str, rating: &str, feedback: &str) {
        self.act(|state| {
            let rating = Rating {
                id: state.next_id(),
                ticket: ticket.to_owned(),
                rating: rating.to_owned(),
                feedback: feedback.to_owned(),
                at: state.now(),
            };
            state.ratings.push(rating);
        });
    }

    /// Throws the ticket away.
    pub fn human_deletes(&self, ticket: &str) {
        self.act(|state| {
            let Some(row) = state.ticket(ticket) else {
                return;
            };
            let shown = show::ticket(state, row);
            let news = News::new("Ticket_Delete", &row.department.clone(), shown);
            state.tickets.retain(|row| row.id != ticket);
            state.news.push(news);
        });
    }

    /// The token that a webhook of that id would come with now.
    pub fn webhook_token(&self, webhook: &str) -> String {
        events::token(&lock(&self.portal.state), webhook)
    }

    /// Signs any header and claims with the key in use.
    pub fn sign(&self, header: &serde_json::Value, claims: &serde_json::Value) -> String {
        let key = lock(&self.portal.state).signing_key;
        events::signed(key, header, claims)
    }

    /// The next webhooks are signed with a new key.
    pub fn change_signing_key(&self) {
        lock(&self.portal.state).signing_key += 1;
    }

    fn act<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        let mut state = lock(&self.portal.state);
        let done = work(&mut state);
        self.portal.tell(&mut state);
        done
    }
}

fn tell_approval(
    state: &mut State,
    event: &'static str,
    ticket: &str,
    approver: &str,
    id: &str,
    subject: &str,
    status: &str,
) {
    let department = state.ticket(ticket).map(|row| row.department.clone());
    let payload = json!({
        "id": id,
        "ticketId": ticket,
        "subject": subject,
        "status": status,
        "approver": show::agent(state, approver),
        "processedTime": written(state.now()),
    });
    let news = News::new(event, &department.unwrap_or_default(), payload);
    state.news.push(news);
}
