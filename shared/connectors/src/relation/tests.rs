//! The sandbox Re:lation without a network, and the claims made of the connector.

mod check;
mod poll;
mod secrets;
mod simulation;
mod webhook;

use std::sync::Mutex;

use async_trait::async_trait;
use deskbridge_core::connector::{Ask, Connection, Page, Poll as _, Webhook as _};
use deskbridge_core::http::{HttpRequest, HttpResponse};
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Result, Timestamp};
use deskbridge_testkit::sandbox::relation::{self as vendor, Options};
use serde_json::{Value, json};

use super::Relation;

const TOKEN: &str = "relation-sandbox-token";
/// 2023-11-14T22:13:20Z
const START: i64 = 1_700_000_000_000;
const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;
const BOX: u64 = 12;

/// One box of a vendor whose time the test owns, watched since `START`.
struct Desk {
    vendor: vendor::Relation,
    relation: Relation,
    connection: Connection,
    credential: Credential,
    cursor: Option<Value>,
    now: i64,
}

impl Desk {
    async fn new() -> Self {
        Self::with(Options::default()).await
    }

    async fn with(options: Options) -> Self {
        let vendor = vendor::Relation::start(options).await.unwrap();
        vendor.set_time(START);
        Self {
            connection: connection(&vendor.url(), BOX),
            vendor,
            relation: Relation::default(),
            credential: credential(),
            cursor: None,
            now: START,
        }
    }

    fn pass(&mut self, millis: i64) {
        self.now += millis;
        self.vendor.set_time(self.now);
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
            http: &self.vendor,
            now: Timestamp::from_millis(self.now),
            connection: &self.connection,
            credential: &self.credential,
            since: Timestamp::from_millis(START),
            cursor: self.cursor.as_ref(),
        };
        self.relation.fetch(&ask).await
    }

    /// Asks until there is nothing more, and returns what was told, by name.
    async fn told(&mut self) -> Vec<String> {
        let mut told = Vec::new();
        loop {
            let page = self.fetch().await;
            told.extend(page.bodies.iter().map(name));
            if !page.again_after.is_zero() {
                return told;
            }
        }
    }

    fn key(&self, body: &Value) -> String {
        let incoming = self.relation.read(body, &self.connection, "sync").unwrap();
        format!("{:?}", incoming.key)
    }
}

fn connection(url: &str, message_box: u64) -> Connection {
    Connection {
        connector: "relation".into(),
        credential: Some("relation-main".into()),
        look_up_wait: None,
        settings: json!({"subdomain": "example", "message_box": message_box, "base_url": url}),
    }
}

fn credential() -> Credential {
    let token = ("api_token".to_owned(), TOKEN.to_owned());
    Credential::new("relation-main", "1", [token])
}

fn name(body: &Value) -> String {
    body["activity"].as_str().unwrap_or_default().to_owned()
}

/// Remembers what it was asked, and answers always the same.
struct Always(HttpResponse, Mutex<Vec<HttpRequest>>);

#[async_trait]
impl VendorHttp for Always {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse> {
        self.1.lock().unwrap().push(request);
        Ok(self.0.clone())
    }
}

impl Always {
    fn new(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| ((*name).into(), (*value).into()));
        let answer = HttpResponse {
            status,
            headers: headers.collect(),
            body: body.into(),
        };
        Self(answer, Mutex::default())
    }

    async fn fetch(&self) -> Result<Page> {
        let (connection, credential) = (connection("http://localhost", BOX), credential());
        let ask = Ask {
            http: self,
            now: Timestamp::from_millis(START),
            connection: &connection,
            credential: &credential,
            since: Timestamp::from_millis(START),
            cursor: None,
        };
        Relation::default().fetch(&ask).await
    }
}

fn read(
    body: &Value,
) -> Result<deskbridge_core::connector::Incoming, deskbridge_core::connector::Drift> {
    Relation::default().read(body, &connection("http://localhost", BOX), "sync")
}

/// Compares with what is kept under `snapshots/`; here, so that all of them lie beside this file.
fn assert_snapshot(name: &str, shown: &Value) {
    insta::assert_json_snapshot!(name, shown);
}
