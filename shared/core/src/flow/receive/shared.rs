//! Webhooks at an address without a key: Deskbridge is one app there, and the body says whose event it is.

use super::checks::check_headers;
use super::{Receipt, Receive, Refusal, WebhookRequest, events, verify};
use crate::connector::Reply;
use crate::dedup::key_hash;
use crate::mapping::{Compiled, Tenant};
use crate::secret::Credential;
use crate::{ErrorKind, Result};

impl<P: Compiled> Receive<P> {
    /// Takes a webhook at the address that all of a vendor's customers share. It is verified with the
    /// app's own secret before anything is read, then read as far as it says which customer sent it.
    pub async fn receive_shared(&self, request: WebhookRequest) -> Result<Receipt, Refusal> {
        let received_at = self.clock.now();
        let webhook = self.webhook(&request.connector)?;
        check_headers(&request, webhook)?;
        let secret = self.app_secret(&request.connector).await?;
        verify(&request, webhook, Some(&secret), received_at)?;
        let body = events::whole(&request, webhook)?;
        if let Some(Reply::Only(reply)) = webhook.answer(&body) {
            return Ok(Receipt::handshake(webhook.accepted_status(), reply));
        }
        let tenant = webhook.tenant(&body);
        let tenant = tenant.ok_or_else(Refusal::unknown_address)?;
        let hash = Tenant::hash(&request.connector, &tenant);
        let configured = self.leading(hash, &request.connector).await?;
        self.take(request, webhook, &configured, received_at).await
    }

    /// Answers a vendor that asks with a GET whether anybody is at an address.
    pub async fn probe(&self, connector: &str, key: &str) -> Result<(), Refusal> {
        let webhook = self.webhook(connector)?;
        if !webhook.is_probed() {
            let detail = "This address does not answer to that method.";
            return Err(Refusal::new(405, "Method not allowed", detail));
        }
        self.leading(key_hash(key), connector).await.map(drop)
    }

    async fn app_secret(&self, connector: &str) -> Result<Credential, Refusal> {
        let name = format!("webhook-{connector}");
        let found = self.secrets.credential(&name).await;
        found.map_err(|error| match error.kind() {
            ErrorKind::Unavailable => Refusal::unavailable(),
            _ => Refusal::new(
                401,
                "Not verified",
                format!("There is no credential {name}."),
            ),
        })
    }
}
