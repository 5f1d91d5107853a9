//! Tokens of the management API, beside the integrations, and the audit log, beside the events.

use deskbridge_core::operator::{Change, Token};
use deskbridge_core::{Result, Timestamp};

use super::Db;
use super::events::{PLACE, place};
use super::item::{DOC, doc, keyed, pk, s};
use super::read::{Range, get, get_all, query, scan};
use super::tables::BY_TIME;
use crate::error::{decode, encode, unavailable};

const TOKEN: &str = "token";
const CHANGE: &str = "change";
const TOKENS: &str = "token#";
/// The partition of the index by time that holds the changes; those of the events are numbers.
const CHANGES: &str = "changes";

pub(super) async fn token(db: &Db, hash: &str) -> Result<Option<Token>> {
    let item = get(db, &db.tables.integrations, &token_key(hash)).await?;
    let item = item.as_ref().map(|item| decode(TOKEN, doc(TOKEN, item)?));
    item.transpose()
}

/// This reads the whole table: only people ask for it.
pub(super) async fn tokens(db: &Db) -> Result<Vec<Token>> {
    let mut found = Vec::new();
    scan(db, &db.tables.integrations, &[DOC], |item| {
        if pk(&item).starts_with(TOKENS) {
            found.push(item);
        }
    })
    .await?;
    let tokens = found.iter().map(|item| decode(TOKEN, doc(TOKEN, item)?));
    let mut tokens = tokens.collect::<Result<Vec<Token>>>()?;
    tokens.sort_by(|a, b| (&a.name, &a.hash).cmp(&(&b.name, &b.hash)));
    Ok(tokens)
}

pub(super) async fn put_token(db: &Db, token: &Token) -> Result<()> {
    let mut item = keyed(token_key(&token.hash));
    item.insert(DOC.to_owned(), s(encode(TOKEN, token)?));
    let request = db.client.put_item().table_name(&db.tables.integrations);
    let sent = request.set_item(Some(item)).send().await;
    sent.map(drop)
        .map_err(|error| unavailable("dynamodb:PutItem", &error))
}

/// Without an end: what a person changed is kept.
pub(super) async fn record_change(db: &Db, change: &Change) -> Result<()> {
    let mut item = keyed(change_key(&change.id));
    item.insert(DOC.to_owned(), s(encode(CHANGE, change)?));
    item.insert(BY_TIME.partition.to_owned(), s(CHANGES));
    item.insert(PLACE.to_owned(), s(place(change.at, &change.id)));
    let request = db.client.put_item().table_name(&db.tables.history);
    let sent = request.set_item(Some(item)).send().await;
    sent.map(drop)
        .map_err(|error| unavailable("dynamodb:PutItem", &error))
}

/// Through an index: a change that was made less than a second ago may be missing.
pub(super) async fn changes(
    db: &Db,
    before: Option<(Timestamp, String)>,
    limit: usize,
) -> Result<Vec<Change>> {
    let range = Range {
        table: &db.tables.history,
        index: BY_TIME,
        partition: CHANGES.to_owned(),
        bound: before.map(|(at, id)| ("<", s(place(at, &id)))),
        newest_first: true,
    };
    let found = query(db, range, limit).await?;
    let keys = found.iter().map(|item| pk(item).to_owned()).collect();
    let items = get_all(db, &db.tables.history, keys).await?;
    let items = found.iter().filter_map(|item| items.get(pk(item)));
    items
        .map(|item| decode(CHANGE, doc(CHANGE, item)?))
        .collect()
}

fn token_key(hash: &str) -> String {
    format!("{TOKENS}{hash}")
}

fn change_key(id: &str) -> String {
    format!("change#{id}")
}
