//! The sandbox kintone without a network, and the claims made of the connector.

mod answers;
mod check;
mod look_up;
mod operations;
mod secrets;

use std::sync::Mutex;

use async_trait::async_trait;
use deskbridge_core::action::Action;
use deskbridge_core::connector::{Answer, Call, Connection, Connector as _, Done, Found, Prepared};
use deskbridge_core::http::{HttpRequest, HttpResponse};
use deskbridge_core::link::EntityRef;
use deskbridge_core::ports::VendorHttp;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, Result, Timestamp};
use deskbridge_testkit::sandbox::kintone::{self as vendor, ADD_ONLY, FULL, Options};
use serde_json::{Value, json};

use super::Kintone;

/// 2023-11-14T22:13:20Z
const NOW: i64 = 1_700_000_000_000;

/// An app, and what it is asked to hold.
struct Desk {
    vendor: vendor::Kintone,
    kintone: Kintone,
    connection: Connection,
    credential: Credential,
    now: i64,
    requests: Mutex<Vec<HttpRequest>>,
    /// Given instead of the vendor's own answer to the next writes, or put in its place afterwards.
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
        let writes = request.body.is_some();
        let instead = writes.then(|| self.instead.lock().unwrap().pop()).flatten();
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
    async fn new(token: &str) -> Self {
        let vendor = vendor::Kintone::start(Options::default()).await.unwrap();
        vendor.set_time(NOW);
        let settings = json!({
            "subdomain": "example", "app": 7, "base_url": vendor.url(), "key_field": "同期キー",
            "users": {"taro": "taro.osaka@example.com"},
        });
        Self {
            vendor,
            kintone: Kintone::default(),
            connection: connection(settings),
            credential: credential(token),
            now: NOW,
            requests: Mutex::default(),
            instead: Mutex::default(),
        }
    }

    async fn prepare(&self, operation: &str, params: Value) -> Result<Prepared> {
        let action = action(operation, params);
        self.kintone.prepare(&self.call(&action)).await
    }

    async fn run(&self, operation: &str, params: Value) -> Result<Done> {
        let action = action(operation, params);
        let call = self.call(&action);
        let prepared = self.kintone.prepare(&call).await?;
        match self.kintone.send(&call, prepared).await? {
            Answer::Done(done) => Ok(done),
            other => panic!("{other:?}"),
        }
    }

    async fn look_up(&self, params: Value) -> Result<Found> {
        let action = action("add_record", params);
        self.kintone.look_up(&self.call(&action), None).await
    }

    fn call<'a>(&'a self, action: &'a Action) -> Call<'a> {
        let mut operations = self.kintone.operations().iter();
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
        connector: "kintone".into(),
        credential: Some("kintone-visits".into()),
        look_up_wait: None,
        settings,
    }
}

fn credential(token: &str) -> Credential {
    Credential::new(
        "kintone-visits",
        "1",
        [("api_token".to_owned(), token.to_owned())],
    )
}

fn action(operation: &str, params: Value) -> Action {
    Action {
        id: "act_0123456789abcdef".into(),
        event_id: "evt_1".into(),
        integration: "visits".into(),
        rule: "message_sent".into(),
        config_version: 1,
        connector: "kintone".into(),
        operation: operation.into(),
        subject: EntityRef::new("relation", "ticket", "4711"),
        order_key: "visits/relation:ticket:4711/kintone".into(),
        slot: None,
        params,
        received_at: Timestamp::from_millis(NOW),
        creates: false,
        terms: deskbridge_core::action::Terms::default(),
    }
}

/// Everything that a form can hold.
fn everything() -> Value {
    json!({
        "チケットID": 4711, "件名": "返品したい", "本文": "一行\n二行", "本文_書式": "<太字>",
        "URL": "https://example.com/4711", "状態": "対応完了", "区分": "至急",
        "ラベル": ["重要"], "分類": ["お問い合わせ > 配送"], "対応日": "2023-11-14T22:13:20Z",
        "対応時刻": "2023-11-14T22:13:20Z", "対応日時": "2023-11-14T22:13:20Z", "担当者": "taro",
        "担当組織": "sales", "担当グループ": "support",
    })
}

/// Compares with what is kept under `snapshots/`; here, so that all of them lie beside this file.
fn assert_snapshot(name: &str, shown: &Value) {
    insta::assert_json_snapshot!(name, shown);
}
