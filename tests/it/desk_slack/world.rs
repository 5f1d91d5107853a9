//! Both vendors and a bundle between them, all of whose time the test owns.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use deskbridge_connectors::http::Targets;
use deskbridge_core::Timestamp;
use deskbridge_core::ports::Clock;
use deskbridge_embedded::EmbeddedSecrets;
use deskbridge_local::bundle::{Bundle, Options};
use deskbridge_local::demo::desk_slack::{Chat, DEPARTMENT};
use deskbridge_local::folder::{Applied, apply_one};
use deskbridge_local::{web, workers};
use deskbridge_testkit::clock::ManualClock;
use deskbridge_testkit::sandbox::slack::{ANN, Message, SUPPORT, TEAM};
use serde_json::json;

const PATIENCE: Duration = Duration::from_secs(20);
pub(super) const CLAIRE: &str = "198765000000139001";

pub(super) struct World {
    pub(super) bundle: Arc<Bundle>,
    pub(super) secrets: Arc<EmbeddedSecrets>,
    pub(super) chat: Chat,
    pub(super) address: SocketAddr,
    clock: Arc<ManualClock>,
    _data: tempfile::TempDir,
}

impl World {
    /// With nobody signed in.
    pub(super) async fn start() -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_790_000_000_000)));
        let secrets = Arc::new(EmbeddedSecrets::from_map([]));
        let bundle = Bundle::open(Options {
            data: data.path().join("data"),
            secrets: Arc::clone(&secrets),
            targets: Targets::Any,
            clock: Arc::clone(&clock) as _,
        });
        let bundle = Arc::new(bundle.unwrap());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = web::router(Arc::clone(&bundle));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let world = Self {
            bundle,
            secrets,
            chat: Chat::start().await.unwrap(),
            address,
            clock,
            _data: data,
        };
        world.tell_the_time();
        let Self {
            bundle, secrets, ..
        } = &world;
        world.chat.install(bundle, secrets, address).await.unwrap();
        world
    }

    /// With Ann signed in as Claire.
    pub(super) async fn with_ann() -> Self {
        let world = Self::start().await;
        let signed_in = world.chat.sign_in(&world.bundle, &world.secrets, ANN);
        signed_in.await.unwrap();
        world
    }

    /// Saves the settings with one text in the place of another.
    pub(super) async fn save_with(&self, from: &str, to: &str) {
        let document = self.chat.document(self.address);
        assert!(document.contains(from), "{from}");
        let spec = serde_saphyr::from_str(&document.replace(from, to)).unwrap();
        let applied = apply_one(&self.bundle, "support-chat.yaml".as_ref(), spec).await;
        let applied = applied.unwrap();
        assert!(!matches!(applied, Applied::Refused { .. }), "{applied:?}");
        self.bundle.directory.forget();
    }

    fn tell_the_time(&self) {
        let now = self.clock.now().as_millis();
        self.chat.desk.set_time(now);
        self.chat.slack.set_time(now);
    }

    /// Works until nothing is left to do at this point in time.
    pub(super) async fn settle(&self) {
        loop {
            assert!(self.chat.desk.settled(PATIENCE).await, "Zoho Desk is stuck");
            let evaluated = workers::evaluate_waiting(&self.bundle).await;
            let dispatched = workers::dispatch_waiting(&self.bundle).await;
            if evaluated + dispatched == 0 {
                return;
            }
        }
    }

    /// Lets seconds pass, one by one.
    pub(super) async fn pass(&self, seconds: u32) {
        self.settle().await;
        for _ in 0..seconds {
            self.clock.advance(Duration::from_secs(1));
            self.tell_the_time();
            self.bundle.sweep.sweep().await.unwrap();
            self.settle().await;
        }
    }

    pub(super) fn opens_ticket(&self, subject: &str) -> String {
        let desk = &self.chat.desk;
        desk.human_opens_ticket(DEPARTMENT, "yamada@example.com", subject)
    }

    /// What stands in the support channel for all to see.
    pub(super) fn posted(&self) -> Vec<String> {
        let messages = self.chat.slack.messages(TEAM, SUPPORT).into_iter();
        let messages = messages.filter(|m| m.only_for.is_none() && m.by_person.is_none());
        messages.map(|message| message.text).collect()
    }

    /// What only Ann sees there, newest last.
    pub(super) fn told_ann(&self) -> Vec<Message> {
        let messages = self.chat.slack.messages(TEAM, SUPPORT).into_iter();
        messages
            .filter(|message| message.only_for.as_deref() == Some(ANN))
            .collect()
    }

    /// Ann types a command; returns what she is told once it is done.
    pub(super) async fn ann_types(&self, text: &str) -> Message {
        let before = self.told_ann().len();
        let at_once = self
            .chat
            .slack
            .human_types((TEAM, ANN, SUPPORT), "/desk", text)
            .await;
        assert_eq!(at_once.status, 200, "{text}");
        self.pass(2).await;
        let mut told = self.told_ann();
        assert_eq!(told.len(), before + 1, "one answer to {text}: {told:?}");
        told.pop().unwrap()
    }

    /// Ann fills in the form on her screen.
    pub(super) async fn ann_submits(&self, values: &[(&str, &str)]) {
        let view = self.chat.slack.views().pop().expect("a form is open");
        let mut typed = json!({});
        for (block, text) in values {
            typed[*block] = json!({"value": {"type": "plain_text_input", "value": text}});
        }
        let taken = self.chat.slack.human_submits(&view, typed).await;
        assert_eq!(taken.status, 200, "{}", taken.body);
        self.pass(2).await;
    }
}

/// All that stands in a message's blocks.
pub(super) fn shown(message: &Message) -> String {
    serde_json::to_string(&message.blocks).unwrap()
}
