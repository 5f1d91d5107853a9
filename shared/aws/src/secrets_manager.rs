//! Credentials from Secrets Manager: one secret each, a JSON object of fields.
//!
//! Read at most every five minutes, by one caller at a time, and kept for an hour while the service
//! is away. A read costs 5 $ per million,
//! <https://docs.aws.amazon.com/secretsmanager/latest/userguide/best-practices.html>.

mod vault;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::config::http::HttpResponse;
use deskbridge_core::ports::{Clock, Secrets};
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};
use serde_json::Value;

use crate::error::unavailable;

const CALL: &str = "secretsmanager:GetSecretValue";
/// How long a document counts as the current one.
pub const FRESH: Duration = Duration::from_secs(300);
/// How long an old document is good enough while the service is away.
pub const STALE: Duration = Duration::from_secs(3600);
/// How long the service is left alone after it failed.
const BETWEEN_FAILURES: Duration = Duration::from_secs(10);

/// A name that nobody would give a credential.
const NOBODY: &str = "-";

type Slot = Arc<tokio::sync::Mutex<Option<Cached>>>;

/// Made at its first use: a client is a quarter of a function's start, and most webhooks need none.
type LazyClient = LazyLock<Client, Box<dyn FnOnce() -> Client + Send>>;

pub struct SecretsManagerSecrets {
    client: LazyClient,
    prefix: String,
    clock: Arc<dyn Clock>,
    cached: Mutex<HashMap<String, Slot>>,
    stale: AtomicUsize,
}

struct Cached {
    credential: Credential,
    read_at: Timestamp,
    failed_at: Option<Timestamp>,
}

impl SecretsManagerSecrets {
    /// `prefix` is what the secrets' names begin with, as `deskbridge/`.
    pub fn new(client: Client, prefix: String, clock: Arc<dyn Clock>) -> Self {
        Self::when_needed(|| client, prefix, clock)
    }

    /// Makes the client when the first credential is asked for.
    pub fn when_needed(
        client: impl FnOnce() -> Client + Send + 'static,
        prefix: String,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            client: LazyLock::new(Box::new(client)),
            prefix,
            clock,
            cached: Mutex::default(),
            stale: AtomicUsize::new(0),
        }
    }

    /// Returns how often a credential could not be read again and an older one was used, since this was
    /// last asked.
    pub fn take_stale(&self) -> usize {
        self.stale.swap(0, Ordering::Relaxed)
    }

    /// Opens the connection, by asking for a secret that nobody has.
    pub async fn connect(&self) -> Result<()> {
        match self.read(NOBODY).await {
            Err(error) if error.kind() == ErrorKind::Unavailable => Err(error),
            _ => Ok(()),
        }
    }

    /// Holds the slot while it reads, so that the others wait for its answer instead of asking too.
    async fn refresh(&self, name: &str, slot: &mut Option<Cached>) -> Result<Credential> {
        let now = self.clock.now();
        match self.read(name).await {
            Ok(credential) => {
                *slot = Some(Cached {
                    credential: credential.clone(),
                    read_at: now,
                    failed_at: None,
                });
                Ok(credential)
            }
            Err(error) if error.kind() == ErrorKind::Unavailable => {
                let kept = slot.as_mut().filter(|c| now.since(c.read_at) < STALE);
                let Some(kept) = kept else { return Err(error) };
                tracing::warn!(credential.name = name, %error, "an older credential is used");
                self.stale.fetch_add(1, Ordering::Relaxed);
                kept.failed_at = Some(now);
                Ok(kept.credential.clone())
            }
            Err(error) => {
                *slot = None;
                Err(error)
            }
        }
    }

    async fn read(&self, name: &str) -> Result<Credential> {
        let secret_id = self.secret_id(name);
        let request = self.client.get_secret_value().secret_id(&secret_id);
        let answer = request.send().await.map_err(|error| {
            let service = error.as_service_error();
            // A secret that was removed can be recovered for a while, and is refused as a request.
            let gone = service.is_some_and(|error| {
                error.is_resource_not_found_exception() || error.is_invalid_request_exception()
            });
            if gone {
                return missing(name, &secret_id);
            }
            unavailable(CALL, &error)
        })?;
        let text = answer.secret_string().unwrap_or_default();
        let fields = fields(text).ok_or_else(|| malformed(&secret_id))?;
        let version = answer.version_id().unwrap_or_default();
        Ok(Credential::new(name, version, fields))
    }

    fn secret_id(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn slot(&self, name: &str) -> Slot {
        // A panic while the map is held leaves a map that is still whole.
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(cached.entry(name.to_owned()).or_default())
    }
}

#[async_trait]
impl Secrets for SecretsManagerSecrets {
    async fn credential(&self, name: &str) -> Result<Credential> {
        let slot = self.slot(name);
        let mut slot = slot.lock().await;
        let now = self.clock.now();
        let kept = slot.as_ref().filter(|cached| cached.is_good(now));
        if let Some(cached) = kept {
            return Ok(cached.credential.clone());
        }
        self.refresh(name, &mut slot).await
    }

    /// Whoever asks after somebody else has read a newer one gets that.
    async fn reread(&self, name: &str, seen: &str) -> Result<Credential> {
        let slot = self.slot(name);
        let mut slot = slot.lock().await;
        if let Some(cached) = slot.as_ref().filter(|c| c.credential.version != seen) {
            return Ok(cached.credential.clone());
        }
        self.refresh(name, &mut slot).await
    }
}

impl Cached {
    fn is_good(&self, now: Timestamp) -> bool {
        let age = now.since(self.read_at);
        let failed = self.failed_at;
        age < FRESH || age < STALE && failed.is_some_and(|at| now.since(at) < BETWEEN_FAILURES)
    }
}

impl fmt::Debug for SecretsManagerSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretsManagerSecrets")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// Numbers and switches are taken as they are written.
fn fields(text: &str) -> Option<BTreeMap<String, String>> {
    let document: BTreeMap<String, Value> = serde_json::from_str(text).ok()?;
    let fields = document.into_iter().map(|(field, value)| match value {
        Value::String(text) => Some((field, text)),
        Value::Number(number) => Some((field, number.to_string())),
        Value::Bool(switch) => Some((field, switch.to_string())),
        _ => None,
    });
    fields.collect()
}

fn missing(name: &str, secret_id: &str) -> Error {
    Error::new(
        ErrorKind::Misconfigured,
        format!("there is no credential {name}: create the secret {secret_id} in Secrets Manager"),
    )
}

fn malformed(secret_id: &str) -> Error {
    Error::new(
        ErrorKind::Misconfigured,
        format!("the secret {secret_id} must be a JSON object of `\"field\": \"value\"`"),
    )
}
