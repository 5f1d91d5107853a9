//! Whether a credential may be used, and the actions that wait until it may.

use deskbridge_core::action::{ActionRecord, LEASE, Stage};
use deskbridge_core::ports::CredentialState;
use deskbridge_core::{Result, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::actions;
use crate::error::{decode, encode, from_sqlite};

const WHAT: &str = "credential state";
const PUT: &str = "INSERT OR REPLACE INTO credentials (name, doc) VALUES (?1, ?2)";
/// The search in the text spares reading documents that cannot be meant.
const MAY_WAIT: &str = "SELECT doc FROM actions
    WHERE due_at > ?1 AND state IN ('ready', 'unknown') AND instr(doc, ?2) > 0
    ORDER BY position";

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
    let why = format!("credential {name} is paused");
    let written = encode(WHAT, &why)?;
    let written = written.trim_matches('"');
    let candidates = actions::many(db, MAY_WAIT, (now.as_millis(), written))?;
    for mut record in candidates {
        if waits(&record, &why, now) {
            record.wake(now);
            actions::update(db, &record)?;
        }
    }
    Ok(())
}

/// A claim leaves the stage `Unknown` as it is: what falls due within one lease may be in
/// somebody's hands, and comes back by itself soon enough.
fn waits(record: &ActionRecord, why: &str, now: Timestamp) -> bool {
    let paused = record.history.last();
    let paused = paused.is_some_and(|step| step.what.starts_with(why));
    let held = matches!(record.stage, Stage::Unknown { .. })
        && record.due_at.is_some_and(|due| due <= now + LEASE);
    paused && !held
}
