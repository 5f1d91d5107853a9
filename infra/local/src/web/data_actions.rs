//! `POST /data-actions/{integration}/{action}`: for flows that call web services rather than Lambda.
//!
//! The body is the input, as `${input.rawRequest}` gives it. `Idempotency-Key` makes a repeat return the
//! first result. The query may say `timeout_ms`, `flatten=true`, and `trace=true`, which puts the result
//! beside the ten steps.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use deskbridge_admin::may_run;
use deskbridge_core::dedup::digest;
use deskbridge_core::flow::receive::Refusal;
use deskbridge_core::secret::DATA_ACTION_TOKENS;
use deskbridge_core::{ErrorKind, json as bounded};
use deskbridge_data_actions::{ActionError, DEFAULT_TIMEOUT, Execution, Finished};
use serde::Deserialize;
use serde_json::json;

use super::{json_response, problem, read_body, request_id};
use crate::bundle::Bundle;

/// As hard to guess as 128 random bits in base 64; a shorter one opens nothing.
const MIN_TOKEN_CHARS: usize = 22;
const MAX_KEY_CHARS: usize = 255;

#[derive(Deserialize)]
pub(super) struct Asked {
    timeout_ms: Option<u64>,
    #[serde(default)]
    flatten: bool,
    #[serde(default)]
    trace: bool,
}

pub(super) async fn run(
    State(bundle): State<Arc<Bundle>>,
    address: Result<Path<(String, String)>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Response {
    let id = request_id(&bundle);
    let (parts, body) = request.into_parts();
    let named = address.ok().map(|Path(names)| names);
    let name = named.as_ref().map(|(integration, _)| integration.as_str());
    // Before anything else of the request is looked at.
    if let Err(refusal) = authorized(&bundle, name.unwrap_or_default(), &parts.headers).await {
        return problem(&refusal, &id);
    }
    let Some((integration, action)) = named else {
        return problem(&Refusal::unknown_address(), &id);
    };
    let Ok(Query(asked)) = asked else {
        let why = "The query takes timeout_ms, flatten and trace.";
        return problem(&Refusal::new(400, "Bad query", why), &id);
    };
    let body = match read_body(body).await {
        Ok(body) => body,
        Err(refusal) => return problem(&refusal, &id),
    };
    let input = bounded::text(&body).and_then(bounded::parse);
    let input = match input {
        Ok(input) => input,
        Err(error) => return problem(&Refusal::new(400, "Bad input", error.to_string()), &id),
    };
    let limit = asked
        .timeout_ms
        .map_or(DEFAULT_TIMEOUT, Duration::from_millis);
    let execution = Execution {
        integration,
        action,
        input,
        request_key: key(&parts.headers),
        deadline: bundle.clock.now() + limit.min(DEFAULT_TIMEOUT),
        id: id.clone(),
        trace: asked.trace,
        flatten: asked.flatten,
    };
    let finished = bundle.data_actions.run(&execution);
    answer(finished.await, asked.trace, &id)
}

fn answer(finished: Finished, traced: bool, id: &str) -> Response {
    match (finished.result, traced) {
        (Ok(result), false) => json_response(StatusCode::OK, "application/json", &result),
        (Ok(result), true) => {
            let body = json!({"result": result, "trace": finished.trace});
            json_response(StatusCode::OK, "application/json", &body)
        }
        (Err(error), traced) => {
            tracing::info!(
                request.id = id,
                error.kind = error.error_type.name(),
                "a data action failed"
            );
            let mut body = failed(&error, id);
            if traced {
                body["trace"] = json!(finished.trace);
            }
            let status =
                StatusCode::from_u16(error.http_status()).unwrap_or(StatusCode::BAD_GATEWAY);
            json_response(status, "application/problem+json", &body)
        }
    }
}

/// RFC 9457, with the stable name of the condition and the shape that Genesys Cloud's errors have.
fn failed(error: &ActionError, id: &str) -> serde_json::Value {
    let mut body = error.body();
    body["title"] = error.error_type.name().into();
    body["detail"] = error.message.clone().into();
    body["request_id"] = id.into();
    body["reference"] = error.reference.clone().into();
    body
}

fn key(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key")?.to_str().ok()?;
    (1..=MAX_KEY_CHARS)
        .contains(&key.len())
        .then(|| key.to_owned())
}

/// A flow's token of the store, or one of the credential. Hashes are compared, so that the time it takes
/// says nothing of the token.
async fn authorized(
    bundle: &Bundle,
    integration: &str,
    headers: &HeaderMap,
) -> Result<(), Refusal> {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = given
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    let now = bundle.clock.now();
    match may_run(&*bundle.store, now, token, integration).await {
        Ok(true) => return Ok(()),
        Ok(false) => {}
        Err(_) => return Err(Refusal::unavailable()),
    }
    let hash = |token: &str| digest(&["data-action-token", token]);
    let known = match bundle.secrets.credential(DATA_ACTION_TOKENS).await {
        Ok(known) => known,
        Err(error) if error.kind() == ErrorKind::Unavailable => return Err(Refusal::unavailable()),
        Err(_) => return Err(unauthorized()),
    };
    let given = hash(token);
    let tokens = known.names().filter_map(|name| known.optional(name));
    let mut usable = tokens.filter(|token| token.len() >= MIN_TOKEN_CHARS);
    if usable.any(|known| hash(known) == given) {
        return Ok(());
    }
    Err(unauthorized())
}

fn unauthorized() -> Refusal {
    let detail = format!(
        "Send `Authorization: Bearer` with one of the tokens of the credential {DATA_ACTION_TOKENS}."
    );
    Refusal::new(401, "Not authorized", detail)
}
