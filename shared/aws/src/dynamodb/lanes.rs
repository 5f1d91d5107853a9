//! The lane of an order key: who may go, and who is woken next.
//!
//! A claim must see what stands before it, be seen by what comes after it, and know an action that
//! was settled long ago; no single item can hold all three without growing with every action. So a
//! lane is an item, there only while one of its actions is unsettled, and a row is an item; each
//! step guesses what both hold, and writes both as one transaction under the condition that the
//! guess is right. A wrong guess comes back with the items as they are, and is the read as well.
//!
//! | step | requests |
//! |---|---|
//! | claim of a new action in an empty lane | 1; of up to ten such together, 1 |
//! | settle with nobody waiting, entities included | 1 |
//! | repeat of a message about a settled, parked, held or delayed action | 1 |
//! | claim behind another action, claim of a later attempt | 2 |
//! | settle that wakes the next one, or leaves others in line | 3, or 2 |
//!
//! A claim that reads its lane first and then puts one row would be cheaper by the unit (each item
//! of a transaction counts twice), and dearer by a request and its delay; and it would have to undo
//! what it wrote when two claims meet. The lane's text and the row's are compared whole: equal text
//! means an equal decision, so there is no version to count.
//!
//! What keeps every waiting action from being stranded is in `line.rs` and in core: it waits only
//! while another one blocks, and the settle that ends this is the same write that wakes it.

use aws_sdk_dynamodb::types::TransactWriteItem;
use deskbridge_core::action::ActionRecord;
use deskbridge_core::link::EntityChange;
use deskbridge_core::{Error, ErrorKind, Result};

use super::Db;
use super::actions::{self, FENCE};
use super::entities::{Update, updates};
use super::item::{DOC, Item, bounded, keyed, n, number, s, text};
use super::line::Line;
use super::write::{Condition, Reason, TRIES, Written, check, delete, pause, put, too_busy, write};

const LINE: &str = "line";

pub(super) async fn settle(
    db: &Db,
    record: &ActionRecord,
    changes: Vec<EntityChange>,
) -> Result<Option<ActionRecord>> {
    let mut entities = updates(&record.action.integration, changes);
    // As the claim left it, if nobody came since.
    let mut line = Line::alone(&record.action.id).text()?;
    for tries in 0..TRIES {
        let (woken, writes) = plan_settle(db, record, line.as_deref(), &entities).await?;
        let reasons = match write(db, writes).await? {
            Written::Done => return Ok(woken),
            Written::Refused(reasons) => reasons,
        };
        pause(&reasons, tries).await;
        let mut reasons = reasons.into_iter();
        if let Some(Reason::Refused(found)) = reasons.next() {
            line = line_text(found);
        }
        if let Some(Reason::Refused(found)) = reasons.next() {
            return Err(stale(&record.action.id, found.as_ref()));
        }
        let reasons = reasons.skip(usize::from(woken.is_some()));
        for (entity, reason) in entities.iter_mut().zip(reasons) {
            entity.learn(&reason);
        }
        entities.retain(|entity| !entity.is_empty());
    }
    Err(too_busy("a lane"))
}

/// Returns the action to wake and the writes: the lane, the row, the woken one, the entities.
async fn plan_settle(
    db: &Db,
    record: &ActionRecord,
    seen: Option<&str>,
    entities: &[Update],
) -> Result<(Option<ActionRecord>, Vec<TransactWriteItem>)> {
    let mut line = Line::read(seen)?;
    line.settled(record);
    let next = match record.blocks() {
        true => None,
        false => line.wake_next(),
    };
    let held = Condition::is(FENCE, n(record.fence));
    let settled = ActionRecord {
        fence: record.fence + 1,
        ..record.clone()
    };
    let mut writes = vec![
        write_line(db, &record.action.order_key, seen, &line)?,
        put_row(db, &settled, held)?,
    ];
    let mut woken = None;
    if let Some(next) = next {
        let found = actions::with_id(db, &next).await?;
        let mut row = found.ok_or_else(|| lost(&next))?;
        row.record.wake(record.updated_at);
        let unchanged = Condition::unchanged(DOC, Some(&row.text));
        writes.push(put_row(db, &row.record, unchanged)?);
        woken = Some(row.record);
    }
    for entity in entities {
        writes.push(entity.write(&db.tables.state)?);
    }
    Ok((woken, writes))
}

pub(super) fn write_line(
    db: &Db,
    order_key: &str,
    seen: Option<&str>,
    line: &Line,
) -> Result<TransactWriteItem> {
    let (table, pk) = (&db.tables.state, bounded(format!("lane#{order_key}")));
    let unchanged = Condition::unchanged(LINE, seen);
    match line.text()? {
        Some(text) if Some(text.as_str()) == seen => check(table, &pk, unchanged),
        Some(text) => {
            let mut item = keyed(pk);
            item.insert(LINE.to_owned(), s(text));
            put(table, item, unchanged)
        }
        None if seen.is_none() => check(table, &pk, unchanged),
        None => delete(table, &pk, unchanged),
    }
}

pub(super) fn put_row(
    db: &Db,
    record: &ActionRecord,
    condition: Condition,
) -> Result<TransactWriteItem> {
    put(&db.tables.state, actions::item(record)?, condition)
}

pub(super) fn line_text(found: Option<Item>) -> Option<String> {
    found.and_then(|item| text(&item, LINE).map(str::to_owned))
}

fn stale(id: &str, found: Option<&Item>) -> Error {
    let newer = found.and_then(|item| number::<u64>(item, FENCE));
    tracing::debug!(action.id = %id, newer, "settle refused");
    Error::new(
        ErrorKind::Conflict,
        format!("action {id} is held by somebody newer"),
    )
}

fn lost(id: &str) -> Error {
    Error::new(
        ErrorKind::Malformed,
        format!("action {id} is in line and has no row"),
    )
}
