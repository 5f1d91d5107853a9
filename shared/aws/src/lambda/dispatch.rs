//! Batches of actions, to be carried out.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::action::{Action, Stage};
use deskbridge_core::flow::dispatch::{Claimed, CredentialStates, Dispatch};
use deskbridge_core::mapping::{Compiled, Undecided};
use deskbridge_core::outcome::Outcome;
use deskbridge_core::ports::VendorHttp;
use futures::FutureExt as _;
use lambda_runtime::{LambdaEvent, run, service_fn};

use super::batch::{BatchResponse, SqsEvent, in_groups, parse};
use super::host::Host;
use super::metrics::Metrics;
use super::{Error, Parts, Time};

/// What must be left to begin another record: a look at our own store, a vendor's call with its
/// follow-up, and a write.
const ENOUGH_TIME: Duration = Duration::from_secs(40);

/// SQS FIFO, the queue of actions, with `ReportBatchItemFailures`.
pub async fn serve_dispatch(parts: Parts, http: Arc<dyn VendorHttp>) -> Result<(), Error> {
    let host = Host::start()?;
    let outbound = host.outbound()?;
    let secrets = host.secrets_at_once().await?;
    let dispatch = Dispatch {
        credentials: CredentialStates::default(),
        directory: host.directory::<Undecided>(&parts),
        connectors: parts.connectors,
        store: host.store(),
        outbound: Arc::clone(&outbound) as _,
        inbound: host.inbound()?,
        secrets: Arc::clone(&secrets) as _,
        clock: host.clock(),
        http,
    };
    host.prewarm(&outbound).await;
    let (dispatch, secrets) = (&dispatch, &secrets);
    run(service_fn(|event: LambdaEvent<SqsEvent>| async move {
        let time = Time::of(&*dispatch.clock, &event.context);
        let (response, mut metrics) = dispatch_batch(dispatch, event.payload, &time).await;
        metrics.stale(secrets);
        metrics.write(&event.context, time.now());
        Ok::<_, Error>(response)
    }))
    .await
}

/// The groups at the same time, each in its order; none is begun that might not be finished.
pub async fn dispatch_batch(
    dispatch: &Dispatch<impl Compiled>,
    event: SqsEvent,
    time: &Time<'_>,
) -> (BatchResponse, Metrics) {
    let mut metrics = Metrics::default();
    metrics.oldest(event.oldest(), time.now());
    let begin = async |bodies: &[&str]| begin(dispatch, bodies, time).await;
    let work = async |claimed: Option<Claimed>| {
        let Some(claimed) = claimed else {
            return Ok(None);
        };
        // A panic must cost this action's message only.
        let done = AssertUnwindSafe(dispatch.work(claimed)).catch_unwind();
        match done.await {
            Ok(result) => result.map(Some).map_err(|error| error.to_string()),
            Err(_) => Err("it panicked".to_owned()),
        }
    };
    let (response, stages) = in_groups(event.records, begin, work).await;
    for stage in stages.iter().flatten() {
        metrics.add(metric(stage), 1);
    }
    response.count(&mut metrics);
    (response, metrics)
}

/// Claims the actions that can be read, if there is time for them.
async fn begin(
    dispatch: &Dispatch<impl Compiled>,
    bodies: &[&str],
    time: &Time<'_>,
) -> Vec<Result<Option<Claimed>, String>> {
    if let Err(late) = time.allows(ENOUGH_TIME) {
        return bodies.iter().map(|_| Err(late.to_owned())).collect();
    }
    let actions: Vec<_> = bodies.iter().map(|body| parse::<Action>(body)).collect();
    let readable: Vec<&Action> = actions.iter().flatten().collect();
    let mut claims = dispatch.claim(&readable).await.into_iter();
    let claimed = actions.iter().map(|action| match action {
        Ok(_) => {
            let claim = claims.next().unwrap_or(Ok(None));
            claim.map_err(|error| error.to_string())
        }
        Err(why) => Err(why.clone()),
    });
    claimed.collect()
}

fn metric(stage: &Stage) -> &'static str {
    match stage {
        Stage::Ready | Stage::Sending => "Retried",
        Stage::Unknown { .. } => "Unknown",
        Stage::Parked { .. } => "Parked",
        Stage::Settled(outcome) => match outcome {
            Outcome::Delivered { .. } => "Delivered",
            Outcome::Filtered { .. } => "Filtered",
            Outcome::Suppressed { .. } => "Suppressed",
            Outcome::Rejected { .. } => "Rejected",
            Outcome::Dead { .. } => "Dead",
            Outcome::Dropped { .. } => "Dropped",
        },
    }
}
