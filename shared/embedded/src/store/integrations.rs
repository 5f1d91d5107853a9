//! Integrations and the keys that lead to them.

use deskbridge_core::integration::Integration;
use deskbridge_core::{Error, ErrorKind, Result};
use rusqlite::{Connection, OptionalExtension};

use crate::error::{decode, encode, from_sqlite};

const WHAT: &str = "integration";

pub(super) fn named(db: &Connection, name: &str) -> Result<Option<Integration>> {
    one(db, "SELECT doc FROM integrations WHERE name = ?1", name)
}

pub(super) fn with_key(db: &Connection, hash: &str) -> Result<Option<Integration>> {
    let by_key = "SELECT doc FROM integration_keys JOIN integrations USING (name) WHERE hash = ?1";
    one(db, by_key, hash)
}

pub(super) fn all(db: &Connection) -> Result<Vec<Integration>> {
    let docs = || {
        let mut statement = db.prepare_cached("SELECT doc FROM integrations ORDER BY name")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect::<rusqlite::Result<Vec<String>>>()
    };
    let docs = docs().map_err(from_sqlite)?;
    docs.iter().map(|doc| decode(WHAT, doc)).collect()
}

pub(super) fn put(db: &Connection, integration: &Integration, expected: u64) -> Result<()> {
    let name = integration.name();
    let stored = version(db, name).map_err(from_sqlite)?;
    if stored != expected {
        return Err(Error::new(
            ErrorKind::Conflict,
            format!("integration {name} is at version {stored}, not {expected}: read it again"),
        ));
    }
    if taken(db, integration).map_err(from_sqlite)? {
        return Err(Error::new(
            ErrorKind::Conflict,
            format!("a key of integration {name} belongs to another one: make a new key"),
        ));
    }
    let doc = encode(WHAT, integration)?;
    write(db, integration, &doc).map_err(from_sqlite)
}

fn one(db: &Connection, query: &str, key: &str) -> Result<Option<Integration>> {
    let doc = || {
        let mut statement = db.prepare_cached(query)?;
        let doc = statement.query_row([key], |row| row.get::<_, String>(0));
        doc.optional()
    };
    let doc = doc().map_err(from_sqlite)?;
    doc.map(|doc| decode(WHAT, &doc)).transpose()
}

fn version(db: &Connection, name: &str) -> rusqlite::Result<u64> {
    let mut statement = db.prepare_cached("SELECT version FROM integrations WHERE name = ?1")?;
    let version = statement.query_row([name], |row| row.get(0)).optional()?;
    Ok(version.unwrap_or(0))
}

fn taken(db: &Connection, integration: &Integration) -> rusqlite::Result<bool> {
    let other = "SELECT 1 FROM integration_keys WHERE hash = ?1 AND name <> ?2";
    let mut statement = db.prepare_cached(other)?;
    for hash in integration.hashes() {
        if statement.exists((hash, integration.name()))? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn write(db: &Connection, integration: &Integration, doc: &str) -> rusqlite::Result<()> {
    let name = integration.name();
    db.prepare_cached(
        "INSERT OR REPLACE INTO integrations (name, version, doc) VALUES (?1, ?2, ?3)",
    )?
    .execute((name, integration.version, doc))?;
    db.prepare_cached("DELETE FROM integration_keys WHERE name = ?1")?
        .execute([name])?;
    let mut insert =
        db.prepare_cached("INSERT OR IGNORE INTO integration_keys (hash, name) VALUES (?1, ?2)")?;
    for hash in integration.hashes() {
        insert.execute((hash, name))?;
    }
    Ok(())
}
