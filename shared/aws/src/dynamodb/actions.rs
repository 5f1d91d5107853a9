//! Action rows: how they are written, and the lists over them.

use deskbridge_core::action::{ActionRecord, Stage};
use deskbridge_core::{Result, Timestamp};
use futures::future::try_join_all;

use super::Db;
use super::item::{DOC, Item, SHARDS, doc, epoch, keyed, millis, n, number, pk, s, shard};
use super::read::{Range, get, get_all, query};
use super::tables::{BY_CREDENTIAL, BY_EVENT, EXPIRES_AT, Index, QUEUE_RETENTION, RETENTION, TODO};
use super::write::{Condition, TRIES, Written, pause, put, too_busy, write};
use crate::error::{decode, encode};

const WHAT: &str = "action";
const PARKED: &str = "parked";
pub(super) const FENCE: &str = "fence";
/// For the counts: `open`, `parked` or the outcome's word.
pub(super) const WORD: &str = "word";
const NO_LIMIT: usize = usize::MAX;

/// An action's row as it was read: the text is what a later write compares.
pub(super) struct Row {
    pub(super) text: String,
    pub(super) record: ActionRecord,
    expires_at: Option<i64>,
}

impl Row {
    pub(super) fn read(item: &Item) -> Result<Self> {
        let text = doc(WHAT, item)?.to_owned();
        Ok(Self {
            record: decode(WHAT, &text)?,
            text,
            expires_at: number(item, EXPIRES_AT),
        })
    }

    /// Whether it is only still there because the service has not removed it yet.
    pub(super) fn expired(&self, now: Timestamp) -> bool {
        self.expires_at
            .is_some_and(|at| at <= now.as_millis().div_euclid(1000))
    }
}

pub(super) fn key(id: &str) -> String {
    format!("action#{id}")
}

pub(super) async fn with_id(db: &Db, id: &str) -> Result<Option<Row>> {
    let item = get(db, &db.tables.state, &key(id)).await?;
    item.as_ref().map(Row::read).transpose()
}

pub(super) fn item(record: &ActionRecord) -> Result<Item> {
    let action = &record.action;
    let mut item = keyed(key(&action.id));
    let mut set = |name: &str, value| drop(item.insert(name.to_owned(), value));
    set(DOC, s(encode(WHAT, record)?));
    set(FENCE, n(record.fence));
    set(WORD, s(word(record)));
    set(BY_EVENT.partition, s(&action.event_id));
    if let Some((list, at)) = todo(record) {
        set(TODO.partition, s(list));
        set("todo_at", millis(at));
    }
    if let Some(credential) = &record.waits_for {
        set(BY_CREDENTIAL.partition, s(credential));
    }
    if record.is_settled() {
        // As long as its event is known, and as long as a message about it may be alive.
        let event = action.received_at + RETENTION;
        let message = record.updated_at + QUEUE_RETENTION;
        set(EXPIRES_AT, epoch(event.max(message)));
    }
    Ok(item)
}

pub(super) async fn of_event(db: &Db, event_id: &str) -> Result<Vec<ActionRecord>> {
    list(db, BY_EVENT, event_id, NO_LIMIT).await
}

/// The longest parked first.
pub(super) async fn parked(db: &Db, limit: usize) -> Result<Vec<ActionRecord>> {
    let mut parked = list(db, TODO, PARKED, limit).await?;
    parked.retain(|record| matches!(record.stage, Stage::Parked { .. }));
    Ok(parked)
}

pub(super) async fn due(db: &Db, now: Timestamp, limit: usize) -> Result<Vec<ActionRecord>> {
    let shards = (0..SHARDS).map(|shard| {
        let range = Range {
            bound: Some(("<=", millis(now))),
            ..range(db, TODO, due_list(shard))
        };
        query(db, range, limit)
    });
    let mut found: Vec<_> = try_join_all(shards).await?.into_iter().flatten().collect();
    found.sort_by_cached_key(|item| (number::<i64>(item, "todo_at"), pk(item).to_owned()));
    found.truncate(limit);
    let mut due = rows(db, &found).await?;
    // The index may lag behind a row that was claimed or settled since.
    due.retain(|record| due_at(record).is_some_and(|at| at <= now));
    Ok(due)
}

/// Makes the rows due that wait for the credential; one that went on meanwhile is left alone.
pub(super) async fn wake(db: &Db, credential: &str, now: Timestamp) -> Result<()> {
    let waiting = range(db, BY_CREDENTIAL, credential.to_owned());
    let waiting = query(db, waiting, NO_LIMIT).await?;
    for found in &waiting {
        wake_one(db, pk(found), credential, now).await?;
    }
    Ok(())
}

async fn wake_one(db: &Db, pk: &str, credential: &str, now: Timestamp) -> Result<()> {
    let table = &db.tables.state;
    for tries in 0..TRIES {
        let Some(found) = get(db, table, pk).await? else {
            return Ok(());
        };
        let mut row = Row::read(&found)?;
        if row.record.waits_for.as_deref() != Some(credential) {
            return Ok(());
        }
        row.record.wake(now);
        let unchanged = Condition::unchanged(DOC, Some(&row.text));
        let woken = put(table, item(&row.record)?, unchanged)?;
        match write(db, vec![woken]).await? {
            Written::Done => return Ok(()),
            Written::Refused(reasons) => pause(&reasons, tries).await,
        }
    }
    Err(too_busy("an action"))
}

async fn list(db: &Db, index: Index, value: &str, limit: usize) -> Result<Vec<ActionRecord>> {
    let found = query(db, range(db, index, value.to_owned()), limit).await?;
    rows(db, &found).await
}

fn range(db: &Db, index: Index, partition: String) -> Range<'_> {
    Range {
        table: &db.tables.state,
        index,
        partition,
        bound: None,
        newest_first: false,
    }
}

/// The rows behind index entries, in their order.
async fn rows(db: &Db, found: &[Item]) -> Result<Vec<ActionRecord>> {
    let keys = found.iter().map(|item| pk(item).to_owned()).collect();
    let items = get_all(db, &db.tables.state, keys).await?;
    let items = found.iter().filter_map(|item| items.get(pk(item)));
    items
        .map(|item| Row::read(item).map(|row| row.record))
        .collect()
}

/// The list that a row is in until something is done about it, and since when or from when.
fn todo(record: &ActionRecord) -> Option<(String, Timestamp)> {
    match record.stage {
        Stage::Parked { .. } => Some((PARKED.to_owned(), record.updated_at)),
        _ => due_at(record).map(|at| (due_list(shard(&record.action.id)), at)),
    }
}

/// What is settled, or left to a person, is never due, whatever its document says.
fn due_at(record: &ActionRecord) -> Option<Timestamp> {
    let rests = matches!(record.stage, Stage::Settled(_) | Stage::Parked { .. });
    record.due_at.filter(|_| !rests)
}

fn due_list(shard: u64) -> String {
    format!("due#{shard}")
}

fn word(record: &ActionRecord) -> &'static str {
    match &record.stage {
        Stage::Settled(outcome) => outcome.word(),
        Stage::Parked { .. } => PARKED,
        _ => "open",
    }
}
