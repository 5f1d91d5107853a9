//! Integration keys: the random part of a webhook's address.
//!
//! The store keeps hashes only. A new integration gets a key that is shown once; keys can also be
//! chosen, as fields of the credential `webhook-keys`, one per integration, two with a comma
//! between them while an address is being changed.

use std::fmt::Write as _;

use deskbridge_core::connector::split_list;
use deskbridge_core::dedup::key_hash;
use deskbridge_core::integration::MAX_KEYS;
use deskbridge_core::ports::Secrets;
use deskbridge_core::{Error, ErrorKind, Result};

/// The credential that holds chosen keys.
pub const CREDENTIAL: &str = "webhook-keys";
const RANDOM_BYTES: usize = 20;
/// Chosen keys must be as hard to guess as 128 random bits in base 64.
const MIN_CHOSEN_CHARS: usize = 22;

/// Makes a key of 160 random bits, in hexadecimal.
pub fn random() -> Result<String> {
    let mut bytes = [0_u8; RANDOM_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        Error::new(
            ErrorKind::Unavailable,
            format!("the system gives no random numbers: {error}"),
        )
    })?;
    let mut key = String::with_capacity(RANDOM_BYTES * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        write!(key, "{byte:02x}").unwrap_or_default();
    }
    Ok(key)
}

/// Returns the keys chosen for an integration, newest first; none where none were chosen.
pub async fn chosen(secrets: &dyn Secrets, integration: &str) -> Result<Vec<String>> {
    let Ok(credential) = secrets.credential(CREDENTIAL).await else {
        return Ok(Vec::new());
    };
    let keys = split_list(credential.optional(integration).unwrap_or_default());
    let safe = |key: &String| {
        key.len() >= MIN_CHOSEN_CHARS
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
    };
    if keys.len() > MAX_KEYS || !keys.iter().all(safe) {
        return Err(Error::new(
            ErrorKind::Misconfigured,
            format!(
                "credential {CREDENTIAL}, field {integration}: use at most {MAX_KEYS} keys of at \
                 least {MIN_CHOSEN_CHARS} letters, digits, hyphens or underscores"
            ),
        ));
    }
    Ok(keys)
}

pub fn hashes(keys: &[String]) -> Vec<String> {
    keys.iter().map(|key| key_hash(key)).collect()
}
