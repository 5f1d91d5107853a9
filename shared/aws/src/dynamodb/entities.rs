//! One row per entity and integration. Each link and each written value is an attribute of its own,
//! so that a change says what it means and reads nothing first.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::{
    AttributeValue, ReturnValuesOnConditionCheckFailure as Return, TransactWriteItem,
};
use deskbridge_core::link::{Awaited, Entity, EntityChange, EntityRef, Link, Written as Value};
use deskbridge_core::{Result, Timestamp};

use super::Db;
use super::item::{Item, bounded, keyed, millis, number, s};
use super::read::get_all;
use super::write::{Reason, TRIES, Written, pause, too_busy, update, write};
use crate::error::{decode, encode, unbuilt};

const WHAT: &str = "entity";
const LINK: &str = "link:";
const VALUE: &str = "written:";
/// The key goes on with the counterpart's connector, kind and id.
const OLDER: &str = "older:";
const AWAITED: &str = "awaited:";
const ENDED_AT: &str = "ended_at";
const ENDED: &str = "ended";

/// All changes to one entity; an item may stand in a transaction only once.
pub(super) struct Update {
    pk: String,
    /// By connector; none where there is to be none.
    links: BTreeMap<String, Option<NewLink>>,
    values: BTreeMap<String, Option<Value>>,
    /// Whether each of them is one of the older counterparts from now on.
    older: BTreeMap<EntityRef, bool>,
    awaited: BTreeMap<String, Awaited>,
    ended_at: Option<Timestamp>,
    ended: Option<bool>,
}

struct NewLink {
    link: Link,
    /// Whether it takes the place of an older one.
    replaces: bool,
}

pub(super) async fn rows(db: &Db, integration: &str, asked: &[EntityRef]) -> Result<Vec<Entity>> {
    let keys = asked.iter().map(|entity| key(integration, entity));
    let found = get_all(db, &db.tables.state, keys.collect()).await?;
    let rows = asked.iter().map(|entity| {
        let item = found.get(&key(integration, entity));
        item.map_or_else(
            || Ok(Entity::unknown(entity.clone())),
            |item| read(entity, item),
        )
    });
    rows.collect()
}

pub(super) async fn change(db: &Db, integration: &str, changes: Vec<EntityChange>) -> Result<()> {
    let mut updates = updates(integration, changes);
    for tries in 0..TRIES {
        if updates.is_empty() {
            return Ok(());
        }
        let writes = updates.iter().map(|update| update.write(&db.tables.state));
        match write(db, writes.collect::<Result<_>>()?).await? {
            Written::Done => return Ok(()),
            Written::Refused(reasons) => {
                pause(&reasons, tries).await;
                for (update, reason) in updates.iter_mut().zip(&reasons) {
                    update.learn(reason);
                }
                updates.retain(|update| !update.is_empty());
            }
        }
    }
    Err(too_busy("an entity"))
}

pub(super) fn updates(integration: &str, changes: Vec<EntityChange>) -> Vec<Update> {
    let mut updates: Vec<Update> = Vec::new();
    for change in changes {
        let pk = key(integration, change.entity());
        match updates.iter_mut().find(|update| update.pk == pk) {
            Some(update) => update.add(change),
            None => {
                let mut update = Update {
                    pk,
                    links: BTreeMap::new(),
                    values: BTreeMap::new(),
                    older: BTreeMap::new(),
                    awaited: BTreeMap::new(),
                    ended_at: None,
                    ended: None,
                };
                update.add(change);
                updates.push(update);
            }
        }
    }
    updates
}

