//! Integrations, the keys that lead to them, and whether a credential may be used.
//!
//! A key's row repeats the document, so that a webhook finds its integration in one request; both
//! are only ever written together.

use deskbridge_core::integration::Integration;
use deskbridge_core::ports::CredentialState;
use deskbridge_core::{Error, ErrorKind, Result};

use super::Db;
use super::item::{DOC, Item, doc, keyed, n, number, pk, s, text};
use super::read::{get, scan};
use super::write::{Condition, Reason, TRIES, Written, delete, pause, put, too_busy, write};
use crate::error::{decode, encode, unavailable};

const WHAT: &str = "integration";
const VERSION: &str = "version";
const OWNER: &str = "owner";
const NAMED: &str = "integration#";

pub(super) async fn named(db: &Db, name: &str) -> Result<Option<Integration>> {
    one(db, &named_key(name)).await
}

pub(super) async fn with_key(db: &Db, hash: &str) -> Result<Option<Integration>> {
    one(db, &hash_key(hash)).await
}

/// By name. This reads the whole table, keys and credentials included: only people ask for it.
pub(super) async fn all(db: &Db) -> Result<Vec<Integration>> {
    let mut found = Vec::new();
    scan(db, &db.tables.integrations, &[DOC], |item| {
        if pk(&item).starts_with(NAMED) {
            found.push(item);
        }
    })
    .await?;
    let all = found.iter().map(read).collect::<Result<Vec<_>>>();
    let mut all = all?;
    all.sort_by(|a, b| a.name().cmp(b.name()));
    Ok(all)
}

pub(super) async fn put_over(db: &Db, new: &Integration, expected: u64) -> Result<()> {
    let table = &db.tables.integrations;
    for tries in 0..TRIES {
        let stored = get(db, table, &named_key(new.name())).await?;
        let version = stored.as_ref().and_then(|item| number(item, VERSION));
        let version: u64 = version.unwrap_or(0);
        if version != expected {
            return Err(not_seen(new, version, expected));
        }
        let stored = stored.as_ref().map(read).transpose()?;
        match write(db, writes(table, new, stored.as_ref(), expected)?).await? {
            Written::Done => return Ok(()),
            Written::Refused(reasons) => {
                let mut keys = reasons.iter().skip(1);
                if keys.any(|reason| matches!(reason, Reason::Refused(_))) {
                    return Err(taken(new));
                }
                pause(&reasons, tries).await;
            }
        }
    }
    Err(too_busy("an integration"))
}

fn writes(
    table: &str,
    new: &Integration,
    stored: Option<&Integration>,
    expected: u64,
) -> Result<Vec<aws_sdk_dynamodb::types::TransactWriteItem>> {
    let name = new.name();
    let seen = match stored {
        None => Condition::absent(),
        Some(_) => Condition::is(VERSION, n(expected)),
    };
    let mut writes = vec![put(table, item(named_key(name), new)?, seen)?];
    for hash in unique(new) {
        let ours = Condition::absent_or(OWNER, "=", s(name));
        writes.push(put(table, item(hash_key(hash), new)?, ours)?);
    }
    let before = stored.map(unique);
    for hash in before.unwrap_or_default() {
        if !new.hashes().any(|kept| kept == hash) {
            let ours = Condition::absent_or(OWNER, "=", s(name));
            writes.push(delete(table, &hash_key(hash), ours)?);
        }
    }
    Ok(writes)
}

pub(super) async fn credential_state(db: &Db, name: &str) -> Result<CredentialState> {
    let item = get(db, &db.tables.integrations, &credential_key(name)).await?;
    match item.as_ref().and_then(|item| text(item, DOC)) {
        Some(text) => decode("credential state", text),
        None => Ok(CredentialState::default()),
    }
}

pub(super) async fn put_credential_state(
    db: &Db,
    name: &str,
    state: &CredentialState,
) -> Result<()> {
    let mut item = keyed(credential_key(name));
    item.insert(DOC.to_owned(), s(encode("credential state", state)?));
    let request = db.client.put_item().table_name(&db.tables.integrations);
    let sent = request.set_item(Some(item)).send().await;
    sent.map(drop)
        .map_err(|error| unavailable("dynamodb:PutItem", &error))
}

async fn one(db: &Db, pk: &str) -> Result<Option<Integration>> {
    let item = get(db, &db.tables.integrations, pk).await?;
    item.as_ref().map(read).transpose()
}

fn read(item: &Item) -> Result<Integration> {
    decode(WHAT, doc(WHAT, item)?)
}

fn item(pk: String, integration: &Integration) -> Result<Item> {
    let mut item = keyed(pk);
    item.insert(DOC.to_owned(), s(encode(WHAT, integration)?));
    item.insert(VERSION.to_owned(), n(integration.version));
    item.insert(OWNER.to_owned(), s(integration.name()));
    Ok(item)
}

/// An item may stand in a transaction only once.
fn unique(integration: &Integration) -> Vec<&String> {
    let mut unique: Vec<_> = integration.hashes().collect();
    unique.sort_unstable();
    unique.dedup();
    unique
}

fn named_key(name: &str) -> String {
    format!("{NAMED}{name}")
}

fn hash_key(hash: &str) -> String {
    format!("key#{hash}")
}

fn credential_key(name: &str) -> String {
    format!("credential#{name}")
}

fn not_seen(new: &Integration, stored: u64, expected: u64) -> Error {
    let name = new.name();
    Error::new(
        ErrorKind::Conflict,
        format!("integration {name} is at version {stored}, not {expected}: read it again"),
    )
}

fn taken(new: &Integration) -> Error {
    let name = new.name();
    Error::new(
        ErrorKind::Conflict,
        format!("a key of integration {name} belongs to another one: make a new key"),
    )
}
