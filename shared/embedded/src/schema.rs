//! The tables, and how a file of an older version gets them.

use deskbridge_core::{Error, ErrorKind, Result};
use rusqlite::Connection;

use crate::error::from_sqlite;

/// One script per version; a file at version n has had the first n.
const MIGRATIONS: [&str; 4] = [
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
];

/// Brings the file up to this build's version, all or nothing.
pub(crate) fn migrate(db: &mut Connection) -> Result<()> {
    let found: usize = db
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(from_sqlite)?;
    let Some(missing) = MIGRATIONS.get(found..) else {
        return Err(newer(found));
    };
    if missing.is_empty() {
        return Ok(());
    }
    let transaction = db.transaction().map_err(from_sqlite)?;
    for script in missing {
        transaction.execute_batch(script).map_err(from_sqlite)?;
    }
    transaction
        .pragma_update(None, "user_version", MIGRATIONS.len())
        .map_err(from_sqlite)?;
    transaction.commit().map_err(from_sqlite)
}

fn newer(found: usize) -> Error {
    let known = MIGRATIONS.len();
    Error::new(
        ErrorKind::Misconfigured,
        format!(
            "the database was written by a newer Deskbridge (format {found}, this one knows up to {known}): start that version, or restore a backup"
        ),
    )
}
