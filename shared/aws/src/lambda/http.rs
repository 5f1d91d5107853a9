//! A request as API Gateway's HTTP API hands it over, payload format 2.0, and the answer.
//!
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskbridge_core::flow::receive::{Receipt, Refusal, WebhookRequest};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpEvent {
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    path_parameters: PathParameters,
    request_context: RequestContext,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Debug, Default, Deserialize)]
struct PathParameters {
    #[serde(default)]
    key: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequestContext {
    request_id: String,
    #[serde(default)]
    http: Http,
}

#[derive(Debug, Default, Deserialize)]
struct Http {
    #[serde(default)]
    method: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HttpResponse {
    pub status_code: u16,
    pub headers: BTreeMap<&'static str, String>,
    pub body: String,
}

impl HttpEvent {
    pub fn request_id(&self) -> &str {
        &self.request_context.request_id
    }

    /// The key, if it asks with a GET whether anybody is there.
    pub(super) fn probed_key(&self) -> Option<&str> {
        let asked = self.request_context.http.method == "GET";
        asked.then_some(self.path_parameters.key.as_str())
    }

    /// The signature is over the bytes that were sent, so these are what is handed on.
    pub fn into_webhook(self, connector: &str) -> Result<WebhookRequest, Refusal> {
        let body = self.body.unwrap_or_default();
        let body = match self.is_base64_encoded {
            false => body.into_bytes(),
            true => STANDARD.decode(body).map_err(|_| {
                Refusal::new(400, "Unreadable body", "The body is not what it says.")
            })?,
        };
        Ok(WebhookRequest {
            connector: connector.to_owned(),
            key: self.path_parameters.key,
            headers: self.headers.into_iter().collect(),
            body,
            request_id: self.request_context.request_id,
        })
    }
}

impl HttpResponse {
    pub(super) fn of(answer: Result<Receipt, Refusal>, request_id: &str) -> Self {
        match answer {
            Ok(receipt) => Self::new(receipt.http_status, "application/json", receipt.body()),
            Err(refusal) => Self::problem(&refusal, request_id),
        }
    }

    pub(super) fn of_probe(answer: Result<(), Refusal>, request_id: &str) -> Self {
        match answer {
            Ok(()) => Self::new(200, "text/plain", String::new()),
            Err(refusal) => {
                let mut response = Self::problem(&refusal, request_id);
                if refusal.status == 405 {
                    response.headers.insert("allow", "POST".to_owned());
                }
                response
            }
        }
    }

    fn problem(refusal: &Refusal, request_id: &str) -> Self {
        let body = refusal.problem(request_id);
        let kind = "application/problem+json";
        let mut response = Self::new(refusal.status, kind, body.to_string());
        if let Some(wait) = refusal.retry_after {
            let seconds = wait.as_secs().to_string();
            response.headers.insert("retry-after", seconds);
        }
        response
    }

    fn new(status_code: u16, kind: &str, body: String) -> Self {
        Self {
            status_code,
            headers: BTreeMap::from([("content-type", kind.to_owned())]),
            body,
        }
    }
}
