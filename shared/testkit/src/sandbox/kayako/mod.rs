//! A stateful Kayako (API v1): log-in and sessions, cases, posts, tags, lists, and triggers.
//!
//! Ids are unusual on purpose, so that hard-coded ones fail. Where the vendor's documents are
//! silent, this sandbox chooses: a saved closed case is refused with 400 `CASE_CLOSED`; a request
//! that names a dead session gets 454 even if it also carries a password; a customer's reply opens
//! a pending or completed case again, and to a closed one it starts a new case.
//!
//! ---
//! Vendor: <https://developer.kayako.com/api/v1/cases/cases/>, and for log-in
//! <https://developer.kayako.com/api/v1/reference/authentication/>.

mod answer;
mod api;
mod cases;
mod human;
mod lists;
mod options;
mod page;
mod params;
mod session;
mod show;
mod state;
mod webhook;

pub use options::{LogIn, Options, Person, Priority, Product, Status, StatusType, Team, Trigger};
pub use state::{Case, Mail, Post};

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use self::state::State;
use super::outbox::Outbox;
use super::server::Server;
use super::stage::Stage;
use super::{Delivery, LoggedRequest, Script, lock, wait_until};

/// A running Kayako; clones are handles to the same one, and the last one stops it.
#[derive(Clone, Debug)]
pub struct Kayako {
    tenant: Arc<Tenant>,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Tenant {
    state: Mutex<State>,
    stage: Arc<Stage>,
}

impl Kayako {
    pub async fn start(options: Options) -> io::Result<Self> {
        let listen = options.listen;
        let (outbox, courier) = Outbox::start();
        let stage = Arc::new(Stage::new(outbox));
        let state = Mutex::new(State::new(options));
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

    /// The base URL, without a closing slash and without `/api/v1`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn stop(&self) {
        self.server.stop();
    }

    pub fn script(&self) -> &Script {
        &self.tenant.stage.script
    }

    /// Adds an endpoint for the triggers; the vendor itself can send no headers of its own.
    pub fn send_webhooks_to(&self, url: &str, headers: &[(&str, &str)]) {
        self.tenant.stage.outbox.add_target(url, headers);
    }

    /// Forgets every endpoint.
    pub fn send_webhooks_nowhere(&self) {
        self.tenant.stage.outbox.clear_targets();
    }

    /// Throws the next `count` webhooks away: an endpoint is called once and never again.
    pub fn lose_webhooks(&self, count: usize) {
        self.tenant.stage.outbox.lose(count);
    }

    /// Holds webhooks back, or lets them go in order.
    pub fn hold_webhooks(&self, hold: bool) {
        self.tenant.stage.outbox.pause(hold);
    }

    /// Sends delivery `number` again, byte for byte; false if there is none.
    pub fn send_webhook_again(&self, number: usize) -> bool {
        self.tenant.stage.outbox.send_again(number)
    }

    /// Replaces the triggers.
    pub fn set_triggers(&self, triggers: &[Trigger]) {
        lock(&self.tenant.state).options.triggers = triggers.to_vec();
    }

    /// Changes what happens to a log-in with the right password.
    pub fn set_log_in(&self, log_in: LogIn) {
        lock(&self.tenant.state).options.log_in = log_in;
    }

    pub fn set_password(&self, password: &str) {
        password.clone_into(&mut lock(&self.tenant.state).options.password);
    }

    /// Makes every session unknown, as after a restart or an hour of silence.
    pub fn expire_sessions(&self) {
        lock(&self.tenant.state).sessions.clear();
    }

    /// Behaves as this product from now on.
    pub fn set_product(&self, product: Product) {
        lock(&self.tenant.state).options.product = product;
    }

    /// Waits until every webhook is sent.
    pub async fn settled(&self, within: Duration) -> bool {
        wait_until(within, || self.tenant.stage.outbox.is_empty()).await
    }

    /// Every case, oldest first.
    pub fn cases(&self) -> Vec<Case> {
        let state = lock(&self.tenant.state);
        state.cases.iter().map(|case| state.view(case)).collect()
    }

    pub fn case(&self, id: u64) -> Option<Case> {
        let state = lock(&self.tenant.state);
        state.case(id).map(|case| state.view(case))
    }

    /// The posts of a case, oldest first.
    pub fn posts(&self, case_id: u64) -> Vec<Post> {
        let state = lock(&self.tenant.state);
        state
            .case(case_id)
            .map(|case| case.posts.clone())
            .unwrap_or_default()
    }

    /// Every mail that went to a customer.
    pub fn mails_sent(&self) -> Vec<Mail> {
        lock(&self.tenant.state).mails.clone()
    }

    /// How many cases were created through the API with this subject.
    pub fn created_count(&self, subject: &str) -> usize {
        lock(&self.tenant.state)
            .created
            .get(subject)
            .copied()
            .unwrap_or_default()
    }

    /// How many sessions were opened: a hub that keeps its session opens one.
    pub fn sessions_opened(&self) -> usize {
        lock(&self.tenant.state).sessions_opened
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.tenant.stage.requests.all()
    }

    pub fn deliveries(&self) -> Vec<Delivery> {
        self.tenant.stage.outbox.deliveries()
    }
}
