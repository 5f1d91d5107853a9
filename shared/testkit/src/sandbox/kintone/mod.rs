//! A stateful kintone (REST API v1): apps with forms, records, API tokens with their rights.
//!
//! Where the vendor's documents are silent, this sandbox chooses: a token of another app is refused
//! with 403; a number keeps the digits it was given; a date-time is kept to the minute. Messages are
//! Japanese, as for a Japanese account: nothing may be decided by them.
//!
//! ---
//! Vendor: <https://cybozu.dev/ja/kintone/docs/rest-api/>; codes and statuses as the scenarios of its
//! own command line tool pin them.

mod access;
mod api;
mod options;
mod page;
mod query;
mod records;
mod state;
mod values;

pub use options::{ADD_ONLY, App, FULL, Field, Options, Rights, Token};
pub use state::Record;

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

/// A running kintone; clones are handles to the same one, and the last one stops it.
#[derive(Clone, Debug)]
pub struct Kintone {
    domain: Arc<Domain>,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Domain {
    state: Mutex<State>,
    stage: Arc<Stage>,
}

impl Kintone {
    pub async fn start(options: Options) -> io::Result<Self> {
        let listen = options.listen;
        let (outbox, courier) = Outbox::start();
        let stage = Arc::new(Stage::new(outbox));
        let domain = Arc::new(Domain {
            state: Mutex::new(State::new(options)),
            stage: Arc::clone(&stage),
        });
        let vendor: Arc<dyn Vendor> = Arc::<Domain>::clone(&domain);
        let server = Server::start(listen, stage, vendor).await?;
        Ok(Self {
            domain,
            server: Arc::new(server.adopt(courier)),
        })
    }

    /// The base URL, without a closing slash and without `/k/v1`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn script(&self) -> &Script {
        &self.domain.stage.script
    }

    /// Stops the vendor's own clock at this moment, in milliseconds since 1970.
    pub fn set_time(&self, millis: i64) {
        lock(&self.domain.state).time = Some(millis);
    }

    /// The records of an app, oldest first.
    pub fn records(&self, app: u64) -> Vec<Record> {
        let state = lock(&self.domain.state);
        let records = state.records.iter().filter(|record| record.app == app);
        records.cloned().collect()
    }

    /// Somebody gives a field another code.
    pub fn human_recodes_field(&self, app: u64, code: &str, new: &str) {
        let mut state = lock(&self.domain.state);
        if let Some(field) = state.field_mut(app, code) {
            new.clone_into(&mut field.code);
        }
    }

    /// Somebody changes a field of the form.
    pub fn human_changes_field(&self, app: u64, code: &str, change: impl FnOnce(&mut Field)) {
        if let Some(field) = lock(&self.domain.state).field_mut(app, code) {
            change(field);
        }
    }

    /// Somebody changes a token, as by ticking a right and updating the app.
    pub fn human_changes_token(&self, token: &str, change: impl FnOnce(&mut Token)) {
        let mut state = lock(&self.domain.state);
        let mut tokens = state.options.tokens.iter_mut();
        if let Some(token) = tokens.find(|row| row.token == token) {
            change(token);
        }
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.domain.stage.requests.all()
    }
}

/// Without a network in between.
#[async_trait]
impl VendorHttp for Kintone {
    async fn send(&self, request: HttpRequest) -> deskbridge_core::Result<HttpResponse> {
        Ok(answer_directly(&*self.domain, &self.url(), request))
    }
}
