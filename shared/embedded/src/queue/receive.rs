//! Giving messages out, and taking back what became of them.

use deskbridge_core::ports::Delivery;
use deskbridge_core::{Result, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::{MAX_AWAY, Name};
use crate::error::from_sqlite;

const VISIBLE: &str = "SELECT position, receives, body FROM messages INDEXED BY messages_to_receive
    WHERE queue = ?1 AND head = 1 AND (visible_at <= ?2 OR visible_at > ?3)
    ORDER BY position LIMIT ?4";
const TAKE: &str = "UPDATE messages SET receives = ?2, visible_at = ?3 WHERE position = ?1";
const DELETE: &str = "DELETE FROM messages
    WHERE position = ?1 AND receives = ?2 AND queue = ?3 RETURNING grp";
const NEXT_HEAD: &str = "UPDATE messages SET head = 1 WHERE position =
    (SELECT min(position) FROM messages WHERE queue = ?1 AND grp = ?2)";
const RELEASE: &str = "UPDATE messages SET visible_at = ?4
    WHERE position = ?1 AND receives = ?2 AND queue = ?3";

/// One message as it was taken by one receive: the next receive of it makes this one outdated.
struct Receipt {
    position: i64,
    receives: u32,
}

pub(super) fn receive(
    db: &Connection,
    name: Name,
    max: usize,
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<Delivery>> {
    let receive = || {
        let visible = visible(db, name, max, now)?;
        let mut take = db.prepare_cached(TAKE)?;
        let mut deliveries = Vec::with_capacity(visible.len());
        for (position, received, body) in visible {
            let receives = received.saturating_add(1);
            take.execute((position, receives, until.as_millis()))?;
            deliveries.push(Delivery {
                body,
                receipt: format!("{position}:{receives}"),
                receives,
            });
        }
        Ok(deliveries)
    };
    receive().map_err(from_sqlite)
}

/// Makes everything that is in flight or delayed visible.
pub(crate) fn free_messages(db: &Connection, now: Timestamp) -> Result<usize> {
    let free = "UPDATE messages SET visible_at = 0 WHERE visible_at > ?1";
    db.execute(free, [now.as_millis()]).map_err(from_sqlite)
}

/// Returns whether another message of the same group may be receivable now.
pub(super) fn delete(db: &Connection, name: Name, receipt: &str) -> Result<bool> {
    let Some(Receipt { position, receives }) = Receipt::parse(receipt) else {
        return Ok(false);
    };
    let delete = || {
        let mut statement = db.prepare_cached(DELETE)?;
        let group: Option<Option<String>> = statement
            .query_row((position, receives, name as i64), |row| row.get(0))
            .optional()?;
        let Some(Some(group)) = group else {
            return Ok(false);
        };
        let next = db
            .prepare_cached(NEXT_HEAD)?
            .execute((name as i64, group))?;
        Ok(next == 1)
    };
    delete().map_err(from_sqlite)
}

/// Returns whether there was something to release.
pub(super) fn release(db: &Connection, name: Name, receipt: &str, at: Timestamp) -> Result<bool> {
    let Some(Receipt { position, receives }) = Receipt::parse(receipt) else {
        return Ok(false);
    };
    let values = (position, receives, name as i64, at.as_millis());
    let release = || db.prepare_cached(RELEASE)?.execute(values);
    release().map(|rows| rows == 1).map_err(from_sqlite)
}

impl Receipt {
    fn parse(receipt: &str) -> Option<Self> {
        let (position, receives) = receipt.split_once(':')?;
        Some(Self {
            position: position.parse().ok()?,
            receives: receives.parse().ok()?,
        })
    }
}

type Visible = (i64, u32, String);

fn visible(
    db: &Connection,
    name: Name,
    max: usize,
    now: Timestamp,
) -> rusqlite::Result<Vec<Visible>> {
    let mut statement = db.prepare_cached(VISIBLE)?;
    let too_late = (now + MAX_AWAY).as_millis();
    let max = i64::try_from(max).unwrap_or(i64::MAX);
    let rows = statement.query_map((name as i64, now.as_millis(), too_late, max), |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    rows.collect()
}
