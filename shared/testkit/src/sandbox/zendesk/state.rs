//! What the account holds.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::options::{Options, User};
use crate::sandbox::now;

const FIRST_TICKET: i64 = 40_961;

#[derive(Clone, Debug, PartialEq)]
pub struct Ticket {
    pub id: i64,
    pub subject: String,
    pub description: String,
    pub status: String,
    pub priority: Option<String>,
    pub requester_id: i64,
    /// Further comments, oldest first.
    pub comments: Vec<String>,
    pub created_at: Timestamp,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) tickets: Vec<Ticket>,
    /// By idempotency key: what was sent with it, and the ticket that came of it.
    pub(super) keys: HashMap<String, (Value, i64)>,
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            tickets: Vec::new(),
            keys: HashMap::new(),
        }
    }

    pub(super) fn create(&mut self, subject: &str, body: &str, ticket: &Value) -> &Ticket {
        let count = i64::try_from(self.tickets.len()).unwrap_or(0);
        let requester = ticket["requester_id"].as_i64();
        let first = self.options.users.first().map_or(0, |user| user.id);
        self.tickets.push(Ticket {
            id: FIRST_TICKET + count,
            subject: subject.to_owned(),
            description: body.to_owned(),
            status: ticket["status"].as_str().unwrap_or("new").to_owned(),
            priority: ticket["priority"].as_str().map(str::to_owned),
            requester_id: requester.unwrap_or(first),
            comments: Vec::new(),
            created_at: now(),
        });
        &self.tickets[self.tickets.len() - 1]
    }

    pub(super) fn ticket(&mut self, id: &str) -> Option<&mut Ticket> {
        let id: i64 = id.parse().ok()?;
        self.tickets.iter_mut().find(|ticket| ticket.id == id)
    }
}

impl Ticket {
    pub(super) fn show(&self, base: &str) -> Value {
        json!({
            "id": self.id,
            "url": format!("{base}/api/v2/tickets/{}.json", self.id),
            "subject": self.subject,
            "raw_subject": self.subject,
            "description": self.description,
            "status": self.status,
            "priority": self.priority,
            "requester_id": self.requester_id,
            "created_at": self.created_at.to_string(),
            "updated_at": self.created_at.to_string(),
            "tags": [],
        })
    }
}

impl User {
    pub(super) fn show(&self, base: &str) -> Value {
        json!({
            "id": self.id,
            "url": format!("{base}/api/v2/users/{}.json", self.id),
            "name": self.name,
            "email": self.email,
            "phone": self.phone,
            "role": self.role,
        })
    }
}
