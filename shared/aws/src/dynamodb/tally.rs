//! Counts, taken from the rows themselves: a running counter could not show that one is missing,
//! and would cost every event a second write. Reading both tables is bounded by their retention,
//! and only a person asks for it.

use deskbridge_core::Result;
use deskbridge_core::ports::Tally;

use super::Db;
use super::actions::WORD;
use super::events::{DECISION, DUPLICATES};
use super::item::{number, text};
use super::read::scan;

pub(super) async fn tally(db: &Db) -> Result<Tally> {
    let mut tally = Tally::default();
    scan(db, &db.tables.history, &[DECISION, DUPLICATES], |item| {
        let Some(decision) = text(&item, DECISION) else {
            return;
        };
        tally.events += 1;
        tally.duplicates += number::<u64>(&item, DUPLICATES).unwrap_or(0);
        *tally.decisions.entry(decision.to_owned()).or_default() += 1;
    })
    .await?;
    scan(db, &db.tables.state, &[WORD], |item| {
        if let Some(word) = text(&item, WORD) {
            *tally.actions.entry(word.to_owned()).or_default() += 1;
        }
    })
    .await?;
    Ok(tally)
}
