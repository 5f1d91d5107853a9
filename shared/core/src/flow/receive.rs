//! Takes a webhook: bounds, key, signature, shape; then a durable message for each event in it, and
//! only then a 2xx.

mod checks;
mod events;
mod keys;
mod shared;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::directory::{Configured, Directory};
use checks::check_headers;
pub use events::envelopes;
pub(super) use events::event_key;
pub use keys::Keyring;

use crate::connector::{Connectors, Reply, SignedRequest, Webhook};
use crate::dedup::key_hash;
use crate::event::Envelope;
use crate::mapping::{Compiled, Plan};
use crate::ports::{Clock, Message, Queue, Secrets, Sent};
use crate::secret::Credential;
use crate::{ErrorKind, Result, Timestamp};

/// The largest body that is taken, if the queue takes it wrapped: quotes grow there.
pub const MAX_BODY_BYTES: usize = 512 * 1024;
const MAX_KEY_BYTES: usize = 128;

/// A request as any skin hands it over.
pub struct WebhookRequest {
    pub connector: String,
    pub key: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Unique to this request.
    pub request_id: String,
}

/// The 2xx: the request's event, and `more` where it brought several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// None of a handshake.
    #[serde(flatten)]
    pub first: Option<Taken>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<Taken>,
    #[serde(skip)]
    pub http_status: u16,
    /// What the vendor is told instead of all this; `Null` is nothing.
    #[serde(skip)]
    pub reply: Option<Value>,
}

impl Receipt {
    fn handshake(http_status: u16, reply: Value) -> Self {
        Self {
            first: None,
            more: Vec::new(),
            http_status,
            reply: Some(reply),
        }
    }

    pub fn taken(&self) -> impl Iterator<Item = &Taken> {
        self.first.iter().chain(&self.more)
    }

    /// The answer's body: JSON, or empty.
    pub fn body(&self) -> String {
        match &self.reply {
            Some(Value::Null) => String::new(),
            Some(reply) => reply.to_string(),
            None => serde_json::to_string(self).unwrap_or_default(),
        }
    }
}

/// One event of a request, as it was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    pub event_id: String,
    pub status: Status,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Accepted,
    Duplicate,
    Suppressed,
}

/// Any other answer: RFC 9457 in the skins. It never holds the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: u16,
    pub title: &'static str,
    pub detail: String,
    pub field: Option<String>,
    pub retry_after: Option<Duration>,
}

impl Refusal {
    pub fn new(status: u16, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            title,
            detail: detail.into(),
            field: None,
            retry_after: None,
        }
    }

    /// The title that tells a sender's clock from a wrong signature.
    pub const CLOCK_SKEW: &'static str = "Clock too far off";

    /// One answer for a key that is unknown, mistyped, or of another vendor's address.
    pub fn unknown_address() -> Self {
        Self::new(
            404,
            "Unknown address",
            "No integration has this address. Copy it again from your Deskbridge.",
        )
    }

    /// The answer's body, RFC 9457, with the request's id to find it in the log.
    pub fn problem(&self, request_id: &str) -> Value {
        let mut body = serde_json::json!({
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "request_id": request_id,
        });
        if let Some(field) = &self.field {
            body["field"] = field.as_str().into();
        }
        body
    }

    /// The 503 of a store that does not answer.
    pub fn unavailable() -> Self {
        Self {
            retry_after: Some(Duration::from_secs(5)),
            ..Self::new(503, "Cannot store", "Nothing was stored. Send it again.")
        }
    }
}

pub struct Receive<P = Plan> {
    pub directory: Arc<Directory<P>>,
    pub connectors: Connectors,
    pub inbound: Arc<dyn Queue>,
    pub secrets: Arc<dyn Secrets>,
    pub clock: Arc<dyn Clock>,
    pub keys: Keyring,
}

impl<P: Compiled> Receive<P> {
    /// Takes a webhook at an integration's own address.
    pub async fn receive(&self, request: WebhookRequest) -> Result<Receipt, Refusal> {
        let received_at = self.clock.now();
        let webhook = self.webhook(&request.connector)?;
        let configured = self.find(&request).await?;
        check_headers(&request, webhook)?;
        self.verify(&request, webhook, &configured, received_at)
            .await?;
        self.take(request, webhook, &configured, received_at).await
    }

    fn webhook(&self, connector: &str) -> Result<&dyn Webhook, Refusal> {
        let connector = self.connectors.named(connector);
        let webhook = connector.and_then(|connector| connector.webhook());
        webhook.ok_or_else(Refusal::unknown_address)
    }

    /// Takes a verified webhook for its integration.
    async fn take(
        &self,
        request: WebhookRequest,
        webhook: &dyn Webhook,
        configured: &Configured<P>,
        received_at: Timestamp,
    ) -> Result<Receipt, Refusal> {
        let status = webhook.accepted_status();
        let (envelopes, reply) = events::taken(request, webhook, configured, received_at)?;
        let also = match reply {
            Some(Reply::Only(reply)) => return Ok(Receipt::handshake(status, reply)),
            Some(Reply::Also(reply)) => Some(reply),
            None => None,
        };
        let mut receipt = self.store(envelopes, status).await?;
        receipt.reply = also;
        Ok(receipt)
    }

