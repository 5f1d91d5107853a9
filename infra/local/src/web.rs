//! The HTTP face: webhooks and data actions in, `problem+json` out, and nothing of an address in any log.

mod data_actions;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use deskbridge_core::flow::receive::{MAX_BODY_BYTES, Receipt, Refusal, WebhookRequest};
use serde_json::json;

use crate::bundle::Bundle;

/// No vendor takes longer over half a megabyte; a connection that stalls is not kept.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// The parts of Slack's addresses.
const SLACK: [&str; 3] = ["commands", "interactions", "events"];

/// Everything that `serve` answers.
pub fn router(bundle: Arc<Bundle>) -> Router {
    let admin = bundle.admin().into_router();
    let sign_in = deskbridge_signin::router(bundle.sign_in());
    Router::new()
        .route("/webhooks/{connector}/{key}", post(webhook).get(probe))
        .route("/slack/{what}", post(slack))
        .route(
            "/data-actions/{integration}/{action}",
            post(data_actions::run),
        )
        .route("/healthz", get(health))
        .fallback(unknown_address)
        .method_not_allowed_fallback(wrong_method)
        .with_state(bundle)
        .merge(admin)
        .merge(sign_in)
}

async fn webhook(
    State(bundle): State<Arc<Bundle>>,
    address: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let request_id = request_id(&bundle);
    let Ok(Path((connector, key))) = address else {
        return problem(&Refusal::unknown_address(), &request_id);
    };
    let answer = match webhook_request(connector, key, request, &request_id).await {
        Ok(request) => bundle.receive.receive(request).await,
        Err(refusal) => Err(refusal),
    };
    answered(answer, &request_id)
}

/// A vendor asks whether anybody is at an address.
async fn probe(
    State(bundle): State<Arc<Bundle>>,
    address: Result<Path<(String, String)>, PathRejection>,
) -> Response {
    let request_id = request_id(&bundle);
    let answer = match &address {
        Ok(Path((connector, key))) => bundle.receive.probe(connector, key).await,
        Err(_) => Err(Refusal::unknown_address()),
    };
    let Err(refusal) = answer else {
        return StatusCode::OK.into_response();
    };
    let mut response = problem(&refusal, &request_id);
    if refusal.status == 405 {
        let post = HeaderValue::from_static("POST");
        response.headers_mut().insert(header::ALLOW, post);
    }
    response
}

/// The three addresses that an app at Slack has; what comes in says which of them it came by.
async fn slack(
    State(bundle): State<Arc<Bundle>>,
    Path(what): Path<String>,
    request: Request,
) -> Response {
    let request_id = request_id(&bundle);
    if !SLACK.contains(&what.as_str()) {
        return problem(&Refusal::unknown_address(), &request_id);
    }
    let connector = "slack".to_owned();
    let answer = match webhook_request(connector, String::new(), request, &request_id).await {
        Ok(request) => bundle.receive.receive_shared(request).await,
        Err(refusal) => Err(refusal),
    };
    answered(answer, &request_id)
}

async fn webhook_request(
    connector: String,
    key: String,
    request: Request,
    request_id: &str,
) -> Result<WebhookRequest, Refusal> {
    let (parts, body) = request.into_parts();
    Ok(WebhookRequest {
        connector,
        key,
        headers: text_headers(&parts.headers),
        body: read_body(body).await?,
        request_id: request_id.to_owned(),
    })
}

fn answered(answer: Result<Receipt, Refusal>, request_id: &str) -> Response {
    match answer {
        Ok(receipt) => accepted(&receipt),
        Err(refusal) => problem(&refusal, request_id),
    }
}

async fn read_body(body: Body) -> Result<Vec<u8>, Refusal> {
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(body)) => Ok(body.into()),
        Ok(Err(_)) => {
            let detail = format!("The body is larger than {MAX_BODY_BYTES} bytes, or ended early.");
            Err(Refusal::new(413, "Too large", detail))
        }
        Err(_) => {
            let detail = "The body did not arrive in time. Nothing was stored.";
            Err(Refusal::new(408, "Too slow", detail))
        }
    }
}

/// Header values that are not text count as absent.
fn text_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = headers.iter().filter_map(|(name, value)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    });
    text.collect()
}

async fn health(State(bundle): State<Arc<Bundle>>) -> Response {
    match bundle.store.integration("").await {
        Ok(_) => json_response(StatusCode::OK, "application/json", &json!({"status": "ok"})),
        Err(_) => problem(&Refusal::unavailable(), &request_id(&bundle)),
    }
}

async fn unknown_address(State(bundle): State<Arc<Bundle>>) -> Response {
    problem(&Refusal::unknown_address(), &request_id(&bundle))
}

async fn wrong_method(State(bundle): State<Arc<Bundle>>) -> Response {
    let detail = "This address does not answer to that method.";
    problem(
        &Refusal::new(405, "Method not allowed", detail),
        &request_id(&bundle),
    )
}

fn accepted(receipt: &Receipt) -> Response {
    let status = StatusCode::from_u16(receipt.http_status).unwrap_or(StatusCode::ACCEPTED);
    let body = receipt.body();
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn problem(refusal: &Refusal, request_id: &str) -> Response {
    tracing::info!(
        request.id = request_id,
        status = refusal.status,
        "{}",
        refusal.title
    );
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    let body = refusal.problem(request_id);
    let mut response = json_response(status, "application/problem+json", &body);
    if let Some(wait) = refusal.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, wait.as_secs().into());
    }
    response
}

fn json_response(status: StatusCode, kind: &'static str, body: &impl serde::Serialize) -> Response {
    let body = serde_json::to_string(body).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}

/// Unique on this machine: when this process began, and how many requests it has had.
fn request_id(bundle: &Bundle) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let started = bundle.started_at.as_millis();
    format!(
        "req-{started:x}-{:x}",
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}
