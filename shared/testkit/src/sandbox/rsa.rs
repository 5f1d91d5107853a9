//! Signed assertions as a vendor reads them: a key pair made for the sandboxes, and its check.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::Value;

/// The private key that the sandboxes' clients have. It opens nothing else.
pub const SANDBOX_KEY: &str = include_str!("rsa.pem");

/// The header and the claims of an assertion that was signed with RS256 and [`SANDBOX_KEY`].
pub(super) fn read(assertion: &str) -> Option<(Value, Value)> {
    let (content, signature) = assertion.rsplit_once('.')?;
    let (header, claims) = content.split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public_key()?);
    key.verify(content.as_bytes(), &signature).ok()?;
    let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let header: Value = json(header)?;
    (header["alg"] == "RS256").then_some((header, json(claims)?))
}

fn public_key() -> Option<Vec<u8>> {
    let lines = SANDBOX_KEY.lines().filter(|line| !line.starts_with("---"));
    let der = STANDARD.decode(lines.collect::<String>()).ok()?;
    let pair = RsaKeyPair::from_pkcs8(&der).ok()?;
    Some(pair.public_key().as_ref().to_vec())
}
