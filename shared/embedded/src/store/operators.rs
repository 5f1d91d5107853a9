//! Tokens of the management API, and the audit log.

use deskbridge_core::operator::{Change, Token};
use deskbridge_core::{Result, Timestamp};
use rusqlite::{Connection, OptionalExtension, Params};

use crate::error::{decode, encode, from_sqlite};

const TOKEN: &str = "token";
const CHANGE: &str = "change";
const CHANGES: &str = "SELECT doc FROM changes WHERE (at, id) < (?1, ?2)
    ORDER BY at DESC, id DESC LIMIT ?3";

pub(super) fn token(db: &Connection, hash: &str) -> Result<Option<Token>> {
    let doc = || {
        let mut statement = db.prepare_cached("SELECT doc FROM tokens WHERE hash = ?1")?;
        let doc = statement.query_row([hash], |row| row.get::<_, String>(0));
        doc.optional()
    };
    let doc = doc().map_err(from_sqlite)?;
    doc.map(|doc| decode(TOKEN, &doc)).transpose()
}

pub(super) fn tokens(db: &Connection) -> Result<Vec<Token>> {
    let docs = docs(db, "SELECT doc FROM tokens", [])?;
    let tokens = docs.iter().map(|doc| decode(TOKEN, doc));
    let mut tokens = tokens.collect::<Result<Vec<Token>>>()?;
    tokens.sort_by(|a, b| (&a.name, &a.hash).cmp(&(&b.name, &b.hash)));
    Ok(tokens)
}

pub(super) fn put_token(db: &Connection, token: &Token) -> Result<()> {
    let doc = encode(TOKEN, token)?;
    let query = "INSERT OR REPLACE INTO tokens (hash, doc) VALUES (?1, ?2)";
    let put = || db.prepare_cached(query)?.execute((&token.hash, &doc));
    put().map(drop).map_err(from_sqlite)
}

pub(super) fn record_change(db: &Connection, change: &Change) -> Result<()> {
    let doc = encode(CHANGE, change)?;
    let query = "INSERT INTO changes (id, at, doc) VALUES (?1, ?2, ?3)";
    let values = (&change.id, change.at.as_millis(), &doc);
    let insert = || db.prepare_cached(query)?.execute(values);
    insert().map(drop).map_err(from_sqlite)
}

pub(super) fn changes(
    db: &Connection,
    before: Option<(Timestamp, String)>,
    limit: usize,
) -> Result<Vec<Change>> {
    let (at, id) = before.unwrap_or((Timestamp::from_millis(i64::MAX), String::new()));
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let docs = docs(db, CHANGES, (at.as_millis(), id, limit))?;
    docs.iter().map(|doc| decode(CHANGE, doc)).collect()
}

fn docs(db: &Connection, query: &str, values: impl Params) -> Result<Vec<String>> {
    let docs = || {
        let mut statement = db.prepare_cached(query)?;
        let rows = statement.query_map(values, |row| row.get(0))?;
        rows.collect::<rusqlite::Result<Vec<String>>>()
    };
    docs().map_err(from_sqlite)
}
