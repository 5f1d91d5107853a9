//! The sandbox Slack without a network, and the claims made of the connector.

mod answers;
mod blocks;
mod check;
mod look_up;
mod oauth;
mod operations;
mod pace;
mod secrets;
mod webhook;

use std::sync::Mutex;

use async_trait::async_trait;
use deskbridge_core::action::Action;
use deskbridge_core::connector::{Answer, Call, Connection, Connector as _, Done, Found};
use deskbridge_core::http::{HttpRequest, HttpResponse};
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, Result, Timestamp};
use deskbridge_testkit::sandbox::slack::{self as vendor, Options, SUPPORT, TEAM, TOKEN};
use serde_json::{Value, json};

use super::Slack;

/// 2023-11-14T22:13:20Z
const NOW: i64 = 1_700_000_000_000;
const ACTION: &str = "act_0123456789abcdef";

/// A workspace, and what is posted there.
struct Desk {
    vendor: vendor::Slack,
    slack: Slack,
    connection: Connection,
    credential: Credential,
    now: i64,
    requests: Mutex<Vec<HttpRequest>>,
    /// Given instead of the vendor's own answer to the next requests, or put in its place afterwards.
    instead: Mutex<Vec<Instead>>,
}

enum Instead {
    /// Nothing reaches the vendor.
    Of(HttpResponse),
    /// It happened, and the answer is lost.
    After(Error),
}

#[async_trait]
impl VendorHttp for Desk {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        self.requests.lock().unwrap().push(request.clone());
        let instead = self.instead.lock().unwrap().pop();
        match instead {
            None => self.vendor.send(request).await,
            Some(Instead::Of(answer)) => Ok(answer),
            Some(Instead::After(error)) => {
                self.vendor.send(request).await?;
                Err(error)
            }
        }
    }
}

impl Desk {
    async fn new() -> Self {
        let vendor = vendor::Slack::start(Options::default()).await.unwrap();
        vendor.set_time(NOW);
        Self {
            connection: connection(json!({"base_url": vendor.url()})),
            vendor,
            slack: Slack::default(),
            credential: credential(TOKEN),
            now: NOW,
            requests: Mutex::default(),
            instead: Mutex::default(),
        }
    }

    /// Time passes, here and there.
    fn pass(&mut self, millis: i64) {
        self.now += millis;
        self.vendor.set_time(self.now);
    }

    async fn run(&self, operation: &str, params: Value) -> Result<Done> {
        self.carry_out(&action(operation, params)).await
    }

    async fn carry_out(&self, action: &Action) -> Result<Done> {
        let call = self.call(action);
        let prepared = self.slack.prepare(&call).await?;
        match self.slack.send(&call, prepared).await? {
            Answer::Done(done) => Ok(done),
            other => panic!("{other:?}"),
        }
    }

    async fn look_up(&self, operation: &str, params: Value) -> Result<Found> {
        let action = action(operation, params);
        self.slack.look_up(&self.call(&action), None).await
    }

    fn call<'a>(&'a self, action: &'a Action) -> Call<'a> {
        let mut operations = self.slack.operations().iter();
        Call {
            http: self,
            now: Timestamp::from_millis(self.now),
            connection: &self.connection,
            credential: &self.credential,
            operation: operations.find(|o| o.name == action.operation).unwrap(),
            action,
            target: None,
            link: None,
            first_sent_at: Some(Timestamp::from_millis(NOW)),
        }
    }

    fn instead(&self, instead: Instead) {
        self.instead.lock().unwrap().push(instead);
    }

    /// The body of the last such request.
    fn sent(&self, call: &str) -> Value {
        let requests = self.requests.lock().unwrap();
        let request = requests.iter().rfind(|request| request.call == call);
        serde_json::from_slice(request.unwrap().body.as_ref().unwrap()).unwrap()
    }
}

fn answer(status: u16, body: &Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: Vec::new(),
        body: body.to_string().into_bytes(),
    }
}

fn connection(settings: Value) -> Connection {
    Connection {
        connector: "slack".into(),
        credential: Some("slack-acme".into()),
        look_up_wait: None,
        settings,
    }
}

fn credential(token: &str) -> Credential {
    Credential::new(
        "slack-acme",
        "1",
        [("bot_token".to_owned(), token.to_owned())],
    )
}

fn action(operation: &str, params: Value) -> Action {
    let action = json!({
        "id": ACTION, "event_id": "evt_1", "integration": "desk", "rule": "notify[0]",
        "config_version": 1, "connector": "slack", "operation": operation,
        "subject": {"connector": "zoho-desk", "kind": "ticket", "id": "4000000012345"},
        "order_key": "desk/zoho-desk:ticket:4000000012345/slack", "params": params,
        "received_at": NOW, "creates": false,
    });
    serde_json::from_value(action).unwrap()
}

/// With everything that a card can show, and what a stranger may write.
fn ticket() -> Value {
    json!({
        "id": "4000000012345", "number": "42", "subject": "<!channel> printer | paper & ink",
        "status": "Open", "priority": "High", "assignee": {"id": "7", "name": "Ann <b>"},
        "department": {"id": "77", "name": "Sales"}, "contact": "Ms Green", "due_at": "2023-11-15 10:00",
        "url": "https://desk.zoho.com/agent/acme/all/tickets/details/4000000012345?a=1&b=2",
    })
}

fn assert_snapshot(name: &str, shown: &Value) {
    insta::assert_json_snapshot!(name, shown);
}
