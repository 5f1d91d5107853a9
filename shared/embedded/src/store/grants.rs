//! Sign-ins that have begun.

use deskbridge_core::grant::Grant;
use deskbridge_core::{Result, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::error::{decode, encode, from_sqlite};

const WHAT: &str = "sign-in";
/// How long an expired one stays: nobody misses it, and nobody is in a hurry.
const KEPT_MILLIS: i64 = 86_400_000;

/// Those that were never finished go with the next one.
pub(super) fn put(db: &Connection, grant: &Grant) -> Result<()> {
    let doc = encode(WHAT, grant)?;
    let expires_at = grant.expires_at.as_millis();
    let write = || -> rusqlite::Result<usize> {
        db.prepare_cached("DELETE FROM grants WHERE expires_at < ?1")?
            .execute([expires_at - KEPT_MILLIS])?;
        db.prepare_cached("INSERT INTO grants (hash, expires_at, doc) VALUES (?1, ?2, ?3)")?
            .execute((&grant.hash, expires_at, &doc))
    };
    write().map(drop).map_err(from_sqlite)
}

pub(super) fn take(db: &Connection, hash: &str, now: Timestamp) -> Result<Option<Grant>> {
    let doc = || {
        let mut statement =
            db.prepare_cached("DELETE FROM grants WHERE hash = ?1 RETURNING doc")?;
        let doc = statement.query_row([hash], |row| row.get::<_, String>(0));
        doc.optional()
    };
    let doc = doc().map_err(from_sqlite)?;
    let grant = doc.map(|doc| decode::<Grant>(WHAT, &doc)).transpose()?;
    Ok(grant.filter(|grant| grant.expires_at > now))
}
