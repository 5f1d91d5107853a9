//! Takes a webhook: bounds, key, signature, shape; then one durable message, and only then a 2xx.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::directory::{Configured, Directory};
use crate::connector::{Connectors, SignedRequest, Webhook};
use crate::dedup::{DedupKey, key_hash};
use crate::event::{ENVELOPE_VERSION, Envelope};
use crate::ports::{Clock, Message, Queue, Secrets, Sent};
use crate::secret::Credential;
use crate::{Result, Timestamp, json};

/// The largest body that is taken; it fits a queue message after wrapping.
pub const MAX_BODY_BYTES: usize = 512 * 1024;
const MAX_KEY_BYTES: usize = 128;
/// How long events without a vendor's key are told apart by their content.
const UNREADABLE_WINDOW: Duration = Duration::from_secs(600);

/// A request as any skin hands it over.
pub struct WebhookRequest {
    pub connector: String,
    pub key: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Unique to this request.
    pub request_id: String,
}

/// The 2xx.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    pub event_id: String,
    pub status: Status,
    #[serde(skip)]
    pub http_status: u16,
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

pub struct Receive {
    pub directory: Arc<Directory>,
    pub connectors: Connectors,
    pub inbound: Arc<dyn Queue>,
    pub secrets: Arc<dyn Secrets>,
    pub clock: Arc<dyn Clock>,
}

impl Receive {
    pub async fn receive(&self, request: WebhookRequest) -> Result<Receipt, Refusal> {
        let received_at = self.clock.now();
        let connector = self.connectors.named(&request.connector);
        let webhook = connector.and_then(|connector| connector.webhook());
        let webhook = webhook.ok_or_else(Refusal::unknown_address)?;
        let configured = self.find(&request).await?;
        check_headers(&request, webhook)?;
        self.verify(&request, webhook, &configured, received_at)
            .await?;
        let text = json::text(&request.body).map_err(unreadable)?;
        let body = json::parse(text).map_err(unreadable)?;
        let key = event_key(&body, text, webhook, &configured, &request.connector)?;
        let name = configured.integration.name();
        let envelope = Envelope {
            version: ENVELOPE_VERSION,
            event_id: key.event_id(name, received_at),
            delivery_id: request.request_id,
            integration: name.to_owned(),
            connector: request.connector,
            received_at,
            suppressed: configured.integration.off().is_some(),
            body: text.to_owned(),
        };
        self.store(envelope, webhook.accepted_status()).await
    }

    async fn find(&self, request: &WebhookRequest) -> Result<Arc<Configured>, Refusal> {
        if request.key.len() > MAX_KEY_BYTES {
            return Err(Refusal::unknown_address());
        }
        let found = self.directory.with_key(key_hash(&request.key)).await;
        let configured = found
            .map_err(|_| Refusal::unavailable())?
            .ok_or_else(Refusal::unknown_address)?;
        if configured.integration.deleted_at.is_some() {
            let detail = "This integration was deleted. Remove its address at the vendor.";
            return Err(Refusal::new(410, "Deleted", detail));
        }
        // Settings that make no plan any more still take events: they are recorded as failed.
        let wrong_vendor = configured
            .plan()
            .is_ok_and(|plan| !plan.connections.contains_key(&request.connector));
        if wrong_vendor {
            return Err(Refusal::unknown_address());
        }
        Ok(configured)
    }

    async fn verify(
        &self,
        request: &WebhookRequest,
        webhook: &dyn Webhook,
        configured: &Configured,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let secret = self.webhook_secret(&request.connector, configured).await?;
        let signed = SignedRequest {
            headers: &request.headers,
            body: &request.body,
            now,
        };
        webhook
            .verify(&signed, secret.as_ref())
            .map_err(|error| Refusal::new(401, "Not verified", error.message()))
    }

    /// The credential that signs webhooks, where the connection names one as `webhook_credential`.
    async fn webhook_secret(
        &self,
        connector: &str,
        configured: &Configured,
    ) -> Result<Option<Credential>, Refusal> {
        let Ok(plan) = configured.plan() else {
            return Ok(None);
        };
        let connection = plan.connections.get(connector);
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

    async fn store(&self, envelope: Envelope, http_status: u16) -> Result<Receipt, Refusal> {
        let suppressed = envelope.suppressed;
        let event_id = envelope.event_id.clone();
        tracing::info!(
            event.id = %event_id,
            integration = %envelope.integration,
            connector.name = %envelope.connector,
            "webhook received"
        );
        let body = serde_json::to_string(&envelope).map_err(|_| Refusal::unavailable())?;
        let message = Message {
            body,
            group: None,
            id: Some(event_id.clone()),
        };
        let sent = self.inbound.send(message).await.map_err(|error| {
            tracing::error!(event.id = %event_id, %error, "webhook not stored");
            Refusal::unavailable()
        })?;
        let status = match sent {
            Sent::Known => Status::Duplicate,
            Sent::New if suppressed => Status::Suppressed,
            Sent::New => Status::Accepted,
        };
        Ok(Receipt {
            event_id,
            status,
            http_status,
        })
    }
}

fn check_headers(request: &WebhookRequest, webhook: &dyn Webhook) -> Result<(), Refusal> {
    if request.body.len() > MAX_BODY_BYTES {
        let detail = format!("The body is larger than {MAX_BODY_BYTES} bytes.");
        return Err(Refusal::new(413, "Too large", detail));
    }
    let header = |wanted: &str| {
        let mut headers = request.headers.iter();
        headers
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value)
    };
    if header("content-encoding").is_some_and(|encoding| encoding != "identity") {
        let detail = "Send the body without Content-Encoding.";
        return Err(Refusal::new(415, "Unsupported encoding", detail));
    }
    match header("content-type") {
        Some(sent) => check_content_type(sent, webhook.content_types()),
        None => Ok(()),
    }
}

fn check_content_type(sent: &str, taken: &[&str]) -> Result<(), Refusal> {
    let mut parts = sent.split(';').map(|part| part.trim().to_ascii_lowercase());
    let media_type = parts.next().unwrap_or_default();
    let charset = parts.find_map(|part| part.strip_prefix("charset=").map(str::to_owned));
    let utf8 = charset.is_none_or(|name| name.trim_matches('"') == "utf-8");
    if utf8 && taken.contains(&media_type.as_str()) {
        return Ok(());
    }
    let detail = format!("Send it as {}, in UTF-8.", taken.join(" or "));
    Err(Refusal::new(415, "Unsupported content type", detail))
}

fn unreadable(error: json::JsonError) -> Refusal {
    let status = match error {
        json::JsonError::TooLarge => 413,
        _ => 400,
    };
    Refusal::new(status, "Unreadable body", error.to_string())
}

/// The event's key. A body that does not fit is taken all the same, and recorded as failed: a 4xx
/// would only make the vendor switch the webhook off.
fn event_key(
    body: &Value,
    text: &str,
    webhook: &dyn Webhook,
    configured: &Configured,
    connector: &str,
) -> Result<DedupKey, Refusal> {
    if !body.is_object() {
        let detail = "The body must be a JSON object.";
        return Err(Refusal::new(400, "Unreadable body", detail));
    }
    let name = configured.integration.name();
    let plan = configured.plan().ok();
    let connection = plan.and_then(|plan| plan.connections.get(connector));
    let read = connection.map(|connection| webhook.read(body, connection, name));
    Ok(match read {
        Some(Ok(incoming)) => incoming.key,
        _ => DedupKey::Within {
            content: crate::dedup::digest(&[text]),
            window: UNREADABLE_WINDOW,
        },
    })
}
