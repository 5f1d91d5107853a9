//! A stateful Zoho Desk portal (API v1) with its accounts server: tickets, comments, mails, ratings,
//! webhooks signed by published keys, sign-ins and the credits they use up.
//!
//! Where the vendor's documents are silent, this sandbox chooses: a comment and a mail are changes of
//! their ticket, and no `Ticket_Update` of it; a ticket that becomes overdue is told by nobody; the
//! consent page has a link for each agent, since it knows no browser. Replies leave at once.
//!
//! ---
//! Vendor: <https://desk.zoho.com/DeskAPIDocument>, <https://github.com/zoho/zohodesk-oas>.

mod access;
mod api;
mod events;
mod human;
mod oauth;
mod options;
mod page;
mod show;
mod state;
mod subscriptions;
mod talk;
mod tickets;

pub use options::{Agent, Contact, Department, Edition, Options, Status};
pub use state::{Comment, Rating, Subscription, Thread, Ticket};

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use deskbridge_core::http::{HttpRequest, HttpResponse};
use deskbridge_core::ports::VendorHttp;

use self::state::State;
use super::http::{Vendor, answer_directly};
use super::outbox::Outbox;
use super::server::Server;
use super::stage::Stage;
use super::{Delivery, LoggedRequest, Script, lock, wait_until};

/// A running portal; clones are handles to the same one, and the last one stops it.
#[derive(Clone, Debug)]
pub struct ZohoDesk {
    portal: Arc<Portal>,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Portal {
    state: Mutex<State>,
    stage: Arc<Stage>,
    under_way: Arc<AtomicUsize>,
}

/// One of the calls under way.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(under_way: &Arc<AtomicUsize>) -> Self {
        under_way.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(under_way))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl ZohoDesk {
    pub async fn start(options: Options) -> io::Result<Self> {
        let listen = options.listen;
        let (outbox, courier) = Outbox::start();
        let stage = Arc::new(Stage::new(outbox));
        let portal = Arc::new(Portal {
            state: Mutex::new(State::new(options)),
            stage: Arc::clone(&stage),
            under_way: Arc::default(),
        });
        let vendor: Arc<dyn Vendor> = Arc::<Portal>::clone(&portal);
        let server = Server::start(listen, stage, vendor).await?;
        Ok(Self {
            portal,
            server: Arc::new(server.adopt(courier)),
        })
    }

    /// The base URL of Desk and of the accounts server, without a closing slash.
    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn stop(&self) {
        self.server.stop();
    }

    pub fn script(&self) -> &Script {
        &self.portal.stage.script
    }

    /// Stops the vendor's own clock at this moment, in milliseconds since 1970.
    pub fn set_time(&self, millis: i64) {
        lock(&self.portal.state).time = Some(millis);
    }

    /// Every ticket, oldest first.
    pub fn tickets(&self) -> Vec<Ticket> {
        lock(&self.portal.state).tickets.clone()
    }

    pub fn ticket(&self, id: &str) -> Option<Ticket> {
        lock(&self.portal.state).ticket(id).cloned()
    }

    /// Every mail that the API sent to a customer.
    pub fn mails_sent(&self) -> Vec<Thread> {
        lock(&self.portal.state).mails.clone()
    }

    pub fn subscriptions(&self) -> Vec<Subscription> {
        lock(&self.portal.state).subscriptions.clone()
    }

    /// How many access tokens were given: who keeps one needs one an hour.
    pub fn tokens_given(&self) -> usize {
        lock(&self.portal.state).tokens_given
    }

    /// Forgets every access token, as when somebody takes them back.
    pub fn forget_access_tokens(&self) {
        lock(&self.portal.state).access.clear();
    }

    /// Forgets every refresh token: everybody must sign in again.
    pub fn forget_sign_ins(&self) {
        lock(&self.portal.state).sign_ins.clear();
    }

    /// Takes rights from the sign-in that is there from the start.
    pub fn take_scope(&self, scope: &str) {
        let mut state = lock(&self.portal.state);
        for sign_in in &mut state.sign_ins {
            sign_in.scopes.retain(|held| held != scope);
        }
        state.access.clear();
    }

    /// Uses credits up, as other programs do.
    pub fn use_credits(&self, credits: u64) {
        lock(&self.portal.state).credits_used += credits;
    }

    /// Holds webhooks back, or lets them go in order.
    pub fn hold_webhooks(&self, hold: bool) {
        self.portal.stage.outbox.pause(hold);
    }

    /// Throws the next `count` webhooks away: none is sent twice.
    pub fn lose_webhooks(&self, count: usize) {
        self.portal.stage.outbox.lose(count);
    }

    /// Sends delivery `number` again, byte for byte; false if there is none.
    pub fn send_webhook_again(&self, number: usize) -> bool {
        self.portal.stage.outbox.send_again(number)
    }

    /// Waits until every webhook is sent.
    pub async fn settled(&self, within: Duration) -> bool {
        wait_until(within, || self.portal.stage.outbox.is_empty()).await
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.portal.stage.requests.all()
    }

    pub fn deliveries(&self) -> Vec<Delivery> {
        self.portal.stage.outbox.deliveries()
    }
}

/// Without a network in between, for simulations of many days.
#[async_trait]
impl VendorHttp for ZohoDesk {
    async fn send(&self, request: HttpRequest) -> deskbridge_core::Result<HttpResponse> {
        Ok(answer_directly(&*self.portal, &self.url(), request))
    }
}
