//! What the portal holds.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::events::News;
use super::options::{Contact, Options};
use crate::sandbox::now;

/// Ids have 18 digits: one that is read as a double loses some.
const FIRST_ID: u64 = 198_765_000_001_000_001;
pub(super) const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const MAX_REFRESH_TOKENS: usize = 20;

/// Times in milliseconds since 1970.
#[derive(Clone, Debug)]
pub struct Comment {
    pub id: String,
    pub author: String,
    pub content: String,
    pub content_type: String,
    pub is_public: bool,
    pub at: i64,
}

/// A mail to or from the customer.
#[derive(Clone, Debug)]
pub struct Thread {
    pub id: String,
    /// `in` or `out`.
    pub direction: &'static str,
    pub author: String,
    pub from: String,
    pub to: String,
    pub content: String,
    pub at: i64,
}

#[derive(Clone, Debug)]
pub struct Ticket {
    pub id: String,
    pub number: u64,
    pub subject: String,
    pub description: String,
    pub status: String,
    pub priority: Option<String>,
    pub category: Option<String>,
    pub channel: String,
    pub department: String,
    pub contact: String,
    pub assignee: Option<String>,
    pub phone: Option<String>,
    pub created_at: i64,
    pub modified_at: i64,
    pub due_at: Option<i64>,
    pub escalated: bool,
    pub custom: Map<String, Value>,
    pub comments: Vec<Comment>,
    pub threads: Vec<Thread>,
}

#[derive(Clone, Debug)]
pub struct Rating {
    pub id: String,
    pub ticket: String,
    /// `GOOD`, `OKAY` or `BAD`.
    pub rating: String,
    pub feedback: String,
    pub at: i64,
}

/// One subscription, as its owner wrote it.
#[derive(Clone, Debug)]
pub struct Subscription {
    pub id: String,
    pub body: Map<String, Value>,
}

/// A sign-in, under its refresh token.
#[derive(Clone, Debug)]
pub(super) struct SignIn {
    pub(super) refresh_token: String,
    pub(super) agent: String,
    pub(super) scopes: Vec<String>,
    pub(super) refreshed_at: VecDeque<i64>,
}

#[derive(Clone, Debug)]
pub(super) struct Access {
    pub(super) agent: String,
    pub(super) scopes: Vec<String>,
    pub(super) until: i64,
}

