//! What the functions share: settings, clients and logs, made once.

use std::sync::Arc;

use deskbridge_core::Result;
use deskbridge_core::flow::directory::Directory;
use deskbridge_core::ports::{Clock, Secrets, Store};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::Parts;
use crate::clock::SystemClock;
use crate::sdk::{self, SdkConfig};
use crate::settings::{self, Account, TableNames};
use crate::{DynamoStore, SecretsManagerSecrets, SqsQueue};

pub(super) struct Host {
    config: SdkConfig,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
}

impl Host {
    pub(super) fn start() -> Result<Self> {
        log();
        let config = sdk::configure(&Account::from_environment()?)?;
        let client = aws_sdk_dynamodb::Client::new(&config);
        let store = DynamoStore::new(client, TableNames::from_environment()?);
        Ok(Self {
            config,
            store: Arc::new(store),
            clock: Arc::new(SystemClock),
        })
    }

    pub(super) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    pub(super) fn directory(&self, parts: &Parts) -> Arc<Directory> {
        let (store, clock) = (Arc::clone(&self.store), self.clock());
        let connectors = parts.connectors.clone();
        let directory = Directory::new(store, clock, connectors, parts.compile_kind);
        Arc::new(directory)
    }

    pub(super) fn secrets(&self) -> Result<Arc<dyn Secrets>> {
        let client = aws_sdk_secretsmanager::Client::new(&self.config);
        let prefix = settings::secret_prefix()?;
        let secrets = SecretsManagerSecrets::new(client, prefix, self.clock());
        Ok(Arc::new(secrets))
    }

    pub(super) fn inbound(&self) -> Result<Arc<SqsQueue>> {
        let client = aws_sdk_sqs::Client::new(&self.config);
        let queue = SqsQueue::standard(client, settings::inbound_queue()?);
        Ok(Arc::new(queue))
    }

    pub(super) fn outbound(&self) -> Result<Arc<SqsQueue>> {
        let client = aws_sdk_sqs::Client::new(&self.config);
        let queue = SqsQueue::fifo(client, settings::outbound_queue()?);
        Ok(Arc::new(queue))
    }

    /// Opens the connections that the first event will need. A service that is away now may be
    /// back by then.
    pub(super) async fn prewarm(&self, queue: &SqsQueue) {
        let (row, connected) = tokio::join!(self.store.integration("-"), queue.connect());
        for error in [row.err(), connected.err()].into_iter().flatten() {
            tracing::warn!(%error, "not connected yet");
        }
    }
}

/// One JSON object per line, as CloudWatch reads it. `Targets` knows no spans and fields as
/// `EnvFilter` does, and needs no regular expressions, which were 370 kB of each bootstrap.
fn log() {
    let filter = settings::log_filter().and_then(|text| text.parse().ok());
    let filter = filter.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false);
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .init();
}
