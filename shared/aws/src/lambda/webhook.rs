//! A vendor's webhook, through API Gateway.

use std::sync::Arc;

use deskbridge_core::flow::receive::{Keyring, Receipt, Receive, Refusal, Status};
use deskbridge_core::mapping::{Compiled, Undecided};
use lambda_runtime::{LambdaEvent, run, service_fn};

use super::host::Host;
use super::http::{HttpEvent, HttpResponse};
use super::metrics::Metrics;
use super::{Error, Parts};
use crate::SecretsManagerSecrets;

/// API Gateway's HTTP API, payload format 2.0, on `POST /webhooks/<connector>/{key}`.
pub async fn serve_webhook(connector: &'static str, parts: Parts) -> Result<(), Error> {
    serve_signed_webhook(connector, parts, Keyring::default()).await
}

/// The same for a vendor that publishes the keys it signs with: the ring reads them.
pub async fn serve_signed_webhook(
    connector: &'static str,
    parts: Parts,
    keys: Keyring,
) -> Result<(), Error> {
    let (receive, secrets) = receive(parts, keys).await?;
    let (receive, secrets) = (&receive, &secrets);
    run(service_fn(|event: LambdaEvent<HttpEvent>| async move {
        let (response, mut metrics) = answer_webhook(receive, connector, event.payload).await;
        metrics.stale(secrets);
        metrics.write(&event.context, receive.clock.now());
        Ok::<_, Error>(response)
    }))
    .await
}

/// The same for a vendor whose customers all post to the same addresses, without a key.
pub async fn serve_shared_webhook(connector: &'static str, parts: Parts) -> Result<(), Error> {
    let (receive, secrets) = receive(parts, Keyring::default()).await?;
    let (receive, secrets) = (&receive, &secrets);
    run(service_fn(|event: LambdaEvent<HttpEvent>| async move {
        let (response, mut metrics) = answer_shared(receive, connector, event.payload).await;
        metrics.stale(secrets);
        metrics.write(&event.context, receive.clock.now());
        Ok::<_, Error>(response)
    }))
    .await
}

async fn receive(
    parts: Parts,
    keys: Keyring,
) -> Result<(Receive<Undecided>, Arc<SecretsManagerSecrets>), Error> {
    let host = Host::start()?;
    let inbound = host.inbound()?;
    let secrets = host.secrets()?;
    let receive = Receive {
        directory: host.directory::<Undecided>(&parts),
        connectors: parts.connectors,
        inbound: Arc::clone(&inbound) as _,
        secrets: Arc::clone(&secrets) as _,
        clock: host.clock(),
        keys,
    };
    host.prewarm(&inbound).await;
    Ok((receive, secrets))
}

pub async fn answer_webhook<P: Compiled>(
    receive: &Receive<P>,
    connector: &str,
    event: HttpEvent,
) -> (HttpResponse, Metrics) {
    if let Some(key) = event.probed_key() {
        let answer = receive.probe(connector, key).await;
        let response = HttpResponse::of_probe(answer, event.request_id());
        return (response, Metrics::default());
    }
    let request_id = event.request_id().to_owned();
    let answer = match event.into_webhook(connector) {
        Ok(request) => receive.receive(request).await,
        Err(refusal) => Err(refusal),
    };
    answered(answer, connector, &request_id)
}

pub async fn answer_shared<P: Compiled>(
    receive: &Receive<P>,
    connector: &str,
    event: HttpEvent,
) -> (HttpResponse, Metrics) {
    let request_id = event.request_id().to_owned();
    let answer = match event.into_webhook(connector) {
        Ok(request) => receive.receive_shared(request).await,
        Err(refusal) => Err(refusal),
    };
    answered(answer, connector, &request_id)
}

fn answered(
    answer: Result<Receipt, Refusal>,
    connector: &str,
    request_id: &str,
) -> (HttpResponse, Metrics) {
    if let Err(refusal) = &answer {
        log(refusal, connector, request_id);
    }
    let metrics = count(&answer);
    (HttpResponse::of(answer, request_id), metrics)
}

/// By its title, which holds nothing of the request: its address is a secret, and so may its body be.
fn log(refusal: &Refusal, connector: &str, request_id: &str) {
    tracing::info!(
        request.id = request_id,
        connector.name = connector,
        status = refusal.status,
        "{}",
        refusal.title
    );
}

/// Of each event in the request; a refused one has none.
fn count(answer: &Result<Receipt, Refusal>) -> Metrics {
    let mut metrics = Metrics::default();
    match answer {
        Err(refusal) => {
            metrics.add("Refused", 1);
            if refusal.title == Refusal::CLOCK_SKEW {
                metrics.add("ClockSkew", 1);
            }
        }
        Ok(receipt) => {
            for taken in receipt.taken() {
                metrics.add(metric(taken.status), 1);
            }
        }
    }
    metrics
}

fn metric(status: Status) -> &'static str {
    match status {
        Status::Accepted => "Accepted",
        Status::Duplicate => "Duplicate",
        Status::Suppressed => "Suppressed",
    }
}