impl Update {
    fn add(&mut self, change: EntityChange) {
        match change {
            EntityChange::Link { link, .. } => {
                let peer = link.peer.connector.clone();
                let replaces = false;
                self.links
                    .entry(peer)
                    .or_insert(Some(NewLink { link, replaces }));
            }
            EntityChange::Relink { link, .. } => {
                let peer = link.peer.connector.clone();
                let replaces = true;
                self.links.insert(peer, Some(NewLink { link, replaces }));
                self.ended = Some(false);
            }
            EntityChange::Older { peer, .. } => {
                self.older.insert(peer, true);
            }
            EntityChange::Left { peer, .. } => {
                self.older.insert(peer, false);
            }
            EntityChange::Awaited { rule, awaited, .. } => {
                let before = self.awaited.remove(&rule);
                let newest = before.into_iter().fold(awaited, Awaited::max);
                self.awaited.insert(rule, newest);
            }
            EntityChange::Unlink { connector, .. } => {
                self.links.insert(connector, None);
            }
            EntityChange::Written { field, written, .. } => {
                self.values.insert(field, Some(written));
            }
            EntityChange::Forget { field, .. } => {
                self.values.insert(field, None);
            }
            EntityChange::Ended { at, done, .. } => {
                self.ended_at = self.ended_at.max(Some(at));
                self.ended = done.then_some(true).or(self.ended);
            }
        }
    }

    /// A refusal means that something newer stands there than we know of: that part is left out.
    pub(super) fn learn(&mut self, reason: &Reason) {
        let Reason::Refused(found) = reason else {
            return;
        };
        let stands = |name: &str| found.as_ref().and_then(|item| item.get(name));
        let ended_at = found.as_ref().and_then(|item| number(item, ENDED_AT));
        let ended_at = ended_at.map(Timestamp::from_millis);
        self.ended_at = self.ended_at.filter(|at| Some(*at) > ended_at);
        self.awaited.retain(|rule, awaited| {
            let stands = stands(&format!("{AWAITED}{rule}"));
            let stands = stands.and_then(|value| value.as_s().ok());
            stands.is_none_or(|stands| *stands < awaited_text(awaited))
        });
    }

    pub(super) fn is_empty(&self) -> bool {
        let nothing_set = self.links.is_empty() && self.values.is_empty();
        let nothing_set = nothing_set && self.older.is_empty() && self.awaited.is_empty();
        nothing_set && self.ended_at.is_none() && self.ended.is_none()
    }

    pub(super) fn write(&self, table: &str) -> Result<TransactWriteItem> {
        let parts = self.parts()?;
        let mut builder = aws_sdk_dynamodb::types::Update::builder();
        if !parts.conditions.is_empty() {
            builder = builder
                .condition_expression(parts.conditions.join(" AND "))
                .return_values_on_condition_check_failure(Return::AllOld);
        }
        let built = builder
            .table_name(table)
            .set_key(Some(keyed(&self.pk)))
            .update_expression(parts.expression())
            .set_expression_attribute_names(some(parts.names))
            .set_expression_attribute_values(some(parts.values))
            .build();
        built
            .map(update)
            .map_err(|_| unbuilt("dynamodb:UpdateItem"))
    }

    fn parts(&self) -> Result<Parts> {
        let mut parts = Parts::default();
        for (connector, new) in &self.links {
            let (name, value) = parts.named(format!("{LINK}{connector}"));
            let Some(new) = new else {
                parts.remove.push(name);
                continue;
            };
            match new.replaces {
                true => parts.set(&name, value.clone()),
                false => parts.set(&name, format!("if_not_exists({name}, {value})")),
            }
            parts.values.insert(value, s(encode(WHAT, &new.link)?));
        }
        for (field, written) in &self.values {
            let (name, value) = parts.named(format!("{VALUE}{field}"));
            match written {
                Some(written) => {
                    parts.set(&name, value.clone());
                    parts.values.insert(value, s(encode(WHAT, written)?));
                }
                None => parts.remove.push(name),
            }
        }
        for (peer, stands) in &self.older {
            let (name, value) = parts.named(older_name(peer));
            match stands {
                true => {
                    parts.set(&name, value.clone());
                    parts.values.insert(value, s(encode(WHAT, peer)?));
                }
                false => parts.remove.push(name),
            }
        }
        for (rule, awaited) in &self.awaited {
            let (name, value) = parts.named(format!("{AWAITED}{rule}"));
            parts.set(&name, value.clone());
            let newer = format!("(attribute_not_exists({name}) OR {name} < {value})");
            parts.conditions.push(newer);
            parts.values.insert(value, s(awaited_text(awaited)));
        }
        if let Some(ended) = self.ended {
            let (name, value) = parts.named(ENDED.to_owned());
            parts.set(&name, value.clone());
            parts.values.insert(value, AttributeValue::Bool(ended));
        }
        if let Some(at) = self.ended_at {
            parts.set(ENDED_AT, ":ended".to_owned());
            parts.values.insert(":ended".to_owned(), millis(at));
            let later = format!("(attribute_not_exists({ENDED_AT}) OR {ENDED_AT} < :ended)");
            parts.conditions.push(later);
        }
        Ok(parts)
    }
}

