//! The lane of an order key: who may go, and who is woken next.
//!
//! What keeps every waiting action from being stranded: it waits only while an earlier row of its
//! lane blocks; only `settle` ends that; and then the first waiting one is woken unless another
//! row before it still blocks, whose own end will wake it. Rows behind a waiting one are behind
//! that one, since a waiting row blocks too.

use deskbridge_core::action::{Action, ActionRecord, Claim};
use deskbridge_core::link::EntityChange;
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use super::{actions, entities};
use crate::error::from_sqlite;

const END_OF_LANE: i64 = i64::MAX;
const FIRST_BLOCKER: &str = "SELECT id FROM actions INDEXED BY actions_in_lane
    WHERE order_key = ?1 AND blocks = 1 AND position < ?2 ORDER BY position LIMIT 1";
const FIRST_WAITING: &str = "SELECT position FROM actions INDEXED BY actions_in_lane
    WHERE order_key = ?1 AND blocks = 1 AND state = 'waiting' ORDER BY position LIMIT 1";

pub(super) fn claim(db: &Connection, action: Action, now: Timestamp) -> Result<Claim> {
    let Some((position, stored)) = actions::in_lane(db, &action.id)? else {
        let behind = blocker(db, &action.order_key, END_OF_LANE)?;
        let mut record = ActionRecord::new(action, now);
        let claim = record.claim(now, behind);
        // Also when it is behind: later claims must see it in line.
        actions::insert(db, &record)?;
        return Ok(claim);
    };
    let behind = blocker(db, &stored.action.order_key, position)?;
    let mut record = stored.clone();
    let claim = record.claim(now, behind);
    if record != stored {
        actions::update(db, &record)?;
    }
    Ok(claim)
}

pub(super) fn settle(
    db: &Connection,
    record: &ActionRecord,
    changes: Vec<EntityChange>,
) -> Result<Option<ActionRecord>> {
    let action = &record.action;
    if fence(db, &action.id)? != Some(record.fence) {
        return Err(stale(&action.id));
    }
    entities::change(db, &action.integration, changes)?;
    let fence = record.fence + 1;
    let stored = ActionRecord {
        fence,
        ..record.clone()
    };
    actions::update(db, &stored)?;
    if record.blocks() {
        return Ok(None);
    }
    wake_next(db, &action.order_key, record.updated_at)
}

fn wake_next(db: &Connection, lane: &str, now: Timestamp) -> Result<Option<ActionRecord>> {
    let waiting = || {
        let mut statement = db.prepare_cached(FIRST_WAITING)?;
        let position = statement.query_row([lane], |row| row.get::<_, i64>(0));
        position.optional()
    };
    let Some(position) = waiting().map_err(from_sqlite)? else {
        return Ok(None);
    };
    if blocker(db, lane, position)?.is_some() {
        return Ok(None);
    }
    let at = "SELECT doc FROM actions WHERE position = ?1";
    let Some(mut next) = actions::one(db, at, [position])? else {
        return Ok(None);
    };
    next.wake(now);
    actions::update(db, &next)?;
    Ok(Some(next))
}

/// Returns the earliest action before `position` that later ones must wait for.
fn blocker(db: &Connection, lane: &str, position: i64) -> Result<Option<String>> {
    let blocker = || {
        let mut statement = db.prepare_cached(FIRST_BLOCKER)?;
        let id = statement.query_row((lane, position), |row| row.get(0));
        id.optional()
    };
    blocker().map_err(from_sqlite)
}

fn fence(db: &Connection, id: &str) -> Result<Option<u64>> {
    let fence = || {
        let mut statement = db.prepare_cached("SELECT fence FROM actions WHERE id = ?1")?;
        let fence = statement.query_row([id], |row| row.get(0));
        fence.optional()
    };
    fence().map_err(from_sqlite)
}

fn stale(id: &str) -> Error {
    Error::new(
        ErrorKind::Conflict,
        format!("action {id} is held by somebody newer"),
    )
}
