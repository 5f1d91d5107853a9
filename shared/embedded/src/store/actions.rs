//! Action rows: how they are written, and the lists over them.

use deskbridge_core::action::{ActionRecord, Stage};
use deskbridge_core::{Result, Timestamp};
use rusqlite::{Connection, OptionalExtension, Params};

use crate::error::{decode, encode, from_sqlite};

const WHAT: &str = "action";
pub(super) const PARKED: &str = "parked";
/// Behind another action of its lane: nothing but a wake brings it on.
const WAITING: &str = "waiting";

const INSERT: &str = "INSERT INTO actions
    (id, event_id, order_key, state, blocks, fence, due_at, waits_for, doc)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const UPDATE: &str = "UPDATE actions
    SET state = ?2, blocks = ?3, fence = ?4, due_at = ?5, waits_for = ?6, doc = ?7 WHERE id = ?1";
const STRANDED: &str = "SELECT doc FROM actions AS waiting
    WHERE state = 'waiting' AND NOT EXISTS (
        SELECT 1 FROM actions AS earlier INDEXED BY actions_in_lane
        WHERE earlier.order_key = waiting.order_key AND earlier.position < waiting.position
            AND earlier.blocks = 1)
    ORDER BY position LIMIT ?1";

pub(super) fn with_id(db: &Connection, id: &str) -> Result<Option<ActionRecord>> {
    one(db, "SELECT doc FROM actions WHERE id = ?1", [id])
}

/// Returns the record and its place among all actions.
pub(super) fn in_lane(db: &Connection, id: &str) -> Result<Option<(i64, ActionRecord)>> {
    let found = || {
        let query = "SELECT position, doc FROM actions WHERE id = ?1";
        let mut statement = db.prepare_cached(query)?;
        let found = statement.query_row([id], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)));
        found.optional()
    };
    let found = found().map_err(from_sqlite)?;
    found
        .map(|(position, doc)| Ok((position, decode(WHAT, &doc)?)))
        .transpose()
}

/// In the order in which they were first claimed.
pub(super) fn of_event(db: &Connection, event_id: &str) -> Result<Vec<ActionRecord>> {
    let query = "SELECT doc FROM actions WHERE event_id = ?1 ORDER BY position";
    many(db, query, [event_id])
}

pub(super) fn due(db: &Connection, now: Timestamp, limit: usize) -> Result<Vec<ActionRecord>> {
    let query = "SELECT doc FROM actions WHERE due_at <= ?1 ORDER BY due_at, position LIMIT ?2";
    let mut due = many(db, query, (now.as_millis(), rows(limit)))?;
    let stranded = many(db, STRANDED, [rows(limit - due.len().min(limit))])?;
    for record in &stranded {
        tracing::warn!(action.id = %record.action.id, "action waits for nothing");
    }
    due.extend(stranded);
    Ok(due)
}

pub(super) fn parked(db: &Connection, limit: usize) -> Result<Vec<ActionRecord>> {
    let query = "SELECT doc FROM actions WHERE state = 'parked' ORDER BY position LIMIT ?1";
    many(db, query, [rows(limit)])
}

pub(super) fn one(
    db: &Connection,
    query: &str,
    values: impl Params,
) -> Result<Option<ActionRecord>> {
    let doc = || {
        let mut statement = db.prepare_cached(query)?;
        let doc = statement.query_row(values, |row| row.get::<_, String>(0));
        doc.optional()
    };
    let doc = doc().map_err(from_sqlite)?;
    doc.map(|doc| decode(WHAT, &doc)).transpose()
}

pub(super) fn many(db: &Connection, query: &str, values: impl Params) -> Result<Vec<ActionRecord>> {
    let docs = || {
        let mut statement = db.prepare_cached(query)?;
        let rows = statement.query_map(values, |row| row.get(0))?;
        rows.collect::<rusqlite::Result<Vec<String>>>()
    };
    let docs = docs().map_err(from_sqlite)?;
    docs.iter().map(|doc| decode(WHAT, doc)).collect()
}

/// Adds the record at the end of its lane.
pub(super) fn insert(db: &Connection, record: &ActionRecord) -> Result<()> {
    let doc = encode(WHAT, record)?;
    let action = &record.action;
    let insert = || {
        let values = (
            &action.id,
            &action.event_id,
            &action.order_key,
            state(record),
            record.blocks(),
            record.fence,
            due_at(record),
            &record.waits_for,
            &doc,
        );
        db.prepare_cached(INSERT)?.execute(values)
    };
    insert().map(drop).map_err(from_sqlite)
}

/// Writes what has changed; the place in the lane stays.
pub(super) fn update(db: &Connection, record: &ActionRecord) -> Result<()> {
    let doc = encode(WHAT, record)?;
    let update = || {
        let values = (
            &record.action.id,
            state(record),
            record.blocks(),
            record.fence,
            due_at(record),
            &record.waits_for,
            &doc,
        );
        db.prepare_cached(UPDATE)?.execute(values)
    };
    update().map(drop).map_err(from_sqlite)
}

/// Ends the lease of every action that was being sent.
pub(crate) fn free_claims(db: &Connection, now: Timestamp) -> Result<()> {
    let query = "SELECT doc FROM actions WHERE state = 'sending'";
    for mut record in many(db, query, [])? {
        record.due_at = Some(now);
        update(db, &record)?;
    }
    Ok(())
}

pub(super) fn is_open(state: &str) -> bool {
    matches!(state, "ready" | WAITING | "sending" | "unknown")
}

fn state(record: &ActionRecord) -> &'static str {
    match &record.stage {
        // An unknown outcome can be behind as well: a person may send an earlier action again.
        Stage::Ready | Stage::Unknown { .. } if record.due_at.is_none() => WAITING,
        Stage::Ready => "ready",
        Stage::Sending => "sending",
        Stage::Unknown { .. } => "unknown",
        Stage::Parked { .. } => PARKED,
        Stage::Settled(outcome) => outcome.word(),
    }
}

/// What is settled, or left to a person, is never due, whatever its document says.
fn due_at(record: &ActionRecord) -> Option<i64> {
    let rests = matches!(record.stage, Stage::Settled(_) | Stage::Parked { .. });
    let due_at = record.due_at.filter(|_| !rests);
    due_at.map(Timestamp::as_millis)
}

fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
