//! What the functions share: settings, clients and logs, made once.

use std::sync::Arc;

use deskbridge_clock::SystemClock;
use deskbridge_core::flow::directory::Directory;
use deskbridge_core::mapping::Compiled;
use deskbridge_core::ports::{Clock, Integrations as _, Store};
use deskbridge_core::{Error, Result};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::Parts;
use crate::sdk::{self, SdkConfig};
use crate::settings::{self, Account, TableNames};
use crate::{DynamoStore, SecretsManagerSecrets, SqsQueue};

pub(super) struct Host {
    config: SdkConfig,
    store: Arc<DynamoStore>,
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
        Arc::clone(&self.store) as _
    }

    pub(super) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    pub(super) fn directory<P: Compiled>(&self, parts: &Parts) -> Arc<Directory<P>> {
        let (store, clock) = (Arc::clone(&self.store) as _, self.clock());
        let connectors = parts.connectors.clone();
        let directory = Directory::new(store, clock, connectors, parts.compile_kind);
        Arc::new(directory)
    }

    /// For a function that rarely needs one: without a client until then.
    pub(super) fn secrets(&self) -> Result<Arc<SecretsManagerSecrets>> {
        let config = self.config.clone();
        let client = move || aws_sdk_secretsmanager::Client::new(&config);
        let prefix = settings::secret_prefix()?;
        let secrets = SecretsManagerSecrets::when_needed(client, prefix, self.clock());
        Ok(Arc::new(secrets))
    }

    /// For a function that needs one at its first event: connected.
    pub(super) async fn secrets_at_once(&self) -> Result<Arc<SecretsManagerSecrets>> {
        let secrets = self.secrets()?;
        if let Err(error) = secrets.connect().await {
            not_connected(&error);
        }
        Ok(secrets)
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

    /// For a function that uses no queue.
    pub(super) async fn prewarm_store(&self) {
        if let Err(error) = self.store.integration("-").await {
            not_connected(&error);
        }
    }

    /// Opens the connections that the first event will need. A service that is away now may be
    /// back by then.
    pub(super) async fn prewarm(&self, queue: &SqsQueue) {
        let (row, connected) = tokio::join!(self.store.integration("-"), queue.connect());
        for error in [row.err(), connected.err()].into_iter().flatten() {
            not_connected(&error);
        }
    }
}

fn not_connected(error: &Error) {
    tracing::warn!(%error, "not connected yet");
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
