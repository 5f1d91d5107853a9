//! Events: written once, in one request, then only counted on.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use deskbridge_core::event::EventRecord;
use deskbridge_core::ports::{EventFilter, Recorded};
use deskbridge_core::{Error, ErrorKind, Result, Timestamp};
use futures::future::try_join_all;

use super::Db;
use super::document::{self, Packed};
use super::item::{Item, SHARDS, bounded, epoch, keyed, millis, n, number, pk, s, shard, text};
use super::read::{Range, get, get_all, query};
use super::tables::{BY_INTEGRATION, BY_SUBJECT, BY_TIME, EXPIRES_AT, Index, KEY, RETENTION};
use super::write::{Condition, Reason, Written, change, put, too_busy, write};
use crate::error::{decode, encode, unavailable};

const WHAT: &str = "event";
pub(super) const PLACE: &str = "place";
pub(super) const DECISION: &str = "decision";
pub(super) const DUPLICATES: &str = "duplicates";
const REPLAYS: &str = "replays";
const LAST_DUPLICATE_AT: &str = "last_duplicate_at";

/// An event that is there although its time is over counts as gone: whether the service has removed
/// it already must make no difference.
pub(super) async fn record(db: &Db, event: &EventRecord) -> Result<Recorded> {
    let expired = Condition::absent_or(EXPIRES_AT, "<=", epoch(event.received_at));
    let expires = event.received_at + RETENTION;
    let document = Packed::new(encode(WHAT, event)?);
    let document = document.write(db, &db.tables.history, expires).await?;
    let event = put(&db.tables.history, item(event, document), expired)?;
    match write(db, vec![event]).await? {
        Written::Done => Ok(Recorded::New),
        Written::Refused(mut reasons) => match reasons.pop() {
            Some(Reason::Refused(Some(item))) => {
                let before = read(db, &item).await?;
                Ok(Recorded::Before(Box::new(before)))
            }
            _ => Err(too_busy("an event")),
        },
    }
}

/// Replaces the document and what is found by it; the counts stay where they are.
pub(super) async fn redecide(db: &Db, event: &EventRecord) -> Result<()> {
    let table = &db.tables.history;
    let expires = event.received_at + RETENTION;
    let packed = Packed::new(encode(WHAT, event)?);
    let mut set = packed.write(db, table, expires).await?;
    set.insert(DECISION.to_owned(), s(event.decision.word()));
    set.insert(REPLAYS.to_owned(), n(event.replays));
    set.extend(subject(event));
    let old = [document::PARTS, document::REST, BY_SUBJECT.partition];
    let gone = old.into_iter().filter(|name| !set.contains_key(*name));
    let gone: Vec<_> = gone.map(str::to_owned).collect();
    let seen = match event.replays {
        0 | 1 => Condition::known_without(REPLAYS),
        more => Condition::is(REPLAYS, n(more - 1)),
    };
    match write(db, vec![change(table, &event.id, set, gone, seen)?]).await? {
        Written::Done => Ok(()),
        Written::Refused(_) => {
            let id = &event.id;
            let why = format!("event {id} was replayed by somebody else: look at it again");
            Err(Error::new(ErrorKind::Conflict, why))
        }
    }
}

pub(super) async fn with_id(db: &Db, id: &str) -> Result<Option<EventRecord>> {
    let item = get(db, &db.tables.history, id).await?;
    match item {
        Some(item) => read(db, &item).await.map(Some),
        None => Ok(None),
    }
}

/// The later time stays. It is a second request only where a repeat comes out of order.
pub(super) async fn count_duplicate(db: &Db, id: &str, at: Timestamp) -> Result<()> {
    let later = format!(
        "attribute_exists({KEY}) AND
            (attribute_not_exists({LAST_DUPLICATE_AT}) OR {LAST_DUPLICATE_AT} <= :at)"
    );
    let count_and_set = format!("ADD {DUPLICATES} :one SET {LAST_DUPLICATE_AT} = :at");
    if count(db, id, count_and_set, later, Some(at)).await? {
        return Ok(());
    }
    let known = format!("attribute_exists({KEY})");
    let count_only = format!("ADD {DUPLICATES} :one");
    count(db, id, count_only, known, None).await.map(drop)
}

/// Returns whether the condition held.
async fn count(
    db: &Db,
    id: &str,
    change: String,
    condition: String,
    at: Option<Timestamp>,
) -> Result<bool> {
    let mut request = db.client.update_item().table_name(&db.tables.history);
    if let Some(at) = at {
        request = request.expression_attribute_values(":at", millis(at));
    }
    let sent = request
        .set_key(Some(keyed(id)))
        .update_expression(change)
        .condition_expression(condition)
        .expression_attribute_values(":one", n(1))
        .send()
        .await;
    let Err(error) = sent else { return Ok(true) };
    let failed = error.as_service_error();
    if failed.is_some_and(|error| error.is_conditional_check_failed_exception()) {
        return Ok(false);
    }
    Err(unavailable("dynamodb:UpdateItem", &error))
}

