//! A stateful Re:lation (API v2): message boxes, tickets with their messages, lists of names, customers,
//! and the calls that a token has left.
//!
//! Where the vendor's documents are silent, this sandbox chooses: a search gives the newest ticket
//! first; its `since` and `until` hold if any message lies between them; calls are counted in minutes
//! that begin with the first call; a refused call is counted too.
//!
//! ---
//! Vendor: <https://developer.ingage.jp/>; routes and fields after its unofficial transcription.

mod api;
mod human;
mod options;
mod page;
mod state;

pub use options::{Customer, MessageBox, Named, Options, User};
pub use state::{Message, Ticket};

use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use deskbridge_core::http::{HttpRequest, HttpResponse};
use deskbridge_core::ports::VendorHttp;

use self::state::State;
use super::http::{Vendor, answer_directly};
use super::outbox::Outbox;
use super::server::Server;
use super::stage::Stage;
use super::{LoggedRequest, Script, lock};

/// A running Re:lation; clones are handles to the same one, and the last one stops it.
#[derive(Clone, Debug)]
pub struct Relation {
    tenant: Arc<Tenant>,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Tenant {
    state: Mutex<State>,
    stage: Arc<Stage>,
}

impl Relation {
    pub async fn start(options: Options) -> io::Result<Self> {
        let listen = options.listen;
        let (outbox, courier) = Outbox::start();
        let stage = Arc::new(Stage::new(outbox));
        let tenant = Arc::new(Tenant {
            state: Mutex::new(State::new(options)),
            stage: Arc::clone(&stage),
        });
        let vendor: Arc<dyn Vendor> = Arc::<Tenant>::clone(&tenant);
        let server = Server::start(listen, stage, vendor).await?;
        Ok(Self {
            tenant,
            server: Arc::new(server.adopt(courier)),
        })
    }

    /// The base URL, without a closing slash and without `/api/v2`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn script(&self) -> &Script {
        &self.tenant.stage.script
    }

    /// Stops the vendor's own clock at this moment, in milliseconds since 1970.
    pub fn set_time(&self, millis: i64) {
        lock(&self.tenant.state).time = Some(millis);
    }

    /// Every ticket, oldest first.
    pub fn tickets(&self) -> Vec<Ticket> {
        lock(&self.tenant.state).tickets.clone()
    }

    pub fn ticket(&self, id: u64) -> Option<Ticket> {
        lock(&self.tenant.state).ticket(id).cloned()
    }

    /// When the token was used, in milliseconds since 1970, refused calls included.
    pub fn calls(&self) -> Vec<i64> {
        lock(&self.tenant.state).calls.clone()
    }

    /// How many of them were refused because none were left.
    pub fn calls_refused(&self) -> usize {
        lock(&self.tenant.state).refused
    }

    /// Uses calls up, as another program with the same token does.
    pub fn use_calls(&self, count: usize) {
        let mut state = lock(&self.tenant.state);
        for _ in 0..count {
            state.count_call();
        }
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.tenant.stage.requests.all()
    }
}

/// Without a network in between, for simulations of many days.
#[async_trait]
impl VendorHttp for Relation {
    async fn send(&self, request: HttpRequest) -> deskbridge_core::Result<HttpResponse> {
        Ok(answer_directly(&*self.tenant, &self.url(), request))
    }
}
