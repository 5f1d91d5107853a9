//! A schedule, once a minute; the event's content does not matter.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::Timestamp;
use deskbridge_core::flow::poll::{Poll, Polled};
use deskbridge_core::ports::VendorHttp;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

use super::Parts;
use super::host::Host;

/// What a function must have left to begin another round: a page of each watch.
const A_ROUND: Duration = Duration::from_secs(40);

pub async fn serve_poll(parts: Parts, http: Arc<dyn VendorHttp>) -> Result<(), Error> {
    let host = Host::start()?;
    let inbound = host.inbound()?;
    let poll = Poll {
        directory: host.directory(&parts),
        connectors: parts.connectors,
        store: host.store(),
        inbound: Arc::clone(&inbound) as _,
        secrets: host.secrets()?,
        clock: host.clock(),
        http,
    };
    host.prewarm(&inbound).await;
    let poll = &poll;
    run(service_fn(|event: LambdaEvent<Value>| async move {
        let deadline = i64::try_from(event.context.deadline).unwrap_or(i64::MAX);
        let polled = poll_rounds(poll, Timestamp::from_millis(deadline)).await?;
        tracing::info!(pages = polled.pages, events = polled.events, "polled");
        Ok::<_, Error>(json!({ "pages": polled.pages, "events": polled.events }))
    }))
    .await
}

/// Asks until no vendor has more to tell at once, or until the next round might not be finished.
pub async fn poll_rounds(poll: &Poll, deadline: Timestamp) -> deskbridge_core::Result<Polled> {
    let mut all = Polled::default();
    loop {
        let round = poll.poll().await?;
        all.pages += round.pages;
        all.events += round.events;
        all.more = round.more;
        if !round.more || deadline.since(poll.clock.now()) < A_ROUND {
            return Ok(all);
        }
    }
}
