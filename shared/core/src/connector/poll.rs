//! How a vendor that cannot push is asked what happened.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;

use super::Connection;
use crate::ports::VendorHttp;
use crate::secret::Credential;
use crate::{Result, Timestamp};

/// The counterpart of `Webhook`: bodies are fetched instead of posted, and read by the same `read`.
#[async_trait]
pub trait Poll: Send + Sync {
    /// What the connection watches; nothing where its settings do not say.
    fn watched(&self, connection: &Connection) -> Option<Watched>;

    /// Asks what happened since the last page. It only reads at the vendor, and the same cursor brings
    /// bodies with the same keys again: the page before may never have been stored.
    async fn fetch(&self, ask: &Ask<'_>) -> Result<Page>;
}

/// One thing at a vendor that is watched: no two integrations may watch the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// As `example/12`.
    pub what: String,
    /// The setting that names it, as `message_box`.
    pub setting: &'static str,
}

/// Everything a connector needs to ask.
pub struct Ask<'a> {
    pub http: &'a dyn VendorHttp,
    pub now: Timestamp,
    pub connection: &'a Connection,
    pub credential: &'a Credential,
    /// What happened before does not count.
    pub since: Timestamp,
    /// The cursor of the page before; none at first.
    pub cursor: Option<&'a Value>,
}

/// What a vendor answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// One for each thing that happened, in order, as `Webhook::read` takes it.
    pub bodies: Vec<Value>,
    pub cursor: Value,
    /// When to ask again; at once where there is more.
    pub again_after: Duration,
    /// How long nobody should use the credential: the vendor has few calls left for all its users.
    pub rest: Option<Duration>,
    /// What a person should know of this watch, though nothing failed.
    pub trouble: Option<String>,
}
