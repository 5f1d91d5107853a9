//! Where a watch stands, and how tickets looked when they were last seen: Zoho tells what is, and only
//! the difference tells what happened.

use std::collections::{BTreeMap, VecDeque};

use deskbridge_core::{Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{PER_PAGE, millis, unreadable_cursor};
use crate::zoho_desk::settings::id_of;
use crate::zoho_desk::types::{self, TRACKED, text};

const MINUTE: i64 = 60_000;
/// The search may lag behind.
const OVERLAP: i64 = 15 * MINUTE;
/// A ticket that became overdue is looked at for this long, until the vendor says so too.
const OVERDUE_FOR: i64 = 60 * MINUTE;
const MAX_OVERDUE: usize = 20;
/// As many as fit into a row of any store.
const MAX_TICKETS: usize = 800;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Ticket(String),
    Search { start: i64, from: usize },
    Ratings { start: i64, from: usize },
    Nothing,
}

/// What was found out about a ticket.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum News {
    Added,
    /// How it was before; nothing where it was not seen before.
    Changed {
        before: Option<Value>,
    },
    Comment(Value),
    Thread(Value),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    start: i64,
    from: usize,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// What happened before does not count.
    since: i64,
    /// The newest change in all that whole passes have seen, and in this one so far.
    seen: i64,
    ahead: i64,
    rated: i64,
    /// Where this pass searches on, and where it asks on for ratings.
    search: Option<Place>,
    ratings: Option<Place>,
    changed: VecDeque<String>,
    tickets: BTreeMap<String, Known>,
}

/// A ticket as it was last read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Known {
    modified: i64,
    /// The tracked fields, in their order.
    fields: Vec<String>,
    comments: String,
    threads: String,
    /// The times of the newest comment and the newest mail.
    comment: i64,
    thread: i64,
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
            rated: since,
            ..Self::default()
        }
    }

    pub(super) fn read(cursor: &Value) -> Result<Self> {
        Self::deserialize(cursor).map_err(|_| unreadable_cursor())
    }

    pub(super) fn write(&self) -> Result<Value> {
        serde_json::to_value(self).map_err(|_| unreadable_cursor())
    }

    /// Begins a pass unless one is under way.
    pub(super) fn begin_pass(&mut self, tickets: bool, ratings: bool, now: Timestamp) {
        let under_way = self.search.is_some() || self.ratings.is_some();
        if under_way || !self.changed.is_empty() {
            return;
        }
        if tickets {
            let start = (self.seen - OVERLAP).max(self.since);
            self.search = Some(Place { start, from: 0 });
            self.changed = self.overdue(now.as_millis());
        }
        let start = (self.rated - OVERLAP).max(self.since);
        self.ratings = ratings.then_some(Place { start, from: 0 });
    }

    /// Nothing changes a ticket when it becomes overdue, so no search finds it.
    fn overdue(&self, now: i64) -> VecDeque<String> {
        let is_new = |known: &Known| {
            let due = millis(&json!(known.field("dueDate")));
            let open = !known.field("statusType").eq_ignore_ascii_case("closed");
            open && known.field("isOverDue") == "false" && due < now && now - due < OVERDUE_FOR
        };
        let tickets = self.tickets.iter().filter(|(_, known)| is_new(known));
        tickets
            .map(|(id, _)| id.clone())
            .take(MAX_OVERDUE)
            .collect()
    }

    /// What is to be done next: what has changed is read before more is searched for.
    pub(super) fn next(&self) -> Next {
        if let Some(id) = self.changed.front() {
            return Next::Ticket(id.clone());
        }
        match (self.search, self.ratings) {
            (Some(Place { start, from }), _) => Next::Search { start, from },
            (None, Some(Place { start, from })) => Next::Ratings { start, from },
            (None, None) => Next::Nothing,
        }
    }

    /// Takes a page of a search, of which only some tickets are `watched`. The next page begins at the
    /// time of this one's last row: what changes meanwhile moves to the end, and would shift the rest.
    pub(super) fn saw<'a>(&mut self, rows: &[Value], watched: impl Iterator<Item = &'a Value>) {
        for row in watched {
            self.saw_one(row);
        }
        let newest = rows.iter().map(|row| millis(&row["modifiedTime"])).max();
        self.ahead = self.ahead.max(newest.unwrap_or_default());
        self.search = match self.search {
            Some(place) if rows.len() >= PER_PAGE => Some(place.after(newest, rows.len())),
            _ => None,
        };
    }

    fn saw_one(&mut self, row: &Value) {
        let Some(id) = id_of(&row["id"]) else {
            return;
        };
        let modified = millis(&row["modifiedTime"]);
        let known = self.tickets.get(&id);
        let seen = known.is_some_and(|known| known.modified == modified && known.fits(row));
        let news = !seen && modified >= self.since;
        if news && !self.changed.contains(&id) {
            self.changed.push_back(id);
        }
    }

    pub(super) fn rated(&mut self, rows: &[Value], per_page: usize) {
        let newest = rows.iter().map(|row| millis(&row["ratedTime"])).max();
        self.rated = self.rated.max(newest.unwrap_or_default());
        self.ratings = match self.ratings {
            Some(place) if rows.len() >= per_page => Some(place.after(None, rows.len())),
            _ => None,
        };
    }

    pub(super) fn has_new_comments(&self, id: &str, ticket: &Value) -> bool {
        let count = text(&ticket["commentCount"]);
        let known = self.tickets.get(id).map(|known| known.comments.as_str());
        known != Some(count.as_str()) && count != "0"
    }

    pub(super) fn has_new_threads(&self, id: &str, ticket: &Value) -> bool {
        let count = text(&ticket["threadCount"]);
        let known = self.tickets.get(id).map(|known| known.threads.as_str());
        known != Some(count.as_str()) && count != "0"
    }

    /// Remembers a ticket as it is now, and returns what happened to it since it was last seen.
    pub(super) fn look(
        &mut self,
        id: &str,
        ticket: &Value,
        comments: &[Value],
        threads: &[Value],
    ) -> Vec<News> {
        let before = self.tickets.get(id);
        let mut now = Known::of(ticket);
        let mut news = Vec::new();
        match before {
            None if millis(&ticket["createdTime"]) >= self.since => news.push(News::Added),
            None => news.push(News::Changed { before: None }),
            Some(before) if before.fields != now.fields => news.push(News::Changed {
                before: Some(before.state()),
            }),
            Some(_) => {}
        }
        let since = |at: fn(&Known) -> i64| before.map_or(self.since, at).max(self.since);
        (now.comment, now.thread) = (since(|known| known.comment), since(|known| known.thread));
        let newer = |rows: &[Value], field: &str, after: i64| -> Vec<(i64, Value)> {
            let timed = rows.iter().map(|row| (millis(&row[field]), row.clone()));
            timed.filter(|(at, _)| *at >= after).collect()
        };
        for (at, row) in newer(comments, "commentedTime", now.comment) {
            now.comment = now.comment.max(at);
            news.push(News::Comment(row));
        }
        for (at, row) in newer(threads, "createdTime", now.thread) {
            now.thread = now.thread.max(at);
            news.push(News::Thread(row));
        }
        self.tickets.insert(id.to_owned(), now);
        self.changed.pop_front();
        news
    }

    pub(super) fn gone(&mut self, id: &str) {
        self.tickets.remove(id);
        self.changed.pop_front();
    }

    /// Forgets the tickets whose last change is the longest ago; closed ones first.
    pub(super) fn end_pass(&mut self) {
        self.seen = self.seen.max(self.ahead);
        let surplus = self.tickets.len().saturating_sub(MAX_TICKETS);
        if surplus == 0 {
            return;
        }
        let mut order: Vec<_> = self
            .tickets
            .iter()
            .map(|(id, known)| {
                let open = !known.field("statusType").eq_ignore_ascii_case("closed");
                (open, known.modified, id.clone())
            })
            .collect();
        order.sort();
        for (_, _, id) in order.into_iter().take(surplus) {
            self.tickets.remove(&id);
        }
    }
}