pub(super) async fn list(db: &Db, filter: &EventFilter) -> Result<Vec<EventRecord>> {
    match (&filter.subject_id, &filter.integration) {
        (Some(subject), integration) => {
            of_subject(db, subject, integration.as_deref(), filter).await
        }
        (None, Some(integration)) => {
            let found = query(
                db,
                range(db, BY_INTEGRATION, integration.clone(), filter),
                filter.limit,
            );
            events(db, &found.await?).await
        }
        (None, None) => {
            let shards = (0..SHARDS).map(|shard| {
                query(
                    db,
                    range(db, BY_TIME, shard.to_string(), filter),
                    filter.limit,
                )
            });
            let shards = try_join_all(shards).await?;
            let mut found: Vec<_> = shards.into_iter().flatten().collect();
            found.sort_by(|a, b| text(b, PLACE).cmp(&text(a, PLACE)));
            found.truncate(filter.limit);
            events(db, &found).await
        }
    }
}

/// Two integrations rarely know the same ticket: the others' events are read and left out.
async fn of_subject(
    db: &Db,
    subject: &str,
    integration: Option<&str>,
    filter: &EventFilter,
) -> Result<Vec<EventRecord>> {
    let mut found = Vec::new();
    let mut before = filter.before.clone();
    while found.len() < filter.limit {
        let rest = EventFilter {
            before: before.take(),
            ..filter.clone()
        };
        let range = range(db, BY_SUBJECT, bounded(subject.to_owned()), &rest);
        let page = events(db, &query(db, range, filter.limit).await?).await?;
        let whole = page.len() == filter.limit;
        before = page.last().map(|last| (last.received_at, last.id.clone()));
        let wanted = |event: &EventRecord| integration.is_none_or(|name| event.integration == name);
        found.extend(page.into_iter().filter(wanted));
        if !whole {
            break;
        }
    }
    found.truncate(filter.limit);
    Ok(found)
}

fn range<'a>(db: &'a Db, index: Index, partition: String, filter: &EventFilter) -> Range<'a> {
    let before = filter.before.as_ref();
    Range {
        table: &db.tables.history,
        index,
        partition,
        bound: before.map(|(at, id)| ("<", s(place(*at, id)))),
        newest_first: true,
    }
}

/// The rows behind index entries, in their order.
async fn events(db: &Db, found: &[Item]) -> Result<Vec<EventRecord>> {
    let keys = found.iter().map(|item| pk(item).to_owned()).collect();
    let items: HashMap<_, _> = get_all(db, &db.tables.history, keys).await?;
    let items = found.iter().filter_map(|item| items.get(pk(item)));
    try_join_all(items.map(|item| read(db, item))).await
}

fn item(event: &EventRecord, document: Item) -> Item {
    let mut item = keyed(&event.id);
    item.extend(document);
    let mut set = |name: &str, value| drop(item.insert(name.to_owned(), value));
    set(PLACE, s(place(event.received_at, &event.id)));
    set(BY_TIME.partition, s(shard(&event.id).to_string()));
    set(BY_INTEGRATION.partition, s(&event.integration));
    set(DECISION, s(event.decision.word()));
    set(DUPLICATES, n(event.duplicates));
    set(EXPIRES_AT, epoch(event.received_at + RETENTION));
    if let Some(at) = event.last_duplicate_at {
        set(LAST_DUPLICATE_AT, millis(at));
    }
    item.extend(subject(event));
    item
}

/// An index takes no empty key.
fn subject(event: &EventRecord) -> Option<(String, AttributeValue)> {
    let subject = event.subject.as_ref()?;
    let name = BY_SUBJECT.partition.to_owned();
    (!subject.id.is_empty()).then(|| (name, s(bounded(subject.id.clone()))))
}

/// Sorts as receipt time and id do.
pub(super) fn place(at: Timestamp, id: &str) -> String {
    format!("{:015}#{id}", at.as_millis())
}

/// The document as written, and what has been counted since.
async fn read(db: &Db, item: &Item) -> Result<EventRecord> {
    let document = document::read(db, &db.tables.history, WHAT, item).await?;
    let event: EventRecord = decode(WHAT, &document)?;
    Ok(EventRecord {
        duplicates: number(item, DUPLICATES).unwrap_or(event.duplicates),
        last_duplicate_at: number(item, LAST_DUPLICATE_AT).map(Timestamp::from_millis),
        ..event
    })
}
