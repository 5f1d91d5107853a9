//! A bundle with sandbox vendors around it, whose time the test owns.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use deskbridge_admin::issue;
use deskbridge_connectors::http::Targets;
use deskbridge_core::Timestamp;
use deskbridge_core::action::{ActionRecord, Stage};
use deskbridge_core::event::{Decision, EventRecord};
use deskbridge_core::integration::IntegrationSpec;
use deskbridge_core::operator::Role;
use deskbridge_core::ports::{Clock, EventFilter};
use deskbridge_embedded::EmbeddedSecrets;
use deskbridge_local::bundle::{Bundle, Options};
use deskbridge_local::demo::kayako_opsgenie::example;
use deskbridge_local::demo::sandbox::Sandbox;
use deskbridge_local::folder::{Applied, apply_one};
use deskbridge_local::{web, workers};
use deskbridge_testkit::clock::ManualClock;
use serde_json::Value;

/// Long enough for anything on loopback; never waited out when all is well.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct World {
    pub bundle: Arc<Bundle>,
    pub clock: Arc<ManualClock>,
    pub secrets: Arc<EmbeddedSecrets>,
    pub sandbox: Sandbox,
    pub address: SocketAddr,
    pub key: String,
    /// Of the integration that makes tickets of alerts.
    pub alerts_key: String,
    _data: tempfile::TempDir,
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(|document| document).await
    }

    /// Starts with the sandbox integration's document changed.
    pub async fn start_with(change: impl FnOnce(String) -> String) -> Self {
        let data = folder();
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_790_000_000_000)));
        let time: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let secrets = Arc::new(EmbeddedSecrets::from_map([]));
        let bundle = Bundle::open(Options {
            data: data.path().to_path_buf(),
            secrets: Arc::clone(&secrets),
            targets: Targets::Any,
            clock: time,
        });
        let bundle = Arc::new(bundle.expect("the store opens"));
        let sandbox = Sandbox::start().await.expect("the sandbox starts");
        sandbox.opsgenie.set_processing_delay(Duration::ZERO);
        sandbox.autotask.tell_time_by(&clock);
        let keys = sandbox
            .install(&bundle, &secrets)
            .await
            .expect("the integration compiles");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let app = web::router(Arc::clone(&bundle));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let world = Self {
            bundle,
            clock,
            secrets,
            sandbox,
            address,
            key: keys.support,
            alerts_key: keys.alerts,
            _data: data,
        };
        world.apply(&change(world.sandbox.document())).await;
        world.sandbox.send_webhooks_to(address, &world.key);
        world
    }

    /// Stores another version of the integration.
    pub async fn apply(&self, document: &str) {
        let spec: IntegrationSpec = serde_saphyr::from_str(document).expect("the document is YAML");
        let applied = apply_one(&self.bundle, "".as_ref(), spec).await;
        let applied = applied.expect("the store takes it");
        assert!(!matches!(applied, Applied::Refused { .. }), "{applied:?}");
        self.bundle.directory.forget();
    }

    /// Makes a token for the management API.
    pub async fn token(&self, name: &str, role: Role, team: Option<&str>) -> String {
        let (store, team) = (&*self.bundle.store, team.map(str::to_owned));
        let made = issue(store, self.clock.now(), name, role, team, None).await;
        made.expect("the store takes it").token
    }

    /// Asks the management API.
    pub async fn admin(&self, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let body = (!body.is_null()).then(|| body.to_string());
        let headers = [("content-type", "application/json"), ("if-match", "*")];
        let given = method == "PUT";
        self.admin_with(
            token,
            method,
            path,
            &headers[..1 + usize::from(given)],
            body,
        )
        .await
    }

    /// Asks with headers of its own, and with a body that need not be JSON.
    pub async fn admin_with(
        &self,
        token: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> (u16, Value) {
        let url = format!("http://{}/admin/v1/{path}", self.address);
        let method = method.parse().expect("a method");
        let mut request = client().request(method, url);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.body(body);
        }
        let response = request.send().await.expect("the API answers");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub fn set_credential(&self, name: &str, fields: &[(&str, &str)]) {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.secrets.set(name, fields.collect());
    }

    pub async fn post(&self, vendor: &str, body: impl Into<String>) -> (u16, Value) {
        self.post_with(
            vendor,
            &self.key,
            &[("content-type", "application/json")],
            body,
        )
        .await
    }

    pub async fn post_with(
        &self,
        vendor: &str,
        key: &str,
        headers: &[(&'static str, &str)],
        body: impl Into<String>,
    ) -> (u16, Value) {
        let url = format!("http://{}/webhooks/{vendor}/{key}", self.address);
        let mut request = client().post(url).body(body.into());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.expect("the bundle answers");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Posts the vendor's own example with some fields changed.
    pub async fn post_kayako(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let mut body = example();
        for (name, value) in fields {
            body[*name] = (*value).into();
        }
        self.post("kayako", body.to_string()).await
    }

    /// Works until nothing is left to do at this point in time, webhooks of the vendors included.
    pub async fn settle(&self) {
        loop {
            let kayako = self.sandbox.kayako.settled(PATIENCE).await;
            let opsgenie = self.sandbox.opsgenie.settled(PATIENCE).await;
            assert!(kayako && opsgenie, "the sandbox vendors are stuck");
            let evaluated = workers::evaluate_waiting(&self.bundle).await;
            let dispatched = workers::dispatch_waiting(&self.bundle).await;
            if evaluated + dispatched == 0 {
                return;
            }
        }
    }

    /// Lets time pass, second by second for the first minute and then minute by minute.
    pub async fn pass(&self, time: Duration) {
        let end = self.clock.now() + time;
        let mut passed = Duration::ZERO;
        self.settle().await;
        while self.clock.now() < end {
            let minute = Duration::from_secs(60);
            let step = if passed < minute {
                Duration::from_secs(1)
            } else {
                minute
            };
            self.clock.advance(step.min(end.since(self.clock.now())));
            passed += step;
            self.bundle.sweep.sweep().await.expect("the sweep runs");
            self.settle().await;
        }
    }

    /// All events, oldest first.
    pub async fn events(&self) -> Vec<EventRecord> {
        let filter = EventFilter {
            limit: 10_000,
            ..EventFilter::default()
        };
        let mut events = self.bundle.store.events(filter).await.expect("the ledger");
        events.reverse();
        events
    }

    /// All actions, in the order of their events.
    pub async fn actions(&self) -> Vec<ActionRecord> {
        let mut actions = Vec::new();
        for event in self.events().await {
            actions.extend(
                self.bundle
                    .store
                    .actions_of(&event.id)
                    .await
                    .expect("the ledger"),
            );
        }
        actions
    }

    /// How the last action of this operation stands, in one word.
    pub async fn stage_of(&self, operation: &str) -> String {
        let actions = self.actions().await;
        let last = actions
            .iter()
            .rev()
            .find(|record| record.action.operation == operation);
        last.map_or("none", stage).to_owned()
    }

    /// What became of the last event.
    pub async fn last_decision(&self) -> String {
        self.events().await.last().map_or("none".into(), decision)
    }

    /// What became of each event of this connector, oldest first.
    pub async fn decisions(&self, connector: &str) -> Vec<String> {
        let events = self.events().await;
        let theirs = events.iter().filter(|event| event.connector == connector);
        theirs.map(decision).collect()
    }

    /// I2: what was accepted is all there, each event with one outcome or still on its way.
    pub async fn assert_nothing_lost(&self, accepted: u64) {
        let tally = self.bundle.store.tally().await.expect("the ledger");
        assert_eq!(tally.events + tally.duplicates, accepted, "{tally:?}");
        assert_eq!(
            tally.decisions.values().sum::<u64>(),
            tally.events,
            "{tally:?}"
        );
        assert_eq!(
            tally.actions.get("open").copied().unwrap_or(0),
            0,
            "{tally:?}"
        );
    }
}

fn decision(event: &EventRecord) -> String {
    match &event.decision {
        Decision::Filtered { why } => format!("filtered: {why}"),
        Decision::Suppressed { why } => format!("suppressed: {why}"),
        Decision::Failed { field, why } => format!("failed: {field}: {why}"),
        Decision::Actions { .. } => "actions".to_owned(),
    }
}

/// In memory, where the system has such a folder: what a disk does is the crash test's matter.
fn folder() -> tempfile::TempDir {
    let in_memory = tempfile::tempdir_in("/dev/shm");
    in_memory
        .or_else(|_| tempfile::tempdir())
        .expect("a temporary folder")
}

pub fn stage(record: &ActionRecord) -> &'static str {
    match &record.stage {
        Stage::Ready => "ready",
        Stage::Sending => "sending",
        Stage::Unknown { .. } => "unknown",
        Stage::Parked { .. } => "parked",
        Stage::Settled(outcome) => outcome.word(),
    }
}

/// A client for what tests send themselves; one for each call, as each test has its own runtime.
pub fn client() -> reqwest::Client {
    deskbridge_testkit::sandbox::plain_client().expect("a client")
}
