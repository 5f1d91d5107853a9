//! A scripted vendor that remembers what it was asked, and the claims made of the connector.

mod answers;
mod check;
mod look_up;
mod params;
mod requests;
mod secrets;
mod statuses;
mod webhook;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use deskbridge_core::action::Action;
use deskbridge_core::connector::{Answer, Call, Connection, Connector, Found, Prepared};
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::link::EntityRef;
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};
use serde_json::{Value, json};

use super::Opsgenie;

const ID: &str = "5d0c2f3a-8a41-4c0e-9b7e-2f60a1c9d514-1700000000123";
const REQUEST_ID: &str = "43a29c5c-3dbf-4fa4-9c26-f4f71023e120";
const KEY: &str = "example-genie-key";
const EMAIL: &str = "bridge@example.com";
const TOKEN: &str = "example-api-token";
/// 2023-11-14T22:13:20Z
const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/opsgenie/fixtures/",
            $name,
            ".json"
        ))
    };
}
use fixture;

/// One integration's account, and what it is asked to do.
struct Desk {
    http: Script,
    connection: Connection,
    credential: Credential,
    target: Option<EntityRef>,
    now: Timestamp,
    first_sent_at: Option<Timestamp>,
}

impl Desk {
    fn new(settings: Value, fields: &[(&str, &str)]) -> Self {
        Self {
            http: Script::default(),
            connection: connection(settings),
            credential: credential(fields),
            target: None,
            now: NOW,
            first_sent_at: Some(NOW),
        }
    }

    fn v2() -> Self {
        let desk = Self::new(json!({"service": "opsgenie-eu"}), &[("api_key", KEY)]);
        desk.will("POST", 202, fixture!("api_accepted"));
        desk.will("PUT", 202, fixture!("api_accepted"));
        desk.will("DELETE", 202, fixture!("api_accepted"));
        desk
    }

    fn events() -> Self {
        let desk = Self::new(json!({"service": "jsm"}), &[("api_key", KEY)]);
        desk.will("POST", 202, fixture!("api_accepted"));
        desk
    }

    fn account() -> Self {
        let settings = json!({"service": "jsm", "cloud_id": "cloud-1"});
        let desk = Self::new(settings, &[("email", EMAIL), ("api_token", TOKEN)]);
        desk.will("GET /v1/alerts/alias", 200, fixture!("account_alert"));
        desk.will("POST", 202, fixture!("account_accepted"));
        desk.will("PATCH", 202, fixture!("account_accepted"));
        desk.will("DELETE", 202, fixture!("account_accepted"));
        desk
    }

    fn linked(mut self) -> Self {
        self.target = Some(EntityRef::new("opsgenie", "alert", ID));
        self
    }

    /// Answers routes that begin so; the longest beginning wins.
    fn will(&self, route: &str, status: u16, body: &str) {
        self.will_with(route, status, &[], body);
    }

    fn will_with(&self, route: &str, status: u16, headers: &[(&str, &str)], body: &str) {
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| ((*name).into(), (*value).into()));
        let answer = HttpResponse {
            status,
            headers: headers.collect(),
            body: body.into(),
        };
        let mut answers = self.http.answers.lock().unwrap();
        answers.insert(route.to_owned(), Ok(answer));
    }

    fn will_fail(&self, route: &str, error: Error) {
        self.http
            .answers
            .lock()
            .unwrap()
            .insert(route.to_owned(), Err(error));
    }

    async fn prepare(&self, operation: &str, params: Value) -> Result<Prepared> {
        let action = action(operation, params);
        Opsgenie.prepare(&self.call(&action)).await
    }

    async fn run(&self, operation: &str, params: Value) -> Result<Answer> {
        let action = action(operation, params);
        let call = self.call(&action);
        let prepared = Opsgenie.prepare(&call).await?;
        Opsgenie.send(&call, prepared).await
    }

    async fn look_up(&self, operation: &str, params: Value, handle: Option<&str>) -> Result<Found> {
        let action = action(operation, params);
        Opsgenie.look_up(&self.call(&action), handle).await
    }

    fn call<'a>(&'a self, action: &'a Action) -> Call<'a> {
        let mut operations = Opsgenie.operations().iter();
        Call {
            http: &self.http,
            now: self.now,
            connection: &self.connection,
            credential: &self.credential,
            operation: operations.find(|o| o.name == action.operation).unwrap(),
            action,
            target: self.target.as_ref(),
            link: None,
            first_sent_at: self.first_sent_at,
        }
    }

    fn seen(&self) -> Vec<HttpRequest> {
        self.http.seen.lock().unwrap().clone()
    }

    fn last(&self) -> HttpRequest {
        self.seen().pop().unwrap()
    }

    fn last_body(&self) -> Value {
        serde_json::from_slice(&self.last().body.unwrap()).unwrap()
    }
}

/// Answers each route the same way every time.
#[derive(Default)]
struct Script {
    answers: Mutex<BTreeMap<String, Result<HttpResponse>>>,
    seen: Mutex<Vec<HttpRequest>>,
}

#[async_trait]
impl VendorHttp for Script {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let call = request.call;
        self.seen.lock().unwrap().push(request);
        let answers = self.answers.lock().unwrap();
        let fitting = answers
            .iter()
            .filter(|(route, _)| call.starts_with(route.as_str()));
        let (_, answer) = fitting.max_by_key(|(route, _)| route.len()).expect(call);
        answer.clone()
    }
}

fn connection(settings: Value) -> Connection {
    Connection {
        connector: "opsgenie".into(),
        credential: Some("opsgenie-support".into()),
        look_up_wait: None,
        settings,
    }
}

fn credential(fields: &[(&str, &str)]) -> Credential {
    let fields = fields.iter();
    let fields = fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Credential::new("opsgenie-support", "1", fields)
}

fn action(operation: &str, params: Value) -> Action {
    Action {
        id: "act_0123456789abcdef".into(),
        event_id: "evt_1".into(),
        integration: "support-alerts".into(),
        rule: "open_alert".into(),
        config_version: 1,
        connector: "opsgenie".into(),
        operation: operation.into(),
        subject: EntityRef::new("kayako", "conversation", "9"),
        order_key: "support-alerts/kayako:conversation:9/opsgenie".into(),
        slot: None,
        params,
        received_at: NOW,
        creates: operation == "create_alert",
        terms: deskbridge_core::action::Terms::default(),
    }
}

fn lost() -> Error {
    Error::new(
        ErrorKind::OutcomeUnknown,
        "the vendor did not answer in time",
    )
}

fn pending(handle: &str) -> Answer {
    Answer::Pending {
        handle: handle.into(),
    }
}

/// A request as a snapshot keeps it: everything but the key.
fn shown(request: &HttpRequest) -> Value {
    let hidden = ["GenieKey ", "Basic "];
    let header = |(name, value): &(&str, String)| {
        let scheme = hidden.iter().find(|scheme| value.starts_with(*scheme));
        let value = scheme.map_or(value.clone(), |scheme| format!("{scheme}[key]"));
        format!("{name}: {value}")
    };
    let body = request.body.as_ref();
    let body = body.map(|body| serde_json::from_slice::<Value>(body).unwrap());
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    json!({
        "request": format!("{method} {}", request.url),
        "route": request.call,
        "headers": request.headers.iter().map(header).collect::<Vec<_>>(),
        "body": body,
    })
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

/// Compares with what is kept under `snapshots/`; here, so that all of them lie beside this file.
fn assert_snapshot(name: &str, shown: &Value) {
    insta::assert_json_snapshot!(name, shown);
}
