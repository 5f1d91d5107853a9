//! Zendesk: an e-mail address and an API token.
//!
//! <https://developer.zendesk.com/api-reference/introduction/security-and-auth/>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Access, Given, IntegrationType, Repeats, SignOn, required, set_or_held};
use crate::error::Result;
use crate::guard::Dialect;

pub(super) struct Zendesk;

impl IntegrationType for Zendesk {
    fn name(&self) -> &'static str {
        "zendesk"
    }

    fn vendor_id(&self) -> &'static str {
        "zendesk-data-actions"
    }

    fn max_integrations(&self) -> usize {
        10
    }

    fn credential_types(&self) -> &'static [&'static str] {
        &["api-token"]
    }

    fn sign_on<'a>(&self, given: Given<'a>) -> Result<SignOn<'a>> {
        let credential = required(given.credential)?;
        let (email, token) = (
            credential.field("userEmail")?,
            credential.field("apiToken")?,
        );
        let base = set_or_held(given.settings.base_url.as_ref(), credential, "baseUrl")?;
        let basic = STANDARD.encode(format!("{email}/token:{token}"));
        Ok(SignOn::Ready(Access {
            base: Some(base.to_owned()),
            headers: vec![("authorization", format!("Basic {basic}"))],
            keys: None,
        }))
    }

    /// Tickets are created once for each key:
    /// <https://developer.zendesk.com/api-reference/ticketing/introduction/#idempotency>.
    fn idempotency_header(&self, call: &str) -> Option<&'static str> {
        let path = call.split('?').next().unwrap_or_default();
        let creates = path.ends_with("/api/v2/tickets") || path.ends_with("/api/v2/tickets.json");
        creates.then_some("idempotency-key")
    }

    /// A call over the limit is not carried out.
    fn repeats(&self) -> Repeats {
        Repeats {
            after_429: true,
            after_503: true,
        }
    }

    fn dialect(&self) -> Dialect {
        Dialect::Zendesk
    }
}
