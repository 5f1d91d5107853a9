//! Batches of webhooks, to be decided.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::event::{Decision, Envelope};
use deskbridge_core::flow::evaluate::Evaluate;
use lambda_runtime::{LambdaEvent, run, service_fn};

use super::batch::{BatchResponse, SqsEvent, SqsRecord, parse};
use super::host::Host;
use super::metrics::Metrics;
use super::{Error, Parts, Time};

/// What must be left to begin with more records: each of a few requests may take its three seconds.
const ENOUGH_TIME: Duration = Duration::from_secs(12);
/// How many records share their requests: as many as SQS sends on in one.
const TOGETHER: usize = 10;

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
    let (evaluate, clock) = (&evaluate, &*host.clock());
    run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let time = Time::of(clock, &event.context);
        let (response, metrics) = evaluate_batch(evaluate, event.payload, &time).await;
        metrics.write(&event.context, clock.now());
        Ok::<_, Error>(response)
    }))
    .await
}

/// Ten records at a time, as long as there is time: the others come back. One that cannot be read
/// fails alone.
pub async fn evaluate_batch(
    evaluate: &Evaluate,
    event: SqsEvent,
    time: &Time<'_>,
) -> (BatchResponse, Metrics) {
    let (mut response, mut metrics) = (BatchResponse::default(), Metrics::default());
    metrics.oldest(event.oldest(), time.now());
    for records in event.records.chunks(TOGETHER) {
        match time.allows(ENOUGH_TIME) {
            Ok(()) => evaluate_records(evaluate, records, &mut response, &mut metrics).await,
            Err(late) => records
                .iter()
                .for_each(|r| response.fail(&r.message_id, &late)),
        }
    }
    response.count(&mut metrics);
    (response, metrics)
}

async fn evaluate_records(
    evaluate: &Evaluate,
    records: &[SqsRecord],
    response: &mut BatchResponse,
    metrics: &mut Metrics,
) {
    let (mut ids, mut envelopes) = (Vec::new(), Vec::new());
    for record in records {
        match parse::<Envelope>(&record.body) {
            Ok(envelope) => {
                ids.push(&record.message_id);
                envelopes.push(envelope);
            }
            Err(why) => response.fail(&record.message_id, &why),
        }
    }
    let results = evaluate.evaluate(&envelopes).await;
    for (id, result) in ids.into_iter().zip(results) {
        match result {
            Ok(decision) => metrics.add(metric(decision.as_ref()), 1),
            Err(error) => response.fail(id, &error),
        }
    }
}

fn metric(decision: Option<&Decision>) -> &'static str {
    match decision {
        None => "Duplicate",
        Some(Decision::Actions { .. }) => "Applied",
        Some(Decision::Filtered { .. }) => "Filtered",
        Some(Decision::Suppressed { .. }) => "Suppressed",
        Some(Decision::Failed { .. }) => "Failed",
    }
}
