//! A stateful Salesforce: the token endpoint, records, and the part of SOQL that data actions use.
//!
//! Where the vendor's pages are silent, this sandbox chooses: SOQL is `SELECT fields FROM type`, with
//! `WHERE` of equalities joined by `AND` or `OR`, and `LIMIT`; records come in the order in which they
//! were made.
//!
//! ---
//! Vendor: <https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/>

mod api;
mod options;
mod page;
mod soql;
mod sosl;
mod state;

pub use options::Options;

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use self::state::State;
use super::outbox::Outbox;
use super::server::Server;
use super::stage::Stage;
use super::{LoggedRequest, Script, lock};

/// A running Salesforce; clones are handles to the same one, and the last one stops it.
#[derive(Clone, Debug)]
pub struct Salesforce {
    org: Arc<Org>,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Org {
    state: Mutex<State>,
    stage: Arc<Stage>,
}

impl Salesforce {
    pub async fn start(options: Options) -> io::Result<Self> {
        let listen = options.listen;
        let (outbox, courier) = Outbox::start();
        let stage = Arc::new(Stage::new(outbox));
        let org = Arc::new(Org {
            state: Mutex::new(State::new(options)),
            stage: Arc::clone(&stage),
        });
        let vendor: Arc<dyn super::http::Vendor> = Arc::<Org>::clone(&org);
        let server = Server::start(listen, stage, vendor).await?;
        Ok(Self {
            org,
            server: Arc::new(server.adopt(courier)),
        })
    }

    /// The base URL, without a closing slash: where tokens are fetched, and the instance.
    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn stop(&self) {
        self.server.stop();
    }

    pub fn script(&self) -> &Script {
        &self.org.stage.script
    }

    /// Every session that was opened ends.
    pub fn end_sessions(&self) {
        lock(&self.org.state).sessions.clear();
    }

    /// How many tokens were given out.
    pub fn logins(&self) -> usize {
        lock(&self.org.state).logins
    }

    /// The records of a type, oldest first.
    pub fn records(&self, kind: &str) -> Vec<Value> {
        let state = lock(&self.org.state);
        let records = state.records.iter().filter(|record| record.kind == kind);
        records
            .map(|record| Value::Object(record.fields.clone()))
            .collect()
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.org.stage.requests.all()
    }
}
