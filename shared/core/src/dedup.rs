//! Ids made from what they stand for, so that the same thing seen twice has the same id.

use std::fmt::Write as _;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::Timestamp;

/// How a connector tells two webhooks about the same thing from two things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DedupKey {
    /// The vendor's own key: the same key is the same event for as long as the ledger is kept.
    Once(String),
    /// No key at the vendor: the same content within the window is the same event.
    Within { content: String, window: Duration },
    /// No key in the body, and equal bodies are different events: each delivery is one of its own.
    Each,
}

impl DedupKey {
    /// Returns the id of the event that `integration` received at `at`, by the delivery of that id.
    pub fn event_id(&self, integration: &str, at: Timestamp, delivery_id: &str) -> String {
        match self {
            Self::Once(key) => event_id(&[integration, "once", key]),
            Self::Within { content, window } => windowed(integration, content, bucket(at, *window)),
            Self::Each => event_id(&[integration, "each", delivery_id]),
        }
    }

    /// Returns the id the same content would have in the window before, which may have begun less
    /// than a whole window ago.
    pub fn previous_id(&self, integration: &str, at: Timestamp) -> Option<(String, Duration)> {
        match self {
            Self::Once(_) | Self::Each => None,
            Self::Within { content, window } => {
                let id = windowed(integration, content, bucket(at, *window) - 1);
                Some((id, *window))
            }
        }
    }
}

/// Returns the SHA-256 of the parts in hex; no two lists of parts run together.
pub fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
    }
    text
}

/// Returns which of `places` a text belongs to, always the same one.
pub fn place_of(text: &str, places: u32) -> u32 {
    let first = digest(&[text]).get(..8).map(str::to_owned);
    let number = first.and_then(|hex| u32::from_str_radix(&hex, 16).ok());
    number.unwrap_or_default() % places.max(1)
}

/// Returns what an integration key is stored as.
pub fn key_hash(key: &str) -> String {
    digest(&["integration-key", key])
}

fn windowed(integration: &str, content: &str, bucket: i64) -> String {
    event_id(&[integration, "within", content, &bucket.to_string()])
}

fn bucket(at: Timestamp, window: Duration) -> i64 {
    let millis = i64::try_from(window.as_millis()).unwrap_or(i64::MAX);
    at.as_millis().div_euclid(millis.max(1))
}

/// `evt_` and 128 bits: short enough to read out, long enough never to meet another.
fn event_id(parts: &[&str]) -> String {
    short_id("evt", parts)
}

/// Returns `prefix_` and the first 128 bits of the parts' digest.
pub fn short_id(prefix: &str, parts: &[&str]) -> String {
    let digest = digest(parts);
    format!("{prefix}_{}", digest.get(..32).unwrap_or(&digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_secs(600);

    fn within(content: &str) -> DedupKey {
        DedupKey::Within {
            content: content.into(),
            window: WINDOW,
        }
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }

    #[test]
    fn a_vendor_key_has_one_id_for_ever() {
        let key = DedupKey::Once("9".into());
        let year = Duration::from_secs(365 * 86_400);
        let start = Timestamp::from_millis(0);
        assert_eq!(
            key.event_id("a", start, "1"),
            key.event_id("a", start + year, "2")
        );
        assert_ne!(key.event_id("a", start, "1"), key.event_id("b", start, "1"));
    }

    #[test]
    fn without_any_key_each_delivery_is_an_event() {
        let at = Timestamp::from_millis(0);
        let id = |delivery| DedupKey::Each.event_id("a", at, delivery);
        assert_ne!(id("1"), id("2"));
        assert_eq!(id("1"), id("1"), "the queue's repeat of one delivery");
    }

    #[test]
    fn a_text_keeps_its_place_and_all_places_are_used() {
        let places: Vec<u32> = (0..64).map(|n| place_of(&n.to_string(), 4)).collect();
        let again: Vec<u32> = (0..64).map(|n| place_of(&n.to_string(), 4)).collect();
        assert_eq!(places, again);
        let used: std::collections::BTreeSet<u32> = places.into_iter().collect();
        assert_eq!(used, (0..4).collect());
    }

    #[test]
    fn the_window_before_is_found_across_its_edge() {
        let before = Timestamp::from_millis(599_999);
        let after = Timestamp::from_millis(600_001);
        let first = within("x").event_id("a", before, "1");
        assert_ne!(first, within("x").event_id("a", after, "2"));
        assert_eq!(within("x").previous_id("a", after), Some((first, WINDOW)));
    }
}
