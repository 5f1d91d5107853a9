//! A stateful Dynamics 365: the token endpoint of its tenant, and rows with the part of `OData` that data
//! actions use.
//!
//! Where the vendor's pages are silent, this sandbox chooses: `$filter` is equalities joined by `and`
//! or `or`, without brackets; the token endpoint and the organisation are one host.
//!
//! ---
//! Vendor: <https://learn.microsoft.com/en-us/power-apps/developer/data-platform/webapi/overview>

mod api;
mod odata;
mod options;
mod sign_on;

pub use options::Options;

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value};

use super::outbox::Outbox;
use super::server::Server;
use super::stage::Stage;
use super::{LoggedRequest, Script, lock};

/// A running Dynamics 365; clones are handles to the same one, and the last one stops it.
#[derive(Clone, Debug)]
pub struct Dynamics {
    org: Arc<Org>,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Org {
    options: Options,
    state: Mutex<State>,
    stage: Arc<Stage>,
}

#[derive(Debug, Default)]
struct State {
    rows: Vec<Row>,
    tokens: Vec<String>,
}

#[derive(Clone, Debug)]
struct Row {
    set: String,
    id: String,
    fields: Map<String, Value>,
}

impl Dynamics {
    pub async fn start(options: Options) -> io::Result<Self> {
        let listen = options.listen;
        let (outbox, courier) = Outbox::start();
        let stage = Arc::new(Stage::new(outbox));
        let mut state = State::default();
        for (set, fields) in &options.rows {
            state.add(set, fields.as_object().cloned().unwrap_or_default());
        }
        let org = Arc::new(Org {
            options,
            state: Mutex::new(state),
            stage: Arc::clone(&stage),
        });
        let vendor: Arc<dyn super::http::Vendor> = Arc::<Org>::clone(&org);
        let server = Server::start(listen, stage, vendor).await?;
        Ok(Self {
            org,
            server: Arc::new(server.adopt(courier)),
        })
    }

    /// The base URL, without a closing slash: of the login and of the organisation.
    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn script(&self) -> &Script {
        &self.org.stage.script
    }

    /// How many tokens were given out.
    pub fn logins(&self) -> usize {
        lock(&self.org.state).tokens.len()
    }

    /// The rows of an entity set, oldest first.
    pub fn rows(&self, set: &str) -> Vec<Value> {
        let state = lock(&self.org.state);
        let rows = state.rows.iter().filter(|row| row.set == set);
        rows.map(|row| Value::Object(row.fields.clone())).collect()
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.org.stage.requests.all()
    }
}

impl State {
    /// The key of a set is its name in the singular, with `id`.
    fn add(&mut self, set: &str, mut fields: Map<String, Value>) -> String {
        let key = format!("{}id", set.strip_suffix('s').unwrap_or(set));
        let given = fields.get(&key).and_then(Value::as_str);
        let id = given.map_or_else(super::uuid, str::to_owned);
        fields.insert(key, id.clone().into());
        self.rows.push(Row {
            set: set.to_owned(),
            id: id.clone(),
            fields,
        });
        id
    }
}
