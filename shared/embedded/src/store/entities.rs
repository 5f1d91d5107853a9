//! One row per entity and integration.

use deskbridge_core::Result;
use deskbridge_core::link::{Entity, EntityChange, EntityRef};
use rusqlite::{Connection, OptionalExtension};

use crate::error::{decode, encode, from_sqlite};

const WHAT: &str = "entity";
const SELECT: &str = "SELECT doc FROM entities
    WHERE integration = ?1 AND connector = ?2 AND kind = ?3 AND id = ?4";
const PUT: &str = "INSERT OR REPLACE INTO entities (integration, connector, kind, id, doc)
    VALUES (?1, ?2, ?3, ?4, ?5)";

pub(super) fn rows(
    db: &Connection,
    integration: &str,
    asked: Vec<EntityRef>,
) -> Result<Vec<Entity>> {
    let rows = asked.into_iter().map(|entity| row(db, integration, entity));
    rows.collect()
}

pub(super) fn change(db: &Connection, integration: &str, changes: Vec<EntityChange>) -> Result<()> {
    for change in changes {
        let mut entity = row(db, integration, change.entity().clone())?;
        change.apply(&mut entity);
        put(db, integration, &entity)?;
    }
    Ok(())
}

fn row(db: &Connection, integration: &str, entity: EntityRef) -> Result<Entity> {
    let doc = || {
        let key = (integration, &entity.connector, &entity.kind, &entity.id);
        let mut statement = db.prepare_cached(SELECT)?;
        let doc = statement.query_row(key, |row| row.get::<_, String>(0));
        doc.optional()
    };
    match doc().map_err(from_sqlite)? {
        Some(doc) => decode(WHAT, &doc),
        None => Ok(Entity::unknown(entity)),
    }
}

fn put(db: &Connection, integration: &str, row: &Entity) -> Result<()> {
    let doc = encode(WHAT, row)?;
    let EntityRef {
        connector,
        kind,
        id,
    } = &row.entity;
    let put = || {
        let values = (integration, connector, kind, id, &doc);
        db.prepare_cached(PUT)?.execute(values)
    };
    put().map(drop).map_err(from_sqlite)
}
