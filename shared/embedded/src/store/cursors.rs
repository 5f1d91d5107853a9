//! Where each watch stands.

use deskbridge_core::cursor::Cursor;
use deskbridge_core::{Error, ErrorKind, Result};
use rusqlite::{Connection, OptionalExtension};

use crate::error::{decode, encode, from_sqlite};

const WHAT: &str = "cursor";
const SELECT: &str = "SELECT doc FROM cursors WHERE integration = ?1 AND connector = ?2";
const VERSION: &str = "SELECT version FROM cursors WHERE integration = ?1 AND connector = ?2";
const PUT: &str = "INSERT OR REPLACE INTO cursors (integration, connector, version, doc)
    VALUES (?1, ?2, ?3, ?4)";

pub(super) fn of(db: &Connection, integration: &str, connector: &str) -> Result<Option<Cursor>> {
    let doc = || {
        let mut statement = db.prepare_cached(SELECT)?;
        let doc = statement.query_row((integration, connector), |row| row.get::<_, String>(0));
        doc.optional()
    };
    let doc = doc().map_err(from_sqlite)?;
    doc.map(|doc| decode(WHAT, &doc)).transpose()
}

pub(super) fn put(
    db: &Connection,
    integration: &str,
    connector: &str,
    cursor: &Cursor,
) -> Result<()> {
    let stored = || {
        let mut statement = db.prepare_cached(VERSION)?;
        let version = statement.query_row((integration, connector), |row| row.get::<_, u64>(0));
        version.optional()
    };
    let stored = stored().map_err(from_sqlite)?.unwrap_or(0);
    if stored + 1 != cursor.version {
        let why = format!("the cursor of {integration} has moved on: somebody else asks");
        return Err(Error::new(ErrorKind::Conflict, why));
    }
    let doc = encode(WHAT, cursor)?;
    let put = || {
        let values = (integration, connector, cursor.version, &doc);
        db.prepare_cached(PUT)?.execute(values)
    };
    put().map(drop).map_err(from_sqlite)
}
