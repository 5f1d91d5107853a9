//! How far a box has been seen: pure, so that a crash or a clock can be played through in tests.
//!
//! All times are the vendor's own; ours only says from when on things count.

use std::collections::{BTreeMap, VecDeque};

use deskbridge_core::{Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::unreadable_cursor;
use crate::relation::types::{Row, activity_of, time_of};

pub(super) const PER_PAGE: usize = 50;
/// A search is followed this far: 1,000 tickets. What lies beyond is not watched.
const MAX_PAGES: u32 = 20;
const MINUTE: i64 = 60_000;
/// How far each pass looks behind the newest change it has seen.
const OVERLAP: i64 = 15 * MINUTE;
/// How far every tenth pass does, for memos that are dated back and tickets that changed unnoticed.
const LOOK_BACK: i64 = 3 * 24 * 60 * MINUTE;
/// How long behind the newest change what was told is remembered: the cursor must stay small.
const MEMORY: i64 = 24 * 60 * MINUTE;
const WIDE_EVERY: u64 = 10;
/// The vendor's times are whole seconds: what changes later in the same second has the same time. So a
/// ticket that changed this shortly before it was read is read once more, and only once: our clock may be
/// wrong by any length.
const SETTLED: i64 = 10_000;

/// One of the searches of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::relation) enum Scan {
    New,
    Wide,
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::relation) enum Next {
    Search(Scan, u32),
    Ticket(u64),
    Nothing,
}

/// One thing that an agent did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Activity {
    pub(super) name: &'static str,
    pub(super) at: i64,
    /// Its place among the ticket's messages.
    pub(super) message: Option<usize>,
    /// Of a closing: the ticket's last change before it, which sets it apart from other closings.
    pub(super) after: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::relation) struct State {
    /// What happened before does not count.
    since: i64,
    /// The newest change in all that whole passes have seen, and in this one so far.
    seen: i64,
    ahead: i64,
    pass: u64,
    /// The searches still to be made in this pass, the first from this page on.
    scans: VecDeque<(Scan, u32)>,
    /// Tickets to be read, with the change that was seen.
    changed: VecDeque<(u64, i64)>,
    tickets: BTreeMap<u64, Known>,
    /// The messages of which something was told, with its time.
    told: BTreeMap<u64, i64>,
    /// A search of this pass had more pages than are followed.
    too_many: bool,
}

/// A ticket as it was last seen: its last change, its standing, and the pass that saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known(i64, Standing, u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Open,
    Closed,
    Other,
}

impl Standing {
    fn of(ticket: &Value) -> Self {
        match ticket["status_cd"].as_str() {
            Some("open" | "ongoing") => Self::Open,
            Some("closed") => Self::Closed,
            _ => Self::Other,
        }
    }
}

impl State {
    pub(super) fn new(since: Timestamp) -> Self {
        let since = since.as_millis();
        // The vendor's times are whole seconds.
        let since = since - since.rem_euclid(1000);
        Self {
            since,
            seen: since,
            ahead: since,
            ..Self::default()
        }
    }

    pub(in crate::relation) fn read(cursor: &Value) -> Result<Self> {
        Self::deserialize(cursor).map_err(|_| unreadable_cursor())
    }

    pub(super) fn write(&self) -> Result<Value> {
        serde_json::to_value(self).map_err(|_| unreadable_cursor())
    }

    /// Begins a pass unless one is under way.
    pub(in crate::relation) fn begin_pass(&mut self) {
        if !self.scans.is_empty() || !self.changed.is_empty() {
            return;
        }
        let recent = match self.pass % WIDE_EVERY {
            0 => Scan::Wide,
            _ => Scan::New,
        };
        self.pass += 1;
        self.too_many = false;
        self.scans = [(recent, 1), (Scan::Open, 1)].into();
    }

    /// What is to be done next: what has changed is read before more is searched for.
    pub(in crate::relation) fn next(&self) -> Next {
        if let Some((id, _)) = self.changed.front() {
            return Next::Ticket(*id);
        }
        match self.scans.front() {
            Some((scan, page)) => Next::Search(*scan, *page),
            None => Next::Nothing,
        }
    }

    /// From when on a search asks for messages; nothing for the search of what is open.
    pub(super) fn horizon(&self, scan: Scan) -> Option<i64> {
        match scan {
            Scan::New => Some(self.seen - OVERLAP),
            Scan::Wide => Some(self.seen - LOOK_BACK),
            Scan::Open => None,
        }
    }

    pub(in crate::relation) fn saw(&mut self, scan: Scan, page: u32, rows: &[Row]) {
        for row in rows {
            self.saw_one(scan, row);
        }
        let last = rows.len() < PER_PAGE;
        self.scans.pop_front();
        match (last, page < MAX_PAGES) {
            (true, _) if scan == Scan::Open => self.missing(),
            (true, _) => {}
            (false, true) => self.scans.push_front((scan, page + 1)),
            (false, false) => self.too_many = true,
        }
    }

