//! A stateful Autotask (REST API 1.0): zone, tickets, notes, queries, picklists and the two limits.
//!
//! Ids are unusual on purpose, so that hard-coded ones fail. Where the vendor's pages are silent,
//! this sandbox chooses: a refused request does not count into the hour; a full hour is a 429, too
//! many threads a 500; an unknown ticket reads as `{"item": null}`; status, priority and queue must
//! be sent although the category has defaults. Queries answer one page, and PUT is not offered.
//!
//! ---
//! Vendor: <https://www.autotask.net/help/DeveloperHelp/Content/APIs/REST/REST_API_Home.htm>

mod api;
mod human;
mod metadata;
mod options;
mod page;
mod query;
mod state;
mod tickets;

pub use options::{Category, Choice, Company, Options, Picklist};
pub use state::{Note, Ticket};

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use self::state::State;
use super::outbox::Outbox;
use super::server::Server;
use super::stage::Stage;
use super::{LoggedRequest, Script, lock};
use crate::clock::ManualClock;

/// A running Autotask; clones are handles to the same one, and the last one stops it.
#[derive(Clone, Debug)]
pub struct Autotask {
    tenant: Arc<Tenant>,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Tenant {
    state: Arc<Mutex<State>>,
    stage: Arc<Stage>,
}

impl Autotask {
    pub async fn start(options: Options) -> io::Result<Self> {
        let listen = options.listen;
        let (outbox, courier) = Outbox::start();
        let stage = Arc::new(Stage::new(outbox));
        let state = Arc::new(Mutex::new(State::new(options)));
        let tenant = Arc::new(Tenant {
            state,
            stage: Arc::clone(&stage),
        });
        let vendor: Arc<dyn super::http::Vendor> = Arc::<Tenant>::clone(&tenant);
        let server = Server::start(listen, stage, vendor).await?;
        Ok(Self {
            tenant,
            server: Arc::new(server.adopt(courier)),
        })
    }

    /// The base URL, without a closing slash: where the zone is looked up.
    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn stop(&self) {
        self.server.stop();
    }

    pub fn script(&self) -> &Script {
        &self.tenant.stage.script
    }

    /// Counts the hour and dates what is made by a test's clock.
    pub fn tell_time_by(&self, clock: &Arc<ManualClock>) {
        lock(&self.tenant.state).clock = Some(Arc::clone(clock));
    }

    /// Keeps each request busy for this long.
    pub fn set_takes(&self, takes: Duration) {
        lock(&self.tenant.state).options.takes = takes;
    }

    pub fn set_requests_per_hour(&self, count: usize) {
        lock(&self.tenant.state).options.requests_per_hour = count;
    }

    /// Other integrations of the same tenant make `count` requests now.
    pub fn others_call(&self, count: usize) {
        lock(&self.tenant.state).add_foreign_calls(count);
    }

    /// How many requests came in the last hour.
    pub fn calls_in_hour(&self) -> usize {
        lock(&self.tenant.state).calls_in_hour()
    }

    /// The highest number of requests that any hour saw.
    pub fn busiest_hour(&self) -> usize {
        lock(&self.tenant.state).busiest_hour
    }

    /// The highest number of requests that one endpoint had under way.
    pub fn most_under_way(&self) -> usize {
        lock(&self.tenant.state).most_under_way
    }

    /// Every ticket, oldest first.
    pub fn tickets(&self) -> Vec<Ticket> {
        let state = lock(&self.tenant.state);
        state.tickets.iter().map(|row| state.view(row)).collect()
    }

    /// The tickets with this title, oldest first.
    pub fn tickets_titled(&self, title: &str) -> Vec<Ticket> {
        let state = lock(&self.tenant.state);
        let titled = state
            .tickets
            .iter()
            .filter(|row| row.text("title") == title);
        titled.map(|row| state.view(row)).collect()
    }

    pub fn ticket(&self, id: i64) -> Option<Ticket> {
        let state = lock(&self.tenant.state);
        state.ticket(id).map(|row| state.view(row))
    }

    /// The notes of a ticket, oldest first.
    pub fn notes(&self, ticket_id: i64) -> Vec<Note> {
        let state = lock(&self.tenant.state);
        let on_it = |row: &&state::Row| row.number("ticketID") == Some(ticket_id);
        let notes = state.notes.iter().filter(on_it);
        notes.map(|row| state.note_view(row)).collect()
    }

    /// How many notes there are on all tickets.
    pub fn note_count(&self) -> usize {
        lock(&self.tenant.state).notes.len()
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.tenant.stage.requests.all()
    }
}
