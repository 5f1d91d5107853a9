//! The sandbox portal without a network, and the claims made of the connector.

mod check;
mod look_up;
mod oauth;
mod operations;
mod poll;
mod reports;
mod simulation;
mod subscriptions;
mod tokens;
mod webhook;

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use deskbridge_core::action::{Action, Terms};
use deskbridge_core::connector::{
    Answer, Ask, Call, Connection, Connector, Done, Found, Page, Poll as _, Prepared, Trial, Tried,
    Webhook as _,
};
use deskbridge_core::http::{HttpRequest, HttpResponse, Method};
use deskbridge_core::link::EntityRef;
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Result, Timestamp};
use deskbridge_testkit::sandbox::zoho_desk::{self as vendor, Options};
use serde_json::{Value, json};

use super::ZohoDesk;

/// 2023-11-14T22:13:20Z
const START: i64 = 1_700_000_000_000;
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const SUPPORT: &str = "198765000000006907";
const BILLING: &str = "198765000000116061";
const CLAIRE: &str = "198765000000139001";
const BOB: &str = "198765000000139002";

/// One portal whose time the test owns, and what is asked of it.
struct Desk {
    vendor: vendor::ZohoDesk,
    zoho: ZohoDesk,
    http: Wire,
    connection: Connection,
    credential: Credential,
    cursor: Option<Value>,
    now: i64,
}

impl Desk {
    async fn new() -> Self {
        Self::with(Options::default(), json!({})).await
    }

    async fn with(options: Options, settings: Value) -> Self {
        let credential = credential(&options.refresh_token, "1");
        let vendor = vendor::ZohoDesk::start(options).await.unwrap();
        vendor.set_time(START);
        Self {
            connection: connection(&vendor.url(), settings),
            http: Wire::new(vendor.clone()),
            vendor,
            zoho: ZohoDesk::default(),
            credential,
            cursor: None,
            now: START,
        }
    }

    fn pass(&mut self, millis: i64) {
        self.now += millis;
        self.vendor.set_time(self.now);
    }

    fn ticket(&self, subject: &str) -> String {
        self.vendor
            .human_opens_ticket(SUPPORT, "yamada@example.com", subject)
    }

    async fn run(&self, operation: &str, params: Value) -> Result<Done> {
        let action = action(operation, params);
        let call = self.call(&action);
        let prepared = self.zoho.prepare(&call).await?;
        match self.zoho.send(&call, prepared).await? {
            Answer::Done(done) => Ok(done),
            Answer::Pending { handle } => panic!("pending: {handle}"),
        }
    }

    async fn prepare(&self, operation: &str, params: Value) -> Result<Prepared> {
        let action = action(operation, params);
        self.zoho.prepare(&self.call(&action)).await
    }

    async fn look_up(&self, operation: &str, params: Value) -> Result<Found> {
        let action = action(operation, params);
        self.zoho.look_up(&self.call(&action), None).await
    }

    fn call<'a>(&'a self, action: &'a Action) -> Call<'a> {
        let mut operations = self.zoho.operations().iter();
        Call {
            http: &self.http,
            now: Timestamp::from_millis(self.now),
            connection: &self.connection,
            credential: &self.credential,
            operation: operations.find(|o| o.name == action.operation).unwrap(),
            action,
            target: None,
            link: None,
            first_sent_at: Some(Timestamp::from_millis(START)),
        }
    }

    fn trial(&self) -> Trial<'_> {
        Trial {
            http: &self.http,
            now: Timestamp::from_millis(self.now),
            connection: &self.connection,
            credential: &self.credential,
        }
    }

    async fn tried(&self) -> Result<Tried> {
        let tried = self.zoho.try_connection(&self.trial()).await?;
        Ok(tried.unwrap())
    }

    async fn subscribe(&self, url: &str) -> Result<Tried> {
        let tried = self.zoho.subscribe(&self.trial(), url).await?;
        Ok(tried.unwrap())
    }

    /// Asks, and keeps the cursor.
    async fn fetch(&mut self) -> Page {
        let page = self.ask().await.unwrap();
        self.cursor = Some(page.cursor.clone());
        page
    }

    /// Asks, and forgets the cursor: as after a crash.
    async fn ask(&self) -> Result<Page> {
        let ask = Ask {
            http: &self.http,
            now: Timestamp::from_millis(self.now),
            connection: &self.connection,
            credential: &self.credential,
            since: Timestamp::from_millis(START),
            cursor: self.cursor.as_ref(),
        };
        self.zoho.fetch(&ask).await
    }

    /// Asks until there is nothing more, and returns what was told.
    async fn told(&mut self) -> Vec<Value> {
        let mut told = Vec::new();
        loop {
            let page = self.fetch().await;
            told.extend(page.bodies);
            if !page.again_after.is_zero() {
                return told;
            }
        }
    }

    fn read(&self, body: &Value) -> deskbridge_core::connector::Incoming {
        self.zoho.read(body, &self.connection, "desk").unwrap()
    }

    /// The types of the events, in order.
    fn types(&self, bodies: &[Value]) -> Vec<String> {
        bodies
            .iter()
            .map(|body| self.read(body).event_type)
            .collect()
    }

    /// The bodies of all webhooks sent so far, one for each event.
    fn posted(&self) -> Vec<Value> {
        let deliveries = self.vendor.deliveries().into_iter();
        let bodies = deliveries.map(|delivery| delivery.body);
        bodies
            .flat_map(|body| self.zoho.split(&body, &self.connection).collect::<Vec<_>>())
            .collect()
    }
}

