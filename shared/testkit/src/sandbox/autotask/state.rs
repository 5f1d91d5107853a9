//! What an Autotask tenant holds, and how many requests its last hour saw.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use deskbridge_core::ports::Clock as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::options::{Category, Company, Options, Picklist};
use crate::clock::ManualClock;
use crate::sandbox::now;

pub(super) const COMPLETE: i64 = 5;
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A ticket with its labels, for tests and the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub id: i64,
    /// As `T20261122.0001`.
    pub number: String,
    pub company_id: i64,
    pub company: String,
    pub title: String,
    pub description: String,
    pub status: i64,
    pub status_label: String,
    pub priority: String,
    pub queue: String,
    /// Empty if it was made without one; so are the following texts.
    pub category: String,
    pub external_id: String,
    pub resolution: String,
    pub due: String,
    pub creator: String,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub id: i64,
    pub ticket_id: i64,
    pub title: String,
    pub description: String,
    pub creator: String,
    pub created_at: Timestamp,
}

/// One entity as it travels: fields under the vendor's own names.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) fields: Map<String, Value>,
    pub(super) created_at: Timestamp,
}

impl Row {
    pub(super) fn number(&self, field: &str) -> Option<i64> {
        self.fields.get(field).and_then(Value::as_i64)
    }

    pub(super) fn text(&self, field: &str) -> &str {
        self.fields
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    pub(super) fn id(&self) -> i64 {
        self.number("id").unwrap_or_default()
    }
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) options: Options,
    pub(super) tickets: Vec<Row>,
    /// Deleted ones included: ids and numbers are not given twice.
    pub(super) tickets_made: i64,
    pub(super) notes: Vec<Row>,
    /// When the requests of the last hour came.
    calls: VecDeque<Timestamp>,
    pub(super) busiest_hour: usize,
    /// Requests under way, by tracking identifier and endpoint.
    pub(super) under_way: BTreeMap<String, usize>,
    pub(super) most_under_way: usize,
    pub(super) clock: Option<Arc<ManualClock>>,
}

impl State {
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            tickets: Vec::new(),
            tickets_made: 0,
            notes: Vec::new(),
            calls: VecDeque::new(),
            busiest_hour: 0,
            under_way: BTreeMap::new(),
            most_under_way: 0,
            clock: None,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        let told = self.clock.as_ref().map(|clock| clock.now().as_millis());
        let told = told.and_then(|millis| Timestamp::from_millisecond(millis).ok());
        told.unwrap_or_else(now)
    }

    /// Counts one request into the rolling hour; false if the hour is full.
    pub(super) fn count_call(&mut self) -> bool {
        if self.calls_in_hour() >= self.options.requests_per_hour {
            return false;
        }
        let now = self.now();
        self.calls.push_back(now);
        self.busiest_hour = self.busiest_hour.max(self.calls.len());
        true
    }

    pub(super) fn calls_in_hour(&mut self) -> usize {
        let begin = self.now() - HOUR;
        while self.calls.front().is_some_and(|at| *at <= begin) {
            self.calls.pop_front();
        }
        self.calls.len()
    }

    /// Somebody else's integration calls the same tenant.
    pub(super) fn add_foreign_calls(&mut self, count: usize) {
        let now = self.now();
        self.calls.extend(std::iter::repeat_n(now, count));
        self.busiest_hour = self.busiest_hour.max(self.calls.len());
    }

    pub(super) fn ticket(&self, id: i64) -> Option<&Row> {
        self.tickets.iter().find(|row| row.id() == id)
    }

    pub(super) fn ticket_mut(&mut self, id: i64) -> Option<&mut Row> {
        self.tickets.iter_mut().find(|row| row.id() == id)
    }

    pub(super) fn company(&self, id: i64) -> Option<&Company> {
        self.options
            .companies
            .iter()
            .find(|company| company.id == id)
    }

    pub(super) fn category(&self, id: i64) -> Option<&Category> {
        self.options
            .categories
            .iter()
            .find(|category| category.id == id)
    }

    /// The category that applies to a ticket: its own, or the tenant's default one.
    pub(super) fn category_of(&self, id: Option<i64>) -> Option<&Category> {
        match id {
            Some(id) => self.category(id),
            None => self
                .options
                .categories
                .iter()
                .find(|category| category.is_global_default),
        }
    }

    pub(super) fn resource(&self, id: i64) -> Option<&str> {
        let found = self.options.resources.iter().find(|row| row.0 == id);
        found.map(|(_, name)| name.as_str())
    }

    fn label(&self, field: &str, value: Option<i64>) -> String {
        let list = self
            .options
            .ticket_picklists
            .iter()
            .find(|list| list.field == field);
        let choice = list.and_then(|list| choice(list, value?));
        choice.unwrap_or_default().to_owned()
    }

    pub(super) fn view(&self, row: &Row) -> Ticket {
        let category = row.number("ticketCategory");
        let company_id = row.number("companyID").unwrap_or_default();
        Ticket {
            id: row.id(),
            number: row.text("ticketNumber").to_owned(),
            company_id,
            company: self
                .company(company_id)
                .map(|company| company.name.clone())
                .unwrap_or_default(),
            title: row.text("title").to_owned(),
            description: row.text("description").to_owned(),
            status: row.number("status").unwrap_or_default(),
            status_label: self.label("status", row.number("status")),
            priority: self.label("priority", row.number("priority")),
            queue: self.label("queueID", row.number("queueID")),
            category: category
                .and_then(|id| self.category(id))
                .map(|category| category.name.clone())
                .unwrap_or_default(),
            external_id: row.text("externalID").to_owned(),
            resolution: row.text("resolution").to_owned(),
            due: row.text("dueDateTime").to_owned(),
            creator: self.creator(row),
            created_at: row.created_at,
        }
    }

    pub(super) fn note_view(&self, row: &Row) -> Note {
        Note {
            id: row.id(),
            ticket_id: row.number("ticketID").unwrap_or_default(),
            title: row.text("title").to_owned(),
            description: row.text("description").to_owned(),
            creator: self.creator(row),
            created_at: row.created_at,
        }
    }

    fn creator(&self, row: &Row) -> String {
        let id = row.number("creatorResourceID");
        let name = id.and_then(|id| self.resource(id));
        name.unwrap_or("the API user").to_owned()
    }
}

fn choice(list: &Picklist, value: i64) -> Option<&str> {
    let found = list.choices.iter().find(|choice| choice.value == value);
    found.map(|choice| choice.label.as_str())
}
