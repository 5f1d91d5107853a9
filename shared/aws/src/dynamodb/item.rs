//! Attributes of an item: few, and beside the record's own document only what queries need.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use deskbridge_core::dedup::digest;
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};

use super::tables::KEY;

pub(super) type Item = HashMap<String, AttributeValue>;

/// The record as JSON text. It is compared as a whole when a write depends on what was read.
pub(super) const DOC: &str = "doc";
/// An index's partition takes a thousand writes a second; what all writers share is spread.
pub(super) const SHARDS: u64 = 4;
const MAX_KEY_BYTES: usize = 2_000;

pub(super) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(super) fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(super) fn millis(time: Timestamp) -> AttributeValue {
    n(time.as_millis())
}

/// Seconds since 1970, as a time-to-live attribute must be.
pub(super) fn epoch(time: Timestamp) -> AttributeValue {
    n(time.as_millis().div_euclid(1000))
}

pub(super) fn keyed(pk: impl Into<String>) -> Item {
    HashMap::from([(KEY.to_owned(), s(pk))])
}

pub(super) fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
}

pub(super) fn number<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    let value = item.get(name).and_then(|value| value.as_n().ok());
    value.and_then(|digits| digits.parse().ok())
}

/// The key of an item that an index or a read gave.
pub(super) fn pk(item: &Item) -> &str {
    text(item, KEY).unwrap_or_default()
}

pub(super) fn doc<'a>(what: &str, item: &'a Item) -> Result<&'a str> {
    text(item, DOC).ok_or_else(|| {
        Error::new(
            ErrorKind::Malformed,
            format!("a stored {what} has no document"),
        )
    })
}

/// A key of text that others chose: DynamoDB takes 2 KB of it.
pub(super) fn bounded(key: String) -> String {
    match key.len() <= MAX_KEY_BYTES {
        true => key,
        false => format!("long#{}", digest(&[&key])),
    }
}

/// FNV-1a, which gives the same shard in every build.
pub(super) fn shard(id: &str) -> u64 {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash >> 32) % SHARDS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_any_length_fits_and_stays_apart_from_others() {
        assert_eq!(bounded("lane#a".to_owned()), "lane#a");
        let (one, two) = ("あ".repeat(3_000), "い".repeat(3_000));
        let (one, two) = (bounded(one), bounded(two));
        assert!(one.len() <= MAX_KEY_BYTES && one != two);
    }
}