fn connection(url: &str, more: Value) -> Connection {
    let mut settings = json!({ "org_id": "60022843030", "base_url": url });
    for (name, value) in more.as_object().into_iter().flatten() {
        settings[name] = value.clone();
    }
    Connection {
        connector: "zoho-desk".into(),
        credential: Some("zoho-desk-main".into()),
        look_up_wait: None,
        settings,
    }
}

fn credential(refresh_token: &str, version: &str) -> Credential {
    let fields = [
        ("client_id", "1000.SANDBOXCLIENT"),
        ("client_secret", "sandbox-client-secret"),
        ("refresh_token", refresh_token),
    ];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Credential::new("zoho-desk-main", version, fields)
}

fn action(operation: &str, params: Value) -> Action {
    Action {
        id: "act_0123456789abcdef0123456789abcdef".into(),
        event_id: "evt_1".into(),
        integration: "desk".into(),
        rule: "rules.0".into(),
        config_version: 1,
        connector: "zoho-desk".into(),
        operation: operation.into(),
        subject: EntityRef::new("slack", "command", "1"),
        order_key: "o".into(),
        slot: None,
        params,
        received_at: Timestamp::from_millis(START),
        creates: true,
        terms: Terms::default(),
    }
}

/// Hands requests to the sandbox, remembers them, and answers some of them itself.
struct Wire {
    vendor: vendor::ZohoDesk,
    seen: Mutex<Vec<HttpRequest>>,
    instead: Mutex<Vec<(&'static str, HttpResponse)>>,
}

impl Wire {
    fn new(vendor: vendor::ZohoDesk) -> Self {
        Self {
            vendor,
            seen: Mutex::default(),
            instead: Mutex::default(),
        }
    }

    /// The next request of this route gets this answer, and reaches nobody.
    fn answers(&self, route: &'static str, status: u16, body: &str) {
        let answer = HttpResponse {
            status,
            headers: Vec::new(),
            body: body.into(),
        };
        self.instead.lock().unwrap().push((route, answer));
    }

    fn routes(&self) -> Vec<&'static str> {
        self.seen
            .lock()
            .unwrap()
            .iter()
            .map(|request| request.call)
            .collect()
    }

    fn count(&self, route: &str) -> usize {
        self.routes()
            .into_iter()
            .filter(|seen| *seen == route)
            .count()
    }

    fn body_of(&self, route: &str) -> Value {
        let seen = self.seen.lock().unwrap();
        let request = seen.iter().rev().find(|request| request.call == route);
        serde_json::from_slice(request.unwrap().body.as_deref().unwrap()).unwrap()
    }

    fn shown(&self) -> Value {
        self.seen
            .lock()
            .unwrap()
            .iter()
            .map(|request| show(request, &self.vendor.url()))
            .collect()
    }
}

#[async_trait]
impl VendorHttp for Wire {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        let route = request.call;
        self.seen.lock().unwrap().push(request.clone());
        let instead = {
            let mut instead = self.instead.lock().unwrap();
            let place = instead.iter().position(|(wanted, _)| *wanted == route);
            place.map(|place| instead.remove(place).1)
        };
        match instead {
            Some(answer) => Ok(answer),
            None => self.vendor.send(request).await,
        }
    }
}

fn show(request: &HttpRequest, base: &str) -> Value {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    let headers = request.headers.iter().map(|(name, value)| match *name {
        "authorization" => (*name, "Zoho-oauthtoken [token]"),
        name => (name, value.as_str()),
    });
    let headers: BTreeMap<_, _> = headers.collect();
    let body = request.body.as_deref().map(|body| {
        let json = serde_json::from_slice(body);
        json.unwrap_or_else(|_| json!(String::from_utf8_lossy(body)))
    });
    json!({
        "request": format!("{method} {}", request.url.replace(base, "")),
        "call": request.call,
        "headers": headers,
        "body": body,
    })
}

/// Compares with what is kept under `snapshots/`; here, so that all of them lie beside this file.
fn assert_snapshot(name: &str, shown: &Value) {
    insta::assert_json_snapshot!(name, shown);
}