    fn saw_one(&mut self, scan: Scan, row: &Row) {
        let updated = row.updated_at();
        match self.tickets.get_mut(&row.ticket_id) {
            Some(known) => {
                let read_in_this_pass = known.2 == self.pass && known.0 == updated - 1;
                known.2 = self.pass;
                if known.0 == updated || read_in_this_pass {
                    return;
                }
            }
            // Nothing that counts has happened to it; that it is open is worth remembering.
            None if updated < self.since => {
                if scan == Scan::Open {
                    let known = Known(updated, Standing::Open, self.pass);
                    self.tickets.insert(row.ticket_id, known);
                }
                return;
            }
            None => {}
        }
        if !self.changed.iter().any(|(id, _)| *id == row.ticket_id) {
            self.changed.push_back((row.ticket_id, updated));
        }
    }

    /// What was open and is not found among what is open has changed.
    fn missing(&mut self) {
        let pass = self.pass;
        let gone = self.tickets.iter();
        let gone = gone.filter(|(_, known)| known.1 == Standing::Open && known.2 != pass);
        let gone: Vec<_> = gone.map(|(id, known)| (*id, known.0)).collect();
        for (id, at) in gone {
            if !self.changed.iter().any(|(changed, _)| *changed == id) {
                self.changed.push_back((id, at));
            }
        }
    }

    /// Remembers a ticket as it is now, and returns what was done to it since it was last seen.
    pub(super) fn look(&mut self, id: u64, ticket: &Value, now: Timestamp) -> Vec<Activity> {
        let updated = time_of(ticket, "last_updated_at");
        let before = self.tickets.get(&id).copied();
        let mut activities = self.messages(ticket);
        let standing = Standing::of(ticket);
        activities.extend(self.closing(before, standing, ticket, updated));
        let again = before.is_some_and(|known| known.0 == updated - 1);
        let settled = again || now.as_millis() - updated >= SETTLED;
        let known = if settled { updated } else { updated - 1 };
        self.tickets.insert(id, Known(known, standing, self.pass));
        self.ahead = self.ahead.max(updated);
        self.changed.pop_front();
        activities
    }

    fn messages(&mut self, ticket: &Value) -> Vec<Activity> {
        let messages = ticket["messages"].as_array().map(Vec::as_slice);
        let oldest = self.oldest();
        let mut activities = Vec::new();
        for (place, message) in messages.unwrap_or_default().iter().enumerate() {
            let Some((name, at)) = activity_of(message) else {
                continue;
            };
            let Some(id) = message["message_id"].as_u64() else {
                continue;
            };
            // A chat is told of when it ends, and of nothing before: each message has one activity.
            if at < oldest || self.told.contains_key(&id) {
                continue;
            }
            self.told.insert(id, at);
            activities.push(Activity {
                name,
                at,
                message: Some(place),
                after: 0,
            });
        }
        activities
    }

    /// A ticket that was not closed and now is. One that was never seen counts if it is new, or if this
    /// is the first pass, which cannot know: what was closed long ago and merely changed is no closing.
    fn closing(
        &self,
        before: Option<Known>,
        standing: Standing,
        ticket: &Value,
        updated: i64,
    ) -> Option<Activity> {
        let is_new = time_of(ticket, "created_at") >= self.oldest();
        let closed = match before {
            Some(Known(_, before, _)) => before != Standing::Closed,
            None => is_new || self.pass == 1,
        };
        (closed && standing == Standing::Closed && updated >= self.since).then(|| Activity {
            name: "ticket_closed",
            at: updated,
            message: None,
            after: before.map_or(0, |known| known.0),
        })
    }

    pub(super) fn gone(&mut self, id: u64) {
        self.tickets.remove(&id);
        self.changed.pop_front();
    }

    /// Remembers a change that could not be read, so that it is not tried for ever.
    pub(in crate::relation) fn unreadable(&mut self, id: u64) {
        let before = self
            .tickets
            .get(&id)
            .map_or(Standing::Other, |known| known.1);
        if let Some((_, updated)) = self.changed.pop_front() {
            self.tickets.insert(id, Known(updated, before, self.pass));
        }
    }

    /// Forgets what no search can bring back.
    pub(super) fn end_pass(&mut self) {
        self.seen = self.seen.max(self.ahead);
        let oldest = self.oldest();
        self.told.retain(|_, at| *at >= oldest);
        let keep = |known: &Known| known.1 == Standing::Open || known.0 >= oldest;
        self.tickets.retain(|_, known| keep(known));
    }

    /// What a person should know, if anything.
    pub(super) fn trouble(&self) -> Option<String> {
        let most = MAX_PAGES as usize * PER_PAGE;
        let why =
            || format!("the message box has more than {most} tickets to watch: some are missed");
        self.too_many.then(why)
    }

    fn oldest(&self) -> i64 {
        self.since.max(self.seen - MEMORY)
    }
}

impl Activity {
    /// What the body says of it, beside the ticket and the message.
    pub(super) fn head(&self) -> Value {
        let at = Timestamp::from_millis(self.at).to_string();
        match self.message {
            Some(_) => json!({ "activity": self.name, "at": at }),
            None => json!({ "activity": self.name, "at": at, "after": self.after }),
        }
    }
}
