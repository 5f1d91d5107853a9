//! What the account holds.

use jiff::Timestamp;

use super::options::Options;
use crate::sandbox::now;

const MINUTE: i64 = 60_000;

/// One message of a ticket; times in milliseconds since 1970.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: u64,
    pub method: String,
    pub action: String,
    pub from: String,
    pub to: String,
    pub title: String,
    pub body: String,
    pub is_html: bool,
    pub sent_at: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
    /// The customer that a memo names.
    pub customer_id: Option<u64>,
}

#[derive(Clone, Debug)]
pub struct Ticket {
    pub id: u64,
    pub message_box: u64,
    pub title: String,
    pub status: String,
    pub assignee: Option<String>,
    pub label_ids: Vec<u64>,
    pub case_category_ids: Vec<u64>,
    pub pending_reason_id: Option<u64>,
    pub created_at: i64,
    pub updated_at: i64,
    pub messages: Vec<Message>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) tickets: Vec<Ticket>,
    pub(super) next_message_id: u64,
    /// Where the clock stands still, if it does.
    pub(super) time: Option<i64>,
    pub(super) calls: Vec<i64>,
    pub(super) refused: usize,
    window_began: i64,
    in_window: u32,
}

/// What a token has left, and when it is counted anew, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    pub(super) reset: i64,
    pub(super) refused: bool,
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            tickets: Vec::new(),
            next_message_id: 8_001,
            time: None,
            calls: Vec::new(),
            refused: 0,
            window_began: 0,
            in_window: 0,
        }
    }

    /// Whole seconds, as the vendor writes them.
    pub(super) fn now(&self) -> i64 {
        let millis = self.exactly_now();
        millis - millis.rem_euclid(1000)
    }

    fn exactly_now(&self) -> i64 {
        self.time.unwrap_or_else(|| now().as_millisecond())
    }

    pub(super) fn count_call(&mut self) -> Left {
        let now = self.exactly_now();
        if !(self.window_began..self.window_began + MINUTE).contains(&now) {
            self.window_began = now;
            self.in_window = 0;
        }
        self.calls.push(now);
        let limit = self.options.calls_per_minute;
        let refused = self.in_window >= limit;
        match refused {
            true => self.refused += 1,
            false => self.in_window += 1,
        }
        Left {
            limit,
            remaining: limit - self.in_window,
            // The next whole second: never too early.
            reset: (self.window_began + MINUTE + 999).div_euclid(1000),
            refused,
        }
    }

    pub(super) fn ticket(&self, id: u64) -> Option<&Ticket> {
        self.tickets.iter().find(|ticket| ticket.id == id)
    }

    pub(super) fn open_ticket(&mut self, message_box: u64, title: &str, status: &str) -> u64 {
        let id = self.options.first_ticket_id + self.tickets.len() as u64;
        let now = self.now();
        self.tickets.push(Ticket {
            id,
            message_box,
            title: title.to_owned(),
            status: status.to_owned(),
            assignee: None,
            label_ids: Vec::new(),
            case_category_ids: Vec::new(),
            pending_reason_id: None,
            created_at: now,
            updated_at: now,
            messages: Vec::new(),
        });
        id
    }

    pub(super) fn add_message(&mut self, ticket: u64, mut message: Message) -> Option<u64> {
        let (now, id) = (self.now(), self.next_message_id);
        let ticket = self.tickets.iter_mut().find(|row| row.id == ticket)?;
        message.id = id;
        ticket.messages.push(message);
        ticket.updated_at = now;
        self.next_message_id += 1;
        Some(id)
    }

    /// Changes a ticket, which shows in its last change.
    pub(super) fn change<T>(
        &mut self,
        ticket: u64,
        change: impl FnOnce(&mut Ticket) -> T,
    ) -> Option<T> {
        let now = self.now();
        let ticket = self.tickets.iter_mut().find(|row| row.id == ticket)?;
        ticket.updated_at = now;
        Some(change(ticket))
    }
}

/// As the vendor writes it: `2026-11-22T10:00:00Z`.
pub(super) fn written(millis: i64) -> String {
    let seconds = Timestamp::from_second(millis.div_euclid(1000)).unwrap_or(Timestamp::UNIX_EPOCH);
    seconds.to_string()
}
