//! Taking a message in.

use std::time::Duration;

use deskbridge_core::ports::{Message, Sent};
use deskbridge_core::{Result, Timestamp};
use rusqlite::Connection;

use super::Name;
use crate::error::from_sqlite;

/// How long a group remembers an id.
const MEMORY: Duration = Duration::from_secs(5 * 60);
/// How many forgotten ids each send clears away: more than the one it adds.
const CLEARED_PER_SEND: i64 = 4;

const INSERT: &str = "INSERT INTO messages
    (queue, head, visible_at, receives, grp, message_id, body) VALUES (?1, ?2, 0, 0, ?3, ?4, ?5)";
const GROUP_HAS_ANY: &str = "SELECT 1 FROM messages WHERE queue = ?1 AND grp = ?2";
const WAITS_WITH_ID: &str =
    "SELECT 1 FROM messages WHERE queue = ?1 AND message_id = ?2 AND grp IS NULL";
// Remembered on both sides of now: after the clock was set back, an id from "the future" must not
// swallow messages until that future comes.
const REMEMBERED: &str = "SELECT 1 FROM sent_ids
    WHERE queue = ?1 AND grp = ?2 AND id = ?3 AND abs(sent_at - ?4) < ?5";
const REMEMBER: &str =
    "INSERT OR REPLACE INTO sent_ids (queue, grp, id, sent_at) VALUES (?1, ?2, ?3, ?4)";
const CLEAR: &str = "DELETE FROM sent_ids
    WHERE rowid IN (SELECT rowid FROM sent_ids ORDER BY rowid LIMIT ?1)
        AND abs(sent_at - ?2) >= ?3";

pub(super) fn send(db: &Connection, name: Name, message: &Message, now: Timestamp) -> Result<Sent> {
    let sent = match &message.group {
        Some(group) => to_group(db, name, group, message, now),
        None => to_all(db, name, message),
    };
    sent.map_err(from_sqlite)
}

fn to_group(
    db: &Connection,
    name: Name,
    group: &str,
    message: &Message,
    now: Timestamp,
) -> rusqlite::Result<Sent> {
    let (queue, now, memory) = (name as i64, now.as_millis(), MEMORY.as_millis() as i64);
    if let Some(id) = &message.id {
        if exists(db, REMEMBERED, (queue, group, id, now, memory))? {
            return Ok(Sent::Known);
        }
        db.prepare_cached(REMEMBER)?
            .execute((queue, group, id, now))?;
        db.prepare_cached(CLEAR)?
            .execute((CLEARED_PER_SEND, now, memory))?;
    }
    let head = !exists(db, GROUP_HAS_ANY, (queue, group))?;
    insert(db, name, message, head)?;
    Ok(Sent::New)
}

fn to_all(db: &Connection, name: Name, message: &Message) -> rusqlite::Result<Sent> {
    let known = match &message.id {
        Some(id) => is_recorded(db, name, id)? || exists(db, WAITS_WITH_ID, (name as i64, id))?,
        None => false,
    };
    insert(db, name, message, true)?;
    Ok(if known { Sent::Known } else { Sent::New })
}

/// The ids of inbound messages are those of events.
fn is_recorded(db: &Connection, name: Name, id: &str) -> rusqlite::Result<bool> {
    match name {
        Name::Inbound => exists(db, "SELECT 1 FROM events WHERE id = ?1", [id]),
        Name::Outbound => Ok(false),
    }
}

fn insert(db: &Connection, name: Name, message: &Message, head: bool) -> rusqlite::Result<()> {
    let Message { body, group, id } = message;
    let values = (name as i64, head, group, id, body);
    db.prepare_cached(INSERT)?.execute(values).map(drop)
}

fn exists(db: &Connection, query: &str, values: impl rusqlite::Params) -> rusqlite::Result<bool> {
    db.prepare_cached(query)?.exists(values)
}
