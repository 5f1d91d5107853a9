//! Reads: by key, always consistent; through an index, which gives keys.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use deskbridge_core::Result;

use super::Db;
use super::item::{Item, keyed, pk};
use super::tables::{Index, KEY};
use crate::error::{unavailable, unbuilt};

const BATCH: &str = "dynamodb:BatchGetItem";
const MAX_BATCH: usize = 100;
const BETWEEN_PARTS: Duration = Duration::from_millis(20);

/// A range of an index: one partition, and where in its order.
pub(super) struct Range<'a> {
    pub(super) table: &'a str,
    pub(super) index: Index,
    pub(super) partition: String,
    /// A comparison with the sort key, as `<=`.
    pub(super) bound: Option<(&'static str, AttributeValue)>,
    pub(super) newest_first: bool,
}

pub(super) async fn get(db: &Db, table: &str, pk: &str) -> Result<Option<Item>> {
    let request = db.client.get_item().table_name(table);
    let request = request.set_key(Some(keyed(pk))).consistent_read(true);
    let answer = request.send().await;
    let answer = answer.map_err(|error| unavailable("dynamodb:GetItem", &error))?;
    Ok(answer.item)
}

/// Returns the items that are there, by key. A key may be asked for twice.
pub(super) async fn get_all(
    db: &Db,
    table: &str,
    mut keys: Vec<String>,
) -> Result<HashMap<String, Item>> {
    keys.sort_unstable();
    keys.dedup();
    let mut found = HashMap::new();
    if let [only] = keys.as_slice() {
        let item = get(db, table, only).await?;
        found.extend(item.map(|item| (only.clone(), item)));
        return Ok(found);
    }
    for keys in keys.chunks(MAX_BATCH) {
        let mut asked = Some(batch(table, keys)?);
        while let Some(request) = asked.take() {
            let answer = db.client.batch_get_item();
            let answer = answer.set_request_items(Some(request)).send().await;
            let answer = answer.map_err(|error| unavailable(BATCH, &error))?;
            let items = answer.responses.into_iter().flat_map(HashMap::into_values);
            for item in items.flatten() {
                found.insert(pk(&item).to_owned(), item);
            }
            // An answer ends at 16 MB, or where the table is too busy: the rest is asked for again.
            asked = answer.unprocessed_keys.filter(|left| !left.is_empty());
            if asked.is_some() {
                tokio::time::sleep(BETWEEN_PARTS).await;
            }
        }
    }
    Ok(found)
}

fn batch(table: &str, keys: &[String]) -> Result<HashMap<String, KeysAndAttributes>> {
    let keys = keys.iter().map(keyed).collect();
    let keys = KeysAndAttributes::builder().set_keys(Some(keys));
    let keys = keys.consistent_read(true).build();
    let keys = keys.map_err(|_| unbuilt(BATCH))?;
    Ok(HashMap::from([(table.to_owned(), keys)]))
}

/// Returns up to `limit` index rows: the table's key and the index's own.
pub(super) async fn query(db: &Db, range: Range<'_>, limit: usize) -> Result<Vec<Item>> {
    let Range { index, bound, .. } = range;
    let sort = index.sort.map(super::tables::Sort::attribute);
    let mut condition = "#partition = :partition".to_owned();
    let mut request = db.client.query().table_name(range.table);
    if let (Some(sort), Some((comparison, value))) = (sort, bound) {
        condition += &format!(" AND #sort {comparison} :sort");
        request = request.expression_attribute_names("#sort", sort);
        request = request.expression_attribute_values(":sort", value);
    }
    let request = request
        .index_name(index.name)
        .key_condition_expression(condition)
        .expression_attribute_names("#partition", index.partition)
        .expression_attribute_values(":partition", super::item::s(range.partition))
        .scan_index_forward(!range.newest_first);
    let mut found = Vec::new();
    let mut after = None;
    while found.len() < limit {
        let left = i32::try_from(limit - found.len()).unwrap_or(i32::MAX);
        let page = request.clone().limit(left).set_exclusive_start_key(after);
        let page = page.send().await;
        let page = page.map_err(|error| unavailable("dynamodb:Query", &error))?;
        found.extend(page.items.unwrap_or_default());
        after = page.last_evaluated_key;
        if after.is_none() {
            break;
        }
    }
    Ok(found)
}

/// Hands every item of a table to `each`, a page at a time, with these attributes only.
pub(super) async fn scan(
    db: &Db,
    table: &str,
    attributes: &[&str],
    mut each: impl FnMut(Item) + Send,
) -> Result<()> {
    let mut after = None;
    loop {
        let mut request = db.client.scan().table_name(table).consistent_read(true);
        let mut names = Vec::new();
        for (place, attribute) in [KEY].iter().chain(attributes).enumerate() {
            let name = format!("#a{place}");
            request = request.expression_attribute_names(&name, *attribute);
            names.push(name);
        }
        let request = request.projection_expression(names.join(", "));
        let page = request.set_exclusive_start_key(after).send().await;
        let page = page.map_err(|error| unavailable("dynamodb:Scan", &error))?;
        page.items
            .unwrap_or_default()
            .into_iter()
            .for_each(&mut each);
        after = page.last_evaluated_key;
        if after.is_none() {
            return Ok(());
        }
    }
}
