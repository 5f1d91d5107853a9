//! A receiver for webhooks, and calls that return status, headers and JSON.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use deskbridge_testkit::sandbox::{kayako, opsgenie, plain_client};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;

pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) fn client() -> Client {
    plain_client().unwrap()
}

pub(crate) async fn opsgenie() -> opsgenie::Opsgenie {
    let delay = Duration::from_millis(20);
    let options = opsgenie::Options {
        processing_delay: delay,
        ..Default::default()
    };
    opsgenie::Opsgenie::start(options).await.unwrap()
}

pub(crate) async fn kayako() -> kayako::Kayako {
    kayako::Kayako::start(kayako::Options::default())
        .await
        .unwrap()
}

/// One answer, read completely.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The code of Kayako's first error.
    pub(crate) fn code(&self) -> String {
        self.json()["errors"][0]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

pub(crate) async fn ask(request: RequestBuilder) -> Answer {
    let response = request.timeout(PATIENCE).send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer {
        status,
        headers,
        text: response.text().await.unwrap(),
    }
}

type Received = Arc<Mutex<Vec<(HeaderMap, Value)>>>;

/// Collects the bodies that are sent to it.
#[derive(Clone, Debug)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Received,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let received = Received::default();
        let router = Router::new()
            .fallback(keep)
            .with_state(Arc::clone(&received));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "http://{}/webhooks/secret-key",
            listener.local_addr().unwrap()
        );
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, received }
    }

    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.received
            .lock()
            .unwrap()
            .iter()
            .map(|(_, body)| body.clone())
            .collect()
    }

    pub(crate) fn headers(&self) -> Vec<HeaderMap> {
        self.received
            .lock()
            .unwrap()
            .iter()
            .map(|(headers, _)| headers.clone())
            .collect()
    }

    pub(crate) fn texts(&self, key: &str) -> Vec<String> {
        let text = |body: Value| body[key].as_str().unwrap_or_default().to_owned();
        self.bodies().into_iter().map(text).collect()
    }
}

async fn keep(State(received): State<Received>, headers: HeaderMap, body: String) -> StatusCode {
    let body = serde_json::from_str(&body).unwrap_or_default();
    received.lock().unwrap().push((headers, body));
    StatusCode::ACCEPTED
}
