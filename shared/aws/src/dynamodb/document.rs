//! A document of any size, though an item takes 400 KB,
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html>.
//!
//! A short one is text, to be read in the console. A longer one is deflated, since every kilobyte of
//! a write is paid for. What still does not fit goes on in parts, items of their own that are
//! written before the item that names them. A part's key is made from the whole text, so that what
//! is there already is never changed.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use deskbridge_core::dedup::digest;
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use super::Db;
use super::item::{DOC, Item, epoch, keyed, number, text};
use super::read::get_all;
use super::tables::{EXPIRES_AT, QUEUE_RETENTION};
use crate::error::unavailable;

/// What one write unit pays for; below it there is nothing to save.
const PLAIN_BYTES: usize = 1024;
/// Leaves room for the item's other attributes.
const PART_BYTES: usize = 380 * 1024;
/// No document comes near it; what does was not written here.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// 1 to 10: most of what can be saved, for a third of the work.
const EFFORT: u8 = 3;
/// The key that the parts' own keys begin with.
pub(super) const REST: &str = "rest";
pub(super) const PARTS: &str = "parts";

/// A document as it is written: attributes of its item, and what does not fit there.
pub(super) struct Packed {
    attributes: Item,
    parts: Vec<Item>,
}

impl Packed {
    pub(super) fn new(text: String) -> Self {
        let mut attributes = Item::new();
        if text.len() <= PLAIN_BYTES {
            attributes.insert(DOC.to_owned(), super::item::s(text));
            return Self {
                attributes,
                parts: Vec::new(),
            };
        }
        let bytes = compress_to_vec(text.as_bytes(), EFFORT);
        let mut chunks = bytes.chunks(PART_BYTES).map(blob);
        attributes.extend(chunks.next().map(|first| (DOC.to_owned(), first)));
        let rest = digest(&[&text]);
        let parts = chunks.enumerate().map(|(place, chunk)| {
            let mut part = keyed(part_key(&rest, place));
            part.insert(DOC.to_owned(), chunk);
            part
        });
        let parts: Vec<_> = parts.collect();
        if !parts.is_empty() {
            attributes.insert(PARTS.to_owned(), super::item::n(parts.len()));
            attributes.insert(REST.to_owned(), super::item::s(rest));
        }
        Self { attributes, parts }
    }

    /// Writes the parts and returns what belongs into the item itself. The parts outlive it, so that
    /// whoever can read the item finds them.
    pub(super) async fn write(self, db: &Db, table: &str, expires: Timestamp) -> Result<Item> {
        let expires = epoch(expires + QUEUE_RETENTION);
        for mut part in self.parts {
            part.insert(EXPIRES_AT.to_owned(), expires.clone());
            let request = db.client.put_item().table_name(table);
            let sent = request.set_item(Some(part)).send().await;
            sent.map_err(|error| unavailable("dynamodb:PutItem", &error))?;
        }
        Ok(self.attributes)
    }
}

pub(super) async fn read(db: &Db, table: &str, what: &str, item: &Item) -> Result<String> {
    if let Some(plain) = text(item, DOC) {
        return Ok(plain.to_owned());
    }
    let damaged = || damaged(what);
    let mut bytes = bytes(item).ok_or_else(damaged)?.to_vec();
    if let (Some(parts), Some(rest)) = (number(item, PARTS), text(item, REST)) {
        let keys: Vec<_> = (0..parts).map(|place| part_key(rest, place)).collect();
        let found = get_all(db, table, keys.clone()).await?;
        for key in keys {
            let part = found.get(&key).and_then(self::bytes).ok_or_else(damaged)?;
            bytes.extend_from_slice(part);
        }
    }
    let text = decompress_to_vec_with_limit(&bytes, MAX_BYTES).map_err(|_| damaged())?;
    String::from_utf8(text).map_err(|_| damaged())
}

fn part_key(rest: &str, place: usize) -> String {
    format!("{REST}#{rest}#{place}")
}

fn blob(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}

fn bytes(item: &Item) -> Option<&[u8]> {
    let value = item.get(DOC)?.as_b().ok()?;
    Some(value.as_ref())
}

fn damaged(what: &str) -> Error {
    Error::new(
        ErrorKind::Malformed,
        format!("a stored {what} is not whole: restore it from a backup"),
    )
}
