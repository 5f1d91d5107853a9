//! A stateful Slack: workspaces with channels and people, one app, its messages, forms and answers.
//!
//! Where the vendor's documents are silent, this sandbox chooses: a channel takes three messages at
//! once and then one a second (the documents allow "short bursts"); an address for answers that is no
//! longer good is refused with 404 and `expired_url` or `used_url`; a second installation keeps the
//! token of the first.
//!
//! ---
//! Vendor: <https://docs.slack.dev/reference/methods/>; the shapes of its requests to apps as the
//! samples of its Java SDK have them.

mod api;
mod blocks;
mod conversations;
mod human;
mod messages;
mod oauth;
mod options;
mod outgoing;
mod page;
mod state;
mod views;

pub use options::{
    ANN, App, BOB, Channel, GENERAL, LEADS, OTHER_TEAM, Options, Person, SCOPES, SIGNING_SECRET,
    SUPPORT, TEAM, TOKEN, Workspace,
};
pub use outgoing::{Answered, Outgoing, signature};
pub use state::{Message, View};

use std::io;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use deskbridge_core::http::{HttpRequest, HttpResponse};
use deskbridge_core::ports::VendorHttp;

use self::state::State;
use super::http::{Vendor, answer_directly};
use super::journal::Journal;
use super::outbox::Outbox;
use super::server::Server;
use super::stage::Stage;
use super::{LoggedRequest, Script, lock};

/// A running Slack; clones are handles to the same one, and the last one stops it.
#[derive(Clone, Debug)]
pub struct Slack {
    site: Arc<Site>,
    server: Arc<Server>,
}

#[derive(Debug)]
struct Site {
    state: Mutex<State>,
    stage: Arc<Stage>,
    doors: Mutex<Doors>,
    /// What was said to the app, and what it answered.
    said: Journal<(Outgoing, Answered)>,
}

/// Where the app takes Slack's requests.
#[derive(Clone, Debug, Default)]
pub struct Doors {
    pub commands: String,
    pub interactions: String,
    pub events: String,
}

impl Slack {
    pub async fn start(options: Options) -> io::Result<Self> {
        let listen = options.listen;
        let (outbox, courier) = Outbox::start();
        let stage = Arc::new(Stage::new(outbox));
        let site = Arc::new(Site {
            state: Mutex::new(State::new(options)),
            stage: Arc::clone(&stage),
            doors: Mutex::default(),
            said: Journal::new(),
        });
        let vendor: Arc<dyn Vendor> = Arc::<Site>::clone(&site);
        let server = Server::start(listen, stage, vendor).await?;
        Ok(Self {
            site,
            server: Arc::new(server.adopt(courier)),
        })
    }

    /// The base URL, without a closing slash and without `/api`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    pub fn script(&self) -> &Script {
        &self.site.stage.script
    }

    /// Tells Slack where the app is.
    pub fn send_requests_to(&self, doors: Doors) {
        *lock(&self.site.doors) = doors;
    }

    fn doors(&self) -> Doors {
        lock(&self.site.doors).clone()
    }

    /// Stops the vendor's own clock at this moment, in milliseconds since 1970.
    pub fn set_time(&self, millis: i64) {
        lock(&self.site.state).time = Some(millis);
    }

    /// Lets the vendor's clock go on, with this machine's.
    pub fn run_freely(&self) {
        lock(&self.site.state).time = None;
    }

    /// The messages of a channel, oldest first, with those that one person sees.
    pub fn messages(&self, team: &str, channel: &str) -> Vec<Message> {
        let state = lock(&self.site.state);
        let messages = state.messages.iter();
        let messages = messages.filter(|m| m.team == team && m.channel == channel);
        messages.cloned().collect()
    }

    /// The channel in which the app writes to this person alone, if it did.
    pub fn direct_channel(&self, team: &str, user: &str) -> Option<String> {
        let key = (team.to_owned(), user.to_owned());
        lock(&self.site.state).direct.get(&key).cloned()
    }

    /// The forms on people's screens, oldest first.
    pub fn views(&self) -> Vec<View> {
        lock(&self.site.state).views.clone()
    }

    /// What was said to the app, and what it answered, oldest first.
    pub fn said(&self) -> Vec<(Outgoing, Answered)> {
        self.site.said.all()
    }

    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.site.stage.requests.all()
    }
}

/// Without a network in between.
#[async_trait]
impl VendorHttp for Slack {
    async fn send(&self, request: HttpRequest) -> deskbridge_core::Result<HttpResponse> {
        Ok(answer_directly(&*self.site, &self.url(), request))
    }
}
