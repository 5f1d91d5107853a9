//! Signed assertions: a JWT that stands for a secret, RFC 7523, signed with RS256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::{Value, json};

use crate::error::{ActionError, ErrorType, Result};

/// The grant that such an assertion is for.
pub(super) const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Signs the claims with a private key in PEM; `key_id` names the key to whom it is shown.
///
/// # Errors
/// `MISCONFIGURED` for what is no RSA key of 2,048 bits or more.
pub(super) fn signed(key: &str, key_id: Option<&str>, claims: &Value) -> Result<String> {
    let mut header = json!({"alg": "RS256", "typ": "JWT"});
    if let Some(id) = key_id {
        header["kid"] = id.into();
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let content = format!("{}.{}", part(&header), part(claims));
    let key = read(key)?;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        content.as_bytes(),
        &mut signature,
    )
    .map_err(|_| not_a_key())?;
    let signature = URL_SAFE_NO_PAD.encode(signature);
    Ok(format!("{content}.{signature}"))
}

fn read(key: &str) -> Result<RsaKeyPair> {
    let key = PrivateKeyDer::from_pem_slice(pem(key).as_bytes()).map_err(|_| not_a_key())?;
    let read = match &key {
        PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
        _ => return Err(not_a_key()),
    };
    read.map_err(|_| not_a_key())
}

/// A key as people paste it: with the `\n` of the JSON file that it comes from, in quotes or not.
pub(super) fn pem(pasted: &str) -> String {
    let plain = pasted.trim().trim_matches(['"', ',']);
    plain.replace("\\r", "").replace("\\n", "\n")
}

fn not_a_key() -> ActionError {
    let why = "the credential's private key is no RSA key in PEM of 2,048 bits or more: paste it as it stands in its file";
    ActionError::new(ErrorType::Misconfigured, why)
}
