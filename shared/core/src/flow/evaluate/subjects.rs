//! The rows of a batch's subjects, read once.

use std::collections::HashMap;

use crate::link::{Entity, EntityChange, EntityRef};

#[derive(Default)]
pub(super) struct Subjects(HashMap<(String, EntityRef), Entity>);

impl Subjects {
    pub(super) fn add(&mut self, integration: &str, rows: Vec<Entity>) {
        for row in rows {
            let key = (integration.to_owned(), row.entity.clone());
            self.0.insert(key, row);
        }
    }

    /// Returns the entity's row; an unknown one is an empty row.
    pub(super) fn of(&self, integration: &str, entity: &EntityRef) -> Entity {
        let row = self.0.get(&(integration.to_owned(), entity.clone()));
        row.cloned()
            .unwrap_or_else(|| Entity::unknown(entity.clone()))
    }

    /// Keeps up with what was written since the rows were read.
    pub(super) fn change(&mut self, integration: &str, changes: &[EntityChange]) {
        for change in changes {
            let key = (integration.to_owned(), change.entity().clone());
            if let Some(row) = self.0.get_mut(&key) {
                change.clone().apply(row);
            }
        }
    }
}
