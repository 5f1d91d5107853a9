//! Slack's own requests to the app: signed, with three seconds for the answer.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use url::form_urlencoded::Serializer;

use crate::sandbox::plain_client;

/// What a person waits before Slack shows `operation_timeout`.
const PATIENCE: Duration = Duration::from_secs(3);
const FORM: &str = "application/x-www-form-urlencoded";

/// One request to the app.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// In Slack's words: `/desk`, `block_actions`, `app_uninstalled`.
    pub what: String,
    pub(super) url: String,
    pub(super) content_type: &'static str,
    pub body: String,
    pub(super) retry: u32,
}

/// What the app answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answered {
    /// Zero where there was no answer in time.
    pub status: u16,
    pub body: String,
}

impl Outgoing {
    pub(super) fn form(what: &str, url: &str, fields: &[(&str, &str)]) -> Self {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        Self {
            what: what.to_owned(),
            url: url.to_owned(),
            content_type: FORM,
            body,
            retry: 0,
        }
    }

    /// What people do with buttons and forms: JSON in a form's one field.
    pub(super) fn payload(url: &str, payload: &Value) -> Self {
        let what = payload["type"].as_str().unwrap_or_default();
        Self::form(what, url, &[("payload", &payload.to_string())])
    }

    pub(super) fn event(what: &str, url: &str, body: &Value) -> Self {
        Self {
            what: what.to_owned(),
            url: url.to_owned(),
            content_type: "application/json",
            body: body.to_string(),
            retry: 0,
        }
    }

    /// Its headers, at this second.
    pub(super) fn headers(&self, secret: &str, seconds: i64) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("content-type", self.content_type.to_owned()),
            ("x-slack-request-timestamp", seconds.to_string()),
            ("x-slack-signature", signature(secret, seconds, &self.body)),
        ];
        if self.retry > 0 {
            headers.push(("x-slack-retry-num", self.retry.to_string()));
            headers.push(("x-slack-retry-reason", "http_timeout".to_owned()));
        }
        headers
    }

    pub(super) async fn send(&self, secret: &str, seconds: i64) -> Answered {
        let Ok(client) = plain_client() else {
            return Answered::default();
        };
        let mut request = client
            .post(&self.url)
            .timeout(PATIENCE)
            .body(self.body.clone());
        for (name, value) in self.headers(secret, seconds) {
            request = request.header(name, value);
        }
        let Ok(response) = request.send().await else {
            return Answered::default();
        };
        Answered {
            status: response.status().as_u16(),
            body: response.text().await.unwrap_or_default(),
        }
    }
}

/// `v0=` and the digits.
pub fn signature(secret: &str, seconds: i64, body: &str) -> String {
    // HMAC takes a key of any length.
    let Ok(mut code) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    code.update(format!("v0:{seconds}:{body}").as_bytes());
    let digits = code.finalize().into_bytes();
    let digits: Vec<_> = digits.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("v0={}", digits.concat())
}
