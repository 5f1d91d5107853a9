//! What vendors that cannot push are asked, by a schedule.

use std::sync::Arc;
use std::time::Duration;

use deskbridge_core::flow::notify::Notify;
use deskbridge_core::flow::poll::{Poll, Polled};
use deskbridge_core::mapping::{Compiled, Undecided};
use deskbridge_core::notice::Herald;
use deskbridge_core::ports::{Secrets, VendorHttp};
use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::{Value, json};

use super::host::Host;
use super::metrics::Metrics;
use super::{Error, Parts, Time};

/// What must be left to begin another round: a page of each watch, and its writes.
const A_ROUND: Duration = Duration::from_secs(40);

/// Makes what tells people.
pub type NewHerald = fn(Arc<dyn Secrets>, Arc<dyn VendorHttp>) -> Arc<dyn Herald>;

/// A schedule; the event's content does not matter.
pub async fn serve_poll(
    parts: Parts,
    http: Arc<dyn VendorHttp>,
    herald: NewHerald,
) -> Result<(), Error> {
    let host = Host::start()?;
    let inbound = host.inbound()?;
    let secrets = host.secrets()?;
    let read: Arc<dyn Secrets> = Arc::clone(&secrets) as _;
    let notify = Notify {
        store: host.store(),
        secrets: Arc::clone(&read),
        clock: host.clock(),
        herald: herald(Arc::clone(&read), Arc::clone(&http)),
    };
    let poll = Poll {
        directory: host.directory::<Undecided>(&parts),
        connectors: parts.connectors,
        store: host.store(),
        inbound: Arc::clone(&inbound) as _,
        secrets: read,
        clock: host.clock(),
        http,
    };
    host.prewarm(&inbound).await;
    let (poll, notify, secrets) = (&poll, &notify, &secrets);
    run(service_fn(|event: LambdaEvent<Value>| async move {
        let time = Time::of(&*poll.clock, &event.context);
        let polled = poll_rounds(poll, &time).await?;
        // What could not be told is tried again at the next one, and says so in its row.
        let told = notify.notify().await.unwrap_or_else(|error| {
            tracing::error!(%error, "notices wait");
            0
        });
        // Also when it is none: it shows that the schedule runs.
        let mut metrics = Metrics::default();
        metrics.add("Pages", polled.pages);
        metrics.add("Polled", polled.events);
        metrics.add("Noticed", told);
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
