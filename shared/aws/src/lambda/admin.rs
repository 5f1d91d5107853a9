//! The management API, through API Gateway's HTTP API, and the one thing that it cannot do itself: make
//! the first token. That is asked for by invoking the function, which takes a right in the account.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskbridge_admin::{Admin, ApiAnswer, ApiRequest, Ports, Schema, call, is_token_name, issue};
use deskbridge_core::dedup::short_id;
use deskbridge_core::operator::{Change, Role};
use deskbridge_core::ports::{Clock, Store, VendorHttp};
use lambda_runtime::{LambdaEvent, run, service_fn};
use serde::Deserialize;
use serde_json::{Value, json};

use super::host::Host;
use super::metrics::Metrics;
use super::{Error, Parts};

/// Who stands in the audit log for a token that was made by invoking the function.
const OWNER: &str = "the account";
/// Long enough to make a token that lasts, over the API.
const FIRST_TOKEN_LIVES: Duration = Duration::from_secs(24 * 3600);

/// What the function is invoked with.
#[derive(Deserialize)]
#[serde(untagged)]
enum AdminEvent {
    /// By somebody who may invoke functions: `{"new_token": "first"}`. API Gateway cannot send it.
    NewToken { new_token: String },
    /// By API Gateway, payload format 2.0, on `/admin/v1/{proxy+}`.
    Http(Box<HttpEvent>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpEvent {
    raw_path: String,
    #[serde(default)]
    raw_query_string: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    request_context: RequestContext,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
struct RequestContext {
    http: Http,
}

#[derive(Deserialize)]
struct Http {
    method: String,
}

/// The API over the account's ports.
pub struct AdminFunction {
    router: Router,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

/// API Gateway's HTTP API on `/admin/v1/{proxy+}`, and direct invocation for a token.
pub async fn serve_admin(
    parts: Parts,
    http: Arc<dyn VendorHttp>,
    schema: Schema,
) -> Result<(), Error> {
    let host = Host::start()?;
    let (outbound, secrets) = (host.outbound()?, host.vault()?);
    let inbound = host.inbound()?;
    let function = AdminFunction::new(Ports {
        directory: host.directory(&parts),
        connectors: parts.connectors,
        store: host.store(),
        inbound: inbound as _,
        outbound: Arc::clone(&outbound) as _,
        secrets: Arc::clone(&secrets) as _,
        vault: secrets,
        http,
        clock: host.clock(),
        schema,
    });
    host.prewarm(&outbound).await;
    let function = &function;
    run(service_fn(|event: LambdaEvent<Value>| async move {
        let answer = function.answer(event.payload).await?;
        let mut metrics = Metrics::default();
        metrics.add("Managed", 1);
        metrics.write(&event.context, function.clock.now());
        Ok::<_, Error>(answer)
    }))
    .await
}

impl AdminFunction {
    pub fn new(ports: Ports) -> Self {
        let (store, clock) = (Arc::clone(&ports.store), Arc::clone(&ports.clock));
        Self {
            router: Admin::new(ports).into_router(),
            store,
            clock,
        }
    }

    /// # Errors
    /// The event is neither of the two, or the store does not answer: a failed invocation.
    pub async fn answer(&self, event: Value) -> Result<Value, Error> {
        let why = "the event is no request of an HTTP API, and no {\"new_token\": NAME}";
        match serde_json::from_value(event).map_err(|_| why)? {
            AdminEvent::NewToken { new_token } => self.new_token(&new_token).await,
            AdminEvent::Http(event) => {
                let Some(request) = event.into_request() else {
                    return Ok(json!({"statusCode": 400}));
                };
                Ok(response(call(&self.router, request).await))
            }
        }
    }

    /// Makes a token with all rights for a day; it stands in the audit log.
    async fn new_token(&self, name: &str) -> Result<Value, Error> {
        if !is_token_name(name) {
            return Err("new_token takes 1 to 64 lower-case letters, digits and hyphens".into());
        }
        let now = self.clock.now();
        let lives = Some(FIRST_TOKEN_LIVES);
        let change = Change {
            id: short_id("chg", &[OWNER, name, &now.to_string()]),
            at: now,
            by: OWNER.to_owned(),
            what: "create token".to_owned(),
            target: name.to_owned(),
            team: String::new(),
            version: None,
        };
        self.store.record_change(change).await?;
        let made = issue(&*self.store, now, name, Role::Admin, None, lives).await?;
        let expires_at = made.stored.expires_at.map(|at| at.to_string());
        Ok(json!({"token": made.token, "name": name, "role": "admin", "expires_at": expires_at}))
    }
}

impl HttpEvent {
    fn into_request(self) -> Option<ApiRequest> {
        let body = self.body.unwrap_or_default();
        let body = match self.is_base64_encoded {
            false => body.into_bytes(),
            true => STANDARD.decode(body).ok()?,
        };
        let target = match self.raw_query_string.as_str() {
            "" => self.raw_path,
            query => format!("{}?{query}", self.raw_path),
        };
        Some(ApiRequest {
            method: self.request_context.http.method,
            target,
            headers: self.headers.into_iter().collect(),
            body,
        })
    }
}

/// Every answer of the API is text.
fn response(answer: ApiAnswer) -> Value {
    let headers: BTreeMap<_, _> = answer.headers.into_iter().collect();
    json!({
        "statusCode": answer.status,
        "headers": headers,
        "body": String::from_utf8_lossy(&answer.body),
    })
}
