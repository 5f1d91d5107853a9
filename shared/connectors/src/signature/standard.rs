//! Standard Webhooks, symmetric signatures (`v1`):
//! <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskbridge_core::connector::SignedRequest;
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};
use hmac::Mac as _;

use super::hmac_sha256::code;
use super::sent_at::is_near;

const MAX_SIGNATURES: usize = 10;
const MAX_ID_CHARS: usize = 256;
/// The least that the specification allows.
const MIN_SECRET_BYTES: usize = 24;

/// Checks the request against each secret, as `whsec_` and base 64: two while one is being changed.
/// An id that cannot be one is an error of kind `Malformed`.
pub(super) fn verify(request: &SignedRequest<'_>, secrets: &[String]) -> Result<()> {
    let header = |name: &str| {
        let sent = request.header(name).filter(|value| !value.is_empty());
        sent.ok_or_else(|| refused(format!("the header {name} is missing or sent twice")))
    };
    let (id, at) = (header("webhook-id")?, header("webhook-timestamp")?);
    let signatures = header("webhook-signature")?;
    if id.contains('.') || id.chars().count() > MAX_ID_CHARS {
        let why = format!("webhook-id has a full stop or more than {MAX_ID_CHARS} characters");
        return Err(Error::new(ErrorKind::Malformed, why));
    }
    if !is_near(at, request.now) {
        return Err(refused(
            "webhook-timestamp is not within five minutes of now",
        ));
    }
    let signatures: Vec<_> = signatures
        .split(' ')
        .take(MAX_SIGNATURES)
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
        .collect();
    for secret in secrets {
        let parts = [id.as_bytes(), b".", at.as_bytes(), b".", request.body];
        let code = code(&key(secret)?, &parts)?;
        let same = |signature: &Vec<u8>| code.clone().verify_slice(signature).is_ok();
        if signatures.iter().any(same) {
            return Ok(());
        }
    }
    Err(refused("no signature in webhook-signature is ours"))
}

/// Returns the three headers that sign a body of ours.
pub(crate) fn sign(
    secret: &str,
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Result<[(&'static str, String); 3]> {
    let seconds = (at.as_millis() / 1_000).to_string();
    let parts = [id.as_bytes(), b".", seconds.as_bytes(), b".", body];
    let code = code(&key(secret)?, &parts)?.finalize().into_bytes();
    Ok([
        ("webhook-id", id.to_owned()),
        ("webhook-signature", format!("v1,{}", STANDARD.encode(code))),
        ("webhook-timestamp", seconds),
    ])
}

fn key(secret: &str) -> Result<Vec<u8>> {
    let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = STANDARD.decode(encoded).ok();
    key.filter(|key| key.len() >= MIN_SECRET_BYTES).ok_or_else(|| {
        let why = format!(
            "the credential's standard_webhooks_secret is not whsec_ and at least {MIN_SECRET_BYTES} bytes in base 64"
        );
        Error::new(ErrorKind::Misconfigured, why)
    })
}

fn refused(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::Unauthorized, why)
}
