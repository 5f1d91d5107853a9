//! Signed assertions as a vendor reads them: a key pair made for the sandboxes, and its check.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use serde_json::{Value, json};

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

/// A token of a vendor's own, which its readers take apart; nothing only if the key cannot be read.
pub(super) fn signed(claims: &Value) -> Option<String> {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({"alg": "RS256", "typ": "JWT"});
    let content = format!("{}.{}", part(&header), part(claims));
    let pair = pair()?;
    let mut signature = vec![0; pair.public().modulus_len()];
    let random = SystemRandom::new();
    pair.sign(
        &RSA_PKCS1_SHA256,
        &random,
        content.as_bytes(),
        &mut signature,
    )
    .ok()?;
    let signature = URL_SAFE_NO_PAD.encode(signature);
    Some(format!("{content}.{signature}"))
}

fn public_key() -> Option<Vec<u8>> {
    Some(pair()?.public_key().as_ref().to_vec())
}

fn pair() -> Option<RsaKeyPair> {
    let lines = SANDBOX_KEY.lines().filter(|line| !line.starts_with("---"));
    let der = STANDARD.decode(lines.collect::<String>()).ok()?;
    RsaKeyPair::from_pkcs8(&der).ok()
}
