//! A target that answers as told, on a clock that tests own, with the store that one machine uses.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use deskbridge_core::http::{HttpRequest, HttpResponse};
use deskbridge_core::integration::{History, Integration, IntegrationSpec};
use deskbridge_core::ports::{Clock, Secrets, Store, VendorHttp};
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_data_actions::{Execution, Finished, KIND, Runner};
use deskbridge_embedded::{Embedded, EmbeddedSecrets};
use deskbridge_testkit::clock::ManualClock;
use serde_json::{Value, json};

/// What the target does with one request.
#[derive(Clone)]
pub(crate) enum Does {
    Answer(u16, Value),
    Text(u16, &'static str),
    With(u16, Vec<(&'static str, &'static str)>, Value),
    /// Answers after so long, if the request waits for it.
    Late(Duration, u16, Value),
    NotReached,
    Breaks,
    /// Never answers, and no clock of ours moves.
    Stuck,
}

pub(crate) struct Target {
    clock: Arc<ManualClock>,
    script: Mutex<VecDeque<Does>>,
    pub(crate) requests: Mutex<Vec<HttpRequest>>,
}

#[async_trait]
impl VendorHttp for Target {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let timeout = request.timeout;
        self.requests.lock().unwrap().push(request);
        let does = self.script.lock().unwrap().pop_front();
        let answer = |status, headers: Vec<(&str, &str)>, body: Vec<u8>| HttpResponse {
            status,
            headers: headers
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            body,
        };
        match does.expect("a request that nobody expected") {
            Does::Answer(status, body) => Ok(answer(status, vec![], body.to_string().into_bytes())),
            Does::Text(status, body) => Ok(answer(status, vec![], body.as_bytes().to_vec())),
            Does::With(status, headers, body) => {
                Ok(answer(status, headers, body.to_string().into_bytes()))
            }
            Does::Late(after, ..) if after > timeout => {
                self.clock.advance(timeout);
                Err(Error::new(
                    ErrorKind::OutcomeUnknown,
                    "the vendor did not answer in time",
                ))
            }
            Does::Late(after, status, body) => {
                self.clock.advance(after);
                Ok(answer(status, vec![], body.to_string().into_bytes()))
            }
            Does::Stuck => std::future::pending().await,
            Does::NotReached => Err(Error::new(
                ErrorKind::NotSent,
                "no connection to the vendor",
            )),
            Does::Breaks => Err(Error::new(
                ErrorKind::OutcomeUnknown,
                "the connection broke before the vendor's answer",
            )),
        }
    }
}

pub(crate) struct Stage {
    pub(crate) runner: Runner,
    pub(crate) target: Arc<Target>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Arc<dyn Store>,
    secrets: Arc<dyn Secrets>,
    _data: tempfile::TempDir,
}

pub(crate) const SECRET: &str = "s3cret-canary/+=";

impl Stage {
    /// An integration `crm` with these settings.
    pub(crate) async fn new(settings: Value) -> Self {
        let fields = [
            ("userName", "ann"),
            ("password", SECRET),
            ("clientId", "client-1"),
            ("clientSecret", SECRET),
            ("host", "api.example.com"),
            ("userEmail", "ann@example.com"),
            ("apiToken", SECRET),
            ("baseUrl", "https://acme.example.com"),
            ("client_email", "flow@example.com"),
            ("private_key", SECRET),
        ];
        Self::with(settings, &fields).await
    }

    /// The same with these fields in its credential.
    pub(crate) async fn with(settings: Value, fields: &[(&str, &str)]) -> Self {
        let clock = Arc::new(ManualClock::default());
        let data = tempfile::tempdir().unwrap();
        let embedded = Embedded::open(data.path(), Arc::clone(&clock) as Arc<dyn Clock>).unwrap();
        let store: Arc<dyn Store> = embedded.store();
        store.put_integration(stored(settings), 0).await.unwrap();
        let fields = fields.iter();
        let fields = fields
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let secrets: Arc<dyn Secrets> =
            Arc::new(EmbeddedSecrets::from_map([("main".to_owned(), fields)]));
        let target = Arc::new(Target {
            clock: Arc::clone(&clock),
            script: Mutex::default(),
            requests: Mutex::default(),
        });
        Self {
            runner: runner(&store, &secrets, &target, &clock),
            target,
            clock,
            store,
            secrets,
            _data: data,
        }
    }

    /// As after a restart: the store stays, and nothing else.
    pub(crate) fn restarted(self) -> Self {
        let runner = runner(&self.store, &self.secrets, &self.target, &self.clock);
        Self { runner, ..self }
    }

    pub(crate) fn will(&self, does: impl IntoIterator<Item = Does>) {
        self.target.script.lock().unwrap().extend(does);
    }

    /// Forgets what the target was going to do.
    pub(crate) fn clear(&self) {
        self.target.script.lock().unwrap().clear();
    }

    pub(crate) fn call(&self, action: &str, input: Value) -> Execution {
        Execution {
            integration: "crm".to_owned(),
            action: action.to_owned(),
            input,
            request_key: None,
            deadline: self.clock.now() + Duration::from_secs(30),
            id: "call-1".to_owned(),
            trace: true,
            flatten: false,
        }
    }

    pub(crate) async fn run(&self, action: &str, input: Value) -> Finished {
        self.runner.run(&self.call(action, input)).await
    }

    pub(crate) fn sent(&self) -> Vec<HttpRequest> {
        std::mem::take(&mut *self.target.requests.lock().unwrap())
    }

    /// The only request that was sent, as address and body.
    pub(crate) fn sent_one(&self) -> (String, String) {
        let sent = self.sent();
        assert_eq!(sent.len(), 1);
        (sent[0].url.clone(), body(&sent[0]))
    }
}

pub(crate) fn body(request: &HttpRequest) -> String {
    String::from_utf8(request.body.clone().unwrap_or_default()).unwrap()
}

pub(crate) fn error_type(finished: &Finished) -> &'static str {
    finished.result.as_ref().unwrap_err().error_type.name()
}

fn runner(
    store: &Arc<dyn Store>,
    secrets: &Arc<dyn Secrets>,
    target: &Arc<Target>,
    clock: &Arc<ManualClock>,
) -> Runner {
    Runner::new(
        Arc::clone(store),
        Arc::clone(secrets),
        Arc::clone(target) as Arc<dyn VendorHttp>,
        Arc::clone(clock) as Arc<dyn Clock>,
    )
}

pub(crate) fn spec(settings: Value) -> IntegrationSpec {
    IntegrationSpec {
        name: "crm".to_owned(),
        kind: KIND.to_owned(),
        enabled: true,
        team: String::new(),
        history: History::Full,
        settings,
    }
}

pub(crate) fn stored(settings: Value) -> Integration {
    Integration {
        spec: spec(settings),
        version: 1,
        key_hashes: Vec::new(),
        tenants: Vec::new(),
        file: None,
        keys_chosen: false,
        deleted_at: None,
        updated_at: deskbridge_core::Timestamp::from_millis(0),
        live_since: deskbridge_core::Timestamp::from_millis(0),
    }
}

/// An integration of the type web services, without a credential, with one action `go`.
pub(crate) fn web(action: Value) -> Value {
    json!({"type": "web-services", "actions": {"go": action}})
}

/// A GET with these templates, whose result is what the target answers.
pub(crate) fn get(url: &str) -> Value {
    web(json!({"request": {"method": "GET", "url": url}}))
}

pub(crate) fn post(url: &str, body: &str) -> Value {
    web(json!({"request": {"method": "POST", "url": url, "body": body}}))
}
