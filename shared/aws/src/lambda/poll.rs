//! What vendors that cannot push are asked, by a schedule.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::flow::poll::{Poll, Polled};
use deskbridge_core::mapping::{Compiled, Undecided};
use deskbridge_core::ports::VendorHttp;
use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::{Value, json};

use super::host::Host;
use super::metrics::Metrics;
use super::{Error, Parts, Time};

/// What must be left to begin another round: a page of each watch, and its writes.
const A_ROUND: Duration = Duration::from_secs(40);

/// A schedule; the event's content does not matter.
pub async fn serve_poll(parts: Parts, http: Arc<dyn VendorHttp>) -> Result<(), Error> {
    let host = Host::start()?;
    let inbound = host.inbound()?;
    let secrets = host.secrets()?;
    let poll = Poll {
        directory: host.directory::<Undecided>(&parts),
        connectors: parts.connectors,
        store: host.store(),
        inbound: Arc::clone(&inbound) as _,
        secrets: Arc::clone(&secrets) as _,
        clock: host.clock(),
        http,
    };
    host.prewarm(&inbound).await;
    let (poll, secrets) = (&poll, &secrets);
    run(service_fn(|event: LambdaEvent<Value>| async move {
        let time = Time::of(&*poll.clock, &event.context);
        let polled = poll_rounds(poll, &time).await?;
        // Also when it is none: it shows that the schedule runs.
        let mut metrics = Metrics::default();
        metrics.add("Pages", polled.pages);
        metrics.add("Polled", polled.events);
        metrics.stale(secrets);
        metrics.write(&event.context, poll.clock.now());
        Ok::<_, Error>(json!({ "pages": polled.pages, "events": polled.events }))
    }))
    .await
}

/// Asks until no vendor has more to tell at once, or until another round might not be finished.
pub async fn poll_rounds(
    poll: &Poll<impl Compiled>,
    time: &Time<'_>,
) -> deskbridge_core::Result<Polled> {
    let mut all = Polled::default();
    loop {
        let round = poll.poll().await?;
        all.pages += round.pages;
        all.events += round.events;
        all.more = round.more;
        if !round.more || time.allows(A_ROUND).is_err() {
            return Ok(all);
        }
    }
}
