//! Events: written once, then only counted on.

use deskbridge_core::event::EventRecord;
use deskbridge_core::ports::{EventFilter, Recorded};
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter, types::Value};

use crate::error::{decode, encode, from_sqlite};

const WHAT: &str = "event";
const INSERT: &str = "INSERT INTO events
    (id, integration, subject_id, received_at, decision, duplicates, last_duplicate_at, doc)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING";
const COUNT: &str = "UPDATE events SET duplicates = duplicates + 1,
    last_duplicate_at = max(coalesce(last_duplicate_at, ?2), ?2) WHERE id = ?1";

const REDECIDE: &str = "UPDATE events SET subject_id = ?2, decision = ?3, doc = ?4 WHERE id = ?1";

/// The document as written, and what has been counted since.
struct Stored {
    doc: String,
    duplicates: u32,
    last_duplicate_at: Option<i64>,
}

pub(super) fn record(db: &Connection, event: &EventRecord) -> Result<Recorded> {
    let doc = encode(WHAT, event)?;
    if insert(db, event, &doc).map_err(from_sqlite)? {
        return Ok(Recorded::New);
    }
    let before = with_id(db, &event.id)?.ok_or_else(|| {
        let why = "an event vanished while it was read";
        Error::new(ErrorKind::Unavailable, why)
    })?;
    Ok(Recorded::Before(Box::new(before)))
}

pub(super) fn with_id(db: &Connection, id: &str) -> Result<Option<EventRecord>> {
    let query = "SELECT doc, duplicates, last_duplicate_at FROM events WHERE id = ?1";
    let stored = || {
        let mut statement = db.prepare_cached(query)?;
        statement.query_row([id], stored).optional()
    };
    let stored = stored().map_err(from_sqlite)?;
    stored.map(read).transpose()
}

pub(super) fn redecide(db: &Connection, event: &EventRecord) -> Result<()> {
    let stored = with_id(db, &event.id)?;
    if stored.map(|stored| stored.replays + 1) != Some(event.replays) {
        let id = &event.id;
        let why = format!("event {id} was replayed by somebody else: look at it again");
        return Err(Error::new(ErrorKind::Conflict, why));
    }
    let doc = encode(WHAT, event)?;
    let subject = event.subject.as_ref().map(|subject| &subject.id);
    let values = (&event.id, subject, event.decision.word(), &doc);
    let write = || db.prepare_cached(REDECIDE)?.execute(values);
    write().map(drop).map_err(from_sqlite)
}

pub(super) fn count_duplicate(db: &Connection, id: &str, at: Timestamp) -> Result<()> {
    let count = || db.prepare_cached(COUNT)?.execute((id, at.as_millis()));
    count().map(drop).map_err(from_sqlite)
}

pub(super) fn list(db: &Connection, filter: &EventFilter) -> Result<Vec<EventRecord>> {
    let (query, values) = query(filter);
    let rows = || {
        let mut statement = db.prepare_cached(&query)?;
        let rows = statement.query_map(params_from_iter(values), stored)?;
        rows.collect::<rusqlite::Result<Vec<_>>>()
    };
    let rows = rows().map_err(from_sqlite)?;
    rows.into_iter().map(read).collect()
}

fn insert(db: &Connection, event: &EventRecord, doc: &str) -> rusqlite::Result<bool> {
    let inserted = db.prepare_cached(INSERT)?.execute((
        &event.id,
        &event.integration,
        event.subject.as_ref().map(|subject| &subject.id),
        event.received_at.as_millis(),
        event.decision.word(),
        event.duplicates,
        event.last_duplicate_at.map(Timestamp::as_millis),
        doc,
    ))?;
    Ok(inserted == 1)
}

/// One of a few fixed statements, so that each is prepared once. Each names its index: left alone,
/// SQLite reads a whole integration to find one ticket.
fn query(filter: &EventFilter) -> (String, Vec<Value>) {
    let mut index = "events_by_time";
    let mut conditions = vec!["1"];
    let mut values = Vec::new();
    if let Some(integration) = &filter.integration {
        index = "events_by_integration";
        conditions.push("integration = ?");
        values.push(integration.clone().into());
    }
    if let Some(subject_id) = &filter.subject_id {
        index = "events_by_subject";
        conditions.push("subject_id = ?");
        values.push(subject_id.clone().into());
    }
    if let Some((at, id)) = &filter.before {
        conditions.push("(received_at, id) < (?, ?)");
        values.extend([at.as_millis().into(), id.clone().into()]);
    }
    values.push(i64::try_from(filter.limit).unwrap_or(i64::MAX).into());
    let conditions = conditions.join(" AND ");
    let query = format!(
        "SELECT doc, duplicates, last_duplicate_at FROM events INDEXED BY {index}
         WHERE {conditions} ORDER BY received_at DESC, id DESC LIMIT ?"
    );
    (query, values)
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored {
        doc: row.get(0)?,
        duplicates: row.get(1)?,
        last_duplicate_at: row.get(2)?,
    })
}

fn read(stored: Stored) -> Result<EventRecord> {
    let event: EventRecord = decode(WHAT, &stored.doc)?;
    Ok(EventRecord {
        duplicates: stored.duplicates,
        last_duplicate_at: stored.last_duplicate_at.map(Timestamp::from_millis),
        ..event
    })
}
