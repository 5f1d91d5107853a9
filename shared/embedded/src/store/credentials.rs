//! Whether a credential may be used, and the actions that wait until it may.

use deskbridge_core::ports::CredentialState;
use deskbridge_core::{Result, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::actions;
use crate::error::{decode, encode, from_sqlite};

const WHAT: &str = "credential state";
const PUT: &str = "INSERT OR REPLACE INTO credentials (name, doc) VALUES (?1, ?2)";
const WAITING: &str = "SELECT doc FROM actions WHERE waits_for = ?1 ORDER BY position";

pub(super) fn state(db: &Connection, name: &str) -> Result<CredentialState> {
    let doc = || {
        let query = "SELECT doc FROM credentials WHERE name = ?1";
        let mut statement = db.prepare_cached(query)?;
        let doc = statement.query_row([name], |row| row.get::<_, String>(0));
        doc.optional()
    };
    match doc().map_err(from_sqlite)? {
        Some(doc) => decode(WHAT, &doc),
        None => Ok(CredentialState::default()),
    }
}

pub(super) fn put_state(db: &Connection, name: &str, state: &CredentialState) -> Result<()> {
    let doc = encode(WHAT, state)?;
    let put = || db.prepare_cached(PUT)?.execute((name, &doc));
    put().map(drop).map_err(from_sqlite)
}

pub(super) fn wake(db: &Connection, name: &str, now: Timestamp) -> Result<()> {
    for mut record in actions::many(db, WAITING, [name])? {
        record.wake(now);
        actions::update(db, &record)?;
    }
    Ok(())
}
