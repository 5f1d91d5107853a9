//! Integration keys: the random part of a webhook's address.
//!
//! The store keeps hashes only. A new integration gets a key that is shown once; keys can also be
//! chosen, as fields of the credential `webhook-keys`, one per integration, two with a comma
//! between them while an address is being changed.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use deskbridge_core::connector::split_list;
use deskbridge_core::dedup::key_hash;
use deskbridge_core::integration::{Integration, MAX_KEYS};
use deskbridge_core::ports::{Integrations as _, Secrets, Store as _};
use deskbridge_core::secret::WEBHOOK_KEYS;
use deskbridge_core::{Error, ErrorKind, Result};
use deskbridge_embedded::Embedded;

use crate::term;
use deskbridge_clock::SystemClock;

const RANDOM_BYTES: usize = 20;
/// Chosen keys must be as hard to guess as 128 random bits in base 64.
const MIN_CHOSEN_CHARS: usize = 22;

#[derive(Args)]
pub struct RotateArgs {
    /// Name of the integration.
    pub name: String,
    /// Folder of the store; no `serve` may be running on it.
    #[arg(long, default_value = "data")]
    pub data: PathBuf,
}

/// `deskbridge rotate-key`: works on the store itself, so nothing may be serving from it.
pub async fn rotate(args: RotateArgs) -> Result<()> {
    let embedded = Embedded::open(&args.data, Arc::new(SystemClock))?;
    let store = embedded.store();
    let stored = store.integration(&args.name).await?.ok_or_else(|| {
        let name = &args.name;
        Error::new(
            ErrorKind::NotFound,
            format!("there is no integration {name} in this store"),
        )
    })?;
    if stored.keys_chosen {
        let why =
            format!("its keys are chosen in the credential {WEBHOOK_KEYS}: change them there");
        return Err(Error::new(ErrorKind::Misconfigured, why));
    }
    let key = random()?;
    let mut key_hashes = hashes(std::slice::from_ref(&key));
    key_hashes.extend(stored.key_hashes.iter().take(MAX_KEYS - 1).cloned());
    let version = stored.version;
    let integration = Integration {
        version: version + 1,
        key_hashes,
        ..stored
    };
    store.put_integration(integration, version).await?;
    term::line(format!(
        "The new key of {} is {}",
        args.name,
        term::bold(&key)
    ));
    term::line("It is not shown again. The key before it works until the next rotation.");
    Ok(())
}

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
    let Ok(credential) = secrets.credential(WEBHOOK_KEYS).await else {
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
                "credential {WEBHOOK_KEYS}, field {integration}: use at most {MAX_KEYS} keys of at \
                 least {MIN_CHOSEN_CHARS} letters, digits, hyphens or underscores"
            ),
        ));
    }
    Ok(keys)
}

pub fn hashes(keys: &[String]) -> Vec<String> {
    keys.iter().map(|key| key_hash(key)).collect()
}
