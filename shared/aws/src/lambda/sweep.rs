//! What is due, by a schedule.

use std::sync::Arc;

use deskbridge_core::flow::sweep::Sweep;
use lambda_runtime::{LambdaEvent, run, service_fn};
use serde_json::{Value, json};

use super::Error;
use super::host::Host;
use super::metrics::Metrics;

/// A schedule; the event's content does not matter.
pub async fn serve_sweep() -> Result<(), Error> {
    let host = Host::start()?;
    let outbound = host.outbound()?;
    let sweep = Sweep {
        store: host.store(),
        outbound: Arc::clone(&outbound) as _,
        clock: host.clock(),
    };
    host.prewarm(&outbound).await;
    let sweep = &sweep;
    run(service_fn(|event: LambdaEvent<Value>| async move {
        let due = sweep.sweep().await?;
        // Also when it is none: it shows that the schedule runs.
        let mut metrics = Metrics::default();
        metrics.add("Due", due);
        metrics.write(&event.context, sweep.clock.now());
        Ok::<_, Error>(json!({ "due": due }))
    }))
    .await
}
