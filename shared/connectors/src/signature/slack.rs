//! Slack's signature of every request, version `v0`:
//! <https://docs.slack.dev/authentication/verifying-requests-from-slack/>.

use deskbridge_core::connector::SignedRequest;
use deskbridge_core::secret::Credential;
use deskbridge_core::{Error, ErrorKind, Result};
use hmac::Mac as _;

use super::hmac_sha256::{code, from_hex};
use super::sent_at;

const TIMESTAMP: &str = "x-slack-request-timestamp";
const SIGNATURE: &str = "x-slack-signature";
/// The app's secret, and the one that takes its place while it is being changed.
const SECRETS: [&str; 2] = ["signing_secret", "signing_secret_next"];

/// Checks the request against each secret of the credential. Without a credential nothing is let in:
/// the addresses of Slack's requests hold no key.
pub(crate) fn verify(request: &SignedRequest<'_>, secret: Option<&Credential>) -> Result<()> {
    let secret = secret.ok_or_else(|| {
        let why = "no credential with the field signing_secret is named: set webhook_credential";
        Error::new(ErrorKind::Misconfigured, why)
    })?;
    secret.field(SECRETS[0])?;
    let header = |name: &str| {
        let sent = request.header(name);
        sent.ok_or_else(|| refused(format!("the header {name} is missing or sent twice")))
    };
    let (at, signature) = (header(TIMESTAMP)?, header(SIGNATURE)?);
    sent_at::check(TIMESTAMP, at, request.now)?;
    let digits = signature.strip_prefix("v0=").ok_or_else(|| {
        let why = format!("{SIGNATURE} has a version that is not v0");
        refused(why)
    })?;
    let signature = from_hex(digits).unwrap_or_default();
    for key in SECRETS.into_iter().filter_map(|name| secret.optional(name)) {
        let parts = [b"v0:", at.as_bytes(), b":", request.body];
        if code(key.as_bytes(), &parts)?
            .verify_slice(&signature)
            .is_ok()
        {
            return Ok(());
        }
    }
    Err(refused(format!("{SIGNATURE} is not ours")))
}

fn refused(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unauthorized, why)
}
