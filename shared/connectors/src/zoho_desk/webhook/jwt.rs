//! The token in `X-ZDesk-JWT`: RS256 by one of the keys that the data centre publishes, [RFC 7515] and
//! [RFC 7517]. It says who sends, and for which webhook; the body it does not cover.
//!
//! [RFC 7515]: https://datatracker.ietf.org/doc/html/rfc7515
//! [RFC 7517]: https://datatracker.ietf.org/doc/html/rfc7517

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde::Deserialize;
use serde_json::Value;

/// How far the two clocks may be apart.
const SKEW_MS: i64 = 60_000;
/// Beyond this a time is in milliseconds: in seconds it would lie in the year 5138.
const FIRST_MILLIS: f64 = 1e11;
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Whom a token must name.
pub(super) struct Expected<'a> {
    pub(super) org_id: &'a str,
    /// Any webhook of the organisation, while ours has no id yet.
    pub(super) webhook_id: Option<&'a str>,
    pub(super) now: Timestamp,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default)]
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    exp: f64,
    #[serde(default)]
    iat: Option<f64>,
    #[serde(default)]
    nbf: Option<f64>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    #[serde(default)]
    kty: String,
    #[serde(default)]
    kid: String,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
}

/// Checks a token against the keys. An error of kind `NotFound` names a key that is not among them.
pub(super) fn verify(token: &str, keys: &[u8], expected: &Expected<'_>) -> Result<()> {
    let parts = parts(token).ok_or_else(|| refused("is no token of three parts"))?;
    let header: Header =
        part(parts.header).ok_or_else(|| refused("has a header of its own kind"))?;
    if header.alg != "RS256" || header.crit.is_some() {
        return Err(refused("is not signed with RS256"));
    }
    let key = key(keys, &header.kid)?;
    let signature = decoded(parts.signature).ok_or_else(|| refused("has no readable signature"))?;
    key.verify(
        &RSA_PKCS1_2048_8192_SHA256,
        parts.signed.as_bytes(),
        &signature,
    )
    .map_err(|_| refused("has a wrong signature"))?;
    let claims = part(parts.claims).ok_or_else(|| refused("does not say who sends"))?;
    check(&claims, expected)
}

struct Parts<'a> {
    signed: &'a str,
    header: &'a str,
    claims: &'a str,
    signature: &'a str,
}

fn parts(token: &str) -> Option<Parts<'_>> {
    if token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    (!claims.contains('.')).then_some(Parts {
        signed,
        header,
        claims,
        signature,
    })
}

fn part<T: for<'a> Deserialize<'a>>(text: &str) -> Option<T> {
    serde_json::from_slice(&decoded(text)?).ok()
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    BASE64.decode(text).ok()
}

fn key(keys: &[u8], kid: &str) -> Result<RsaPublicKeyComponents<Vec<u8>>> {
    let unreadable = || {
        let why = "the data centre's keys are not the JWK Set they are documented as";
        Error::new(ErrorKind::NotFound, why)
    };
    let keys: Keys = serde_json::from_slice(keys).map_err(|_| unreadable())?;
    let found = keys
        .keys
        .into_iter()
        .find(|key| key.kid == kid && key.kty == "RSA");
    let found = found.ok_or_else(|| {
        let why = "X-ZDesk-JWT names a key that the data centre does not publish";
        Error::new(ErrorKind::NotFound, why)
    })?;
    // ring takes numbers without leading zeros.
    let number = |text: &str| -> Option<Vec<u8>> {
        let bytes = decoded(text)?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Some(bytes.get(zeros..)?.to_vec())
    };
    let (n, e) = (number(&found.n), number(&found.e));
    let (n, e) = n.zip(e).ok_or_else(unreadable)?;
    Ok(RsaPublicKeyComponents { n, e })
}

fn check(claims: &Claims, expected: &Expected<'_>) -> Result<()> {
    let issuer = claims.iss.strip_prefix("orgId:");
    if issuer != Some(expected.org_id) {
        return Err(refused("comes from another organisation"));
    }
    let webhook = claims.aud.strip_prefix("webhookId:");
    let named = match expected.webhook_id {
        None => webhook.is_some_and(|id| !id.is_empty()),
        known => webhook == known,
    };
    if !named {
        return Err(refused("is for another webhook: look at webhook_id"));
    }
    let now = expected.now.as_millis();
    if millis(claims.exp) + SKEW_MS <= now {
        return Err(refused("has expired"));
    }
    let early = |time: Option<f64>| time.is_some_and(|time| millis(time) - SKEW_MS > now);
    if early(claims.iat) || early(claims.nbf) {
        return Err(refused("is not valid yet"));
    }
    Ok(())
}

/// The documents have seconds in one place and milliseconds in another.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a time that does not fit is an end of time all the same"
)]
fn millis(time: f64) -> i64 {
    let time = if time.abs() > FIRST_MILLIS {
        time
    } else {
        time * 1000.0
    };
    // Far from where the skew could overflow it.
    (time as i64).clamp(i64::MIN / 4, i64::MAX / 4)
}

fn refused(why: &str) -> Error {
    Error::new(ErrorKind::Unauthorized, format!("X-ZDesk-JWT {why}"))
}
