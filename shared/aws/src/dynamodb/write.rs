//! Conditional writes: one item alone, several as a transaction, and what stood in their way.
//!
//! A refused write brings the item that refused it, so that a claim is a read as well, see
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ConditionCheck, Delete, Put,
    ReturnValuesOnConditionCheckFailure as Return, TransactWriteItem, Update,
};
use deskbridge_core::{Error, ErrorKind, Result};

use super::Db;
use super::item::{Item, keyed};
use super::single;
use super::tables::KEY;
use crate::error::{unavailable, unbuilt};

const CALL: &str = "dynamodb:TransactWriteItems";
/// How often writers that meet begin again. Each time one of them gets through.
pub(super) const TRIES: u32 = 24;
const FIRST_PAUSE_MS: u64 = 5;
const MAX_PAUSE_MS: u64 = 160;

/// What happened to one write of a refused set. None of the set took effect.
#[derive(Debug)]
pub(super) enum Reason {
    /// Not this one's fault.
    Fine,
    /// Its condition failed, on this item; on none if there is none.
    Refused(Option<Item>),
    /// Another transaction had the item, or the table was too busy.
    Busy,
}

pub(super) enum Written {
    Done,
    Refused(Vec<Reason>),
}

/// What must be so for a write to take effect.
#[derive(Default)]
pub(super) struct Condition {
    expression: String,
    names: Vec<(&'static str, String)>,
    values: Vec<(&'static str, AttributeValue)>,
}

impl Condition {
    pub(super) fn absent() -> Self {
        Self {
            expression: format!("attribute_not_exists({KEY})"),
            ..Self::default()
        }
    }

    pub(super) fn is(attribute: &str, value: AttributeValue) -> Self {
        Self {
            expression: "#seen = :seen".to_owned(),
            names: vec![("#seen", attribute.to_owned())],
            values: vec![(":seen", value)],
        }
    }

    pub(super) fn absent_or(attribute: &str, comparison: &str, value: AttributeValue) -> Self {
        Self {
            expression: format!("attribute_not_exists(#seen) OR #seen {comparison} :seen"),
            ..Self::is(attribute, value)
        }
    }

    /// The item is there, and has no such attribute.
    pub(super) fn known_without(attribute: &str) -> Self {
        Self {
            expression: format!("attribute_exists({KEY}) AND attribute_not_exists(#seen)"),
            names: vec![("#seen", attribute.to_owned())],
            values: Vec::new(),
        }
    }

    /// The item is as it was read: absent, or with this text in the attribute.
    pub(super) fn unchanged(attribute: &str, seen: Option<&str>) -> Self {
        match seen {
            None => Self::absent(),
            Some(text) => Self::is(attribute, super::item::s(text)),
        }
    }
}

pub(super) fn put(table: &str, item: Item, condition: Condition) -> Result<TransactWriteItem> {
    let mut put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression(condition.expression)
        .return_values_on_condition_check_failure(Return::AllOld);
    for (name, attribute) in condition.names {
        put = put.expression_attribute_names(name, attribute);
    }
    for (name, value) in condition.values {
        put = put.expression_attribute_values(name, value);
    }
    let put = put.build().map_err(|_| unbuilt(CALL))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

pub(super) fn delete(table: &str, pk: &str, condition: Condition) -> Result<TransactWriteItem> {
    let mut delete = Delete::builder()
        .table_name(table)
        .set_key(Some(keyed(pk)))
        .condition_expression(condition.expression)
        .return_values_on_condition_check_failure(Return::AllOld);
    for (name, attribute) in condition.names {
        delete = delete.expression_attribute_names(name, attribute);
    }
    for (name, value) in condition.values {
        delete = delete.expression_attribute_values(name, value);
    }
    let delete = delete.build().map_err(|_| unbuilt(CALL))?;
    Ok(TransactWriteItem::builder().delete(delete).build())
}

pub(super) fn check(table: &str, pk: &str, condition: Condition) -> Result<TransactWriteItem> {
    let mut check = ConditionCheck::builder()
        .table_name(table)
        .set_key(Some(keyed(pk)))
        .condition_expression(condition.expression)
        .return_values_on_condition_check_failure(Return::AllOld);
    for (name, attribute) in condition.names {
        check = check.expression_attribute_names(name, attribute);
    }
    for (name, value) in condition.values {
        check = check.expression_attribute_values(name, value);
    }
    let check = check.build().map_err(|_| unbuilt(CALL))?;
    Ok(TransactWriteItem::builder().condition_check(check).build())
}

pub(super) fn update(update: Update) -> TransactWriteItem {
    TransactWriteItem::builder().update(update).build()
}

/// Sets some attributes of an item, takes others away, and leaves the rest as they are.
pub(super) fn change(
    table: &str,
    pk: &str,
    set: Item,
    gone: Vec<String>,
    condition: Condition,
) -> Result<TransactWriteItem> {
    let mut update = Update::builder()
        .table_name(table)
        .set_key(Some(keyed(pk)))
        .condition_expression(condition.expression)
        .return_values_on_condition_check_failure(Return::AllOld);
    for (name, attribute) in condition.names {
        update = update.expression_attribute_names(name, attribute);
    }
    for (name, value) in condition.values {
        update = update.expression_attribute_values(name, value);
    }
    let mut settings = Vec::new();
    for (place, (name, value)) in set.into_iter().enumerate() {
        settings.push(format!("#s{place} = :s{place}"));
        update = update.expression_attribute_names(format!("#s{place}"), name);
        update = update.expression_attribute_values(format!(":s{place}"), value);
    }
    let mut expression = format!("SET {}", settings.join(", "));
    let mut removals = Vec::new();
    for (place, name) in gone.into_iter().enumerate() {
        removals.push(format!("#g{place}"));
        update = update.expression_attribute_names(format!("#g{place}"), name);
    }
    if !removals.is_empty() {
        expression = format!("{expression} REMOVE {}", removals.join(", "));
    }
    let update = update.update_expression(expression);
    let update = update.build().map_err(|_| unbuilt(CALL))?;
    Ok(TransactWriteItem::builder().update(update).build())
}

/// Writes all or nothing. One write alone is no transaction: that would cost twice as much.
pub(super) async fn write(db: &Db, mut writes: Vec<TransactWriteItem>) -> Result<Written> {
    if writes.len() == 1 {
        return single::write(db, writes.remove(0)).await;
    }
    let transaction = db.client.transact_write_items();
    let sent = transaction.set_transact_items(Some(writes)).send().await;
    let Err(error) = sent else {
        return Ok(Written::Done);
    };
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let reasons = cancelled.cancellation_reasons().iter();
            reasons
                .map(reason)
                .collect::<Result<_>>()
                .map(Written::Refused)
        }
        _ => Err(unavailable(CALL, &error)),
    }
}

fn reason(reason: &CancellationReason) -> Result<Reason> {
    match reason.code().unwrap_or("None") {
        "None" => Ok(Reason::Fine),
        "ConditionalCheckFailed" => Ok(Reason::Refused(
            reason.item().filter(|item| !item.is_empty()).cloned(),
        )),
        "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded" => {
            Ok(Reason::Busy)
        }
        code => Err(Error::new(
            ErrorKind::Unavailable,
            format!("{CALL} failed: {code}"),
        )),
    }
}

/// Waits a little longer each time, and not as long as the others that met here. Nothing is waited
/// for when what stood in the way is known already.
pub(super) async fn pause(reasons: &[Reason], tries: u32) {
    if !reasons.iter().any(|reason| matches!(reason, Reason::Busy)) {
        return;
    }
    let longest = (FIRST_PAUSE_MS << tries.min(16)).min(MAX_PAUSE_MS);
    let random = RandomState::new().hash_one(tries);
    tokio::time::sleep(Duration::from_millis(random % longest + 1)).await;
}

pub(super) fn too_busy(what: &str) -> Error {
    Error::new(
        ErrorKind::Unavailable,
        format!("{what} is being written by too many at once"),
    )
}
