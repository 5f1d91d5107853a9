//! Counts, taken from the rows themselves: a running counter could not show that one is missing.

use std::collections::BTreeMap;

use deskbridge_core::Result;
use deskbridge_core::ports::Tally;
use rusqlite::Connection;

use super::actions::{PARKED, is_open};
use crate::error::from_sqlite;

pub(super) fn tally(db: &Connection) -> Result<Tally> {
    count(db).map_err(from_sqlite)
}

fn count(db: &Connection) -> rusqlite::Result<Tally> {
    // All counts are of one moment, or their sums would not meet.
    let moment = db.unchecked_transaction()?;
    let decisions = by_word(
        &moment,
        "SELECT decision, count(*) FROM events GROUP BY decision",
    )?;
    let states = by_word(
        &moment,
        "SELECT state, count(*) FROM actions GROUP BY state",
    )?;
    let duplicates = "SELECT coalesce(sum(duplicates), 0) FROM events WHERE duplicates > 0";
    let duplicates = moment
        .prepare_cached(duplicates)?
        .query_row([], |row| row.get(0))?;
    let mut actions = BTreeMap::new();
    for (state, n) in states {
        let word = match state.as_str() {
            PARKED => state,
            open if is_open(open) => "open".to_owned(),
            _ => state,
        };
        *actions.entry(word).or_default() += n;
    }
    Ok(Tally {
        events: decisions.values().sum(),
        duplicates,
        decisions,
        actions,
    })
}

fn by_word(db: &Connection, query: &str) -> rusqlite::Result<BTreeMap<String, u64>> {
    let mut statement = db.prepare_cached(query)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}
