//! The Runtime API's four routes, turned into messages to whoever owns the function.

use std::time::{Instant, SystemTime};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tokio::sync::{mpsc, oneshot};

/// What the function said.
pub(crate) enum Call {
    /// It asks for an event, and waits until it gets one.
    Next(Instant, oneshot::Sender<Event>),
    Answer(Answer),
    /// It cannot start; the body says why.
    InitError(Bytes),
}

/// Of one event: its response, or what went wrong.
pub(crate) struct Answer {
    pub(crate) request_id: String,
    pub(crate) result: Result<Bytes, Bytes>,
}

pub(crate) struct Event {
    pub(crate) request_id: String,
    pub(crate) deadline: SystemTime,
    pub(crate) payload: Vec<u8>,
}

type Calls = mpsc::UnboundedSender<Call>;

pub(crate) fn router(calls: Calls) -> Router {
    let routes = Router::new()
        .route("/invocation/next", get(next))
        .route("/invocation/{id}/response", post(response))
        .route("/invocation/{id}/error", post(error))
        .route("/init/error", post(init_error));
    Router::new()
        .nest("/2018-06-01/runtime", routes)
        .with_state(calls)
}

/// Hangs until there is an event, as Lambda does, however long that takes.
async fn next(State(calls): State<Calls>) -> Response {
    let (hand_over, event) = oneshot::channel();
    calls.send(Call::Next(Instant::now(), hand_over)).ok();
    match event.await {
        Ok(event) => event.into_response(),
        Err(_) => StatusCode::GONE.into_response(),
    }
}

async fn response(calls: State<Calls>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    answer(&calls, id, Ok(body))
}

async fn error(calls: State<Calls>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    answer(&calls, id, Err(body))
}

fn answer(calls: &Calls, request_id: String, result: Result<Bytes, Bytes>) -> StatusCode {
    let answer = Answer { request_id, result };
    calls.send(Call::Answer(answer)).ok();
    StatusCode::ACCEPTED
}

async fn init_error(State(calls): State<Calls>, body: Bytes) -> StatusCode {
    calls.send(Call::InitError(body)).ok();
    StatusCode::ACCEPTED
}

impl Event {
    fn into_response(self) -> Response {
        let since_epoch = self.deadline.duration_since(SystemTime::UNIX_EPOCH);
        let deadline = since_epoch.unwrap_or_default().as_millis().to_string();
        let arn = "arn:aws:lambda:eu-central-1:123456789012:function:under-test";
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("lambda-runtime-aws-request-id", self.request_id.as_str()),
            ("lambda-runtime-deadline-ms", &deadline),
            ("lambda-runtime-invoked-function-arn", arn),
            ("content-type", "application/json"),
        ] {
            if let Ok(value) = value.parse() {
                headers.insert(name, value);
            }
        }
        (headers, self.payload).into_response()
    }
}