/// What was consented to and not exchanged yet.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) agent: String,
    pub(super) scopes: Vec<String>,
    pub(super) redirect_uri: String,
    pub(super) until: i64,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) tickets: Vec<Ticket>,
    pub(super) contacts: Vec<Contact>,
    pub(super) ratings: Vec<Rating>,
    pub(super) subscriptions: Vec<Subscription>,
    pub(super) sign_ins: Vec<SignIn>,
    pub(super) access: BTreeMap<String, Access>,
    pub(super) codes: BTreeMap<String, Code>,
    pub(super) mails: Vec<Thread>,
    /// What is still to be told.
    pub(super) news: Vec<News>,
    pub(super) credits_used: u64,
    pub(super) tokens_given: usize,
    /// Which of the signing keys is in use.
    pub(super) signing_key: usize,
    /// Where the clock stands still, if it does.
    pub(super) time: Option<i64>,
    next_id: u64,
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        let agent = options.agents.first();
        let first = SignIn {
            refresh_token: options.refresh_token.clone(),
            agent: agent.map(|agent| agent.id.clone()).unwrap_or_default(),
            scopes: super::access::every_scope(),
            refreshed_at: VecDeque::new(),
        };
        Self {
            contacts: options.contacts.clone(),
            sign_ins: vec![first],
            options,
            tickets: Vec::new(),
            ratings: Vec::new(),
            subscriptions: Vec::new(),
            access: BTreeMap::new(),
            codes: BTreeMap::new(),
            mails: Vec::new(),
            news: Vec::new(),
            credits_used: 0,
            tokens_given: 0,
            signing_key: 0,
            time: None,
            next_id: FIRST_ID,
        }
    }

    pub(super) fn exactly_now(&self) -> i64 {
        self.time.unwrap_or_else(|| now().as_millisecond())
    }

    /// Whole seconds, as the vendor writes them.
    pub(super) fn now(&self) -> i64 {
        let millis = self.exactly_now();
        millis - millis.rem_euclid(1000)
    }

    pub(super) fn next_id(&mut self) -> String {
        self.next_id += 1001;
        self.next_id.to_string()
    }

    pub(super) fn ticket(&self, id: &str) -> Option<&Ticket> {
        self.tickets.iter().find(|ticket| ticket.id == id)
    }

    pub(super) fn ticket_mut(&mut self, id: &str) -> Option<&mut Ticket> {
        self.tickets.iter_mut().find(|ticket| ticket.id == id)
    }

    pub(super) fn kind_of(&self, status: &str) -> &str {
        let mut statuses = self.options.statuses.iter();
        let found = statuses.find(|row| row.name == status);
        found.map_or("Open", |row| row.kind.as_str())
    }

    pub(super) fn is_overdue(&self, ticket: &Ticket) -> bool {
        let due = ticket.due_at.is_some_and(|due| due < self.exactly_now());
        due && self.kind_of(&ticket.status) != "Closed"
    }

    /// Returns the contact with that address, made if there is none.
    pub(super) fn contact(&mut self, last_name: &str, email: &str) -> String {
        let known = |row: &&Contact| !email.is_empty() && row.email == email;
        if let Some(contact) = self.contacts.iter().find(known) {
            return contact.id.clone();
        }
        let id = self.next_id();
        self.contacts.push(Contact {
            id: id.clone(),
            first_name: String::new(),
            last_name: last_name.to_owned(),
            email: email.to_owned(),
        });
        id
    }

    /// A blank ticket, which is kept once it is filled in.
    pub(super) fn new_ticket(&mut self) -> Ticket {
        let now = self.now();
        let number = self.options.first_number + self.tickets.len() as u64;
        Ticket {
            id: self.next_id(),
            number,
            subject: String::new(),
            description: String::new(),
            status: "Open".to_owned(),
            priority: None,
            category: None,
            channel: "Phone".to_owned(),
            department: String::new(),
            contact: String::new(),
            assignee: None,
            phone: None,
            created_at: now,
            modified_at: now,
            due_at: None,
            escalated: false,
            custom: Map::new(),
            comments: Vec::new(),
            threads: Vec::new(),
        }
    }

    /// A user may have twenty refresh tokens: one more, and the oldest is gone without a word.
    pub(super) fn sign_in(&mut self, sign_in: SignIn) {
        let same = |row: &&SignIn| row.agent == sign_in.agent;
        if self.sign_ins.iter().filter(same).count() >= MAX_REFRESH_TOKENS {
            let oldest = self
                .sign_ins
                .iter()
                .position(|row| row.agent == sign_in.agent);
            self.sign_ins.remove(oldest.unwrap_or_default());
        }
        self.sign_ins.push(sign_in);
    }

    pub(super) fn give_access(&mut self, agent: &str, scopes: &[String]) -> String {
        let token = format!("1000.{}", crate::sandbox::uuid());
        let until = self.exactly_now() + HOUR;
        let access = Access {
            agent: agent.to_owned(),
            scopes: scopes.to_vec(),
            until,
        };
        self.tokens_given += 1;
        self.access.insert(token.clone(), access);
        token
    }
}

/// As the vendor writes it: `2026-11-22T10:00:00.000Z`.
pub(super) fn written(millis: i64) -> String {
    let time = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH);
    format!("{time:.3}")
}

pub(super) fn read_time(text: &str) -> Option<i64> {
    let time: Timestamp = text.trim().parse().ok()?;
    Some(time.as_millisecond())
}
