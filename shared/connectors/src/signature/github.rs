//! `X-Hub-Signature-256`, as GitHub and others send it:
//! <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>.

use deskbridge_core::connector::SignedRequest;
use deskbridge_core::{Error, ErrorKind, Result};
use hmac::Mac as _;

use super::hmac_sha256::{code, from_hex};

const HEADER: &str = "x-hub-signature-256";

/// Checks the request against each secret. The digits are lower case, as GitHub writes them.
pub(super) fn verify(request: &SignedRequest<'_>, secrets: &[String]) -> Result<()> {
    let sent = request.header(HEADER);
    let signature = sent.and_then(|sent| from_hex(sent.strip_prefix("sha256=")?));
    if let Some(signature) = signature {
        for secret in secrets {
            let code = code(secret.as_bytes(), &[request.body])?;
            if code.verify_slice(&signature).is_ok() {
                return Ok(());
            }
        }
    }
    let why = format!("the header {HEADER} is missing or wrong");
    Err(Error::new(ErrorKind::Unauthorized, why))
}
