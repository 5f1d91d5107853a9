//! Webhooks that are signed with a key which the vendor publishes.

use super::{Connection, SignedRequest};
use crate::Result;
use crate::http::HttpRequest;

/// How a vendor's public keys are read and used. Reading and keeping them is the core's.
pub trait PublishedKeys: Send + Sync {
    /// The request that reads the keys. Where it goes follows from the settings, never from a webhook.
    fn request(&self, connection: &Connection) -> Result<HttpRequest>;

    /// Verifies a webhook with the document that the request brought. An error of kind `NotFound`
    /// means that the document does not have the key that signed: it may be older than the key.
    fn verify(
        &self,
        request: &SignedRequest<'_>,
        connection: &Connection,
        keys: &[u8],
    ) -> Result<()>;
}
