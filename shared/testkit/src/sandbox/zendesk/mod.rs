//! A stateful Zendesk (Support API v2): users, search, tickets, and keys that make a ticket once.
//!
//! Where the vendor's pages are silent, this sandbox chooses: its search knows `type:`, `role:`,
//! `phone:` with a leading `*`, `status:` and plain words, and has no lag; a key is remembered for as
//! long as the sandbox runs.
//!
//! ---
//! Vendor: <https://developer.zendesk.com/api-reference/ticketing/introduction/>

mod api;
mod options;
mod page;
mod search;
mod state;

pub use options::{Options, User};
pub use state::Ticket;

use std::io;
use std::sync::{Arc, Mutex};

use self::state::State;
use super::outbox::Outbox;
use super::server::Server;
use super::stage::Stage;
use super::{LoggedRequest, Script, lock};

/// A running Zendesk; clones are handles to the same one, and the last one stops it.
#[derive(Clone, Debug)]
pub struct Zendesk {
    account: Arc<Account>,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Account {
    state: Mutex<State>,
    stage: Arc<Stage>,
}

impl Zendesk {
    pub async fn start(options: Options) -> io::Result<Self> {
        let listen = options.listen;
        let (outbox, courier) = Outbox::start();
        let stage = Arc::new(Stage::new(outbox));
        let account = Arc::new(Account {
            state: Mutex::new(State::new(options)),
            stage: Arc::clone(&stage),
        });
        let vendor: Arc<dyn super::http::Vendor> = Arc::<Account>::clone(&account);
        let server = Server::start(listen, stage, vendor).await?;
        Ok(Self {
            account,
            server: Arc::new(server.adopt(courier)),
        })
    }

    /// The base URL, without a closing slash.
    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn stop(&self) {
        self.server.stop();
    }

    pub fn script(&self) -> &Script {
        &self.account.stage.script
    }

    /// Every ticket, oldest first.
    pub fn tickets(&self) -> Vec<Ticket> {
        lock(&self.account.state).tickets.clone()
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.account.stage.requests.all()
    }
}