    async fn find(&self, request: &WebhookRequest) -> Result<Arc<Configured<P>>, Refusal> {
        if request.key.len() > MAX_KEY_BYTES {
            return Err(Refusal::unknown_address());
        }
        self.leading(key_hash(&request.key), &request.connector)
            .await
    }

    /// The integration that a key, or a tenant, leads to, if it has this vendor.
    async fn leading(&self, hash: String, connector: &str) -> Result<Arc<Configured<P>>, Refusal> {
        let found = self.directory.with_key(hash).await;
        let configured = found
            .map_err(|_| Refusal::unavailable())?
            .ok_or_else(Refusal::unknown_address)?;
        if configured.integration.deleted_at.is_some() {
            let detail = "This integration was deleted. Remove its address at the vendor.";
            return Err(Refusal::new(410, "Deleted", detail));
        }
        // Settings that do not hold any more still take events: they are recorded as failed.
        let connections = configured.connections();
        let wrong_vendor = connections.is_some_and(|all| !all.contains_key(connector));
        if wrong_vendor {
            return Err(Refusal::unknown_address());
        }
        Ok(configured)
    }

    async fn verify(
        &self,
        request: &WebhookRequest,
        webhook: &dyn Webhook,
        configured: &Configured<P>,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if let Some(published) = webhook.published_keys() {
            // Without settings nobody can say whose keys they are.
            let connection = configured.connection(&request.connector);
            let connection = connection.map_err(|_| Refusal::unavailable())?;
            let connection = connection.ok_or_else(Refusal::unknown_address)?;
            let signed = signed(request, now);
            return self.keys.verify(published, &signed, connection).await;
        }
        let secret = self.webhook_secret(&request.connector, configured).await?;
        verify(request, webhook, secret.as_ref(), now)
    }

    /// The credential that signs webhooks, where the connection names one as `webhook_credential`.
    /// Nothing where the settings do not say: then the envelope is marked as unverified.
    async fn webhook_secret(
        &self,
        connector: &str,
        configured: &Configured<P>,
    ) -> Result<Option<Credential>, Refusal> {
        let connections = configured.connections();
        let connection = connections.and_then(|connections| connections.get(connector));
        match connection.and_then(|c| c.setting("webhook_credential")) {
            None => Ok(None),
            Some(name) => self
                .secrets
                .credential(name)
                .await
                .map(Some)
                .map_err(|_| Refusal::unavailable()),
        }
    }

    /// Stores all or says that it could not: what was stored before a failure is known again, by its
    /// id, when the vendor repeats the request.
    async fn store(&self, envelopes: Vec<Envelope>, http_status: u16) -> Result<Receipt, Refusal> {
        let messages: Result<Vec<_>, _> = envelopes.iter().map(message).collect();
        let messages = messages.map_err(|_| Refusal::unavailable())?;
        let most = self.inbound.max_body_bytes();
        if messages.iter().any(|message| message.body.len() > most) {
            let detail = "The body is too large once its quotes are escaped.";
            return Err(Refusal::new(413, "Too large", detail));
        }
        let mut taken = Vec::with_capacity(envelopes.len());
        for (envelope, sent) in envelopes.iter().zip(self.send(messages).await) {
            let status = match sent {
                Ok(Sent::Known) => Status::Duplicate,
                Ok(Sent::New) if envelope.suppressed => Status::Suppressed,
                Ok(Sent::New) => Status::Accepted,
                Err(error) => {
                    tracing::error!(event.id = %envelope.event_id, %error, "webhook not stored");
                    return Err(Refusal::unavailable());
                }
            };
            taken.push(Taken {
                event_id: envelope.event_id.clone(),
                status,
            });
        }
        let mut taken = taken.into_iter();
        let first = taken.next().ok_or_else(Refusal::unavailable)?;
        Ok(Receipt {
            first: Some(first),
            more: taken.collect(),
            http_status,
            reply: None,
        })
    }

    async fn send(&self, mut messages: Vec<Message>) -> Vec<Result<Sent>> {
        match (messages.len(), messages.pop()) {
            (1, Some(only)) => vec![self.inbound.send(only).await],
            (_, last) => {
                messages.extend(last);
                self.inbound.send_all(messages).await
            }
        }
    }
}

fn verify(
    request: &WebhookRequest,
    webhook: &dyn Webhook,
    secret: Option<&Credential>,
    now: Timestamp,
) -> Result<(), Refusal> {
    webhook
        .verify(&signed(request, now), secret)
        .map_err(|error| match error.kind() {
            ErrorKind::Malformed => Refusal::new(400, "Unreadable header", error.message()),
            ErrorKind::ClockSkew => Refusal::new(401, Refusal::CLOCK_SKEW, error.message()),
            _ => Refusal::new(401, "Not verified", error.message()),
        })
}

fn signed(request: &WebhookRequest, now: Timestamp) -> SignedRequest<'_> {
    SignedRequest {
        headers: &request.headers,
        body: &request.body,
        now,
    }
}

fn message(envelope: &Envelope) -> serde_json::Result<Message> {
    tracing::info!(
        event.id = %envelope.event_id,
        integration = %envelope.integration,
        connector.name = %envelope.connector,
        "webhook received"
    );
    Ok(Message {
        body: serde_json::to_string(envelope)?,
        group: None,
        id: Some(envelope.event_id.clone()),
    })
}