impl Place {
    fn after(self, newest: Option<i64>, rows: usize) -> Self {
        match newest {
            Some(newest) if newest > self.start => Self {
                start: newest,
                from: 0,
            },
            _ => Self {
                from: self.from + rows,
                ..self
            },
        }
    }
}

impl Known {
    fn of(ticket: &Value) -> Self {
        let fields = TRACKED.iter().map(|field| types::tracked(ticket, field));
        Self {
            modified: millis(&ticket["modifiedTime"]),
            fields: fields.collect(),
            comments: text(&ticket["commentCount"]),
            threads: text(&ticket["threadCount"]),
            comment: 0,
            thread: 0,
        }
    }

    fn field(&self, name: &str) -> &str {
        let place = TRACKED.iter().position(|field| *field == name);
        let field = place.and_then(|place| self.fields.get(place));
        field.map_or("", String::as_str)
    }

    /// Whether a row shows the ticket as it was read. Its time alone does not tell: two changes may be
    /// of one second, and the ticket may have been read between them.
    fn fits(&self, row: &Value) -> bool {
        let same = |name: &str, known: &str| {
            let shown = row.get(name);
            shown.is_none_or(|shown| text(shown) == known)
        };
        let fields = ["status", "priority", "assigneeId"];
        fields.iter().all(|name| same(name, self.field(name)))
            && same("commentCount", &self.comments)
            && same("threadCount", &self.threads)
    }

    /// As `prevState` has it.
    fn state(&self) -> Value {
        let fields = TRACKED.iter().zip(&self.fields);
        let fields = fields.map(|(name, value)| ((*name).to_owned(), json!(value)));
        Value::Object(Map::from_iter(fields))
    }
}
