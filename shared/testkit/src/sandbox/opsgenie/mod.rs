//! A stateful Opsgenie: Alert API v2, both JSM Operations dialects, and outgoing webhooks.
//!
//! Where the vendor's documents are silent, this sandbox chooses: reading an alias finds the open
//! alert, else the newest closed one, while acting on an alias needs an open one; a repeated create
//! and a `note` beside another action send no webhook of their own; acknowledging or closing twice
//! is accepted with 202 and then fails in the request status.
//!
//! ---
//! Vendor: <https://docs.opsgenie.com/docs/alert-api>, and for its successor
//! <https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/api-group-alerts/>.

mod action;
mod api;
mod apply;
mod desk;
mod human;
mod jsm;
mod limits;
mod page;
mod query;
mod show;
mod state;
mod webhook;

pub use state::{Alert, AlertStatus, LogEntry, Note};

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use self::desk::Desk;
use super::outbox::Outbox;
use super::server::Server;
use super::stage::Stage;
use super::{Delivery, LoggedRequest, Script, lock, wait_until};

/// How an Opsgenie account is set up.
#[derive(Clone, Debug)]
pub struct Options {
    pub listen: SocketAddr,
    /// The key of the API integration (`Authorization: GenieKey …`), for v2 and integration events.
    pub api_key: String,
    /// How long an accepted write stays unprocessed.
    pub processing_delay: Duration,
    pub integration_id: String,
    pub integration_name: String,
    /// Whether "add description" and "add details" are ticked for the outgoing webhook.
    pub webhook_details: bool,
    /// Whether `Create` carries its priority as a number, as one real body does.
    pub numeric_priority: bool,
    pub account_email: String,
    pub account_token: String,
    pub cloud_id: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            api_key: "og-sandbox-key".into(),
            processing_delay: Duration::from_millis(150),
            integration_id: "37c8f316-17c6-49d7-899b-9c7e540c048d".into(),
            integration_name: "Deskbridge".into(),
            webhook_details: true,
            numeric_priority: false,
            account_email: "ops@example.com".into(),
            account_token: "jsm-sandbox-token".into(),
            cloud_id: "0f6b1c52-7d1a-4f0e-9a4e-6a1f6f3f0c11".into(),
        }
    }
}

/// A running Opsgenie; clones are handles to the same one, and the last one stops it.
#[derive(Clone, Debug)]
pub struct Opsgenie {
    desk: Arc<Desk>,
    server: Arc<Server>,
}

impl Opsgenie {
    pub async fn start(options: Options) -> io::Result<Self> {
        let listen = options.listen;
        let (outbox, courier) = Outbox::start();
        let stage = Arc::new(Stage::new(outbox));
        let (desk, worker) = Desk::start(options, Arc::clone(&stage));
        let vendor: Arc<dyn super::http::Vendor> = Arc::<Desk>::clone(&desk);
        let server = Server::start(listen, stage, vendor).await?;
        Ok(Self {
            desk,
            server: Arc::new(server.adopt(courier).adopt(worker)),
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
        &self.desk.stage.script
    }

    /// Adds a target for outgoing webhooks; the headers are the ones set in the integration.
    pub fn send_webhooks_to(&self, url: &str, headers: &[(&str, &str)]) {
        lock(&self.desk.state).echoed_headers = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        self.desk.stage.outbox.add_target(url, headers);
    }

    /// Forgets every webhook target.
    pub fn send_webhooks_nowhere(&self) {
        self.desk.stage.outbox.clear_targets();
    }

    /// Throws the next `count` webhooks away: no retry is documented.
    pub fn lose_webhooks(&self, count: usize) {
        self.desk.stage.outbox.lose(count);
    }

    /// Holds webhooks back, or lets them go in order.
    pub fn hold_webhooks(&self, hold: bool) {
        self.desk.stage.outbox.pause(hold);
    }

    /// Sends delivery `number` again, byte for byte; false if there is none.
    pub fn send_webhook_again(&self, number: usize) -> bool {
        self.desk.stage.outbox.send_again(number)
    }

    /// Turns the API integration on or off; off, its key is answered with 401.
    pub fn enable_integration(&self, enabled: bool) {
        self.desk.enabled.store(enabled, Ordering::SeqCst);
    }

    /// Changes how long the next accepted writes stay unprocessed.
    pub fn set_processing_delay(&self, delay: Duration) {
        *lock(&self.desk.delay) = delay;
    }

    /// Makes an action fail after its 202, with this text in the request status.
    ///
    /// This is how a plan without the action behaves. The name is the webhook's (`Escalate`).
    pub fn fail_action(&self, action: &str, status: &str) {
        lock(&self.desk.state)
            .failing
            .insert(action.to_owned(), status.to_owned());
    }

    /// Waits until every accepted write is processed and every webhook is sent.
    pub async fn settled(&self, within: Duration) -> bool {
        let quiet =
            || self.desk.waiting.load(Ordering::SeqCst) == 0 && self.desk.stage.outbox.is_empty();
        wait_until(within, quiet).await
    }

    /// Every alert ever created and not deleted, oldest first.
    pub fn alerts(&self) -> Vec<Alert> {
        lock(&self.desk.state).alerts.clone()
    }

    pub fn alert(&self, id: &str) -> Option<Alert> {
        lock(&self.desk.state)
            .alerts
            .iter()
            .find(|alert| alert.id == id)
            .cloned()
    }

    /// The open alert with this alias, else the newest closed one.
    pub fn alert_by_alias(&self, alias: &str) -> Option<Alert> {
        lock(&self.desk.state).by_alias(alias).cloned()
    }

    /// How many alerts were really created under this alias, repeats not counted.
    pub fn created_count(&self, alias: &str) -> usize {
        lock(&self.desk.state)
            .created
            .get(alias)
            .copied()
            .unwrap_or_default()
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.desk.stage.requests.all()
    }

    pub fn deliveries(&self) -> Vec<Delivery> {
        self.desk.stage.outbox.deliveries()
    }
}
