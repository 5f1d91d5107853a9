//! What each function serves: the events of one source, over one flow.
//!
//! Everything is built and connected before the first event, while the processor is fast and free,
//! <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>. Nothing runs on
//! after an answer: the environment is frozen then.

pub mod batch;
mod host;
pub mod http;
pub mod poll;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::action::Action;
use deskbridge_core::connector::Connectors;
use deskbridge_core::event::Envelope;
use deskbridge_core::flow::directory::CompileKind;
use deskbridge_core::flow::dispatch::{Claimed, CredentialStates, Dispatch};
use deskbridge_core::flow::evaluate::Evaluate;
use deskbridge_core::flow::receive::Receive;
use deskbridge_core::ports::VendorHttp;
use futures::FutureExt as _;
use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::{Value, json};

use batch::{BatchResponse, SqsEvent};
use host::Host;
use http::{HttpEvent, HttpResponse};

pub use lambda_runtime::Error;
pub use poll::serve_poll;

/// What a function must have left to begin another record: a look at our own store, a vendor's call
/// with its follow-up, and a write.
const ENOUGH_TIME: Duration = Duration::from_secs(40);

/// What the build knows: its vendors and its kinds.
pub struct Parts {
    pub connectors: Connectors,
    pub compile_kind: CompileKind,
}

/// API Gateway's HTTP API, payload format 2.0, on `POST /webhooks/<connector>/{key}`.
pub async fn serve_webhook(connector: &'static str, parts: Parts) -> Result<(), Error> {
    let host = Host::start()?;
    let inbound = host.inbound()?;
    let receive = Receive {
        directory: host.directory(&parts),
        connectors: parts.connectors,
        inbound: Arc::clone(&inbound) as _,
        secrets: host.secrets()?,
        clock: host.clock(),
    };
    host.prewarm(&inbound).await;
    let receive = &receive;
    run(service_fn(|event: LambdaEvent<HttpEvent>| async move {
        Ok::<_, Error>(answer(receive, connector, event.payload).await)
    }))
    .await
}

async fn answer(receive: &Receive, connector: &str, event: HttpEvent) -> HttpResponse {
    let request_id = event.request_id().to_owned();
    match event.into_webhook(connector) {
        Ok(request) => HttpResponse::of(receive.receive(request).await, &request_id),
        Err(refusal) => HttpResponse::of(Err(refusal), &request_id),
    }
}

/// SQS, the queue of webhooks, with `ReportBatchItemFailures`.
pub async fn serve_evaluate(parts: Parts) -> Result<(), Error> {
    let host = Host::start()?;
    let outbound = host.outbound()?;
    let evaluate = Evaluate {
        directory: host.directory(&parts),
        connectors: parts.connectors,
        store: host.store(),
        outbound: Arc::clone(&outbound) as _,
    };
    host.prewarm(&outbound).await;
    let evaluate = &evaluate;
    run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        Ok::<_, Error>(evaluate_batch(evaluate, event.payload).await)
    }))
    .await
}

/// All records together: they share their requests. One that cannot be read fails alone.
pub async fn evaluate_batch(evaluate: &Evaluate, event: SqsEvent) -> BatchResponse {
    let mut response = BatchResponse::default();
    let (mut ids, mut envelopes) = (Vec::new(), Vec::new());
    for record in event.records {
        match serde_json::from_str::<Envelope>(&record.body) {
            Ok(envelope) => {
                ids.push(record.message_id);
                envelopes.push(envelope);
            }
            Err(error) => response.fail(record.message_id, &error),
        }
    }
    let results = evaluate.evaluate(&envelopes).await;
    for (id, result) in ids.into_iter().zip(results) {
        if let Err(error) = result {
            response.fail(id, &error);
        }
    }
    response
}

/// SQS FIFO, the queue of actions, with `ReportBatchItemFailures`.
pub async fn serve_dispatch(parts: Parts, http: Arc<dyn VendorHttp>) -> Result<(), Error> {
    let host = Host::start()?;
    let outbound = host.outbound()?;
    let dispatch = Dispatch {
        credentials: CredentialStates::default(),
        directory: host.directory(&parts),
        connectors: parts.connectors,
        store: host.store(),
        outbound: Arc::clone(&outbound) as _,
        secrets: host.secrets()?,
        clock: host.clock(),
        http,
    };
    host.prewarm(&outbound).await;
    let dispatch = &dispatch;
    run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let deadline = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
        let deadline = Timestamp::from_millis(deadline);
        Ok::<_, Error>(dispatch_batch(dispatch, event.payload, deadline).await)
    }))
    .await
}

/// The groups at the same time, each in its order; none is begun that might not be finished.
pub async fn dispatch_batch(
    dispatch: &Dispatch,
    event: SqsEvent,
    deadline: Timestamp,
) -> BatchResponse {
    let begin = async |bodies: &[&str]| begin(dispatch, bodies, deadline).await;
    let work = async |claimed: Option<Claimed>| {
        let Some(claimed) = claimed else {
            return Ok(());
        };
        // A panic must cost this action's message only.
        let done = AssertUnwindSafe(dispatch.work(claimed)).catch_unwind();
        match done.await {
            Ok(result) => result.map(drop).map_err(|error| error.to_string()),
            Err(_) => Err("it panicked".to_owned()),
        }
    };
    batch::in_groups(event.records, begin, work).await
}

/// Claims the actions that can be read, if there is time for them.
async fn begin(
    dispatch: &Dispatch,
    bodies: &[&str],
    deadline: Timestamp,
) -> Vec<Result<Option<Claimed>, String>> {
    if deadline.since(dispatch.clock.now()) < ENOUGH_TIME {
        let late = || Err("no time is left in this batch".to_owned());
        return bodies.iter().map(|_| late()).collect();
    }
    let actions = bodies
        .iter()
        .map(|body| serde_json::from_str::<Action>(body));
    let actions: Vec<_> = actions.collect();
    let readable: Vec<&Action> = actions.iter().flatten().collect();
    let mut claims = dispatch.claim(&readable).await.into_iter();
    let claimed = actions.iter().map(|action| match action {
        Ok(_) => {
            let claim = claims.next().unwrap_or(Ok(None));
            claim.map_err(|error| error.to_string())
        }
        Err(error) => Err(error.to_string()),
    });
    claimed.collect()
}

/// A schedule; the event's content does not matter.
pub async fn serve_sweep() -> Result<(), Error> {
    let host = Host::start()?;
    let outbound = host.outbound()?;
    let sweep = deskbridge_core::flow::sweep::Sweep {
        store: host.store(),
        outbound: Arc::clone(&outbound) as _,
        clock: host.clock(),
    };
    host.prewarm(&outbound).await;
    let sweep = &sweep;
    run(service_fn(|_: LambdaEvent<Value>| async move {
        let due = sweep.sweep().await?;
        tracing::info!(due, "swept");
        Ok::<_, Error>(json!({ "due": due }))
    }))
    .await
}