/// An update expression as it grows.
#[derive(Default)]
struct Parts {
    set: Vec<String>,
    remove: Vec<String>,
    conditions: Vec<String>,
    names: HashMap<String, String>,
    values: Item,
}

impl Parts {
    /// Returns the stand-ins for an attribute's name and its value.
    fn named(&mut self, attribute: String) -> (String, String) {
        let place = self.names.len();
        let name = format!("#a{place}");
        self.names.insert(name.clone(), attribute);
        (name, format!(":a{place}"))
    }

    fn set(&mut self, name: &str, value: String) {
        self.set.push(format!("{name} = {value}"));
    }

    fn expression(&self) -> String {
        let mut clauses = Vec::new();
        for (verb, parts) in [("SET", &self.set), ("REMOVE", &self.remove)] {
            if !parts.is_empty() {
                clauses.push(format!("{verb} {}", parts.join(", ")));
            }
        }
        clauses.join(" ")
    }
}

/// The service takes no empty map.
fn some<V>(map: HashMap<String, V>) -> Option<HashMap<String, V>> {
    Some(map).filter(|map| !map.is_empty())
}

fn read(entity: &EntityRef, item: &Item) -> Result<Entity> {
    let mut row = Entity::unknown(entity.clone());
    for (name, value) in item {
        let Ok(text) = value.as_s() else { continue };
        if let Some(connector) = name.strip_prefix(LINK) {
            row.links.insert(connector.to_owned(), decode(WHAT, text)?);
        } else if let Some(field) = name.strip_prefix(VALUE) {
            row.written.insert(field.to_owned(), decode(WHAT, text)?);
        } else if name.starts_with(OLDER) {
            row.older.insert(decode(WHAT, text)?);
        } else if let Some(rule) = name.strip_prefix(AWAITED) {
            let awaited = awaited_of(text);
            row.awaited
                .extend(awaited.map(|one| (rule.to_owned(), one)));
        }
    }
    row.ended = matches!(item.get(ENDED), Some(AttributeValue::Bool(true)));
    row.ended_at = number(item, ENDED_AT).map(Timestamp::from_millis);
    Ok(row)
}

fn older_name(peer: &EntityRef) -> String {
    bounded(format!("{OLDER}{peer}"))
}

/// So that the newer one is the greater text: the time in digits of one length, then the action.
fn awaited_text(awaited: &Awaited) -> String {
    format!("{:019} {}", awaited.since.as_millis(), awaited.action_id)
}

fn awaited_of(text: &str) -> Option<Awaited> {
    let (since, action_id) = text.split_once(' ')?;
    Some(Awaited {
        since: Timestamp::from_millis(since.parse().ok()?),
        action_id: action_id.to_owned(),
    })
}

/// The vendor's id stands last: it alone may hold any character.
fn key(integration: &str, entity: &EntityRef) -> String {
    let EntityRef {
        connector,
        kind,
        id,
    } = entity;
    bounded(format!("entity#{integration}#{connector}#{kind}#{id}"))
}
